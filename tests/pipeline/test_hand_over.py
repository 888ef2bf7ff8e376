"""Consumers that come and go: limits under load, successors, lost connections, Dagster's own storage away."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import dagster as dg
import pytest
from sqlalchemy.exc import OperationalError

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.sandbox import Sandbox
from invoiceflow_pipeline.dagster_storage.event_log import delete_partition_keys, orchestrator
from invoiceflow_pipeline.dagster_storage.events import INVOICE_CHECKS
from invoiceflow_pipeline.dagster_storage.heartbeats import record_heartbeat
from invoiceflow_pipeline.defs import jobs, sensors
from invoiceflow_pipeline.work import housekeeping
from invoiceflow_pipeline.work.consuming import Consumption
from invoiceflow_pipeline.work.outcomes import Outcome
from tests.pipeline.test_consuming import consumption, sent
from tests.pipeline.working import Recorded, is_drained, make
from tests.rows import new_id, now


@contextmanager
def started(loop: Consumption) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield thread
    finally:
        loop.stop.set()
        thread.join(20)
        assert not thread.is_alive()


def test_a_consumer_at_its_limit_works_on_until_a_successor_lives_and_then_leaves_under_load(
    system: System, sandbox: Sandbox, wait_until: Callable[..., None]
) -> None:
    one, two = make(system, sandbox), make(system, sandbox)
    old, new = consumption(system, one, run_max_invoices=5, micro_batch=5), consumption(system, two, micro_batch=5)
    sent(system, [b"RE-%d" % n for n in range(30)])
    with started(old) as thread:
        wait_until(lambda: old.leaving)
        more = 30
        while old.done < 40:  # nobody else is there: no gap
            sent(system, [b"RE-%d" % (more + n) for n in range(10)])
            more += 10
            wait_until(lambda expected=more: system.ingestions.status_counts().completed == expected, 30)
        assert thread.is_alive()
        with started(new):
            wait_until(lambda: system.queue.depth().consumers == 2)
            flood = threading.Event()

            def pour() -> None:
                while not flood.wait(0.05):
                    sent(system, [b"RE-0"] * 5)

            pouring = threading.Thread(target=pour)
            pouring.start()
            try:
                wait_until(lambda: not thread.is_alive(), 20)
            finally:
                flood.set()
                pouring.join()
            wait_until(lambda: system.ingestions.status_counts().pending == 0, 60)
            wait_until(lambda: system.ingestions.status_counts().processing == 0, 60)
    assert system.queue.depth().waiting == 0
    one.close()
    two.close()


def test_two_consumers_at_their_limits_do_not_leave_on_account_of_each_other(system: System, sandbox: Sandbox) -> None:
    processor = make(system, sandbox)
    loop = consumption(system, processor, run_max_invoices=1)
    loop.done = 1
    loop.leaving_runs = lambda: 2
    assert not loop.may_leave(consumers=2)
    assert loop.may_leave(consumers=3)
    processor.close()


def test_what_is_being_read_goes_on_when_the_connection_is_lost(
    system: System, sandbox: Sandbox, wait_until: Callable[..., None]
) -> None:
    processor = make(system, sandbox)
    loop = consumption(system, processor)
    [slow] = sent(system, [b"hang"])
    with started(loop):
        wait_until(lambda: system.ingestions.status_counts().processing == 1)
        with system.database.transaction("test") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'invoiceflow-session' AND datname = current_database()"
            )
        wait_until(lambda: system.ingestions.status_counts().failed == 1, 20)
        wait_until(lambda: is_drained(system))
    row = system.ingestions.get(slow)
    assert row is not None
    assert (row.attempts, row.revision) == (1, 1)
    processor.close()


def test_two_messages_of_one_invoice_are_one_piece_of_work(
    system: System, sandbox: Sandbox, wait_until: Callable[..., None]
) -> None:
    processor = make(system, sandbox)
    [request_id] = sent(system, [b"RE-1"])
    system.queue.publish([Message(request_id, "c")] * 3)
    journal = Recorded()
    loop = consumption(system, processor)
    loop.journal = journal
    with started(loop):
        wait_until(lambda: is_drained(system))
        wait_until(lambda: system.ingestions.status_counts().completed == 1)
    assert [outcome.ingestion.id for outcome in journal.outcomes] == [request_id]
    processor.close()


def test_a_journal_that_is_away_holds_the_rows_back(system: System, sandbox: Sandbox, wait_until: Callable[..., None]) -> None:
    tries = 0
    back = threading.Event()

    class Journal:
        def record(self, outcomes: Sequence[Outcome]) -> None:
            nonlocal tries
            tries += 1
            if not back.is_set():
                raise Unavailable("orchestrator", "away")

    processor = make(system, sandbox)
    loop = consumption(system, processor)
    loop.journal = Journal()
    sent(system, [b"RE-1"])
    with started(loop):
        wait_until(lambda: tries > 1)
        assert system.ingestions.status_counts().processing == 1
        back.set()
        wait_until(lambda: system.ingestions.status_counts().completed == 1)
    processor.close()


def test_a_stop_while_a_service_is_away_loses_nothing(
    system: System, sandbox: Sandbox, wait_until: Callable[..., None]
) -> None:
    tries = threading.Event()

    class Away:
        def record(self, outcomes: Sequence[Outcome]) -> None:
            tries.set()
            raise Unavailable("orchestrator", "away")

    processor = make(system, sandbox)
    loop = consumption(system, processor)
    loop.journal = Away()
    sent(system, [b"RE-1"])
    with started(loop):
        wait_until(tries.is_set)
    assert system.queue.depth().waiting == 1
    processor.close()


def test_errors_of_dagsters_storage_say_that_it_is_away() -> None:
    with pytest.raises(Unavailable, match="orchestrator"), orchestrator():
        raise OperationalError("SELECT 1", None, Exception("server closed the connection"))


def test_a_queue_message_of_an_unknown_invoice_is_acknowledged(
    system: System, sandbox: Sandbox, wait_until: Callable[..., None]
) -> None:
    processor = make(system, sandbox)
    system.queue.publish([Message(new_id(), "c")])
    with started(consumption(system, processor)):
        wait_until(lambda: system.queue.depth().consumers == 1)
        wait_until(lambda: is_drained(system))
    processor.close()


def test_a_run_whose_process_is_gone_is_marked_failed_and_one_that_comes_back_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    at = now() + timedelta(minutes=10)
    monkeypatch.setattr(housekeeping, "now", lambda: at)
    started, cursor = dg.DagsterRunStatus.STARTED, ""
    with dg.DagsterInstance.ephemeral() as instance:
        gone = instance.create_run_for_job(jobs.consume_job, status=started, tags={jobs.STATE: jobs.CONSUMING})
        quiet = instance.create_run_for_job(jobs.consume_job, status=started, tags={jobs.STATE: jobs.CONSUMING})
        for tick in range(2):
            _, cursor = sensors.end_ghosts(instance, cursor)
            if tick == 0:
                record_heartbeat(instance, quiet.run_id, at)
        ended = {run_id: run.status for run_id in (gone.run_id, quiet.run_id) if (run := instance.get_run_by_id(run_id))}
    assert ended == {gone.run_id: dg.DagsterRunStatus.FAILURE, quiet.run_id: started}


def test_many_partition_keys_are_removed_at_once() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        keys = [f"k{n:05}" for n in range(2500)]
        instance.add_dynamic_partitions("invoices", keys)
        instance.add_dynamic_partitions("others", ["k00001"])
        delete_partition_keys(instance, "invoices", keys[:2400], INVOICE_CHECKS)
        assert sorted(instance.get_dynamic_partitions("invoices")) == keys[2400:]
        assert list(instance.get_dynamic_partitions("others")) == ["k00001"]
