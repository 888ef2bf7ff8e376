"""The query API's route for originals: verified bytes, whole or in part, conditional, or by a signed URL."""

from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.ports.object_store import NoSuchObject
from invoiceflow_api.problems import ProblemError, documented
from invoiceflow_api.query.app_services import Services
from invoiceflow_api.query.byte_ranges import NotSatisfiable, asked_range
from invoiceflow_api.query.entity_tags import is_held
from invoiceflow_api.query.originals import FileAltered, part_of
from invoiceflow_api.query.routes import PREFIX, RequestId
from invoiceflow_api.strict_parameters import StrictRoute

router = APIRouter(tags=["invoices"], route_class=StrictRoute)

_NOT_FOUND: Final = (404, "invoice.not_found", "There is no invoice with this id.")
_PDF: Final[dict[str, Any]] = {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}
_ETAG: Final = {"ETag": {"description": "The SHA-256 of the original.", "schema": {"type": "string"}}}


@router.head(f"{PREFIX}/{{request_id}}/file", include_in_schema=False)
@router.get(
    f"{PREFIX}/{{request_id}}/file",
    operation_id="download_file",
    summary="Download the original",
    response_class=Response,
    responses={
        **documented(
            _NOT_FOUND,
            "file.missing",
            "range.not_satisfiable",
            "storage.unavailable",
            "file.altered",
            "database.unavailable",
        ),
        200: {"description": "The whole file", "content": _PDF, "headers": _ETAG},
        206: {"description": "The requested part", "content": _PDF, "headers": _ETAG},
        304: {"description": "The client holds it already"},
        307: {"description": "Fetch it from the object store, by the URL in `Location` (if so configured)"},
    },
)
def download_file(services: Services, request_id: RequestId, request: Request) -> Response:
    """The file byte for byte as it was uploaded: every response is verified against the SHA-256 of the upload first."""
    ingestion = services.service.ingestion(request_id)
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
    part = _requested_part(request, ingestion, tag)
    start, end = part or (0, ingestion.size)
    try:
        original = services.originals.verified(ingestion)
    except NoSuchObject:
        raise ProblemError(404, "file.missing", "The original is not in the object store.") from None
    except FileAltered:
        detail = "The stored original is not what was uploaded: its checksum differs."
        raise ProblemError(502, "file.altered", detail) from None
    if request.method == "GET" and (url := services.originals.download_url(ingestion, headers["Content-Disposition"])):
        original.close()
        return RedirectResponse(url, 307, {"Cache-Control": "private, no-store"})
    headers["Content-Length"] = str(end - start)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{ingestion.size}"
    return StreamingResponse(part_of(original, start, end), 206 if part else 200, headers, media_type="application/pdf")


def _requested_part(request: Request, ingestion: Ingestion, tag: str) -> tuple[int, int] | None:
    if request.headers.get("if-range") not in (None, tag):
        return None
    try:
        return asked_range(request.headers.get("range"), ingestion.size)
    except NotSatisfiable:
        unit = {"Content-Range": f"bytes */{ingestion.size}"}
        raise ProblemError(416, "range.not_satisfiable", "The range lies outside of the file.", unit) from None


def content_disposition(filename: str) -> str:
    """Displayed by the browser, saved under its name (RFC 6266; RFC 8187 for what is not ASCII)."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() and letter not in '"\\' else "_" for letter in filename)
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
