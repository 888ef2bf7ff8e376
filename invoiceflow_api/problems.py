"""Error responses: RFC 9457 problem documents with a stable `code` and the request's correlation id."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.correlation import correlation_id
from invoiceflow_api.problem_types import PATH, problem_types

logger = logging.getLogger(__name__)

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
    "spool": (503, "spool.unavailable", "The upload could not be stored on this server."),
}


class FieldError(BaseModel):
    """One invalid input."""

    field: str = Field(description="The name of the parameter or field.", examples=["limit"])
    message: str = Field(description="What is wrong with it.", examples=["Input should be less than or equal to 100"])


class Problem(BaseModel):
    """An RFC 9457 problem document with a stable `code` and the request's `correlation_id`."""

    type: str = Field(
        description="Leads to a page that explains this kind of problem; relative to the request's URL.",
        examples=["/problems/file.not_pdf"],
        json_schema_extra={"format": "uri-reference"},
    )
    title: str = Field(description="The kind of problem in a few words.", examples=["Not a PDF"])
    status: int = Field(description="The HTTP status.", examples=[400])
    detail: str = Field(description="What is wrong with this request, for people.", examples=["The file is not a PDF."])
    code: str = Field(description="The kind of problem, for programs. Stable.", examples=["file.not_pdf"])
    correlation_id: str = Field(
        description="Finds the request in the logs; also in the header X-Request-ID.",
        examples=["0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"],
    )
    errors: list[FieldError] | None = Field(
        None,
        description="The invalid inputs, one by one.",
        examples=[[{"field": "limit", "message": "Input should be less than or equal to 100"}]],
    )
    duplicate_of: UUID | None = Field(
        None,
        description="With `file.duplicate`: the first ingestion with the same bytes.",
        examples=["0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"],
    )


class ProblemError(Exception):
    """Raised anywhere in a request; becomes its response."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        *,
        errors: Sequence[FieldError] = (),
        duplicate_of: UUID | None = None,
    ) -> None:
        """`code` is one of problems.toml's, `detail` says what is wrong with this request."""
        super().__init__(status, code, detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})
        self.errors, self.duplicate_of = errors, duplicate_of


def problem_response(scope: Scope, error: ProblemError) -> JSONResponse:
    """The problem document that responses the request of this scope."""
    known = problem_types().get(error.code)
    problem = Problem(
        type=f"{scope.get('root_path', '')}{PATH}/{error.code}",
        title=HTTPStatus(error.status).phrase if known is None else known.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        correlation_id=correlation_id(),
        errors=list(error.errors) or None,
        duplicate_of=error.duplicate_of,
    )
    return JSONResponse(
        problem.model_dump(mode="json", exclude_none=True),
        error.status,
        headers=error.headers,
        media_type="application/problem+json",
    )


def unavailable(error: Unavailable) -> ProblemError:
    """The problem of a request that needs an unavailable dependency: 502 or 503, with Retry-After."""
    fallback = (503, "internal.unavailable", "A service cannot be reached.")
    status, code, detail = _UNAVAILABLE.get(error.role, fallback)
    return ProblemError(status, code, f"{detail} Please try again.", {"Retry-After": str(RETRY_SECONDS)})


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
    async def on_problem(request: Request, error: ProblemError) -> JSONResponse:
        return problem_response(request.scope, error)

    @app.exception_handler(Unavailable)
    async def on_unavailable(request: Request, error: Unavailable) -> JSONResponse:
        logger.warning("A dependency is unavailable: %s", error)
        return problem_response(request.scope, unavailable(error))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            FieldError(field=".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0]), message=fault["msg"])
            for fault in jsonable_encoder(error.errors())
        ]
        # the server would read a long unwanted body to its end
        headers = {} if _has_short_body(request) else {"Connection": "close"}
        return problem_response(request.scope, ProblemError(422, *_INVALID, headers, errors=errors))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "resource.not_found", 405: "request.method_not_allowed"}.get(error.status_code, "request.refused")
        return problem_response(request.scope, ProblemError(error.status_code, code, str(error.detail), error.headers))


def _has_short_body(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return "transfer-encoding" not in request.headers and length.isdecimal() and len(length) < 6


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
            await problem_response(scope, ProblemError(500, *_FAULT))(scope, receive, send)


def documented(*problems: str | tuple[int, str, str]) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: problem documents as examples, grouped by status. Each problem is a code of problems.toml, or
    (status, code, detail) where the route has a text of its own."""
    responses: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        if isinstance(problem, str):
            known = problem_types()[problem]
            status, code, detail = known.statuses[0], known.code, known.detail
        else:
            status, code, detail = problem
        example = {
            "type": f"{PATH}/{code}",
            "title": problem_types()[code].title,
            "status": status,
            "detail": detail,
            "code": code,
            "correlation_id": "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11",
        }
        if code == _INVALID[0]:
            example["errors"] = [{"field": "limit", "message": "Input should be less than or equal to 100"}]
        if code == "file.duplicate":
            example["duplicate_of"] = "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"
        content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        response = responses.setdefault(
            status, {"description": HTTPStatus(status).phrase, "content": {"application/problem+json": content}}
        )
        response["content"]["application/problem+json"]["examples"][code] = {"value": example}
    return responses


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Replaces FastAPI's description of validation errors by the problem documents that are really sent."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update({**problem.pop("$defs"), "Problem": problem})
    for operations in document["paths"].values():
        for operation in operations.values():
            responses = operation["responses"]
            if "HTTPValidationError" in str(responses.get("422", "")) or "422" not in responses:
                responses["422"] = documented(_INVALID[0])[422]  # every route refuses unknown query parameters
            responses.setdefault("500", documented(_FAULT[0])[500])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return document
