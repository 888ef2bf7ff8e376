"""The APIs as a whole on the embedded adapters: in this process, and behind a real server where the network matters."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from fastapi.testclient import TestClient

from invoiceflow.settings import Settings
from invoiceflow_api.ingest import main as ingest
from invoiceflow_api.query import main as query
from invoiceflow_api.server import configuration


@pytest.fixture
def ingest_api(settings: Settings) -> Iterator[TestClient]:
    with TestClient(ingest.application(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def query_api(settings: Settings) -> Iterator[TestClient]:
    with TestClient(query.application(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def served(settings: Settings, wait_until: Callable[..., None]) -> Iterator[Callable[..., int]]:
    """Serves an ingest API on a port of its own, by uvicorn as in production: `served(upload_timeout_seconds=…)` -> port."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def serve(**changed: object) -> int:
        chosen = settings.model_copy(update=changed)
        app = ingest.application(chosen)
        listening = socket.create_server(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        server = uvicorn.Server(configuration(app, chosen, loop="asyncio"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        running.append((server, thread))
        wait_until(lambda: server.started)
        return port

    yield serve
    for server, thread in running:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
