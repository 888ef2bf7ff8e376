"""Runs on Celery workers, as on several plain machines: two drain one queue, and leave in order (`make test-services`)."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pika
import psycopg
import pytest

from invoiceflow_cli.databases import beside
from samples.generate import sample_invoices
from tests.processes.test_real_services import named  # noqa: F401  a fixture
from tests.processes.test_up import TOP, Running, launch

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(300)]
COUNT = 60


@contextmanager
def worker(environment: dict[str, str], folder: Path, number: int) -> Iterator["subprocess.Popen[bytes]"]:
    """In a process group of its own, which is told to stop as systemd does it."""
    with (folder / f"worker-{number}.log").open("wb") as log:
        command = [sys.executable, "-m", "invoiceflow_cli", "worker"]
        process = subprocess.Popen(command, cwd=TOP, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def purge(url: str) -> None:
    """The queue's name is dagster-celery's own: tasks of another test would be in it."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    with suppress(pika.exceptions.ChannelClosedByBroker):  # there is none yet
        connection.channel().queue_purge("dagster")
    connection.close()


def test_two_workers_drain_one_queue_and_leave_in_order(
    named: dict[str, str],  # noqa: F811  the fixture
    tmp_path: Path,
    wait_until: Callable[..., None],
) -> None:
    home = tmp_path / "home"
    dagster_url = beside(named["DATABASE_URL"], "_dagster")
    extra = {
        **named,
        "INVOICEFLOW_DAGSTER_YAML": str(TOP / "deploy" / "celery" / "dagster.yaml"),
        "INVOICEFLOW_MIN_CONSUMERS": "2",
        "INVOICEFLOW_EXTRACT_WORKERS": "1",
        "INVOICEFLOW_MICRO_BATCH": "5",
        "DAGSTER_CELERY_BROKER": named["RABBITMQ_URL"],
    }
    purge(named["RABBITMQ_URL"])
    process = launch(home, [int(named[name]) for name in ("PORT", "QUERY_PORT", "DAGSTER_PORT")], extra)
    for_workers = {
        **extra,
        "DAGSTER_HOME": str(home / "dagster"),
        "DAGSTER_POSTGRES_URL": dagster_url.replace("postgresql://", "postgresql+psycopg2://", 1),
        "DAGSTER_CELERY_BACKEND": dagster_url.replace("postgresql://", "db+postgresql+psycopg2://", 1),
        "DAGSTER_COMPUTE_LOGS": str(home / "logs" / "runs"),
        "AWS_DEFAULT_REGION": named["AWS_REGION"],
    }
    try:
        wait_until(lambda: (home / "dagster" / "dagster.yaml").exists(), 30)
        with worker(for_workers, tmp_path, 1) as first, worker(for_workers, tmp_path, 2) as second:
            running = Running(home, process, [int(named[name]) for name in ("PORT", "QUERY_PORT", "DAGSTER_PORT")])
            wait_until(lambda: " ready" in (home / "up.log").read_text(), 120)
            for sample in sample_invoices(seed=15, count=COUNT):
                assert running.upload(f"{sample.name}.pdf", sample.pdf) is not None
            wait_until(lambda: running.stats().get("completed") == COUNT, 120)
            running.client.close()
            with psycopg.connect(dagster_url) as connection:
                statement = "SELECT count(DISTINCT run_id) FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'"
                assert connection.execute(statement).fetchone() == (2,)
            for one in (first, second):
                os.killpg(one.pid, signal.SIGTERM)
            assert [one.wait(60) for one in (first, second)] == [0, 0]
            with psycopg.connect(dagster_url) as connection:
                rows = connection.execute("SELECT status FROM runs WHERE pipeline_name = 'consume_job'").fetchall()
            ended = sorted(status for (status,) in rows if status != "STARTING")  # the sensor wants new ones already
            assert ended == ["SUCCESS", "SUCCESS"]  # they left, none was cut off
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
