"""Storing an upload: object, row, message, in this order; what was begun is undone when a later step fails."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Final, TypeVar

from invoiceflow.circuit_breaker import CircuitBreaker
from invoiceflow.domain.ingestion import Ingestion, NewIngestion
from invoiceflow.group_commit import GroupCommit
from invoiceflow.ports.ingest_queue import IngestQueue, Message
from invoiceflow.ports.ingestion_repository import IdempotencyKey, IdempotencyKeyTaken, IngestionRepository
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.retries import RetryPolicy
from invoiceflow_api.ingest.upload import Upload

T = TypeVar("T")
UNDO_SECONDS: Final = 5.0
"""Time to undo a begun upload, even after the upload's own deadline."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request's attempt to store its upload. No retry begins after `deadline`. `is_ours` tells whether this request alone
    may still undo what it began: with a claim that was lost, another may have taken it over."""

    upload: Upload
    deadline: float
    traceparent: str | None
    is_ours: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row about to be added; the trace context goes with its message, not into the row."""

    new: NewIngestion
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class _Added:
    """An added row. `not_published`: the error, if publishing its message was tried and failed."""

    ingestion: Ingestion
    traceparent: str | None
    not_published: Unavailable | None = None
    is_published: bool = False


class _Withdrawal(Enum):
    """What became of a row that should not be."""

    GONE = "gone"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"


