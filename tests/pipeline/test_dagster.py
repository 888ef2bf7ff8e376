"""What Dagster is shown, and what a person at its UI can do: events, checks, materialising, sensors, schedules."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus, RecordedFailure
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.ingest_queue import Message, QueueDepth
from invoiceflow.ports.ingestion_repository import Failed
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import Settings
from invoiceflow_pipeline.dagster_storage.events import CHECK, FINDINGS_CHECK, INVOICES
from invoiceflow_pipeline.definitions import defs
from invoiceflow_pipeline.defs import checks as checks_of_all
from invoiceflow_pipeline.defs import jobs, resources, retention, schedules, sensors
from invoiceflow_pipeline.defs.resources import Pipeline
from invoiceflow_pipeline.work import housekeeping
from tests.pipeline.materializing import keeping, materialize
from tests.rows import accepted, added, completed, new_id, now


def materialized(instance: dg.DagsterInstance, asset: str) -> list[str | None]:
    records = instance.fetch_materializations(dg.AssetKey(asset), limit=50).records
    return [record.partition_key for record in records]


def checks(instance: dg.DagsterInstance) -> list[tuple[str | None, bool]]:
    wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    found = []
    for entry in instance.event_log_storage.get_event_records(wanted, ascending=True):
        event = entry.event_log_entry.dagster_event
        assert event is not None
        evaluation = event.asset_check_evaluation_data
        if evaluation.check_name == CHECK:
            found.append((evaluation.partition, evaluation.passed))
    return found


def test_every_definition_can_be_loaded() -> None:
    repository = defs.get_repository_def()
    assert {job.name for job in repository.get_all_jobs()} >= {
        "consume_job",
        "reprocess_job",
        "sweep_job",
        "compare_job",
        "retention_job",
    }
    assert {key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()} == {"raw", "extracted", "indexed"}
    names = {key.name for key in repository.asset_graph.asset_check_keys}
    assert names == {CHECK, FINDINGS_CHECK, *(check.check_key.name for check in checks_of_all.ALL)}


def test_a_person_can_materialise_one_invoice(instance: dg.DagsterInstance, pipeline: Pipeline) -> None:
    row = accepted(pipeline.system, b"RE-1")
    materialize(instance, pipeline, row)
    for asset in ("raw", "extracted", "indexed"):
        assert materialized(instance, asset) == [str(row.id)]
    assert checks(instance) == [(str(row.id), True)]
    event = instance.get_latest_materialization_event(dg.AssetKey("extracted"))
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert (metadata["number"].value, metadata["total"].value) == ("RE-1", 119.0)


def test_a_failed_invoice_shows_a_failed_check_and_passes_once_it_is_repaired(
    instance: dg.DagsterInstance, pipeline: Pipeline
) -> None:
    system = pipeline.system
    row = accepted(system, b"broken")
    materialize(instance, pipeline, row)
    assert materialized(instance, "raw") == [str(row.id)]
    assert materialized(instance, "extracted") == []
    (system.settings.home / "objects" / row.s3_key).write_bytes(b"RE-2")
    with system.database.transaction("test") as connection:
        connection.execute("UPDATE ingestions SET sha256 = %s", [hashlib.sha256(b"RE-2").hexdigest()])
    materialize(instance, pipeline, row)
    assert checks(instance) == [(str(row.id), False), (str(row.id), True)]
    after = system.ingestions.get(row.id)
    assert after is not None
    assert after.status is IngestionStatus.COMPLETED
    assert materialized(instance, "indexed") == [str(row.id)]


def test_indexed_alone_can_be_materialised(instance: dg.DagsterInstance, pipeline: Pipeline) -> None:
    row = accepted(pipeline.system, b"RE-3")
    materialize(instance, pipeline, row)
    materialize(instance, pipeline, row, ["indexed"])
    assert len(materialized(instance, "indexed")) == 2
    assert len(materialized(instance, "extracted")) == 1
    [hit] = pipeline.system.search.search(Search(q="RE-3")).hits
    assert hit["revision"] == 2


def test_a_consumer_run_ends_well_when_it_is_told_to_stop(
    instance: dg.DagsterInstance, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [accepted(pipeline.system, b"RE-%d" % n) for n in range(5)]
    pipeline.system.queue.publish([Message(row.id, "c") for row in rows])
    from invoiceflow_pipeline.work import consuming

    def done_then_stop(self: consuming.Consumption) -> None:
        import os
        import signal
        import threading

        def watch() -> None:
            while self.done < 5:
                self.stop.wait(0.05)
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=watch).start()
        run(self)

    run = consuming.Consumption.run
    monkeypatch.setattr(consuming.Consumption, "run", done_then_stop)
    result = jobs.consume_job.execute_in_process(instance=instance, resources={"pipeline": pipeline})
    assert result.success
    assert sorted(materialized(instance, "indexed"), key=str) == sorted(str(row.id) for row in rows)
    assert instance.has_dynamic_partition(INVOICES, str(rows[0].id))
    assert pipeline.system.queue.depth() == QueueDepth(0, 0, 0, 0)


def test_the_queue_sensor_asks_for_a_consumer_and_no_more_while_one_starts(
    instance: dg.DagsterInstance, system: System
) -> None:
    def tick() -> object:
        with dg.build_sensor_context(instance=instance) as context:
            return sensors.invoice_queue(keeping(system))(context)

    asked = tick()
    assert isinstance(asked, dg.SensorResult)
    assert asked.run_requests is not None
    [request] = asked.run_requests
    assert request.tags == {jobs.STATE: jobs.BOOTING}
    with system.queue.consumer(1):
        assert isinstance(tick(), dg.SkipReason)


def test_looks_that_follow_one_another_use_the_connections_of_the_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of their own they would open and close some to every service, each second."""
    monkeypatch.setattr(resources, "load", lambda **_: settings)
    kept = resources.CachedResources(resources.open_for_sensors)
    seen: list[System] = []
    for _ in range(2):
        with dg.build_resources({"cached": resources.cached_system_resource(kept)}) as opened:
            seen.append(opened.cached)
        seen[-1].ingestions.check()
    assert seen[0] is seen[1]
    kept.close()
    with pytest.raises(Unavailable):
        seen[0].ingestions.check()


