"""kill -9 of InvoiceFlow's own processes, at random, under steady uploads."""

import time
from contextlib import suppress
from random import Random
from typing import Final

import psutil
import pytest

from tests.faults.stand import Stand, wait

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(900)]

MARKS: Final = ("spawn_main", "programs daemon", "programs code-server", "invoiceflow_api.ingest")
"""What stands in the command line of a consumer run, the daemon, the code server and the ingest API."""
SHORTEST, LONGEST = 2.0, 6.0
"""Seconds between two kills."""


def kill_at_random(stand: Stand, random: Random) -> list[str]:
    """Each of them at least once; which were killed, in their order."""
    killed: list[str] = []
    until = time.monotonic() + stand.mode.killing
    waiting: list[str] = []
    while waiting or time.monotonic() < until:
        if not waiting:
            waiting = random.sample(MARKS, len(MARKS))
        mark = waiting.pop()
        for pid in stand.running.pids(mark):
            with suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
                killed.append(mark)
        wait(random.uniform(SHORTEST, LONGEST))
    return killed


def test_processes_killed_at_random_lose_nothing(direct: Stand) -> None:
    killed: list[str] = []
    direct.endure("processes killed", lambda: killed.extend(kill_at_random(direct, Random(5))))
    assert set(killed) == set(MARKS)
