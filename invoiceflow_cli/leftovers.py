"""Processes that belong to one home: every process that `up` starts carries the home in its environment, and so do theirs.

`python -m invoiceflow_cli.leftovers HOME` is the watchdog: when its standard input ends, its parent is gone, however it
died, and nothing of the home may stay.
"""

import os
import signal
import sys
from pathlib import Path

import psutil

MARK = "INVOICEFLOW_INSTANCE"


def of_home(home: Path) -> list[psutil.Process]:
    """The processes of `home`, this one left out."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == str(home):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def kill(home: Path, spared: frozenset[int] = frozenset()) -> int:
    """Kills them all, again and again until none is left (one may be starting another); says how many."""
    count = 0
    for _ in range(20):
        left = [process for process in of_home(home) if process.pid not in spared]
        if not left:
            break
        for process in left:
            try:
                process.kill()
                count += 1
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(left, timeout=2)
    return count


def watch(home: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while os.read(0, 1024):
        pass
    kill(home)


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
