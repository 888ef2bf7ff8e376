"""What keeps `up` from starting, told before anything starts; the facts of a running system; what belongs to a home."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from invoiceflow_cli import instance, orphans
from invoiceflow_cli.instance import InstanceFacts
from invoiceflow_cli.preflight import CannotStart, Ports, check_ports
from invoiceflow_cli.supervisor import running

SLEEPS = "import signal; signal.pause()"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def facts(pid: int) -> InstanceFacts:
    return InstanceFacts(pid, "http://i", "http://q", "http://d", "postgresql://p", ready=True)


def test_free_ports_are_accepted_on_either_kind_of_address() -> None:
    check_ports(Ports(free_port(), free_port(), free_port()), "127.0.0.1")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_taken_port_is_named_with_its_variable(which: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = [free_port(), free_port(), free_port()]
        ports[which] = taken.getsockname()[1]
        variable = ("PORT", "QUERY_PORT", "DAGSTER_PORT")[which]
        with pytest.raises(CannotStart, match=rf"port {ports[which]} .* is in use; .* with {variable}=…"):
            check_ports(Ports(*ports), "127.0.0.1")


def test_one_port_for_two_services_is_refused() -> None:
    port = free_port()
    with pytest.raises(CannotStart, match=f"port {port} is given to the ingest API and the Dagster UI"):
        check_ports(Ports(port, free_port(), port), "127.0.0.1")


@pytest.mark.parametrize("host", ["203.0.113.7", "no such address"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotStart, match=host):
        check_ports(Ports(free_port(), free_port(), free_port()), host)


def test_a_home_in_use_is_refused(tmp_path: Path) -> None:
    holder = (
        "import fcntl, signal, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, 2); print('held', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", holder, str(tmp_path / "lock")], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        ports = Ports(free_port(), free_port(), free_port())
        with pytest.raises(CannotStart, match="another InvoiceFlow runs in"), running(tmp_path, ports, "127.0.0.1"):
            pass
        other.kill()
    assert not (tmp_path / "postgres").exists()


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ports = Ports(free_port(), free_port(), free_port())
    with pytest.raises(CannotStart, match="cannot be made"), running(tmp_path / "file" / "home", ports, "127.0.0.1"):
        pass


def test_the_facts_of_a_running_system_are_found_and_are_secret(tmp_path: Path) -> None:
    instance.write(tmp_path, facts(os.getpid()))
    assert instance.read(tmp_path) == facts(os.getpid())
    assert (tmp_path / "instance.json").stat().st_mode & 0o777 == 0o600
    instance.remove(tmp_path)
    assert instance.read(tmp_path) is None
    instance.remove(tmp_path)


def test_the_facts_of_a_system_that_was_killed_are_no_system(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    instance.write(tmp_path, facts(ended.pid))
    assert instance.read(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_facts_that_cannot_be_read_are_no_system(tmp_path: Path, text: str) -> None:
    (tmp_path / "instance.json").write_text(text)
    assert instance.read(tmp_path) is None


def belonging(home: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", SLEEPS], env={**os.environ, orphans.MARK: str(home)})


def test_the_processes_of_a_home_are_killed_and_no_others(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    mine, spared, other = belonging(tmp_path / "a"), belonging(tmp_path / "a"), belonging(tmp_path / "b")
    wait_until(lambda: len(orphans.of_home(tmp_path / "a")) == 2)
    assert orphans.kill(tmp_path / "a", frozenset({spared.pid})) == 1
    mine.wait(10)
    assert [process.pid for process in orphans.of_home(tmp_path / "a")] == [spared.pid]
    assert other.poll() is None
    for process in (spared, other):
        process.kill()
        process.wait()


def test_the_watchdog_ends_a_home_when_its_parent_is_gone(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    child = belonging(tmp_path)
    watchdog = subprocess.Popen([sys.executable, "-m", "invoiceflow_cli.orphans", str(tmp_path)], stdin=subprocess.PIPE)
    assert watchdog.stdin is not None
    wait_until(lambda: len(orphans.of_home(tmp_path)) == 1)
    assert child.poll() is None
    watchdog.stdin.close()  # what the kernel does when the parent dies
    assert watchdog.wait(20) == 0
    assert child.wait(10) == -signal.SIGKILL
