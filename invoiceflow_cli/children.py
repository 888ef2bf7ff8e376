"""Child processes: start them, restart those that exit, stop them; their output goes to bounded log files.

Knows nothing of what the children are.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from invoiceflow_cli.child_output import pump

QUICK_SECONDS: Final = 10.0
"""A child that lives shorter than this has failed to start."""
MAX_QUICK_EXITS: Final = 8

logger = logging.getLogger("invoiceflow.up")


@dataclass
class Child:
    """`command` with `environment`; its output goes to `log`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    quick_exits: int = 0
    restart_at: float = 0.0
    is_stateless: bool = False
    """Nothing is lost when it is killed, so a stop does not wait for it for long."""
    is_stopping: bool = False

    def start(self) -> None:
        """Starts the process (again)."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own commands
            list(self.command),
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the supervisor, which stops the children in order. Not a session for each: Linux shares the
            # processors among sessions first (autogroup), and a nice process in one would not give way to services in another
            process_group=0,
        )
        threading.Thread(target=pump, args=(self.process.stdout, self.log, self._show), daemon=True).start()

    def _show(self, message: str) -> None:
        if not self.is_stopping:  # a service that ends complains about the others that ended before it
            logger.warning("%s: %s", self.name, message)

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def ask_to_end(self) -> None:
        """SIGTERM, if it runs."""
        self.is_stopping = True
        if self.is_running and self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL to it and all of its process group, and waits for its end."""
        self.is_stopping = True
        if self.process is not None and self.is_running:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def pause_before_restart(quick_exits: int) -> float:
    """Seconds: none after a long life, then doubling up to ten."""
    return 0.0 if quick_exits == 0 else min(10.0, 0.25 * 2**quick_exits)


class GaveUp(Exception):
    """A child exits again and again right after its start; the text names it and its log."""


def restart_exited(children: Sequence[Child], now: float) -> None:
    """Restarts the children that have exited, after a pause. Raises GaveUp."""
    for child in children:
        if child.process is None or child.is_running:
            continue
        if not child.restart_at:
            code = child.process.returncode
            child.quick_exits = child.quick_exits + 1 if now - child.started_at < QUICK_SECONDS else 0
            if child.quick_exits > MAX_QUICK_EXITS:
                raise GaveUp(f"{child.name} exited right after its start {child.quick_exits} times; see its log {child.log}")
            pause = pause_before_restart(child.quick_exits)
            child.restart_at = now + pause
            logger.warning("%s exited (%s); it is restarted in %.1f s", child.name, _cause(code), pause)
        if now >= child.restart_at:
            child.restart_at = 0.0
            child.start()
            logger.info("%s was restarted", child.name)


def stop_all(children: Sequence[Child], seconds: float) -> None:
    """Asks all to end (SIGTERM), waits for them together, then kills the rest."""
    for child in children:
        child.ask_to_end()
    deadline = time.monotonic() + seconds
    for child in children:
        wait_or_kill(child, deadline)


def wait_or_kill(child: Child, deadline: float) -> None:
    """Waits for its end until `deadline` (monotonic), then kills it."""
    if child.process is None:
        return
    try:
        child.process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        logger.warning("%s did not end in time and is killed", child.name)
        child.kill()


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
