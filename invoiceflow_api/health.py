"""Health checks of a program's dependencies: all at once, each with a time limit, the answer cached for a moment."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.metrics import RequestMetrics

CHECK_SECONDS = 0.7
CACHE_SECONDS = 0.25
"""Together less than a second: no health answer rests on an older check."""


class Dependencies:
    """Checks all dependencies in parallel, each with CHECK_SECONDS to answer. Results are cached for CACHE_SECONDS, so that
    any number of probes checks each dependency only a few times a second. Thread-safe."""

    def __init__(self, checks: Mapping[str, Callable[[], None]], metrics: RequestMetrics, clock: Callable[[], float]) -> None:
        """`checks` by name: each returns when its dependency can be used, else raises Unavailable."""
        self._checks = dict(checks)
        self._metrics = metrics
        self._clock = clock
        # one thread per check: a check that hangs delays neither the others nor, when probed by the hundred, this process
        self._threads = {name: ThreadPoolExecutor(1, thread_name_prefix=f"health {name}") for name in self._checks}
        self._running: dict[str, Future[None]] = {}
        self._lock = Lock()
        self._cached: tuple[float, dict[str, bool]] | None = None

    def healthy(self) -> dict[str, bool]:
        """By name, whether the dependency can be used now."""
        with self._lock:
            if self._cached is None or self._clock() - self._cached[0] > CACHE_SECONDS:
                results = self._run_checks()
                self._cached = (self._clock(), results)  # whoever waited for the lock meanwhile gets this result
            return dict(self._cached[1])

    def close(self) -> None:
        """Stops the threads; a check that still hangs is not waited for."""
        for thread in self._threads.values():
            thread.shutdown(wait=False, cancel_futures=True)

    def _run_checks(self) -> dict[str, bool]:
        for name, check in self._checks.items():
            if not self._is_queued(name):
                self._running[name] = self._threads[name].submit(check)
        wait(self._running.values(), timeout=CHECK_SECONDS)
        results = {name: future.done() and _succeeded(future.exception()) for name, future in self._running.items()}
        for name, healthy in results.items():
            self._metrics.record_dependency(name, healthy=healthy)
        return results

    def _is_queued(self, name: str) -> bool:
        """Whether the latest check has not started yet because the one before it still hangs."""
        last = self._running.get(name)
        return last is not None and not last.running() and not last.done()


def _succeeded(error: BaseException | None) -> bool:
    if error is not None and not isinstance(error, Unavailable):
        raise error
    return error is None
