"""/problems and /problems/{code}: where the `type` of every problem leads, as a page for people or as JSON for programs."""

from collections.abc import Sequence
from html import escape
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from invoiceflow_api.problem_types import PATH, ProblemType, problem_types
from invoiceflow_api.problems import ProblemError, documented
from invoiceflow_api.strict_parameters import StrictRoute

router = APIRouter(tags=["problems"], route_class=StrictRoute)
TAG: Final = {"name": "problems", "description": "What each problem means and what to do about it."}

_EXAMPLE: Final[dict[str, Any]] = {
    "code": "file.empty",
    "statuses": [400],
    "title": "Empty file",
    "meaning": "The part named `file` has no content.",
    "action": "Check that the client sends the file's content and not only its name.",
}


class ProblemDescription(BaseModel):
    """What a problem means and what to do about it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    code: str = Field(description="The stable code, as in a problem's `code`.", examples=["file.empty"])
    statuses: list[int] = Field(description="The HTTP statuses that the problem comes with.", examples=[[400]])
    title: str = Field(description="The problem in a few words.", examples=["Empty file"])
    meaning: str = Field(description="What has happened.", examples=["The part named `file` has no content."])
    action: str = Field(
        description="What to do about it.", examples=["Check that the client sends the file's content and not only its name."]
    )


_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{heading} - InvoiceFlow</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}
code{{background:#8882;padding:0 .2em;border-radius:3px}}
@media(prefers-color-scheme:dark){{body{{background:#111;color:#eee}}}}</style>
</head><body><h1>{heading}</h1>
{body}
</body></html>
"""
_HEADERS: Final = {"Vary": "Accept", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
_AS_HTML: Final[dict[str, Any]] = {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>"}}


@router.get(
    PATH,
    operation_id="list_problem_types",
    summary="List all problem types",
    response_model=list[ProblemDescription],
    responses={200: {"description": "All problem types", "content": {"application/json": {"example": [_EXAMPLE]}, **_AS_HTML}}},
)
async def list_problem_types(request: Request, response: Response) -> Any:
    """Every problem that the APIs answer with. A page for browsers (`Accept: text/html`), else JSON."""
    kinds = list(problem_types().values())
    if _is_browser(request):
        return _page(kinds, "Problems")
    response.headers["Vary"] = "Accept"
    return [_describe(kind) for kind in kinds]


@router.get(
    f"{PATH}/{{code}}",
    operation_id="get_problem_type",
    summary="Get a problem type",
    response_model=ProblemDescription,
    responses={
        200: {"description": "The problem type", "content": {"application/json": {"example": _EXAMPLE}, **_AS_HTML}},
        **documented("resource.not_found"),
    },
)
async def get_problem_type(
    request: Request,
    response: Response,
    code: Annotated[str, Path(description="The code of a problem.", examples=["file.empty"])],
) -> Any:
    """What one problem means and what to do about it. A page for browsers (`Accept: text/html`), else JSON."""
    kind = problem_types().get(code)
    if kind is None:
        raise ProblemError(404, "resource.not_found", "There is no problem type with this code.")
    if _is_browser(request):
        return _page([kind], "Problem")
    response.headers["Vary"] = "Accept"
    return _describe(kind)


def _describe(kind: ProblemType) -> ProblemDescription:
    return ProblemDescription(
        code=kind.code, statuses=list(kind.statuses), title=kind.title, meaning=kind.meaning, action=kind.action
    )


def _is_browser(request: Request) -> bool:
    """Browsers name text/html; programs do not."""
    return "text/html" in request.headers.get("accept", "")


def _page(kinds: Sequence[ProblemType], heading: str) -> HTMLResponse:
    body = "\n".join(
        f"<section id='{escape(kind.code)}'><h2>{escape(kind.title)}</h2>"
        f"<p><code>{escape(kind.code)}</code>, HTTP {' or '.join(str(status) for status in kind.statuses)}</p>"
        f"<p>{_marked(kind.meaning)}</p><p><strong>What to do:</strong> {_marked(kind.action)}</p></section>"
        for kind in kinds
    )
    return HTMLResponse(_PAGE.format(heading=escape(heading), body=body), headers=_HEADERS)


def _marked(text: str) -> str:
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
