"""The services that the contract suites run on beside the embedded adapters: moto in this process, real ones where started."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from uuid import UUID, uuid4

import boto3
import pika
import pytest
from moto.server import ThreadedMotoServer
from opensearchpy import OpenSearch

from invoiceflow.adapters.opensearch.connection import OpenSearchLocation
from invoiceflow.adapters.opensearch.index import OpenSearchIndex
from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.adapters.postgres_search import PostgresSearch
from invoiceflow.adapters.rabbitmq.location import RabbitLocation
from invoiceflow.adapters.rabbitmq.queue import RabbitQueue
from invoiceflow.adapters.rabbitmq.topology import Topology
from invoiceflow.adapters.s3.location import AccessKey, S3Location
from invoiceflow.adapters.s3.store import S3ObjectStore
from invoiceflow.database import Database
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.ports.ingest_queue import IngestQueue
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.search_index import SearchIndex

ENDPOINT: Final = "INVOICEFLOW_TEST_S3_URL"
RABBITMQ: Final = "INVOICEFLOW_TEST_RABBITMQ_URL"
OPENSEARCH: Final = "INVOICEFLOW_TEST_OPENSEARCH_URL"

POSTGRES_PROGRAM: Final = """
import sys
from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.database import Database
queue = PostgresQueue(Database(sys.argv[1], application_name="other", size=1))
"""
RABBITMQ_PROGRAM: Final = """
import sys
from invoiceflow.adapters.rabbitmq.location import RabbitLocation
from invoiceflow.adapters.rabbitmq.queue import RabbitQueue
from invoiceflow.adapters.rabbitmq.topology import Topology
queue = RabbitQueue(RabbitLocation.parse(sys.argv[1]), Topology(sys.argv[2]))
"""


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


@pytest.fixture
def s3_locked() -> Iterator[Callable[[], ObjectStore]]:
    """As an auditor wants the bucket: every version is kept, and nothing can be removed for a day."""
    url = os.environ.get(ENDPOINT)
    if url is None:
        pytest.skip(f"no S3 server is started: {ENDPOINT} names one (with the usual AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)")
    yield from _stores(url, None, locked=True)


def _stores(url: str, access_key: AccessKey | None, *, locked: bool = False) -> Iterator[Callable[[], ObjectStore]]:
    """A store on a bucket of its own each."""
    given = {} if access_key is None else {"aws_access_key_id": access_key.key_id, "aws_secret_access_key": access_key.secret}
    stores: list[S3ObjectStore] = []

    def made() -> ObjectStore:
        location = S3Location(f"test-{uuid4().hex}", "us-east-1", endpoint_url=url, path_style=True)
        client = boto3.session.Session(region_name="us-east-1", **given).client("s3", endpoint_url=url)
        client.create_bucket(Bucket=location.bucket, ObjectLockEnabledForBucket=locked)
        if locked:
            rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
            lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
            client.put_object_lock_configuration(Bucket=location.bucket, ObjectLockConfiguration=lock)
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


@pytest.fixture
def postgres_queue(database: Database) -> IngestQueue:
    return PostgresQueue(database, redelivery_seconds=0.1)


@pytest.fixture
def rabbitmq_url() -> str:
    url = os.environ.get(RABBITMQ)
    if url is None:
        pytest.skip(f"no RabbitMQ is started (deploy/services/rabbitmq.py start FOLDER): {RABBITMQ} names one")
    return url


@pytest.fixture
def topology() -> Topology:
    """Names of its own."""
    return Topology(f"test-{uuid4().hex}")


@pytest.fixture
def rabbitmq_queue(rabbitmq_url: str, topology: Topology) -> Iterator[RabbitQueue]:
    """Gone afterwards, with its dead letters."""
    queue = RabbitQueue(RabbitLocation.parse(rabbitmq_url), topology)
    yield queue
    queue.close()
    remove_topology(rabbitmq_url, topology)


def remove_topology(url: str, topology: Topology) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(url.rstrip("/") + "/%2F"))
    channel = connection.channel()
    channel.queue_delete(topology.queue)
    channel.queue_delete(topology.dead)
    channel.queue_delete(topology.probe)
    channel.exchange_delete(topology.dead)
    connection.close()


@pytest.fixture(params=["postgres_queue", pytest.param("rabbitmq_queue", marks=pytest.mark.services)])
def queue(request: pytest.FixtureRequest) -> IngestQueue:
    """The queue that a test of the contract asks: each in turn."""
    made: IngestQueue = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def queue_program(queue: IngestQueue, request: pytest.FixtureRequest) -> list[str]:
    """Python that opens the same `queue` in another process, and its arguments."""
    if isinstance(queue, PostgresQueue):
        return [POSTGRES_PROGRAM, request.getfixturevalue("database_url")]
    return [RABBITMQ_PROGRAM, request.getfixturevalue("rabbitmq_url"), request.getfixturevalue("topology").queue]
