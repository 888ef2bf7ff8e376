"""The ingest API's routes: who may ask what, and which answer they get. The work is `service`'s and `upload`'s."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar
from uuid import UUID

import orjson
from fastapi import APIRouter, FastAPI, Header, Request, Response
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus
from invoiceflow_api import problems
from invoiceflow_api.correlation import CorrelationMiddleware, correlation_id, traceparent
from invoiceflow_api.ingest.service import Accepted, IngestService, KeyInProgress, KeyReused
from invoiceflow_api.ingest.upload import OVERHEAD, ReceivedUpload
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.operations import Dependencies, router
from invoiceflow_api.problems import ProblemError, documented

T = TypeVar("T")
PREFIX: Final = "/api/v1/ingest"
MAX_IN_FLIGHT: Final = 64
"""Uploads at one time; more are told to come back, so that a flood costs neither disk nor memory."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
EXAMPLE_ID: Final = "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"


class UploadAccepted(BaseModel):
    request_id: UUID = Field(examples=[EXAMPLE_ID])
    status: IngestionStatus = Field(examples=["PENDING"])
    message: str = Field(examples=["File uploaded successfully, processing started"])
    duplicate_of: UUID | None = Field(
        None, description="The first ingestion with the same bytes, where there is one.", examples=[EXAMPLE_ID]
    )


class FailureShown(BaseModel):
    code: str = Field(examples=["file.corrupted"])
    message: str = Field(examples=["The PDF is damaged and cannot be opened."])


class IngestionShown(BaseModel):
    request_id: UUID = Field(examples=[EXAMPLE_ID])
    filename: str = Field(examples=["invoice.pdf"])
    status: IngestionStatus = Field(examples=["COMPLETED"])
    created_at: datetime = Field(examples=["2026-01-01T00:00:00Z"])
    updated_at: datetime = Field(examples=["2026-01-01T00:00:01Z"])
    s3_key: str = Field(examples=[f"raw/{EXAMPLE_ID}.pdf"])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    size: int = Field(description="Bytes.", examples=[48213])
    page_count: int = Field(examples=[1])
    attempts: int = Field(description="How often it was tried to read it since it was asked for last.", examples=[1])
    duplicate_of: UUID | None = Field(description="The first ingestion with the same bytes.", examples=[None])
    failure: FailureShown | None = Field(description="Why it is FAILED.", examples=[None])


class Statistics(BaseModel):
    pending: int = Field(examples=[5])
    processing: int = Field(examples=[3])
    failed: int = Field(examples=[1])
    completed: int = Field(examples=[23])
    total: int = Field(examples=[32])


SHOWN_AS: Final = {"queue": "rabbitmq", "object_store": "s3", "database": "database"}
"""The documented names of what uploads need, whichever adapter is behind it."""


