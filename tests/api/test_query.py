"""The query API through its HTTP surface, on the embedded adapters."""

import csv
import io

import pytest
from fastapi.testclient import TestClient

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, RecordedFailure
from invoiceflow.domain.search.document import search_document
from invoiceflow.ports.ingestion_repository import Completed, Failed
from invoiceflow.settings import Settings
from invoiceflow_api.query import main as query
from invoiceflow_api.query.app import content_disposition
from invoiceflow_api.query.byte_ranges import NotSatisfiable, asked_range
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
    [{"limit": 101}, {"limit": 0}, {"sort": "colour"}, {"issued_from": "soon"}, {"total_min": "much"}, {"q": "x" * 501}],
)
def test_inputs_that_cannot_be_used_are_named(query_api: TestClient, params: dict[str, str]) -> None:
    answer = query_api.get(INVOICES, params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"][0]["field"] == next(iter(params))


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