def test_looks_that_follow_one_another_use_one_instance_of_dagster(system: System) -> None:
    """Each made another, and the code server grew with every one."""
    kept = keeping(system)
    seen: list[dg.DagsterInstance] = []
    with dg.instance_for_test() as instance:
        for _ in range(2):
            with dg.SensorEvaluationContext(instance.get_ref(), None, None, None, None) as context:
                seen.append(kept.instance(context))
                assert isinstance(sensors.ghost_runs(kept)(context), dg.SkipReason)
        assert seen[0] is seen[1]
        kept.close()


def test_a_consumer_run_that_no_longer_says_that_it_lives_is_a_ghost() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    started = at - timedelta(hours=1)
    assert sensors.is_ghost(at - timedelta(minutes=4), started, at)
    assert not sensors.is_ghost(at - timedelta(minutes=1), started, at)
    assert sensors.is_ghost(None, started, at)
    assert not sensors.is_ghost(None, at - timedelta(seconds=30), at)


def test_what_is_due_goes_back_into_the_queue(system: System) -> None:
    old = completed(system.ingestions, version="0")
    later = now() + timedelta(minutes=2)
    assert housekeeping.is_anything_due(system, later)
    assert housekeeping.requeue_due(system, later) == 1
    row = system.ingestions.get(old.id)
    assert row is not None
    assert row.status is IngestionStatus.PENDING
    assert row.published_at is not None
    assert system.queue.depth().waiting == 1
    assert not housekeeping.is_anything_due(system, later)


def test_nothing_is_put_back_while_the_queue_is_deep(system: System) -> None:
    completed(system.ingestions, version="0")
    system.queue.publish([Message(new_id(), "c")] * housekeeping.SHALLOW)
    assert housekeeping.requeue_due(system, now()) == 0


def test_dead_letters_become_failed_rows_with_a_failed_check(instance: dg.DagsterInstance, system: System) -> None:
    row = added(system.ingestions)
    system.queue.publish([Message(row.id, "c")])
    for _ in range(6):
        with system.queue.consumer(1) as consumer:
            consumer.receive(1, wait=0.2)
    assert system.queue.depth().dead == 1
    assert jobs.sweep_job.execute_in_process(instance=instance, resources={"system": system}).success
    after = system.ingestions.get(row.id)
    assert after is not None
    assert after.failure == housekeeping.GAVE_UP
    assert checks(instance) == [(str(row.id), False)]
    assert system.queue.depth().dead == 0


def test_an_object_without_a_row_is_removed_after_a_day(system: System) -> None:
    owned, orphan = accepted(system, b"RE-1"), accepted(system, b"RE-2")
    with system.database.statement("database") as connection:
        connection.execute("DELETE FROM ingestions WHERE id = %s", [orphan.id])
    assert housekeeping.remove_orphans(system, now()) == 0
    assert housekeeping.remove_orphans(system, now() + timedelta(days=2)) == 1
    assert [o.key for o in system.objects.list("raw/")] == [owned.s3_key]


def test_retention_removes_old_keys_and_those_beyond_the_largest_number(instance: dg.DagsterInstance, system: System) -> None:
    rows = [completed(system.ingestions) for _ in range(4)]
    waiting = added(system.ingestions)
    keys = [str(row.id) for row in rows]
    instance.add_dynamic_partitions(INVOICES, [*keys, str(waiting.id)])
    few = system.settings.model_copy(update={"retention_keys": 3})
    limited = replace(system, settings=few)
    assert retention.expire_partitions(instance, INVOICES, system, now()) == 0
    assert retention.expire_partitions(instance, INVOICES, limited, now()) == 2
    assert set(instance.get_dynamic_partitions(INVOICES)) == {*sorted(keys)[2:], str(waiting.id)}
    assert retention.expire_partitions(instance, INVOICES, system, now() + timedelta(days=31)) == 2
    assert instance.get_dynamic_partitions(INVOICES) == [str(waiting.id)]


