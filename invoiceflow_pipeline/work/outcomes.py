"""What comes out of processing an invoice, and what is in hand meanwhile."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from queue import Empty, SimpleQueue
from typing import Final, Protocol
from uuid import UUID

from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, RecordedFailure
from invoiceflow_reader.page.recognized import Recognition

RAW: Final = "raw"
EXTRACTED: Final = "extracted"
INDEXED: Final = "indexed"
STEPS: Final = (RAW, EXTRACTED, INDEXED)


@dataclass(slots=True)
class Outcome:
    """What became of one claimed invoice. `steps` are those that were done; `failure` is None when all of them were;
    `ocr_pages` are the scanned pages that the OCR lane was given, by result, and `ocr_seconds` how long it took."""

    ingestion: Ingestion
    steps: tuple[str, ...]
    extraction: StoredExtraction | None = None
    failure: RecordedFailure | None = None
    ocr_pages: Mapping[str, int] = field(default_factory=dict)
    ocr_seconds: float = 0.0


class Journal(Protocol):
    """Where the orchestrator's events go. Called with finished outcomes, after the search index and before the rows."""

    def record(self, outcomes: Sequence[Outcome]) -> None: ...


Read = Callable[[bytes, Sequence[Recognition], date | None], StoredExtraction]
"""Bytes, what the OCR lane gave (nothing in a first reading), and today's date, to what stands in them; runs in the
sandbox, so it must be a module-level function. Raises PermanentFailure."""


@dataclass(slots=True)
class Work:
    """Invoices being read now, each on its own: a slow one does not hold back the others."""

    in_hand: set[UUID] = field(default_factory=set)
    ready: "SimpleQueue[Future[Outcome]]" = field(default_factory=SimpleQueue)

    def add(self, request_id: UUID, reading: "Future[Outcome]") -> None:
        self.in_hand.add(request_id)
        reading.add_done_callback(self.ready.put)

    def done(self, seconds: float) -> list[Outcome]:
        """What is read, after waiting up to `seconds` for the next one."""
        outcomes: list[Outcome] = []
        try:
            while self.in_hand:
                outcome = self.ready.get(timeout=0 if outcomes else seconds).result()
                self.in_hand.discard(outcome.ingestion.id)
                outcomes.append(outcome)
        except Empty:
            pass
        return outcomes
