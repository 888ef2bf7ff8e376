"""What the RabbitMQ adapter promises beyond the contract of `IngestQueue`: what happens when things fail."""

import itertools
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pika
import pytest

from invoiceflow.adapters.rabbitmq import consumer as consumer_module
from invoiceflow.adapters.rabbitmq.location import RabbitLocation
from invoiceflow.adapters.rabbitmq.queue import RabbitQueue
from invoiceflow.adapters.rabbitmq.topology import Topology, TopologyMismatch
from invoiceflow.ports.ingest_queue import Delivery, Message, QueueConsumer
from invoiceflow.ports.unavailable import Unavailable
from tests.contracts.test_ingest_queue import ids, published, received
from tests.rows import new_id

services = pytest.mark.services


@pytest.fixture
def admin(rabbitmq_url: str) -> Iterator[Any]:
    connection = pika.BlockingConnection(pika.URLParameters(rabbitmq_url.rstrip("/") + "/%2F"))
    yield connection.channel()
    connection.close()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield listener.getsockname()[1]


def at(url: str) -> RabbitQueue:
    return RabbitQueue(RabbitLocation.parse(url))


def is_lost(consumer: QueueConsumer) -> bool:
    try:
        consumer.keep_alive()
    except Unavailable:
        return True
    return False


# -- without a broker --


def test_a_broker_that_is_away_is_unavailable_for_every_call() -> None:
    queue = at("amqp://guest:secret@127.0.0.1:1/")
    calls: list[Callable[[], object]] = [
        lambda: queue.publish([Message(new_id(), "c")]),
        queue.depth,
        queue.check,
        lambda: queue.peek_dead_letters(1),
        lambda: queue.take_dead_letters(1),
    ]
    for call in calls:
        with pytest.raises(Unavailable, match=r"queue: RabbitMQ at 127\.0\.0\.1:1 cannot be reached") as raised:
            call()
        assert "secret" not in str(raised.value)
    with pytest.raises(Unavailable), queue.consumer(1):
        pytest.fail("no consumer can be had")


def test_a_broker_that_never_answers_is_found_out_within_two_seconds(silent_port: int) -> None:
    queue = at(f"amqp://127.0.0.1:{silent_port}/")
    started = time.monotonic()
    with pytest.raises(Unavailable):
        queue.check()
    assert time.monotonic() - started < 2


def test_attempts_to_connect_come_at_growing_distances(silent_port: int) -> None:
    clock = [0.0]
    queue = RabbitQueue(RabbitLocation.parse("amqp://127.0.0.1:1/"), clock=lambda: clock[0])
    attempts: list[float] = []
    seen = queue._link

    def counted(purpose: str) -> Any:
        attempts.append(clock[0])
        return seen(purpose)

    queue._link = counted  # type: ignore[method-assign]  # where an attempt begins
    while clock[0] < 5:
        with pytest.raises(Unavailable):
            queue.check()
        clock[0] += 0.05
    gaps = [later - earlier for earlier, later in itertools.pairwise(attempts)]
    assert gaps[0] < 0.2
    assert sorted(gaps) == pytest.approx(gaps, abs=0.06)
    assert max(gaps) < 0.7  # health would call the queue away when it is back


@pytest.mark.parametrize("url", ["http://host", "amqp://", "host:5672", "amqp://h/?heartbeat=0", ""])
def test_what_is_no_url_of_a_broker_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"amqp|URL"):
        RabbitLocation.parse(url)


def test_a_url_names_nodes_user_virtual_host_and_tls() -> None:
    one, other = RabbitLocation.parse("amqps://u%40x:p%2Fw@mq1/prod%2Feu, amqp://mq2:5673/").nodes
    assert (one.host, one.port, one.user, one.password, one.virtual_host, one.tls) == (
        "mq1",
        5671,
        "u@x",
        "p/w",
        "prod/eu",
        True,
    )
    assert (other.host, other.port, other.user, other.virtual_host, other.tls) == ("mq2", 5673, "guest", "/", False)
    assert "p/w" not in repr(one)


