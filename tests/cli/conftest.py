"""A service that answers as it is told, on a real port; samples written as files."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass(frozen=True)
class Answer:
    """`body` is sent as JSON, or as it is when it is text. `hang_up`: the connection is closed without a word."""

    status: int
    body: object = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_up: bool = False


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Service:
    """Gives the answers in turn, the last one again and again; keeps what it was asked."""

    def __init__(self, answer: Callable[[Asked, int], Answer]) -> None:
        self.asked: list[Asked] = []
        self._answer = answer
        self._lock = threading.Lock()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply()

            def do_POST(self) -> None:
                self.reply()

            do_HEAD = do_PUT = do_DELETE = do_GET  # noqa: N815  the base class's names

            def reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = service.answered(Asked(self.command, self.path, dict(self.headers), body))
                if answer.hang_up:
                    self.close_connection = True
                    return
                content = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
                """Nothing: the tests look at `asked`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answered(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            return self._answer(asked, len(self.asked))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Asked, int], Answer]], Service]]:
    services: list[Service] = []

    def serving(answer: Callable[[Asked, int], Answer]) -> Service:
        services.append(Service(answer))
        return services[-1]

    yield serving
    for service in services:
        service.close()


def in_turn(answers: Sequence[Answer]) -> Callable[[Asked, int], Answer]:
    return lambda _, number: answers[min(number, len(answers)) - 1]
