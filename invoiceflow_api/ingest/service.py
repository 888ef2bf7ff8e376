"""Accepting uploads and reporting on ingestions: keys, duplicates, the order of steps. Knows no web framework."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from invoiceflow.domain.ingestion import Ingestion, NewIngestion, StatusCounts, object_key
from invoiceflow.ports.ingestion_repository import IdempotencyKey, IdempotencyKeyTaken, IngestionRepository, KeyedIngestion
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.ports.upload_claims import ClaimHeld, UploadClaims
from invoiceflow_api.ingest.storing import Attempt, UploadWriter, is_accepted
from invoiceflow_api.ingest.upload import Upload


class OnDuplicate(StrEnum):
    """What to do with a file whose bytes were accepted before."""

    ACCEPT = "accept"
    RETURN = "return"
    REJECT = "reject"


class KeyReused(Exception):
    """The Idempotency-Key was used with another file before."""


class KeyInProgress(Exception):
    """The first request with this Idempotency-Key has no response yet."""


class Duplicate(Exception):
    """The same bytes were accepted before, and the client wants them refused."""

    def __init__(self, first: UUID) -> None:
        """`first` is the ingestion with the same bytes."""
        super().__init__(first)
        self.first = first


class DuplicateInProgress(Exception):
    """Another upload of the same bytes is in progress; whether it is accepted is not known yet."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a client asks for beside the file. `traceparent` and `correlation_id` go with the ingestion."""

    correlation_id: str
    idempotency_key: str | None = None
    on_duplicate: OnDuplicate = OnDuplicate.ACCEPT
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted upload. `replayed`: an earlier request with the same Idempotency-Key made it. `was_known`: the same bytes
    were accepted before, and the client asked for that ingestion."""

    ingestion: Ingestion
    replayed: bool = False
    was_known: bool = False


class IngestService:
    """Takes uploads in and reports on ingestions. Thread-safe."""

    def __init__(
        self,
        *,
        ingestions: IngestionRepository,
        writer: UploadWriter,
        claims: UploadClaims,
        inspector: PdfInspector,
        key_lifetime: timedelta,
        new_id: Callable[[], UUID],
        now: Callable[[], datetime],
    ) -> None:
        """`key_lifetime` is how long an Idempotency-Key is remembered."""
        self._ingestions = ingestions
        self._writer = writer
        self._claims = claims
        self._inspector = inspector
        self._key_lifetime = key_lifetime
        self._new_id = new_id
        self._now = now

    def accept(self, upload: Upload, wishes: Wishes, deadline: float) -> Accepted:
        """Stores the upload and announces it to the pipeline. No retry begins after `deadline`.

        Raises PermanentFailure (the file), Unavailable (a dependency), KeyReused, KeyInProgress, Duplicate,
        DuplicateInProgress.
        """
        sha256 = upload.sha256()
        key = self._key(wishes.idempotency_key, upload.filename, sha256)
        if key is None and wishes.on_duplicate is OnDuplicate.ACCEPT:
            return self._store(Attempt(upload, deadline, wishes.traceparent), wishes, sha256, None)
        with self._claimed(None if key is None else f"key {key.key}", deadline, KeyInProgress) as key_is_ours:
            attempt = Attempt(upload, deadline, wishes.traceparent, key_is_ours)
            if key is not None and (replayed := self._replayed(attempt, key)):
                return replayed
            if wishes.on_duplicate is OnDuplicate.ACCEPT:
                return self._store(attempt, wishes, sha256, key)
            with self._claimed(f"content {sha256}", deadline, DuplicateInProgress):
                return self._known(attempt, wishes, sha256) or self._store(attempt, wishes, sha256, key)

    def open_breakers(self) -> Mapping[str, bool]:
        """Whether the circuit breaker of each role is open."""
        return self._writer.open_breakers()

    def find(self, request_id: UUID) -> Ingestion | None:
        """The ingestion with this id, if there is one. Raises Unavailable."""
        return self._ingestions.get(request_id)

    def find_many(self, request_ids: Sequence[UUID]) -> Mapping[UUID, Ingestion]:
        """Those ingestions that exist, by id. Raises Unavailable."""
        return self._ingestions.get_many(request_ids)

    def status_counts(self) -> StatusCounts:
        """The number of ingestions by status. Raises Unavailable."""
        return self._ingestions.status_counts()

    @contextmanager
    def _claimed(self, name: str | None, deadline: float, otherwise: type[Exception]) -> Iterator[Callable[[], bool]]:
        if name is None:
            yield lambda: True
            return
        with ExitStack() as held:
            try:
                is_ours = self._writer.within(deadline, "database", lambda: held.enter_context(self._claims.hold(name)))
            except ClaimHeld:
                raise otherwise(name) from None
            yield is_ours

    def _store(self, attempt: Attempt, wishes: Wishes, sha256: str, key: IdempotencyKey | None) -> Accepted:
        pages = self._inspector.page_count(attempt.upload.content)
        request_id = self._new_id()
        new = NewIngestion(
            id=request_id,
            filename=attempt.upload.filename,
            s3_key=object_key(request_id),
            sha256=sha256,
            size=attempt.upload.size,
            page_count=pages,
            source="upload",
            correlation_id=wishes.correlation_id,
        )
        try:
            return Accepted(self._writer.write(attempt, new, key))
        except IdempotencyKeyTaken:
            # by a request that had lost its claim; otherwise the key would have been found before
            if key is None or not (replayed := self._replayed(attempt, key)):
                raise KeyInProgress(wishes.idempotency_key) from None
            return replayed

    def _replayed(self, attempt: Attempt, key: IdempotencyKey) -> Accepted | None:
        """What the key's first request made. If its process died half-way, it is completed here and now."""
        known = self._keyed(attempt, key)
        if known is None:
            return None
        if known.fingerprint != key.fingerprint:
            raise KeyReused(key.key)
        if is_accepted(known.ingestion) or self._writer.take_over(attempt, known.ingestion):
            return Accepted(known.ingestion, replayed=True)
        return None

    def _keyed(self, attempt: Attempt, key: IdempotencyKey) -> KeyedIngestion | None:
        return self._writer.within(
            attempt.deadline, "database", lambda: self._ingestions.find_by_idempotency_key(key.key, self._now())
        )

    def _known(self, attempt: Attempt, wishes: Wishes, sha256: str) -> Accepted | None:
        """The first ingestion with these bytes, where the client asked for it."""
        first = self._writer.within(attempt.deadline, "database", lambda: self._ingestions.find_by_content(sha256))
        if first is None:
            return None
        if not is_accepted(first):  # it may still be refused, and then the file would be nowhere
            raise DuplicateInProgress(first.id)
        if wishes.on_duplicate is OnDuplicate.REJECT:
            raise Duplicate(first.id)
        return Accepted(first, was_known=True)

    def _key(self, given: str | None, filename: str, sha256: str) -> IdempotencyKey | None:
        if given is None:
            return None
        fingerprint = hashlib.sha256(f"{filename}\0{sha256}".encode()).hexdigest()
        return IdempotencyKey(given, fingerprint, self._now() + self._key_lifetime)
