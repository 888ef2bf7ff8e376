"""What happens to a batch of invoices, in order: every asset and every run goes through here. Knows no Dagster.

claim -> fetch and verify -> extract -> duplicates -> search -> journal (the orchestrator's events) -> rows. The caller
acknowledges then.
One bad invoice is an outcome; an exception means that the machinery failed and the batch may be done again.
"""

import hashlib
import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Event, Lock
from typing import Final
from uuid import UUID

from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.ingestion import Ingestion, RecordedFailure
from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow.ports.ingestion_repository import IngestionRepository
from invoiceflow.ports.object_store import NoSuchObject, ObjectStore
from invoiceflow.ports.search_index import SearchIndex
from invoiceflow.ports.seen_invoices import SeenInvoices
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.retries import RetryPolicy
from invoiceflow.sandbox import Sandbox, SandboxCrashed, SandboxOutOfMemory, SandboxTimeout
from invoiceflow_pipeline.work.finishing import Finisher
from invoiceflow_pipeline.work.ocr_lane import OcrLane, pages_by_result
from invoiceflow_pipeline.work.outcomes import EXTRACTED, INDEXED, RAW, STEPS, Journal, Outcome, Read, Work
from invoiceflow_pipeline.work.reading import latest_date
from invoiceflow_pipeline.work.rules_lane import RulesLane
from invoiceflow_reader.page.recognized import Recognition

HOLD_SECONDS: Final = 300.0
FETCH_SECONDS: Final = 120.0
"""A restart of the object store counts against no invoice; one object that it never gives holds up the others no longer."""
FETCH_TRIES: Final = 10_000
FETCH_PAUSE_SECONDS: Final = 3.0

logger = logging.getLogger(__name__)


