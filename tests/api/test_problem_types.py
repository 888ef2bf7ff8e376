"""Every problem has an entry in the catalogue, every entry is used, and every `type` leads to its page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from invoiceflow.settings import Settings
from invoiceflow_api.ingest import main as ingest
from invoiceflow_api.problem_types import problem_types
from invoiceflow_api.query import main as query

TOP = Path(__file__).parents[2]
SOURCES = [
    *(TOP / "invoiceflow_api").rglob("*.py"),
    TOP / "invoiceflow/adapters/sandboxed_pdfium.py",
    *(TOP / "invoiceflow/domain/search").glob("*.py"),
]
RAISED_BY = {"ProblemError", "PermanentFailure", "CursorError"}
CODE = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")


def strings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and CODE.fullmatch(inner.value):
            yield inner.value


def raised(tree: ast.Module) -> Iterator[str]:
    """Codes handed to an error, and those in tuples of (status, code, text)."""
    for node in ast.walk(tree):
        name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name in RAISED_BY:
            for argument in node.args[:2]:
                yield from strings(argument)
        if isinstance(node, ast.Tuple) and len(node.elts) == 3:
            first = node.elts[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, int) and 400 <= first.value < 600:
                yield from strings(node.elts[1])


TREES = [ast.parse(source.read_text()) for source in SOURCES]


def test_every_code_that_is_raised_has_an_entry() -> None:
    codes = {code for tree in TREES for code in raised(tree)}
    assert len(codes) > 20
    assert codes <= set(problem_types())


def test_every_entry_is_used() -> None:
    assert set(problem_types()) <= {code for tree in TREES for code in strings(tree)}


@pytest.mark.parametrize("code", problem_types())
def test_an_entry_says_what_happened_and_what_to_do(code: str) -> None:
    entry = problem_types()[code]
    for sentence in (entry.meaning, entry.action):
        assert sentence.endswith(".")
        assert sentence.count("`") % 2 == 0
    assert all(400 <= status < 600 for status in entry.statuses)


@pytest.fixture(params=[ingest, query], ids=["ingest", "query"])
def api(request: pytest.FixtureRequest, settings: Settings) -> Iterator[TestClient]:
    with TestClient(request.param.application(settings), raise_server_exceptions=False) as client:
        yield client


def test_documented_problems_have_an_entry_with_their_status(api: TestClient) -> None:
    for operations in api.get("/openapi.json").json()["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                problems = response.get("content", {}).get("application/problem+json", {}).get("examples", {})
                for code, example in problems.items():
                    assert int(status) in problem_types()[code].statuses
                    assert example["value"]["type"] == f"/problems/{code}"


def test_the_type_of_a_problem_leads_to_what_it_means(api: TestClient) -> None:
    problem = api.get("/nowhere").json()
    described = api.get(problem["type"], headers={"Accept": "application/json"})
    assert (described.status_code, described.json()["code"]) == (200, problem["code"])
    assert described.json()["title"] == problem["title"]
    page = api.get(problem["type"], headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert "What to do:" in page.text
    assert described.headers["Vary"] == page.headers["Vary"] == "Accept"


def test_all_problem_types_are_listed(api: TestClient) -> None:
    assert [entry["code"] for entry in api.get("/problems").json()] == sorted(problem_types())
    page = api.get("/problems", headers={"Accept": "text/html"}).text
    assert page.count("<section") == len(problem_types())
    assert "{" not in page.split("</style>")[1]


def test_an_unknown_problem_type_is_not_found(api: TestClient) -> None:
    for code in ("none", "<script>", "file.not_pdf2"):
        answer = api.get(f"/problems/{code}", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.json()["code"]) == (404, "resource.not_found")
