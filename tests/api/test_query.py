"""The query API through its HTTP surface, on the embedded adapters."""

import csv
import io
from hashlib import sha256

import psycopg
import pytest
from fastapi.testclient import TestClient

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, RecordedFailure
from invoiceflow.domain.search.document import search_document
from invoiceflow.ports.ingestion_repository import Completed, Failed
from invoiceflow.settings import Settings
from invoiceflow_api.query import main as query
from invoiceflow_api.query.byte_ranges import NotSatisfiable, asked_range
from invoiceflow_api.query.file_routes import content_disposition
from invoiceflow_api.query.service import safe_cell
from tests.rows import accepted, added, new_id, now, reading

INVOICES = "/api/v1/invoices"


def stored(system: System, number: str = "RE-1", content: bytes = b"%PDF-1.7 content") -> Ingestion:
    row = accepted(system, content, f"{number}.pdf".replace("/", "-"))
    [claimed] = system.ingestions.claim([row.id], "run")
    extraction = reading(number)
    system.search.write([search_document(claimed, extraction)])
    system.ingestions.finish([Completed(claimed.id, claimed.revision, extraction)], now())
    return claimed


def test_invoices_are_found_by_words_with_highlights_and_facets(query_api: TestClient, system: System) -> None:
    row = stored(system, "RE-2026/7")
    stored(system, "X-1")
    answer = query_api.get(INVOICES, params={"q": "re-2026/7", "facets": ["seller", "status"]}).json()
    [item] = answer["items"]
    assert (item["request_id"], item["number"], item["totals"]["with_tax"]) == (str(row.id), "RE-2026/7", "119.00")
    assert answer["total"] == {"value": 1, "relation": "eq"}
    assert answer["facets"]["status"] == [{"value": "COMPLETED", "count": 1}]
    assert item["highlights"]["number"]["text"] == "RE-2026/7"
    assert query_api.get(INVOICES, params={"q": "mullre"}).json()["relaxed"] is True


