"""Health sees that nothing is processed, though every dependency answers."""

from datetime import UTC, datetime, timedelta
from threading import Event

import psycopg
import pytest
from fastapi.testclient import TestClient

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import Message, QueueDepth
from invoiceflow.ports.ingestion_repository import Activity
from invoiceflow.ports.pipeline_reports import DAEMON, PipelineReport, ReceivedReport
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.processing_health import ProcessingMonitor, assess
from tests.rows import accepted, new_id, now

LIMIT = timedelta(minutes=15)
QUIET = Activity(None, None, 0, 0)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


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
    state = assess(queue, activity, [], AT, LIMIT)
    reasons = state.reasons
    assert state.state == ("degraded" if words else "ok")
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


def daemon(seconds_ago: float, *stopped: str) -> ReceivedReport:
    return ReceivedReport(PipelineReport(DAEMON, stopped=stopped), timedelta(seconds=seconds_ago))


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        ([], []),  # none has ever reported: it is not known
        ([daemon(5)], []),
        ([daemon(5, "alerts")], []),  # that does not stop processing
        ([daemon(5, "alerts", "invoice_queue")], ["the sensor `invoice_queue` is stopped"]),
        ([daemon(600, "invoice_queue")], ["has not reported for 10 minutes"]),
        ([ReceivedReport(PipelineReport("run"), timedelta(hours=1))], []),  # a consumer that was killed
    ],
)
def test_a_stopped_sensor_and_a_silent_daemon_are_reasons_before_anything_waits(
    reports: list[ReceivedReport], words: list[str]
) -> None:
    reasons = assess(depth(), QUIET, reports, AT, LIMIT).reasons
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))


def test_a_reported_stop_makes_the_service_degraded(ingest_api: TestClient, system: System) -> None:
    system.reports.report(PipelineReport(DAEMON, stopped=("invoice_queue",)))
    answer = ingest_api.get("/api/v1/ingest/health").json()
    assert (answer["service"], answer["processing"]["state"]) == ("degraded", "degraded")
    assert "invoice_queue" in answer["processing"]["reasons"][0]


def test_a_question_that_hangs_holds_nobody_up_and_what_was_known_is_shown_for_a_while() -> None:
    clock, hang, hanging = [0.0], Event(), Event()

    def ask() -> QueueDepth:
        if clock[0] > 0:
            hanging.set()
            hang.wait(30)
        return depth(dead=2)

    monitor = ProcessingMonitor(ask, lambda _: QUIET, list, limit=LIMIT, now=now, clock=lambda: clock[0])
    assert monitor.state().dead_letters == 2
    clock[0] = 6.0
    monitor.ask()
    assert hanging.wait(10)
    clock[0] = 7.0  # its time is over
    assert monitor.state().dead_letters == 2
    clock[0] = 60.0
    assert monitor.state().state == "unknown"
    hang.set()
    monitor.close()


def test_a_fault_of_ours_is_logged_and_health_answers(caplog: pytest.LogCaptureFixture) -> None:
    monitor = ProcessingMonitor(lambda: 1 / 0, lambda _: QUIET, list, limit=LIMIT, now=now, clock=lambda: 0.0)  # type: ignore[arg-type,return-value]  # it raises
    assert monitor.state().state == "unknown"
    assert "could not be looked up" in caplog.text
    monitor.close()


def test_what_cannot_be_asked_is_unknown_and_asked_again_later() -> None:
    clock = [0.0]
    asked = []

    def ask() -> QueueDepth:
        asked.append(1)
        if len(asked) == 1:
            raise Unavailable("queue", "connection refused")
        return depth(dead=1)

    monitor = ProcessingMonitor(ask, lambda _: QUIET, list, limit=LIMIT, now=now, clock=lambda: clock[0])
    assert monitor.state().waiting is None
    assert monitor.state().waiting is None
    assert len(asked) == 1
    clock[0] = 6.0
    assert monitor.state().dead_letters == 1
    assert len(asked) == 2
    monitor.close()