def test_a_tls_connection_is_asked_for_with_a_checked_certificate() -> None:
    location = RabbitLocation.parse("amqps://mq1/")
    options = location.parameters(location.nodes[0], "test").ssl_options
    assert options is not None
    assert options.context.check_hostname
    assert options.server_hostname == "mq1"


# -- with one --


@services
def test_a_queue_with_other_properties_is_a_clear_error(rabbitmq_queue: RabbitQueue, admin: Any, topology: Topology) -> None:
    admin.queue_declare(topology.queue, durable=True)
    for call in (rabbitmq_queue.check, lambda: published(rabbitmq_queue, 1)):
        with pytest.raises(TopologyMismatch, match=r"other properties \(PRECONDITION_FAILED.*RABBITMQ_QUEUE"):
            call()
        time.sleep(0.3)
    with pytest.raises(TopologyMismatch), rabbitmq_queue.consumer(1):
        pytest.fail("no consumer can be had")


@services
def test_a_delivery_limit_of_an_earlier_version_is_noticed(
    rabbitmq_url: str, rabbitmq_queue: RabbitQueue, topology: Topology
) -> None:
    rabbitmq_queue.check()
    other = RabbitQueue(RabbitLocation.parse(rabbitmq_url), Topology(topology.queue, delivery_limit=9))
    with pytest.raises(TopologyMismatch, match="x-delivery-limit"):
        other.check()


@services
def test_a_message_that_no_queue_takes_is_an_error_and_the_queue_is_made_anew(
    rabbitmq_queue: RabbitQueue, admin: Any, topology: Topology
) -> None:
    rabbitmq_queue.check()
    admin.queue_delete(topology.queue)
    with pytest.raises(Unavailable, match="no queue"):
        published(rabbitmq_queue, 3)
    assert len(published(rabbitmq_queue, 2)) == 2
    assert rabbitmq_queue.depth().waiting == 2


@services
def test_a_consumer_whose_queue_is_deleted_says_so(rabbitmq_queue: RabbitQueue, admin: Any, topology: Topology) -> None:
    with rabbitmq_queue.consumer(5) as consumer:
        admin.queue_delete(topology.queue)
        with pytest.raises(Unavailable, match="ended this consumer"):
            consumer.receive(5, wait=5)
    rabbitmq_queue.check()


@services
def test_a_message_of_somebody_else_is_put_aside_and_then_removed(
    rabbitmq_queue: RabbitQueue, admin: Any, topology: Topology, caplog: pytest.LogCaptureFixture
) -> None:
    rabbitmq_queue.check()
    for body in (b"", b"hello", b'{"request_id": 7}', b"[]", b"x" * 100_000):
        admin.basic_publish("", topology.queue, body)
    sent = published(rabbitmq_queue, 1)
    with rabbitmq_queue.consumer(10) as consumer, caplog.at_level(logging.ERROR):
        got = received(consumer, 1)
        assert ids(got) == sent
        consumer.acknowledge(got)
    deadline = time.monotonic() + 5
    while rabbitmq_queue.depth().dead < 5:
        assert time.monotonic() < deadline
    assert rabbitmq_queue.peek_dead_letters(10) == []
    assert rabbitmq_queue.depth().dead == 0
    assert "none of ours" in caplog.text


@services
def test_the_request_id_travels_in_the_headers(rabbitmq_queue: RabbitQueue, admin: Any, topology: Topology) -> None:
    request_id = new_id()
    rabbitmq_queue.publish([Message(request_id, "from-the-client")])
    _, properties, _ = admin.basic_get(topology.queue, auto_ack=True)
    assert properties.headers["x-request-id"] == properties.correlation_id == "from-the-client"
    assert properties.message_id == str(request_id)
    assert properties.delivery_mode == 2


