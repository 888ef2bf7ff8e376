"""Stopping a system in order and in time: its programs give back what they hold, then the database they need ends."""

import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from invoiceflow_cli import orphans
from invoiceflow_cli.children import Child, wait_or_kill

PROGRAM_SECONDS: Final = 8.5
"""For all programs together: with the database's end less than the 10 s that service managers grant before they kill."""
RUN_SECONDS: Final = 5.0
"""A run that has not given its messages back by then is killed; the queue gives them to another."""
STATELESS_SECONDS: Final = 3.0
"""Dagster's webserver waits for browsers that have its pages open."""
LOOK_SECONDS: Final = 0.1


def stop_programs(home: Path, children: Sequence[Child]) -> None:
    """Ends the children and the consumer runs of `home`.

    The code server waits for its runs, and would wait for ever for one that the daemon, on its way out, has started in place
    of those that have just ended. So runs are looked for until the end, not once.
    """
    for child in children:
        child.ask_to_end()
    began = time.monotonic()
    deadline = began + PROGRAM_SECONDS
    asked: set[int] = set()
    while any(child.is_running for child in children) and time.monotonic() < deadline:
        _end_runs(home, children, asked, is_overdue=time.monotonic() > began + RUN_SECONDS)
        if time.monotonic() > began + STATELESS_SECONDS:
            for child in children:
                if child.is_stateless:
                    child.kill()
        time.sleep(LOOK_SECONDS)
    for child in children:
        wait_or_kill(child, deadline)


def _end_runs(home: Path, parents: Sequence[Child], asked: set[int], *, is_overdue: bool) -> None:
    """Asks the consumer runs that were not `asked` yet to end: they give their messages back. Kills those that are overdue."""
    known = {child.process.pid for child in parents if child.process is not None}
    for process in orphans.of_home(home):
        with suppress(Exception):  # it may end at any moment
            if process.ppid() not in known or "spawn_main" not in " ".join(process.cmdline()):
                continue
            if is_overdue:
                process.kill()
            elif process.pid not in asked:
                asked.add(process.pid)
                process.send_signal(signal.SIGTERM)
