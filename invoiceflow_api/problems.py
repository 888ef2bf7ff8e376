"""Error responses: RFC 9457 problem documents with a stable `code` and the request's correlation id."""

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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.correlation import correlation_id

logger = logging.getLogger(__name__)

TYPE_BASE: Final = "urn:invoiceflow:problem:"
RETRY_SECONDS: Final = 2

_FAULT: Final = ("internal.error", "An unexpected error occurred. It has been logged.")
_INVALID: Final = ("request.invalid", "The request has invalid inputs.")

# the response to an unavailable dependency: the database is ours (503), the store and the queue are gateways (502)
_UNAVAILABLE: Final = {
    "database": (503, "database.unavailable", "The database cannot be reached."),
    "search": (503, "search.unavailable", "The search index cannot be reached."),
    "object_store": (502, "storage.unavailable", "The file storage cannot be reached."),
    "queue": (502, "queue.unavailable", "The message queue cannot be reached."),
    "pdf_inspector": (503, "inspection.unavailable", "The file could not be inspected now."),
}


class FieldError(BaseModel):
    """One invalid input."""

    field: str = Field(examples=["limit"])
    message: str = Field(examples=["Input should be less than or equal to 100"])


class Problem(BaseModel):
    """An RFC 9457 problem document with a stable `code` and the request's `correlation_id`."""

    type: str = Field(examples=["urn:invoiceflow:problem:file.not_pdf"])
    title: str = Field(examples=["Bad Request"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["The file is not a PDF."])
    code: str = Field(examples=["file.not_pdf"])
    correlation_id: str = Field(examples=["0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"])
    errors: list[FieldError] | None = None


class ProblemError(Exception):
    """Raised anywhere in a request; becomes its response."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """`code` is one of problems.toml's, `detail` says what is wrong with this request."""
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
    """A problem document as a response."""
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
    """The response to a request that needs an unavailable dependency: 502 or 503, with Retry-After."""
    status, code, detail = _UNAVAILABLE.get(error.role, (503, f"{error.role}.unavailable", "A service cannot be reached."))
    return problem_response(status, code, f"{detail} Please try again.", headers={"Retry-After": str(RETRY_SECONDS)})


def install(app: FastAPI) -> None:
    """Makes every error response of `app` a problem document, also in its OpenAPI. To be called before adding middleware."""
    app.add_middleware(_UnexpectedErrors)
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_problems(generate())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI documents

    @app.exception_handler(ProblemError)
    async def on_problem(_request: Request, error: ProblemError) -> JSONResponse:
        return problem_response(error.status, error.code, error.detail, headers=error.headers)

    @app.exception_handler(Unavailable)
    async def on_unavailable(_request: Request, error: Unavailable) -> JSONResponse:
        logger.warning("A dependency is unavailable: %s", error)
        return unavailable_response(error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            FieldError(field=".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), message=fault["msg"])
            for fault in jsonable_encoder(error.errors())
        ]
        return problem_response(422, *_INVALID, errors=errors)

    @app.exception_handler(HTTPException)
    async def on_http(_request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "resource.not_found", 405: "request.method_not_allowed"}.get(error.status_code, "request.refused")
        return problem_response(error.status_code, code, str(error.detail), headers=error.headers)


class _UnexpectedErrors:
    """Turns unexpected exceptions into a 500 problem. Stands inside the correlation middleware: Starlette's own handler for
    `Exception` stands outside of it, where the request's id is no longer known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_and_record(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_and_record)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("Unexpected error while handling a request")
            await problem_response(500, *_FAULT)(scope, receive, send)


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


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Replaces FastAPI's description of validation errors by the problem documents that are really sent."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update({**problem.pop("$defs"), "Problem": problem})
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            if "HTTPValidationError" in str(answers.get("422", "")):
                answers["422"] = documented((422, *_INVALID))[422]
            answers.setdefault("500", documented((500, *_FAULT))[500])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document
