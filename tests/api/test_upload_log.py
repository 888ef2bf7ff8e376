"""One log line for each accepted upload and each refusal, with what finds them again."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from invoiceflow import logs
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.ingest.service import IngestService
from samples import hostile

UPLOAD = "/api/v1/ingest/upload"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the upload's own logger has written."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("ingest-service", "INFO", "json", stream)

    def written() -> list[dict[str, Any]]:
        return [line for line in map(json.loads, stream.getvalue().splitlines()) if line["logger"] == "invoiceflow_api.ingest"]

    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


def send(api: TestClient, content: bytes, query: str = "", **headers: str) -> Any:
    return api.post(f"{UPLOAD}{query}", files={"file": ("März.pdf", content, "application/pdf")}, headers=headers)


def test_an_accepted_upload_is_logged_in_the_documented_form(
    ingest_api: TestClient, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    content = hostile.one_page()
    request_id = send(ingest_api, content, **{"X-Request-ID": "mine"}).json()["request_id"]
    [line] = lines()
    assert line["message"] == f"Processing upload request {request_id} for file März.pdf"
    assert {name: line[name] for name in ("level", "service", "request_id", "filename", "size", "correlation_id")} == {
        "level": "INFO",
        "service": "ingest-service",
        "request_id": request_id,
        "filename": "März.pdf",
        "size": len(content),
        "correlation_id": "mine",
    }


def test_a_known_file_is_logged_as_such(ingest_api: TestClient, lines: Callable[[], list[dict[str, Any]]]) -> None:
    request_id = send(ingest_api, hostile.one_page()).json()["request_id"]
    send(ingest_api, hostile.one_page(), "?on_duplicate=return")
    assert lines()[1]["message"] == f"Returned upload request {request_id} for file März.pdf, which was accepted before"


def test_a_refusal_is_logged_with_its_code_and_the_clients_faults_are_no_warnings(
    ingest_api: TestClient, lines: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    send(ingest_api, b"no PDF")

    def away(*_: object) -> None:
        raise Unavailable("object_store", "the bucket is on fire")

    monkeypatch.setattr(IngestService, "accept", away)
    answer = send(ingest_api, hostile.one_page())
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (502, "storage.unavailable", "2")
    assert "fire" not in answer.text
    refused, failed = lines()
    assert (refused["level"], refused["code"], refused["status"]) == ("INFO", "file.not_pdf", 400)
    assert (failed["level"], failed["code"], failed["status"]) == ("WARNING", "storage.unavailable", 502)
    assert "the bucket is on fire" in failed["message"]
    assert 'invoiceflow_uploads_refused_total{code="storage.unavailable"} 1.0' in ingest_api.get("/metrics").text
