"""Children: started, watched, started again when they die, stopped in order; their output in bounded log files.

Knows nothing of what the children are.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from invoiceflow_cli.child_output import pump

QUICK = 10.0
"""Seconds: a child that lives shorter than this died of its start."""
MAX_QUICK_DEATHS = 8

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
    quick_deaths: int = 0
    start_again_at: float = 0.0
    stopping: bool = False

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603  our own commands
            list(self.command),
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the supervisor, which stops them in order. Not a session for each: Linux shares the processors out
            # among sessions first (autogroup), and what is nice in one of them would not give way to the services in another
            process_group=0,
        )
        threading.Thread(target=pump, args=(self.process.stdout, self.log, self._show), daemon=True).start()

    def _show(self, words: str) -> None:
        if not self.stopping:  # a service that ends complains about the others that ended before it
            logger.warning("%s: %s", self.name, words)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def pause_before_restart(quick_deaths: int) -> float:
    """Seconds: none after a long life, then doubling up to ten."""
    return 0.0 if quick_deaths == 0 else min(10.0, 0.25 * 2**quick_deaths)


class GaveUp(Exception):
    """A child dies again and again right after its start; the text names it and its log."""


def mend(children: Sequence[Child], now: float) -> None:
    """Starts again what has died, after a pause. Raises GaveUp."""
    for child in children:
        if child.process is None or child.running:
            continue
        if not child.start_again_at:
            code = child.process.returncode
            child.quick_deaths = child.quick_deaths + 1 if now - child.started_at < QUICK else 0
            if child.quick_deaths > MAX_QUICK_DEATHS:
                raise GaveUp(f"{child.name} dies right after its start, {child.quick_deaths} times now; its log is {child.log}")
            pause = pause_before_restart(child.quick_deaths)
            child.start_again_at = now + pause
            logger.warning("%s died (%s); it is started again in %.1f s", child.name, _ending(code), pause)
        if now >= child.start_again_at:
            child.start_again_at = 0.0
            child.start()
            logger.info("%s is started again", child.name)


def stop(children: Sequence[Child], seconds: float = 15.0) -> None:
    """Asks all to end (SIGTERM), waits for them together, then kills what is left."""
    for child in children:
        child.stopping = True
        if child.running and child.process is not None:
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger.warning("%s did not end by itself and is killed", child.name)
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
