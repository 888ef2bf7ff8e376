"""A consumer run's loop: messages in, micro-batches through the processor, acknowledgements out. Knows no Dagster.

It reconnects by itself, and leaves when told to stop, at its limits once a successor consumes, or when idle and not needed.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event
from uuid import UUID

from invoiceflow.ports.ingest_queue import Delivery, IngestQueue, QueueConsumer
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import Settings
from invoiceflow_pipeline.work.outcomes import Journal, Outcome, Work
from invoiceflow_pipeline.work.processing import Processor, retry_until

FLUSH_SECONDS = 0.25
BURST_FLUSH_SECONDS = 1.0
"""In a burst nobody notices it, and each flush costs a dozen transactions."""
LOOK_AGAIN_SECONDS = 0.05
"""For further messages while some are in hand: each look is a query."""
LOOK_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 5.0
LONGEST_HELD_SECONDS = 900.0
"""RabbitMQ ends a consumer that has a message for 30 minutes, and counts that as a delivery of each message it had: with a
hundred scans in hand it would. A message that is held for so long is acknowledged; its row keeps it from then on, which goes
stale and is queued again when nobody says any more that he works on it."""
RECEIVE_SECONDS = 0.5

logger = logging.getLogger(__name__)


@dataclass
class Consumption:
    """What one consumer run has done and whether it goes on. `on_consuming` is called once, when the queue counts it as a
    consumer; `on_leaving` once, when a successor may start; `on_closing` when it takes no more messages; `on_alive` every few
    seconds, also while the queue is away; `leaving_runs` counts the consumers that only wait for their successors, itself
    included."""

    settings: Settings
    queue: IngestQueue
    processor: Processor
    journal: Journal
    run_id: str
    stop: Event
    on_leaving: Callable[[], None]
    on_alive: Callable[[], None]
    leaving_runs: Callable[[], int] = lambda: 1
    on_closing: Callable[[], None] = lambda: None
    on_consuming: Callable[[], None] = lambda: None
    consuming: bool = False
    done: int = 0
    failed: int = 0
    leaving: bool = False
    started: float = field(default_factory=time.monotonic)
    last_message: float = field(default_factory=time.monotonic)
    _breathed: float = field(default_factory=time.monotonic)
    _work: Work = field(default_factory=Work)
    _finished: list[Outcome] = field(default_factory=list)

    def run(self) -> None:
        """Until it may leave. Never raises Unavailable: it waits for services to come back."""
        pause = 0.1
        while not self.stop.is_set():
            try:
                with self.queue.consumer(self.settings.micro_batch) as consumer:
                    pause = 0.1
                    if not self.consuming:
                        self.on_consuming()
                        self.consuming = True
                    # what is being read goes on across connections: its messages come again and find it in hand
                    _Session(self, consumer, self._work, self._finished).run()
                    return
            except Unavailable as error:
                logger.warning("The queue is away, connecting again: %s", error)
                with suppress(Unavailable):  # a run that says nothing for minutes is ended as a ghost
                    self.breathe()
                self.stop.wait(pause)
                pause = min(5.0, pause * 2)

    def breathe(self) -> bool:
        """Says every few seconds that this run lives; whether it did so now. Raises Unavailable."""
        now = time.monotonic()
        if now - self._breathed <= KEEP_ALIVE_SECONDS:
            return False
        self._breathed = now
        self.on_alive()
        return True

    def may_leave(self, consumers: int) -> bool:
        """Whether this run takes no more messages, given how many consumers live (this one included)."""
        now, settings = time.monotonic(), self.settings
        if not self.leaving and (self.done >= settings.run_max_invoices or now - self.started > settings.run_max_seconds):
            self.on_leaving()
            self.leaving = True
        if self.leaving:  # stay until one consumes that stays: no gap
            return consumers > max(1, self.leaving_runs())
        return now - self.last_message > settings.run_idle_seconds and consumers > settings.min_consumers


class _Session:
    """The loop over one connection to the queue."""

    def __init__(self, consumption: Consumption, consumer: QueueConsumer, work: Work, finished: list[Outcome]) -> None:
        self._run = consumption
        self._consumer = consumer
        self._work = work
        self._finished = finished
        self._held: dict[UUID, tuple[float, Delivery]] = {}
        self._since = self._looked = self._received = self._touched = time.monotonic()
        self._closing = False

    def run(self) -> None:
        while not self._run.stop.is_set() and not (self._closing and not self._work.in_hand and not self._finished):
            self._look()
            if not self._closing:
                self._receive()
            self._collect()
            self._flush_when_due()
            self._breathe()
        if self._finished:
            self._flush()
        self._consumer.give_back([delivery for _, delivery in self._held.values()])

    def _look(self) -> None:
        now = time.monotonic()
        if self._closing or now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        idle = not self._work.in_hand and not self._finished
        may_leave = self._run.may_leave(self._run.queue.depth().consumers)
        if may_leave and (self._run.leaving or idle):
            self._closing = True
            self._run.on_closing()
            self._consumer.cancel()  # what it was brought ahead would wait until the last scan in hand is read

    def _receive(self) -> None:
        batch = self._run.settings.micro_batch
        if len(self._work.in_hand) + len(self._finished) > batch:
            return
        idle = not self._work.in_hand and not self._finished
        if not idle and time.monotonic() - self._received < LOOK_AGAIN_SECONDS:
            return
        deliveries = self._consumer.receive(batch, wait=RECEIVE_SECONDS if idle else 0.0)
        self._received = time.monotonic()
        if not deliveries:
            return
        self._run.last_message = time.monotonic()
        in_hand = self._work.in_hand | {outcome.ingestion.id for outcome in self._finished}
        fresh = {d.message.request_id for d in deliveries} - in_hand
        claimed: set[UUID] = set()

        def begin() -> None:
            claimed.update(self._run.processor.begin(sorted(fresh), self._run.run_id, self._work))

        if fresh and not self._retry_until(begin):
            self._consumer.give_back(deliveries)
            return
        self._consumer.acknowledge(self._hold(deliveries, claimed | in_hand))

    def _hold(self, deliveries: Sequence[Delivery], in_hand: set[UUID]) -> list[Delivery]:
        """Keeps the delivery of each invoice in hand; returns those to acknowledge: the invoice is final already, has no
        row, or another message of it is held."""
        over: list[Delivery] = []
        for delivery in deliveries:
            request_id = delivery.message.request_id
            if request_id in in_hand and request_id not in self._held:
                self._held[request_id] = time.monotonic(), delivery
            else:
                over.append(delivery)
        return over

    def _collect(self) -> None:
        outcomes = self._work.done(0.02)
        if outcomes and not self._finished:
            self._since = time.monotonic()
        self._finished += outcomes

    def _flush_when_due(self) -> None:
        if not self._finished:
            return
        batch = self._run.settings.micro_batch
        full = len(self._finished) >= batch
        patience = BURST_FLUSH_SECONDS if len(self._work.in_hand) > batch // 2 else FLUSH_SECONDS
        if full or not self._work.in_hand or time.monotonic() - self._since > patience:
            self._flush()

    def _flush(self) -> None:
        outcomes = list(self._finished)
        if not self._retry_until(lambda: self._run.processor.finish(outcomes, self._run.journal)):
            return
        self._finished.clear()
        self._run.done += len(outcomes)
        self._run.failed += sum(outcome.failure is not None for outcome in outcomes)
        # one without a delivery came over a connection that is lost: its message comes again and finds a final row
        self._let_go([outcome.ingestion.id for outcome in outcomes])

    def _let_go(self, request_ids: Sequence[UUID]) -> None:
        held = [self._held.pop(request_id) for request_id in request_ids if request_id in self._held]
        self._consumer.acknowledge([delivery for _, delivery in held])

    def _retry_until(self, work: Callable[[], None]) -> bool:
        def stop() -> bool:
            self._breathe()
            return self._run.stop.is_set()

        return retry_until(work, stop)

    def _breathe(self) -> None:
        if self._run.breathe():
            now = time.monotonic()
            self._consumer.keep_alive()
            self._let_go([i for i, (since, _) in self._held.items() if now - since > LONGEST_HELD_SECONDS])
            if now - self._touched > self._run.settings.stale_minutes * 60 / 4:
                self._touched = now
                with suppress(Unavailable):  # the next one comes long before they are stale
                    self._run.processor.touch(self._run.run_id, self._work)


@contextmanager
def stop_on_signals() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set instead of what they did before; only in a process's main thread."""
    stop = Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
