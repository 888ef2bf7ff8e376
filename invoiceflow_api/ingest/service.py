"""Accepting an upload: object, row, message, in this order; what is refused does not exist. Knows no web framework."""

import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from invoiceflow.circuit_breaker import CircuitBreaker
from invoiceflow.domain.ingestion import Ingestion, NewIngestion, StatusCounts, object_key
from invoiceflow.ports.ingest_queue import IngestQueue, Message
from invoiceflow.ports.ingestion_repository import IdempotencyKey, IdempotencyKeyTaken, IngestionRepository, KeyedIngestion
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.retries import RetryPolicy
from invoiceflow_api.ingest.group_commit import GroupCommit
from invoiceflow_api.ingest.upload import Upload

T = TypeVar("T")
logger = logging.getLogger(__name__)


class KeyReused(Exception):
    """The Idempotency-Key came with another file before."""


class KeyInProgress(Exception):
    """The first request with this Idempotency-Key is not answered yet."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`replayed`: an earlier request with the same Idempotency-Key made it."""

    ingestion: Ingestion
    replayed: bool


class IngestService:
    """`clock` counts the seconds that deadlines are told in."""

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
        self._ingestions = ingestions
        self._objects = objects
        self._inspector = inspector
        self._retry = retry
        self._key_lifetime = key_lifetime
        self._new_id = new_id
        self._now = now
        self._clock = clock
        # under load a statement and a confirm for several uploads, not for each
        self._publish = GroupCommit(queue.publish)
        self._mark_published = GroupCommit[UUID](lambda ids: self._ingestions.mark_published(ids, self._now()))
        self._breakers = {role: CircuitBreaker(role, clock) for role in ("object_store", "database", "queue")}

    def accept(self, upload: Upload, *, correlation_id: str, idempotency_key: str | None, deadline: float) -> Accepted:
        """Nothing is tried again after `deadline`.

        Raises PermanentFailure (the file), Unavailable (a dependency), KeyReused, KeyInProgress.
        """
        key = self._key(idempotency_key, upload)
        if key is not None and (known := self._within(deadline, "database", lambda: self._known(key))):
            return _replayed(known, key)
        pages = self._inspector.page_count(upload.path)
        request_id = self._new_id()
        new = NewIngestion(
            id=request_id,
            filename=upload.filename,
            s3_key=object_key(request_id),
            sha256=upload.sha256,
            size=upload.size,
            page_count=pages,
            source="upload",
            correlation_id=correlation_id,
        )
        self._within(deadline, "object_store", lambda: self._put(upload, new))
        try:
            ingestion = self._within(deadline, "database", self._adding(new, key))
        except IdempotencyKeyTaken:
            self._delete_object(new)
            if key is None or not (known := self._within(deadline, "database", lambda: self._known(key))):
                raise KeyInProgress(idempotency_key) from None
            return _replayed(known, key)
        except BaseException:
            self._delete_object(new)
            raise
        self._announce(ingestion, deadline)
        return Accepted(ingestion, replayed=False)

    def open_breakers(self) -> dict[str, bool]:
        """By role, whether its circuit breaker is open."""
        return {role: breaker.is_open for role, breaker in self._breakers.items()}

    def find(self, request_id: UUID) -> Ingestion | None:
        return self._ingestions.get(request_id)

    def status_counts(self) -> StatusCounts:
        return self._ingestions.status_counts()

    def _announce(self, ingestion: Ingestion, deadline: float) -> None:
        message = Message(ingestion.id, ingestion.correlation_id)
        try:
            self._within(deadline, "queue", lambda: self._publish(message))
        except BaseException:
            # a confirm can be lost after the message arrived: a row that a consumer has claimed was accepted
            if self._withdrawn(ingestion):
                self._delete_object(ingestion)
                raise
            return
        with suppress(Unavailable):  # the sweeper publishes once more, which does no harm
            self._mark_published(ingestion.id)

    def _withdrawn(self, ingestion: Ingestion) -> bool:
        try:
            return self._ingestions.withdraw(ingestion.id) or self._ingestions.get(ingestion.id) is None
        except Unavailable as error:
            logger.warning("A row could not be withdrawn; the sweeper will publish it: %s", error)
            return False

    def _put(self, upload: Upload, new: NewIngestion) -> None:
        with upload.path.open("rb") as content:
            metadata = {"filename": new.filename, "correlation-id": new.correlation_id}
            self._objects.put(new.s3_key, content, size=new.size, sha256=new.sha256, metadata=metadata)

    def _adding(self, new: NewIngestion, key: IdempotencyKey | None) -> Callable[[], Ingestion]:
        """From the second try on it asks first: the answer to a commit that took place may have been lost."""
        tried = False

        def add() -> Ingestion:
            nonlocal tried
            known = self._ingestions.get(new.id) if tried else None
            tried = True
            return known or self._ingestions.add(new, key)

        return add

    def _delete_object(self, ingestion: NewIngestion | Ingestion) -> None:
        try:
            self._objects.delete(ingestion.s3_key)
        except Unavailable as error:
            logger.warning("An object without a row stays until the sweeper comes: %s %s", ingestion.s3_key, error)

    def _within(self, deadline: float, role: str, work: Callable[[], T]) -> T:
        left = max(0.05, deadline - self._clock())
        return self._breakers[role].call(lambda: self._retry.call(work, within_seconds=left))

    def _known(self, key: IdempotencyKey) -> KeyedIngestion | None:
        return self._ingestions.find_by_idempotency_key(key.key, self._now())

    def _key(self, given: str | None, upload: Upload) -> IdempotencyKey | None:
        if given is None:
            return None
        fingerprint = hashlib.sha256(f"{upload.filename}\0{upload.sha256}".encode()).hexdigest()
        return IdempotencyKey(given, fingerprint, self._now() + self._key_lifetime)


def _replayed(known: KeyedIngestion, key: IdempotencyKey) -> Accepted:
    if known.fingerprint != key.fingerprint:
        raise KeyReused(key.key)
    if known.ingestion.published_at is None and known.ingestion.revision == 0:
        raise KeyInProgress(key.key)
    return Accepted(known.ingestion, replayed=True)
