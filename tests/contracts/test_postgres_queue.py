"""What the queue in PostgreSQL promises beyond the contract of `IngestQueue`."""

import pytest

from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.database import Database
from invoiceflow.ports.ingest_queue import IngestQueue, Message
from invoiceflow.ports.unavailable import Unavailable
from tests.contracts.test_ingest_queue import ids, published
from tests.rows import new_id


@pytest.fixture
def queue(postgres_queue: IngestQueue) -> IngestQueue:
    return postgres_queue


def test_a_consumer_whose_connection_is_cut_is_of_no_more_use_and_another_takes_over(
    queue: IngestQueue, database: Database
) -> None:
    sent = published(queue, 2)
    with queue.consumer(10) as other, queue.consumer(10) as consumer:
        held = consumer.receive(10, wait=1)
        assert ids(held) == sent
        with database.transaction("test") as connection:
            connection.execute(
                """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                    WHERE application_name = 'invoiceflow-session' AND datname = current_database()
                      AND pid = (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 7953
                                  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                                ORDER BY objid DESC LIMIT 1)"""
            )
        for call in (consumer.keep_alive, lambda: consumer.acknowledge(held), lambda: consumer.give_back(held)):
            with pytest.raises(Unavailable, match="queue"):
                call()
        with pytest.raises(Unavailable, match="queue"):
            consumer.receive(10, wait=1)
        assert ids(other.receive(10, wait=5)) == sent


def test_a_queue_that_is_away_says_so(database: Database) -> None:
    away = PostgresQueue(Database("postgresql://nobody@127.0.0.1:1/none", application_name="t", size=1, wait=0.3))
    with pytest.raises(Unavailable, match="queue"):
        away.publish([Message(new_id(), "c")])
    with pytest.raises(Unavailable), away.consumer(1):
        pytest.fail("no consumer can be had")
    with pytest.raises(Unavailable):
        away.check()
    PostgresQueue(database).check()
