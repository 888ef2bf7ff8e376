"""Processes that belong to one home: each process that `up` starts carries the home in its environment, and so do its children.

`python -m invoiceflow_cli.orphans HOME` is the watchdog: when its standard input ends, its parent is gone, however it died,
and the watchdog kills every process of the home.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Final

import psutil

MARK: Final = "INVOICEFLOW_INSTANCE"
ROUNDS: Final = 20


def of_home(home: Path) -> list[psutil.Process]:
    """The processes of `home`, except this one."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(home):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def kill(home: Path, spared: frozenset[int] = frozenset()) -> int:
    """Kills all processes of `home` until none is left (one may be starting another). Returns how many it killed."""
    count = 0
    for _ in range(ROUNDS):
        alive = [process for process in of_home(home) if process.pid not in spared]
        if not alive:
            break
        for process in alive:
            try:
                process.kill()
                count += 1
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(alive, timeout=2)
    return count


def watch_parent(home: Path) -> None:
    """Waits until standard input ends, then kills the processes of `home`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while os.read(0, 1024):
        pass
    kill(home)


if __name__ == "__main__":
    watch_parent(Path(sys.argv[1]))
