"""Whether accepted uploads are really processed: the queue and the database are asked every few seconds, never waited for."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from invoiceflow.ports.ingest_queue import QueueDepth
from invoiceflow.ports.ingestion_repository import Activity
from invoiceflow.ports.unavailable import Unavailable

REFRESH_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 0.7
NO_CONSUMER_AFTER: Final = timedelta(seconds=60)
"""So long uploads may wait for a consumer that starts."""


@dataclass(frozen=True, slots=True)
class ProcessingState:
    """`reasons` why processing is degraded, in words; empty when it moves or nothing waits. Numbers are None where they could
    not be asked for."""

    reasons: tuple[str, ...]
    waiting: int | None = None
    consumers: int | None = None
    dead_letters: int | None = None
    oldest_waiting_seconds: float | None = None


UNKNOWN: Final = ProcessingState(())


def assess(depth: QueueDepth, activity: Activity, now: datetime, limit: timedelta) -> ProcessingState:
    """What these numbers mean: nobody processes, an upload waits too long while nothing is finished, messages were given up."""
    waited = None if activity.waiting_since is None else now - activity.waiting_since
    reasons = []
    if depth.waiting and not depth.consumers and waited is not None and waited > NO_CONSUMER_AFTER:
        cause = "is the sensor `invoice_queue` stopped, or Dagster down?"
        reasons.append(f"{depth.waiting} messages wait and no consumer is connected: {cause}")
    is_idle = activity.finished_at is None or now - activity.finished_at > limit
    if waited is not None and waited > limit and is_idle:
        reasons.append(f"an upload has waited for {waited.total_seconds() / 60:.0f} minutes and nothing was finished since")
    if depth.dead:
        reasons.append(f"{depth.dead} messages were given up (dead letters); the schedule `sweeper` fails their invoices")
    return ProcessingState(
        reasons=tuple(reasons),
        waiting=depth.waiting,
        consumers=depth.consumers,
        dead_letters=depth.dead,
        oldest_waiting_seconds=0.0 if waited is None else round(waited.total_seconds(), 1),
    )


class ProcessingMonitor:
    """Remembers the latest state for REFRESH_SECONDS. Thread-safe."""

    def __init__(
        self,
        depth: Callable[[], QueueDepth],
        activity: Callable[[datetime], Activity],
        *,
        limit: timedelta,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """`limit` is how long an upload may wait while nothing is finished."""
        self._depth = depth
        self._activity = activity
        self._limit = limit
        self._now = now
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health processing")
        self._lock = Lock()
        self._asking: Future[ProcessingState] | None = None
        self._known = UNKNOWN
        self._asked_at: float | None = None

    def state(self) -> ProcessingState:
        """The latest state; within ANSWER_SECONDS, with what was known before when the queue or the database take longer."""
        with self._lock:
            is_old = self._asked_at is None or self._clock() - self._asked_at > REFRESH_SECONDS
            if is_old and (self._asking is None or self._asking.done()):
                self._asked_at = self._clock()
                self._asking = self._thread.submit(self._ask)
            asking = self._asking
        if asking is not None:
            wait([asking], timeout=ANSWER_SECONDS)
            if asking.done():
                self._known = asking.result()
        return self._known

    def close(self) -> None:
        """A question that still hangs is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self) -> ProcessingState:
        now = self._now()
        try:
            return assess(self._depth(), self._activity(now), now, self._limit)
        except Unavailable:
            return UNKNOWN  # the dependency's own state says it
