"""The consumer as Dagster runs it: the real definitions, resources and extraction, events in batches, alerts of failed runs."""

import os
import signal
import threading
from collections.abc import Callable, Iterator

import dagster as dg
import pytest

from invoiceflow.bootstrap import System
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.alert_outbox import Alert
from invoiceflow.ports.ingest_queue import Message
from invoiceflow_pipeline.dagster_storage.events import INVOICES
from invoiceflow_pipeline.definitions import defs
from invoiceflow_pipeline.defs import failure_events, jobs, sensors
from invoiceflow_pipeline.work import alerting, consuming
from samples.generate import sample_invoices
from tests.rows import accepted, now


@pytest.fixture
def environment(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = system.settings
    assert settings.database_url is not None
    monkeypatch.setenv("INVOICEFLOW_EMBEDDED", "true")
    monkeypatch.setenv("INVOICEFLOW_HOME", str(settings.home))
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("INVOICEFLOW_EXTRACT_WORKERS", "1")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def stop_when(monkeypatch: pytest.MonkeyPatch, condition: Callable[[consuming.Consumption], bool]) -> None:
    """Sends this process SIGTERM once the consumer is that far."""
    run = consuming.Consumption.run

    def watched(self: consuming.Consumption) -> None:
        def watch() -> None:
            while not condition(self):
                if self.stop.wait(0.02):
                    return
            os.kill(os.getpid(), signal.SIGTERM)

        watcher = threading.Thread(target=watch)
        watcher.start()
        run(self)
        watcher.join()

    monkeypatch.setattr(consuming.Consumption, "run", watched)


@pytest.mark.usefixtures("environment")
def test_sample_invoices_are_read_by_a_consumer_run_and_found(
    instance: dg.DagsterInstance, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = list(sample_invoices(seed=3, count=4))
    rows = [accepted(system, sample.pdf, f"{sample.name}.pdf") for sample in samples]
    system.queue.publish([Message(row.id, "c") for row in rows])
    stop_when(monkeypatch, lambda loop: loop.done >= len(rows))
    assert defs.get_job_def("consume_job").execute_in_process(instance=instance).success
    assert system.ingestions.status_counts().completed == len(rows)
    assert len(system.search.search(Search()).hits) == len(rows)
    assert len(instance.get_dynamic_partitions(INVOICES)) == len(rows)


@pytest.mark.usefixtures("environment")
def test_the_ui_materialises_with_the_real_resources_and_passes_over_strange_keys(
    instance: dg.DagsterInstance, system: System
) -> None:
    [sample] = sample_invoices(seed=4, count=1)
    row = accepted(system, sample.pdf)
    instance.add_dynamic_partitions(INVOICES, [str(row.id), "by hand"])
    job = defs.get_repository_def().get_implicit_global_asset_job_def()
    for key in (str(row.id), "by hand"):
        assert job.execute_in_process(instance=instance, partition_key=key).success
    assert system.ingestions.status_counts().completed == 1


def test_a_failed_run_is_an_alert_but_the_end_of_a_consumer_is_not(instance: dg.DagsterInstance) -> None:
    failed = instance.create_run_for_job(jobs.retention_job, status=dg.DagsterRunStatus.STARTED)
    consumer = instance.create_run_for_job(jobs.consume_job, status=dg.DagsterRunStatus.STARTED)
    for run in (failed, consumer):
        instance.report_run_failed(run, "gone")
    alerts, cursor = failure_events.failed_runs(instance, failure_events.Cursor())
    assert [alert.key for alert in alerts] == [f"run:{failed.run_id}"]
    assert "retention_job" in alerts[0].body
    assert failure_events.failed_runs(instance, cursor)[0] == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_alert_waits_while_its_target_is_down_or_unknown(system: System) -> None:
    system.alerts.add([Alert("check:1", "title", "body")], now())
    for url in ("json://127.0.0.1:9", "no-such-scheme://target"):
        assert alerting.send_unsent(system.alerts, [url], now()) == 0
    assert [alert.key for alert in system.alerts.unsent(10)] == ["check:1"]
    assert alerting.send_unsent(system.alerts, [], now()) == 1  # no target: the log is where it went
    assert system.alerts.unsent(10) == []


def test_without_a_target_the_alert_sensor_needs_none(system: System) -> None:
    assert sensors._urls(system.settings) == ()
