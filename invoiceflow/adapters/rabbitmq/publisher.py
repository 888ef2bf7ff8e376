"""Messages out, each confirmed by the broker; as many in flight at once as callers bring. Declares nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from pika import BasicProperties
from pika.spec import Basic

from invoiceflow.adapters.rabbitmq.link import ROLE, Answer, Link, LinkChannel, Refused
from invoiceflow.adapters.rabbitmq.messages import encode
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.unavailable import Unavailable

CONFIRM_SECONDS: Final = 5.0


class Unroutable(Unavailable):
    """RabbitMQ had a message and no queue to put it in: somebody deleted it."""


@dataclass(slots=True)
class _Group:
    """The messages of one call: how many are not confirmed yet, and what went wrong with one of them."""

    answer: Answer
    open: int
    sent_at: float
    fault: Unavailable | None = None


class Publisher:
    """On a channel of `link`. Calls of many threads are in flight at once; each returns when its own messages are confirmed."""

    def __init__(self, link: Link, queue: str, clock: Callable[[], float]) -> None:
        self._queue = queue
        self._clock = clock
        self._link = link
        self._channel: LinkChannel = link.channel()
        # touched by the connection's thread only
        self._last_tag = 0
        self._unconfirmed: dict[int, tuple[_Group, str]] = {}
        self._returned: Counter[str] = Counter()

        def start(raw: Any, answer: Answer) -> None:
            raw.add_on_return_callback(self._on_return)
            raw.confirm_delivery(ack_nack_callback=self._on_confirm, callback=answer.give)

        try:
            self._channel.ask(start)
        except Refused as refused:
            raise Unavailable(ROLE, str(refused)) from None
        link.when_blocked(self._on_blocked)

    def publish(self, messages: Sequence[tuple[Message, int]], seconds: float = CONFIRM_SECONDS) -> None:
        """Each with the number of its earlier deliveries. Returns when the broker keeps them; raises Unavailable."""
        if not messages:
            return
        self._send(self._queue, [encode(message, earlier) for message, earlier in messages], seconds)

    def probe(self, queue: str, seconds: float) -> None:
        """A message without meaning to `queue`. Returns when the broker has confirmed it; raises Unavailable."""
        self._send(queue, [(b"", BasicProperties(message_id=f"probe-{queue}"))], seconds)

    def oldest_unconfirmed(self) -> float | None:
        """When the oldest message was sent that is not confirmed yet, by the clock; None when every one is."""
        return next((group.sent_at for group, _ in list(self._unconfirmed.values())), None)

    def _send(self, queue: str, encoded: Sequence[tuple[bytes, BasicProperties]], seconds: float) -> None:
        def start(raw: Any, answer: Answer) -> None:
            if self._link.blocked is not None:
                raise Unavailable(ROLE, self._link.blocked)
            group = _Group(answer, len(encoded), self._clock())
            for body, properties in encoded:
                self._last_tag += 1
                self._unconfirmed[self._last_tag] = (group, str(properties.message_id))
                raw.basic_publish("", queue, body, properties, mandatory=True)

        try:
            self._channel.ask(start, seconds)
        except Refused as refused:
            raise Unavailable(ROLE, str(refused)) from None

    def _on_blocked(self, reason: str) -> None:
        """No confirmation will come soon."""
        for group, _ in self._unconfirmed.values():
            group.answer.fail(Unavailable(ROLE, reason))

    def _on_return(self, _channel: Any, _method: Any, properties: BasicProperties, _body: bytes) -> None:
        """Comes before the confirmation of the same message."""
        self._returned[str(properties.message_id)] += 1

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        nacked = isinstance(method, Basic.Nack)
        tags = [method.delivery_tag]
        if method.multiple:  # this one and all before it; the dictionary is in their order
            tags = list(takewhile(lambda tag: tag <= method.delivery_tag, self._unconfirmed))
        for tag in tags:
            if tag in self._unconfirmed:
                group, message_id = self._unconfirmed.pop(tag)
                self._settle(group, self._fault(message_id, nacked=nacked))

    def _fault(self, message_id: str, *, nacked: bool) -> Unavailable | None:
        if self._returned[message_id] > 0:
            self._returned[message_id] -= 1
            return Unroutable(ROLE, f"RabbitMQ has no queue {self._queue} any more; it is made anew")
        del self._returned[message_id]
        return Unavailable(ROLE, "RabbitMQ could not keep a message (basic.nack)") if nacked else None

    @staticmethod
    def _settle(group: _Group, fault: Unavailable | None) -> None:
        group.open -= 1
        group.fault = group.fault or fault
        if group.open:
            return
        if group.fault is None:
            group.answer.give()
        else:
            group.answer.fail(group.fault)
