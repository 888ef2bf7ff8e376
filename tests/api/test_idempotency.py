"""Idempotency-Key and on_duplicate: one ingestion for a repeated upload, whoever was killed in between."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.ports.upload_claims import UploadClaims
from invoiceflow_api.ingest.service import KeyInProgress
from samples import hostile
from tests.api.test_ingest_faults import Rows, Setting
from tests.rows import now

UPLOAD = "/api/v1/ingest/upload"


@pytest.fixture
def setting(system: System, tmp_path: Path) -> Setting:
    return Setting(system, tmp_path)


class Unmarked(Rows):
    """Dies between the message and the row's mark, as far as anybody can see."""

    def mark_published(self, *_: object) -> None:
        raise Unavailable("database", "away")


def test_a_repeat_completes_what_was_never_marked_as_published(setting: Setting) -> None:
    setting.service_with(Unmarked(setting.system.database))
    first = setting.accept("key")
    setting.service_with()
    assert setting.accept("key").id == first.id
    row = setting.rows.get(first.id)
    assert row is not None
    assert row.published_at is not None
    assert setting.rows.status_counts().total == 1


def killed_after_the_row(setting: Setting, *, object_is_there: bool) -> UUID:
    """What a process leaves that is killed between the row and its message."""
    setting.service_with(Unmarked(setting.system.database))
    first = setting.accept("key")
    with setting.system.queue.consumer(1) as consumer:
        [delivery] = consumer.receive(1, wait=1)
        consumer.acknowledge([delivery])
    if not object_is_there:
        setting.store.delete(first.s3_key)
    setting.service_with()
    return first.id


@pytest.mark.parametrize("object_is_there", [True, False])
def test_after_a_kill_a_repeat_is_taken_up_at_once(setting: Setting, object_is_there: bool) -> None:
    first = killed_after_the_row(setting, object_is_there=object_is_there)
    ingestion = setting.accept("key")
    assert ingestion.id == first
    assert setting.store.get(ingestion.s3_key) == b"%PDF-1.7"
    assert setting.queue.depth().waiting == 1
    assert not setting.rows.withdraw(first)  # accepted for good


def test_what_the_schedule_withdrew_while_it_was_taken_over_is_stored_anew(setting: Setting) -> None:
    first = killed_after_the_row(setting, object_is_there=False)

    class Withdrawn(Rows):
        def mark_published(self, request_ids: Any, at: Any) -> None:
            if first in request_ids:
                self.withdraw(first)
            super().mark_published(request_ids, at)

    setting.service_with(Withdrawn(setting.system.database))
    second = setting.accept("key")
    assert second.id != first
    assert [found.key for found in setting.store.list("")] == [second.s3_key]
    assert setting.rows.status_counts().total == 1


