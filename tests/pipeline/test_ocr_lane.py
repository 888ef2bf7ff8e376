"""The lane of scanned pages: limits a page, a limit on pages, and documents with text that do not wait behind it."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from invoiceflow.bootstrap import System
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import IngestionStatus
from invoiceflow.sandbox import Sandbox, SandboxCrashed
from invoiceflow_pipeline.work.ocr_lane import OcrLane
from invoiceflow_pipeline.work.outcomes import Outcome, Work
from invoiceflow_pipeline.work.processing import Processor
from invoiceflow_reader.page.recognized import Recognition, RecognizedPage, Unread, UnreadPage
from tests.pipeline.working import Recorded, found
from tests.rows import accepted, now, reading


def recognize(content: bytes, number: int) -> RecognizedPage:
    """Runs in the lane: what the content says happens on page 2."""
    if number == 2:
        match content:
            case b"hang":
                time.sleep(60)
            case b"kill":
                os._exit(9)
            case b"eat":
                bytearray(1 << 34)
    if content.startswith(b"slow scan"):
        time.sleep(1)
    return RecognizedPage(number, 1, 1, (), (), "", (1, 0, 0, 1, 0, 0), (1, 1))


@pytest.fixture
def lane() -> Iterator[OcrLane]:
    lane = OcrLane(workers=1, memory_bytes=1 << 31, page_seconds=2.0, max_pages=3, recognize=recognize)
    yield lane
    lane.close()


@pytest.mark.parametrize(
    ("content", "reason"), [(b"hang", Unread.TIMEOUT), (b"kill", Unread.CRASHED), (b"eat", Unread.OUT_OF_MEMORY)]
)
def test_a_page_that_breaks_its_limits_costs_only_itself(lane: OcrLane, content: bytes, reason: Unread) -> None:
    first, second, third = lane.recognize(content, [1, 2, 3])
    assert isinstance(first, RecognizedPage)
    assert second == UnreadPage(2, reason)
    assert isinstance(third, RecognizedPage)


def test_pages_above_the_limit_are_not_begun(lane: OcrLane) -> None:
    assert lane.recognize(b"", [4, 5, 6, 7, 8])[3:] == [UnreadPage(n, Unread.TOO_MANY_PAGES) for n in (7, 8)]


def test_a_closed_lane_says_nothing_about_pages(lane: OcrLane) -> None:
    lane.close()
    with pytest.raises(SandboxCrashed):
        lane.recognize(b"", [1])


def read(content: bytes, recognitions: Sequence[Recognition] = (), _today: date | None = None) -> StoredExtraction:
    """Runs in the sandbox: content that names a scan asks for its page first."""
    if b"scan" in content and not recognitions:
        return replace(reading(number="unread"), pages_to_recognize=(1, 2, 3, 4, 5) if b"1 to 5" in content else (1,))
    return reading(number=content.decode())


@pytest.fixture
def processor(system: System, sandbox: Sandbox, lane: OcrLane) -> Iterator[Processor]:
    processor = Processor(
        ingestions=system.ingestions,
        objects=system.objects,
        search=system.search,
        sandbox=sandbox,
        read=read,
        now=now,
        jitter=lambda: 0.5,
        ocr=lane,
    )
    yield processor
    processor.close()


def test_a_scan_is_completed_with_what_its_second_reading_gave(system: System, processor: Processor) -> None:
    row = accepted(system, b"scan")
    [outcome] = processor.run([row.id], "run", Recorded())
    assert outcome.extraction is not None
    assert outcome.extraction.invoice.number == "scan"
    assert found(system, row).status is IngestionStatus.COMPLETED


def test_pages_are_counted_by_what_became_of_them_and_while_they_wait(
    system: System, processor: Processor, wait_until: Callable[..., None]
) -> None:
    rows = [accepted(system, b"slow scan of pages 1 to 5"), accepted(system, b"slow scan")]
    work = Work()
    processor.begin([row.id for row in rows], "run", work)
    wait_until(lambda: processor.ocr_pages_waiting == 4)  # three at most of one document
    outcomes: list[Outcome] = []
    while work.in_hand:
        outcomes += work.done(1.0)
    processor.finish(outcomes, Recorded())
    assert processor.ocr_pages_waiting == 0
    counts = system.ingestions.pipeline_counts()
    assert (counts["ocr_pages", "recognized"], counts["ocr_pages", "too_many_pages"]) == (4, 2)
    assert counts["ocr_seconds", ""] > 1


def test_documents_with_text_do_not_wait_behind_scans(system: System, processor: Processor) -> None:
    scans = [accepted(system, b"slow scan").id for _ in range(3)]
    texts = [accepted(system, f"RE-{n}".encode()).id for n in range(20)]
    work = Work()
    processor.begin([*scans, *texts], "run", work)
    order: list[UUID] = []
    while work.in_hand:
        order += [outcome.ingestion.id for outcome in work.done(1.0)]
    assert set(order[-2:]) <= set(scans)
    assert len(order) == 23


def test_a_scan_whose_lane_is_closed_meanwhile_is_tried_again_later(
    system: System, processor: Processor, lane: OcrLane
) -> None:
    lane.close()
    row = accepted(system, b"scan")
    processor.run([row.id], "run", Recorded())
    after = found(system, row)
    assert after.status is IngestionStatus.FAILED
    assert after.failure is not None
    assert after.failure.transient
