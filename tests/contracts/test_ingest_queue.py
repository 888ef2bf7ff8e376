"""The contract of `IngestQueue`, on the embedded queue and on RabbitMQ; what only one promises has a file of its own."""

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from invoiceflow.ports.ingest_queue import Delivery, IngestQueue, Message, QueueConsumer, QueueDepth
from tests.contracts.queue_history import QueueHistory
from tests.rows import new_id

HOLD = """
import sys, time
with queue.consumer(100) as consumer:
    print(len(consumer.receive(100, wait=5)), flush=True)
    time.sleep(600)
"""

WaitUntil = Callable[..., None]


def received(consumer: QueueConsumer, count: int) -> list[Delivery]:
    """So many, however they come: a queue that pushes may bring them one after the other."""
    got: list[Delivery] = []
    deadline = time.monotonic() + 5
    while len(got) < count and time.monotonic() < deadline:
        got += consumer.receive(count - len(got), wait=1)
    return got


def counted(depth: QueueDepth) -> tuple[int, int, int]:
    """What every queue tells."""
    return depth.waiting, depth.consumers, depth.dead


def published(queue: IngestQueue, count: int) -> list[UUID]:
    messages = [Message(new_id(), f"c{n}") for n in range(count)]
    queue.publish(messages)
    return [message.request_id for message in messages]


def ids(deliveries: list[Delivery]) -> list[UUID]:
    return [delivery.message.request_id for delivery in deliveries]


def test_messages_come_in_the_order_they_were_sent_with_their_correlation_id(queue: IngestQueue) -> None:
    sent = published(queue, 5)
    with queue.consumer(10) as consumer:
        got = received(consumer, 5)
    assert ids(got) == sent
    assert [delivery.message.correlation_id for delivery in got] == ["c0", "c1", "c2", "c3", "c4"]
    assert {delivery.delivery_count for delivery in got} == {1}


def test_an_acknowledged_message_never_comes_again(queue: IngestQueue, wait_until: WaitUntil) -> None:
    published(queue, 3)
    with queue.consumer(10) as consumer:
        consumer.acknowledge(received(consumer, 3))
    with queue.consumer(10) as consumer:
        assert consumer.receive(10, wait=0.2) == []
    wait_until(lambda: counted(queue.depth()) == (0, 0, 0))


def test_a_consumer_holds_no_more_than_its_prefetch(queue: IngestQueue) -> None:
    published(queue, 10)
    with queue.consumer(4) as consumer:
        first = received(consumer, 4)
        assert len(first) == 4
        assert consumer.receive(10, wait=0.2) == []
        consumer.acknowledge(first[:1])
        assert len(consumer.receive(10, wait=1)) == 1


