"""Accepting an upload while something behind it is away: what is refused does not exist, what may have arrived is accepted."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import BinaryIO, TypeVar
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.bootstrap import System
from invoiceflow.circuit_breaker import FAILURES, OPEN_SECONDS
from invoiceflow.domain.ingestion import Ingestion, NewIngestion
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.ingestion_repository import IdempotencyKey
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.ports.upload_claims import UploadClaims
from invoiceflow.retries import RetryPolicy
from invoiceflow.settings import Settings
from invoiceflow_api.ingest import main as ingest
from invoiceflow_api.ingest.receiving import finish
from invoiceflow_api.ingest.service import IngestService, Wishes
from invoiceflow_api.ingest.spool import IN_MEMORY
from invoiceflow_api.ingest.storing import UploadWriter
from invoiceflow_api.ingest.upload import Upload
from invoiceflow_pipeline.work import housekeeping
from samples import hostile
from tests.rows import new_id, now

T = TypeVar("T")


class OnePage(PdfInspector):
    def page_count(self, file: Path | bytes) -> int:
        return 1

    def close(self) -> None:
        return None


class Store(LocalFolderStore):
    failures = 0

    def put(self, key: str, content: BinaryIO, **facts: object) -> None:
        if self.failures:
            self.failures -= 1
            content.read(1)
            raise Unavailable("object_store", "away")
        super().put(key, content, **facts)  # type: ignore[arg-type]  # handed on as they came


class Queue(PostgresQueue):
    failures = 0
    arrives = False
    claims: System | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        if self.failures:
            self.failures -= 1
            if self.arrives:
                super().publish(messages)
            if self.claims is not None:
                self.claims.ingestions.claim([message.request_id for message in messages], "run")
            raise Unavailable("queue", "the confirm was lost")
        super().publish(messages)


class Rows(PostgresIngestions):
    failures = 0
    commits = False

    def add(self, new: NewIngestion, idempotency: IdempotencyKey | None = None) -> Ingestion:
        return self._or_fail(lambda: super(Rows, self).add(new, idempotency))

    def add_all(self, new: Sequence[NewIngestion]) -> list[Ingestion]:
        return self._or_fail(lambda: super(Rows, self).add_all(new))

    def _or_fail(self, add: Callable[[], T]) -> T:
        if self.failures:
            self.failures -= 1
            if self.commits:
                add()
            raise Unavailable("database", "away")
        return add()


class Setting:
    """A service on adapters that can be told to fail."""

    def __init__(self, system: System, tmp_path: Path, retries: int = 2) -> None:
        self.system = system
        self.seconds = 0.0
        self.store, self.queue, self.rows = Store(tmp_path / "o"), Queue(system.database), Rows(system.database)
        self.path = tmp_path / "upload.pdf"
        self.path.write_bytes(b"%PDF-1.7")
        self.retries = retries
        self.service = self.service_with()

    def service_with(
        self, rows: PostgresIngestions | None = None, store: LocalFolderStore | None = None, claims: UploadClaims | None = None
    ) -> IngestService:
        """A service with another part, which the tests use from then on."""
        rows = rows or self.rows
        writer = UploadWriter(
            rows,
            store or self.store,
            self.queue,
            retry=RetryPolicy(self.retries, 0.001, 2),
            now=now,
            clock=lambda: self.seconds,
        )
        self.service = IngestService(
            ingestions=rows,
            writer=writer,
            claims=claims or self.system.claims,
            inspector=OnePage(),
            key_lifetime=timedelta(hours=1),
            new_id=new_id,
            now=now,
        )
        return self.service

    def accept(self, key: str | None = None) -> Ingestion:
        upload = Upload(self.path, "a.pdf", 8)
        return self.service.accept(upload, Wishes("c", key), self.seconds + 10).ingestion

    def nothing_is_left(self) -> bool:
        return self.rows.status_counts().total == 0 and not list(self.store.list("")) and not self.queue.depth().waiting


@pytest.fixture
def setting(system: System, tmp_path: Path) -> Setting:
    return Setting(system, tmp_path)


def test_short_outages_are_bridged_by_retries(setting: Setting) -> None:
    setting.store.failures, setting.rows.failures, setting.queue.failures = 2, 2, 2
    ingestion = setting.accept()
    assert setting.store.get(ingestion.s3_key) == b"%PDF-1.7"
    assert setting.queue.depth().waiting == 1


@pytest.mark.parametrize("which", ["store", "rows", "queue"])
def test_a_long_outage_refuses_the_upload_and_leaves_nothing(setting: Setting, which: str) -> None:
    getattr(setting, which).failures = 3
    with pytest.raises(Unavailable):
        setting.accept()
    assert setting.nothing_is_left()


def test_a_commit_whose_response_was_lost_is_not_repeated(setting: Setting) -> None:
    setting.rows.failures, setting.rows.commits = 1, True
    setting.accept()
    assert setting.rows.status_counts().total == 1


def test_an_upload_is_accepted_when_its_confirm_was_lost_but_a_consumer_claimed_it(setting: Setting) -> None:
    setting.queue.failures, setting.queue.arrives, setting.queue.claims = 3, True, setting.system
    ingestion = setting.accept()
    assert setting.rows.get(ingestion.id) is not None
    assert setting.store.head(ingestion.s3_key).size == 8


def test_an_open_circuit_breaker_spares_the_dependency_until_its_time_is_up(setting: Setting) -> None:
    setting.store.failures = 1000
    for _ in range(FAILURES + 3):
        with pytest.raises(Unavailable):
            setting.accept()
    assert setting.store.failures == 1000 - FAILURES * 3
    assert setting.service.open_breakers() == {"object_store": True, "database": False, "queue": False}
    setting.store.failures = 0
    with pytest.raises(Unavailable):
        setting.accept()
    setting.seconds += OPEN_SECONDS
    assert setting.accept().status == "PENDING"
    assert not any(setting.service.open_breakers().values())


def test_a_row_that_cannot_be_withdrawn_is_refused_and_removed_by_the_schedule(setting: Setting) -> None:
    class Stuck(Rows):
        def withdraw(self, request_id: UUID) -> bool:
            raise Unavailable("database", "away")

    setting.service_with(Stuck(setting.system.database))
    setting.queue.failures = 3
    with pytest.raises(Unavailable, match="queue"):
        setting.accept()
    assert setting.rows.status_counts().pending == 1
    stores = replace(setting.system, objects=setting.store)
    assert housekeeping.withdraw_refused(stores, now()) == 0  # its upload may still be at work
    assert housekeeping.withdraw_refused(stores, now() + timedelta(minutes=2)) == 1
    assert setting.nothing_is_left()


def test_a_row_whose_withdrawal_had_no_response_was_not_accepted(setting: Setting) -> None:
    class Unheard(Rows):
        cut = False

        def withdraw(self, request_id: UUID) -> bool:
            gone = super().withdraw(request_id)
            if not self.cut:
                self.cut = True
                raise Unavailable("database", "the answer was lost")
            return gone

    setting.service_with(Unheard(setting.system.database))
    setting.queue.failures = 3
    with pytest.raises(Unavailable, match="queue"):
        setting.accept()
    assert setting.nothing_is_left()


def test_the_row_of_a_refused_upload_whose_commit_had_no_response_is_removed_by_the_schedule(setting: Setting) -> None:
    class Silent(Rows):
        """Away from the moment on in which the row was committed."""

        def get(self, request_id: UUID) -> Ingestion | None:
            raise Unavailable("database", "away")

    rows = Silent(setting.system.database)
    rows.failures, rows.commits = 1, True
    setting.service_with(rows)
    with pytest.raises(Unavailable, match="database"):
        setting.accept()
    assert setting.rows.status_counts().pending == 1
    assert housekeeping.requeue_due(replace(setting.system, objects=setting.store), now() + timedelta(minutes=2)) == 0
    assert setting.nothing_is_left()


def test_a_group_whose_messages_cannot_be_published_is_withdrawn_one_by_one(setting: Setting) -> None:
    together = Barrier(8, timeout=10)
    setting.queue.failures = 1_000_000

    def upload(_: int) -> None:
        together.wait()
        with pytest.raises(Unavailable, match="queue"):
            setting.accept()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(upload, range(8)))
    assert setting.nothing_is_left()


def test_a_failed_clean_up_does_not_hide_why_the_upload_was_refused(setting: Setting) -> None:
    class Sticky(Store):
        def delete(self, key: str) -> None:
            raise Unavailable("object_store", "away")

    setting.service_with(store=Sticky(setting.path.parent / "o"))
    setting.rows.failures = 3
    with pytest.raises(Unavailable, match="database"):
        setting.accept()


def test_an_unavailable_dependency_is_reported_with_its_own_code(
    settings: Settings, system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = Setting(system, tmp_path, retries=0)
    good = hostile.one_page()
    with TestClient(ingest.application(settings), raise_server_exceptions=False) as client:
        faulty = setting.service.accept
        monkeypatch.setattr(IngestService, "accept", lambda _, *given: faulty(*given))

        def upload(**headers: str) -> tuple[int, str, str | None]:
            answer = client.post("/api/v1/ingest/upload", files={"file": ("a.pdf", good, "application/pdf")}, headers=headers)
            assert answer.json()["correlation_id"] == answer.headers["X-Request-ID"]
            return answer.status_code, answer.json()["code"], answer.headers.get("Retry-After")

        setting.store.failures = 1
        assert upload() == (502, "storage.unavailable", "2")
        setting.queue.failures = 1
        assert upload() == (502, "queue.unavailable", "2")
        setting.rows.failures = 1
        assert upload() == (503, "database.unavailable", "2")
        assert setting.nothing_is_left()
        with system.claims.hold("key key"):
            assert upload(**{"Idempotency-Key": "key"}) == (409, "idempotency.in_progress", "1")
        monkeypatch.setattr(tempfile, "mkstemp", lambda **_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        good += b"%" * IN_MEMORY
        assert upload() == (503, "spool.unavailable", "2")


def test_an_upload_whose_request_is_cancelled_is_stored_to_its_end() -> None:
    """Its thread reads what the request spooled: the request must not go before."""
    stored = threading.Event()

    def store() -> None:
        time.sleep(0.2)
        stored.set()
        raise Unavailable("database", "away")

    async def cancelled() -> None:
        with ThreadPoolExecutor(1) as threads:
            request = asyncio.create_task(finish(asyncio.get_running_loop().run_in_executor(threads, store)))
            await asyncio.sleep(0.05)
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request
            assert stored.is_set()

    asyncio.run(cancelled())
