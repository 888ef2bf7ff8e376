"""The sandbox: work that hangs, eats memory or kills its process costs only itself."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from invoiceflow.sandbox import Sandbox, SandboxCrashed, SandboxLimits, SandboxOutOfMemory, SandboxTimeout


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


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
