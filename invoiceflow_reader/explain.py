"""Why the document was read as it was: for each value its evidence, and the candidates that it beat. For `extract --explain`.

Plain values that travel between processes; how they are shown is the command line's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from invoiceflow.domain.invoice import Evidence, Finding
from invoiceflow_reader.assembly.from_page import assemble
from invoiceflow_reader.assembly.recognition import with_recognized
from invoiceflow_reader.extract import Limits, extract
from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.page.recognized import Recognition
from invoiceflow_reader.readers.page_text import PdfDocument


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate on the pages: the printed text, its page (from 1), its score (about 0 to 1), why it was thought of, and
    whether it stands where the value was taken from."""

    text: str
    page: int
    score: float
    why: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A path of the invoice document, what was chosen for it (None: nothing was sure enough) and all candidates, best first."""

    path: str
    chosen: Evidence | None
    candidates: tuple[Considered, ...]


@dataclass(frozen=True, slots=True)
class ExplainedDocument:
    """All explanations, the findings, and the pages that still have to be recognised (see `Extraction`)."""

    explanations: tuple[Explanation, ...]
    findings: tuple[Finding, ...]
    pages_to_recognize: tuple[int, ...]


def explain(data: bytes, recognitions: Sequence[Recognition] = (), *, limits: Limits | None = None) -> ExplainedDocument:
    """How the document is read, attached data included. Raises PermanentFailure as `extract` does."""
    limits = limits or Limits()
    read = extract(data, limits=limits, recognitions=recognitions)
    with PdfDocument(data) as document:
        pages = with_recognized(list(document.pages(max_words=limits.words)), recognitions, limits.words)
    proposed = assemble(Reading(pages))
    evidence, on_page = read.invoice.evidence, proposed.invoice.evidence
    paths = [*proposed.candidates, *(path for path in evidence if path not in proposed.candidates)]
    explanations = tuple(
        Explanation(
            path,
            evidence.get(path),
            tuple(_considered(candidate, on_page.get(path)) for candidate in proposed.candidates.get(path, ())),
        )
        for path in paths
    )
    return ExplainedDocument(explanations, read.invoice.findings, read.pages_to_recognize)


def _considered(candidate: Candidate[Any], chosen: Evidence | None) -> Considered:
    text, page = candidate.text, candidate.cell.page
    is_chosen = chosen is not None and (chosen.text, chosen.page) == (text, page)
    return Considered(text, page, round(candidate.score, 3), candidate.why, is_chosen)
