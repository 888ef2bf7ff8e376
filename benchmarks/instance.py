"""A whole system of its own for a measurement: started in a folder of its own on free ports, stopped by its pid."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

SHARED = "postgres, shared memory"


@dataclass(frozen=True)
class Instance:
    """Where a running system answers. `process` is the supervisor's pid."""

    home: Path
    ingest_url: str
    query_url: str
    process: int
    database_url: str

    def memory(self) -> dict[str, float]:
        """Resident megabytes (the proportional share) of every process of the system, by what it is; PostgreSQL's shared
        memory, which its buffers fill up to a size that is set, apart from what its sessions have of their own."""
        sizes: dict[str, float] = {}
        for process in psutil.Process(self.process).children(recursive=True):
            try:
                name, shares = _role(" ".join(process.cmdline())), _proportional_shares(process.pid)
            except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                continue
            shared = shares["Pss_Shmem"] if name == "postgres" else 0.0
            sizes[name] = round(sizes.get(name, 0.0) + shares["Pss"] - shared, 1)
            if shared:
                sizes[SHARED] = round(sizes.get(SHARED, 0.0) + shared, 1)
        return sizes


@contextmanager
def running(home: Path, extra: Mapping[str, str] | None = None, seconds: float = 120) -> Iterator[Instance]:
    """Starts `invoiceflow up` and waits until it is ready; stops it at the end. Raises RuntimeError with its log's end."""
    ports = free_ports(3)
    environment = {
        **os.environ,
        "INVOICEFLOW_HOME": str(home),
        "PORT": str(ports[0]),
        "QUERY_PORT": str(ports[1]),
        "DAGSTER_PORT": str(ports[2]),
        **(extra or {}),
    }
    home.mkdir(parents=True, exist_ok=True)
    log = home / "benchmark-up.log"
    with log.open("ab") as out:
        command = [sys.executable, "-m", "invoiceflow_cli", "up"]
        up = subprocess.Popen(command, env=environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        _wait_ready(up, home, log, seconds)
        _wait_quiet(up.pid)
        facts = json.loads((home / "instance.json").read_text())
        yield Instance(home, f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}", up.pid, facts["database_url"])
    finally:
        up.send_signal(signal.SIGTERM)
        try:
            up.wait(60)
        except subprocess.TimeoutExpired:
            up.kill()


def _wait_ready(up: "subprocess.Popen[bytes]", home: Path, log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        facts = home / "instance.json"
        known = json.loads(facts.read_text()) if facts.exists() else {}
        if known.get("ready") and _answers(f"{known['dagster_url']}/server_info"):
            return  # the UI starts last and takes a processor for some seconds: they are no part of what is measured
        if up.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("the system did not start:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-30:]))


def _wait_quiet(pid: int, seconds: float = 20) -> None:
    """Until the started processes have come to rest: what a start still costs is no part of what is measured."""
    deadline = time.monotonic() + seconds
    before = _processor_seconds(pid)
    while time.monotonic() < deadline:
        time.sleep(0.5)
        now = _processor_seconds(pid)
        if now - before < 0.1:
            return
        before = now


def _processor_seconds(pid: int) -> float:
    total = 0.0
    for process in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def free_ports(count: int) -> list[int]:
    held = [socket.socket() for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def _proportional_shares(pid: int) -> dict[str, float]:
    """Megabytes by Linux's own names (proc(5), smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(rest.split()[0]) * 1024 / 1e6 for name, rest in (line.split(":", 1) for line in lines)}


def _role(command: str) -> str:
    for mark, name in (
        ("invoiceflow_api.ingest", "ingest API"),
        ("invoiceflow_api.query", "query API"),
        ("dagster-webserver", "dagster webserver"),
        ("dagster_webserver", "dagster webserver"),
        ("programs webserver", "dagster webserver"),
        ("dagster-daemon", "dagster daemon"),
        ("programs daemon", "dagster daemon"),
        ("code-server", "code server"),
        ("programs code-server", "code server"),
        ("postgres", "postgres"),
        ("forkserver", "workers"),
        ("spawn_main", "consumer run"),
        ("execute_run", "consumer run"),
    ):
        if mark in command:
            return name
    return "other"
