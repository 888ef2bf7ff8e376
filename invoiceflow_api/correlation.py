"""X-Request-ID, trace context, access log and request metrics of every request.

The id is the client's or a new one; every log line and the response carry it. A W3C trace context is passed on as it
came. Plain ASGI, so that bodies stream through untouched.
"""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from invoiceflow.logs import bound
from invoiceflow_api.metrics import RequestMetrics

logger = logging.getLogger("invoiceflow_api.access")

_ACCEPTABLE: Final = re.compile(r"[A-Za-z0-9._:+/=@-]{1,128}")
_QUIET: Final = frozenset({"/livez", "/readyz", "/metrics", "/version"})
_TRACE: Final = re.compile(r"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str] = ContextVar("correlation_id", default="")
_trace: ContextVar[str | None] = ContextVar("traceparent", default=None)
_SAFE_HEADERS: Final = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"}


def correlation_id() -> str:
    """The current request's id; empty outside of a request."""
    return _current.get()


def traceparent() -> str | None:
    """The current request's trace context, to be passed on unchanged: we record no spans of our own."""
    return _trace.get()


class CorrelationMiddleware:
    """Gives every request its id, its access log line and its metrics."""

    def __init__(self, app: ASGIApp, new_id: Callable[[], UUID], metrics: RequestMetrics) -> None:
        """`new_id` makes an id where the client sent none, or none that is fit for a log line."""
        self._app = app
        self._new_id = new_id
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Runs the application for one connection; anything but HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        trace = _TRACE.fullmatch(headers.get("traceparent", ""))
        identity = given if _ACCEPTABLE.fullmatch(given) else str(self._new_id())
        status = 500
        started = time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = identity
                for name, value in _SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        token, trace_token = _current.set(identity), _trace.set(trace and trace[0])
        try:
            with bound(correlation_id=identity, **({"trace_id": trace[1]} if trace else {})):
                try:
                    await self._app(scope, receive, send_with_headers)
                finally:
                    self._record(scope, status, time.perf_counter() - started)
        finally:
            _current.reset(token)
            _trace.reset(trace_token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        template = getattr(route, "path", None) or "unmatched"
        self._metrics.record_request(scope["method"], template, status, seconds)
        level = logging.DEBUG if scope["path"] in _QUIET else logging.INFO
        logger.log(
            level,
            "%s %s %s",
            scope["method"],
            template,
            status,
            extra={"method": scope["method"], "path": scope["path"][:200], "status": status, "seconds": round(seconds, 4)},
        )
