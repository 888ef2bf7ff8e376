"""Random histories of two consumers against a model of the queue: the state machine of the queue's contract suite."""

from contextlib import ExitStack
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from invoiceflow.ports.ingest_queue import DELIVERY_LIMIT, Delivery, IngestQueue, Message, QueueConsumer
from tests.rows import new_id


class QueueHistory(RuleBasedStateMachine):
    """What stands ready and who holds what, told from the outside.

    A queue that `pushes` has handed some out already: who gets what is less certain, and its figures follow a little later.
    """

    def __init__(self, queue: IngestQueue) -> None:
        super().__init__()
        self.queue = queue
        self.pushes = queue.depth().unacknowledged is None
        self.consumers: list[tuple[ExitStack, QueueConsumer, list[Delivery]]] = []
        self.ready: dict[UUID, int] = {}  # how often each was delivered
        for _ in range(2):
            self.consumers.append(self.opened())

    def opened(self) -> tuple[ExitStack, QueueConsumer, list[Delivery]]:
        stack = ExitStack()
        return stack, stack.enter_context(self.queue.consumer(3)), []

    @rule(count=st.integers(1, 4))
    def publish(self, count: int) -> None:
        messages = [Message(new_id(), "c") for _ in range(count)]
        self.queue.publish(messages)
        self.ready.update((message.request_id, 0) for message in messages)

    @rule(who=st.integers(0, 1), limit=st.integers(1, 4))
    def receive(self, who: int, limit: int) -> None:
        _, consumer, held = self.consumers[who]
        worn_out = [key for key, count in self.ready.items() if count >= DELIVERY_LIMIT]
        got = consumer.receive(limit, wait=0)
        assert len(got) <= min(limit, 3 - len(held))
        if not worn_out and not self.pushes:
            assert len(got) == min(limit, 3 - len(held), len(self.ready))
        for delivery in got:
            assert self.ready.pop(delivery.message.request_id) + 1 == delivery.delivery_count
        letters = {letter.request_id for letter in self.queue.peek_dead_letters(1000)}
        for key in letters.intersection(worn_out):
            del self.ready[key]
        held.extend(got)

    @rule(who=st.integers(0, 1), count=st.integers(0, 3))
    def acknowledge(self, who: int, count: int) -> None:
        _, consumer, held = self.consumers[who]
        consumer.acknowledge(held[:count])
        del held[:count]

    @rule(who=st.integers(0, 1), count=st.integers(0, 3))
    def give_back(self, who: int, count: int) -> None:
        _, consumer, held = self.consumers[who]
        consumer.give_back(held[:count])
        self.ready.update((d.message.request_id, d.delivery_count - 1) for d in held[:count])
        del held[:count]

    @rule(who=st.integers(0, 1))
    def leave(self, who: int) -> None:
        stack, _, held = self.consumers[who]
        stack.close()
        self.ready.update((d.message.request_id, d.delivery_count) for d in held)
        self.consumers[who] = self.opened()

    @invariant()
    def the_queue_says_the_same(self) -> None:
        depth = self.queue.depth()
        if depth.unacknowledged is None:
            assert depth.waiting + depth.dead <= len(self.ready) + sum(len(held) for _, _, held in self.consumers)
            return
        assert (depth.waiting, depth.unacknowledged) == (len(self.ready), sum(len(h) for _, _, h in self.consumers))

    def teardown(self) -> None:
        for stack, consumer, held in self.consumers:
            consumer.acknowledge(held)
            stack.close()
        left: set[UUID] = set()
        with self.queue.consumer(1000) as consumer:
            while got := consumer.receive(1000, wait=0.3 if self.pushes else 0):
                left.update(delivery.message.request_id for delivery in got)
                consumer.acknowledge(got)
        left.update(letter.request_id for letter in self.queue.take_dead_letters(1000))
        assert left >= self.ready.keys()  # nothing is lost
