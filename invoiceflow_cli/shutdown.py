"""Stopping a system in order and in time: what starts work first, then the work, then what the work needs."""

import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from invoiceflow_cli import orphans
from invoiceflow_cli.children import Child, wait_or_kill

PROGRAM_SECONDS: Final = 6.5
"""For the daemon, the web programs and the consumer runs, together. With what follows less than the 10 s that service managers
grant."""
CODE_SERVER_SECONDS: Final = 1.5
LOOK_SECONDS: Final = 0.1


def stop_programs(home: Path, children: Sequence[Child]) -> None:
    """Ends the children and the consumer runs of `home`.

    The code server goes last: it waits for its runs, and would wait for ever for one that the daemon, still alive, has
    started in place of those that have just ended. So the daemon and all runs end before it.
    """
    code_server = [child for child in children if child.name == "code-server"]
    others = [child for child in children if child.name != "code-server"]
    for child in others:
        child.ask_to_end()
    deadline = time.monotonic() + PROGRAM_SECONDS
    asked: set[int] = set()
    while _end_runs(home, code_server, asked) or any(child.is_running for child in others):
        if time.monotonic() > deadline:
            break
        time.sleep(LOOK_SECONDS)
    for child in others:
        wait_or_kill(child, deadline)
    deadline = time.monotonic() + CODE_SERVER_SECONDS
    for child in code_server:
        child.ask_to_end()
        wait_or_kill(child, deadline)


def _end_runs(home: Path, parents: Sequence[Child], asked: set[int]) -> int:
    """Asks the consumer runs to end that were not `asked` yet; they give their messages back. Returns how many are alive."""
    known = {child.process.pid for child in parents if child.process is not None and child.is_running}
    alive = 0
    for process in orphans.of_home(home) if known else ():
        with suppress(Exception):  # it may end at any moment
            if process.ppid() not in known or "spawn_main" not in " ".join(process.cmdline()):
                continue
            alive += 1
            if process.pid not in asked:
                asked.add(process.pid)
                process.send_signal(signal.SIGTERM)
    return alive
