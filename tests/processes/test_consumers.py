"""Two consumer runs beside each other, one of them told to leave; and an invoice that failed and is repaired."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest

from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.database import Database
from invoiceflow_cli import instance
from samples.generate import sample_invoices
from tests.processes.test_operator import run_states
from tests.processes.test_up import Running, command_line, started

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

TWO = {"INVOICEFLOW_MIN_CONSUMERS": "2", "INVOICEFLOW_MAX_CONSUMERS": "2", "INVOICEFLOW_EXTRACT_WORKERS": "1"}
CHECK = """
query ($key: String!) {
  assetCheckExecutions(assetKey: {path: ["extracted"]}, checkName: "extraction_ok", limit: 10, partition: $key) {status}
}"""


def test_two_consumers_share_the_work_and_one_that_is_told_to_leave_gives_its_messages_back(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    with started(tmp_path / "home", TWO) as running:
        wait_until(lambda: consumers(running) == 2, 60)
        files = [sample.pdf for sample in sample_invoices(seed=60, count=20)]
        for number, content in enumerate(files):
            assert running.upload(f"{number}.pdf", content) is not None
        wait_until(lambda: running.stats()["completed"] == 20, 120)
        claims = revisions(running)
        assert set(claims) == {1}  # no invoice was worked on by both
        [one, _] = consumer_processes(running)  # and no third, however slowly they started
        more = [running.upload(f"more-{number}.pdf", content + b"%") for number, content in enumerate(files)]
        assert None not in more
        os.kill(one, signal.SIGTERM)
        wait_until(lambda: "SUCCESS" in run_states(running, "consume_job"), 60)
        wait_until(lambda: running.stats()["completed"] == 40, 120)
        assert "FAILURE" not in run_states(running, "consume_job")
        assert len(running.found()) == 40
        wait_until(lambda: consumers(running) == 2, 60)  # another has taken its place


def test_an_invoice_that_failed_and_is_mended_passes_its_check_after_it_is_asked_for_again(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    [sample] = sample_invoices(seed=61, count=1)
    with started(tmp_path / "home") as running:
        key = running.upload("invoice.pdf", sample.pdf)
        assert key is not None
        wait_until(lambda: running.stats()["completed"] == 1, 60)
        wait_until(lambda: checks(running, key) == ["SUCCEEDED"], 60)
        original = running.home / "objects" / "raw" / f"{key}.pdf"
        for content, state, shown in (
            (b"%PDF-1.7 altered", "failed", "FAILED"),
            (sample.pdf, "completed", "SUCCEEDED"),
        ):
            original.write_bytes(content)
            answer = running.client.post(f"{running.query}/api/v1/invoices/{key}/reprocess")
            assert answer.status_code == 202
            wait_until(lambda state=state: running.stats()[state] == 1, 60)
            wait_until(lambda shown=shown: checks(running, key)[:1] == [shown], 60)


def consumers(running: Running) -> int:
    """As the queue counts them."""
    database = Database(database_url(running), application_name="tests", size=1)
    try:
        return PostgresQueue(database).depth().consumers
    finally:
        database.close()


def revisions(running: Running) -> list[int]:
    """How often each invoice was claimed."""
    with psycopg.connect(database_url(running)) as database:
        return [row[0] for row in database.execute("SELECT revision FROM ingestions").fetchall()]


def database_url(running: Running) -> str:
    facts = instance.read(running.home)
    assert facts is not None
    return facts.database_url


def consumer_processes(running: Running) -> list[int]:
    """Children of the code server that hold readers of their own."""
    spawned = [psutil.Process(pid) for pid in running.pids("spawn_main")]
    return [process.pid for process in spawned if any("forkserver" in command_line(c) for c in process.children())]


def checks(running: Running, key: str) -> list[str]:
    """What the check said of this invoice, the newest first."""
    return [one["status"] for one in running.graphql(CHECK, {"key": key}).get("assetCheckExecutions", [])]