class UploadWriter:
    """Writes accepted uploads, retrying each step behind its circuit breaker. Thread-safe."""

    def __init__(
        self,
        ingestions: IngestionRepository,
        objects: ObjectStore,
        queue: IngestQueue,
        *,
        retry: RetryPolicy,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """`now` dates what is stored, `clock` counts the seconds in which deadlines are given."""
        self._ingestions = ingestions
        self._objects = objects
        self._queue = queue
        self._retry = retry
        self._now = now
        self._clock = clock
        self._breakers = {role: CircuitBreaker(role, clock) for role in ("object_store", "database", "queue")}
        # under load, one statement and one confirm for several uploads
        self._record = GroupCommit(self._recorded, shared=Unavailable)
        self._publish = GroupCommit(self._published, shared=Unavailable)

    def write(self, attempt: Attempt, new: NewIngestion, key: IdempotencyKey | None) -> Ingestion:
        """A new ingestion, announced to the pipeline. Raises Unavailable, IdempotencyKeyTaken; then nothing is left of it."""
        self.within(attempt.deadline, "object_store", lambda: self._put(attempt.upload, new))
        try:
            added = self.within(attempt.deadline, "database", self._adding(_Entry(new, attempt.traceparent), key))
        except IdempotencyKeyTaken:
            self._delete_object(new)
            raise
        except BaseException:
            # the row may exist all the same: the schedule withdraws rows without an object
            if attempt.is_ours():
                self._delete_object(new)
            raise
        if not added.is_published:
            self._announce(attempt, added)
        return added.ingestion

    def take_over(self, attempt: Attempt, ingestion: Ingestion) -> bool:
        """Completes an ingestion that another request began and never announced, with the same file in hand.

        False: it was withdrawn meanwhile and is no more. Raises Unavailable; then it stands as it stood.
        """
        message = Message(ingestion.id, ingestion.correlation_id, attempt.traceparent)
        self.within(attempt.deadline, "object_store", lambda: self._put(attempt.upload, ingestion))
        self.within(attempt.deadline, "queue", lambda: self._queue.publish([message]))
        # once marked it can no longer be withdrawn
        self.within(attempt.deadline, "database", lambda: self._ingestions.mark_published([ingestion.id], self._now()))
        if self.within(attempt.deadline, "database", lambda: self._ingestions.get(ingestion.id)) is not None:
            return True
        self._delete_object(ingestion)
        return False

    def open_breakers(self) -> Mapping[str, bool]:
        """Whether the circuit breaker of each role is open."""
        return {role: breaker.is_open for role, breaker in self._breakers.items()}

    def within(self, deadline: float, role: str, work: Callable[[], T]) -> T:
        """The result of `work`, retried until the deadline, behind the role's circuit breaker. Raises Unavailable."""
        left = max(0.05, deadline - self._clock())
        return self._breakers[role].call(lambda: self._retry.call(work, within_seconds=left))

    def _put(self, upload: Upload, ingestion: NewIngestion | Ingestion) -> None:
        with upload.open() as content:
            metadata = {"filename": ingestion.filename, "correlation-id": ingestion.correlation_id}
            self._objects.put(ingestion.s3_key, content, size=ingestion.size, sha256=ingestion.sha256, metadata=metadata)

    def _adding(self, entry: _Entry, key: IdempotencyKey | None) -> Callable[[], _Added]:
        """From the second try on, looks for the row first: the response to a successful commit may have been lost."""
        tried = False

        def add() -> _Added:
            nonlocal tried
            if tried and (known := self._ingestions.get(entry.new.id)) is not None:
                return _Added(known, entry.traceparent)
            tried = True
            return self._record(entry) if key is None else _Added(self._ingestions.add(entry.new, key), entry.traceparent)

        return add

    def _recorded(self, entries: Sequence[_Entry]) -> list[_Added]:
        """Adds the rows and publishes their messages. Raises Unavailable when there are no rows, or may be none."""
        ingestions = self._ingestions.add_all([entry.new for entry in entries])
        added = [_Added(ingestion, entry.traceparent) for ingestion, entry in zip(ingestions, entries, strict=True)]
        try:
            self._breakers["queue"].call(lambda: self._published(added))
        except Unavailable as error:
            return [replace(one, not_published=error) for one in added]
        return [replace(one, is_published=True) for one in added]

    def _published(self, added: Sequence[_Added]) -> Sequence[None]:
        ingestions = [one.ingestion for one in added]
        self._queue.publish([Message(one.ingestion.id, one.ingestion.correlation_id, one.traceparent) for one in added])
        with suppress(Unavailable):  # the schedule publishes again, which is harmless
            self._ingestions.mark_published([ingestion.id for ingestion in ingestions], self._now())
        return [None] * len(ingestions)

    def _announce(self, attempt: Attempt, added: _Added) -> None:
        tried = added.not_published

        def publish() -> None:
            nonlocal tried
            if tried is not None:  # publishing together with others was the first try
                error, tried = tried, None
                raise error
            self._publish(added)

        try:
            self.within(attempt.deadline, "queue", publish)
        except BaseException:
            # a confirm can get lost after the message arrived: a row that a consumer has claimed was accepted
            outcome = self._withdraw(added.ingestion, attempt.deadline)
            if outcome is _Withdrawal.ACCEPTED:
                return
            if outcome is _Withdrawal.GONE or attempt.is_ours():
                self._delete_object(added.ingestion)
            raise

    def _withdraw(self, ingestion: Ingestion, deadline: float) -> _Withdrawal:
        """Retried: the row may be gone although the response was lost, and then nothing was accepted.

        Without a response the upload is refused: the schedule withdraws the row, if it still exists, as it has no object.
        """

        def is_gone() -> bool:
            return self._ingestions.withdraw(ingestion.id) or self._ingestions.get(ingestion.id) is None

        try:
            gone = self._retry.call(is_gone, within_seconds=max(UNDO_SECONDS, deadline - self._clock()))
        except Unavailable as error:
            logger.warning("Could not withdraw the row of a refused upload; the schedule will: %s %s", ingestion.id, error)
            return _Withdrawal.UNKNOWN
        return _Withdrawal.GONE if gone else _Withdrawal.ACCEPTED

    def _delete_object(self, ingestion: NewIngestion | Ingestion) -> None:
        try:
            self._objects.delete(ingestion.s3_key)
        except Unavailable as error:
            logger.warning("Could not delete the object of a refused upload; the schedule will: %s %s", ingestion.s3_key, error)


def is_accepted(ingestion: Ingestion) -> bool:
    """Whether an upload was accepted for good: its message is confirmed, or a consumer has already claimed it."""
    return ingestion.published_at is not None or ingestion.revision > 0
