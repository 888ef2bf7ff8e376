"""Health sees that nothing is processed, though every dependency answers."""

from datetime import timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import Message, QueueDepth
from invoiceflow.ports.ingestion_repository import Activity
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.processing_health import ProcessingMonitor, assess
from tests.rows import accepted, new_id, now

AT = now()
"""The moment that all ages below count back from: parameters are made long before the tests run."""
LIMIT = timedelta(minutes=15)
QUIET = Activity(None, None, 0, 0)


def depth(waiting: int = 0, consumers: int = 1, dead: int = 0) -> QueueDepth:
    return QueueDepth(waiting=waiting, unacknowledged=0, consumers=consumers, dead=dead)


def waiting_for(minutes: float, finished_before: float | None = None) -> Activity:
    finished = None if finished_before is None else AT - timedelta(minutes=finished_before)
    return Activity(AT - timedelta(minutes=minutes), finished, 0, 0)


@pytest.mark.parametrize(
    ("queue", "activity", "words"),
    [
        (depth(), QUIET, []),
        (depth(consumers=0), QUIET, []),  # nothing waits
        (depth(waiting=1, consumers=0), waiting_for(0.5), []),  # a consumer starts
        (depth(waiting=3, consumers=0), waiting_for(2), ["no consumer"]),
        (depth(waiting=9000), waiting_for(40, finished_before=0.1), []),  # a long queue that moves
        (depth(waiting=9), waiting_for(40, finished_before=30), ["40 minutes"]),
        (depth(waiting=9), waiting_for(40), ["40 minutes"]),
        (depth(dead=2), QUIET, ["2 messages were given up"]),
        (depth(waiting=3, consumers=0, dead=1), waiting_for(20), ["no consumer", "20 minutes", "given up"]),
    ],
)
def test_reasons_name_what_is_wrong(queue: QueueDepth, activity: Activity, words: list[str]) -> None:
    reasons = assess(queue, activity, AT, LIMIT).reasons
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))


def test_uploads_that_nobody_processes_make_the_service_degraded_and_not_unhealthy(
    ingest_api: TestClient, system: System, database_url: str
) -> None:
    row = accepted(system, b"%PDF-1.7 waiting")
    system.queue.publish([Message(row.id, "c"), Message(new_id(), "c")])
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE ingestions SET created_at = now() - interval '20 minutes'")
    answer = ingest_api.get("/api/v1/ingest/health")
    assert (answer.status_code, answer.json()["service"]) == (200, "degraded")
    processing = answer.json()["processing"]
    assert (processing["waiting"], processing["consumers"], processing["dead_letters"]) == (2, 0, 0)
    assert len(processing["reasons"]) == 2
    assert ingest_api.get("/readyz").status_code == 200  # it stays behind the load balancer


def test_what_cannot_be_asked_is_unknown_and_asked_again_later() -> None:
    clock = [0.0]
    asked = []

    def ask() -> QueueDepth:
        asked.append(1)
        if len(asked) == 1:
            raise Unavailable("queue", "connection refused")
        return depth(dead=1)

    monitor = ProcessingMonitor(ask, lambda _: QUIET, limit=LIMIT, now=now, clock=lambda: clock[0])
    assert monitor.state().waiting is None
    assert monitor.state().waiting is None
    assert len(asked) == 1
    clock[0] = 6.0
    assert monitor.state().dead_letters == 1
    assert len(asked) == 2
    monitor.close()
