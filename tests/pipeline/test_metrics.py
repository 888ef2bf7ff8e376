"""The pipeline's metrics are right after successes, failures, re-reads and recognised pages, whoever has counted."""

import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from urllib.request import urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from invoiceflow.adapters.postgres_ingestions import processing as rows_processing
from invoiceflow.bootstrap import System
from invoiceflow.domain.pipeline_counters import SEARCHABLE, FinishedInvoice, counts_of
from invoiceflow.ports.alert_outbox import Alert
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.sandbox import Sandbox
from invoiceflow_pipeline.work import metrics
from tests.pipeline.working import Recorded, make
from tests.rows import accepted, now


@pytest.fixture
def port(system: System) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    metrics.serve(lambda: nullcontext(system), "127.0.0.1", free, "1.2.3", now)
    return free


def scraped(port: int) -> dict[str, float]:
    text = urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    return {
        sample.name + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_served_is_what_happened(system: System, sandbox: Sandbox, port: int) -> None:
    rows = [accepted(system, name) for name in (b"RE-1", b"RE-2", b"broken")]
    waiting = accepted(system, b"waiting")
    processor = make(system, sandbox)
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
    monkeypatch.setattr(rows_processing, "FOLD_EVERY", 2)
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
    families = {family.name: family for family in metrics.PipelineMetrics(system, "1", now).collect()}
    up = {sample.labels["source"]: sample.value for sample in families["invoiceflow_pipeline_up"].samples}
    assert up == {"queue": 0, "database": 1}
    assert "invoiceflow_invoices" in families
    assert "invoiceflow_queue_messages" not in families


def test_the_system_stays_open_while_it_is_served(system: System) -> None:
    closed = []

    @contextmanager
    def opened() -> Iterator[System]:
        yield system
        closed.append(1)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    metrics.serve(opened, "127.0.0.1", free, "1", now)
    gc.collect()
    assert scraped(free)["invoiceflow_pipeline_up[database]"] == 1
    assert not closed


def test_a_taken_port_is_no_error(system: System, port: int, caplog: pytest.LogCaptureFixture) -> None:
    metrics.serve(lambda: nullcontext(system), "127.0.0.1", port, "1", now)
    assert "not served" in caplog.text


finished = st.builds(
    FinishedInvoice,
    failure_code=st.none() | st.sampled_from(["file.corrupted", "extraction.timeout"]),
    searchable_seconds=st.none() | st.floats(0, 1e6),
    reading_seconds=st.none() | st.floats(0, 1e4),
    readers=st.sampled_from(["page", "cii+page", "none"]),
    ocr_pages=st.integers(0, 9),
)


@given(st.lists(finished, max_size=30))
def test_each_invoice_is_counted_once_in_each_place(batch: list[FinishedInvoice]) -> None:
    counts = counts_of(batch)

    def total(name: str) -> float:
        return sum(value for (counted, _), value in counts.items() if counted == name)

    assert total("finished") == len(batch)
    assert total("failures") == sum(one.failure_code is not None for one in batch)
    assert total("ocr_pages") == sum(one.ocr_pages for one in batch)
    assert total("searchable_seconds") == sum(one.searchable_seconds is not None for one in batch)
    assert total("searchable_seconds_sum") == pytest.approx(sum(one.searchable_seconds or 0 for one in batch))
