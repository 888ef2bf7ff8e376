"""What an operator sees of each invoice's check: passes are written many at once, and look as Dagster's own do."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, RecordedFailure
from invoiceflow_pipeline import alerting, events
from invoiceflow_pipeline.events import CHECK, DagsterJournal, delete_partition_keys
from invoiceflow_pipeline.partitions import INVOICES
from invoiceflow_pipeline.processing import STEPS, Outcome
from tests.rows import added, new_id

KEY = dg.AssetCheckKey(dg.AssetKey("extracted"), CHECK)
BROKEN = RecordedFailure("file.corrupted", "The PDF is damaged and cannot be opened.", transient=False)


@pytest.fixture(params=["memory", "postgresql"])
def instance(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, empty_database_url: str
) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "500")
    url = empty_database_url.replace("postgresql://", "postgresql+psycopg2://")
    stored = {"storage": {"postgres": {"postgres_url": url}}}
    with ExitStack() as stack:
        on_memory = request.param == "memory"
        opened = dg.DagsterInstance.ephemeral() if on_memory else dg.instance_for_test(overrides=stored)
        yield stack.enter_context(opened)


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
        for _ in range(times):
            DagsterJournal(context).record(outcomes)

    in_step(instance, work)


def executions(instance: dg.DagsterInstance, limit: int = 5000) -> list[AssetCheckExecutionRecord]:
    return list(instance.event_log_storage.get_asset_check_execution_history(KEY, limit=limit))


def statuses(instance: dg.DagsterInstance) -> dict[str, str]:
    """Of each partition, as the UI asks for them."""
    known = instance.event_log_storage.get_asset_check_partition_info([KEY])
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


def test_a_failure_in_the_run_in_which_the_invoice_passed_is_the_newest_that_is_shown(
    instance: dg.DagsterInstance, system: System
) -> None:
    rows = many(added(system.ingestions), 3)

    def work(context: dg.OpExecutionContext) -> None:
        DagsterJournal(context).record([Outcome(row, STEPS) for row in rows])
        DagsterJournal(context).record([Outcome(rows[0], (), failure=BROKEN)])

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
        DagsterJournal(context).record([Outcome(ours, STEPS, failure=failure)])
        evaluation = events._check(Outcome(theirs, STEPS, failure=failure))
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


def test_failures_are_told_of_though_thousands_passed_before_them(instance: dg.DagsterInstance, system: System) -> None:
    good = many(added(system.ingestions), 1200)
    record(instance, [Outcome(row, STEPS) for row in good] + [Outcome(replace(good[0], id=new_id()), (), failure=BROKEN)])
    [alert], cursor = alerting.failed_checks(instance, alerting.Cursor())
    assert "file.corrupted" in alert.body
    assert alerting.failed_checks(instance, cursor) == ([], cursor)


def test_what_the_check_said_goes_with_the_partition_key(instance: dg.DagsterInstance, system: System) -> None:
    rows = many(added(system.ingestions), 5)
    record(instance, [Outcome(row, STEPS) for row in rows])
    delete_partition_keys(instance, INVOICES, [str(row.id) for row in rows[:3]])
    assert set(statuses(instance)) == {str(row.id) for row in rows[3:]}


def as_told(entry: dg.EventLogEntry, row: Ingestion) -> list[str]:
    """All that a log entry says but when and by which process, whichever the row."""
    event = entry.dagster_event
    assert event is not None
    same = event._replace(event_specific_data=None, pid=None)
    plain = entry._replace(dagster_event=None, timestamp=0.0)
    return [str(same), str(plain), str(event.event_specific_data).replace(str(row.id), "ID")]
