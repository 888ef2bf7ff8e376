"""The pipeline's metrics are right after successes, failures, re-reads and recognised pages, whoever has counted."""

import gc
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from invoiceflow.adapters.postgres_ingestions import counters
from invoiceflow.bootstrap import System
from invoiceflow.domain.pipeline_counters import SEARCHABLE, FinishedInvoice, counts_of
from invoiceflow.ports.alert_outbox import Alert
from invoiceflow.ports.ingestion_repository import Completed
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.sandbox import Sandbox
from invoiceflow_pipeline.dagster_storage.programs import open_until_exit
from invoiceflow_pipeline.work import housekeeping, metrics_server, reporting
from invoiceflow_pipeline.work.metrics import PipelineMetrics
from invoiceflow_pipeline.work.metrics_server import serve_metrics
from invoiceflow_pipeline.work.reporting import report_consumer, report_daemon, report_daemon_regularly, withdraw_consumer
from tests.pipeline.working import Recorded, make
from tests.rows import accepted, now, reading


@pytest.fixture
def port(system: System) -> Iterator[int]:
    server = serve_metrics(PipelineMetrics(system, "1.2.3", now), "127.0.0.1", 0)
    assert server is not None
    yield server.server_port
    server.close()


def scraped(port: int) -> dict[str, float]:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        sample.name + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_served_is_what_happened(system: System, sandbox: Sandbox, port: int) -> None:
    rows = [accepted(system, name) for name in (b"RE-1", b"RE-2", b"broken")]
    waiting = accepted(system, b"waiting")
    processor = make(system, sandbox)
    system.ingestions.claim([rows[1].id], "killed")
    processor.run([row.id for row in rows], "run", Recorded())
    system.ingestions.reopen([rows[0].id], "again")
    processor.run([rows[0].id], "run", Recorded())
    processor.close()
    system.alerts.add([Alert("a", "t", "b")], now())
    found = scraped(port)
    assert found["invoiceflow_build_info[1.2.3]"] == 1
    assert (found["invoiceflow_invoices[COMPLETED]"], found["invoiceflow_invoices[FAILED]"]) == (2, 1)
    assert found["invoiceflow_invoices[PENDING]"] == 1
    assert found["invoiceflow_oldest_waiting_seconds"] == pytest.approx((now() - waiting.created_at).total_seconds(), abs=5)
    assert (found["invoiceflow_processed_total[COMPLETED]"], found["invoiceflow_processed_total[FAILED]"]) == (3, 1)
    assert found["invoiceflow_failures_total[file.corrupted]"] == 1
    assert found["invoiceflow_searchable_seconds_count"] == 2  # a second reading makes nothing searchable
    assert found["invoiceflow_reading_seconds_count[page]"] == 3
    assert found["invoiceflow_alerts_unsent"] == 1
    assert (found["invoiceflow_queue_messages[waiting]"], found["invoiceflow_consumers"]) == (0, 0)
    assert found["invoiceflow_pipeline_up[database]"] == 1


def test_counts_stay_the_same_when_they_are_folded(system: System, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "FOLD_EVERY", 2)
    processor = make(system, sandbox)
    for number in range(5):
        processor.run([accepted(system, b"RE-%d" % number).id], "run", Recorded())
    processor.close()
    counts = system.ingestions.pipeline_counts()
    assert counts["finished", "COMPLETED"] == 5
    assert sum(value for (name, _), value in counts.items() if name == SEARCHABLE) == 5


def test_a_source_that_is_unavailable_takes_nothing_else_away(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise Unavailable("queue", "connection refused")

    monkeypatch.setattr(system.queue, "depth", fails)
    families = {family.name: family for family in PipelineMetrics(system, "1", now).collect()}
    up = {sample.labels["source"]: sample.value for sample in families["invoiceflow_pipeline_up"].samples}
    assert up == {"queue": 0, "database": 1, "reports": 1}
    assert "invoiceflow_invoices" in families
    assert "invoiceflow_queue_messages" not in families


def test_the_system_stays_open_for_the_life_of_the_process(system: System) -> None:
    closed = []

    @contextmanager
    def opened() -> Iterator[System]:
        yield system
        closed.append(1)

    assert open_until_exit(opened()) is system
    gc.collect()
    assert not closed


def test_every_metric_stands_in_the_documentation_with_its_type_and_no_other(system: System) -> None:
    page = (Path(__file__).parents[2] / "docs" / "monitoring.md").read_text()
    table = page[page.index("### The pipeline") : page.index("### The APIs")]
    documented = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", table, re.MULTILINE))
    served = {
        family.name + ("_total" if family.type == "counter" else ""): family.type
        for family in PipelineMetrics(system, "1", now).collect()
    }
    assert documented == served


def test_a_taken_port_is_no_error(system: System, port: int, caplog: pytest.LogCaptureFixture) -> None:
    assert serve_metrics(PipelineMetrics(system, "1", now), "127.0.0.1", port) is None
    assert "INVOICEFLOW_METRICS_PORT" in caplog.text


def test_clients_that_say_nothing_keep_no_scraper_out_for_long(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_server._Handler, "timeout", 0.5)
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(metrics_server.MAX_CONNECTIONS)]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one_more:
        assert one_more.recv(1) == b""  # closed at once
    for each in silent:
        each.settimeout(10)
        assert each.recv(1) == b""  # hung up on
        each.close()
    assert scraped(port)["invoiceflow_pipeline_up[database]"] == 1