def test_old_runs_are_removed(instance: dg.DagsterInstance, system: System) -> None:
    jobs.reprocess_job.execute_in_process(instance=instance, resources={"system": system})
    assert retention.expire_runs(instance, system.settings, now()) == 0
    assert retention.expire_runs(instance, system.settings, now() + timedelta(days=31)) == 1


def test_the_console_output_of_old_runs_is_removed_with_them(system: System, tmp_path: Path) -> None:
    local = {"module": "dagster.core.storage.local_compute_log_manager", "class": "LocalComputeLogManager"}
    settings = {"compute_logs": {**local, "config": {"base_dir": str(tmp_path)}}}
    with dg.instance_for_test(overrides=settings) as instance:
        runs = [jobs.reprocess_job.execute_in_process(instance=instance, resources={"system": system}).run_id for _ in range(2)]
        for run_id in runs:
            (tmp_path / run_id / "compute_logs").mkdir(parents=True, exist_ok=True)
            (tmp_path / run_id / "compute_logs" / "x.err").write_text("a line")
        assert retention.expire_runs(instance, system.settings, now() + timedelta(days=31), limit=1) == 1
        assert [path.name for path in tmp_path.iterdir()] == [runs[1]]


def test_a_run_whose_output_cannot_be_removed_is_kept_for_the_next_time(
    instance: dg.DagsterInstance, system: System, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    jobs.reprocess_job.execute_in_process(instance=instance, resources={"system": system})

    def fails(**_: object) -> None:
        raise OSError("the bucket does not answer")

    monkeypatch.setattr(instance.compute_log_manager, "delete_logs", fails)
    assert retention.expire_runs(instance, system.settings, now() + timedelta(days=31)) == 0
    assert "the bucket does not answer" in caplog.text
    monkeypatch.undo()
    assert retention.expire_runs(instance, system.settings, now() + timedelta(days=31)) == 1


def test_schedules_start_a_run_only_when_there_is_something_to_do(instance: dg.DagsterInstance, system: System) -> None:
    at = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

    def tick(schedule: Callable[..., object]) -> object:
        with dg.build_schedule_context(instance=instance, resources={"cached": system}, scheduled_execution_time=at) as context:
            return schedule(context)

    assert isinstance(tick(schedules.reprocess_due), dg.SkipReason)
    assert isinstance(tick(schedules.sweeper), dg.SkipReason)
    completed(system.ingestions, version="0")
    assert isinstance(tick(schedules.reprocess_due), dg.RunRequest)


def test_a_person_reads_failed_invoices_again_by_code_and_age(instance: dg.DagsterInstance, system: System) -> None:
    def failed(code: str) -> Ingestion:
        [claimed] = system.ingestions.claim([added(system.ingestions).id], "run")
        failure = RecordedFailure(code, "text", transient=False)
        system.ingestions.finish([Failed(claimed.id, claimed.revision, failure, None)], now())
        return claimed

    slow, broken, good = failed("extraction.timeout"), failed("file.corrupted"), completed(system.ingestions)

    def run(**config: object) -> None:
        ops = {"requeue_failed": {"config": config}}
        result = jobs.reprocess_failed_job.execute_in_process(
            run_config={"ops": ops}, instance=instance, resources={"system": system}
        )
        assert result.success

    def pending() -> set[object]:
        rows = system.ingestions.get_many([slow.id, broken.id, good.id])
        return {row.id for row in rows.values() if row.status is IngestionStatus.PENDING}

    run(code="file.unknown")
    assert pending() == set()
    run(code="extraction.timeout")
    assert pending() == {slow.id}
    run(within_hours=1.0)
    assert pending() == {slow.id, broken.id}
    assert system.queue.depth().waiting == 2


def test_only_consumers_are_launched_past_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    launched: list[str] = []
    queued: list[str | None] = []
    queue = {
        "module": "invoiceflow_pipeline.dagster_storage.run_coordinator",
        "class": "ConsumersFirstRunCoordinator",
        "config": {"max_concurrent_runs": 16},
    }
    monkeypatch.setattr(dg.DagsterInstance, "launch_run", lambda _, run_id, __: launched.append(run_id))
    monkeypatch.setattr(dg.DagsterInstance, "report_dagster_event", lambda _, event, **__: queued.append(event.job_name))
    with dg.instance_for_test(overrides={"run_coordinator": queue}) as instance:
        assert isinstance(instance.run_coordinator, QueuedRunCoordinator)  # else the backfill dialog warns
        consumer, other = (
            instance.create_run_for_job(job, status=dg.DagsterRunStatus.NOT_STARTED)
            for job in (jobs.consume_job, jobs.sweep_job)
        )
        monkeypatch.setattr(DagsterEvent, "job_enqueue", lambda run: run)  # it wants to know the code location
        for run in (consumer, other):
            instance.run_coordinator.submit_run(SubmitRunContext(dagster_run=run, workspace=None))  # type: ignore[arg-type]  # not looked at
    assert launched == [consumer.run_id]
    assert queued == ["sweep_job"]


def test_retention_runs_as_a_job(instance: dg.DagsterInstance, system: System) -> None:
    assert jobs.retention_job.execute_in_process(instance=instance, resources={"system": system}).success
