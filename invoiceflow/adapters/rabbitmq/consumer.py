"""Messages in: what RabbitMQ pushes is kept until it is asked for. On a connection of its own, so that its end is noticed."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Condition
from typing import Any, Final

from pika import BasicProperties

from invoiceflow.adapters.rabbitmq.link import ROLE, Answer, Link, LinkChannel, Refused
from invoiceflow.adapters.rabbitmq.messages import ForeignMessage, decode, delivery_count
from invoiceflow.ports.ingest_queue import Delivery, Message, QueueConsumer
from invoiceflow.ports.unavailable import Unavailable

LEAVE_SECONDS: Final = 2.0
UNASKED_SECONDS: Final = 600.0
"""RabbitMQ ends a consumer that has a message for 30 minutes, also one that it only was brought ahead."""

logger = logging.getLogger(__name__)

Republish = Callable[[Sequence[tuple[Message, int]]], None]
"""Publishes messages with the number of their earlier deliveries, confirmed. Raises Unavailable."""


class RabbitConsumer(QueueConsumer):
    """`limit`: a message delivered more often than this is put aside. Used by one thread; RabbitMQ pushes in another."""

    def __init__(self, link: Link, queue: str, prefetch: int, limit: int, republish: Republish) -> None:
        self._link = link
        self._limit = limit
        self._republish = republish
        self._arrived = Condition()
        self._pushed: deque[tuple[float, Delivery]] = deque()
        self._cancelled = False  # by RabbitMQ
        self._ended = False  # by us
        self._channel: LinkChannel = link.channel()
        self._channel.on_close(self._wake)
        self._tag = f"invoiceflow-{id(self):x}"

        def limited(raw: Any, answer: Answer) -> None:
            raw.add_on_cancel_callback(self._on_cancel)
            raw.basic_qos(prefetch_count=prefetch, callback=answer.give)

        def consume(raw: Any, answer: Answer) -> None:
            raw.basic_consume(queue, self._on_message, consumer_tag=self._tag, callback=answer.give)

        for step in (limited, consume):
            self._ask(step)

    def receive(self, limit: int, wait: float) -> list[Delivery]:
        deadline = time.monotonic() + wait
        with self._arrived:
            while not self._pushed and not self._is_lost():
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    break
            self._check()
            return [self._pushed.popleft()[1] for _ in range(min(limit, len(self._pushed)))]

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            self._settle([delivery.tag for delivery in deliveries], lambda raw, tag: raw.basic_ack(tag))

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """A copy is sent and the message acknowledged: RabbitMQ before 4.3 counts what comes back as a failure."""
        if not deliveries:
            return
        self._check()
        try:
            self._republish([(delivery.message, delivery.delivery_count - 1) for delivery in deliveries])
        except Unavailable as error:
            logger.warning("Messages go back as they are, which counts as a delivery: %s", error)
            self._settle([delivery.tag for delivery in deliveries], lambda raw, tag: raw.basic_nack(tag, requeue=True))
        else:
            self.acknowledge(deliveries)

    def keep_alive(self) -> None:
        """The connection's thread keeps the heartbeats; what lay here for long without being asked for goes to others."""
        self._check()
        since = time.monotonic() - UNASKED_SECONDS
        with self._arrived:
            old = [self._pushed.popleft()[1] for _ in range(sum(at < since for at, _ in self._pushed))]
        self.give_back(old)

    def cancel(self) -> None:
        self._check()
        if not self._ended:
            self._ask(lambda raw, answer: raw.basic_cancel(self._tag, callback=answer.give), LEAVE_SECONDS)
            self._ended = True
        with self._arrived:
            ahead = [delivery for _, delivery in self._pushed]
            self._pushed.clear()
        self.give_back(ahead)

    def leave(self) -> None:
        """What was pushed and never asked for goes back uncounted; what was received counts as a failed delivery."""
        with suppress(Unavailable):
            if not self._is_lost():
                self.cancel()
                self._channel.close()  # answered when every acknowledgement before it has arrived

    def _settle(self, tags: Sequence[int], settle: Callable[[Any, int], None]) -> None:
        def start(raw: Any, answer: Answer) -> None:
            for tag in tags:
                settle(raw, tag)
            answer.give()

        self._ask(start)

    def _ask(self, start: Callable[[Any, Answer], None], seconds: float | None = None) -> None:
        self._check()
        try:
            if seconds is None:
                self._channel.ask(start)
            else:
                self._channel.ask(start, seconds)
        except Refused as refused:
            raise Unavailable(ROLE, str(refused)) from None

    def _is_lost(self) -> bool:
        return self._cancelled or self._link.is_lost or self._channel.is_closed

    def _check(self) -> None:
        self._link.check()
        if self._cancelled:
            raise Unavailable(ROLE, "RabbitMQ has ended this consumer: its queue is gone")
        if self._channel.is_closed:
            raise Unavailable(ROLE, f"RabbitMQ has closed this consumer's channel: {self._channel.reason}")

    # in the connection's thread

    def _on_message(self, raw: Any, method: Any, properties: BasicProperties, body: bytes) -> None:
        count = delivery_count(properties)
        try:
            delivery = Delivery(method.delivery_tag, decode(body, properties), count)
        except ForeignMessage as error:
            logger.error("A message that is none of ours is put aside: %s", error)  # noqa: TRY400  the text says it all
            raw.basic_nack(method.delivery_tag, requeue=False)
            return
        if count > self._limit:
            raw.basic_nack(method.delivery_tag, requeue=False)
            return
        with self._arrived:
            self._pushed.append((time.monotonic(), delivery))
            self._arrived.notify_all()

    def _on_cancel(self, _: Any) -> None:
        self._cancelled = True
        self._wake()

    def _wake(self) -> None:
        with self._arrived:
            self._arrived.notify_all()
