"""The places for uploads that are in progress at one time, and who has to leave when there are too few.

A slow client keeps its place only while nobody else needs it: otherwise 64 connections that send a byte a second would stop all
uploads. For the event loop alone; not thread-safe.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

WINDOW_SECONDS: Final = 1.0
"""A client's speed is judged by the last whole second."""
SLOW: Final = 8 * 1024
"""Bytes per second below which an upload gives way to others."""


class TooManyUploads(Exception):
    """All places are taken, none of them by a slow client."""


class TooManyFromClient(Exception):
    """This client has as many uploads in progress as one may have."""


class UploadSlot:
    """One upload's place, left with the context. While the body arrives it may be taken away: `is_evicted`."""

    def __init__(self, slots: "UploadSlots", client: str, now: float) -> None:
        """`now` is the event loop's time."""
        self._slots = slots
        self.client = client
        self.is_evicted = False
        self._deadline: asyncio.Timeout | None = None
        self._window_started = now
        self._window_bytes = 0
        self._last_rate: float | None = None

    def __enter__(self) -> Self:
        """The place is taken already."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Frees the place."""
        self._slots.free(self)

    def receives_within(self, deadline: asyncio.Timeout) -> None:
        """The body arrives from now on; `deadline` ends it when the place is taken away."""
        self._deadline = deadline

    def is_received(self) -> None:
        """The body is complete: the place can no longer be taken away."""
        self._deadline = None

    def progress(self, size: int) -> None:
        """So many bytes have arrived."""
        now = self._slots.time()
        elapsed = now - self._window_started
        if elapsed >= WINDOW_SECONDS:
            self._last_rate = self._window_bytes / elapsed
            self._window_started, self._window_bytes = now, 0
        self._window_bytes += size

    def rate(self, now: float) -> float | None:
        """Bytes per second in the last whole window; None while there is none, or when the body is complete."""
        if self._deadline is None:
            return None
        elapsed = now - self._window_started
        return self._window_bytes / elapsed if elapsed >= WINDOW_SECONDS else self._last_rate

    def evict(self, now: float) -> None:
        """Ends the upload and frees its place at once."""
        if self._deadline is not None:
            self.is_evicted = True
            self._deadline.reschedule(now)
        self._slots.free(self)


class UploadSlots:
    """`total` places, of which one client may have `per_client`."""

    def __init__(self, total: int, per_client: int, time: Callable[[], float]) -> None:
        """`time` is the event loop's clock."""
        self.time = time
        self._total = total
        self._per_client = per_client
        self._taken: set[UploadSlot] = set()
        self._by_client: Counter[str] = Counter()

    def take(self, client: str) -> UploadSlot:
        """A place for an upload of this client. Raises TooManyUploads, TooManyFromClient."""
        now = self.time()
        if self._by_client[client] >= self._per_client:
            if not self._evict_slowest(now, client):
                raise TooManyFromClient(client)
        elif len(self._taken) >= self._total and not self._evict_slowest(now, None):
            raise TooManyUploads
        slot = UploadSlot(self, client, now)
        self._taken.add(slot)
        self._by_client[client] += 1
        return slot

    def free(self, slot: UploadSlot) -> None:
        """Frees the slot's place, if it has not been freed before."""
        if slot in self._taken:
            self._taken.remove(slot)
            self._by_client[slot.client] -= 1
            if not self._by_client[slot.client]:
                del self._by_client[slot.client]

    def __len__(self) -> int:
        """How many places are taken."""
        return len(self._taken)

    def _evict_slowest(self, now: float, client: str | None) -> bool:
        slow = [
            (rate, slot)
            for slot in self._taken
            if client in (None, slot.client) and (rate := slot.rate(now)) is not None and rate < SLOW
        ]
        if not slow:
            return False
        min(slow, key=lambda pair: pair[0])[1].evict(now)
        return True