HOLDER = """
import sys, time
from invoiceflow.adapters.postgres_claims import PostgresUploadClaims
from invoiceflow.database import Database
claims = PostgresUploadClaims(Database(sys.argv[1], application_name="holder", size=1))
with claims.hold(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(database_url: str, name: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", HOLDER, database_url, name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            yield process
        finally:
            process.kill()


def test_a_request_of_a_living_process_is_waited_for_and_one_of_a_killed_process_is_not(
    setting: Setting, database_url: str, wait_until: Callable[..., None]
) -> None:
    first = killed_after_the_row(setting, object_is_there=True)

    def taken_up() -> bool:
        try:
            return setting.accept("key").id == first
        except KeyInProgress:
            return False

    with other_process(database_url, "key key") as process:
        assert not taken_up()
        os.kill(process.pid, signal.SIGKILL)
        wait_until(taken_up, 5)


class Lost(UploadClaims):
    """Claims whose connection breaks as soon as they are made."""

    def hold(self, name: str) -> AbstractContextManager[Callable[[], bool]]:
        @contextmanager
        def held() -> Iterator[Callable[[], bool]]:
            yield lambda: False

        return held()

    def close(self) -> None:
        return None


def test_without_its_claim_a_request_leaves_the_object_that_another_may_have_taken_over(setting: Setting) -> None:
    class Silent(Rows):
        def get(self, request_id: UUID) -> Ingestion | None:
            raise Unavailable("database", "away")

    rows = Silent(setting.system.database)
    rows.failures, rows.commits = 1, True
    setting.service_with(rows, claims=Lost())
    with pytest.raises(Unavailable):
        setting.accept("key")
    assert len(list(setting.store.list(""))) == 1
    setting.service_with()
    taken = setting.accept("key")
    assert setting.store.get(taken.s3_key) == b"%PDF-1.7"


def test_of_many_requests_with_one_key_at_the_same_moment_one_is_accepted(ingest_api: TestClient, system: System) -> None:
    together = Barrier(8, timeout=10)

    def upload(_: int) -> tuple[int, str | None]:
        together.wait()
        answer = send(ingest_api, hostile.one_page(), **{"Idempotency-Key": "k"})
        return answer.status_code, answer.json().get("request_id")

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(upload, range(8)))
    assert len({request_id for status, request_id in answers if status == 202}) == 1
    assert {status for status, _ in answers} <= {202, 409}
    assert system.ingestions.status_counts().total == 1


def send(api: TestClient, content: bytes, query: str = "", **headers: str) -> Any:
    return api.post(f"{UPLOAD}{query}", files={"file": ("a.pdf", content, "application/pdf")}, headers=headers)


def test_a_duplicate_is_accepted_returned_or_rejected_as_the_client_wishes(ingest_api: TestClient, system: System) -> None:
    content = hostile.one_page()
    for query in ("?on_duplicate=reject", "?on_duplicate=return"):
        assert send(ingest_api, content + query.encode(), query).status_code == 202  # no duplicates yet
    first = send(ingest_api, content).json()["request_id"]
    returned = send(ingest_api, content, "?on_duplicate=return")
    assert (returned.status_code, returned.headers["Location"]) == (200, f"/api/v1/ingest/status/{first}")
    assert returned.json() == {"request_id": first, "status": "PENDING", "message": "The same file was uploaded before"}
    rejected = send(ingest_api, content, "?on_duplicate=reject")
    assert (rejected.status_code, rejected.json()["code"], rejected.json()["duplicate_of"]) == (409, "file.duplicate", first)
    assert system.ingestions.status_counts().total == 3
    assert len(list(system.objects.list("raw/"))) == 3
    assert send(ingest_api, content, "?on_duplicate=accept").json()["duplicate_of"] == first
    wrong = send(ingest_api, content, "?on_duplicate=maybe")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "on_duplicate")


@pytest.mark.parametrize(("wish", "statuses"), [("return", {200, 202, 409}), ("reject", {202, 409})])
def test_of_many_uploads_of_one_file_at_the_same_moment_one_is_accepted(
    ingest_api: TestClient, system: System, wish: str, statuses: set[int]
) -> None:
    together = Barrier(8, timeout=10)

    def upload(_: int) -> int:
        together.wait()
        return int(send(ingest_api, hostile.one_page(), f"?on_duplicate={wish}").status_code)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(upload, range(8)))
    assert answers.count(202) == 1
    assert set(answers) <= statuses
    assert system.ingestions.status_counts().total == 1


def test_a_file_that_may_still_be_refused_is_no_duplicate_yet(ingest_api: TestClient, system: System) -> None:
    content = hostile.one_page()
    first = send(ingest_api, content).json()["request_id"]
    with system.database.statement("database") as connection:
        connection.execute("UPDATE ingestions SET published_at = NULL")
    answer = send(ingest_api, content, "?on_duplicate=return")
    assert (answer.status_code, answer.json()["code"]) == (409, "file.duplicate_in_progress")
    assert answer.headers["Retry-After"] == "1"
    system.ingestions.mark_published([UUID(first)], now())
    assert send(ingest_api, content, "?on_duplicate=return").json()["request_id"] == first


def test_a_key_wins_over_a_wish_about_duplicates(ingest_api: TestClient) -> None:
    content = hostile.one_page()
    first = send(ingest_api, content, "?on_duplicate=reject", **{"Idempotency-Key": "k"})
    again = send(ingest_api, content, "?on_duplicate=reject", **{"Idempotency-Key": "k"})
    assert (again.status_code, again.json()) == (202, first.json())


def test_the_states_of_many_uploads_come_in_one_answer(ingest_api: TestClient) -> None:
    ids = [send(ingest_api, hostile.one_page() + b"%" * n).json()["request_id"] for n in range(3)]
    unknown = "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"
    query = "&".join(f"id={one}" for one in (ids[2], unknown, ids[0], ids[2]))
    found = ingest_api.get(f"/api/v1/ingest/status?{query}").json()
    assert [item["request_id"] for item in found["items"]] == [ids[2], ids[0]]
    assert found["items"][0] == ingest_api.get(f"/api/v1/ingest/status/{ids[2]}").json()
    assert found["not_found"] == [unknown]


@pytest.mark.parametrize("query", ["", "?id=none", "?id=" + "&id=".join(["0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"] * 101)])
def test_no_id_a_wrong_one_and_too_many_are_refused(ingest_api: TestClient, query: str) -> None:
    answer = ingest_api.get(f"/api/v1/ingest/status{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")
    assert answer.json()["errors"][0]["field"].startswith("id")
