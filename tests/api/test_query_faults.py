"""The query API while something behind it is away, and with requests that are conditional or odd."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.adapters.postgres_search import PostgresSearch
from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import IngestionStatus
from invoiceflow.ports.unavailable import Unavailable
from tests.api.test_query import INVOICES, stored


def away(role: str) -> Any:
    def fails(*_given: object, **_named: object) -> None:
        raise Unavailable(role, "connection refused")

    return fails


def test_reprocessing_without_a_queue_says_that_it_will_be_done_later(
    query_api: TestClient, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = stored(system)
    monkeypatch.setattr(PostgresQueue, "publish", away("queue"))
    answer = query_api.post(f"{INVOICES}/{row.id}/reprocess")
    assert (answer.status_code, answer.json()["code"]) == (502, "queue.unavailable")
    assert "as soon as the queue is back" in answer.json()["detail"]
    assert answer.headers["Retry-After"]
    kept = system.ingestions.get(row.id)
    assert kept is not None
    assert (kept.status, kept.published_at) == (IngestionStatus.PENDING, None)


def test_reprocessing_that_cannot_note_its_message_is_accepted_all_the_same(
    query_api: TestClient, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = stored(system)
    monkeypatch.setattr(PostgresIngestions, "mark_published", away("database"))
    assert query_api.post(f"{INVOICES}/{row.id}/reprocess").status_code == 202
    assert system.queue.depth().waiting == 1


@pytest.mark.parametrize("path", [INVOICES, f"{INVOICES}/export.csv"])
def test_a_search_index_that_is_away_is_a_503_with_retry_after(
    query_api: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(PostgresSearch, "_found", away("search"))
    answer = query_api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "search.unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_database_or_a_store_that_is_away_is_named(
    query_api: TestClient, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = stored(system)
    monkeypatch.setattr(LocalFolderStore, "stream", away("object_store"))
    answer = query_api.get(f"{INVOICES}/{row.id}/file")
    assert (answer.status_code, answer.json()["code"]) == (502, "storage.unavailable")
    monkeypatch.setattr(PostgresIngestions, "document", away("database"))
    answer = query_api.get(f"{INVOICES}/{row.id}")
    assert (answer.status_code, answer.json()["code"]) == (503, "database.unavailable")


def test_what_the_client_holds_is_not_sent_again(query_api: TestClient, system: System) -> None:
    row = stored(system)
    for url in (f"{INVOICES}/{row.id}", f"{INVOICES}/{row.id}/file"):
        tag = query_api.get(url).headers["ETag"]
        for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = query_api.get(url, headers={"If-None-Match": held})
            assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
        assert query_api.get(url, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_reprocessed_invoice_has_another_etag(query_api: TestClient, system: System) -> None:
    row = stored(system)
    url = f"{INVOICES}/{row.id}"
    tag = query_api.get(url).headers["ETag"]
    query_api.post(f"{url}/reprocess")
    assert query_api.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_the_head_of_a_file_tells_its_size(query_api: TestClient, system: System) -> None:
    row = stored(system, content=b"%PDF-1.7 x")
    answer = query_api.head(f"{INVOICES}/{row.id}/file")
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, "10")
    assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("name", ["seller", "buyer", "q"])
@pytest.mark.parametrize("value", ["a\0b", "'", "\\", "a:* & !b", '"', "ﷺ" * 400, "½ ² १२", "_"])
def test_an_odd_value_is_looked_for_like_any_other(query_api: TestClient, name: str, value: str) -> None:
    answer = query_api.get(INVOICES, params={name: value})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


def test_an_export_holds_more_rows_than_a_page_and_only_those_that_match(query_api: TestClient, system: System) -> None:
    for number in range(103):
        stored(system, f"RE-{number}" if number else "=cmd()")
    rows = list(csv.DictReader(io.StringIO(query_api.get(f"{INVOICES}/export.csv").text)))
    assert len(rows) == 103
    assert rows[-1]["number"] == "'=cmd()"
    [row] = csv.DictReader(io.StringIO(query_api.get(f"{INVOICES}/export.csv", params={"q": "RE-77 "}).text))
    assert row["number"] == "RE-77"
    assert len(query_api.get(f"{INVOICES}/export.csv", params={"q": "nothing"}).text.splitlines()) == 1


def test_every_answer_is_described_with_a_schema_that_exists(query_api: TestClient) -> None:
    document = query_api.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        if path.startswith(INVOICES):
            for operation in operations.values():
                described = [c for r in operation["responses"].values() for c in r.get("content", {}).values()]
                names = [c["schema"]["$ref"].rpartition("/")[2] for c in described if "$ref" in c.get("schema", {})]
                assert names
                assert set(names) <= set(document["components"]["schemas"])
