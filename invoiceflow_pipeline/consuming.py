"""A consumer run's loop: messages in, micro-batches through the processor, acknowledgements out. Knows no Dagster.

It reconnects by itself, and leaves when told to stop, at its limits once a successor consumes, or when idle and not needed.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from uuid import UUID

from invoiceflow.ports.ingest_queue import Delivery, IngestQueue, QueueConsumer
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import Settings
from invoiceflow_pipeline.processing import Journal, Outcome, Processor, Work, keep_trying

FLUSH_SECONDS = 0.25
LOOK_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass
class Consumption:
    """What one consumer run has done and whether it goes on. `on_leaving` is called once, when a successor may start."""

    settings: Settings
    queue: IngestQueue
    processor: Processor
    journal: Journal
    run_id: str
    stop: Event
    on_leaving: Callable[[], None]
    on_alive: Callable[[], None]
    done: int = 0
    failed: int = 0
    leaving: bool = False
    started: float = field(default_factory=time.monotonic)
    last_message: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Until it may leave. Never raises Unavailable: it waits for services to come back."""
        pause = 0.1
        while not self.stop.is_set():
            try:
                with self.queue.consumer(2 * self.settings.micro_batch) as consumer:
                    pause = 0.1
                    _Session(self, consumer).run()
                    return
            except Unavailable as error:
                logger.warning("The queue is away, connecting again: %s", error)
                self.stop.wait(pause)
                pause = min(5.0, pause * 2)

    def may_leave(self, consumers: int) -> bool:
        """Whether this run ends now, given how many consumers live (this one included)."""
        now, settings = time.monotonic(), self.settings
        if not self.leaving and (self.done >= settings.run_max_invoices or now - self.started > settings.run_max_seconds):
            self.leaving = True
            self.on_leaving()
        if self.leaving:  # stay until a successor consumes: no gap
            return consumers > 1
        return now - self.last_message > settings.run_idle_seconds and consumers > settings.min_consumers


class _Session:
    """The loop over one connection to the queue."""

    def __init__(self, consumption: Consumption, consumer: QueueConsumer) -> None:
        self._run = consumption
        self._consumer = consumer
        self._work = Work()
        self._held: dict[UUID, Delivery] = {}
        self._finished: list[Outcome] = []
        self._since = 0.0
        self._looked = self._breathed = time.monotonic()

    def run(self) -> None:
        while not self._run.stop.is_set():
            if self._time_to_look() and not self._held and self._run.may_leave(self._run.queue.depth().consumers):
                break
            self._receive()
            self._collect()
            self._flush_when_due()
            self._breathe()
        if self._finished:
            self._flush()
        self._consumer.give_back(list(self._held.values()))

    def _time_to_look(self) -> bool:
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return False
        self._looked = now
        return True

    def _receive(self) -> None:
        batch = self._run.settings.micro_batch
        if len(self._held) > batch or self._run.leaving:
            return
        deliveries = self._consumer.receive(batch, wait=0.0 if self._held else 0.5)
        if not deliveries:
            return
        self._run.last_message = time.monotonic()
        twice = [d for d in deliveries if d.message.request_id in self._held]  # the same invoice is in hand already
        fresh = {d.message.request_id: d for d in deliveries if d.message.request_id not in self._held}
        claimed: set[UUID] = set()

        def begin() -> None:
            claimed.update(self._run.processor.begin(list(fresh), self._run.run_id, self._work))

        if not keep_trying(begin, self._run.stop.is_set):
            self._consumer.give_back(deliveries)
            return
        self._held.update({request_id: fresh[request_id] for request_id in claimed})
        # final already, or no row: the message was only a wake-up
        self._consumer.acknowledge([*twice, *(d for request_id, d in fresh.items() if request_id not in claimed)])

    def _collect(self) -> None:
        outcomes = self._work.done(0.02)
        if outcomes and not self._finished:
            self._since = time.monotonic()
        self._finished += outcomes

    def _flush_when_due(self) -> None:
        if not self._finished:
            return
        full = len(self._finished) >= self._run.settings.micro_batch
        if full or not self._work.in_hand or time.monotonic() - self._since > FLUSH_SECONDS:
            self._flush()

    def _flush(self) -> None:
        outcomes = self._finished
        if not keep_trying(lambda: self._run.processor.finish(outcomes, self._run.journal), self._run.stop.is_set):
            return
        self._finished = []
        self._consumer.acknowledge([self._held.pop(outcome.ingestion.id) for outcome in outcomes])
        self._run.done += len(outcomes)
        self._run.failed += sum(outcome.failure is not None for outcome in outcomes)

    def _breathe(self) -> None:
        now = time.monotonic()
        if now - self._breathed > KEEP_ALIVE_SECONDS:
            self._breathed = now
            self._consumer.keep_alive()
            self._run.on_alive()


@contextmanager
def stop_on_signals() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set instead of what they did before; only in a process's main thread."""
    import signal
    import threading

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
