"""The wake-up messages between the ingest API and the pipeline. The row is the truth; delivery is at least once."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

DELIVERY_LIMIT = 5
"""A message that came back this often without an acknowledgement is put aside as a dead letter."""


@dataclass(frozen=True, slots=True)
class Message:
    """Says that an ingestion waits. `correlation_id` is the X-Request-ID of the request that caused it, `traceparent` its trace
    (W3C Trace Context), where it is part of one and the queue has a place for it."""

    request_id: UUID
    correlation_id: str
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in the hands of one consumer. `tag` is only good on that consumer. `delivery_count` starts at 1."""

    tag: int
    message: Message
    delivery_count: int


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """`waiting`: ready for a consumer; `unacknowledged`: in a live consumer's hands; `consumers`: alive; `dead`: put aside.

    What a queue pushes to its consumers ahead of their asking is not waiting any more. `unacknowledged` is None for a queue
    that does not tell.
    """

    waiting: int
    unacknowledged: int | None
    consumers: int
    dead: int


class QueueConsumer(ABC):
    """One live consumer, used by one thread. When its process dies, what it had not acknowledged is delivered again.

    Every method raises `Unavailable` when the connection is lost; the consumer is then of no more use (open another).
    """

    @abstractmethod
    def receive(self, limit: int, wait: float) -> list[Delivery]:
        """What is there now, at most `limit`, oldest first; waits up to `wait` seconds for a first message."""

    @abstractmethod
    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """These are done for good."""

    @abstractmethod
    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """These go back, to be delivered again (a graceful stop). It does not count as a failed delivery."""

    @abstractmethod
    def cancel(self) -> None:
        """No more messages are taken: what was brought ahead of being asked for goes back, uncounted. What was received is
        still in its hands, to be acknowledged or given back; after that, at the latest, it counts as a consumer no more."""

    @abstractmethod
    def keep_alive(self) -> None:
        """To be called at least every ten seconds while long work runs (heartbeats)."""


class IngestQueue(ABC):
    """Every method raises `Unavailable` when the queue cannot be reached. Safe to use from many threads."""

    @abstractmethod
    def publish(self, messages: Sequence[Message]) -> None:
        """Returns when the messages are durable. After an error they may or may not have arrived."""

    @abstractmethod
    def depth(self) -> QueueDepth:
        """What the queue says of itself now: one cheap look, not growing with the number of messages ever sent."""

    @abstractmethod
    def consumer(self, prefetch: int) -> AbstractContextManager[QueueConsumer]:
        """Opens a consumer that counts as alive until it is closed or its process dies. Holds at most `prefetch` messages."""

    @abstractmethod
    def take_dead_letters(self, limit: int) -> list[Message]:
        """Removes and returns up to `limit` dead letters, oldest first. The caller has made sure of their rows: see `peek`."""

    @abstractmethod
    def peek_dead_letters(self, limit: int) -> list[Message]:
        """Up to `limit` dead letters, oldest first, left where they are."""

    @abstractmethod
    def check(self) -> None:
        """Returns when messages can be published now; else raises Unavailable, within two seconds."""
