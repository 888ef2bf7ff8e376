"""What an operator's machinery asks of both programs: /livez, /readyz, /version, /metrics; and the checks behind health."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.metrics import RequestMetrics

CHECK_SECONDS = 0.7
KEPT_SECONDS = 0.25
"""Together less than a second: no answer rests on a look that is older."""


class Dependencies:
    """Asks all dependencies at once, each with CHECK_SECONDS to answer; an answer is good for KEPT_SECONDS, so that any number
    of probes asks each dependency a few times a second. Safe among threads."""

    def __init__(self, checks: Mapping[str, Callable[[], None]], metrics: RequestMetrics, clock: Callable[[], float]) -> None:
        self._checks = dict(checks)
        self._metrics = metrics
        self._clock = clock
        # a thread each: a check that hangs holds up neither the others nor, by the hundred, this process
        self._threads = {name: ThreadPoolExecutor(1, thread_name_prefix=f"health {name}") for name in self._checks}
        self._asked: dict[str, Future[None]] = {}
        self._lock = Lock()
        self._kept: tuple[float, dict[str, bool]] | None = None

    def healthy(self) -> dict[str, bool]:
        with self._lock:
            if self._kept is None or self._clock() - self._kept[0] > KEPT_SECONDS:
                answers = self._ask()
                self._kept = (self._clock(), answers)  # those who waited for the lock meanwhile take this one
            return dict(self._kept[1])

    def close(self) -> None:
        for thread in self._threads.values():
            thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self) -> dict[str, bool]:
        for name, check in self._checks.items():
            if not self._waits(name):
                self._asked[name] = self._threads[name].submit(check)
        wait(self._asked.values(), timeout=CHECK_SECONDS)
        answers = {name: future.done() and _holds(future.exception()) for name, future in self._asked.items()}
        for name, healthy in answers.items():
            self._metrics.dependency(name, healthy=healthy)
        return answers

    def _waits(self, name: str) -> bool:
        """Whether the last check of it has not begun yet, because the one before still hangs."""
        last = self._asked.get(name)
        return last is not None and not last.running() and not last.done()


def router(
    dependencies: Callable[[], Dependencies], needed: frozenset[str], version: str, metrics: RequestMetrics
) -> APIRouter:
    """`needed`: without these the program cannot serve, and is not ready."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/livez", summary="The process answers", responses=_example({"status": "ok"}))
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz", summary="Requests can be served", responses=_READY_EXAMPLES)
    def readyz() -> JSONResponse:
        healthy = dependencies().healthy()
        ready = all(healthy[name] for name in needed)
        words = {name: "healthy" if good else "unhealthy" for name, good in healthy.items()}
        return JSONResponse({"status": "ok" if ready else "unavailable", "dependencies": words}, 200 if ready else 503)

    @routes.get("/version", summary="What runs here", responses=_example({"version": "1.0.0"}))
    async def version_of() -> dict[str, str]:
        return {"version": version}

    @routes.get("/metrics", summary="Prometheus metrics", response_class=Response, responses=_METRICS_EXAMPLE)
    def metrics_text() -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def monotonic() -> float:
    return time.monotonic()


def _holds(error: BaseException | None) -> bool:
    if error is not None and not isinstance(error, Unavailable):
        raise error
    return error is None


def _example(value: object, status: int = 200, description: str = "It does.") -> dict[int | str, dict[str, Any]]:
    return {status: {"description": description, "content": {"application/json": {"example": value}}}}


_READY_EXAMPLES: Final = {
    **_example({"status": "ok", "dependencies": {"database": "healthy"}}, description="They can."),
    **_example({"status": "unavailable", "dependencies": {"database": "unhealthy"}}, 503, "Not now."),
}
_METRICS_EXAMPLE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "In Prometheus' text form.",
        "content": {"text/plain": {"example": "invoiceflow_uploads_accepted_total 23.0\n"}},
    }
}
