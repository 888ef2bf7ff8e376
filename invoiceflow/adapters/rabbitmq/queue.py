"""`IngestQueue` on RabbitMQ: connections opened when first needed and again when lost. Messages, topology and the connection
itself have modules of their own."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, Final
from uuid import UUID

from pika.spec import Basic

from invoiceflow.adapters.rabbitmq.consumer import RabbitConsumer
from invoiceflow.adapters.rabbitmq.link import ROLE, Answer, Link, LinkChannel, Refused
from invoiceflow.adapters.rabbitmq.location import CONNECT_SECONDS, RabbitLocation
from invoiceflow.adapters.rabbitmq.messages import ForeignMessage, decode
from invoiceflow.adapters.rabbitmq.publisher import Publisher, Unroutable
from invoiceflow.adapters.rabbitmq.topology import Topology
from invoiceflow.ports.ingest_queue import IngestQueue, Message, QueueConsumer, QueueDepth
from invoiceflow.ports.unavailable import Unavailable

CHECK_SECONDS: Final = 1.9
PROBE_SECONDS: Final = 0.8
UNCONFIRMED_SECONDS: Final = 1.0
UNCONFIRMED: Final = "RabbitMQ does not confirm messages: has the queue lost its leader, or its majority?"
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 0.5
"""Longer, and the queue would be called away when it is back."""
NOBODY: Final = Message(UUID(int=0), "health")
"""A message about no invoice: consumers acknowledge it and do nothing."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Session:
    """One connection for everything but consuming: a broker that is short of disk stops reading connections that publish, and
    acknowledgements must still get through."""

    link: Link
    publisher: Publisher
    questions: LinkChannel


