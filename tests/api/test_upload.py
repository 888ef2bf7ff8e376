"""Uploading: what is accepted is whole, what is refused leaves nothing."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given
from hypothesis import strategies as st

from invoiceflow.bootstrap import System
from invoiceflow.settings import Settings
from invoiceflow_api.ingest.upload import display_filename
from samples import hostile

UPLOAD = "/api/v1/ingest/upload"
PDF = "application/pdf"


@pytest.fixture
def good() -> bytes:
    return hostile.one_page()


def send(api: TestClient, content: bytes, name: str = "invoice.pdf", kind: str = PDF, **headers: str) -> Any:
    return api.post(UPLOAD, files={"file": (name, content, kind)}, headers=headers)


def nothing_is_left(system: System, settings: Settings) -> bool:
    return (
        system.ingestions.status_counts().total == 0
        and not list(system.objects.list("raw/"))
        and system.queue.depth().waiting == 0
        and not list((settings.home / "spool").rglob("*.pdf"))
    )


def test_an_accepted_upload_has_object_row_and_message(ingest_api: TestClient, system: System, good: bytes) -> None:
    answer = send(ingest_api, good, **{"X-Request-ID": "my-id-1"})
    assert answer.status_code == 202
    body = answer.json()
    request_id = body["request_id"]
    assert body == {
        "request_id": request_id,
        "status": "PENDING",
        "message": "File uploaded successfully, processing started",
    }
    assert answer.headers["Location"] == f"/api/v1/ingest/status/{request_id}"
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["X-Request-ID"] == "my-id-1"
    assert system.objects.get(f"raw/{request_id}.pdf") == good
    with system.queue.consumer(1) as consumer:
        [delivery] = consumer.receive(1, wait=1)
    assert (str(delivery.message.request_id), delivery.message.correlation_id) == (request_id, "my-id-1")
    status = ingest_api.get(answer.headers["Location"]).json()
    assert list(status)[:6] == ["request_id", "filename", "status", "created_at", "updated_at", "s3_key"]
    assert (status["filename"], status["status"], status["page_count"]) == ("invoice.pdf", "PENDING", 1)
    assert ingest_api.get("/api/v1/ingest/stats").json() == {
        "pending": 1,
        "processing": 0,
        "failed": 0,
        "completed": 0,
        "total": 1,
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (hostile.not_a_pdf(), "file.not_pdf"),
        (hostile.empty(), "file.empty"),
        (hostile.garbage_after_header(), "file.corrupted"),
        (hostile.encrypted(), "file.encrypted"),
        (hostile.zero_pages(), "file.no_pages"),
        (hostile.many_pages(5000), "file.too_many_pages"),
        (b"%PDF-", "file.corrupted"),
    ],
    ids=["not-a-pdf", "empty", "garbage", "encrypted", "zero-pages", "5000-pages", "header-only"],
)
def test_a_bad_file_is_refused_with_its_code_and_leaves_nothing(
    ingest_api: TestClient, system: System, settings: Settings, content: bytes, code: str
) -> None:
    answer = send(ingest_api, content)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["status"], problem["type"]) == (code, 400, f"/problems/{code}")
    assert problem["correlation_id"] == answer.headers["X-Request-ID"]
    assert nothing_is_left(system, settings)


def test_a_truncated_file_is_refused_or_repaired_but_never_a_fault(ingest_api: TestClient) -> None:
    assert send(ingest_api, hostile.truncated()).status_code in (202, 400)


def test_ten_megabytes_are_accepted_and_one_byte_more_is_not(
    ingest_api: TestClient, system: System, settings: Settings, good: bytes
) -> None:
    limit = settings.max_file_size_bytes
    over = send(ingest_api, good + b"\n" * (limit + 1 - len(good)))
    assert (over.status_code, over.json()["code"]) == (400, "file.too_large")
    assert nothing_is_left(system, settings)
    assert send(ingest_api, good + b"\n" * (limit - len(good))).status_code == 202


def test_a_stream_that_unpacks_to_gigabytes_costs_the_service_nothing(ingest_api: TestClient, good: bytes) -> None:
    assert send(ingest_api, hostile.flate_bomb(1 << 30)).status_code in (202, 400)
    assert send(ingest_api, good).status_code == 202


def test_a_body_without_a_length_is_refused_when_it_has_grown_too_large(
    ingest_api: TestClient, system: System, settings: Settings
) -> None:
    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n'
        for _ in range(32):
            yield b"\0" * (1 << 20)

    answer = ingest_api.post(UPLOAD, content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status_code, answer.json()["code"]) == (400, "file.too_large")
    assert nothing_is_left(system, settings)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\a\\Rechnung.pdf", "Rechnung.pdf"),
        ("a\0b\x07.pdf", "ab.pdf"),
        ("🧾 März.pdf", "🧾 März.pdf"),
        ("x" * 10_000 + ".pdf", "x" * 251 + ".pdf"),
        ("🧾" * 10_000 + ".pdf", "🧾" * 251 + ".pdf"),
        ("x" * 300, "x" * 255),
        ("Mu\u0308ller.pdf", "Müller.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("...", "invoice.pdf"),
    ],
    ids=["path", "windows", "nul", "emoji", "10000", "10000-emoji", "no-ending", "composed", "turned-around", "dots"],
)
def test_a_file_name_is_made_fit_for_display(ingest_api: TestClient, good: bytes, given: str, shown: str) -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="'
        + given.encode().replace(b"\\", b"\\\\")
        + b'"\r\nContent-Type: application/pdf\r\n\r\n'
        + good
        + b"\r\n--b--\r\n"
    )
    answer = ingest_api.post(UPLOAD, content=body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 202, answer.text
    status = ingest_api.get(answer.headers["Location"]).json()
    assert status["filename"] == shown


def test_a_malformed_body_is_refused(ingest_api: TestClient, system: System, settings: Settings, good: bytes) -> None:
    two = [("file", ("a.pdf", good, PDF)), ("file", ("b.pdf", good, PDF))]
    cases = [
        (ingest_api.post(UPLOAD, files=two), "file.several"),
        (ingest_api.post(UPLOAD, files={"other": ("a.pdf", good, PDF)}), "file.missing"),
        (send(ingest_api, good, kind="image/png"), "file.wrong_type"),
        (ingest_api.post(UPLOAD, content=good, headers={"Content-Type": PDF}), "upload.malformed"),
        (ingest_api.post(UPLOAD, content=good), "upload.malformed"),
        (send(ingest_api, good, name="x" * 60_000), "upload.malformed"),
        (ingest_api.post(UPLOAD, files={"a": (None, "x" * 70_000), "file": ("a.pdf", good[:20], PDF)}), "file.corrupted"),
        (send(ingest_api, b" " * 1024 + good), "file.not_pdf"),
        (ingest_api.post(UPLOAD, content=b"", headers={"Content-Type": "multipart/form-data; boundary=b"}), "upload.malformed"),
        (
            ingest_api.post(UPLOAD, content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=b"}),
            "upload.malformed",
        ),
        (
            ingest_api.post(UPLOAD, files={f"f{n}": (None, "x") for n in range(30)} | {"file": ("a.pdf", good, PDF)}),
            "upload.malformed",
        ),
    ]
    for answer, code in cases:
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert nothing_is_left(system, settings)


def test_an_incomplete_body_leaves_nothing(ingest_api: TestClient, system: System, settings: Settings, good: bytes) -> None:
    half = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + good[: len(good) // 2]
    answer = ingest_api.post(UPLOAD, content=half, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status_code, answer.json()["code"]) == (400, "upload.malformed")
    assert nothing_is_left(system, settings)


def test_a_repeated_upload_with_its_key_gets_the_first_response(ingest_api: TestClient, system: System, good: bytes) -> None:
    first = send(ingest_api, good, **{"Idempotency-Key": "k1"})
    again = send(ingest_api, good, **{"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    other = send(ingest_api, good + b"\n", **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")
    bad = send(ingest_api, good, **{"Idempotency-Key": "x" * 256})
    assert (bad.status_code, bad.json()["code"]) == (422, "idempotency.key_invalid")
    assert system.ingestions.status_counts().total == 1
    assert system.queue.depth().waiting == 1


def test_the_same_bytes_without_a_key_are_two_ingestions_and_the_second_says_so(ingest_api: TestClient, good: bytes) -> None:
    first, second = send(ingest_api, good).json(), send(ingest_api, good).json()
    assert second["request_id"] != first["request_id"]
    assert second["duplicate_of"] == first["request_id"]


def test_many_clients_at_once_are_all_served(ingest_api: TestClient, system: System, good: bytes) -> None:
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: codes.extend(send(ingest_api, good + b"%" * n).status_code for _ in range(4)))
        for n in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [202] * 64
    assert system.ingestions.status_counts().pending == 64
    assert system.queue.depth().waiting == 64


def test_an_unknown_id_and_a_malformed_one_are_problems(ingest_api: TestClient) -> None:
    unknown = ingest_api.get("/api/v1/ingest/status/0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ingestion.not_found")
    malformed = ingest_api.get("/api/v1/ingest/status/none")
    assert (malformed.status_code, malformed.json()["code"]) == (422, "request.invalid")
    assert malformed.json()["errors"][0]["field"] == "request_id"
    nowhere = ingest_api.get("/nowhere")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "resource.not_found")


def test_other_fields_and_generic_content_types_are_accepted(ingest_api: TestClient, good: bytes) -> None:
    file = ("a.pdf", b"\n" * 1000 + good, "application/octet-stream")
    assert ingest_api.post(UPLOAD, files={"file": file}, data={"note": "for March"}).status_code == 202


@given(name=st.text(max_size=600))
@example("\ud800.pdf")
def test_any_file_name_becomes_fit_for_display(name: str) -> None:
    shown = display_filename(name)
    assert 1 <= len(shown) <= 255
    assert shown == display_filename(shown)
    assert not set(shown) & set("/\\\0\n\r\t\u202e")
    shown.encode()