@pytest.mark.parametrize(("path", "method", "status"), [("/", "GET", 404), ("/metrics", "POST", 405)])
def test_there_is_nothing_but_metrics(port: int, path: str, method: str, status: int) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"http://127.0.0.1:{port}{path}", method=method), timeout=10)
    assert refused.value.code == status
    refused.value.close()


def test_a_fault_is_logged_and_answered(
    system: System, port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(system.queue, "depth", lambda: 1 / 0)
    with pytest.raises(HTTPError) as failed:
        scraped(port)
    assert failed.value.code == 500
    failed.value.close()
    assert "could not be collected" in caplog.text


def test_a_result_that_came_too_late_is_not_counted(system: System) -> None:
    row = accepted(system, b"RE-1")
    [old] = system.ingestions.claim([row.id], "slow")
    [new] = system.ingestions.claim([row.id], "quick")
    one = {row.id: FinishedInvoice(searchable_seconds=1.0)}
    for claimed in (new, old, new):  # the last: an answer of the database was lost, and the same is written again
        system.ingestions.finish([Completed(row.id, claimed.revision, reading())], now(), one)
    assert system.ingestions.pipeline_counts()["finished", "COMPLETED"] == 1
    assert system.ingestions.pipeline_counts()["searchable_seconds_sum", ""] == 1.0


def test_a_dead_letter_is_counted_once_as_a_failure(system: System) -> None:
    rows = [accepted(system, name) for name in (b"RE-1", b"RE-2")]
    failed = system.ingestions.fail_dead_letters([row.id for row in rows], housekeeping.GAVE_UP, now())
    assert len(failed) == 2
    assert system.ingestions.fail_dead_letters([row.id for row in rows], housekeeping.GAVE_UP, now()) == []
    assert system.ingestions.pipeline_counts()["failures", "processing.gave_up"] == 2


def test_what_processes_report_is_served_until_it_is_old(system: System, port: int, database_url: str) -> None:
    report_consumer(system.reports, "run-1", 7)
    report_consumer(system.reports, "run-2", 5)
    report_consumer(system.reports, "run-3", 4)
    withdraw_consumer(system.reports, "run-3")
    report_daemon(system.reports, lambda: ["invoice_queue"])
    found = scraped(port)
    assert (found["invoiceflow_ocr_pages_waiting"], found["invoiceflow_stopped[invoice_queue]"]) == (12, 1)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE pipeline_reports SET reported_at = now() - interval '1 minute' WHERE source <> 'run-2'")
    found = scraped(port)
    assert found["invoiceflow_ocr_pages_waiting"] == 5
    assert "invoiceflow_stopped[invoice_queue]" not in found


def test_the_daemon_reports_again_after_an_outage(
    system: System, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    monkeypatch.setattr(reporting, "DAEMON_SECONDS", 0.01)
    refusals = iter([1, 2])

    def stopped() -> list[str]:
        if next(refusals, None):
            raise psycopg.OperationalError("connection refused")
        return ["alerts"]

    end = Event()
    thread = report_daemon_regularly(system.reports, stopped, end)
    wait_until(lambda: [one.report.stopped for one in system.reports.latest()] == [("alerts",)])
    end.set()
    thread.join(10)
    assert caplog.text.count("could not be reported") == 1


finished = st.builds(
    FinishedInvoice,
    failure_code=st.none() | st.sampled_from(["file.corrupted", "extraction.timeout"]),
    searchable_seconds=st.none() | st.floats(0, 1e6),
    reading_seconds=st.none() | st.floats(0, 1e4),
    readers=st.sampled_from(["page", "cii+page", "none"]),
    ocr_pages=st.dictionaries(st.sampled_from(["recognized", "timeout"]), st.integers(1, 9)),
    ocr_seconds=st.floats(0, 1e3),
)


@given(st.lists(finished, max_size=30))
def test_each_invoice_is_counted_once_in_each_place(batch: list[FinishedInvoice]) -> None:
    counts = counts_of(batch)

    def total(name: str) -> float:
        return sum(value for (counted, _), value in counts.items() if counted == name)

    assert total("finished") == len(batch)
    assert total("failures") == sum(one.failure_code is not None for one in batch)
    assert total("ocr_pages") == sum(sum(one.ocr_pages.values()) for one in batch)
    assert total("ocr_seconds") == pytest.approx(sum(one.ocr_seconds for one in batch))
    assert total("searchable_seconds") == sum(one.searchable_seconds is not None for one in batch)
    assert total("searchable_seconds_sum") == pytest.approx(sum(one.searchable_seconds or 0 for one in batch))
