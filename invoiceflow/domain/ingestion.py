"""The life of one accepted file: its row, its states, and the rules between them. What was read of it lives in `invoice`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

MAX_ATTEMPTS: Final = 5
"""Automatic attempts at one ingestion; a person may ask for more (reprocess)."""


class IngestionStatus(StrEnum):
    """PENDING -> PROCESSING -> COMPLETED | FAILED; reprocessing takes COMPLETED or FAILED back to PENDING."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class RecordedFailure:
    """Why an ingestion is FAILED. `transient`: the reprocessing schedule may try it again by itself."""

    code: str
    message: str
    transient: bool


@dataclass(frozen=True, slots=True)
class NewIngestion:
    """What is known of a file when it is accepted. `size` in bytes, `sha256` lower-case hex, `filename` fit to be shown."""

    id: UUID
    filename: str
    s3_key: str
    sha256: str
    size: int
    page_count: int
    source: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Ingestion:
    """One row: the truth about an accepted file. Times are aware, in UTC.

    `revision` grows with every claim: it fences late writers (a row and a search document only take a result of the newest
    claim). `published_at` is None until the broker confirmed the wake-up message. `duplicate_of` is the first ingestion
    with the same bytes. `next_attempt_at` is when the reprocessing schedule may try a transient failure again.
    """

    id: UUID
    filename: str
    s3_key: str
    status: IngestionStatus
    created_at: datetime
    updated_at: datetime
    sha256: str
    size: int
    page_count: int
    source: str
    correlation_id: str
    revision: int
    attempts: int
    duplicate_of: UUID | None = None
    failure: RecordedFailure | None = None
    extractor_version: str | None = None
    run_id: str | None = None
    published_at: datetime | None = None
    next_attempt_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many ingestions are in each state."""

    pending: int = 0
    processing: int = 0
    failed: int = 0
    completed: int = 0

    @property
    def total(self) -> int:
        return self.pending + self.processing + self.failed + self.completed


def object_key(request_id: UUID) -> str:
    """Where the original of an ingestion lies in the object store: `raw/<request_id>.pdf`."""
    return f"raw/{request_id}.pdf"
