"""How Dagster's code server and daemon end in a few seconds, also on a busy machine.

Left to itself the code server opens an instance to look for crashed runs when its last run has ended, waits up to a minute for
sensor ticks and takes its interpreter apart; the daemon waits half a minute for each of its threads. None of it is needed:
run monitoring finds crashed runs, and a tick that was cut off is evaluated again.

Rests on Dagster's handling SIGTERM as it finds SIGINT handled, which is not public.
"""

import multiprocessing
import os
import signal
import threading
import time
from types import FrameType
from typing import Final

LOOK_SECONDS: Final = 0.05
DAEMON_SECONDS: Final = 3.0
"""In which the daemon's threads may finish their ticks."""


def end_code_server_with_its_runs() -> None:
    """From now on a signal ends this process as soon as no run is left; it serves until then."""
    signal.signal(signal.SIGINT, _end_after_runs)


def end_daemon_soon() -> None:
    """From now on a signal ends this process in order, or after DAEMON_SECONDS."""
    signal.signal(signal.SIGINT, _end_soon)


def _end_after_runs(*_: object) -> None:
    threading.Thread(target=_exit_after_runs, daemon=True).start()


def _exit_after_runs() -> None:
    while multiprocessing.active_children():
        time.sleep(LOOK_SECONDS)
    os._exit(0)


def _end_soon(number: int, frame: FrameType | None) -> None:
    end = threading.Timer(DAEMON_SECONDS, os._exit, [0])
    end.daemon = True
    end.start()
    signal.default_int_handler(number, frame)
