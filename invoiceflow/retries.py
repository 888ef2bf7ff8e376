"""The one rule for trying a dependency again: exponential backoff with jitter, within a deadline, only for `Unavailable`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay, wait_random_exponential

from invoiceflow.ports.unavailable import Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`retries` further attempts after the first; the n-th waits up to `delay_seconds` * `backoff_factor` ** n, and at most
    `longest_seconds`."""

    retries: int
    delay_seconds: float
    backoff_factor: float
    sleep: Callable[[float], None] = time.sleep
    longest_seconds: float = inf

    def call(self, work: Callable[[], T], *, within_seconds: float) -> T:
        """The result of `work`, tried again while it raises Unavailable; the last Unavailable when time is over."""
        started = time.monotonic()
        try:
            return work()  # nearly always all there is: tenacity is only asked when it is not
        except Unavailable as error:
            failed: list[Unavailable] = [error]

        def again() -> T:
            if failed:
                raise failed.pop()
            return work()

        within_seconds -= time.monotonic() - started
        longest = max(0.0, min(within_seconds, self.longest_seconds))
        wait = wait_random_exponential(multiplier=self.delay_seconds, exp_base=self.backoff_factor, max=longest)
        attempts = Retrying(
            retry=retry_if_exception_type(Unavailable),
            stop=stop_after_attempt(self.retries + 1) | stop_before_delay(within_seconds),
            wait=wait,
            sleep=self.sleep,
            reraise=True,
        )
        return attempts(again)
