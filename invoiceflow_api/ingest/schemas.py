"""What goes over the wire of the ingest API: bodies of requests and responses, as OpenAPI describes them."""

from collections.abc import Mapping
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from invoiceflow.domain.ingestion import Ingestion, IngestionStatus, StatusCounts
from invoiceflow_api.ingestion_schema import EXAMPLE_ID, EXAMPLE_METADATA, IngestionMetadata, metadata_of
from invoiceflow_api.processing_health import ProcessingState

OTHER_ID: Final = "0192f0c1-9a01-7bbb-8c1d-1a2b3c4d5e6f"
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


class IngestionStatusResponse(IngestionMetadata):
    """The state of one ingestion."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_METADATA]})


class IngestionStatusList(BaseModel):
    """The states of several ingestions."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [EXAMPLE_METADATA], "not_found": [OTHER_ID]}]})

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


class ProcessingHealth(BaseModel):
    """Whether accepted uploads are really processed."""

    state: Literal["ok", "degraded", "unknown"] = Field(
        description="`degraded`: see `reasons`. `unknown`: the queue or the database did not answer within a moment.",
        examples=["ok"],
    )
    reasons: list[str] = Field(
        description="Why processing is degraded; empty when it moves or nothing waits.",
        examples=[["3 messages wait and no consumer is connected"]],
    )
    waiting: int | None = Field(description="Messages in the queue.", examples=[0])
    consumers: int | None = Field(description="Consumers connected to the queue.", examples=[1])
    dead_letters: int | None = Field(description="Messages that were given up.", examples=[0])
    oldest_waiting_seconds: float | None = Field(description="Age of the oldest upload never finished.", examples=[0.0])


class ServiceHealth(BaseModel):
    """Whether uploads are accepted and become searchable."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "healthy",
                    "dependencies": {"rabbitmq": "healthy", "s3": "healthy", "database": "healthy", "search": "healthy"},
                    "circuit_breakers": {"rabbitmq": "closed", "s3": "closed", "database": "closed"},
                    "processing": {
                        "state": "ok",
                        "reasons": [],
                        "waiting": 0,
                        "consumers": 1,
                        "dead_letters": 0,
                        "oldest_waiting_seconds": 0.0,
                    },
                }
            ]
        }
    )

    service: Literal["healthy", "degraded", "unhealthy"] = Field(
        description="`unhealthy`: uploads are refused. `degraded`: they are accepted, but not processed or not searchable yet.",
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
    processing: ProcessingHealth = Field(description="Null numbers could not be looked up within a moment.")


def status_response(ingestion: Ingestion) -> IngestionStatusResponse:
    """The response that shows this ingestion."""
    return IngestionStatusResponse.model_validate(metadata_of(ingestion))


def statistics(counts: StatusCounts) -> Statistics:
    """The response that shows these counts."""
    return Statistics(
        pending=counts.pending,
        processing=counts.processing,
        failed=counts.failed,
        completed=counts.completed,
        total=counts.total,
    )


def service_health(
    healthy: Mapping[str, bool], open_breakers: Mapping[str, bool], processing: ProcessingState
) -> ServiceHealth:
    """`healthy` by dependency name, `open_breakers` by role."""
    level: Literal["healthy", "degraded", "unhealthy"] = "healthy"
    if not all(healthy[name] for name in DEPENDENCY_NAMES.values()):
        level = "unhealthy"
    elif not all(healthy.values()) or processing.reasons:
        level = "degraded"
    return ServiceHealth(
        service=level,
        dependencies={name: "healthy" if good else "unhealthy" for name, good in healthy.items()},
        circuit_breakers={DEPENDENCY_NAMES[role]: "open" if is_open else "closed" for role, is_open in open_breakers.items()},
        processing=ProcessingHealth(
            state=processing.state,
            reasons=list(processing.reasons),
            waiting=processing.waiting,
            consumers=processing.consumers,
            dead_letters=processing.dead_letters,
            oldest_waiting_seconds=processing.oldest_waiting_seconds,
        ),
    )
