"""What an operator sees of each invoice: its events are written many at once, and look as Dagster's own do."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

import dagster as dg
import psycopg
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context
from dagster._core.events import DagsterEvent
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster_graphql.schema import create_schema
from sqlalchemy.exc import ProgrammingError

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, RecordedFailure
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_pipeline.dagster_storage import event_log, events
from invoiceflow_pipeline.dagster_storage.event_log import delete_partition_keys
from invoiceflow_pipeline.dagster_storage.events import CHECK_KEY, INVOICE_CHECKS, INVOICES, DagsterJournal
from invoiceflow_pipeline.defs import failure_events
from invoiceflow_pipeline.work.outcomes import STEPS, Outcome
from tests.rows import added, new_id, reading

LINKS = events.Links("http://query.example")
BROKEN = RecordedFailure("file.corrupted", "The PDF is damaged and cannot be opened.", transient=False)


@pytest.fixture(params=["memory", "postgresql"])
def instance(request: pytest.FixtureRequest, empty_database_url: str) -> Iterator[dg.DagsterInstance]:
    on_memory = request.param == "memory"
    with dg.DagsterInstance.ephemeral() if on_memory else stored_in(empty_database_url) as opened:
        yield opened


def stored_in(database_url: str) -> AbstractContextManager[dg.DagsterInstance]:
    url = database_url.replace("postgresql://", "postgresql+psycopg2://")
    # without console output: Dagster leaves what collects it to itself, and pytest counts that against a later test
    quiet = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}
    return dg.instance_for_test(overrides={"storage": {"postgres": {"postgres_url": url}}, "compute_logs": quiet})


def in_step(instance: dg.DagsterInstance, work: Callable[[dg.OpExecutionContext], None]) -> None:
    @dg.op
    def consume(context: dg.OpExecutionContext) -> None:
        work(context)

    @dg.job(executor_def=dg.in_process_executor)
    def consume_job() -> None:
        consume()

    assert consume_job.execute_in_process(instance=instance).success


def record(instance: dg.DagsterInstance, outcomes: Sequence[Outcome], times: int = 1) -> None:
    def work(context: dg.OpExecutionContext) -> None:
        with DagsterJournal(context, LINKS) as journal:
            for _ in range(times):
                journal.record(outcomes)

    in_step(instance, work)


def executions(instance: dg.DagsterInstance, limit: int = 5000) -> list[AssetCheckExecutionRecord]:
    return list(instance.event_log_storage.get_asset_check_execution_history(CHECK_KEY, limit=limit))


def statuses(instance: dg.DagsterInstance) -> dict[str, str]:
    """Of each partition, as the UI asks for them."""
    known = instance.event_log_storage.get_asset_check_partition_info([CHECK_KEY])
    return {str(info.partition_key): info.latest_execution_status.value for info in known}


def many(row: Ingestion, count: int) -> list[Ingestion]:
    return [replace(row, id=new_id()) for _ in range(count)]


def test_each_invoice_of_a_batch_shows_whether_its_check_passed(instance: dg.DagsterInstance, system: System) -> None:
    good = many(added(system.ingestions), 150)
    bad = many(good[0], 2)
    outcomes = [Outcome(row, STEPS) for row in good] + [Outcome(row, ("raw",), failure=BROKEN) for row in bad]
    record(instance, outcomes, times=2)  # done again after a crash
    shown = statuses(instance)
    assert {key for key, status in shown.items() if status == "SUCCEEDED"} == {str(row.id) for row in good}
    assert {key for key, status in shown.items() if status == "FAILED"} == {str(row.id) for row in bad}
    assert len(executions(instance)) == len(outcomes)  # one each, though it was done twice
    record(instance, [Outcome(row, STEPS) for row in bad])
    assert set(statuses(instance).values()) == {"SUCCEEDED"}  # repaired


@pytest.mark.parametrize("instance", ["postgresql"], indirect=True)  # elsewhere Dagster itself changes the earlier one
def test_a_failure_in_the_run_in_which_the_invoice_passed_is_the_newest_that_is_shown(
    instance: dg.DagsterInstance, system: System
) -> None:
    rows = many(added(system.ingestions), 3)

    def work(context: dg.OpExecutionContext) -> None:
        with DagsterJournal(context, LINKS) as journal:
            journal.record([Outcome(row, STEPS) for row in rows])
            journal.record([Outcome(rows[0], (), failure=BROKEN)])

    in_step(instance, work)
    newest = executions(instance)[0]
    assert (newest.partition, newest.status.value) == (str(rows[0].id), "FAILED")
    assert len(executions(instance)) == 3


@pytest.mark.parametrize("failure", [None, BROKEN], ids=["passed", "failed"])
def test_what_is_written_with_others_is_what_dagster_writes_for_one(
    instance: dg.DagsterInstance, system: System, failure: RecordedFailure | None
) -> None:
    """An upgrade of Dagster that changes what it writes fails here."""
    ours, theirs = many(added(system.ingestions), 2)

    def work(context: dg.OpExecutionContext) -> None:
        with DagsterJournal(context, LINKS) as journal:
            journal.record([Outcome(ours, STEPS, failure=failure)])
        evaluation = events._evaluations(Outcome(theirs, STEPS, failure=failure), LINKS)[0]
        DagsterEvent.asset_check_evaluation(context.get_step_execution_context(), evaluation)

    in_step(instance, work)
    by_key = {str(each.partition): each for each in executions(instance)}
    one, other = by_key[str(ours.id)], by_key[str(theirs.id)]
    assert (one.status, one.run_id) == (other.status, other.run_id)
    assert one.event is not None
    assert other.event is not None
    assert as_told(one.event, ours) == as_told(other.event, theirs)
    wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    logged = instance.event_log_storage.get_event_records(wanted, ascending=True)
    assert [as_told(each.event_log_entry, row) for each, row in zip(logged, (ours, theirs), strict=True)] == [
        as_told(one.event, ours)
    ] * 2
    assert one.event in [each.event_log_entry for each in logged]


def test_a_materialisation_written_with_others_is_what_dagster_writes_for_one(
    instance: dg.DagsterInstance, system: System
) -> None:
    ours, theirs = many(added(system.ingestions), 2)

    def work(context: dg.OpExecutionContext) -> None:
        with DagsterJournal(context, LINKS) as journal:
            journal.record([Outcome(ours, STEPS, reading())])
        for step in STEPS:
            made = events._materialization(step, Outcome(theirs, STEPS, reading()), LINKS)
            DagsterEvent.asset_materialization(context.get_step_execution_context(), made)

    in_step(instance, work)
    log = instance.event_log_storage
    for step in STEPS:
        wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_MATERIALIZATION, asset_key=dg.AssetKey(step))
        one, other = log.get_event_records(wanted, ascending=True)
        assert as_told(one.event_log_entry, ours) == as_told(other.event_log_entry, theirs)
        [record] = log.get_asset_records([dg.AssetKey(step)])
        assert record.asset_entry.last_materialization_record == other
        assert set(log.get_materialized_partitions(dg.AssetKey(step))) == {str(ours.id), str(theirs.id)}


def test_the_newest_of_a_batch_is_each_assets_last_materialisation(instance: dg.DagsterInstance, system: System) -> None:
    *rows, broken = many(added(system.ingestions), 4)
    record(instance, [*(Outcome(row, STEPS) for row in rows), Outcome(broken, ("raw",), failure=BROKEN)])
    last = {}
    for step in STEPS:
        newest = instance.get_latest_materialization_event(dg.AssetKey(step))
        assert newest is not None
        assert newest.asset_materialization is not None
        last[step] = newest.asset_materialization.partition
    assert last["extracted"] == last["indexed"] == str(rows[-1].id)
    assert last["raw"] == str(broken.id)


def test_what_one_writer_has_not_committed_holds_up_the_ids_of_the_next(
    empty_database_url: str, system: System, wait_until: Callable[..., None]
) -> None:
    """Else a reader who goes on from the highest id would never see the lower ones that are committed later."""
    with stored_in(empty_database_url) as instance, psycopg.connect(empty_database_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [event_log.COMMIT_LOCK])
        outcomes = [Outcome(row, STEPS) for row in many(added(system.ingestions), 2)]
        writer = threading.Thread(target=record, args=(instance, outcomes))
        writer.start()
        wait_until(lambda: other.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone())
        [(before,)] = other.execute("SELECT last_value FROM event_logs_id_seq").fetchall()
        other.rollback()
        writer.join()
        wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        assert [each.storage_id > before for each in instance.event_log_storage.get_event_records(wanted)] == [True, True]


def test_a_batch_is_written_whole_or_not_at_all_and_again_after_the_connection_was_lost(
    empty_database_url: str, system: System
) -> None:
    rows = many(added(system.ingestions), 4)

    def work(context: dg.OpExecutionContext) -> None:
        with DagsterJournal(context, LINKS) as journal, psycopg.connect(empty_database_url, autocommit=True) as other:
            journal.record([Outcome(rows[0], STEPS)])
            other.execute("ALTER TABLE asset_check_executions RENAME TO away")  # what is written last fails
            with pytest.raises(ProgrammingError):
                journal.record([Outcome(row, STEPS) for row in rows[1:]])
            other.execute("ALTER TABLE away RENAME TO asset_check_executions")
            kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            other.execute(f"{kill} AND pid <> pg_backend_pid()")
            with pytest.raises(Unavailable):
                journal.record([Outcome(row, STEPS) for row in rows[1:]])
            journal.record([Outcome(row, STEPS) for row in rows[1:]])

    with stored_in(empty_database_url) as instance:
        in_step(instance, work)
        for step in STEPS:
            wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_MATERIALIZATION, asset_key=dg.AssetKey(step))
            written = [each.partition_key for each in instance.event_log_storage.get_event_records(wanted, ascending=True)]
            assert written == [str(row.id) for row in rows]
        assert len(executions(instance)) == len(rows)
        with psycopg.connect(empty_database_url) as other:  # the row of each transaction knows it
            of_batches = "SELECT count(DISTINCT xmin::text) FROM event_logs WHERE dagster_event_type = 'ASSET_MATERIALIZATION'"
            assert other.execute(of_batches).fetchone() == (2,)


def test_failures_are_told_of_though_thousands_passed_before_them(instance: dg.DagsterInstance, system: System) -> None:
    good = many(added(system.ingestions), 1200)
    record(instance, [Outcome(row, STEPS) for row in good] + [Outcome(replace(good[0], id=new_id()), (), failure=BROKEN)])
    [alert], cursor = failure_events.failed_checks(instance, failure_events.Cursor())
    assert "file.corrupted" in alert.body
    assert failure_events.failed_checks(instance, cursor) == ([], cursor)


def test_what_the_check_said_goes_with_the_partition_key(instance: dg.DagsterInstance, system: System) -> None:
    rows = many(added(system.ingestions), 5)
    record(instance, [Outcome(row, STEPS) for row in rows])
    delete_partition_keys(instance, INVOICES, [str(row.id) for row in rows[:3]], INVOICE_CHECKS)
    assert set(statuses(instance)) == {str(row.id) for row in rows[3:]}


def as_told(entry: dg.EventLogEntry, row: Ingestion) -> list[str]:
    """All that a log entry says but when, by which process and about which materialisation, whichever the row."""
    event = entry.dagster_event
    assert event is not None
    same = event._replace(event_specific_data=None, pid=None)
    plain = entry._replace(dagster_event=None, timestamp=0.0)
    said = re.sub(r"target_materialization_data=(None|Asset\w+\(.*?\))", "", str(event.event_specific_data))
    return [str(same), str(plain), said.replace(str(row.id), "ID")]


PARTITION_STATUSES = """query ($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks { name partitionStatuses { ... on AssetCheckDefaultPartitionStatuses {
    succeededPartitions failedPartitions } } } } } } } }"""


def partitions_tab(instance: dg.DagsterInstance) -> dict[str, set[str]]:
    """What the Partitions tab of the check shows, by the query that Dagster's page sends."""
    target = ModuleTarget(
        "invoiceflow_pipeline.definitions", attribute=None, working_directory=None, location_name="invoiceflow"
    )
    with WorkspaceProcessContext(instance, target) as workspace:
        context = workspace.create_request_context()
        variables = {"key": {"path": ["extracted"]}}
        schema = create_schema()
        with partition_loading_context(dynamic_partitions_store=instance):
            answer = asyncio.run(schema.execute_async(PARTITION_STATUSES, variables=variables, context_value=context))
        assert answer.errors is None
    [check] = [one for one in answer.data["assetNodeOrError"]["assetChecksOrError"]["checks"] if one["name"] == CHECK_KEY.name]
    return {state.removesuffix("Partitions"): set(keys) for state, keys in check["partitionStatuses"].items()}


@pytest.mark.parametrize("instance", ["postgresql"], indirect=True)
def test_the_partitions_tab_of_the_check_shows_each_invoice_as_passed_or_failed(
    instance: dg.DagsterInstance, system: System
) -> None:
    good, never_read, failed_on_reread, repaired = many(added(system.ingestions), 4)
    record(instance, [Outcome(row, STEPS) for row in (good, failed_on_reread)])
    record(instance, [Outcome(row, ("raw",), failure=BROKEN) for row in (never_read, failed_on_reread, repaired)])
    record(instance, [Outcome(repaired, STEPS)])
    assert partitions_tab(instance) == {
        "succeeded": {str(good.id), str(repaired.id)},
        "failed": {str(never_read.id), str(failed_on_reread.id)},
    }
    record(instance, [Outcome(failed_on_reread, STEPS), Outcome(good, STEPS)])
    delete_partition_keys(instance, INVOICES, [str(never_read.id)], INVOICE_CHECKS)
    assert partitions_tab(instance) == {
        "succeeded": {str(row.id) for row in (good, repaired, failed_on_reread)},
        "failed": set(),
    }
