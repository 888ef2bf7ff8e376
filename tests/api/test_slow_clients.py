"""Clients that are slow, idle or many, against a real server: they end themselves, and nobody else waits for them."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from invoiceflow_api import server
from invoiceflow_api.clients import TrustedProxies, client_key
from invoiceflow_api.ingest import upload_slots
from invoiceflow_api.ingest.app_services import MAX_IN_FLIGHT
from samples import hostile
from tests.api.test_ingest_server import PART, UPLOAD, answer, begun


@pytest.fixture
def connect() -> Iterator[Callable[..., socket.socket]]:
    with ExitStack() as opened:

        def connect(port: int, sent: bytes = b"") -> socket.socket:
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            connection.sendall(sent)
            return connection

        yield connect


def upload(port: int, **headers: str) -> httpx.Response:
    file = ("a.pdf", hostile.one_page(), "application/pdf")
    return httpx.post(f"http://127.0.0.1:{port}{UPLOAD}", files={"file": file}, headers=headers, timeout=20)


def until_closed(connection: socket.socket) -> bytes:
    data = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            data += piece
    return data


def test_a_connection_without_a_request_is_closed(
    served: Callable[..., int], connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.2)
    port = served()
    assert until_closed(connect(port)) == b""
    half = until_closed(connect(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: "))
    head, _, body = half.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["code"] == "request.timeout"


def test_headers_that_trickle_in_do_not_gain_time(
    served: Callable[..., int], connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.5)
    connection = connect(served(), b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ")
    connection.settimeout(0.05)
    started = time.monotonic()
    data = b""
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while time.monotonic() - started < 10:
            connection.sendall(b"a")
            with contextlib.suppress(TimeoutError):
                data = connection.recv(65536)
                break
    assert b"408" in data
    assert time.monotonic() - started < 5


def test_a_second_request_on_a_connection_has_its_time_as_well(
    served: Callable[..., int], connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.3)
    connection = connect(served(), b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in connection.recv(65536)
    connection.sendall(b"GET /livez HT")
    assert b"408" in until_closed(connection)


def test_the_rest_of_a_refused_body_is_not_waited_for(
    served: Callable[..., int], connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "UNWANTED_SECONDS", 0.2)
    request = f"POST {UPLOAD} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    assert b"upload.malformed" in until_closed(connect(served(), request.encode()))


def test_a_client_that_does_not_read_is_cut_off(
    served: Callable[..., int], connect: Callable[..., socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "READ_SECONDS", 0.2)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(20)
        connection.connect(("127.0.0.1", served()))
        asked = b"GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(asked * 8)
        deadline = time.monotonic() + 10
        ended = False
        while not ended and time.monotonic() < deadline:
            try:
                connection.sendall(b"\r\n")  # what is cut off refuses what is sent
            except (BrokenPipeError, ConnectionResetError):
                ended = True
        assert ended


@pytest.mark.parametrize("ended", [b"", b"\r\n\r\n"], ids=["endless", "complete"])
def test_headers_that_are_too_large_are_refused(
    served: Callable[..., int], connect: Callable[..., socket.socket], ended: bytes
) -> None:
    port = served()
    refused = until_closed(connect(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 70_000 + ended))
    assert refused.startswith(b"HTTP/1.1 431 ")
    assert b"request.headers_too_large" in refused
    accepted = connect(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: " + b"a" * 60_000 + b"\r\n\r\n")
    assert until_closed(accepted).startswith(b"HTTP/1.1 200 ")


def test_what_is_no_http_is_answered_by_a_problem(served: Callable[..., int], connect: Callable[..., socket.socket]) -> None:
    raw = until_closed(connect(served(), "GET /api/v1/ingest/stats?q=müller HTTP/1.1\r\nHost: x\r\n\r\n".encode()))
    head, _, body = raw.partition(b"\r\n\r\n")
    problem = json.loads(body)
    assert head.startswith(b"HTTP/1.1 400 Bad Request")
    assert b"application/problem+json" in head
    assert (problem["code"], problem["type"]) == ("request.malformed", "/problems/request.malformed")


def test_one_address_has_only_so_many_connections(
    served: Callable[..., int], connect: Callable[..., socket.socket], wait_until: Callable[..., None]
) -> None:
    port = served(max_connections_per_client=3)
    waiting = [connect(port) for _ in range(3)]
    refused = until_closed(connect(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"))
    assert refused.startswith(b"HTTP/1.1 429 ")
    assert b"connections.too_many" in refused
    waiting[0].close()

    def is_served() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200
        return False

    wait_until(is_served, 10)


def test_connections_of_a_trusted_proxy_are_not_counted(
    served: Callable[..., int], connect: Callable[..., socket.socket]
) -> None:
    port = served(max_connections_per_client=1, trusted_proxies="127.0.0.0/8")
    for _ in range(5):
        connect(port)
    assert httpx.get(f"http://127.0.0.1:{port}/livez").status_code == 200


def test_slow_uploads_give_way_to_another_client(served: Callable[..., int]) -> None:
    port = served(max_uploads_per_client=MAX_IN_FLIGHT)
    slow = [begun(port, "Content-Length: 100000", body=PART + b"%PDF-1.7\n") for _ in range(MAX_IN_FLIGHT)]
    try:
        started = time.monotonic()
        while (answered := upload(port)).status_code != 202:
            assert answered.json()["code"] in ("upload.busy", "upload.too_many")
            assert time.monotonic() - started < 20
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.sendall(b"%")
        ended = [one for one in slow if has_answer(one)]
        assert len(ended) == 1
        status, problem, closed = answer(ended[0])
        assert (status, problem["code"], closed) == (408, "upload.too_slow", True)
    finally:
        for connection in slow:
            connection.close()


def has_answer(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False
    finally:
        connection.settimeout(20)


def test_one_client_cannot_take_all_places(served: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_slots, "SLOW", 0)  # nobody gives way
    port = served(max_uploads_per_client=2, trusted_proxies="127.0.0.1")
    waiting = [begun(port, "Content-Length: 100000", "X-Forwarded-For: 192.0.2.1", body=PART + b"%PDF-1.7\n") for _ in range(2)]
    try:
        deadline = time.monotonic() + 20
        while (refused := upload(port, **{"X-Forwarded-For": "192.0.2.1"})).status_code == 202:
            assert time.monotonic() < deadline
        assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, "upload.too_many", "1")
        assert "invoiceflow_uploads_in_progress 2.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert upload(port, **{"X-Forwarded-For": "192.0.2.2"}).status_code == 202
    finally:
        for connection in waiting:
            connection.close()


def test_forwarded_headers_of_strangers_are_not_believed(served: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_slots, "SLOW", 0)
    port = served(max_uploads_per_client=1)
    with begun(port, "Content-Length: 100000", "X-Forwarded-For: 192.0.2.1", body=PART + b"%PDF-1.7\n"):
        deadline = time.monotonic() + 20
        while (refused := upload(port, **{"X-Forwarded-For": "192.0.2.2"})).status_code == 202:
            assert time.monotonic() < deadline
        assert refused.json()["code"] == "upload.too_many"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("/run/socket", "unknown"),
    ],
)
def test_clients_are_told_apart_by_address_or_network(address: str | None, key: str) -> None:
    assert client_key(address) == key


def test_trusted_proxies_are_those_listed() -> None:
    proxies = TrustedProxies("10.0.0.0/8, ::1")
    assert "10.1.2.3" in proxies
    assert "::1" in proxies
    assert "11.1.2.3" not in proxies
    assert None not in proxies
    assert "127.0.0.1" not in TrustedProxies("")
