"""The services that the contract suites run on beside the embedded adapters: moto in this process, real ones where started."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from uuid import UUID, uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer
from opensearchpy import OpenSearch

from invoiceflow.adapters.opensearch.connection import OpenSearchLocation
from invoiceflow.adapters.opensearch.index import OpenSearchIndex
from invoiceflow.adapters.postgres_search import PostgresSearch
from invoiceflow.adapters.s3 import AccessKey, S3Location, S3ObjectStore
from invoiceflow.database import Database
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.search_index import SearchIndex

ENDPOINT: Final = "INVOICEFLOW_TEST_S3_URL"
OPENSEARCH: Final = "INVOICEFLOW_TEST_OPENSEARCH_URL"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_moto(moto_url: str) -> Iterator[Callable[[], ObjectStore]]:
    yield from _stores(moto_url, AccessKey("test", "test"))


@pytest.fixture
def s3_service() -> Iterator[Callable[[], ObjectStore]]:
    url = os.environ.get(ENDPOINT)
    if url is None:
        pytest.skip(f"no S3 server is started: {ENDPOINT} names one (with the usual AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)")
    yield from _stores(url, None)


def _stores(url: str, access_key: AccessKey | None) -> Iterator[Callable[[], ObjectStore]]:
    """A store on a bucket of its own each."""
    given = {} if access_key is None else {"aws_access_key_id": access_key.key_id, "aws_secret_access_key": access_key.secret}
    stores: list[S3ObjectStore] = []

    def made() -> ObjectStore:
        location = S3Location(f"test-{uuid4().hex}", "us-east-1", endpoint_url=url, path_style=True)
        client = boto3.session.Session(region_name="us-east-1", **given).client("s3", endpoint_url=url)
        client.create_bucket(Bucket=location.bucket)
        client.close()
        stores.append(S3ObjectStore(location, access_key))
        return stores[-1]

    yield made
    for store in stores:
        store.close()


@pytest.fixture
def postgres_index(database: Database) -> SearchIndex:
    return PostgresSearch(database)


@pytest.fixture
def opensearch_url() -> str:
    url = os.environ.get(OPENSEARCH)
    if url is None:
        pytest.skip(f"no OpenSearch is started (deploy/services/opensearch.py start FOLDER): {OPENSEARCH} names one")
    return url


class SettledIndex(OpenSearchIndex):
    """One whose writes are visible when they return, as the contract's questions expect."""

    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        refused = super().write(documents)
        self.refresh()
        return refused


@pytest.fixture
def opensearch_index(opensearch_url: str) -> Iterator[OpenSearchIndex]:
    """Indexes of its own, gone afterwards."""
    name = f"test-{uuid4().hex}"
    index = SettledIndex(OpenSearchLocation.parse(opensearch_url), name)
    yield index
    index.close()
    client = OpenSearch(opensearch_url)
    client.indices.delete(index=f"{name}-v*")
    client.close()


@pytest.fixture(params=["postgres_index", pytest.param("opensearch_index", marks=pytest.mark.services)])
def index(request: pytest.FixtureRequest) -> SearchIndex:
    """The index that a test of the contract asks: each in turn."""
    made: SearchIndex = request.getfixturevalue(request.param)
    return made
