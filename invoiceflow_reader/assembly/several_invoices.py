"""Whether the pages hold more than one invoice: each begins on a page of its own, with its own number, and has its own total.

Only one is read; where the others begin is told, so that a person can split the file.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow_reader.locators.reading import Candidate

_PLAIN: Final = 0.72  # of a number beside its own label; that every one has a total of its own is what makes it sure
_LABELLED: Final = 0.7
_SHOWN: Final = 10


def several_invoices(numbers: Sequence[Candidate[str]], totals: Sequence[Candidate[Decimal]]) -> list[Finding]:
    """One finding that names the pages on which the invoices begin; `numbers` and `totals` are all that could be one."""
    begins = list(_beginnings(numbers))
    with_total = {total.cell.page for total in totals if total.score >= _LABELLED}
    for begin, end in zip(begins, [*begins[1:], max(with_total, default=0) + 1], strict=False):
        if not any(begin <= page < end for page in with_total):
            return []
    if len(begins) < 2:
        return []
    pages = ", ".join(str(page) for page in begins[:_SHOWN])
    message = f"The file seems to hold {len(begins)} invoices, which begin on pages {pages}: split it, only one is read."
    return [Finding("file.several_invoices", Severity.WARNING, message)]


def _beginnings(numbers: Sequence[Candidate[str]]) -> Iterator[int]:
    """Pages with a number of their own, which no page before them has."""
    best: dict[int, Candidate[str]] = {}
    for candidate in numbers:
        known = best.get(candidate.cell.page)
        if candidate.score >= _PLAIN and (known is None or candidate.score > known.score):
            best[candidate.cell.page] = candidate
    seen: list[str] = []
    for page in sorted(best):
        number = best[page].value
        if not any(number in other or other in number for other in seen):
            seen.append(number)
            yield page