def test_two_consumers_never_hold_the_same_message(queue: IngestQueue) -> None:
    sent = published(queue, 300)
    got: list[UUID] = []

    def consume() -> None:
        with queue.consumer(50) as consumer:
            while deliveries := consumer.receive(7, wait=0.3):
                got.extend(ids(deliveries))
                consumer.acknowledge(deliveries)

    threads = [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(sent)


def test_a_consumer_that_leaves_gives_back_what_it_had_not_acknowledged(queue: IngestQueue) -> None:
    sent = published(queue, 3)
    with queue.consumer(10) as consumer:
        consumer.acknowledge(received(consumer, 3)[:1])
    with queue.consumer(10) as consumer:
        again = received(consumer, 2)
    assert ids(again) == sent[1:]
    assert {delivery.delivery_count for delivery in again} == {2}


def test_a_killed_process_gives_its_messages_back_within_a_second(
    queue: IngestQueue, queue_program: list[str], wait_until: WaitUntil
) -> None:
    sent = published(queue, 3)
    opening, *arguments = queue_program
    other = subprocess.Popen(
        [sys.executable, "-c", opening + HOLD, *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", os.environ.get("PYTHONPATH", "")])},
    )
    assert other.stdout is not None
    with other.stdout:
        assert int(other.stdout.readline()) >= 1
        wait_until(lambda: counted(queue.depth()) == (0, 1, 0))
        assert queue.depth().unacknowledged in (3, None)
        with queue.consumer(10) as consumer:
            assert consumer.receive(10, wait=0.1) == []
            other.send_signal(signal.SIGKILL)
            started = time.monotonic()
            assert ids(received(consumer, 3)) == sent
            assert time.monotonic() - started < 1
    other.wait()


def test_messages_given_back_come_again_and_it_does_not_count(queue: IngestQueue, wait_until: WaitUntil) -> None:
    published(queue, 2)
    with queue.consumer(10) as consumer:
        for _ in range(8):
            got = received(consumer, 2)
            assert [delivery.delivery_count for delivery in got] == [1, 1]
            consumer.give_back(got)
    wait_until(lambda: queue.depth().waiting == 2)


def test_what_was_given_back_is_put_aside_after_as_many_deliveries_as_anything_else(
    queue: IngestQueue, wait_until: WaitUntil
) -> None:
    published(queue, 1)
    counts = []
    for _ in range(5):
        with queue.consumer(10) as consumer:
            first = received(consumer, 1)
            consumer.give_back(first)
            counts += [delivery.delivery_count for delivery in [*first, *received(consumer, 1)]]
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    with queue.consumer(10) as consumer:
        assert consumer.receive(10, wait=0.2) == []
        wait_until(lambda: queue.depth().dead == 1)


def test_a_message_that_came_back_too_often_is_put_aside(queue: IngestQueue, wait_until: WaitUntil) -> None:
    [poison] = published(queue, 1)
    for count in range(1, 6):
        with queue.consumer(10) as consumer:
            assert [d.delivery_count for d in consumer.receive(10, wait=1)] == [count]
    with queue.consumer(10) as consumer:
        assert consumer.receive(10, wait=0.2) == []
    wait_until(lambda: counted(queue.depth()) == (0, 0, 1))
    assert [letter.request_id for letter in queue.peek_dead_letters(10)] == [poison]
    assert [letter.request_id for letter in queue.take_dead_letters(10)] == [poison]
    assert queue.take_dead_letters(10) == []


def test_a_waiting_consumer_is_woken_at_once(queue: IngestQueue) -> None:
    late: list[float] = []
    with queue.consumer(100) as consumer:
        for _ in range(9):
            sent: list[float] = []
            publisher = threading.Timer(0.05, lambda sent=sent: (sent.append(time.monotonic()), published(queue, 1)))
            publisher.start()
            assert len(consumer.receive(10, wait=10)) == 1
            late.append(time.monotonic() - sent[0])
            publisher.join()
    assert statistics.median(late) < 0.05


def test_notifications_of_messages_long_taken_wake_nobody(queue: IngestQueue) -> None:
    with queue.consumer(1000) as consumer:
        for _ in range(30):
            published(queue, 1)
        while got := consumer.receive(100, wait=0.1):
            consumer.acknowledge(got)
        started = time.monotonic()
        assert consumer.receive(100, wait=0.3) == []
        assert time.monotonic() - started >= 0.3


def test_nothing_published_and_nothing_given_back_is_no_error(queue: IngestQueue) -> None:
    queue.publish([])
    with queue.consumer(10) as consumer:
        consumer.acknowledge([])
        consumer.give_back([])
        consumer.keep_alive()
        assert consumer.receive(10, wait=0) == []
    assert counted(queue.depth())[::2] == (0, 0)


def test_any_order_of_events_keeps_every_message_in_one_place(queue: IngestQueue) -> None:
    """Random histories of two consumers against a model: who holds what, how often it came."""

    class OfThisQueue(QueueHistory):
        def __init__(self) -> None:
            super().__init__(queue)

    few = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(OfThisQueue, settings=few)


def test_many_threads_may_publish_at_once(queue: IngestQueue, wait_until: WaitUntil) -> None:
    threads = [threading.Thread(target=lambda: [published(queue, 1) for _ in range(20)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: queue.depth().waiting == 160)


def test_every_live_consumer_is_counted_and_no_dead_one(queue: IngestQueue, wait_until: WaitUntil) -> None:
    with queue.consumer(1), queue.consumer(1):
        wait_until(lambda: queue.depth().consumers == 2)
    wait_until(lambda: queue.depth().consumers == 0)


def test_a_cancelled_consumer_counts_no_more_once_it_has_settled_what_it_had_received(
    queue: IngestQueue, wait_until: WaitUntil
) -> None:
    sent = published(queue, 3)
    with queue.consumer(2) as leaving:
        [held] = received(leaving, 1)
        leaving.cancel()
        leaving.cancel()  # said twice, it changes nothing
        wait_until(lambda: queue.depth().waiting == 2)
        with queue.consumer(10) as other:
            later = received(other, 2)
            assert sorted(ids(later)) == sorted(sent[1:])
            assert {delivery.delivery_count for delivery in later} == {1}
            other.acknowledge(later)
            assert leaving.receive(10, wait=0.2) == []
            leaving.acknowledge([held])
            wait_until(lambda: queue.depth().consumers == 1)
    wait_until(lambda: counted(queue.depth()) == (0, 0, 0))
