"""A consumer's loop: messages in, acknowledgements out, nothing lost in between."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.sandbox import Sandbox, SandboxLimits
from invoiceflow_pipeline.work import consuming
from invoiceflow_pipeline.work.consuming import Consumption
from invoiceflow_pipeline.work.processing import Processor
from tests.pipeline.working import Recorded, is_drained, make
from tests.rows import accepted, new_id


def consumption(system: System, processor: Processor, **changes: object) -> Consumption:
    settings = system.settings.model_copy(update=changes)
    return Consumption(
        settings=settings,
        queue=system.queue,
        processor=processor,
        journal=Recorded(),
        run_id="run",
        stop=threading.Event(),
        on_leaving=lambda: None,
        on_alive=lambda: None,
    )


@contextmanager
def running(consumption: Consumption) -> Iterator[None]:
    thread = threading.Thread(target=consumption.run)
    thread.start()
    try:
        yield
    finally:
        consumption.stop.set()
        thread.join(20)
        assert not thread.is_alive()


def sent(system: System, contents: Sequence[bytes]) -> list[UUID]:
    ids = [accepted(system, content).id for content in contents]
    system.queue.publish([Message(request_id, "c") for request_id in ids])
    return ids


def cut(system: System) -> None:
    """The connections of consumers."""
    with system.database.transaction("test") as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'invoiceflow-session' AND datname = current_database()"
        )


def test_a_burst_is_worked_through_and_acknowledged(
    system: System, processor: Processor, wait_until: Callable[..., None]
) -> None:
    sent(system, [b"RE-%d" % n for n in range(120)] + [b"broken"] * 3)
    with running(consumption(system, processor, micro_batch=20)):
        wait_until(lambda: system.ingestions.status_counts().completed == 120, 60)
        wait_until(lambda: system.ingestions.status_counts().failed == 3)
        wait_until(lambda: is_drained(system))


def test_a_single_message_is_done_at_once(system: System, processor: Processor, wait_until: Callable[..., None]) -> None:
    with running(consumption(system, processor)):
        sent(system, [b"RE-0"])
        wait_until(lambda: system.ingestions.status_counts().completed == 1)
        started = time.monotonic()
        sent(system, [b"RE-1"])
        wait_until(lambda: system.ingestions.status_counts().completed == 2)
    assert time.monotonic() - started < 2


def test_a_slow_invoice_does_not_hold_back_the_others(
    system: System, processor: Processor, wait_until: Callable[..., None]
) -> None:
    sent(system, [b"hang"] + [b"RE-%d" % n for n in range(10)])
    with running(consumption(system, processor)):
        wait_until(lambda: system.ingestions.status_counts().completed == 10, 2.5)
        assert system.ingestions.status_counts().failed == 0
        wait_until(lambda: system.ingestions.status_counts().failed == 1)


def test_a_message_without_a_row_and_one_that_is_done_are_only_acknowledged(
    system: System, processor: Processor, wait_until: Callable[..., None]
) -> None:
    [done] = sent(system, [b"RE-1"])
    with running(consumption(system, processor)):
        wait_until(lambda: system.ingestions.status_counts().completed == 1)
        system.queue.publish([Message(done, "c"), Message(new_id(), "c")])
        wait_until(lambda: system.queue.depth().waiting == 0)
    row = system.ingestions.get(done)
    assert row is not None
    assert row.revision == 1


def test_what_takes_long_is_not_queued_again_and_its_message_is_not_held_for_ever(
    system: System, wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ ends who holds a message for half an hour; a row without progress is queued again after some minutes."""
    monkeypatch.setattr(consuming, "LONGEST_HELD_SECONDS", 0.1)
    monkeypatch.setattr(consuming, "KEEP_ALIVE_SECONDS", 0.05)
    sandbox = Sandbox(1, SandboxLimits(memory_bytes=1 << 31, wall_seconds=5.0))
    processor = make(system, sandbox)
    [slow] = sent(system, [b"hang"])

    def row() -> Ingestion:
        found = system.ingestions.get(slow)
        assert found is not None
        return found

    with running(consumption(system, processor, stale_minutes=0.4 / 60)):
        wait_until(lambda: row().status == "PROCESSING")
        wait_until(lambda: is_drained(system))
        for _ in range(3):  # its row says again and again that somebody works on it
            before = row().updated_at
            wait_until(lambda since=before: row().updated_at > since)
            assert row().status == "PROCESSING"
        wait_until(lambda: row().status == "FAILED")
    failure = row().failure
    assert failure is not None
    assert (row().attempts, failure.code) == (1, "extraction.timeout")
    processor.close()
    sandbox.close()


def test_a_stop_gives_back_what_is_not_done(system: System, wait_until: Callable[..., None]) -> None:
    sandbox = Sandbox(1, SandboxLimits(memory_bytes=1 << 31, wall_seconds=60.0))
    processor = make(system, sandbox)
    sent(system, [b"hang"] * 4)
    with running(consumption(system, processor)):
        wait_until(lambda: system.queue.depth().unacknowledged == 4)
    assert system.queue.depth().waiting == 4
    processor.close()
    sandbox.close()