class Processor:
    """`read` runs in `sandbox`. What is None is left out: `ocr` recognises scanned pages, `rules` holds electronic invoices
    against EN 16931, `seen` knows the invoices that came before. `jitter` gives numbers in [0, 1) for the delays of further
    attempts."""

    def __init__(
        self,
        *,
        ingestions: IngestionRepository,
        objects: ObjectStore,
        search: SearchIndex,
        sandbox: Sandbox,
        read: Read,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
        ocr: OcrLane | None = None,
        rules: RulesLane | None = None,
        seen: SeenInvoices | None = None,
    ) -> None:
        self._ingestions = ingestions
        self._objects = objects
        self._sandbox = sandbox
        self._read = read
        self._now = now
        self._finisher = Finisher(ingestions, search, seen, now, jitter)
        self._ocr = ocr
        self._rules = rules
        self._closing = Event()
        self._ocr_lock = Lock()
        self._ocr_pages = 0
        self._fetch_again = RetryPolicy(FETCH_TRIES, 0.2, 2, self._pause, FETCH_PAUSE_SECONDS)
        self._ocr_threads = ThreadPoolExecutor(max_workers=ocr.workers if ocr else 1, thread_name_prefix="ocr")
        self._threads = ThreadPoolExecutor(max_workers=2 * (os.cpu_count() or 1) + 2, thread_name_prefix="fetch")

    def close(self) -> None:
        """What is not read by now is not waited for: its outcome is of no more use."""
        self._closing.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._ocr_threads.shutdown(wait=False, cancel_futures=True)

    @property
    def ocr_pages_waiting(self) -> int:
        """Scanned pages of documents whose recognition has not ended."""
        return self._ocr_pages

    def _add_ocr_pages(self, pages: int) -> None:
        with self._ocr_lock:
            self._ocr_pages += pages

    def begin(self, request_ids: Sequence[UUID], run_id: str, work: Work, steps: Sequence[str] = STEPS) -> set[UUID]:
        """Claims these and starts on them; returns the ids claimed. The others are final already, or have no row."""
        claimed = self._ingestions.claim(request_ids, run_id)
        stored = {} if EXTRACTED in steps else self._ingestions.extractions([ingestion.id for ingestion in claimed])
        for ingestion in claimed:
            outcome: Future[Outcome] = Future()
            work.add(ingestion.id, outcome)
            self._threads.submit(self._begin_one, ingestion, tuple(steps), stored.get(ingestion.id), outcome)
        return {ingestion.id for ingestion in claimed}

    def touch(self, run_id: str, work: Work) -> None:
        """Says that what is in hand is still being worked on: else it would be queued again when it takes long."""
        if work.in_hand:
            self._ingestions.touch(sorted(work.in_hand), run_id)

    def finish(self, outcomes: Sequence[Outcome], journal: Journal) -> None:
        """Search, journal, rows. Raises Unavailable; may be repeated."""
        self._finisher.finish(outcomes, journal)

    def run(self, request_ids: Sequence[UUID], run_id: str, journal: Journal, steps: Sequence[str] = STEPS) -> list[Outcome]:
        """The whole of it for one batch, waiting until everything is done, and some minutes for a service that is away.

        Search always follows the row: `indexed` is done whichever steps are asked for. Raises Unavailable.
        """
        work = Work()
        self.begin(request_ids, run_id, work, steps)
        outcomes: list[Outcome] = []
        while work.in_hand:
            outcomes += work.done(1.0)
        until = time.monotonic() + HOLD_SECONDS
        if not retry_until(lambda: self.finish(outcomes, journal), lambda: time.monotonic() > until):
            raise Unavailable("pipeline", f"a service was away for {HOLD_SECONDS:.0f} seconds; the batch is done again later")
        return outcomes

    def _begin_one(
        self, ingestion: Ingestion, steps: tuple[str, ...], stored: StoredExtraction | None, done: "Future[Outcome]"
    ) -> None:
        """Reads what has text; a document with scanned pages goes on in threads of their own, so that it holds up no other."""
        outcome = self._one(ingestion, steps, lambda: self._attempt(ingestion, steps, stored))
        first = outcome.extraction
        if self._ocr is None or outcome.failure or EXTRACTED not in steps or first is None or not first.pages_to_recognize:
            done.set_result(outcome)
            return
        pages = min(len(first.pages_to_recognize), self._ocr.max_pages)
        self._add_ocr_pages(pages)
        done.add_done_callback(lambda _: self._add_ocr_pages(-pages))
        self._ocr_threads.submit(self._recognize_one, ingestion, steps, first.pages_to_recognize, self._ocr, done)

    def _recognize_one(
        self,
        ingestion: Ingestion,
        steps: tuple[str, ...],
        numbers: tuple[int, ...],
        ocr: OcrLane,
        done: "Future[Outcome]",
    ) -> None:
        def attempt() -> Outcome:
            content = self._fetch(ingestion)  # again: a queue of scans must not hold the bytes of them all
            started = time.perf_counter()
            recognitions = ocr.recognize(content, numbers)
            ocr_seconds = time.perf_counter() - started
            extraction = self._read_in_sandbox(content, recognitions)
            extraction = replace(extraction, seconds=time.perf_counter() - started)
            done_steps = _in_order({*steps, EXTRACTED, INDEXED})
            outcome = Outcome(ingestion, done_steps, _with_duplicate(extraction, ingestion))
            outcome.ocr_pages, outcome.ocr_seconds = pages_by_result(recognitions), ocr_seconds
            return outcome

        done.set_result(self._one(ingestion, steps, attempt))

    def _one(self, ingestion: Ingestion, steps: tuple[str, ...], attempt: Callable[[], Outcome]) -> Outcome:
        try:
            return attempt()
        except PermanentFailure as failure:
            return _failed(ingestion, steps, failure.code, failure.message, transient=False)
        except Unavailable as error:
            return _failed(
                ingestion, steps, f"{error.role}.unavailable", f"A service was away: {error.message}", transient=True
            )
        except SandboxTimeout:
            return _failed(ingestion, steps, "extraction.timeout", "Reading took longer than it may.", transient=True)
        except SandboxOutOfMemory:
            return _failed(
                ingestion, steps, "extraction.out_of_memory", "Reading needs more memory than it may.", transient=True
            )
        except SandboxCrashed:
            return _failed(ingestion, steps, "extraction.crashed", "The process that read the file died.", transient=True)
        except Exception as error:
            logger.exception("Reading failed by a fault of ours", extra={"request_id": str(ingestion.id)})
            return _failed(ingestion, steps, "extraction.error", f"Reading failed: {type(error).__name__}", transient=True)

    def _read_in_sandbox(self, content: bytes, recognitions: Sequence[Recognition]) -> StoredExtraction:
        extraction = self._sandbox.submit(self._read, content, recognitions, latest_date(self._now())).result()
        return replace(extraction, xml=None) if self._rules is None else self._rules.checked(extraction)

    def _attempt(self, ingestion: Ingestion, steps: tuple[str, ...], stored: StoredExtraction | None) -> Outcome:
        if EXTRACTED not in steps and stored is None and RAW not in steps:
            raise PermanentFailure("extraction.missing", "It was never read: materialise `extracted` first.")
        content = self._fetch(ingestion) if RAW in steps or EXTRACTED in steps else b""
        if EXTRACTED not in steps and stored is not None:
            return Outcome(ingestion, _in_order({*steps, INDEXED}), stored)
        extraction = self._read_in_sandbox(content, ())
        return Outcome(ingestion, _in_order({*steps, EXTRACTED, INDEXED}), _with_duplicate(extraction, ingestion))

    def _fetch(self, ingestion: Ingestion) -> bytes:
        try:
            content = self._fetch_again.call(lambda: self._bytes_of(ingestion), within_seconds=FETCH_SECONDS)
        except NoSuchObject:
            raise PermanentFailure("file.missing", "The original is not in the object store.") from None
        if ingestion.sha256 and hashlib.sha256(content).hexdigest() != ingestion.sha256:
            raise PermanentFailure("file.altered", "The original is not what was uploaded: its checksum differs.")
        return content

    def _pause(self, seconds: float) -> None:
        self._closing.wait(seconds)

    def _bytes_of(self, ingestion: Ingestion) -> bytes:
        if self._closing.is_set():
            raise PermanentFailure("processing.stopped", "Its run was told to stop.")  # nobody looks at it any more
        return self._objects.get(ingestion.s3_key)


