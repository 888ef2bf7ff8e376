"""An S3 server that fails: a proxy that answers every fifth call with 500 or 503, half of them after the call was done."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Lock, Thread
from typing import Final

SHARE: Final = 0.2
ERRORS: Final = ((500, "InternalError"), (503, "SlowDown"))
_NOT_HANDED_ON: Final = {"connection", "transfer-encoding", "keep-alive"}


@dataclass
class FailingS3:
    """`port` is where it listens; `failed` how many calls it has failed."""

    to: tuple[str, int]
    random: Random
    port: int = 0
    failed: int = 0
    _lock: Lock = field(default_factory=Lock)

    def fate(self) -> tuple[int, str, bool] | None:
        """Status, code, and whether the call is done all the same; None for one that goes through."""
        with self._lock:
            if self.random.random() >= SHARE:
                return None
            self.failed += 1
            return (*self.random.choice(ERRORS), self.random.random() < 0.5)


@contextmanager
def failing_s3(to: tuple[str, int]) -> Iterator[FailingS3]:
    """In front of the server at `to`."""
    failing = FailingS3(to, Random(5))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(failing))
    server.daemon_threads = True
    failing.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield failing
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(failing: FailingS3) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fate = failing.fate()
            if fate is None or fate[2]:
                answer = _handed_on(failing.to, self.command, self.path, self.headers, body)
            if fate is not None:
                words = f"<?xml version='1.0'?><Error><Code>{fate[1]}</Code><Message>a test</Message></Error>".encode()
                answer = _Answer(fate[0], [("Content-Type", "application/xml"), ("Content-Length", str(len(words)))], words)
            self.send_response_only(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body if self.command != "HEAD" else b"")

    return Handler


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def _handed_on(to: tuple[str, int], method: str, path: str, given: Message, body: bytes) -> _Answer:
    """The server's answer. The headers go as they came: they are signed."""
    connection = http.client.HTTPConnection(*to, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in given.items():
            if name.lower() not in ("connection", "expect"):
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in _NOT_HANDED_ON]
        if method != "HEAD":  # its length is that of the object, and nothing follows
            headers = [*((n, v) for n, v in headers if n.lower() != "content-length"), ("Content-Length", str(len(content)))]
        return _Answer(answer.status, headers, content)
    finally:
        connection.close()
