"""The HTTP server of both programs: uvicorn, with limits on what clients may cost before a request has even begun.

uvicorn itself waits for ever for headers, for the rest of a refused body and for a client that does not read.
"""

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, cast

import orjson
import uuid_utils.compat
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from invoiceflow.settings import Program, Settings, SettingsError, load
from invoiceflow_api.clients import TrustedProxies, client_key
from invoiceflow_api.problem_types import PATH, problem_types

logger = logging.getLogger(__name__)

HEADER_SECONDS: Final = 10.0
"""From the connection, or the first byte of a request, to the end of the request's headers."""
HEADER_BYTES: Final = 64 * 1024
"""Of a request's URL and headers together; the parser itself would collect them without end."""
UNWANTED_SECONDS: Final = 10.0
"""For the rest of a body whose request has been answered."""
LINGER_SECONDS: Final = 0.5
"""In which a client may receive why its connection is refused."""
READ_SECONDS: Final = 60.0
"""In which a client must read 64 kB of a response."""
GRACEFUL_SECONDS: Final = 10
BACKLOG: Final = 512
_PHRASES: Final = {400: "Bad Request", 408: "Request Timeout", 429: "Too Many Requests", 431: "Request Header Fields Too Large"}


class ConnectionLimits:
    """How many connections each client has, of `per_client`. Trusted proxies are not counted: they stand for many."""

    def __init__(self, per_client: int, proxies: TrustedProxies, public_path: str) -> None:
        """`public_path` is where the references in responses begin."""
        self.public_path = public_path
        self._per_client = per_client
        self._proxies = proxies
        self._open: Counter[str] = Counter()

    def add(self, address: str | None) -> str | None:
        """Counts a connection; the key to remove it by, or None when it is one too many."""
        if address in self._proxies:
            return ""
        key = client_key(address)
        if self._open[key] >= self._per_client:
            return None
        self._open[key] += 1
        return key

    def remove(self, key: str) -> None:
        """The connection is closed."""
        self._open[key] -= 1
        if self._open[key] <= 0:
            del self._open[key]


class LimitedProtocol(HttpToolsProtocol):
    """One connection. Subclasses name their `limits`; uvicorn makes the instances."""

    limits: ClassVar[ConnectionLimits]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Counts the connection, and waits for a request."""
        super().connection_made(transport)
        self._timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._is_message_complete = True
        self._is_refused = False
        self._awaits_headers = False
        self._header_bytes = 0
        self._key = self.limits.add(self.client[0] if self.client else None)
        if self._key is None:
            self._refuse(429, "connections.too_many")
        else:
            self._start_timer(HEADER_SECONDS, self._headers_overdue)

    def data_received(self, data: bytes) -> None:
        """Bytes of the client; what follows a refusal is not looked at."""
        if self._is_refused:
            return
        super().data_received(data)
        if self._awaits_headers:
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES and not self._is_refused:
                self._refuse(431, "request.headers_too_large")

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops all timers."""
        self._stop_timer()
        if self._read_timer is not None:
            self._read_timer.cancel()
        if self._key is not None:
            self.limits.remove(self._key)
            self._key = None
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._is_message_complete = False
        self._awaits_headers, self._header_bytes = True, 0
        self._start_timer(HEADER_SECONDS, self._headers_overdue)

    def on_headers_complete(self) -> None:
        """The request begins; from here on the application limits its time."""
        self._awaits_headers = False
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEADER_BYTES:
            self._refuse(431, "request.headers_too_large")
        if not self._is_refused:
            self._stop_timer()
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the request's body."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The last byte of a request."""
        self._is_message_complete = True
        if not self._is_refused:
            self._stop_timer()
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """The request is answered, perhaps before its body has arrived."""
        super().on_response_complete()
        if not self._is_message_complete and not self.transport.is_closing():
            self._start_timer(UNWANTED_SECONDS, self.transport.close)

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._read_timer = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is answered by a problem as well."""
        self._refuse(400, "request.malformed", msg)

    def _headers_overdue(self) -> None:
        if self._is_message_complete:  # not one byte
            self.transport.close()
        else:
            self._refuse(408, "request.timeout")

    def _refuse(self, status: int, code: str, detail: str | None = None) -> None:
        kind = problem_types()[code]
        identity = str(uuid_utils.compat.uuid7())
        logger.info("Refused what came before a request: %s", code, extra={"correlation_id": identity, "status": status})
        problem = {
            "type": f"{self.limits.public_path}{PATH}/{code}",
            "title": kind.title,
            "status": status,
            "detail": detail or kind.detail,
            "code": code,
            "correlation_id": identity,
        }
        body = orjson.dumps(problem)
        head = (
            f"HTTP/1.1 {status} {_PHRASES[status]}\r\ncontent-type: application/problem+json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self._is_refused = True
        self.transport.write(head.encode() + body)
        # closed at once, the connection would be reset for what the client sent meanwhile, and the response be lost with it
        self._start_timer(LINGER_SECONDS, self.transport.close)
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _start_timer(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def configuration(app: FastAPI, settings: Settings, **changed: Any) -> uvicorn.Config:
    """How uvicorn serves `app`; `changed` are its own settings (host, port …). Logs are the root logger's."""
    limits = ConnectionLimits(
        settings.max_connections_per_client, TrustedProxies(settings.trusted_proxies), settings.public_path
    )
    chosen: Mapping[str, Any] = {
        "http": type("Protocol", (LimitedProtocol,), {"limits": limits}),
        "log_config": None,
        "access_log": False,
        "proxy_headers": False,  # the application reads them, from trusted proxies alone
        "server_header": False,
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
        "backlog": BACKLOG,
        **changed,
    }
    return uvicorn.Config(app, **cast(dict[str, Any], chosen))


def main(program: Program, create: Callable[[], FastAPI], port: Callable[[Settings], int]) -> None:
    """Serves a program until it is stopped; exits with a message when the environment is not usable."""
    try:
        settings = load(program=program)
    except SettingsError as error:
        sys.exit(str(error))
    uvicorn.Server(configuration(create(), settings, host=settings.host, port=port(settings))).run()
