"""What is put aside, on both queues: the sweep makes FAILED rows of dead letters, redrive sends letters and rows back."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus
from invoiceflow.ports.ingest_queue import IngestQueue, Message
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_pipeline.work import housekeeping
from invoiceflow_pipeline.work.redrive import Redriven, redrive
from tests.contracts.test_ingest_queue import ids, received
from tests.pipeline.working import Recorded
from tests.rows import added, now

CODE = housekeeping.GAVE_UP.code


@pytest.fixture
def system_on(system: System, queue: IngestQueue) -> System:
    """The system, on each queue in turn."""
    return replace(system, queue=queue)


def dead_letter(system: System, wait_until: Callable[..., None], before: int = 0) -> Ingestion:
    row = added(system.ingestions)
    system.queue.publish([Message(row.id, row.correlation_id)])
    for _ in range(5):
        with system.queue.consumer(1) as consumer:
            assert received(consumer, 1)
    with system.queue.consumer(1) as consumer:  # one more look finds it worn out
        wait_until(lambda: consumer.receive(1, wait=0.2) == [] and system.queue.depth().dead == before + 1)
    return row


def send_back(system: System, limit: int = 1000) -> Redriven:
    return redrive(system, CODE, limit, "redriven", now, lambda _: None)


def waiting(system: System) -> list[UUID]:
    with system.queue.consumer(100) as consumer:
        deliveries = consumer.receive(100, wait=2)
        deliveries += consumer.receive(100, wait=0.3)
        consumer.acknowledge(deliveries)
    return ids(deliveries)


def status(system: System, row: Ingestion) -> IngestionStatus:
    found = system.ingestions.get(row.id)
    assert found is not None
    return found.status


def test_the_sweep_makes_a_failed_row_of_a_dead_letter_and_removes_it(
    system_on: System, wait_until: Callable[..., None]
) -> None:
    row = dead_letter(system_on, wait_until)
    assert housekeeping.fail_dead_letters(system_on, Recorded(), now()) == 1
    assert status(system_on, row) is IngestionStatus.FAILED
    wait_until(lambda: system_on.queue.depth().dead == 0)


def test_a_dead_letter_becomes_a_message_again_with_all_its_deliveries_before_it(
    system_on: System, wait_until: Callable[..., None]
) -> None:
    row = dead_letter(system_on, wait_until)
    assert send_back(system_on) == Redriven(letters=1, rows=0)
    wait_until(lambda: system_on.queue.depth().dead == 0)
    with system_on.queue.consumer(1) as consumer:
        [delivery] = received(consumer, 1)
        assert (delivery.message.request_id, delivery.delivery_count) == (row.id, 1)
        consumer.acknowledge([delivery])


def test_an_invoice_that_was_swept_is_pending_again_and_has_its_message(
    system_on: System, wait_until: Callable[..., None]
) -> None:
    row = dead_letter(system_on, wait_until)
    housekeeping.fail_dead_letters(system_on, Recorded(), now())
    assert send_back(system_on) == Redriven(letters=0, rows=1)
    assert status(system_on, row) is IngestionStatus.PENDING
    assert waiting(system_on) == [row.id]


def test_no_more_than_the_limit_are_sent_back(system_on: System, wait_until: Callable[..., None]) -> None:
    for before in range(2):
        dead_letter(system_on, wait_until, before)
    assert send_back(system_on, limit=1) == Redriven(letters=1, rows=0)
    wait_until(lambda: system_on.queue.depth().dead == 1)


def test_cut_off_after_the_message_was_sent_it_is_sent_once_more_and_nothing_is_lost(
    system_on: System, wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dead_letter(system_on, wait_until)

    def killed(limit: int) -> list[Message]:
        raise Unavailable("queue", "cut off")

    with monkeypatch.context() as patch:
        patch.setattr(system_on.queue, "take_dead_letters", killed)
        with pytest.raises(Unavailable):
            send_back(system_on)
    wait_until(lambda: system_on.queue.depth().dead == 1)
    assert send_back(system_on).letters == 1
    assert waiting(system_on) == [row.id, row.id]


def test_an_invoice_whose_message_could_not_be_sent_is_left_to_the_schedule(
    system_on: System, wait_until: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = dead_letter(system_on, wait_until)
    housekeeping.fail_dead_letters(system_on, Recorded(), now())

    def away(messages: object) -> None:
        raise Unavailable("queue", "away")

    monkeypatch.setattr(system_on.queue, "publish", away)
    with pytest.raises(Unavailable):
        send_back(system_on)
    found = system_on.ingestions.get(row.id)
    assert found is not None
    assert (found.status, found.published_at) == (IngestionStatus.PENDING, None)


def test_what_fails_again_meanwhile_is_not_sent_round_and_round(system_on: System, wait_until: Callable[..., None]) -> None:
    row = dead_letter(system_on, wait_until)
    housekeeping.fail_dead_letters(system_on, Recorded(), now())
    rounds = 0

    def failing_at_once(_: int) -> None:
        nonlocal rounds
        rounds += 1
        system_on.ingestions.fail_dead_letters([row.id], housekeeping.GAVE_UP, now())

    assert redrive(system_on, CODE, 1000, "redriven", now, failing_at_once) == Redriven(letters=0, rows=1)
    assert rounds == 1
