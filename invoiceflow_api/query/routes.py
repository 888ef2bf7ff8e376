"""The query API's routes for invoices: who may ask what, and which response they get. The work is `service`'s."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.domain.invoice_document import to_document
from invoiceflow.domain.search.cursor import MAX_LENGTH, CursorError
from invoiceflow_api.correlation import correlation_id, traceparent
from invoiceflow_api.ingestion_schema import EXAMPLE_ID, metadata_of
from invoiceflow_api.problems import RETRY_SECONDS, ProblemError, documented
from invoiceflow_api.query.app_services import Services
from invoiceflow_api.query.entity_tags import is_held
from invoiceflow_api.query.parameters import Facets, Limit, SearchParams
from invoiceflow_api.query.schemas import ChangePage, InvoiceResponse, ReprocessAccepted, SearchPage
from invoiceflow_api.query.service import EXPORT_COLUMNS, Hit, PublishedLater, StillProcessing
from invoiceflow_api.strict_parameters import StrictRoute

PREFIX: Final = "/api/v1/invoices"

router = APIRouter(tags=["invoices"], route_class=StrictRoute)

RequestId = Annotated[UUID, Path(description="As returned by the upload.", examples=[EXAMPLE_ID])]
Cursor = Annotated[str | None, Query(max_length=MAX_LENGTH, description="`next_cursor` of the page before.")]
_NOT_FOUND: Final = (404, "invoice.not_found", "There is no invoice with this id.")
_STILL_PROCESSING: Final = (409, "invoice.still_processing", "The invoice is already waiting or being processed.")
_PUBLISHED_LATER: Final = (
    502,
    "queue.unavailable",
    "The message queue cannot be reached. The invoice is PENDING: it will be read again as soon as the queue is back.",
)
_CURSOR_PROBLEMS: Final = ("cursor.invalid", "cursor.mismatch", "request.invalid")
_ETAG: Final = {"ETag": {"description": "Changes whenever the invoice does.", "schema": {"type": "string"}}}
_CSV: Final = {
    "text/csv": {
        "schema": {"type": "string"},
        "example": ",".join(EXPORT_COLUMNS)
        + f"\r\n{EXAMPLE_ID},COMPLETED,2026-01-01T00:00:00.000Z,invoice.pdf,RE-2026/00123,2026-03-01,2026-03-31,"
        "Müller & Söhne GmbH,DE123456788,Électricité Générale SA,EUR,100.00,19.00,119.00,\r\n",
    }
}


@router.get(
    PREFIX,
    operation_id="list_invoices",
    summary="Search invoices",
    response_model=SearchPage,
    response_description="One page of matching invoices",
    responses=documented(*_CURSOR_PROBLEMS, "search.unavailable", "database.unavailable"),
)
def list_invoices(
    services: Services,
    search: SearchParams,
    limit: Limit = 20,
    cursor: Cursor = None,
    facets: Facets = [],  # noqa: B006  FastAPI copies defaults
) -> Response:
    """Invoices that were read or have failed, by words and filters. One that is still waiting is not found yet."""
    try:
        page = services.service.search(replace(search, limit=limit, facets=tuple(dict.fromkeys(facets))), cursor)
    except CursorError as error:
        raise _cursor_problem(error) from error
    found = page.found
    return _json(
        {
            "items": [_hit(hit) for hit in page.hits],
            "total": {"value": found.total, "relation": "eq" if found.exact else "gte"},
            "relaxed": found.relaxed,
            "next_cursor": page.next_cursor,
            "facets": {
                name: [{"value": value, "count": count} for value, count in counts] for name, counts in found.facets.items()
            },
        }
    )


@router.get(
    f"{PREFIX}/changes",
    operation_id="list_changes",
    summary="Follow changes of invoices",
    response_model=ChangePage,
    response_description="One page of changed invoices",
    responses=documented(*_CURSOR_PROBLEMS, "database.unavailable"),
)
def list_changes(
    services: Services,
    updated_since: Annotated[
        AwareDatetime | None,
        Query(description="Begin with invoices updated at this time or later.", examples=["2026-01-01T00:00:00Z"]),
    ] = None,
    limit: Limit = 100,
    cursor: Annotated[
        str | None, Query(max_length=MAX_LENGTH, description="`next_cursor` of the page before, however long ago.")
    ] = None,
) -> Response:
    """Every invoice once, as its latest change left it; one that changes again comes again later. Following `next_cursor` for
    ever mirrors all invoices exactly: nothing is missed, however many write at the same time. It is never null."""
    try:
        page = services.service.changes(updated_since, cursor, limit)
    except CursorError as error:
        raise _cursor_problem(error) from error
    items = [_invoice(change.ingestion, change.extraction) for change in page.changes]
    return _json({"items": items, "next_cursor": page.next_cursor, "has_more": page.is_more})


@router.get(
    f"{PREFIX}/export.csv",
    operation_id="export_invoices_csv",
    summary="Export a search as CSV",
    response_class=Response,
    responses={
        **documented("request.invalid", "search.unavailable"),
        200: {"description": "All matching invoices, one a row (RFC 4180)", "content": _CSV},
    },
)
def export_invoices_csv(
    services: Services,
    search: SearchParams,
    bom: Annotated[bool, Query(description="Begin with a byte order mark, for Excel.")] = False,
) -> StreamingResponse:
    """All invoices that match, in the order of `sort`, streamed. Cells never begin like a formula."""
    rows = services.service.export(search)

    def pieces() -> Iterator[bytes]:
        if bom:
            yield b"\xef\xbb\xbf"
        yield from rows

    headers = {"Content-Disposition": 'attachment; filename="invoices.csv"'}
    return StreamingResponse(pieces(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    f"{PREFIX}/{{request_id}}",
    operation_id="get_invoice",
    summary="Get an invoice",
    response_model=InvoiceResponse,
    response_description="The invoice with its evidence and findings",
    responses={
        **documented(_NOT_FOUND, "database.unavailable"),
        200: {"headers": _ETAG},
        304: {"description": "Unchanged since the response that `If-None-Match` names"},
    },
)
def get_invoice(
    services: Services,
    request_id: RequestId,
    if_none_match: Annotated[
        str | None, Header(description="ETags that the client holds.", examples=['"1-COMPLETED-1"'])
    ] = None,
) -> Response:
    """One ingestion and what was read of it, in whatever state it is."""
    found = services.service.document(request_id)
    if found is None:
        raise ProblemError(*_NOT_FOUND)
    ingestion, extraction = found
    tag = f'"{ingestion.revision}-{ingestion.status.value}-{ingestion.extractor_version or ""}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if is_held(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return _json(_invoice(ingestion, extraction), headers)


@router.post(
    f"{PREFIX}/{{request_id}}/reprocess",
    operation_id="reprocess_invoice",
    summary="Reprocess an invoice",
    status_code=202,
    response_model=ReprocessAccepted,
    response_description="The invoice is queued",
    responses={
        **documented(_NOT_FOUND, _STILL_PROCESSING, _PUBLISHED_LATER, "database.unavailable"),
        202: {
            "headers": {
                "Location": {"description": "The invoice.", "schema": {"type": "string", "format": "uri-reference"}},
                "Retry-After": {"description": "Suggested seconds to wait before polling.", "schema": {"type": "integer"}},
            }
        },
    },
)
def reprocess_invoice(services: Services, request_id: RequestId, request: Request, response: Response) -> ReprocessAccepted:
    """Queues a final invoice to be read again."""
    try:
        ingestion = services.service.reprocess(request_id, correlation_id(), traceparent())
    except StillProcessing:
        raise ProblemError(*_STILL_PROCESSING) from None
    except PublishedLater:
        raise ProblemError(*_PUBLISHED_LATER, {"Retry-After": str(RETRY_SECONDS)}) from None
    if ingestion is None:
        raise ProblemError(*_NOT_FOUND)
    response.headers["Location"] = f"{request.scope.get('root_path', '')}{PREFIX}/{request_id}"
    response.headers["Retry-After"] = "1"
    return ReprocessAccepted(request_id=request_id, status="PENDING", message="The invoice will be read again")


def _hit(hit: Hit) -> dict[str, Any]:
    indexed = {name: value for name, value in hit.indexed.items() if name != "received_at"}
    return {**indexed, **metadata_of(hit.ingestion)}


def _invoice(ingestion: Ingestion, extraction: StoredExtraction | None) -> dict[str, Any]:
    return {
        **metadata_of(ingestion),
        "extractor_version": ingestion.extractor_version,
        "readers": list(extraction.readers) if extraction else None,
        "invoice": to_document(extraction.invoice) if extraction else None,
    }


def _json(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Written by hand: pydantic would check what the domain's types have checked, for longer than the search took."""
    return Response(orjson.dumps(body), 200, headers, "application/json")


def _cursor_problem(error: CursorError) -> ProblemError:
    text = str(error)
    return ProblemError(400, error.code, f"{text[:1].upper()}{text[1:]}.")
