"""Every error answer: RFC 9457 problem documents with a stable `code` and the request's correlation id."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.correlation import correlation_id

logger = logging.getLogger(__name__)

TYPE_BASE: Final = "urn:invoiceflow:problem:"
RETRY_SECONDS: Final = 2

# which answer a dependency that is away gives: the database is ours (503), the store and the queue are gateways (502)
_AWAY: Final = {
    "database": (503, "database.unavailable", "The database cannot be reached."),
    "search": (503, "search.unavailable", "The search index cannot be reached."),
    "object_store": (502, "storage.unavailable", "The file storage cannot be reached."),
    "queue": (502, "queue.unavailable", "The message queue cannot be reached."),
    "pdf_inspector": (503, "inspection.unavailable", "The file could not be inspected now."),
}


class FieldError(BaseModel):
    """One input at fault."""

    field: str = Field(examples=["limit"])
    message: str = Field(examples=["Input should be less than or equal to 100"])


class Problem(BaseModel):
    """RFC 9457, with `code` (stable), `correlation_id`, and `errors` where inputs are at fault."""

    type: str = Field(examples=["urn:invoiceflow:problem:file.not_pdf"])
    title: str = Field(examples=["Bad Request"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["The file is not a PDF."])
    code: str = Field(examples=["file.not_pdf"])
    correlation_id: str = Field(examples=["0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"])
    errors: list[FieldError] | None = None


class ProblemError(Exception):
    """Raised anywhere in a request; becomes the answer."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, code, detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] | None = None,
) -> JSONResponse:
    problem = Problem(
        type=TYPE_BASE + code,
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        correlation_id=correlation_id(),
        errors=list(errors) if errors else None,
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), status, headers=dict(headers or {}), media_type="application/problem+json"
    )


def unavailable_response(error: Unavailable) -> JSONResponse:
    status, code, detail = _AWAY.get(error.role, (503, f"{error.role}.unavailable", "A service cannot be reached."))
    return problem_response(status, code, f"{detail} Please try again.", headers={"Retry-After": str(RETRY_SECONDS)})


def install(app: FastAPI) -> None:
    """Makes every error of `app` a problem document."""

    @app.exception_handler(ProblemError)
    async def on_problem(_request: Request, error: ProblemError) -> JSONResponse:
        return problem_response(error.status, error.code, error.detail, headers=error.headers)

    @app.exception_handler(Unavailable)
    async def on_unavailable(_request: Request, error: Unavailable) -> JSONResponse:
        logger.warning("A dependency is away: %s", error)
        return unavailable_response(error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            FieldError(field=".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), message=fault["msg"])
            for fault in jsonable_encoder(error.errors())
        ]
        return problem_response(422, "request.invalid", "The request has inputs that cannot be used.", errors=errors)

    @app.exception_handler(HTTPException)
    async def on_http(_request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "resource.not_found", 405: "request.method_not_allowed"}.get(error.status_code, "request.refused")
        return problem_response(error.status_code, code, str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def on_anything(_request: Request, error: Exception) -> JSONResponse:
        logger.error("A request failed by a fault of ours", exc_info=error)
        return problem_response(500, "internal.error", "Something went wrong on our side. It has been logged.")


def documented(*codes: tuple[int, str, str]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: (status, code, detail) examples as problem documents, grouped by status."""
    answers: dict[int | str, dict[str, Any]] = {}
    for status, code, detail in codes:
        example = {
            "type": TYPE_BASE + code,
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
            "correlation_id": "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11",
        }
        answer = answers.setdefault(
            status, {"description": HTTPStatus(status).phrase, "content": {"application/problem+json": {"examples": {}}}}
        )
        answer["content"]["application/problem+json"]["examples"][code] = {"value": example}
        answer["content"]["application/problem+json"]["schema"] = {"$ref": "#/components/schemas/Problem"}
    return answers
