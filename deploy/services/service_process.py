"""A service's process that outlives the script which started it: found again by its folder, stopped by its pid.

Knows no service; opensearch.py, rabbitmq.py and versitygw.py do. Python's standard library only.
"""

import argparse
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 30


class CannotStart(Exception):
    """What is missing, and what to do about it."""


@dataclass(frozen=True)
class ServiceProcess:
    """The process `name` of `folder`, whose pid and output are kept there. `mark` stands in its command line."""

    folder: Path
    name: str
    mark: str

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    def pid(self) -> int | None:
        """None when it does not run, also when its number is another program's now."""
        try:
            pid = int((self.folder / f"{self.name}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        listed = ["ps", "-ww", "-o", "stat=,args=", "-p", str(pid)]  # whole lines: ps cuts them at a terminal's width
        about = subprocess.run(listed, capture_output=True, text=True, check=False).stdout
        return pid if self.mark in about and not about.startswith("Z") else None

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """Starts it, its output added to the log. Raises CannotStart when it runs already."""
        if (pid := self.pid()) is not None:
            raise CannotStart(f"{self.name} runs on {self.folder} already (pid {pid})")
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        (self.folder / f"{self.name}.pid").write_text(str(process.pid))
        return process

    def wait(self, process: "subprocess.Popen[bytes]", is_ready: Callable[[], bool], seconds: float) -> None:
        """Returns when it is ready. Raises CannotStart, with the log's end, when it died or is not ready in time."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                end = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
                raise CannotStart(f"It did not start; {self.log} ends with\n{end}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends it, if it runs; waits until it is gone."""
        if (pid := self.pid()) is not None:
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self.pid() is not None:
                if time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.05)
        (self.folder / f"{self.name}.pid").unlink(missing_ok=True)


def free_ports(wanted: int, more: int = 0) -> list[int]:
    """`wanted` (0: any), and `more` others, all free now."""
    with contextlib.ExitStack() as held:
        return [_held(held, port) for port in (wanted, *[0] * more)]


def _held(held: contextlib.ExitStack, port: int) -> int:
    """`port`, or for 0 one below those that the kernel gives to clients: between here and the service's start, and while a
    killed service is away, somebody's connection would take one of those."""
    attempts = [port] if port else [20_000 + secrets.randbelow(12_000) for _ in range(50)]
    while True:
        one = held.enter_context(socket.socket())
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of a killed service linger on its port
        chosen = attempts.pop()
        try:
            one.bind(("127.0.0.1", chosen))
        except OSError:
            if not attempts:
                raise
        else:
            return chosen


def main(about: str | None, start: Callable[[Path, int], str], stop: Callable[[Path], None]) -> int:
    """`start FOLDER [--port N]` prints the URL, `stop FOLDER` nothing. The exit code: 1 when it cannot start."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path, help="where the service keeps its data, log and pid")
    parser.add_argument("--port", type=int, default=0, help="where clients reach it; a free one by default")
    given = parser.parse_args()
    if given.action == "stop":
        stop(given.folder)
        return 0
    try:
        print(start(given.folder, given.port))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0
