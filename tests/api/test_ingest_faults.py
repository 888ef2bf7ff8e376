"""Accepting an upload while something behind it is away: what is refused does not exist, what may have arrived is accepted."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest

from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, NewIngestion
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.ingestion_repository import IdempotencyKey
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.retries import RetryPolicy
from invoiceflow_api.ingest.service import IngestService, KeyInProgress
from invoiceflow_api.ingest.upload import Upload
from tests.rows import new_id, now


class OnePage(PdfInspector):
    def page_count(self, path: Path) -> int:
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
        if self.failures:
            self.failures -= 1
            if self.commits:
                super().add(new, idempotency)
            raise Unavailable("database", "away")
        return super().add(new, idempotency)


class Setting:
    """A service on adapters that can be told to fail."""

    def __init__(self, system: System, tmp_path: Path, retries: int = 2) -> None:
        self.system = system
        self.store, self.queue, self.rows = Store(tmp_path / "o"), Queue(system.database), Rows(system.database)
        self.path = tmp_path / "upload.pdf"
        self.path.write_bytes(b"%PDF-1.7")
        self.service = IngestService(
            ingestions=self.rows,
            objects=self.store,
            queue=self.queue,
            inspector=OnePage(),
            retry=RetryPolicy(retries, 0.001, 2),
            seconds=10,
            key_lifetime=timedelta(hours=1),
            new_id=new_id,
            now=now,
        )

    def accept(self, key: str | None = None) -> Ingestion:
        import hashlib

        upload = Upload(self.path, "a.pdf", 8, hashlib.sha256(b"%PDF-1.7").hexdigest())
        return self.service.accept(upload, correlation_id="c", idempotency_key=key).ingestion

    def nothing_is_left(self) -> bool:
        return self.rows.status_counts().total == 0 and not list(self.store.list("")) and not self.queue.depth().waiting


@pytest.fixture
def setting(system: System, tmp_path: Path) -> Setting:
    return Setting(system, tmp_path)


def test_short_absences_are_bridged(setting: Setting) -> None:
    setting.store.failures, setting.rows.failures, setting.queue.failures = 2, 2, 2
    ingestion = setting.accept()
    assert setting.store.get(ingestion.s3_key) == b"%PDF-1.7"
    assert setting.queue.depth().waiting == 1


@pytest.mark.parametrize("which", ["store", "rows", "queue"])
def test_a_long_absence_refuses_and_leaves_nothing(setting: Setting, which: str) -> None:
    getattr(setting, which).failures = 3
    with pytest.raises(Unavailable):
        setting.accept()
    assert setting.nothing_is_left()


def test_a_commit_whose_answer_was_lost_is_not_made_twice(setting: Setting) -> None:
    setting.rows.failures, setting.rows.commits = 1, True
    setting.accept()
    assert setting.rows.status_counts().total == 1


def test_a_lost_confirm_of_a_message_that_a_consumer_took_is_an_acceptance(setting: Setting) -> None:
    setting.queue.failures, setting.queue.arrives, setting.queue.claims = 3, True, setting.system
    ingestion = setting.accept()
    assert setting.rows.get(ingestion.id) is not None
    assert setting.store.head(ingestion.s3_key).size == 8


def test_a_key_whose_first_request_is_not_published_yet_is_in_progress(setting: Setting) -> None:
    class Unmarked(Rows):
        def mark_published(self, *_: object) -> None:
            raise Unavailable("database", "away")

    setting.service._ingestions = Unmarked(setting.system.database)
    setting.accept("key")
    with pytest.raises(KeyInProgress):
        setting.accept("key")
