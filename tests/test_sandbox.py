"""The sandbox: work that hangs, eats memory or kills its process costs only itself."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import suppress

import pytest

from invoiceflow.sandbox import Sandbox, SandboxCrashed, SandboxError, SandboxLimits, SandboxOutOfMemory, SandboxTimeout


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(2, SandboxLimits(memory_bytes=1 << 30, wall_seconds=1.0, renew_after=50))
    yield sandbox
    sandbox.close()


def test_work_gives_its_result_from_another_process(sandbox: Sandbox) -> None:
    assert sandbox.submit(os.getpid).result(30) != os.getpid()


def test_an_exception_of_the_work_reaches_the_caller_unchanged(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        sandbox.submit(int, "no number").result(30)


def test_work_that_hangs_is_stopped_at_its_time_limit(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxTimeout):
        sandbox.submit(time.sleep, 60).result(30)


def test_work_is_stopped_at_its_limit_of_processor_time_and_waiting_counts_for_nothing() -> None:
    sandbox = Sandbox(1, SandboxLimits(memory_bytes=1 << 30, wall_seconds=60, cpu_seconds=0.5))
    try:
        assert sandbox.submit(time.sleep, 1.0).result(30) is None
        with pytest.raises(SandboxTimeout, match="processor"):
            sandbox.submit(_turn_for_ever).result(30)
        assert sandbox.submit(len, b"abc").result(30) == 3
    finally:
        sandbox.close()


def test_work_that_wants_more_memory_than_allowed_fails_alone(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxOutOfMemory):
        sandbox.submit(bytearray, 1 << 31).result(30)
    assert sandbox.submit(len, b"abc").result(30) == 3


def test_work_whose_process_is_killed_fails_alone(sandbox: Sandbox) -> None:
    healthy = [sandbox.submit(len, b"x" * n) for n in range(20)]
    with pytest.raises(SandboxCrashed):
        sandbox.submit(_kill_self).result(30)
    assert [future.result(30) for future in healthy] == list(range(20))
    assert sandbox.submit(len, b"abc").result(30) == 3


def test_an_idle_process_that_is_killed_costs_nothing(sandbox: Sandbox) -> None:
    for _ in range(5):
        os.kill(sandbox.submit(os.getpid).result(30), signal.SIGKILL)
        assert [sandbox.submit(len, b"x" * n).result(30) for n in range(5)] == list(range(5))


def test_processes_killed_at_any_moment_cost_only_what_they_had_begun(sandbox: Sandbox) -> None:
    futures = [sandbox.submit(_pid_of, b"x" * 200_000) for _ in range(120)]
    kills = 0
    while not all(future.done() for future in futures):
        for pid in {future.result() for future in futures if future.done() and future.exception() is None}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                kills += 1
        wait(futures, timeout=0.02)
    crashed = [future for future in futures if isinstance(future.exception(30), SandboxCrashed)]
    assert all(future.exception() is None or future in crashed for future in futures)
    assert kills > 0
    assert len(crashed) <= kills
    assert sandbox.submit(len, b"abc").result(30) == 3


def test_work_that_waits_can_be_cancelled(sandbox: Sandbox) -> None:
    hanging = [sandbox.submit(time.sleep, 0.5) for _ in range(2)]
    waiting = sandbox.submit(len, b"abc")
    assert waiting.cancel()
    assert [future.result(30) for future in hanging] == [None, None]


def test_an_exception_that_cannot_travel_is_told_in_words(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="Untransportable"):
        sandbox.submit(_raise_untransportable).result(30)


def test_where_it_broke_stands_in_the_notes_of_the_exception(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="invalid") as caught:
        sandbox.submit(int, "no number").result(30)
    assert "In the sandbox" in caught.value.__notes__[0]


def test_a_process_that_cannot_start_is_told() -> None:
    sandbox = Sandbox(1, SandboxLimits(memory_bytes=1 << 20, wall_seconds=5))
    with pytest.raises(SandboxError):
        sandbox.submit(bytearray, 1 << 21).result(60)
    sandbox.close()


def test_processes_are_renewed_after_their_share_of_work(sandbox: Sandbox) -> None:
    seen = {sandbox.submit(os.getpid).result(30) for _ in range(150)}
    assert len(seen) > 2


def test_closing_ends_work_in_hand_at_once() -> None:
    sandbox = Sandbox(1, SandboxLimits(memory_bytes=1 << 30, wall_seconds=60))
    sandbox.submit(os.getpid).result(30)
    hanging = sandbox.submit(time.sleep, 60)
    sandbox.close()
    with pytest.raises(SandboxCrashed):
        hanging.result(5)
    with pytest.raises(SandboxCrashed):
        sandbox.submit(os.getpid).result(5)


class Untransportable(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def _raise_untransportable() -> None:
    raise Untransportable("one", "two")


def _pid_of(_content: bytes) -> int:
    time.sleep(0.002)
    return os.getpid()


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_work_may_give_way_to_the_rest_of_the_machine() -> None:
    sandbox = Sandbox(1, SandboxLimits(memory_bytes=1 << 30, wall_seconds=5, niceness=5))
    try:
        assert sandbox.submit(os.nice, 0).result(30) == min(19, os.nice(0) + 5)
    finally:
        sandbox.close()


def _turn_for_ever() -> None:
    while True:
        pass