def test_pages_follow_one_another_by_their_cursor(query_api: TestClient, system: System) -> None:
    rows = [stored(system, f"RE-{n}") for n in range(5)]
    seen, cursor = [], None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        answer = query_api.get(INVOICES, params=params).json()
        seen += [item["request_id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == [str(row.id) for row in reversed(rows)]


def test_a_cursor_that_is_not_ours_or_of_another_search_is_refused(query_api: TestClient, system: System) -> None:
    for n in range(3):
        stored(system, f"RE-{n}")
    cursor = query_api.get(INVOICES, params={"limit": 1}).json()["next_cursor"]
    for params, code in (
        ({"cursor": "abc"}, "cursor.invalid"),
        ({"cursor": "é!"}, "cursor.invalid"),
        ({"cursor": cursor[:-2] + "AA"}, "cursor.invalid"),
        ({"cursor": cursor, "q": "other"}, "cursor.mismatch"),
    ):
        answer = query_api.get(INVOICES, params=params)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 101},
        {"limit": 0},
        {"sort": "colour"},
        {"issued_from": "soon"},
        {"issued_to": "0"},
        {"due_to": "1767225600"},
        {"total_min": "much"},
        {"q": "x" * 501},
        {"status": "foo"},
        {"status": "PENDING"},
        {"currency": "EURO"},
        {"currency": "€"},
        {"finding": "no such code"},
        {"has_finding": "perhaps"},
        {"issued_from": "2026-02-01", "issued_to": "2026-01-31"},
        {"due_from": "2026-02-01", "due_to": "2026-01-31"},
        {"total_min": "2", "total_max": "1.99"},
        {"colour": "red"},
    ],
)
def test_impossible_parameters_are_refused_and_named(query_api: TestClient, params: dict[str, str]) -> None:
    answer = query_api.get(INVOICES, params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"][0]["field"].partition(".")[0] == next(iter(params))


@pytest.mark.parametrize(
    "params", [{"currency": "eur"}, {"status": "completed"}, {"currency": ["usd", "Eur"]}, {"sort": "relevance"}, {"q": "!?"}]
)
def test_what_is_clear_is_normalised(query_api: TestClient, system: System, params: dict[str, str]) -> None:
    row = stored(system)
    answer = query_api.get(INVOICES, params=params)
    assert [item["request_id"] for item in answer.json()["items"]] == [str(row.id)]


def test_an_invoice_has_the_same_metadata_everywhere(query_api: TestClient, ingest_api: TestClient, system: System) -> None:
    row = stored(system)
    status = ingest_api.get(f"/api/v1/ingest/status/{row.id}").json()
    assert status["created_at"].endswith("Z")
    [listed] = query_api.get(INVOICES).json()["items"]
    single = query_api.get(f"{INVOICES}/{row.id}").json()
    [changed] = query_api.get(f"{INVOICES}/changes").json()["items"]
    for shown in (listed, single, changed):
        assert {name: shown[name] for name in status} == status
    assert changed == single


def test_a_list_shows_the_state_of_this_moment(query_api: TestClient, system: System) -> None:
    row = stored(system)
    query_api.post(f"{INVOICES}/{row.id}/reprocess")
    [item] = query_api.get(INVOICES).json()["items"]
    assert (item["status"], item["number"]) == ("PENDING", "RE-1")


def test_changes_are_followed_by_a_cursor_that_never_ends(query_api: TestClient, system: System) -> None:
    rows = [stored(system, f"RE-{n}") for n in range(3)]
    page = query_api.get(f"{INVOICES}/changes", params={"limit": 2, "updated_since": "2020-01-01T00:00:00Z"}).json()
    assert ([item["invoice"]["number"] for item in page["items"]], page["has_more"]) == (["RE-0", "RE-1"], True)
    page = query_api.get(f"{INVOICES}/changes", params={"cursor": page["next_cursor"]}).json()
    assert ([item["invoice"]["number"] for item in page["items"]], page["has_more"]) == (["RE-2"], False)
    page = query_api.get(f"{INVOICES}/changes", params={"cursor": page["next_cursor"]}).json()
    assert (page["items"], page["has_more"]) == ([], False)
    query_api.post(f"{INVOICES}/{rows[1].id}/reprocess")
    page = query_api.get(f"{INVOICES}/changes", params={"cursor": page["next_cursor"]}).json()
    assert [(item["request_id"], item["status"]) for item in page["items"]] == [(str(rows[1].id), "PENDING")]


def test_a_cursor_of_changes_is_bound_to_its_beginning(query_api: TestClient, system: System) -> None:
    for n in range(2):
        stored(system, f"RE-{n}")
    url = f"{INVOICES}/changes"
    cursor = query_api.get(url).json()["next_cursor"]
    search_cursor = query_api.get(INVOICES, params={"limit": 1}).json()["next_cursor"]
    for params, code in (
        ({"cursor": "abc"}, "cursor.invalid"),
        ({"cursor": cursor, "updated_since": "2020-01-01T00:00:00Z"}, "cursor.mismatch"),
        ({"cursor": search_cursor}, "cursor.mismatch"),
    ):
        answer = query_api.get(url, params=params)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert query_api.get(INVOICES, params={"cursor": cursor}).json()["code"] == "cursor.mismatch"
    assert query_api.get(url, params={"updated_since": "2020-01-01T00:00:00"}).status_code == 422  # of which time zone?


def test_after_a_restore_old_cursors_are_refused_and_the_feed_begins_anew(
    settings: Settings, system: System, database_url: str
) -> None:
    row = stored(system)
    with TestClient(query.application(settings)) as client:
        with psycopg.connect(database_url) as connection:  # as pg_restore leaves it in a cluster that has done less
            connection.execute("ALTER TABLE ingestions DISABLE TRIGGER stamp_ingestion_change")
            connection.execute("UPDATE ingestions SET changed_in = '1099511627776'::xid8")
            connection.execute("ALTER TABLE ingestions ENABLE TRIGGER stamp_ingestion_change")
        assert client.get(f"{INVOICES}/changes").json()["items"] == []
    with TestClient(query.application(settings)) as client:
        [item] = client.get(f"{INVOICES}/changes").json()["items"]
        assert item["request_id"] == str(row.id)


def test_one_invoice_is_given_with_evidence_and_an_etag(query_api: TestClient, system: System) -> None:
    row = stored(system)
    answer = query_api.get(f"{INVOICES}/{row.id}")
    body = answer.json()
    assert (body["status"], body["invoice"]["totals"]["with_tax"]) == ("COMPLETED", "119.00")
    assert body["invoice"]["evidence"] == {}
    again = query_api.get(f"{INVOICES}/{row.id}", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    unknown = query_api.get(f"{INVOICES}/{new_id()}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "invoice.not_found")


def test_a_failed_invoice_says_why(query_api: TestClient, system: System) -> None:
    [claimed] = system.ingestions.claim([added(system.ingestions).id], "run")
    failure = RecordedFailure("file.corrupted", "The PDF is damaged.", transient=False)
    system.ingestions.finish([Failed(claimed.id, claimed.revision, failure, None)], now())
    body = query_api.get(f"{INVOICES}/{claimed.id}").json()
    assert (body["status"], body["failure"]["code"], body["invoice"]) == ("FAILED", "file.corrupted", None)


def test_the_original_is_given_byte_for_byte_and_in_parts(query_api: TestClient, system: System) -> None:
    content = bytes(range(256)) * 2000
    row = stored(system, content=content)
    url = f"{INVOICES}/{row.id}/file"
    whole = query_api.get(url)
    assert whole.content == content
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = query_api.get(url, headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.content) == (206, content[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(content)}"
    assert query_api.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200
    beyond = query_api.get(url, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    assert query_api.get(url, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    system.objects.delete(row.s3_key)
    assert query_api.get(url).json()["code"] == "file.missing"


@pytest.mark.parametrize("content", [b"%PDF-1.7 other", b"%PDF-1.7 here and more", b""], ids=["changed", "longer", "empty"])
def test_an_altered_original_is_never_handed_out_and_raises_one_alert(
    query_api: TestClient, system: System, content: bytes
) -> None:
    row = stored(system, content=b"%PDF-1.7 here!")
    url = f"{INVOICES}/{row.id}/file"
    tag = query_api.get(url).headers["ETag"]
    system.objects.put(row.s3_key, io.BytesIO(content), size=len(content), sha256=sha256(content).hexdigest(), metadata={})
    for headers in ({}, {"Range": "bytes=0-3"}, {"If-None-Match": '"other"'}):
        answer = query_api.get(url, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (502, "file.altered")
        assert "ETag" not in answer.headers
    assert query_api.head(url).status_code == 502
    assert query_api.get(url, headers={"If-None-Match": tag}).status_code == 304  # the client holds the true one
    [alert] = system.alerts.unsent(10)
    assert str(row.id) in alert.body


def test_a_download_is_sent_to_the_store_where_that_is_asked_for_and_the_store_has_a_url(
    settings: Settings, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = stored(system, content=b"%PDF-1.7 here")
    url = f"{INVOICES}/{row.id}/file"
    changed = settings.model_copy(update={"s3_download_url_seconds": 60})
    with TestClient(query.application(changed), follow_redirects=False) as client:
        assert client.get(url).content == b"%PDF-1.7 here"  # the folder has none

        def signed(_: LocalFolderStore, key: str, *, disposition: str, seconds: int) -> str:
            return f"https://s3.example/{key}?{seconds}&{disposition}"

        monkeypatch.setattr(LocalFolderStore, "download_url", signed)
        answer = client.get(url)
        assert (answer.status_code, answer.content) == (307, b"")
        assert answer.headers["location"].startswith(f"https://s3.example/{row.s3_key}?60&inline;")
        assert answer.headers["cache-control"] == "private, no-store"
        assert client.head(url).status_code == 200  # signed for GET alone
        etag = client.head(url).headers["etag"]
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
        assert client.get(f"{INVOICES}/{new_id()}/file").status_code == 404
    with TestClient(query.application(settings), follow_redirects=False) as client:
        assert client.get(url).content == b"%PDF-1.7 here"  # not asked for


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-0", (0, 1)),
        ("bytes=5-", (5, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=3-100", (3, 10)),
        ("bytes=5-3", None),
        ("bytes=0-1,3-4", None),
        ("lines=1-2", None),
        ("bytes=-", None),
    ],
)
def test_a_range_is_read_as_rfc_9110_says(header: str | None, expected: tuple[int, int] | None) -> None:
    assert asked_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=-0", "bytes=99-100"])
def test_a_range_outside_of_the_file_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        asked_range(header, 10)


def test_a_search_is_exported_as_csv(query_api: TestClient, system: System) -> None:
    for n in range(3):
        stored(system, f"RE-{n}")
    answer = query_api.get(f"{INVOICES}/export.csv", params={"sort": "number", "bom": True})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["number"] for row in rows] == ["RE-0", "RE-1", "RE-2"]
    assert rows[0]["totals.with_tax"] == "119.00"


@pytest.mark.parametrize(
    ("value", "cell"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("-5.00", "-5.00"), ("-cmd", "'-cmd"), ("+1", "'+1"), ("plain", "plain")],
)
def test_a_cell_never_begins_like_a_formula(value: str, cell: str) -> None:
    assert safe_cell(value) == cell


def test_reprocessing_takes_a_final_invoice_back_into_the_queue(query_api: TestClient, system: System) -> None:
    row = stored(system)
    answer = query_api.post(f"{INVOICES}/{row.id}/reprocess")
    assert (answer.status_code, answer.json()["status"]) == (202, "PENDING")
    assert answer.headers["Location"] == f"{INVOICES}/{row.id}"
    assert system.queue.depth().waiting == 1
    again = query_api.post(f"{INVOICES}/{row.id}/reprocess")
    assert (again.status_code, again.json()["code"]) == (409, "invoice.still_processing")
    assert query_api.post(f"{INVOICES}/{new_id()}/reprocess").status_code == 404


def test_operations_answer(query_api: TestClient) -> None:
    for path in ("/livez", "/readyz", "/version", "/metrics", "/openapi.json"):
        assert query_api.get(path).status_code == 200


def test_a_file_name_of_any_letters_can_be_saved() -> None:
    header = content_disposition('Rechnung "März"\r\n.pdf')
    assert header.isascii()
    assert "\r" not in header
    assert "filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22" in header
