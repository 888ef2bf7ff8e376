"""What the queue is made of in RabbitMQ: declared on each connection, which also checks that it is there as it must be."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from invoiceflow.adapters.rabbitmq.link import ROLE, Answer, Link, Refused
from invoiceflow.ports.ingest_queue import DELIVERY_LIMIT
from invoiceflow.ports.unavailable import Misconfigured, Unavailable

FORBIDDEN: Final = 403
PRECONDITION_FAILED: Final = 406
UNLIMITED: Final = 2**31 - 1
"""Looking at a dead letter counts as a delivery; since RabbitMQ 4.0 a queue drops what was delivered 20 times otherwise."""


class TopologyMismatch(Misconfigured):
    """RabbitMQ has a queue or exchange of our name with other properties: nothing is sent before somebody has looked."""


@dataclass(frozen=True, slots=True)
class Topology:
    """Names of the two queues and of the exchange between them.

    Messages go to `queue` through AMQP's default exchange. What came back too often, and what is no message of ours, goes
    through the exchange `dead` to the queue of the same name.
    """

    queue: str = "invoiceflow.ingest"
    delivery_limit: int = DELIVERY_LIMIT

    @property
    def dead(self) -> str:
        return f"{self.queue}.dead"

    @property
    def probe(self) -> str:
        """A queue of the same kind that holds one message, the last: whether RabbitMQ confirms is found out there."""
        return f"{self.queue}.probe"

    def declare(self, link: Link) -> None:
        """Makes what is not there. Raises TopologyMismatch, Unavailable."""
        queue, dead = self.queue, self.dead
        arguments = {
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": dead,
            "x-dead-letter-routing-key": queue,
            "x-delivery-limit": self.delivery_limit - 1,  # RabbitMQ counts the deliveries after the first
            # dead letters move at most once, which every version can: one that is lost leaves a row that goes stale, and the
            # sweeper publishes it again
        }
        unlimited = {"x-queue-type": "quorum", "x-delivery-limit": UNLIMITED}
        last_only = {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "drop-head"}
        probe = self.probe

        steps: list[tuple[str, Callable[[Any, Answer], None]]] = [
            (
                f"exchange {dead}",
                lambda raw, answer: raw.exchange_declare(dead, exchange_type="direct", durable=True, callback=answer.give),
            ),
            (
                f"queue {dead}",
                lambda raw, answer: raw.queue_declare(dead, durable=True, arguments=unlimited, callback=answer.give),
            ),
            (
                f"binding of {dead}",
                lambda raw, answer: raw.queue_bind(dead, dead, routing_key=queue, callback=answer.give),
            ),
            (
                f"queue {probe}",
                lambda raw, answer: raw.queue_declare(probe, durable=True, arguments=last_only, callback=answer.give),
            ),
            (
                f"queue {queue}",
                lambda raw, answer: raw.queue_declare(queue, durable=True, arguments=arguments, callback=answer.give),
            ),
        ]
        channel = link.channel()
        for what, start in steps:
            try:
                channel.ask(start)
            except Refused as refused:
                raise _explained(what, refused) from None
        channel.close()


def _explained(what: str, refused: Refused) -> Unavailable:
    if refused.code == PRECONDITION_FAILED:
        return TopologyMismatch(
            ROLE,
            f"RabbitMQ has the {what} already, with other properties ({refused.text}). Empty it and delete it, and it is "
            "made anew; or set RABBITMQ_QUEUE to another name.",
        )
    if refused.code == FORBIDDEN:
        return Misconfigured(
            ROLE,
            f"RabbitMQ does not let this user configure, write and read the {what} ({refused.text}). Give it permission for "
            "its queues: `rabbitmqctl set_permissions`.",
        )
    return Unavailable(ROLE, f"the {what} could not be declared: {refused}")
