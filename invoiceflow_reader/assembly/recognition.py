"""Recognised pages among the others: put in their places, their values marked down and shown where they stand, findings.

Recognition itself happens elsewhere, in a process of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from invoiceflow.domain.invoice import Evidence, Finding, Invoice, Severity
from invoiceflow_reader.page.recognized import OCR_READER, Recognition, RecognizedPage, Unread, UnreadPage
from invoiceflow_reader.page.structure import Page

_WHY: Final = {
    Unread.TIMEOUT: "it took longer than it may",
    Unread.OUT_OF_MEMORY: "it needed more memory than it may",
    Unread.CRASHED: "the recognition broke down on it",
    Unread.TOO_MANY_PAGES: "the document has more such pages than are recognised",
}
_SHOWN: Final = 10
"""Page numbers in one finding."""


def with_recognized(pages: Sequence[Page], recognitions: Sequence[Recognition], max_words: int) -> list[Page]:
    """The pages, those with recognised words in the place of their own."""
    recognized = {r.number: r for r in recognitions if isinstance(r, RecognizedPage) and r.words}
    return [recognized[page.number].page(max_words) if page.number in recognized else page for page in pages]


def on_shown_pages(invoice: Invoice, recognitions: Sequence[Recognition]) -> Invoice:
    """Boxes on turned or skewed pages become boxes on the page as shown; confidence is multiplied by the recognition's."""
    recognized = {r.number: r for r in recognitions if isinstance(r, RecognizedPage)}
    if not recognized:
        return invoice
    evidence = {path: _on_shown_page(seen, recognized) for path, seen in invoice.evidence.items()}
    return replace(invoice, evidence=MappingProxyType(evidence))


def recognition_findings(recognitions: Sequence[Recognition]) -> list[Finding]:
    """Which pages were read from their pictures, and which could not be."""
    found = []
    read = [r.number for r in recognitions if isinstance(r, RecognizedPage) and r.words]
    if read:
        message = f"{_named(read)} read from the picture by text recognition: compare the values with the original."
        found.append(Finding("page.ocr_used", Severity.INFO, message))
    for reason in Unread:
        if numbers := [r.number for r in recognitions if isinstance(r, UnreadPage) and r.reason is reason]:
            message = f"{_named(numbers)} not read from the picture: {_WHY[reason]}."
            found.append(Finding("page.ocr_failed", Severity.WARNING, message))
    return found


def _on_shown_page(seen: Evidence, recognized: dict[int, RecognizedPage]) -> Evidence:
    page = recognized.get(seen.page or 0)
    if page is None or seen.box is None or seen.reader != OCR_READER:
        return seen
    w, h = page.width, page.height
    box = (seen.box[0] * w, seen.box[1] * h, seen.box[2] * w, seen.box[3] * h)
    x0, y0, x1, y1 = page.shown(*box)
    shown_w, shown_h = page.shown_size
    shown = (_share(x0, shown_w), _share(y0, shown_h), _share(x1, shown_w), _share(y1, shown_h))
    return replace(seen, box=shown, confidence=round(seen.confidence * page.score_within(*box), 4))


def _share(value: float, whole: float) -> float:
    return round(min(1.0, max(0.0, value / whole)), 4)


def _named(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN])) + (" and others" if len(numbers) > _SHOWN else "")
    return f"Page {shown} was" if len(numbers) == 1 else f"Pages {shown} were"