class Health(BaseModel):
    service: Literal["healthy", "degraded", "unhealthy"] = Field(examples=["healthy"])
    dependencies: dict[str, Literal["healthy", "unhealthy"]] = Field(
        examples=[{"rabbitmq": "healthy", "s3": "healthy", "database": "healthy", "search": "healthy"}]
    )
    circuit_breakers: dict[str, Literal["closed", "open"]] = Field(
        description="Open: it failed several times in a row, and uploads are told so at once.",
        examples=[{"rabbitmq": "closed", "s3": "closed", "database": "closed"}],
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running ingest API holds; opened by the lifespan, closed with it. `threads` store uploads: of their own, so that
    status and health answer while each of these waits for a dependency."""

    service: IngestService
    threads: Executor
    dependencies: Dependencies
    spool: Path


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """`file_bytes` of one file; `seconds` for one upload, in which its body must be here and everything is tried again."""

    file_bytes: int
    seconds: float


def create_app(
    parts: Callable[[], Parts], limits: UploadLimits, *, version: str, new_id: Callable[[], UUID], **fastapi: object
) -> FastAPI:
    """The application. `parts` gives what the lifespan opened; `fastapi` is handed to FastAPI (its lifespan)."""
    metrics = RequestMetrics()
    app = FastAPI(
        title="InvoiceFlow ingest API",
        version=version,
        description="Uploads invoices as PDF and tells what became of them.",
        **fastapi,  # type: ignore[arg-type]  # FastAPI's own keyword arguments
    )
    app.state.metrics = metrics
    problems.install(app)
    app.add_middleware(CorrelationMiddleware, new_id=new_id, metrics=metrics)
    app.include_router(_ingest_routes(parts, limits, metrics))
    app.include_router(router(lambda: parts().dependencies, frozenset({"database"}), version, metrics))
    return app


async def to_the_end(work: asyncio.Future[T]) -> T:
    """Its result. When the request is cancelled it is waited for all the same: it reads what the request has spooled."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        work.exception()  # nobody is there any more to be told
        raise


def _ingest_routes(parts: Callable[[], Parts], limits: UploadLimits, metrics: RequestMetrics) -> APIRouter:
    routes = APIRouter(tags=["ingest"])
    in_flight = asyncio.Semaphore(MAX_IN_FLIGHT)

    @routes.post(
        f"{PREFIX}/upload",
        status_code=202,
        response_model=UploadAccepted,
        summary="Upload an invoice",
        openapi_extra={"requestBody": _REQUEST_BODY},
        responses={**_UPLOAD_PROBLEMS, 202: {"headers": _ACCEPTED_HEADERS}},
    )
    async def upload(
        request: Request,
        idempotency_key: Annotated[str | None, Header(description="Makes a repeated upload return the first answer.")] = None,
    ) -> Response:
        try:
            if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
                detail = "The Idempotency-Key must be 1 to 255 visible ASCII characters."
                raise ProblemError(422, "idempotency.key_invalid", detail)
            if in_flight.locked():
                raise ProblemError(503, "upload.busy", "Too many uploads at one time. Please try again.", {"Retry-After": "1"})
            async with in_flight:
                accepted = await _refusing(lambda: _accept(request, parts(), limits, idempotency_key))
        except ProblemError as problem:
            metrics.refused(problem.code)
            if problem.status == 408 or not _ends_soon(request, limits):
                # the server would go on reading what nobody wants, for as long as the client sends
                problem.headers["Connection"] = "close"
            raise
        metrics.accepted()
        return _answer(accepted)

    @routes.get(
        f"{PREFIX}/status/{{request_id}}",
        response_model=IngestionShown,
        summary="What became of an upload",
        responses=documented((404, "ingestion.not_found", "There is no ingestion with this id."), _DATABASE_AWAY),
    )
    def status(request_id: UUID) -> IngestionShown:
        ingestion = parts().service.find(request_id)
        if ingestion is None:
            raise ProblemError(404, "ingestion.not_found", "There is no ingestion with this id.")
        return _shown(ingestion)

    @routes.get(
        f"{PREFIX}/stats", response_model=Statistics, summary="How many there are", responses=documented(_DATABASE_AWAY)
    )
    def stats() -> Statistics:
        counts = parts().service.status_counts()
        return Statistics(
            pending=counts.pending,
            processing=counts.processing,
            failed=counts.failed,
            completed=counts.completed,
            total=counts.total,
        )

    @routes.get("/health", response_model=Health, include_in_schema=False)
    @routes.get(f"{PREFIX}/health", response_model=Health, summary="Is it well?", responses={503: {"model": Health}})
    def health(response: Response) -> Health:
        shown = _health(parts().dependencies.healthy(), parts().service.open_breakers())
        response.status_code = 503 if shown.service == "unhealthy" else 200
        return shown

    return routes


async def _accept(request: Request, parts: Parts, limits: UploadLimits, key: str | None) -> Accepted:
    deadline = time.monotonic() + limits.seconds
    received = ReceivedUpload(
        request.headers.get("content-type", ""), _length(request), request.stream(), parts.spool, limits.file_bytes
    )
    try:
        async with asyncio.timeout(limits.seconds):
            body = await received.__aenter__()
    except TimeoutError:
        raise ProblemError(408, "upload.timeout", f"The upload took longer than {limits.seconds:g} seconds.") from None
    try:
        work = partial(
            parts.service.accept,
            body,
            correlation_id=correlation_id(),
            idempotency_key=key,
            deadline=deadline,
            traceparent=traceparent(),
        )
        # in threads of our own: anyio's cost several times as much an upload
        return await to_the_end(asyncio.get_running_loop().run_in_executor(parts.threads, copy_context().run, work))
    finally:
        await received.__aexit__(None, None, None)


def _answer(accepted: Accepted) -> Response:
    """An `UploadAccepted`, written by hand: FastAPI's own way through pydantic is a twentieth of an upload's work."""
    ingestion = accepted.ingestion
    body: dict[str, str | UUID] = {
        "request_id": ingestion.id,
        "status": IngestionStatus.PENDING.value,  # the first answer, also when it is given again
        "message": "File uploaded successfully, processing started",
    }
    if ingestion.duplicate_of is not None:
        body["duplicate_of"] = ingestion.duplicate_of
    headers = {"Location": f"{PREFIX}/status/{ingestion.id}", "Retry-After": "1"}
    if accepted.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(orjson.dumps(body), 202, headers, "application/json")


def _length(request: Request) -> int | None:
    given = request.headers.get("content-length", "")
    return int(given) if given.isdecimal() and len(given) < 20 else None


def _ends_soon(request: Request, limits: UploadLimits) -> bool:
    length = _length(request)
    return length is not None and length <= limits.file_bytes + OVERHEAD


async def _refusing(work: Callable[[], Awaitable[Accepted]]) -> Accepted:
    """Runs an upload; what it refuses becomes a problem."""
    try:
        return await work()
    except PermanentFailure as failure:
        raise ProblemError(400, failure.code, failure.message) from failure
    except KeyReused as error:
        raise ProblemError(422, "idempotency.key_reused", "This Idempotency-Key came with another file before.") from error
    except KeyInProgress as error:
        detail = "The first request with this Idempotency-Key is still at work."
        raise ProblemError(409, "idempotency.in_progress", detail, {"Retry-After": "1"}) from error
    except ClientDisconnect as error:
        raise ProblemError(400, "upload.interrupted", "The client went away in the middle of the upload.") from error


def _shown(ingestion: Ingestion) -> IngestionShown:
    failure = ingestion.failure
    return IngestionShown(
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
        failure=None if failure is None else FailureShown(code=failure.code, message=failure.message),
    )


def _health(healthy: Mapping[str, bool], open_breakers: Mapping[str, bool]) -> Health:
    """Unhealthy: uploads are refused. Degraded: they are accepted, and what is read of them cannot be found yet."""
    level: Literal["healthy", "degraded", "unhealthy"] = "healthy"
    if not all(healthy[name] for name in SHOWN_AS.values()):
        level = "unhealthy"
    elif not all(healthy.values()):
        level = "degraded"
    return Health(
        service=level,
        dependencies={name: "healthy" if good else "unhealthy" for name, good in healthy.items()},
        circuit_breakers={SHOWN_AS[role]: "open" if is_open else "closed" for role, is_open in open_breakers.items()},
    )


_DATABASE_AWAY: Final = (503, "database.unavailable", "The database cannot be reached. Please try again.")
_UPLOAD_PROBLEMS: Final = documented(
    (400, "file.not_pdf", "The file is not a PDF."),
    (400, "file.too_large", "The file is larger than 10 MB."),
    (400, "file.empty", "The file is empty."),
    (400, "file.missing", "The body has no part named `file`."),
    (400, "file.several", "The body has more than one part named `file`; send one file at a time."),
    (400, "file.wrong_type", "The file is declared as image/png; only application/pdf is taken."),
    (400, "file.corrupted", "The PDF is damaged and cannot be opened."),
    (400, "file.encrypted", "The PDF is protected by a password. Please send it without one."),
    (400, "file.no_pages", "The PDF has no pages."),
    (400, "file.too_many_pages", "The PDF has 5000 pages; at most 2000 are taken."),
    (400, "file.too_complex", "The file takes more time or memory to open than an invoice may."),
    (400, "upload.malformed", "Send the file as multipart/form-data, in a part named `file`."),
    (408, "upload.timeout", "The upload took longer than 30 seconds."),
    (409, "idempotency.in_progress", "The first request with this Idempotency-Key is still at work."),
    (422, "idempotency.key_reused", "This Idempotency-Key came with another file before."),
    (500, "internal.error", "Something went wrong on our side. It has been logged."),
    (502, "storage.unavailable", "The file storage cannot be reached. Please try again."),
    (502, "queue.unavailable", "The message queue cannot be reached. Please try again."),
    _DATABASE_AWAY,
    (503, "upload.busy", "Too many uploads at one time. Please try again."),
)
_ACCEPTED_HEADERS: Final = {
    "Location": {"description": "Where the status is asked for.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds after which asking makes sense.", "schema": {"type": "integer"}},
}
_REQUEST_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary", "description": "A PDF file."}},
            }
        }
    },
}
