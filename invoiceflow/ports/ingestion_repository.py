"""The rows: every accepted file, its state, and what was read of it. The one source of truth."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, NewIngestion, RecordedFailure, StatusCounts
from invoiceflow.domain.pipeline_counters import Counts, FinishedInvoice


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's Idempotency-Key with the fingerprint (hex sha256) of the request it came with."""

    key: str
    fingerprint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeyedIngestion:
    """The ingestion that an Idempotency-Key already made, and the fingerprint of the request that made it."""

    ingestion: Ingestion
    fingerprint: str


class IdempotencyKeyTaken(Exception):
    """Another request with this Idempotency-Key was accepted first; nothing was added."""


@dataclass(frozen=True, slots=True)
class Completed:
    """Read (or re-indexed): the row becomes COMPLETED. `extraction` is None when only the search document was rebuilt."""

    request_id: UUID
    revision: int
    extraction: StoredExtraction | None


@dataclass(frozen=True, slots=True)
class Failed:
    """Could not be processed: the row becomes FAILED. `next_attempt_at` is None when nothing tries again by itself."""

    request_id: UUID
    revision: int
    failure: RecordedFailure
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueLimits:
    """What `take_due` looks for: stale rows last changed before `stale_before`, unpublished ones made before
    `unpublished_before`; transient failures under `max_attempts`; extractions not made by `extractor_version`."""

    now: datetime
    stale_before: datetime
    unpublished_before: datetime
    extractor_version: str
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Activity:
    """Whether processing moves. `waiting_since` is when the oldest upload that was never finished was accepted, None when
    none waits; `finished_at` is when any was finished last; the counts are those finished in the last hour."""

    waiting_since: datetime | None
    finished_at: datetime | None
    completed: int
    failed: int


@dataclass(frozen=True, slots=True)
class ChangePosition:
    """A place in the change feed: just behind the change of `request_id` in `transaction`."""

    transaction: int
    request_id: UUID


@dataclass(frozen=True, slots=True)
class Change:
    """An ingestion as its latest change left it, with its newest extraction."""

    ingestion: Ingestion
    extraction: StoredExtraction | None


@dataclass(frozen=True, slots=True)
class ChangeBatch:
    """Changes in the order of commits. `position` is where to continue: behind the last of them, or, unless there `is_more`
    now, behind everything that was committed."""

    changes: Sequence[Change]
    position: ChangePosition
    is_more: bool


class ChangesFromTheFuture(Exception):
    """The position lies behind all that this database has ever done: it is of another one (a backup was restored)."""


