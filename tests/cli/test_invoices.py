"""The commands that ask a running system's APIs: lines for pipes, JSON for programs, one sentence for what goes wrong."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from invoiceflow import __version__
from invoiceflow_cli.invoices import HIT_COLUMNS
from invoiceflow_cli.main import app
from invoiceflow_cli.terminal import fitting
from tests.cli.conftest import Answer, Asked, Service

Serve = Callable[[Callable[[Asked, int], Answer]], Service]
ONE, TWO = "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11", "0192f0c1-9a01-7bbb-8c1d-1a2b3c4d5e6f"
JSON = {"Content-Type": "application/json"}


def hit(request_id: str, **changed: object) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "request_id": request_id,
        "filename": "a very long name of a file that no terminal of eighty columns can show on one line.pdf",
        "status": "COMPLETED",
        "number": "RE-1",
        "issue_date": "2026-01-02",
        "currency_code": "EUR",
        "seller": {"name": "Müller\tGmbH"},
        "totals": {"with_tax": "119.00"},
        "findings": ["BR-CO-15"],
    }
    return {**usual, **changed}


def system(asked: Asked, _: int) -> Answer:
    path = asked.path.partition("?")[0]
    if path == "/api/v1/ingest/status":
        found = {"request_id": ONE, "filename": "a.pdf", "status": "COMPLETED", "failure": None, "updated_at": "now"}
        return Answer(200, {"items": [found], "not_found": [TWO] if TWO in asked.path else []}, JSON)
    if path == "/api/v1/ingest/stats":
        return Answer(200, {"pending": 1, "total": 1}, JSON)
    if path == "/api/v1/ingest/health":
        return Answer(
            200, {"service": "degraded", "dependencies": {"s3": "healthy"}, "processing": {"reasons": ["slow"]}}, JSON
        )
    if path.endswith("/reprocess"):
        problem = {"code": "invoice.still_processing", "detail": "The invoice is already being processed."}
        return Answer(409, problem, JSON) if TWO in path else Answer(202, {}, JSON)
    if path.endswith("/export.csv"):
        return Answer(200, "id,total\r\n1,2\r\n")
    if path == "/api/v1/invoices":
        if "status=foo" in asked.path:
            errors = [{"field": "status", "message": "COMPLETED or FAILED"}]
            return Answer(422, {"code": "request.invalid", "detail": "Invalid.", "errors": errors}, JSON)
        if "cursor" in asked.path:
            page: dict[str, Any] = {"items": [hit(TWO)], "next_cursor": None}
        else:
            page = {"items": [] if "q=nothing" in asked.path else [hit(ONE)], "next_cursor": None}
            page["next_cursor"] = "next" if page["items"] else None
        return Answer(200, {**page, "total": {"value": 2, "relation": "eq"}, "relaxed": False}, JSON)
    return Answer(404, {"code": "invoice.not_found", "detail": "There is no invoice with this id."}, JSON)


@pytest.fixture
def run(serve: Serve, tmp_path: Path) -> Callable[..., Result]:
    url = serve(system).url

    def invoke(*words: str, **environment: str) -> Result:
        given: Mapping[str, str] = {"INVOICEFLOW_URL": url, "INVOICEFLOW_HOME": str(tmp_path), "COLUMNS": "80", **environment}
        return CliRunner().invoke(app, list(words), env=given)

    return invoke


def test_a_search_is_a_line_each_in_a_pipe_never_wrapped_or_cut(run: Callable[..., Result]) -> None:
    result = run("search", "müller", "--limit", "2")
    assert result.exit_code == 0
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == [ONE, TWO]
    assert lines[0][1] == hit(ONE)["filename"]
    assert lines[0][5:] == ["Müller GmbH", "119.00 EUR", "BR-CO-15"]


def test_json_is_one_document(run: Callable[..., Result]) -> None:
    found = json.loads(run("search", "--limit", "2", "--json").stdout)
    assert [one["request_id"] for one in found["items"]] == [ONE, TWO]
    assert json.loads(run("status", "--json").stdout)["invoices"]["pending"] == 1
    assert json.loads(run("status", ONE, TWO, "--json").stdout)["not_found"] == [TWO]


def test_a_search_without_a_hit_is_exit_code_1(run: Callable[..., Result]) -> None:
    assert run("search", "nothing").exit_code == 1


def test_the_state_of_the_system_names_why_it_is_degraded(run: Callable[..., Result]) -> None:
    result = run("status")
    assert result.exit_code == 0
    assert "service\tdegraded" in result.stdout
    assert "reason\tslow" in result.stdout


def test_an_unknown_upload_is_exit_code_1(run: Callable[..., Result]) -> None:
    assert run("status", ONE).exit_code == 0
    result = run("status", ONE, TWO)
    assert (result.exit_code, f"no upload with the id {TWO}" in result.stderr) == (1, True)


def test_what_the_api_refuses_is_said_in_its_words(run: Callable[..., Result]) -> None:
    result = run("search", "--status", "foo")
    assert result.exit_code == 1
    assert "Invalid. (request.invalid) status: COMPLETED or FAILED" in result.stderr
    assert "no invoice with this id" in run("show", ONE).stderr


def test_failed_invoices_are_read_again_and_a_refusal_is_told(run: Callable[..., Result]) -> None:
    result = run("retry", "--failed")
    assert result.exit_code == 1
    assert f"{ONE}\tqueued" in result.stdout
    assert f"{TWO}\trefused\tThe invoice is already being processed." in result.stdout
    assert run("retry").exit_code == 2


def test_an_export_is_written_whole(run: Callable[..., Result], tmp_path: Path) -> None:
    assert run("export", "--output", str(tmp_path / "all.csv")).exit_code == 0
    assert (tmp_path / "all.csv").read_bytes() == b"id,total\r\n1,2\r\n"
    assert run("export", "--output", str(tmp_path / "no" / "all.csv")).exit_code == 2
    assert [path.name for path in tmp_path.glob("*all*")] == ["all.csv"]


def test_a_url_is_printed_in_a_pipe(run: Callable[..., Result]) -> None:
    assert run("open").stdout.strip().endswith("/dagster")


def test_without_a_system_and_without_an_answer_it_says_what_to_do(run: Callable[..., Result]) -> None:
    result = run("status", INVOICEFLOW_URL="")
    assert (result.exit_code, "invoiceflow up" in result.stderr) == (2, True)
    result = run("status", INVOICEFLOW_URL="http://127.0.0.1:1")
    assert (result.exit_code, "cannot be reached" in result.stderr) == (1, True)


def test_the_version_is_the_packages(run: Callable[..., Result]) -> None:
    assert run("--version").stdout == f"invoiceflow {__version__}{os.linesep}"


def test_a_narrow_terminal_does_without_the_dispensable_columns_and_never_without_the_id() -> None:
    row = [ONE, "a.pdf", "COMPLETED", "RE-2026-0001", "2026-01-02", "Müller", "119.00 EUR", "BR-CO-15"]
    assert fitting(HIT_COLUMNS, [row], 200) == list(HIT_COLUMNS)
    assert fitting(HIT_COLUMNS, [row], 80) == ["id", "number", "seller", "total"]
