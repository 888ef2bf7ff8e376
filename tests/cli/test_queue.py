"""`invoiceflow queue`: what an operator sees of the queue, and sends back."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import IngestionStatus
from invoiceflow.ports.ingest_queue import Message
from invoiceflow_cli.main import app
from invoiceflow_pipeline.work.housekeeping import GAVE_UP
from tests.rows import added, now


def run(url: str | None, home: Path, *words: str) -> tuple[int, str]:
    environment = {"DATABASE_URL": url, "INVOICEFLOW_EMBEDDED": "true", "COLUMNS": "200", "RABBITMQ_URL": None}
    result = CliRunner().invoke(app, ["queue", *words, "--home", str(home)], env=environment)
    return result.exit_code, " ".join(result.output.split())


def dead_letter(system: System) -> Message:
    """A message whose consumers died too often."""
    message = Message(added(system.ingestions).id, "c")
    queue = PostgresQueue(system.database, delivery_limit=1)
    queue.publish([message])
    with queue.consumer(1) as consumer:
        assert consumer.receive(1, wait=1)
    with queue.consumer(1) as consumer:
        assert consumer.receive(1, wait=0.1) == []
    return message


def test_the_depth_is_told(system: System, database_url: str, tmp_path: Path) -> None:
    dead_letter(system)
    system.queue.publish([Message(added(system.ingestions).id, "c") for _ in range(3)])
    assert run(database_url, tmp_path, "depth") == (0, "waiting 3, held by consumers 0, consumers 0, dead letters 1")


def test_dead_letters_and_what_failed_of_them_are_sent_back(system: System, database_url: str, tmp_path: Path) -> None:
    letter = dead_letter(system)
    row = added(system.ingestions)
    system.ingestions.fail_dead_letters([row.id], GAVE_UP, now())
    code, output = run(database_url, tmp_path, "redrive", "--dry-run")
    assert (code, output) == (0, f"1 dead letters and 1 invoices that failed with {GAVE_UP.code} would be sent back.")
    assert system.queue.depth().dead == 1
    code, output = run(database_url, tmp_path, "redrive")
    assert (code, output) == (0, f"1 dead letters and 1 invoices that failed with {GAVE_UP.code} were sent back.")
    assert (system.queue.depth().dead, system.queue.depth().waiting) == (0, 2)
    for request_id in (letter.request_id, row.id):
        found = system.ingestions.get(request_id)
        assert found is not None
        assert found.status is IngestionStatus.PENDING


@pytest.mark.parametrize("words", ["depth", "redrive"])
def test_what_cannot_be_asked_says_why(tmp_path: Path, words: str) -> None:
    code, output = run(None, tmp_path, words)
    assert (code, "start it with `invoiceflow up`" in output) == (2, True)
    code, output = run("postgresql://u:p@127.0.0.1:1/d", tmp_path, words)
    assert (code, "the same command continues from here" in output) == (1, True)
