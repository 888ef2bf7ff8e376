"""Why the page was read as it was: for each value its evidence, and the candidates that it beat. For `extract --explain`."""

from dataclasses import dataclass

from invoiceflow.domain.invoice import Evidence
from invoiceflow_pipeline.extraction.assembly.from_page import assemble
from invoiceflow_pipeline.extraction.extract import Limits
from invoiceflow_pipeline.extraction.locators.reading import Reading
from invoiceflow_pipeline.extraction.readers.page_text import PdfDocument


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate: the printed text, its page (from 1), its score (about 0 to 1) and why it was thought of."""

    text: str
    page: int
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A path of the invoice document, what was chosen for it (None: nothing was sure enough) and all candidates, best first."""

    path: str
    chosen: Evidence | None
    candidates: tuple[Considered, ...]


def explain(data: bytes, *, limits: Limits | None = None) -> list[Explanation]:
    """How the pages alone are read (embedded XML is not looked at). Raises PermanentFailure as `extract` does."""
    with PdfDocument(data) as document:
        pages = list(document.pages(max_words=(limits or Limits()).words))
    read = assemble(Reading(pages))
    paths = [*read.candidates, *(p for p in read.invoice.evidence if p not in read.candidates)]
    return [
        Explanation(
            path,
            read.invoice.evidence.get(path),
            tuple(Considered(c.text, c.cell.page, round(c.score, 3), c.why) for c in read.candidates.get(path, ())),
        )
        for path in paths
    ]
