"""Alerts: what raises them, that each is sent once, and how."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow.ports.alert_outbox import Alert, AlertOutbox, AlertSeverity
from invoiceflow.ports.ingestion_repository import Activity
from invoiceflow_pipeline.defs import failure_events, sensors
from invoiceflow_pipeline.defs.resources import Pipeline
from invoiceflow_pipeline.work import alerting
from invoiceflow_pipeline.work.outcomes import STEPS, Outcome
from tests.pipeline.materializing import keeping, materialize
from tests.pipeline.test_events import record
from tests.rows import accepted, added, now, reading


def test_failed_checks_become_one_alert_that_is_sent_once(instance: dg.DagsterInstance, pipeline: Pipeline) -> None:
    system = pipeline.system
    bad = [accepted(system, b"broken", f"bad-{n}.pdf") for n in range(3)]
    for row in bad:
        materialize(instance, pipeline, row)
    found, cursor = failure_events.failed_checks(instance, failure_events.Cursor())
    assert len(found) == 3
    assert "bad-0.pdf" in found[0].body
    assert failure_events.failed_checks(instance, failure_events.Cursor.parse(cursor.text()))[0] == []
    system.alerts.add(found, now())
    sent: list[tuple[str, str]] = []
    working = [False, True]

    def send(_urls: Sequence[str], title: str, body: str, severity: AlertSeverity) -> bool:
        assert severity is AlertSeverity.ERROR
        sent.append((title, body))
        return working.pop(0)

    assert send_all(system.alerts, send) == 0  # the target is down: nothing is lost
    assert send_all(system.alerts, send) == 3
    assert send_all(system.alerts, send) == 0
    assert [title for title, _ in sent] == ["InvoiceFlow: 3 alerts"] * 2
    assert sent[1][1].count("file.corrupted") == 3


def send_all(outbox: AlertOutbox, send: alerting.Send) -> int:
    return alerting.send_unsent(outbox, ["json://127.0.0.1"], now(), send)


def test_an_alert_reaches_a_real_target_through_apprise(system: System) -> None:
    import json
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    bodies: list[dict[str, str]] = []

    class Target(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    server = HTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    system.alerts.add([Alert("check:1", "Invoice could not be processed", "a.pdf: file.corrupted")], now())
    url = f"json://127.0.0.1:{server.server_port}"
    assert alerting.send_unsent(system.alerts, [url], now()) == 1
    server.shutdown()
    server.server_close()
    assert (bodies[0]["message"], bodies[0]["type"]) == ("a.pdf: file.corrupted", "failure")


def test_the_alert_sensor_writes_down_and_sends(instance: dg.DagsterInstance, pipeline: Pipeline) -> None:
    materialize(instance, pipeline, accepted(pipeline.system, b"broken"))
    with dg.build_sensor_context(instance=instance) as context:
        sensors.alerts(keeping(pipeline.system))(context)
        assert failure_events.Cursor.parse(context.cursor).check > 0
    assert pipeline.system.alerts.unsent(10) == []


def test_a_long_list_of_failures_is_cut() -> None:
    alerts = [Alert(str(n), "t", f"line {n}") for n in range(50)]
    title, body = alerting.message(alerts)
    assert title == "InvoiceFlow: 50 alerts"
    assert body.endswith("… and 30 more")


def test_an_upload_that_waits_while_nothing_is_finished_is_an_alert_and_a_quiet_day_is_none() -> None:
    at, limit = now(), timedelta(minutes=15)
    long_ago, just_now = at - timedelta(hours=20), at - timedelta(minutes=1)
    assert alerting.stalled(Activity(None, long_ago, 0, 0), at, limit) is None
    assert alerting.stalled(Activity(just_now, long_ago, 0, 0), at, limit) is None  # it has only just arrived
    assert alerting.stalled(Activity(long_ago, just_now, 1, 0), at, limit) is None  # a long queue that moves
    for finished in (None, long_ago):
        alert = alerting.stalled(Activity(at - timedelta(minutes=16), finished, 0, 0), at, limit)
        assert alert is not None
        assert "16 minutes" in alert.body


def test_findings_of_severity_error_become_a_warning_once(instance: dg.DagsterInstance, system: System) -> None:
    row = added(system.ingestions)
    wrong = Finding("totals.do_not_add_up", Severity.ERROR, "100.00 + 19.00 is not 118.00.")
    mild = Finding("content.missing", Severity.WARNING, "No due date.")
    read = reading()
    outcome = Outcome(row, STEPS, replace(read, invoice=replace(read.invoice, findings=(wrong, mild))))
    for _ in range(2):
        record(instance, [outcome])
    found, cursor = failure_events.failed_checks(instance, failure_events.Cursor())
    assert system.alerts.add(found, now()) == 1  # the second reading found the same
    [alert] = system.alerts.unsent(10)
    assert alert.severity is AlertSeverity.WARNING
    assert "totals.do_not_add_up" in alert.body
    assert "content.missing" not in alert.body
    assert alert.url == f"http://query.example/api/v1/invoices/{row.id}"
    assert failure_events.failed_checks(instance, failure_events.Cursor(), {"failures"})[0] == []
    assert failure_events.failed_checks(instance, cursor) == ([], cursor)
