"""The ingest API's routes: who may ask what, and which response they get. The work is `service`'s and `receiving`'s."""

import logging
import re
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Path, Query, Request, Response

from invoiceflow.domain.ingestion import IngestionStatus
from invoiceflow.logs import bound
from invoiceflow_api.correlation import correlation_id, traceparent
from invoiceflow_api.ingest.app_services import Services, app_services
from invoiceflow_api.ingest.receiving import body_ends_soon, receive, take_slot
from invoiceflow_api.ingest.schemas import (
    IngestionStatusList,
    IngestionStatusResponse,
    ServiceHealth,
    Statistics,
    UploadAccepted,
    UploadKnown,
    service_health,
    statistics,
    status_response,
)
from invoiceflow_api.ingest.service import Accepted, OnDuplicate, Wishes
from invoiceflow_api.ingestion_schema import EXAMPLE_ID
from invoiceflow_api.problems import ProblemError, documented
from invoiceflow_api.strict_parameters import StrictRoute

PREFIX: Final = "/api/v1/ingest"
MAX_IDS: Final = 100
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

logger = logging.getLogger("invoiceflow_api.ingest")
router = APIRouter(tags=["ingest"], route_class=StrictRoute)

_NOT_FOUND: Final = (404, "ingestion.not_found", "There is no ingestion with this id.")
_UPLOAD_PROBLEMS: Final = documented(
    "file.not_pdf",
    "file.too_large",
    "file.empty",
    "file.missing",
    "file.several",
    "file.wrong_type",
    "file.corrupted",
    "file.encrypted",
    "file.no_pages",
    "file.too_many_pages",
    "file.too_complex",
    "upload.malformed",
    "upload.interrupted",
    "upload.timeout",
    "upload.too_slow",
    "file.duplicate",
    "file.duplicate_in_progress",
    "idempotency.in_progress",
    "upload.too_many",
    "request.invalid",
    "idempotency.key_reused",
    "idempotency.key_invalid",
    "internal.error",
    "storage.unavailable",
    "queue.unavailable",
    "inspection.unavailable",
    "spool.unavailable",
    "database.unavailable",
    "upload.busy",
)
_LOCATION: Final = {
    "Location": {"description": "Where to poll the status.", "schema": {"type": "string", "format": "uri-reference"}},
    "Retry-After": {"description": "Suggested seconds to wait before polling.", "schema": {"type": "integer"}},
}
_ACCEPTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": UploadKnown,
        "description": "With `on_duplicate=return`: the same file was uploaded before; this is its ingestion",
        "headers": _LOCATION,
    },
    202: {
        "description": "The upload is accepted; its invoice will be read soon",
        "headers": {
            **_LOCATION,
            "Idempotency-Replayed": {
                "description": "`true` when an earlier request with the same Idempotency-Key was accepted, and this is its"
                " response again.",
                "schema": {"type": "string", "enum": ["true"]},
            },
        },
    },
}
_REQUEST_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "contentMediaType": "application/pdf",
                        "description": "One PDF file.",
                    }
                },
            },
            "encoding": {"file": {"contentType": "application/pdf"}},
        }
    },
}


@router.post(
    f"{PREFIX}/upload",
    operation_id="upload_invoice",
    summary="Upload an invoice",
    status_code=202,
    response_model=UploadAccepted,
    responses={**_UPLOAD_PROBLEMS, **_ACCEPTED},
    openapi_extra={"requestBody": _REQUEST_BODY},
)
async def upload_invoice(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="1 to 255 visible ASCII characters, chosen by the client. A repeated upload with the same key and file"
            " makes no second ingestion and gets the first response again.",
            examples=["2026-03-01-batch-7-file-12"],
            json_schema_extra={
                "minLength": 1,
                "maxLength": 255,
                "pattern": "^[!-~]+$",
            },  # checked below, with a code of its own
        ),
    ] = None,
    on_duplicate: Annotated[
        OnDuplicate,
        Query(
            description="What to do with a file whose bytes were accepted before. `accept`: make another ingestion, which names"
            " the first in `duplicate_of`. `return`: make none and return the first with 200. `reject`: refuse the upload with"
            " 409 `file.duplicate`. Of several uploads of one file at the same moment that all say `return` or `reject`, one is"
            " accepted; those that arrive meanwhile get 409 `file.duplicate_in_progress` and may try again. Uploads that say"
            " `accept` are not held back by others.",
        ),
    ] = OnDuplicate.ACCEPT,
) -> Response:
    """Checks the file while it arrives and stores it. What is refused leaves nothing behind."""
    services = await app_services(request)  # as a dependency it would cost each upload a hundredth more
    try:
        if idempotency_key is not None and not _KEY.fullmatch(idempotency_key):
            detail = "The Idempotency-Key must be 1 to 255 visible ASCII characters."
            raise ProblemError(422, "idempotency.key_invalid", detail)
        with take_slot(request, services) as slot:
            accepted = await receive(
                request, services, slot, Wishes(correlation_id(), idempotency_key, on_duplicate, traceparent())
            )
    except ProblemError as problem:
        services.metrics.record_refused(problem.code)
        _log_refusal(problem)
        if problem.status == 408 or not body_ends_soon(request, services.limits):
            # the server would read the refused body for as long as the client sends it
            problem.headers["Connection"] = "close"
        raise
    if not accepted.was_known:
        services.metrics.record_accepted()
    _log_acceptance(accepted)
    return _accepted_response(accepted, root_path=request.scope.get("root_path", ""))


