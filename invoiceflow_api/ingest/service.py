"""Accepting an upload: object, row, message, in this order; a refused upload leaves nothing. Knows no web framework."""

import hashlib
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from invoiceflow.circuit_breaker import CircuitBreaker
from invoiceflow.domain.ingestion import Ingestion, NewIngestion, StatusCounts, object_key
from invoiceflow.group_commit import GroupCommit
from invoiceflow.ports.ingest_queue import IngestQueue, Message
from invoiceflow.ports.ingestion_repository import IdempotencyKey, IdempotencyKeyTaken, IngestionRepository, KeyedIngestion
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.retries import RetryPolicy
from invoiceflow_api.ingest.upload import Upload

T = TypeVar("T")
UNDO_SECONDS: Final = 5.0
"""Time to undo a begun upload, even after the upload's own deadline."""

logger = logging.getLogger(__name__)


class KeyReused(Exception):
    """The Idempotency-Key was used with another file before."""


class KeyInProgress(Exception):
    """The first request with this Idempotency-Key has no response yet."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted upload. `replayed`: an earlier request with the same Idempotency-Key made it."""

    ingestion: Ingestion
    replayed: bool


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


class IngestService:
    """Takes uploads in and reports on ingestions. Thread-safe."""

    def __init__(
        self,
        *,
        ingestions: IngestionRepository,
        objects: ObjectStore,
        queue: IngestQueue,
        inspector: PdfInspector,
        retry: RetryPolicy,
        key_lifetime: timedelta,
        new_id: Callable[[], UUID],
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """`now` dates what is stored, `clock` counts the seconds in which deadlines are given."""
        self._ingestions = ingestions
        self._objects = objects
        self._inspector = inspector
        self._retry = retry
        self._key_lifetime = key_lifetime
        self._new_id = new_id
        self._now = now
        self._clock = clock
        self._breakers = {role: CircuitBreaker(role, clock) for role in ("object_store", "database", "queue")}
        self._queue = queue
        # under load, one statement and one confirm for several uploads
        self._record = GroupCommit(self._recorded, shared=Unavailable)
        self._publish = GroupCommit(self._published, shared=Unavailable)

    def accept(
        self,
        upload: Upload,
        *,
        correlation_id: str,
        idempotency_key: str | None,
        deadline: float,
        traceparent: str | None = None,
    ) -> Accepted:
        """Stores the upload and announces it to the pipeline. No retry begins after `deadline`.

        Raises PermanentFailure (the file), Unavailable (a dependency), KeyReused, KeyInProgress.
        """
        sha256 = upload.sha256()
        key = self._key(idempotency_key, upload.filename, sha256)
        if key is not None and (known := self._within(deadline, "database", lambda: self._known(key))):
            return _replayed(known, key)
        pages = self._inspector.page_count(upload.content)
        request_id = self._new_id()
        new = NewIngestion(
            id=request_id,
            filename=upload.filename,
            s3_key=object_key(request_id),
            sha256=sha256,
            size=upload.size,
            page_count=pages,
            source="upload",
            correlation_id=correlation_id,
        )
        self._within(deadline, "object_store", lambda: self._put(upload, new))
        try:
            added = self._within(deadline, "database", self._adding(_Entry(new, traceparent), key))
        except IdempotencyKeyTaken:
            self._delete_object(new)
            if key is None or not (known := self._within(deadline, "database", lambda: self._known(key))):
                raise KeyInProgress(idempotency_key) from None
            return _replayed(known, key)
        except BaseException:
            # the row may exist all the same: the schedule withdraws rows without an object
            self._delete_object(new)
            raise
        if not added.is_published:
            self._announce(added, deadline)
        return Accepted(added.ingestion, replayed=False)

    def open_breakers(self) -> dict[str, bool]:
        """Whether the circuit breaker of each role is open."""
        return {role: breaker.is_open for role, breaker in self._breakers.items()}

    def find(self, request_id: UUID) -> Ingestion | None:
        """The ingestion with this id, if there is one. Raises Unavailable."""
        return self._ingestions.get(request_id)

    def status_counts(self) -> StatusCounts:
        """The number of ingestions by status. Raises Unavailable."""
        return self._ingestions.status_counts()

    def _announce(self, added: _Added, deadline: float) -> None:
        ingestion = added.ingestion
        tried = added.not_published

        def publish() -> None:
            nonlocal tried
            if tried is not None:  # publishing together with others was the first try
                error, tried = tried, None
                raise error
            self._publish(added)

        try:
            self._within(deadline, "queue", publish)
        except BaseException:
            # a confirm can get lost after the message arrived: a row that a consumer has claimed was accepted
            if self._withdrawn(ingestion, deadline):
                self._delete_object(ingestion)
                raise

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

    def _withdrawn(self, ingestion: Ingestion, deadline: float) -> bool:
        """Whether the row is gone. Retried: it may be gone although the response was lost, and then nothing was accepted.

        Without a response the upload is refused: the schedule withdraws the row, if it still exists, as it has no object.
        """

        def withdraw() -> bool:
            return self._ingestions.withdraw(ingestion.id) or self._ingestions.get(ingestion.id) is None

        try:
            return self._retry.call(withdraw, within_seconds=max(UNDO_SECONDS, deadline - self._clock()))
        except Unavailable as error:
            logger.warning("Could not withdraw the row of a refused upload; the schedule will: %s %s", ingestion.id, error)
            return True

    def _put(self, upload: Upload, new: NewIngestion) -> None:
        with upload.open() as content:
            metadata = {"filename": new.filename, "correlation-id": new.correlation_id}
            self._objects.put(new.s3_key, content, size=new.size, sha256=new.sha256, metadata=metadata)

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

    def _delete_object(self, ingestion: NewIngestion | Ingestion) -> None:
        try:
            self._objects.delete(ingestion.s3_key)
        except Unavailable as error:
            logger.warning("Could not delete the object of a refused upload; the schedule will: %s %s", ingestion.s3_key, error)

    def _within(self, deadline: float, role: str, work: Callable[[], T]) -> T:
        left = max(0.05, deadline - self._clock())
        return self._breakers[role].call(lambda: self._retry.call(work, within_seconds=left))

    def _known(self, key: IdempotencyKey) -> KeyedIngestion | None:
        return self._ingestions.find_by_idempotency_key(key.key, self._now())

    def _key(self, given: str | None, filename: str, sha256: str) -> IdempotencyKey | None:
        if given is None:
            return None
        fingerprint = hashlib.sha256(f"{filename}\0{sha256}".encode()).hexdigest()
        return IdempotencyKey(given, fingerprint, self._now() + self._key_lifetime)


def _replayed(known: KeyedIngestion, key: IdempotencyKey) -> Accepted:
    if known.fingerprint != key.fingerprint:
        raise KeyReused(key.key)
    if known.ingestion.published_at is None and known.ingestion.revision == 0:
        raise KeyInProgress(key.key)
    return Accepted(known.ingestion, replayed=True)
