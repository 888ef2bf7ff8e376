"""The ingest API as a whole, in this process, on the embedded adapters; and faults of what stands behind it."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from invoiceflow.settings import Settings
from invoiceflow_api.ingest import main as ingest
from invoiceflow_api.query import main as query


@pytest.fixture
def ingest_api(settings: Settings) -> Iterator[TestClient]:
    with TestClient(ingest.application(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def query_api(settings: Settings) -> Iterator[TestClient]:
    with TestClient(query.application(settings), raise_server_exceptions=False) as client:
        yield client
