"""The HTTP server of the pipeline's metrics: a thread in the daemon's process, with a limit on what clients may hold."""

import logging
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from socketserver import ThreadingMixIn
from threading import BoundedSemaphore, Thread
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.registry import Collector

MAX_CONNECTIONS: Final = 8
"""A scraper needs one. A connection beyond these is closed at once."""
CLIENT_SECONDS: Final = 5.0
"""A client that says nothing for so long is hung up on."""
METHODS: Final = ("GET", "HEAD")

logger = logging.getLogger(__name__)


def serve_metrics(collector: Collector, host: str, port: int) -> "MetricsServer | None":
    """Serves `/metrics` from a thread, for the life of this process or until `close`. A port that cannot be had is logged, and
    None: the daemon must run all the same."""
    registry = CollectorRegistry()
    registry.register(collector)
    try:
        server = MetricsServer(host, port, registry)
    except OSError as error:
        advice = "free it, or choose another with INVOICEFLOW_METRICS_PORT (0: none)"
        logger.warning("The pipeline's metrics are not served at port %s of %s (%s): %s", port, host, error.strerror, advice)
        return None
    Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    logger.info("The pipeline's metrics are at http://%s:%s/metrics", host, server.server_port)
    return server


class MetricsServer(ThreadingMixIn, WSGIServer):
    """A thread for each connection, MAX_CONNECTIONS at most."""

    daemon_threads = True

    def __init__(self, host: str, port: int, registry: CollectorRegistry) -> None:
        """Listens at once. Raises OSError."""
        # the family of the address that was asked for: `::` is an address of this machine as well
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self.address_family, address = found[0][0], found[0][4]
        self._free = BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__((str(address[0]), port), _Handler)
        self.set_app(_application(make_wsgi_app(registry)))

    def server_bind(self) -> None:
        """Binds without asking a name server for our own name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hands the connection to a thread, or closes it."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news; a fault of ours was logged where it happened."""
        logger.debug("A request for metrics ended early: %s", client_address)

    def close(self) -> None:
        """Serves no more."""
        with suppress(OSError):
            self.shutdown()
        self.server_close()


class _Handler(WSGIRequestHandler):
    timeout = CLIENT_SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the standard library's
        """A scrape every few seconds is not worth a line."""


def _application(exposition: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The metrics at /metrics, 404 elsewhere; what fails is logged and a plain 500."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != "/metrics":
            return _plain(start_response, "404 Not Found", "The pipeline's metrics are at /metrics.")
        if environ["REQUEST_METHOD"] not in METHODS:
            return _plain(start_response, "405 Method Not Allowed", "Only GET.")
        try:
            return exposition(environ, start_response)
        except Exception:
            logger.exception("The pipeline's metrics could not be collected")
            return _plain(start_response, "500 Internal Server Error", "See the log of the daemon.")

    return serve


def _plain(start_response: Callable[..., Any], status: str, text: str) -> Iterable[bytes]:
    body = f"{text}\n".encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
