"""The metadata of an ingestion as both APIs show them: the same fields in a list, in a single response, in a status."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, Field

from invoiceflow.domain.ingestion import Ingestion, IngestionStatus

EXAMPLE_ID: Final = "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"
EXAMPLE_METADATA: Final[dict[str, Any]] = {
    "request_id": EXAMPLE_ID,
    "filename": "invoice.pdf",
    "status": "COMPLETED",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:01Z",
    "s3_key": f"raw/{EXAMPLE_ID}.pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 48213,
    "page_count": 1,
    "source": "upload",
    "revision": 1,
    "attempts": 1,
    "duplicate_of": None,
    "failure": None,
}


class IngestionFailure(BaseModel):
    """Why an invoice could not be processed."""

    code: str = Field(description="Stable, for programs.", examples=["file.corrupted"])
    message: str = Field(description="For people.", examples=["The PDF is damaged and cannot be opened."])


class IngestionMetadata(BaseModel):
    """The state of one ingestion, and what is known of its file."""

    request_id: UUID = Field(description="As returned by the upload.", examples=[EXAMPLE_ID])
    filename: str = Field(description="The client's file name, fit for display.", examples=["invoice.pdf"])
    status: IngestionStatus = Field(
        description="`PENDING` until a consumer takes it, `PROCESSING` while it is read, then `COMPLETED` or `FAILED`.",
        examples=["COMPLETED"],
    )
    created_at: datetime = Field(description="When the upload was accepted (UTC).", examples=["2026-01-01T00:00:00Z"])
    updated_at: datetime = Field(description="When the state last changed (UTC).", examples=["2026-01-01T00:00:01Z"])
    s3_key: str = Field(description="Where the original lies in the object store.", examples=[f"raw/{EXAMPLE_ID}.pdf"])
    sha256: str = Field(
        description="SHA-256 of the original, hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    size: int = Field(description="Size of the original in bytes.", examples=[48213])
    page_count: int = Field(description="Number of pages.", examples=[1])
    source: str = Field(description="Where the file came from.", examples=["upload"])
    revision: int = Field(description="Grows with every processing; 0 until the first one begins.", examples=[1])
    attempts: int = Field(description="How often reading was tried since it was last requested.", examples=[1])
    duplicate_of: UUID | None = Field(description="The first ingestion with the same bytes, if there is one.", examples=[None])
    failure: IngestionFailure | None = Field(description="Why the status is `FAILED`; otherwise null.", examples=[None])


def metadata_of(ingestion: Ingestion) -> dict[str, Any]:
    """The JSON of an `IngestionMetadata`, written by hand: lists of a hundred go through here."""
    failure = ingestion.failure
    return {
        "request_id": str(ingestion.id),
        "filename": ingestion.filename,
        "status": ingestion.status.value,
        "created_at": timestamp(ingestion.created_at),
        "updated_at": timestamp(ingestion.updated_at),
        "s3_key": ingestion.s3_key,
        "sha256": ingestion.sha256,
        "size": ingestion.size,
        "page_count": ingestion.page_count,
        "source": ingestion.source,
        "revision": ingestion.revision,
        "attempts": ingestion.attempts,
        "duplicate_of": None if ingestion.duplicate_of is None else str(ingestion.duplicate_of),
        "failure": None if failure is None else {"code": failure.code, "message": failure.message},
    }


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC with `Z`, as pydantic writes it."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
