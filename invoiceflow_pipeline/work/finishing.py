"""The end of a batch: earlier copies of the same invoice, search, the orchestrator's events, rows, counters, log lines."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from invoiceflow.domain.duplicates import duplicate_keys
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import MAX_ATTEMPTS, Ingestion, RecordedFailure
from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow.domain.pipeline_counters import FinishedInvoice
from invoiceflow.domain.search.document import SearchDocument, search_document
from invoiceflow.logs import bound
from invoiceflow.ports.ingestion_repository import Completed, Failed, IngestionRepository
from invoiceflow.ports.search_index import SearchIndex
from invoiceflow.ports.seen_invoices import SeenInvoice, SeenInvoices
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_pipeline.work.outcomes import EXTRACTED, Journal, Outcome

FIRST_DELAY: Final = timedelta(seconds=60)
LONGEST_DELAY: Final = timedelta(hours=6)
SAME_INVOICE: Final = "duplicate.same_invoice"

logger = logging.getLogger(__name__)


class Finisher:
    """Finishes batches. Search, journal, rows, in this order, so that a crash only ever repeats work."""

    def __init__(
        self,
        ingestions: IngestionRepository,
        search: SearchIndex,
        seen: SeenInvoices | None,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        """`seen` knows the invoices that came before; `jitter` gives numbers in [0, 1) for the delays of further attempts."""
        self._ingestions = ingestions
        self._search = search
        self._seen = seen
        self._now = now
        self._jitter = jitter

    def finish(self, outcomes: Sequence[Outcome], journal: Journal) -> None:
        """Raises Unavailable; may be repeated. What one invoice breaks is its own failure: the others of the batch are finished
        without it."""
        try:
            self._finish(outcomes, journal)
        except Unavailable:
            raise
        except Exception:
            logger.exception("A batch of %s could not be finished by a fault of ours: one by one", len(outcomes))
            for outcome in outcomes:
                self._finish_alone(outcome, journal)

    def _finish(self, outcomes: Sequence[Outcome], journal: Journal) -> None:
        self._record_seen(outcomes)
        self._index(outcomes)
        journal.record(outcomes)
        now = self._now()
        counted = {outcome.ingestion.id: _counted(outcome, now) for outcome in outcomes}
        written = self._ingestions.finish([self._result(outcome) for outcome in outcomes], now, counted)
        for outcome in outcomes:
            if outcome.ingestion.id in written:
                log_outcome(outcome, now)

    def _finish_alone(self, outcome: Outcome, journal: Journal) -> None:
        try:
            self._finish([outcome], journal)
        except Unavailable:
            raise
        except Exception as error:
            logger.exception("An invoice could not be finished", extra={"request_id": str(outcome.ingestion.id)})
            message = f"What was read could not be stored: {type(error).__name__}"
            _fail(outcome, RecordedFailure("processing.error", message, transient=True))
            self._finish([outcome], journal)

    def _record_seen(self, outcomes: Sequence[Outcome]) -> None:
        """Finds which invoices came before as another file; what was only indexed again keeps what was found then."""
        read = {o.ingestion.id: o for o in outcomes if o.failure is None and o.extraction and EXTRACTED in o.steps}
        if self._seen is None or not read:
            return
        earlier = self._seen.note([_seen(o.ingestion, o.extraction) for o in read.values() if o.extraction])
        for request_id, outcome in read.items():
            if outcome.extraction and outcome.ingestion.duplicate_of is None:  # the same bytes have their finding already
                outcome.extraction = _with_earlier(outcome.extraction, earlier.get(request_id))

    def _index(self, outcomes: Sequence[Outcome]) -> None:
        refused = self._search.write([_document(outcome) for outcome in outcomes])
        if not refused:
            return
        failed = [outcome for outcome in outcomes if outcome.ingestion.id in refused]
        for outcome in failed:
            _fail(outcome, RecordedFailure("search.refused", refused[outcome.ingestion.id], transient=False))
        self._search.write([_document(outcome) for outcome in failed])  # by file name and status at least

    def _result(self, outcome: Outcome) -> Completed | Failed:
        ingestion, failure = outcome.ingestion, outcome.failure
        if failure is None:
            return Completed(ingestion.id, ingestion.revision, outcome.extraction if EXTRACTED in outcome.steps else None)
        again = None
        if failure.transient and ingestion.attempts < MAX_ATTEMPTS:
            again = self._now() + delay_before(ingestion.attempts + 1, self._jitter())
        return Failed(ingestion.id, ingestion.revision, failure, again)


def delay_before(attempt: int, jitter: float) -> timedelta:
    """How long the n-th attempt waits (the second is the first to): four times longer each, between half and all of it."""
    whole: timedelta = min(FIRST_DELAY * int(4 ** min(10, max(0, attempt - 2))), LONGEST_DELAY)
    return whole * (0.5 + jitter / 2)


def log_outcome(outcome: Outcome, now: datetime) -> None:
    """One line for each finished invoice, with what an operator searches for."""
    ingestion, extraction, failure = outcome.ingestion, outcome.extraction, outcome.failure
    fields: dict[str, object] = {
        "request_id": str(ingestion.id),
        "correlation_id": ingestion.correlation_id,
        "filename": ingestion.filename,
        "status": "COMPLETED" if failure is None else "FAILED",
        "attempt": ingestion.attempts,
        "since_upload_seconds": round((now - ingestion.created_at).total_seconds(), 3),
    }
    if extraction is not None:
        fields |= {
            "readers": ",".join(extraction.readers),
            "reading_seconds": round(extraction.seconds, 4),
            "findings": len(extraction.invoice.findings),
        }
    with bound(**fields):
        if failure is None:
            logger.info("Processed invoice %s from file %s", ingestion.id, ingestion.filename)
        else:
            with bound(code=failure.code, transient=failure.transient):
                logger.warning(
                    "Failed to process invoice %s from file %s: %s", ingestion.id, ingestion.filename, failure.message
                )


def _counted(outcome: Outcome, now: datetime) -> FinishedInvoice:
    ingestion, extraction = outcome.ingestion, outcome.extraction
    was_read = extraction is not None and EXTRACTED in outcome.steps and outcome.failure is None
    # not by its revision: one whose first consumer was killed, the slowest of all, would be left out
    is_first = ingestion.extractor_version is None and outcome.failure is None
    return FinishedInvoice(
        failure_code=outcome.failure.code if outcome.failure else None,
        searchable_seconds=(now - ingestion.created_at).total_seconds() if is_first else None,
        reading_seconds=extraction.seconds if extraction is not None and was_read else None,
        readers="+".join(extraction.readers) or "none" if extraction is not None else "none",
        ocr_pages=outcome.ocr_pages,
        ocr_seconds=outcome.ocr_seconds,
    )


def _fail(outcome: Outcome, failure: RecordedFailure) -> None:
    outcome.failure, outcome.extraction = failure, None


def _document(outcome: Outcome) -> SearchDocument:
    return search_document(replace(outcome.ingestion, failure=outcome.failure), outcome.extraction)


def _seen(ingestion: Ingestion, extraction: StoredExtraction) -> SeenInvoice:
    return SeenInvoice(ingestion.id, ingestion.created_at, duplicate_keys(extraction.invoice))


def _with_earlier(extraction: StoredExtraction, earlier: UUID | None) -> StoredExtraction:
    findings = tuple(one for one in extraction.invoice.findings if one.code != SAME_INVOICE)  # a batch may be finished again
    if earlier is not None:
        message = f"The same invoice (seller, number and total) was uploaded before, as another file (ingestion {earlier})."
        findings = (*findings, Finding(SAME_INVOICE, Severity.WARNING, message))
    return replace(extraction, invoice=replace(extraction.invoice, findings=findings))