@services
def test_what_a_busy_consumer_was_brought_ahead_and_does_not_ask_for_goes_to_another_uncounted(
    rabbitmq_queue: RabbitQueue, monkeypatch: pytest.MonkeyPatch, wait_until: Callable[..., None]
) -> None:
    monkeypatch.setattr(consumer_module, "UNASKED_SECONDS", 0.0)
    sent = published(rabbitmq_queue, 4)
    with rabbitmq_queue.consumer(4) as busy:
        [held] = received(busy, 1)
        wait_until(lambda: rabbitmq_queue.depth().waiting == 0)
        with rabbitmq_queue.consumer(4) as free:
            got: list[Delivery] = []

            def has_all() -> bool:
                busy.keep_alive()
                got.extend(free.receive(4, wait=0.1))
                return len(got) == 3

            wait_until(has_all)
            assert sorted(ids(got)) == sorted(sent[1:])
            assert {delivery.delivery_count for delivery in got} == {1}
            free.acknowledge(got)
        busy.acknowledge([held])
    wait_until(lambda: rabbitmq_queue.depth().waiting == 0)


@services
def test_the_trace_travels_in_the_headers_and_survives_being_given_back_and_being_put_aside(
    rabbitmq_queue: RabbitQueue, admin: Any, topology: Topology, wait_until: Callable[..., None]
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    rabbitmq_queue.publish([Message(new_id(), "c", trace)])
    with rabbitmq_queue.consumer(1) as consumer:
        got = received(consumer, 1)
        consumer.give_back(got)
        assert [delivery.message.traceparent for delivery in received(consumer, 1)] == [trace]
    for _ in range(4):
        with rabbitmq_queue.consumer(1) as consumer:
            received(consumer, 1)
    with rabbitmq_queue.consumer(1):
        wait_until(lambda: rabbitmq_queue.depth().dead == 1)
    assert [letter.traceparent for letter in rabbitmq_queue.peek_dead_letters(1)] == [trace]


@services
def test_confirms_of_many_callers_are_in_flight_at_once(rabbitmq_queue: RabbitQueue) -> None:
    def rate(threads: int) -> float:
        crowd = [threading.Thread(target=lambda: [published(rabbitmq_queue, 1) for _ in range(50)]) for _ in range(threads)]
        started = time.monotonic()
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        return 50 * threads / (time.monotonic() - started)

    rate(1)
    assert rate(16) > 1.5 * rate(1)


# -- with one that is killed --


def broker(action: str, folder: Path, *options: str) -> str:
    """`start` or `stop`; what the script says."""
    script = Path(__file__).parents[2] / "deploy/services/rabbitmq.py"
    command = [sys.executable, str(script), action, str(folder), *options]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@services
def test_nothing_confirmed_is_lost_when_the_broker_is_killed_and_everybody_comes_back(
    rabbitmq_url: str, tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    """On a broker of its own: steady publishing, kill -9, restart on its port.

    The queue has lived through a restart before: RabbitMQ 3.10 loses the leader of one that is killed in its first second.
    """
    folder = tmp_path / "broker"
    url = broker("start", folder)
    port = int(url.rstrip("/").rpartition(":")[2])
    queue = at(url)
    queue.check()
    broker("stop", folder)
    broker("start", folder, "--port", str(port))
    stop = threading.Event()
    try:
        confirmed: list[object] = []
        refused: list[float] = []

        def publish() -> None:
            while not stop.is_set():
                try:
                    confirmed.extend(published(queue, 1))
                except Unavailable:
                    refused.append(time.monotonic())
                time.sleep(0.02)

        with queue.consumer(10) as consumer:
            publisher = threading.Thread(target=publish, daemon=True)
            publisher.start()
            held = received(consumer, 3)
            os.kill(int((folder / "node.pid").read_text()), signal.SIGKILL)
            wait_until(lambda: is_lost(consumer))
            with pytest.raises(Unavailable):
                consumer.acknowledge(held)
        wait_until(lambda: len(refused) > 10)
        broker("start", folder, "--port", str(port))
        back = time.monotonic()
        before = len(confirmed)
        wait_until(lambda: len(confirmed) > before + 10, 30)
        assert time.monotonic() - back < 15
        stop.set()
        publisher.join()
        got: set[object] = set()
        with queue.consumer(500) as consumer:
            while deliveries := consumer.receive(500, wait=1):
                got.update(ids(deliveries))
                consumer.acknowledge(deliveries)
        assert got >= set(confirmed)
    finally:
        stop.set()
        queue.close()
        broker("stop", folder)