@router.get(
    f"{PREFIX}/status/{{request_id}}",
    operation_id="get_status",
    summary="Get an upload's status",
    response_model=IngestionStatusResponse,
    response_description="The status",
    responses=documented(_NOT_FOUND, "database.unavailable"),
)
def get_status(
    services: Services, request_id: Annotated[UUID, Path(description="As returned by the upload.", examples=[EXAMPLE_ID])]
) -> IngestionStatusResponse:
    """The current state of one ingestion, and why it failed if it did."""
    ingestion = services.service.find(request_id)
    if ingestion is None:
        raise ProblemError(*_NOT_FOUND)
    return status_response(ingestion)


@router.get(
    f"{PREFIX}/status",
    operation_id="get_statuses",
    summary="Get the status of many uploads",
    response_model=IngestionStatusList,
    response_description="The status of each upload that exists",
    responses=documented("database.unavailable"),
)
def get_statuses(
    services: Services,
    request_id: Annotated[
        list[UUID],
        Query(
            alias="id",
            min_length=1,
            max_length=MAX_IDS,
            description="The ids to look up, each as returned by an upload: `?id=…&id=…`.",
            examples=[[EXAMPLE_ID]],
        ),
    ],
) -> IngestionStatusList:
    """The current state of up to 100 ingestions in one call, in the order of the ids."""
    ids = list(dict.fromkeys(request_id))
    found = services.service.find_many(ids)
    return IngestionStatusList(
        items=[status_response(found[one]) for one in ids if one in found],
        not_found=[one for one in ids if one not in found],
    )


@router.get(
    f"{PREFIX}/stats",
    operation_id="get_statistics",
    summary="Count invoices by status",
    response_model=Statistics,
    response_description="The number of ingestions by status",
    responses=documented("database.unavailable"),
)
def get_statistics(services: Services) -> Statistics:
    """How many ingestions wait, are being read, failed and are complete."""
    return statistics(services.service.status_counts())


@router.get("/health", response_model=ServiceHealth, include_in_schema=False)
@router.get(
    f"{PREFIX}/health",
    operation_id="get_health",
    summary="Get the service's health",
    response_model=ServiceHealth,
    response_description="Uploads are accepted",
    responses={
        503: {
            "model": ServiceHealth,
            "description": "Uploads are refused: a dependency is unavailable",
            "content": {
                "application/json": {
                    "example": {
                        "service": "unhealthy",
                        "dependencies": {"rabbitmq": "healthy", "s3": "unhealthy", "database": "healthy", "search": "healthy"},
                        "circuit_breakers": {"rabbitmq": "closed", "s3": "open", "database": "closed"},
                        "processing": {
                            "state": "ok",
                            "reasons": [],
                            "waiting": 0,
                            "consumers": 1,
                            "dead_letters": 0,
                            "oldest_waiting_seconds": 0.0,
                        },
                    }
                }
            },
        }
    },
)
def get_health(services: Services, response: Response) -> ServiceHealth:
    """Checks every dependency, at most four times a second however often it is called, and whether uploads are processed."""
    services.processing.ask()  # while the dependencies are checked
    health = service_health(services.dependencies.healthy(), services.service.open_breakers(), services.processing.state())
    response.status_code = 503 if health.service == "unhealthy" else 200
    return health


def _log_acceptance(accepted: Accepted) -> None:
    ingestion = accepted.ingestion
    with bound(request_id=str(ingestion.id), filename=ingestion.filename, size=ingestion.size):
        message = "Processing upload request %s for file %s"
        if accepted.replayed or accepted.was_known:
            message = "Returned upload request %s for file %s, which was accepted before"
        logger.info(message, ingestion.id, ingestion.filename)


def _log_refusal(problem: ProblemError) -> None:
    facts = {"code": problem.code, "status": problem.status}
    if problem.status < 500:
        logger.info("Refused an upload: %s", problem.detail, extra=facts)
    else:
        logger.warning("Refused an upload: %s", problem.__cause__ or problem.detail, extra=facts)


def _accepted_response(accepted: Accepted, *, root_path: str) -> Response:
    """An `UploadAccepted`, written by hand: FastAPI's own way through pydantic is a twentieth of an upload's work."""
    ingestion = accepted.ingestion
    headers = {"Location": f"{root_path}{PREFIX}/status/{ingestion.id}", "Retry-After": "1"}
    if accepted.was_known:
        known = {"request_id": ingestion.id, "status": ingestion.status.value, "message": "The same file was uploaded before"}
        return Response(orjson.dumps(known), 200, headers, "application/json")
    body: dict[str, str | UUID] = {
        "request_id": ingestion.id,
        "status": IngestionStatus.PENDING.value,  # the first response, also when it is repeated
        "message": "File uploaded successfully, processing started",
    }
    if ingestion.duplicate_of is not None:
        body["duplicate_of"] = ingestion.duplicate_of
    if accepted.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(orjson.dumps(body), 202, headers, "application/json")
