"""What goes over the wire of the ingest API: bodies of requests and responses, as OpenAPI describes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from invoiceflow.domain.ingestion import Ingestion, IngestionStatus, StatusCounts

EXAMPLE_ID: Final = "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"
OTHER_ID: Final = "0192f0c1-9a01-7bbb-8c1d-1a2b3c4d5e6f"
_STATUS_EXAMPLE: Final[dict[str, Any]] = {
    "request_id": EXAMPLE_ID,
    "filename": "invoice.pdf",
    "status": "COMPLETED",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:01Z",
    "s3_key": f"raw/{EXAMPLE_ID}.pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 48213,
    "page_count": 1,
    "attempts": 1,
    "duplicate_of": None,
    "failure": None,
}
DEPENDENCY_NAMES: Final = {"queue": "rabbitmq", "object_store": "s3", "database": "database"}
"""The documented names of what uploads need, by role, whichever adapter is behind it."""


class UploadAccepted(BaseModel):
    """An accepted upload; its invoice will be read soon."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"request_id": EXAMPLE_ID, "status": "PENDING", "message": "File uploaded successfully, processing started"}
            ]
        }
    )

    request_id: UUID = Field(description="Identifies the ingestion from now on, in both APIs.", examples=[EXAMPLE_ID])
    status: IngestionStatus = Field(description="The state of the ingestion: `PENDING`.", examples=["PENDING"])
    message: str = Field(description="For people.", examples=["File uploaded successfully, processing started"])
    duplicate_of: UUID | None = Field(
        None, description="The first ingestion with the same bytes, if there is one.", examples=[EXAMPLE_ID]
    )


class UploadKnown(BaseModel):
    """The first ingestion of a file that was uploaded again with `on_duplicate=return`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"request_id": EXAMPLE_ID, "status": "COMPLETED", "message": "The same file was uploaded before"}]
        }
    )

    request_id: UUID = Field(description="The first ingestion with the same bytes.", examples=[EXAMPLE_ID])
    status: IngestionStatus = Field(description="Its current state; it may be `FAILED`.", examples=["COMPLETED"])
    message: str = Field(description="For people.", examples=["The same file was uploaded before"])


class IngestionFailure(BaseModel):
    """Why an invoice could not be processed."""

    code: str = Field(description="Stable, for programs.", examples=["file.corrupted"])
    message: str = Field(description="For people.", examples=["The PDF is damaged and cannot be opened."])


class IngestionStatusResponse(BaseModel):
    """The state of one ingestion."""

    model_config = ConfigDict(json_schema_extra={"examples": [_STATUS_EXAMPLE]})

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
    attempts: int = Field(description="How often reading was tried since it was last requested.", examples=[1])
    duplicate_of: UUID | None = Field(description="The first ingestion with the same bytes, if there is one.", examples=[None])
    failure: IngestionFailure | None = Field(description="Why the status is `FAILED`; otherwise null.", examples=[None])


class IngestionStatusList(BaseModel):
    """The states of several ingestions."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_STATUS_EXAMPLE], "not_found": [OTHER_ID]}]})

    items: list[IngestionStatusResponse] = Field(description="Those that exist, in the order of the ids.")
    not_found: list[UUID] = Field(description="The ids of which there is no ingestion.", examples=[[OTHER_ID]])


class Statistics(BaseModel):
    """Number of ingestions by status."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"pending": 5, "processing": 3, "failed": 1, "completed": 23, "total": 32}]}
    )

    pending: int = Field(description="Waiting to be read.", examples=[5])
    processing: int = Field(description="Being read now.", examples=[3])
    failed: int = Field(description="Could not be processed.", examples=[1])
    completed: int = Field(description="Read and searchable.", examples=[23])
    total: int = Field(description="All of them.", examples=[32])


class ServiceHealth(BaseModel):
    """Whether uploads are accepted and become searchable."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "healthy",
                    "dependencies": {"rabbitmq": "healthy", "s3": "healthy", "database": "healthy", "search": "healthy"},
                    "circuit_breakers": {"rabbitmq": "closed", "s3": "closed", "database": "closed"},
                }
            ]
        }
    )

    service: Literal["healthy", "degraded", "unhealthy"] = Field(
        description="`unhealthy`: uploads are refused. `degraded`: they are accepted but not searchable yet.",
        examples=["healthy"],
    )
    dependencies: dict[str, Literal["healthy", "unhealthy"]] = Field(
        description="The state of each dependency by name.",
        examples=[{"rabbitmq": "healthy", "s3": "healthy", "database": "healthy", "search": "healthy"}],
    )
    circuit_breakers: dict[str, Literal["closed", "open"]] = Field(
        description="`open`: the dependency failed several times in a row; uploads are refused without trying it.",
        examples=[{"rabbitmq": "closed", "s3": "closed", "database": "closed"}],
    )


def status_response(ingestion: Ingestion) -> IngestionStatusResponse:
    """The response that shows this ingestion."""
    failure = ingestion.failure
    return IngestionStatusResponse(
        request_id=ingestion.id,
        filename=ingestion.filename,
        status=ingestion.status,
        created_at=ingestion.created_at,
        updated_at=ingestion.updated_at,
        s3_key=ingestion.s3_key,
        sha256=ingestion.sha256,
        size=ingestion.size,
        page_count=ingestion.page_count,
        attempts=ingestion.attempts,
        duplicate_of=ingestion.duplicate_of,
        failure=None if failure is None else IngestionFailure(code=failure.code, message=failure.message),
    )


def statistics(counts: StatusCounts) -> Statistics:
    """The response that shows these counts."""
    return Statistics(
        pending=counts.pending,
        processing=counts.processing,
        failed=counts.failed,
        completed=counts.completed,
        total=counts.total,
    )


def service_health(healthy: Mapping[str, bool], open_breakers: Mapping[str, bool]) -> ServiceHealth:
    """`healthy` by dependency name, `open_breakers` by role."""
    level: Literal["healthy", "degraded", "unhealthy"] = "healthy"
    if not all(healthy[name] for name in DEPENDENCY_NAMES.values()):
        level = "unhealthy"
    elif not all(healthy.values()):
        level = "degraded"
    return ServiceHealth(
        service=level,
        dependencies={name: "healthy" if good else "unhealthy" for name, good in healthy.items()},
        circuit_breakers={DEPENDENCY_NAMES[role]: "open" if is_open else "closed" for role, is_open in open_breakers.items()},
    )