def retry_until(work: Callable[[], None], stop: Callable[[], bool], *, longest: float = 5.0) -> bool:
    """Repeats `work` while a service is away, holding what is in hand. False when told to stop first."""
    pause = 0.1
    while True:
        try:
            work()
        except Unavailable as error:
            logger.warning("Holding a batch until a service is back: %s", error)
            until = time.monotonic() + pause
            while time.monotonic() < until:
                if stop():
                    return False
                time.sleep(0.05)
            pause = min(longest, pause * 2)
        else:
            return True


def _failed(ingestion: Ingestion, steps: tuple[str, ...], code: str, message: str, *, transient: bool) -> Outcome:
    done = (RAW,) if RAW in steps and not code.startswith(("file.missing", "file.altered", "object_store")) else ()
    return Outcome(ingestion, done, failure=RecordedFailure(code, message, transient=transient))


def _in_order(steps: set[str]) -> tuple[str, ...]:
    return tuple(step for step in STEPS if step in steps)


def _with_duplicate(extraction: StoredExtraction, ingestion: Ingestion) -> StoredExtraction:
    if ingestion.duplicate_of is None:
        return extraction
    message = f"The same file was uploaded before (ingestion {ingestion.duplicate_of})."
    found = Finding("duplicate.same_file", Severity.WARNING, message)
    invoice = replace(extraction.invoice, findings=(*extraction.invoice.findings, found))
    return replace(extraction, invoice=invoice)
