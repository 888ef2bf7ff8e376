"""The retry rule: how often, how long, and what is never tried again."""

import time

import pytest

from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.retries import RetryPolicy


class Flaky:
    """Unavailable the first `failures` times."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise Unavailable("database", f"away {self.calls}")
        return "here"


def test_what_comes_back_in_time_is_bridged_with_growing_random_waits() -> None:
    waits: list[float] = []
    work = Flaky(3)
    assert RetryPolicy(3, 1.0, 2.0, waits.append).call(work, within_seconds=60) == "here"
    assert work.calls == 4
    assert all(0 <= wait <= limit for wait, limit in zip(waits, (1, 2, 4), strict=True))


def test_the_last_error_is_raised_when_the_tries_are_over() -> None:
    work = Flaky(9)
    with pytest.raises(Unavailable, match="away 3"):
        RetryPolicy(2, 0.0, 2.0, lambda _: None).call(work, within_seconds=60)


def test_no_pause_is_longer_than_the_longest() -> None:
    pauses: list[float] = []
    with pytest.raises(Unavailable):
        RetryPolicy(50, 1.0, 2.0, pauses.append, longest_seconds=3.0).call(Flaky(99), within_seconds=10_000)
    assert 1.0 < max(pauses) <= 3.0


def test_no_retries_means_one_try() -> None:
    work = Flaky(9)
    with pytest.raises(Unavailable):
        RetryPolicy(0, 1.0, 2.0).call(work, within_seconds=60)
    assert work.calls == 1


def test_nothing_is_tried_again_when_the_wait_would_pass_the_deadline() -> None:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        RetryPolicy(10_000, 0.01, 2.0).call(Flaky(20_000), within_seconds=0.1)
    assert time.monotonic() - started < 10  # all its tries would take hours


def test_other_errors_are_not_tried_again() -> None:
    calls = 0

    def broken() -> None:
        nonlocal calls
        calls += 1
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        RetryPolicy(5, 0.0, 2.0).call(broken, within_seconds=60)
    assert calls == 1
