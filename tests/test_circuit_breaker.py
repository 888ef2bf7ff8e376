"""The circuit breaker: who is told at once, who tries, when it closes."""

import pytest

from invoiceflow.circuit_breaker import FAILURES, OPEN_SECONDS, CircuitBreaker
from invoiceflow.ports.unavailable import Unavailable


class Dependency:
    """Counts its calls; away until it is told otherwise."""

    def __init__(self) -> None:
        self.away = True
        self.calls = 0
        self.seconds = 100.0
        self.breaker = CircuitBreaker("queue", lambda: self.seconds)

    def ask(self) -> str:
        return self.breaker.call(self._answer)

    def _answer(self) -> str:
        self.calls += 1
        if self.away:
            raise Unavailable("queue", "away")
        return "here"

    def fail(self, times: int) -> None:
        for _ in range(times):
            with pytest.raises(Unavailable):
                self.ask()


def refuse() -> None:
    raise ValueError("refused")


@pytest.fixture
def dependency() -> Dependency:
    return Dependency()


def test_after_failures_in_a_row_callers_are_told_at_once(dependency: Dependency) -> None:
    dependency.fail(FAILURES + 3)
    assert dependency.calls == FAILURES


def test_one_success_starts_the_count_again(dependency: Dependency) -> None:
    dependency.fail(FAILURES - 1)
    dependency.away = False
    assert dependency.ask() == "here"
    dependency.away = True
    dependency.fail(FAILURES)
    assert dependency.calls == 2 * FAILURES


def test_after_its_time_one_call_tries_and_the_others_are_still_told(dependency: Dependency) -> None:
    dependency.fail(FAILURES)
    dependency.seconds += OPEN_SECONDS
    dependency.fail(3)
    assert dependency.calls == FAILURES + 1


def test_a_try_that_succeeds_lets_everyone_through(dependency: Dependency) -> None:
    dependency.fail(FAILURES)
    dependency.seconds += OPEN_SECONDS
    dependency.away = False
    assert [dependency.ask() for _ in range(3)] == ["here"] * 3


def test_an_answer_that_is_a_refusal_shows_that_the_dependency_is_there(dependency: Dependency) -> None:
    dependency.fail(FAILURES - 1)
    with pytest.raises(ValueError, match="refused"):
        dependency.breaker.call(refuse)
    dependency.fail(FAILURES)
    assert dependency.calls == 2 * FAILURES - 1


def test_the_error_names_the_dependency(dependency: Dependency) -> None:
    dependency.fail(FAILURES)
    with pytest.raises(Unavailable) as caught:
        dependency.ask()
    assert caught.value.role == "queue"