class RabbitQueue(IngestQueue):
    """Reaches nothing before it is used. After a failed attempt to connect the next ones wait, longer each time, and callers
    are told so at once. `clock` counts seconds, never backwards."""

    def __init__(
        self, location: RabbitLocation, topology: Topology | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._location = location
        self._topology = topology or Topology()
        self._clock = clock
        self._lock = Lock()
        self._session: _Session | None = None
        self._node = 0
        self._failures = 0
        self._not_before = 0.0
        self._last_error = ""
        self._in_doubt = False

    def publish(self, messages: Sequence[Message]) -> None:
        self._publish([(message, 0) for message in messages])

    def depth(self) -> QueueDepth:
        waiting, consumers = self._declared(self._topology.queue)
        dead, _ = self._declared(self._topology.dead)
        return QueueDepth(waiting, None, consumers, dead)

    @contextmanager
    def consumer(self, prefetch: int) -> Iterator[QueueConsumer]:
        link = self._link("consumer")
        try:
            self._topology.declare(link)
            queue, limit = self._topology.queue, self._topology.delivery_limit
            consumer = RabbitConsumer(link, queue, prefetch, limit, self._publish)
            try:
                yield consumer
            finally:
                consumer.leave()
        finally:
            link.close()

    def take_dead_letters(self, limit: int) -> list[Message]:
        return self._dead_letters(limit, take=True)

    def peek_dead_letters(self, limit: int) -> list[Message]:
        return self._dead_letters(limit, take=False)

    def check(self) -> None:
        """RabbitMQ answers every question about a queue that has no leader, but takes no message for it; and it tells of its
        alarms only those who send messages. So a message is sent: to a queue of its own that keeps the last one, or, once a
        message was not confirmed in time, to the queue itself, until one is."""
        session = self._opened()
        if session.link.blocked is not None:
            raise Unavailable(ROLE, session.link.blocked)
        oldest = session.publisher.oldest_unconfirmed()
        if oldest is not None and self._clock() - oldest > UNCONFIRMED_SECONDS:
            raise Unavailable(ROLE, UNCONFIRMED)
        self._declared(self._topology.queue, CHECK_SECONDS - CONNECT_SECONDS)
        if not self._in_doubt:
            session.publisher.probe(self._topology.probe, PROBE_SECONDS)
            return
        try:
            session.publisher.publish([(NOBODY, 0)], PROBE_SECONDS)
        except Unavailable as error:
            raise Unavailable(ROLE, UNCONFIRMED) from error
        self._in_doubt = False

    def close(self) -> None:
        """Ends the connection; the queue opens another when it is used again."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.link.close()

    def _publish(self, messages: Sequence[tuple[Message, int]]) -> None:
        if not messages:
            return
        session = self._opened()
        try:
            session.publisher.publish(messages)
            self._in_doubt = False
        except Unroutable:
            self._drop(session)  # the next one declares what is missing
            raise
        except Unavailable:
            if session.link.blocked is None:
                self._in_doubt = self._in_doubt or not session.link.is_lost
                self._drop(session)  # one that stalls would let everybody wait
            raise

    def _declared(self, queue: str, seconds: float | None = None) -> tuple[int, int]:
        """Messages ready and consumers, as the queue itself says. Asked in a hurry, it leaves the connection to the others."""
        session = self._opened()

        def start(raw: Any, answer: Answer) -> None:
            raw.queue_declare(queue, passive=True, callback=answer.give)

        try:
            frame = session.questions.ask(start) if seconds is None else session.questions.ask(start, seconds)
        except Refused as refused:
            self._drop(session)
            raise Unavailable(ROLE, str(refused)) from None
        except Unavailable:
            if seconds is None:
                self._drop(session)
            raise
        return frame.method.message_count, frame.method.consumer_count

    def _dead_letters(self, limit: int, *, take: bool) -> list[Message]:
        channel = self._opened().link.channel()
        letters: list[Message] = []
        try:
            for _ in range(limit):
                got = channel.ask(lambda raw, answer: _get(raw, self._topology.dead, answer))
                if got is None:
                    break
                tag, properties, body = got
                removed = take
                try:
                    letters.append(decode(body, properties))
                except ForeignMessage as error:
                    removed = True  # nothing can ever come of it, and it would lie there for good
                    logger.error("A dead letter that is none of ours is removed: %s", error)  # noqa: TRY400  the text says it all
                if removed:
                    channel.ask(partial(_acknowledge, tag))
        except Refused as refused:
            raise Unavailable(ROLE, str(refused)) from None
        channel.close()  # what was not acknowledged stays where it was
        return letters

    def _opened(self) -> _Session:
        """The connection that lives, or a new one. Raises Unavailable."""
        with self._lock:
            if self._session is not None and not self._session.link.is_lost:
                return self._session
            if self._clock() < self._not_before:
                raise Unavailable(ROLE, self._last_error)
            try:
                self._session = self._open()
            except Unavailable as error:
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._failures)
                self._failures = min(10, self._failures + 1)
                self._not_before = self._clock() + pause
                self._last_error = error.message
                raise
            self._failures = 0
            return self._session

    def _open(self) -> _Session:
        link = self._link("publisher")
        try:
            self._topology.declare(link)
            return _Session(link, Publisher(link, self._topology.queue, self._clock), link.channel())
        except BaseException:
            link.close()
            raise

    def _drop(self, session: _Session) -> None:
        with self._lock:
            if self._session is session:
                self._session = None
        session.link.close()

    def _link(self, purpose: str) -> Link:
        """To the node that answered last, or the next one that does. Raises Unavailable when none does."""
        nodes = self._location.nodes
        for left in reversed(range(len(nodes))):
            number = self._node
            try:
                return Link(self._location, nodes[number % len(nodes)], purpose)
            except Unavailable:
                self._node = number + 1
                if not left:
                    raise
        raise Unavailable(ROLE, "no node of RabbitMQ is named")


def _acknowledge(tag: int, raw: Any, answer: Answer) -> None:
    raw.basic_ack(tag)
    answer.give()


def _get(raw: Any, queue: str, answer: Answer) -> None:
    """One message of `queue`, as tag, properties and body; None when it is empty."""
    raw.add_callback(lambda _: answer.give(None), [Basic.GetEmpty], one_shot=True)
    raw.basic_get(queue, lambda _raw, method, properties, body: answer.give((method.delivery_tag, properties, body)))
