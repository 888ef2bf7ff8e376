"""The whole system as real processes: nothing is left behind, nothing is lost when any of them is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from invoiceflow_cli.orphans import of_home
from samples.generate import sample_invoices

pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]

TOP = Path(__file__).parents[2]
START_SECONDS = 150.0


class Running:
    """A system that `invoiceflow up` started."""

    def __init__(self, home: Path, process: "subprocess.Popen[bytes]", ports: Sequence[int]) -> None:
        self.home, self.process = home, process
        self.ingest, self.query, self.dagster = (f"http://127.0.0.1:{port}" for port in ports)
        self.client = httpx.Client(timeout=30)

    def upload(self, name: str, content: bytes) -> str | None:
        """The request_id, or None when it was not accepted (a service was away)."""
        try:
            answer = self.client.post(f"{self.ingest}/api/v1/ingest/upload", files={"file": (name, content, "application/pdf")})
        except httpx.TransportError:
            return None
        return str(answer.json()["request_id"]) if answer.status_code == 202 else None

    def get(self, url: str) -> Any:
        try:
            answer = self.client.get(url)
        except httpx.TransportError:
            return {}
        return answer.json() if answer.status_code == 200 else {}

    def stats(self) -> dict[str, int]:
        return dict(self.get(f"{self.ingest}/api/v1/ingest/stats"))

    def found(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        cursor = None
        while True:
            params = {"limit": 100, **({"cursor": cursor} if cursor else {})}
            page = self.client.get(f"{self.query}/api/v1/invoices", params=params).json()
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def partitions(self) -> set[str]:
        """The keys that Dagster's UI shows for the asset `extracted`."""
        answer = self.graphql('{assetNodeOrError(assetKey: {path: ["extracted"]}) {... on AssetNode {partitionKeys}}}')
        return set(answer.get("assetNodeOrError", {}).get("partitionKeys", ()))

    def graphql(self, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """What Dagster's UI asks and orders; nothing while its webserver is away or still starting."""
        try:
            answer = self.client.post(f"{self.dagster}/graphql", json={"query": query, "variables": variables or {}})
        except httpx.TransportError:
            return {}
        return dict(answer.json()["data"] or {}) if answer.status_code == 200 else {}

    def pids(self, mark: str) -> list[int]:
        return [process.pid for process in of_home(self.home) if mark in command_line(process)]


def command_line(process: psutil.Process) -> str:
    """Empty where it ended meanwhile: one that was killed may be a zombie for a moment."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def free_ports() -> list[int]:
    held = [socket.socket() for _ in range(3)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in held]
    for each in held:
        each.close()
    return ports


def launch(home: Path, ports: Sequence[int], extra: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
    home.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "INVOICEFLOW_HOME": str(home),
        "PORT": str(ports[0]),
        "QUERY_PORT": str(ports[1]),
        "DAGSTER_PORT": str(ports[2]),
        "INVOICEFLOW_STALE_MINUTES": "0.5",
        "INVOICEFLOW_METRICS_PORT": "0",
        **(extra or {}),
    }
    environment.pop("PYTEST_CURRENT_TEST", None)
    with (home / "up.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "invoiceflow_cli", "up"], cwd=TOP, env=environment, stdout=log, stderr=log
        )


@contextmanager
def started(home: Path, extra: Mapping[str, str] | None = None) -> Iterator[Running]:
    ports = free_ports()
    process = launch(home, ports, extra)
    try:
        deadline = time.monotonic() + START_SECONDS
        facts = home / "instance.json"
        while not (facts.exists() and json.loads(facts.read_text())["ready"]):
            assert process.poll() is None, (home / "up.log").read_text()[-3000:]
            assert time.monotonic() < deadline, (home / "up.log").read_text()[-3000:]
            time.sleep(0.1)
        running = Running(home, process, ports)
        with running.client:
            yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def kill(pids: Sequence[int]) -> None:
    assert pids
    for pid in pids:
        psutil.Process(pid).kill()


def test_what_is_accepted_survives_kills_restarts_and_is_found_once(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    files = [(f"{sample.name}.pdf", sample.pdf) for sample in sample_invoices(seed=11, count=8)]
    accepted: list[str] = []

    def burst(running: Running) -> None:
        for _ in range(3):
            for name, content in files:
                request_id = running.upload(name, content)
                if request_id is not None:
                    accepted.append(request_id)

    def settled(running: Running) -> bool:
        counts = running.stats()
        return bool(counts) and counts["pending"] + counts["processing"] == 0 and counts["total"] >= len(accepted)

    home = tmp_path / "home"
    with started(home) as running:
        burst(running)
        kill(running.pids("spawn_main"))  # the consumer run, in mid-burst
        burst(running)
        kill(running.pids("invoiceflow_api.ingest"))
        wait_until(lambda: running.stats(), 60)
        burst(running)
        kill(running.pids("programs daemon"))
        kill(running.pids("programs code-server"))
        burst(running)
        wait_until(lambda: settled(running), 300)
        before = running.stats()
        log = (home / "up.log").read_text()
        for name in ("ingest", "daemon", "code-server"):
            assert f"{name} exited" in log
            assert f"{name} was restarted" in log
    assert of_home(home) == []

    with started(home) as running:  # data survive a restart
        assert running.stats() == before
        items = running.found()
        ids = [item["request_id"] for item in items]
        assert len(ids) == len(set(ids))
        assert set(accepted) <= set(ids)
        wait_until(lambda: set(accepted) <= running.partitions(), 60)  # the webserver may still be on its way
        assert {item["status"] for item in items} <= {"COMPLETED", "FAILED"}
        assert sum(item["status"] == "COMPLETED" for item in items) == before["completed"]
        running.process.send_signal(signal.SIGKILL)  # the parent is killed: nothing may stay
        running.process.wait()
        wait_until(lambda: of_home(home) == [], 15)


def test_a_database_that_is_away_is_told_and_comes_back(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    [sample] = sample_invoices(seed=12, count=1)
    home = tmp_path / "home"
    with started(home) as running:
        kill([int((home / "postgres" / "postmaster.pid").read_text().splitlines()[0])])
        answer = running.client.post(
            f"{running.ingest}/api/v1/ingest/upload", files={"file": ("a.pdf", sample.pdf, "application/pdf")}
        )
        assert answer.status_code in (202, 503)  # it may be back already
        assert answer.status_code == 202 or "retry-after" in answer.headers
        wait_until(lambda: running.upload("a.pdf", sample.pdf) is not None, 60)
        wait_until(lambda: running.stats().get("completed", 0) >= 1, 90)


def test_a_database_away_for_ten_seconds_under_load_is_a_503_and_loses_nothing(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    [sample] = sample_invoices(seed=13, count=1)
    home = tmp_path / "home"
    pidfile = home / "postgres" / "postmaster.pid"
    answers: list[httpx.Response] = []

    def load(seconds: float, *, kept_down: bool) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if kept_down:
                with suppress(OSError, ValueError, IndexError, psutil.Error):  # it is not back yet
                    psutil.Process(int(pidfile.read_text().splitlines()[0])).kill()
            file = ("a.pdf", sample.pdf, "application/pdf")
            answers.append(running.client.post(f"{running.ingest}/api/v1/ingest/upload", files={"file": file}))

    with started(home, {"MAX_RETRIES": "0"}) as running:
        load(2, kept_down=False)
        load(10, kept_down=True)
        wait_until(lambda: running.upload("a.pdf", sample.pdf) is not None, 60)
        load(2, kept_down=False)
        assert {answer.status_code for answer in answers} == {202, 503}
        assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
        accepted = {answer.json()["request_id"] for answer in answers if answer.status_code == 202}
        wait_until(lambda: accepted <= {item["request_id"] for item in running.found()}, 120)


def test_a_taken_port_and_a_home_in_use_are_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = free_ports()
        ports[1] = taken.getsockname()[1]
        process = launch(tmp_path / "home", ports)
        assert process.wait(60) == 1
    log = (tmp_path / "home" / "up.log").read_text()
    assert f"port {ports[1]} (query API) is in use" in " ".join(log.split())
    assert not (tmp_path / "home" / "postgres").exists()
