"""The query API's routes: who may ask what, and which answer they get. The work is `service`'s."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse

from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.domain.invoice_document import to_document
from invoiceflow.domain.search.cursor import MAX_LENGTH, CursorError
from invoiceflow.domain.search.query import Facet, Search, Sort
from invoiceflow.ports.object_store import NoSuchObject
from invoiceflow.settings import Settings
from invoiceflow_api import application
from invoiceflow_api.application import Description
from invoiceflow_api.correlation import correlation_id, traceparent
from invoiceflow_api.health import Dependencies
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.problems import RETRY_SECONDS, ProblemError, documented
from invoiceflow_api.query.answers import FacetValue, HitShown, InvoiceShown, ListShown, ReprocessAccepted, TotalShown
from invoiceflow_api.query.byte_ranges import NotSatisfiable, asked_range
from invoiceflow_api.query.entity_tags import is_held
from invoiceflow_api.query.service import EXPORT_COLUMNS, PublishedLater, QueryService, StillProcessing

PREFIX: Final = "/api/v1/invoices"
MAX_LIMIT: Final = 100
MAX_VALUES: Final = 50

Amount = Annotated[Decimal | None, Query(max_digits=20, decimal_places=4)]
Values = Annotated[list[str], Query(max_length=MAX_VALUES)]


DESCRIPTION: Final = Description(
    title="InvoiceFlow query API",
    summary="Searches invoices and returns what was read of them.",
    description="Search invoices, get one with its evidence and findings, download originals, export, reprocess. Errors are"
    " problem documents (RFC 9457); their `type` leads to a page that explains them.",
    tags=[{"name": "invoices", "description": "Search, read and reprocess invoices."}],
    needs=frozenset({"database", "search"}),
)


@dataclass(frozen=True, slots=True)
class AppServices:
    """What a running query API holds; opened by the lifespan, closed with it."""

    service: QueryService
    dependencies: Dependencies


def create_app(
    services: Callable[[], AppServices],
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    *,
    settings: Settings,
    new_id: Callable[[], UUID],
) -> FastAPI:
    """The application; `lifespan` opens its AppServices."""
    return application.build(
        DESCRIPTION,
        [_routes(services)],
        lifespan,
        metrics=RequestMetrics(settings.version),
        new_id=new_id,
        settings=settings,
    )


def asked(
    q: Annotated[str, Query(max_length=500, description="Words, all of which must match; the last may be unfinished.")] = "",
    seller: Values = [],  # noqa: B006  FastAPI copies defaults
    buyer: Values = [],  # noqa: B006  FastAPI copies defaults
    status: Values = [],  # noqa: B006  FastAPI copies defaults
    currency: Values = [],  # noqa: B006  FastAPI copies defaults
    finding: Values = [],  # noqa: B006  FastAPI copies defaults
    has_finding: bool | None = None,
    issued_from: date | None = None,
    issued_to: date | None = None,
    due_from: date | None = None,
    due_to: date | None = None,
    total_min: Amount = None,
    total_max: Amount = None,
    sort: Sort | None = None,
) -> Search:
    """The search that the query parameters describe."""
    return Search(
        q=q,
        seller=tuple(seller),
        buyer=tuple(buyer),
        status=tuple(status),
        currency=tuple(currency),
        finding=tuple(finding),
        has_finding=has_finding,
        issued_from=issued_from,
        issued_to=issued_to,
        due_from=due_from,
        due_to=due_to,
        total_min=total_min,
        total_max=total_max,
        sort=sort or "",
    )


Asked = Annotated[Search, Depends(asked)]
_AWAY: Final = (503, "search.unavailable", "The search index cannot be reached. Please try again.")
_DATABASE_AWAY: Final = (503, "database.unavailable", "The database cannot be reached. Please try again.")
_NOT_FOUND: Final = (404, "invoice.not_found", "There is no invoice with this id.")
_PUBLISHED_LATER: Final = (
    502,
    "queue.unavailable",
    "The message queue cannot be reached. The invoice is PENDING: it is read again as soon as the queue is back.",
)
_BYTES: Final = {"type": "string", "format": "binary"}
_CSV: Final = ",".join(EXPORT_COLUMNS) + "\r\n"


def _routes(parts: Callable[[], AppServices]) -> APIRouter:  # noqa: C901  five routes, each a shell
    routes = APIRouter(tags=["invoices"])

    @routes.get(
        PREFIX,
        response_model=ListShown,
        summary="Search invoices",
        responses=documented(
            (400, "cursor.invalid", "The cursor was not made here, or too long ago."),
            (400, "cursor.mismatch", "The cursor belongs to another query, filter or sort."),
            (422, "request.invalid", "The request has inputs that cannot be used."),
            _AWAY,
        ),
    )
    def search(
        wanted: Asked,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
        cursor: Annotated[str | None, Query(max_length=MAX_LENGTH, description="`next_cursor` of the page before.")] = None,
        facets: Annotated[list[Facet], Query(max_length=5)] = [],  # noqa: B006  FastAPI copies defaults
    ) -> ListShown:
        try:
            page = parts().service.search(replace(wanted, limit=limit, facets=tuple(dict.fromkeys(facets))), cursor)
        except CursorError as error:
            raise ProblemError(400, error.code, f"{str(error).capitalize()}.") from error
        found = page.found
        return ListShown(
            items=[HitShown.model_validate(hit) for hit in found.hits],
            total=TotalShown(value=found.total, relation="eq" if found.exact else "gte"),
            relaxed=found.relaxed,
            next_cursor=page.next_cursor,
            facets={
                name: [FacetValue(value=value, count=count) for value, count in counts] for name, counts in found.facets.items()
            },
        )

    @routes.get(
        f"{PREFIX}/export.csv",
        summary="A search as CSV",
        response_class=StreamingResponse,
        responses={**documented(_AWAY), 200: {"description": "All that match", "content": {"text/csv": {"example": _CSV}}}},
    )
    def export(
        wanted: Asked, bom: Annotated[bool, Query(description="Begin with a byte order mark, for Excel.")] = False
    ) -> StreamingResponse:
        rows = parts().service.export(wanted)

        def pieces() -> Any:
            if bom:
                yield b"\xef\xbb\xbf"
            yield from rows

        headers = {"Content-Disposition": 'attachment; filename="invoices.csv"'}
        return StreamingResponse(pieces(), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get(
        f"{PREFIX}/{{request_id}}",
        summary="One invoice, with evidence and findings",
        responses={
            **documented(_NOT_FOUND, _DATABASE_AWAY),
            200: {"model": InvoiceShown, "headers": {"ETag": {"schema": {"type": "string"}}}},
            304: {"description": "Not changed since the answer that `If-None-Match` names"},
        },
    )
    def one(request_id: UUID, if_none_match: Annotated[str | None, Header()] = None) -> Response:
        found = parts().service.document(request_id)
        if found is None:
            raise ProblemError(*_NOT_FOUND)
        ingestion, extraction = found
        tag = f'"{ingestion.revision}-{ingestion.status.value}-{ingestion.extractor_version or ""}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if is_held(if_none_match, tag):
            return Response(status_code=304, headers=headers)
        body = {
            **_about(ingestion),
            "extractor_version": ingestion.extractor_version,
            "readers": list(extraction.readers) if extraction else None,
            "invoice": to_document(extraction.invoice) if extraction else None,
        }
        return JSONResponse(body, headers=headers)

    @routes.head(f"{PREFIX}/{{request_id}}/file", include_in_schema=False)
    @routes.get(
        f"{PREFIX}/{{request_id}}/file",
        summary="The original, byte for byte",
        response_class=StreamingResponse,
        responses={
            **documented(
                _NOT_FOUND,
                (404, "file.missing", "The original is not in the object store."),
                (416, "range.not_satisfiable", "The range lies outside of the file."),
                (502, "storage.unavailable", "The file storage cannot be reached. Please try again."),
                _DATABASE_AWAY,
            ),
            200: {"description": "The whole file", "content": {"application/pdf": {"schema": _BYTES}}},
            206: {"description": "The part that was asked for", "content": {"application/pdf": {"schema": _BYTES}}},
            304: {"description": "The client holds it already"},
            307: {"description": "It is to be fetched from the object store, by the URL in `Location` (if so configured)"},
        },
    )
    def file(request_id: UUID, request: Request) -> Response:
        ingestion = parts().service.ingestion(request_id)
        if ingestion is None:
            raise ProblemError(*_NOT_FOUND)
        tag = f'"{ingestion.sha256}"'
        headers = {
            "ETag": tag,
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, immutable, max-age=31536000",
            "Content-Disposition": content_disposition(ingestion.filename),
            "Content-Security-Policy": "sandbox",
        }
        if is_held(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        if_range = request.headers.get("if-range")
        try:
            part = asked_range(request.headers.get("range"), ingestion.size) if if_range in (None, tag) else None
        except NotSatisfiable:
            unit = {"Content-Range": f"bytes */{ingestion.size}"}
            raise ProblemError(416, "range.not_satisfiable", "The range lies outside of the file.", unit) from None
        start, end = part or (0, ingestion.size)
        if request.method == "GET" and (url := parts().service.download_url(ingestion, headers["Content-Disposition"])):
            return RedirectResponse(url, 307, {"Cache-Control": "private, no-store"})
        try:
            content = parts().service.file(ingestion, start, end)
        except NoSuchObject:
            raise ProblemError(404, "file.missing", "The original is not in the object store.") from None
        headers["Content-Length"] = str(end - start)
        if part is not None:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{ingestion.size}"
        return StreamingResponse(content, 206 if part else 200, headers, media_type="application/pdf")

    @routes.post(
        f"{PREFIX}/{{request_id}}/reprocess",
        status_code=202,
        response_model=ReprocessAccepted,
        summary="Read it again",
        responses=documented(
            _NOT_FOUND,
            (409, "invoice.still_processing", "It waits or is being worked on already."),
            _PUBLISHED_LATER,
            _DATABASE_AWAY,
        ),
    )
    def reprocess(request_id: UUID, response: Response) -> ReprocessAccepted:
        try:
            ingestion = parts().service.reprocess(request_id, correlation_id(), traceparent())
        except StillProcessing:
            raise ProblemError(409, "invoice.still_processing", "It waits or is being worked on already.") from None
        except PublishedLater:
            raise ProblemError(*_PUBLISHED_LATER, {"Retry-After": str(RETRY_SECONDS)}) from None
        if ingestion is None:
            raise ProblemError(*_NOT_FOUND)
        response.headers["Location"] = f"{PREFIX}/{request_id}"
        response.headers["Retry-After"] = "1"
        return ReprocessAccepted(request_id=request_id, status="PENDING", message="It is read again")

    return routes


def content_disposition(filename: str) -> str:
    """Shown in the browser, saved under its name (RFC 6266; RFC 8187 for what is not ASCII)."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in filename)
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _about(ingestion: Ingestion) -> dict[str, Any]:
    failure = ingestion.failure
    return {
        "request_id": str(ingestion.id),
        "status": ingestion.status.value,
        "filename": ingestion.filename,
        "source": ingestion.source,
        "received_at": ingestion.created_at.isoformat(),
        "updated_at": ingestion.updated_at.isoformat(),
        "revision": ingestion.revision,
        "attempts": ingestion.attempts,
        "sha256": ingestion.sha256,
        "size": ingestion.size,
        "page_count": ingestion.page_count,
        "duplicate_of": ingestion.duplicate_of and str(ingestion.duplicate_of),
        "failure": None if failure is None else {"code": failure.code, "message": failure.message},
    }
