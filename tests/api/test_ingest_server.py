"""Clients that misbehave on the wire, against a real server."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from invoiceflow import allocator
from invoiceflow.bootstrap import System
from invoiceflow.settings import Settings
from invoiceflow_api.ingest import main, upload_slots
from invoiceflow_api.ingest.app_services import MAX_IN_FLIGHT
from invoiceflow_api.ingest.spool import IN_MEMORY
from samples import hostile

UPLOAD = "/api/v1/ingest/upload"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'

LARGE = PART + b"%PDF-1.7\n" + b"%" * IN_MEMORY
"""So much that it is no longer held in memory."""


def begun(port: int, *headers: str, body: bytes = PART + b"%PDF-1.7\n") -> socket.socket:
    """A connection on which an upload has begun."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    lines = [f"POST {UPLOAD} HTTP/1.1", "Host: x", "Content-Type: multipart/form-data; boundary=b", *headers]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    return connection


def answer(connection: socket.socket) -> tuple[int, dict[str, Any], bool]:
    """Status, problem document, and whether the server closed the connection after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split()[1]), json.loads(body), b"connection: close" in head.lower()


def temporary_files(settings: Settings) -> list[Path]:
    return list((settings.home / "spool").rglob("*.pdf"))


def test_a_client_that_hangs_up_half_way_leaves_nothing(
    served: Callable[..., int], system: System, settings: Settings, wait_until: Callable[..., None]
) -> None:
    connection = begun(served(), "Content-Length: 1000000", body=LARGE)
    wait_until(lambda: temporary_files(settings))
    connection.close()
    wait_until(lambda: not temporary_files(settings))
    assert system.ingestions.status_counts().total == 0
    assert not list(system.objects.list("raw/"))


def test_an_upload_that_takes_too_long_is_refused_and_leaves_nothing(
    served: Callable[..., int], system: System, settings: Settings
) -> None:
    with begun(served(upload_timeout_seconds=0.3), "Content-Length: 1000000", body=LARGE) as connection:
        status, problem, closed = answer(connection)
    assert (status, problem["code"], closed) == (408, "upload.timeout", True)
    assert not temporary_files(settings)
    assert system.ingestions.status_counts().total == 0


def test_a_body_announced_as_too_large_is_refused_before_it_is_sent(served: Callable[..., int], settings: Settings) -> None:
    with begun(served(), f"Content-Length: {2 << 30}", body=b"") as connection:
        status, problem, closed = answer(connection)
    assert (status, problem["code"], closed) == (400, "file.too_large", True)
    assert not temporary_files(settings)


def test_a_file_that_is_no_pdf_is_refused_before_the_rest_is_sent(served: Callable[..., int], settings: Settings) -> None:
    with begun(served(), "Content-Length: 9000000", body=PART + b"x" * 2000) as connection:
        status, problem, _ = answer(connection)
    assert (status, problem["code"]) == (400, "file.not_pdf")
    assert not temporary_files(settings)


def test_more_uploads_than_fit_are_refused_with_a_time_to_retry(
    served: Callable[..., int], settings: Settings, wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_slots, "SLOW", 0)  # nobody gives way
    port = served(max_uploads_per_client=2 * MAX_IN_FLIGHT)
    waiting = [begun(port, "Content-Length: 1000000", body=LARGE) for _ in range(MAX_IN_FLIGHT)]
    try:
        wait_until(lambda: len(temporary_files(settings)) == MAX_IN_FLIGHT)
        over = httpx.post(f"http://127.0.0.1:{port}{UPLOAD}", files={"file": ("a.pdf", hostile.one_page(), "application/pdf")})
        assert (over.status_code, over.json()["code"], over.headers["Retry-After"]) == (503, "upload.busy", "1")
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    finally:
        for connection in waiting:
            connection.close()
    wait_until(lambda: not temporary_files(settings))
    again = httpx.post(f"http://127.0.0.1:{port}{UPLOAD}", files={"file": ("a.pdf", hostile.one_page(), "application/pdf")})
    assert again.status_code == 202


def test_thirty_two_clients_at_once_are_all_served_and_nothing_is_lost(served: Callable[..., int], system: System) -> None:
    port, good = served(), hostile.one_page()
    codes: list[int] = []

    def client(number: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            for round_ in range(3):
                content = good + b"%" * (number * 3 + round_)
                codes.append(http.post(UPLOAD, files={"file": ("a.pdf", content, "application/pdf")}).status_code)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [202] * 96
    assert system.ingestions.status_counts().pending == 96
    assert len(list(system.objects.list("raw/"))) == 96
    assert system.queue.depth().waiting == 96


def started(settings: Settings, port: int) -> "subprocess.Popen[bytes]":
    assert settings.database_url is not None
    environment = {
        **os.environ,
        "INVOICEFLOW_EMBEDDED": "true",
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "INVOICEFLOW_HOME": str(settings.home),
        "LOG_LEVEL": "WARNING",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    return subprocess.Popen([sys.executable, "-m", "invoiceflow_api.ingest"], env=environment)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_two_gigabytes_cost_neither_memory_nor_disk_and_a_restart_cleans_up_after_a_kill(
    settings: Settings, wait_until: Callable[..., None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = started(settings, port)
    try:
        wait_until(lambda: is_ready(port), 30)
        before = psutil.Process(process.pid).memory_info().rss
        megabyte = f"{1 << 20:x}\r\n".encode() + b"\0" * (1 << 20) + b"\r\n"
        sent = 0
        first = f"{len(PART) + 9:x}\r\n".encode() + PART + b"%PDF-1.7\n\r\n"
        with begun(port, "Transfer-Encoding: chunked", body=first) as connection:
            try:
                for _ in range(2048):
                    connection.sendall(megabyte)
                    sent += 1
            except (BrokenPipeError, ConnectionResetError):
                pass  # the server has had enough
        assert sent < 100
        assert not temporary_files(settings)
        assert psutil.Process(process.pid).memory_info().rss - before < 50 << 20

        with begun(port, "Content-Length: 1000000", body=LARGE):
            wait_until(lambda: temporary_files(settings))
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        assert temporary_files(settings)
        process = started(settings, port)
        wait_until(lambda: is_ready(port), 30)
        assert not temporary_files(settings)
    finally:
        process.terminate()
        process.wait(10)


def test_memory_fragments_are_returned_to_the_system_while_it_serves(
    served: Callable[..., int], wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    trimmed: list[str] = []
    monkeypatch.setattr(main, "TRIM_SECONDS", 0.01)
    monkeypatch.setattr(allocator, "trim", lambda: trimmed.append(threading.current_thread().name))
    served()
    wait_until(lambda: len(trimmed) > 2)
    assert all(name.startswith("asyncio_") for name in trimmed)  # a thread of the pool: it takes milliseconds, not the loop's
