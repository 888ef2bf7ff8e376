"""The whole system on real PostgreSQL, RabbitMQ, OpenSearch and S3, nothing of it embedded (`make test-services`)."""

import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import psycopg
import pytest

from invoiceflow_cli.databases import beside
from samples.generate import sample_invoices
from tests.processes.test_up import TOP, Running, free_ports, launch

SERVICES = "INVOICEFLOW_TEST_SERVICES"
pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(300)]


class Later:
    """The address of a service that is away until `open`; then everything is handed on to it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._to = (parts.hostname or "", parts.port or 0)
        self._server = socket.socket()
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._server.bind(("127.0.0.1", 0))  # bound and not listening: refused
        user, at, _ = parts.netloc.rpartition("@")
        self.url = parts._replace(netloc=f"{user}{at}127.0.0.1:{self._server.getsockname()[1]}").geturl()

    def open(self) -> None:
        self._server.listen(64)
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                here, _ = self._server.accept()
                there = socket.create_connection(self._to)
                Thread(target=_hand_on, args=(here, there), daemon=True).start()

    def close(self) -> None:
        self._server.close()


def _hand_on(here: socket.socket, there: socket.socket) -> None:
    """Both ways, until one side ends."""
    other = {here: there, there: here}
    with here, there, suppress(OSError):
        while True:
            for source in select.select([here, there], [], [])[0]:
                data = source.recv(65536)
                if not data:
                    return
                other[source].sendall(data)


@pytest.fixture
def named(tmp_path: Path) -> dict[str, str]:
    """An environment on the services that run, with a database, a queue, an index and a bucket of its own."""
    folder = os.environ.get(SERVICES)
    if folder is None:
        pytest.skip(f"no services are started (make test-services): {SERVICES} names their folder")
    lines = (Path(folder) / "environment").read_text().splitlines()
    environment = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    name = f"test_{uuid4().hex}"
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database = urlsplit(environment["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    bucket = name.replace("_", "-")
    session = boto3.session.Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    client = session.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL_S3"], region_name=environment["AWS_REGION"])
    client.create_bucket(Bucket=bucket)
    ports = dict(zip(("PORT", "QUERY_PORT", "DAGSTER_PORT"), map(str, free_ports()), strict=True))
    return {
        **os.environ,
        **environment,
        **ports,
        "DATABASE_URL": database,
        "S3_BUCKET": bucket,
        "RABBITMQ_QUEUE": name,
        "OPENSEARCH_INDEX": name,
        "INVOICEFLOW_HOME": str(tmp_path / "home"),
    }


def test_the_samples_go_through_and_nothing_is_embedded(named: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "invoiceflow_cli", "demo", "--once"]
    done = subprocess.run(command, env=named, cwd=TOP, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert not (tmp_path / "home" / "postgres").exists()
    assert not (tmp_path / "home" / "objects").exists()
    session = boto3.session.Session(named["AWS_ACCESS_KEY_ID"], named["AWS_SECRET_ACCESS_KEY"])
    client = session.client("s3", endpoint_url=named["AWS_ENDPOINT_URL_S3"], region_name=named["AWS_REGION"])
    stored = client.list_objects_v2(Bucket=named["S3_BUCKET"], Prefix="raw/")["KeyCount"]
    assert client.list_objects_v2(Bucket=named["S3_BUCKET"], Prefix="dagster/")["KeyCount"] > 0  # the runs' output
    with psycopg.connect(named["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT count(*) FROM ingestions WHERE status = 'COMPLETED'").fetchone()
    assert rows == (stored,)
    assert stored > 0
    with psycopg.connect(beside(named["DATABASE_URL"], "_dagster")) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM event_logs").fetchone() == (True,)


def test_a_missing_name_stops_the_start_and_every_one_is_listed(named: dict[str, str]) -> None:
    for name in ("S3_BUCKET", "RABBITMQ_URL"):
        del named[name]
    command = [sys.executable, "-m", "invoiceflow_cli", "up"]
    done = subprocess.run(command, env=named, cwd=TOP, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "S3_BUCKET: is required" in done.stdout
    assert "RABBITMQ_URL: is required" in done.stdout


def test_a_search_index_and_a_broker_that_are_away_at_the_start_are_waited_for_while_uploads_are_told(
    named: dict[str, str], tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    """They come back on the addresses where nothing was: a proxy of the test's own, opened later."""
    search, broker = Later(named["OPENSEARCH_URL"]), Later(named["RABBITMQ_URL"])
    extra = {**named, "OPENSEARCH_URL": search.url, "RABBITMQ_URL": broker.url, "MAX_RETRIES": "0"}
    home = tmp_path / "home"
    ports = [int(named[name]) for name in ("PORT", "QUERY_PORT", "DAGSTER_PORT")]
    process = launch(home, ports, extra)
    try:
        facts = home / "instance.json"
        log = home / "up.log"
        wait_until(lambda: "started, but not ready" in log.read_text(), 120)
        assert json.loads(facts.read_text())["ready"] is False
        [sample] = sample_invoices(seed=14, count=1)
        running = Running(home, process, ports)
        assert running.upload("a.pdf", sample.pdf) is None
        health = running.client.get(f"{running.ingest}/api/v1/ingest/health")
        assert (health.status_code, health.json()["dependencies"]["rabbitmq"]) == (503, "unhealthy")
        assert running.client.get(f"{running.query}/readyz").status_code == 503
        search.open()
        broker.open()
        wait_until(lambda: json.loads(facts.read_text())["ready"], 60)
        wait_until(lambda: running.upload("a.pdf", sample.pdf) is not None, 30)
        wait_until(lambda: [item["status"] for item in running.found()] == ["COMPLETED"], 60)
        running.client.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        search.close()
        broker.close()