class IngestionRepository(ABC):
    """Every method raises `Unavailable` when the database cannot be reached. Safe to use from many threads."""

    # -- the ingest API --------------------------------------------------------------------------------------------------

    @abstractmethod
    def add(self, new: NewIngestion, idempotency: IdempotencyKey | None = None) -> Ingestion:
        """Inserts a PENDING row (and the key) in one transaction; `duplicate_of` is filled in. Raises IdempotencyKeyTaken."""

    @abstractmethod
    def add_all(self, new: Sequence[NewIngestion]) -> list[Ingestion]:
        """As `add`, all of them or none, in the order given. Of two with the same bytes neither names the other: claiming
        does."""

    @abstractmethod
    def find_by_idempotency_key(self, key: str, now: datetime) -> KeyedIngestion | None:
        """The ingestion an unexpired key made."""

    @abstractmethod
    def find_by_content(self, sha256: str) -> Ingestion | None:
        """The first ingestion with these bytes. One whose message was never published and that nobody has claimed is not
        accepted yet: it is returned only where there is no other."""

    @abstractmethod
    def mark_published(self, request_ids: Sequence[UUID], now: datetime) -> None:
        """The wake-up message of these rows is durable."""

    @abstractmethod
    def withdraw(self, request_id: UUID) -> bool:
        """Removes a row that was neither published nor claimed, with its idempotency key. False: it was, or is gone."""

    @abstractmethod
    def get(self, request_id: UUID) -> Ingestion | None: ...

    @abstractmethod
    def get_many(self, request_ids: Sequence[UUID]) -> Mapping[UUID, Ingestion]:
        """Those that have a row, by id."""

    @abstractmethod
    def pipeline_counts(self) -> Counts:
        """The counts of every invoice that was ever finished: by `finish`, or as a dead letter."""

    @abstractmethod
    def page(self, after_id: UUID | None, limit: int) -> list[Ingestion]:
        """Ingestions of whatever state in the order of their ids, from behind `after_id`."""

    @abstractmethod
    def failed(
        self, limit: int, *, code: str | None = None, since: datetime | None = None, updated_before: datetime | None = None
    ) -> list[UUID]:
        """Up to `limit` ids of FAILED ingestions, oldest first: all, or those with this failure code, that failed at `since` or
        later, that were last updated before `updated_before`."""

    @abstractmethod
    def activity(self, now: datetime) -> Activity:
        """What moves and what waits."""

    @abstractmethod
    def changes(self, after: ChangePosition | None, since: datetime | None, limit: int) -> ChangeBatch:
        """Up to `limit` ingestions whose latest change was committed behind `after` (None: from the beginning), in the order of
        commits; only those updated at `since` or later. What is changed again appears again, behind its later change. Nothing
        is ever missed: a change that is still uncommitted holds back those behind it. Raises ChangesFromTheFuture."""

    @abstractmethod
    def restamp_restored(self) -> int:
        """After a backup was restored: rows whose change lies in this database's future count as changed now. Says how many."""

    @abstractmethod
    def status_counts(self) -> StatusCounts: ...

    # -- the pipeline ----------------------------------------------------------------------------------------------------

    @abstractmethod
    def claim(self, request_ids: Sequence[UUID], run_id: str) -> list[Ingestion]:
        """Takes the PENDING and PROCESSING rows among these to PROCESSING, attempts + 1, revision + 1; returns them as they
        then are, in the order asked. Rows that are final, and ids without a row, are left out."""

    @abstractmethod
    def touch(self, request_ids: Sequence[UUID], run_id: str) -> None:
        """Says that this run still works on those of them that it has claimed: they go stale later. Changes nothing else."""

    @abstractmethod
    def reopen(self, request_ids: Sequence[UUID], correlation_id: str) -> list[Ingestion]:
        """Takes the COMPLETED and FAILED rows among these back to PENDING (attempts start again, published_at is None);
        returns those taken."""

    @abstractmethod
    def finish(
        self, results: Sequence[Completed | Failed], now: datetime, counted: Mapping[UUID, FinishedInvoice] | None = None
    ) -> set[UUID]:
        """Writes the rows and their extractions in one transaction, and counts for the metrics what `counted` says of them.
        A result whose revision is not the row's own came too late: it is neither written nor counted. Returns the ids that
        were written."""

    @abstractmethod
    def extractions(self, request_ids: Sequence[UUID]) -> Mapping[UUID, StoredExtraction]:
        """The newest stored extraction of each; ids without one are left out."""

    @abstractmethod
    def document(self, request_id: UUID) -> tuple[Ingestion, StoredExtraction | None] | None:
        """The row and its newest extraction in one look, or None when there is no such row."""

    @abstractmethod
    def ids_present(self, request_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the given ids that have a row."""

    # -- schedules -------------------------------------------------------------------------------------------------------

    @abstractmethod
    def count_due(self, limits: DueLimits, limit: int) -> int:
        """How many `take_due` would take, counted up to `limit`."""

    @abstractmethod
    def take_due(self, limits: DueLimits, limit: int) -> list[Ingestion]:
        """Takes up to `limit` rows that ought to be worked on again to PENDING with published_at None and returns them:
        transient FAILED ones whose time has come, PENDING ones that were never published or have gone stale, PROCESSING ones
        gone stale, COMPLETED ones of another extractor version. The caller publishes them, then calls `mark_published`."""

    @abstractmethod
    def unannounced(self, before: datetime, limit: int) -> list[Ingestion]:
        """Up to `limit` PENDING rows, last changed before `before`, that were never published and never claimed."""

    @abstractmethod
    def fail_dead_letters(self, request_ids: Sequence[UUID], failure: RecordedFailure, now: datetime) -> list[Ingestion]:
        """Makes the PENDING and PROCESSING rows among these FAILED, and counts them; returns those changed, as they then
        are."""

    @abstractmethod
    def finished_before(self, before: datetime, after_id: UUID | None, limit: int) -> list[UUID]:
        """Ids of final rows last changed before `before`, by id, in pages (retention of Dagster's partition keys)."""

    @abstractmethod
    def final_revisions(self) -> Iterator[tuple[date, UUID, int]]:
        """The day it was received (UTC), id and revision of every COMPLETED and FAILED row, by day and id; read bit by bit.

        Holds a connection until it is closed or at its end.
        """

    @abstractmethod
    def final_documents(self, request_ids: Sequence[UUID]) -> list[tuple[Ingestion, StoredExtraction | None]]:
        """Those of the rows that are COMPLETED or FAILED now, each with its newest extraction in the same look."""

    @abstractmethod
    def expire_idempotency_keys(self, now: datetime) -> int:
        """Removes the expired keys; says how many."""

    @abstractmethod
    def check(self) -> None:
        """Returns when the database can be used now; else raises Unavailable, within two seconds."""
