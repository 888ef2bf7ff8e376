"""The circuit breaker before a dependency: after failures in a row callers are told at once that it is away, instead of each
one waiting for it with a thread in hand.

Our own, because no library fits threads that wait: pybreaker 1.4 keeps its lock for the whole call, so that one upload at a
time would be stored; circuitbreaker 2.1 and purgatory 3.0 have no lock and let every waiting thread through when they try
again, so that a dependency which hangs has them all in hand most of the time. hyx and aiobreaker are for asyncio.
"""

from collections.abc import Callable
from threading import Lock
from typing import Final, TypeVar

from invoiceflow.ports.unavailable import Unavailable

T = TypeVar("T")

FAILURES: Final = 5
OPEN_SECONDS: Final = 2.0


class CircuitBreaker:
    """Before the dependency `role`. `clock` counts seconds, never backwards. Safe among threads.

    After FAILURES calls in a row that ended in `Unavailable` it is open: for OPEN_SECONDS every call is `Unavailable`
    without being made. Then one call at a time goes through to try; when one succeeds, all do again.
    """

    def __init__(self, role: str, clock: Callable[[], float]) -> None:
        self._role = role
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._closed_from = 0.0

    @property
    def is_open(self) -> bool:
        """Whether callers are told that the dependency is away, but for the one that tries."""
        with self._lock:
            return self._failures >= FAILURES

    def call(self, work: Callable[[], T]) -> T:
        self._pass()
        try:
            result = work()
        except Unavailable:
            with self._lock:
                self._failures += 1
                self._closed_from = self._clock() + OPEN_SECONDS
            raise
        except BaseException:
            self._succeeded()  # it answered, if only to say no
            raise
        self._succeeded()
        return result

    def _pass(self) -> None:
        with self._lock:
            if self._failures < FAILURES:
                return
            if self._clock() < self._closed_from:
                raise Unavailable(self._role, "it has been away for several calls; the next one tries it again")
            self._closed_from = self._clock() + OPEN_SECONDS  # this one tries, the others go on being told

    def _succeeded(self) -> None:
        with self._lock:
            self._failures = 0
