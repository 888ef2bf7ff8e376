"""RabbitMQ over TLS, in its alarms, turning messages away, standing still: a broker of the tests' own, which they may hurt."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pika
import pytest

from invoiceflow.adapters.rabbitmq import location
from invoiceflow.adapters.rabbitmq.location import RabbitLocation
from invoiceflow.adapters.rabbitmq.queue import NOBODY, RabbitQueue
from invoiceflow.adapters.rabbitmq.topology import Topology
from invoiceflow.ports.unavailable import Unavailable
from tests.certificates import self_signed
from tests.contracts.test_ingest_queue import ids, published, received
from tests.contracts.test_rabbitmq import broker

pytestmark = pytest.mark.services

CONTROL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")
WaitUntil = Callable[..., None]


@dataclass(frozen=True)
class Broker:
    """One that may be hurt. `certificate` is what its TLS port shows."""

    folder: Path
    url: str
    tls_port: int
    certificate: Path

    @property
    def pid(self) -> int:
        return int((self.folder / "node.pid").read_text())

    def control(self, *arguments: str) -> None:
        """rabbitmqctl, in the environment of the node itself: ports, name and cookie stand there."""
        words = Path(f"/proc/{self.pid}/environ").read_bytes().split(b"\0")
        environment = dict(word.decode().split("=", 1) for word in words if b"=" in word)
        program = str(CONTROL) if CONTROL.exists() else "rabbitmqctl"
        subprocess.run([program, *arguments], env=environment, check=True, capture_output=True, timeout=60)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Its process stands still: connections stay, nothing is answered."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    if "INVOICEFLOW_TEST_RABBITMQ_URL" not in os.environ:
        pytest.skip("no services are started (make test-services)")
    folder = tmp_path_factory.mktemp("broker")
    certificate = self_signed(folder)
    with a_free_port() as port:
        pass
    lines = {
        "listeners.ssl.own": f"127.0.0.1:{port}",
        "ssl_options.certfile": certificate,
        "ssl_options.keyfile": certificate,
        "ssl_options.cacertfile": certificate,
    }
    more = folder / "tls.conf"
    more.write_text("".join(f"{name} = {value}\n" for name, value in lines.items()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RABBITMQ_CONFIG_FILES", str(more))
        url = broker("start", folder / "node")
    yield Broker(folder / "node", url, port, certificate)
    broker("stop", folder / "node")


@contextmanager
def a_free_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def at(wait_until: WaitUntil) -> Iterator[Callable[..., RabbitQueue]]:
    """Queues with names of their own, or the name given."""
    queues: list[RabbitQueue] = []

    def made(url: str, ca_file: Path | None = None, name: str | None = None) -> RabbitQueue:
        topology = Topology(name or f"test-{uuid4().hex}")
        queues.append(RabbitQueue(RabbitLocation.parse(url, ca_file), topology))
        return queues[-1]

    yield made
    for queue in queues:
        queue.close()


At = Callable[..., RabbitQueue]


def is_well(queue: RabbitQueue) -> bool:
    try:
        queue.check()
    except Unavailable:
        return False
    return True


def test_messages_go_over_tls_to_a_broker_whose_certificate_we_know_and_to_no_other(own: Broker, at: At) -> None:
    url = f"amqps://guest:guest@127.0.0.1:{own.tls_port}/"
    queue = at(url, own.certificate)
    sent = published(queue, 3)
    with queue.consumer(10) as consumer:
        got = received(consumer, 3)
        consumer.acknowledge(got)
    assert ids(got) == sent
    with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
        published(at(url), 1)  # nobody we trust has signed it
    with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
        published(at(url.replace("127.0.0.1", "localhost"), own.certificate), 1)  # it is another one's


def test_heartbeats_are_kept_while_the_work_is_long(
    own: Broker, at: At, monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> None:
    """A connection whose thread works is given up by the broker after so long; ours is not."""
    monkeypatch.setattr(location, "HEARTBEAT_SECONDS", 1)
    queue = at(own.url)
    published(queue, 1)
    parameters = pika.URLParameters(own.url.rstrip("/") + "/%2F?heartbeat=1")
    with queue.consumer(1) as consumer:
        [held] = received(consumer, 1)
        with suppress(pika.exceptions.AMQPError), pika.BlockingConnection(parameters) as working:
            long_enough = time.monotonic() + 5
            wait_until(lambda: time.monotonic() > long_enough)
            with pytest.raises(pika.exceptions.AMQPError):
                working.process_data_events()
        consumer.acknowledge([held])
    with queue.consumer(1) as consumer:
        assert consumer.receive(1, wait=0.5) == []


def test_a_broker_short_of_memory_is_told_by_health_and_to_publishers_while_consumers_work_on(
    own: Broker, at: At, wait_until: WaitUntil
) -> None:
    queue = at(own.url)
    published(queue, 2)
    with queue.consumer(10) as consumer:
        got = received(consumer, 2)
        own.control("set_vm_memory_high_watermark", "0.000001")
        try:
            wait_until(lambda: not is_well(queue))
            with pytest.raises(Unavailable, match="takes no messages now"):
                published(queue, 1)
            with pytest.raises(Unavailable, match=r"takes no messages now.*memory"):
                queue.check()
            consumer.acknowledge(got)
        finally:
            own.control("set_vm_memory_high_watermark", "0.3")
        wait_until(lambda: is_well(queue))
    published(queue, 1)


def test_health_finds_the_alarm_of_a_broker_to_which_nobody_sends(own: Broker, at: At, wait_until: WaitUntil) -> None:
    queue = at(own.url)
    queue.check()
    own.control("set_disk_free_limit", "1000000GB")
    try:
        wait_until(lambda: not is_well(queue), 30)  # the broker looks at its disk every ten seconds
        with pytest.raises(Unavailable, match=r"takes no messages now.*disk"):
            queue.check()
    finally:
        own.control("set_disk_free_limit", "50MB")
    wait_until(lambda: is_well(queue), 30)


def test_a_message_that_the_broker_turns_away_is_an_error(own: Broker, at: At, wait_until: WaitUntil) -> None:
    name = f"test-{uuid4().hex}"
    queue = at(own.url, name=name)
    queue.check()

    def refusal() -> str:
        try:
            published(queue, 20)
        except Unavailable as error:
            return error.message
        return ""

    own.control("set_policy", name, f"^{name}$", '{"max-length": 1, "overflow": "reject-publish"}', "--apply-to", "queues")
    try:
        wait_until(lambda: "basic.nack" in refusal())  # the policy takes a moment to reach the queue
    finally:
        own.control("clear_policy", name)
    wait_until(lambda: not refusal())


def test_a_broker_that_stands_still_is_away_until_it_goes_on_and_health_says_so_without_an_upload(
    own: Broker, at: At, wait_until: WaitUntil
) -> None:
    queue = at(own.url)
    sent = published(queue, 1)
    queue.check()
    with own.stopped():
        with pytest.raises(Unavailable, match="no answer"):
            queue.check()
        with pytest.raises(Unavailable):
            published(queue, 1)
        assert not is_well(queue)
    wait_until(lambda: is_well(queue), 30)
    sent += published(queue, 1)
    with queue.consumer(10) as consumer:
        got: set[object] = set()
        while deliveries := consumer.receive(10, wait=0.5):
            got.update(ids(deliveries))
            consumer.acknowledge(deliveries)
    assert got >= set(sent)


def test_a_queue_in_doubt_is_asked_itself_and_is_well_when_it_takes_a_message(own: Broker, at: At) -> None:
    queue = at(own.url)
    published(queue, 1)
    queue._in_doubt = True  # as after a message that was not confirmed in time
    queue.check()
    assert not queue._in_doubt
    with queue.consumer(10) as consumer:
        assert ids(received(consumer, 2))[1] == NOBODY.request_id


def test_a_thousand_probes_leave_one_message_in_a_queue_of_their_own(own: Broker, at: At) -> None:
    name = f"test-{uuid4().hex}"
    queues = [at(own.url, name=name) for _ in range(4)]  # as many processes look at one queue

    def look(queue: RabbitQueue) -> None:
        for _ in range(250):
            queue.check()

    crowd = [threading.Thread(target=look, args=(queue,)) for queue in queues]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert queues[0].depth().waiting == 0
    assert queues[0]._declared(Topology(name).probe)[0] <= 1


def test_the_next_node_is_taken_where_one_is_away(own: Broker, at: At) -> None:
    queue = at(f"amqp://127.0.0.1:1/,{own.url}")
    sent = published(queue, 1)
    with queue.consumer(1) as consumer:
        assert ids(received(consumer, 1)) == sent
