"""Two systems side by side, a home in use, and the commands that find a running system."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from invoiceflow_cli.orphans import of_home
from samples.generate import demo_samples, sample_invoices
from tests.processes.test_up import TOP, free_ports, launch, started

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]


def command(home: Path, *words: str) -> tuple[int, str]:
    environment = {**os.environ, "INVOICEFLOW_HOME": str(home), "COLUMNS": "400"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "invoiceflow_cli", *words], cwd=TOP, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_two_systems_do_not_disturb_each_other(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    first_home, second_home = tmp_path / "first", tmp_path / "second"
    [sample] = sample_invoices(seed=21, count=1)
    (tmp_path / "invoice.pdf").write_bytes(sample.pdf)
    with started(first_home) as first:
        with started(second_home) as second:
            code, output = command(first_home, "ingest", str(tmp_path / "invoice.pdf"))
            assert (code, "COMPLETED" in output) == (0, True), output
            assert [item["filename"] for item in first.found()] == ["invoice.pdf"]
            assert second.found() == []

            code, output = command(second_home, "up", *_ports())  # its home is in use
            assert (code, "another InvoiceFlow runs in" in output) == (1, True), output

            wait_until(lambda: command(first_home, "doctor")[0] == 0, 60)  # Dagster's UI opens last
            assert command(first_home, "db", "current")[0] == 0
        assert of_home(second_home) == []
        assert first.stats()["completed"] == 1  # the end of the one is not the end of the other


def test_ctrl_c_and_a_closed_terminal_stop_everything_even_while_it_starts(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    for number in (signal.SIGINT, signal.SIGHUP):
        home = tmp_path / number.name
        before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored, and `up` keeps to that
        try:
            process = launch(home, free_ports())
        finally:
            signal.signal(signal.SIGHUP, before)
        try:
            wait_until(lambda log=home / "logs" / "ingest.log": log.exists(), 60)
            process.send_signal(number)
            assert process.wait(60) == 1
        finally:
            process.terminate()  # one that did not end would stay beside the tests that follow
            process.wait(60)
        assert "it was stopped while it started" in " ".join((home / "up.log").read_text().split())
        assert of_home(home) == []


def test_the_demo_reads_every_sample_and_leaves_nothing_behind(tmp_path: Path) -> None:
    code, output = command(tmp_path / "home", "demo", "--once", *_ports())
    assert code == 0, output
    assert output.count("COMPLETED") == len(demo_samples())
    assert "First invoice searchable" in output
    assert of_home(tmp_path / "home") == []


def _ports() -> list[str]:
    return [
        word
        for name, port in zip(("--port", "--query-port", "--dagster-port"), free_ports(), strict=True)
        for word in (name, str(port))
    ]