def test_an_index_that_is_away_holds_the_batch_and_counts_against_nobody(
    system: System, sandbox: Sandbox, wait_until: Callable[..., None]
) -> None:
    away = threading.Event()
    away.set()

    class Search:
        def write(self, documents: Sequence[object]) -> dict[UUID, str]:
            if away.is_set():
                raise Unavailable("search", "away")
            return system.search.write(documents)  # type: ignore[arg-type]  # handed on as they came

    processor = make(replace(system, search=Search()), sandbox)  # type: ignore[arg-type]  # only write is asked for
    [request_id] = sent(system, [b"RE-1"])
    with running(consumption(system, processor)):
        wait_until(lambda: system.ingestions.status_counts().processing == 1)
        away.clear()
        wait_until(lambda: system.ingestions.status_counts().completed == 1)
    processor.close()
    row = system.ingestions.get(request_id)
    assert row is not None
    assert row.attempts == 1


def test_an_object_store_that_is_away_holds_the_batch_and_does_not_keep_a_run_from_its_end(
    system: System, sandbox: Sandbox, wait_until: Callable[..., None]
) -> None:
    asked: list[str] = []

    class Away:
        def get(self, key: str) -> bytes:
            asked.append(key)
            raise Unavailable("object_store", "away")

    before = set(threading.enumerate())
    processor = make(replace(system, objects=Away()), sandbox)  # type: ignore[arg-type]  # only get is asked for
    sent(system, [b"RE-1", b"RE-2"])
    with running(consumption(system, processor)):
        wait_until(lambda: len(set(asked)) == 2 and len(asked) > 6)
        assert system.ingestions.status_counts().processing == 2
    processor.close()
    wait_until(lambda: not [one for one in set(threading.enumerate()) - before if one.name.startswith("fetch")])
    assert system.queue.depth().waiting == 2


def test_a_lost_queue_connection_is_opened_again(system: System, processor: Processor, wait_until: Callable[..., None]) -> None:
    with running(consumption(system, processor)):
        wait_until(lambda: system.queue.depth().consumers == 1)
        cut(system)
        sent(system, [b"RE-1"])
        wait_until(lambda: system.ingestions.status_counts().completed == 1)


def test_it_is_said_once_and_only_of_what_the_queue_counts_that_a_run_consumes(
    system: System, processor: Processor, wait_until: Callable[..., None]
) -> None:
    counted: list[int] = []
    one = consumption(system, processor)
    one.on_consuming = lambda: counted.append(system.queue.depth().consumers)
    with running(one):
        wait_until(lambda: bool(counted))  # that the queue counts it may be seen before the run has asked
        cut(system)
        sent(system, [b"RE-1"])
        wait_until(lambda: system.ingestions.status_counts().completed == 1)
    assert counted == [1]


def test_a_run_says_that_it_lives_while_the_queue_is_away(
    system: System, processor: Processor, wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is silent for three minutes is ended as a ghost, which a broker's upgrade may take."""
    monkeypatch.setattr(consuming, "KEEP_ALIVE_SECONDS", 0.05)

    class Away:
        def consumer(self, prefetch: int) -> None:
            raise Unavailable("queue", "away")

    said: list[float] = []

    def say() -> None:
        said.append(time.monotonic())
        raise Unavailable("orchestrator", "away as well")

    one = consumption(replace(system, queue=Away()), processor)  # type: ignore[arg-type]  # only consumer is asked for
    one.on_alive = say
    with running(one):
        wait_until(lambda: len(said) > 2)


def test_two_consumers_do_everything_once(system: System, sandbox: Sandbox, wait_until: Callable[..., None]) -> None:
    one, two = make(system, sandbox), make(system, sandbox)
    first, second = consumption(system, one, micro_batch=5), consumption(system, two, micro_batch=5)
    with running(first), running(second):
        ids = sent(system, [b"RE-%d" % n for n in range(60)])
        wait_until(lambda: system.ingestions.status_counts().completed == 60, 60)
    rows = [system.ingestions.get(request_id) for request_id in ids]
    assert {row.revision for row in rows if row} == {1}
    for processor in (one, two):
        processor.close()


def test_at_its_limit_it_leaves_when_a_successor_lives(system: System, processor: Processor) -> None:
    left: list[bool] = []
    loop = consumption(system, processor, run_max_invoices=10)
    loop.on_leaving = lambda: left.append(True)
    loop.done = 10
    assert not loop.may_leave(consumers=1)
    assert loop.leaving
    assert loop.may_leave(consumers=2)
    assert left == [True]


def test_idle_it_leaves_only_when_it_is_not_needed(system: System, processor: Processor) -> None:
    loop = consumption(system, processor, run_idle_seconds=0.0, min_consumers=1)
    loop.last_message -= 1
    assert not loop.may_leave(consumers=1)
    assert loop.may_leave(consumers=2)
    assert not consumption(system, processor).may_leave(consumers=2)
