"""Where the page says something else than the attached XML: whoever pays by the one and books by the other is cheated.

A value disagrees only where the page plainly gives another one and the XML's own is printed nowhere on the pages: what was
merely read from the wrong place is no alarm. What the two are merged into is `merge`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from invoiceflow.domain.invoice import Finding, Invoice, Severity
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.folding import folded
from invoiceflow_reader.page.recognized import OCR_READER
from invoiceflow_reader.parsing.dates import find_dates
from invoiceflow_reader.parsing.identifiers import find_ibans, looks_like_iban

_SURE: Final = 0.7
"""Confidence of the page's value, from which on it can contradict. On the public corpus every document told from here on
truly differs; below it misread totals are told too."""
_SURE_OF_DATE: Final = 0.4
_FEWEST_WORDS: Final = 30
"""On pages with fewer words the number may stand in a picture."""
_CENT: Final = Decimal("0.01")
_LONGEST: Final = 60  # characters of a number that is looked for


@dataclass(frozen=True, slots=True)
class _Compared:
    path: str
    name: str
    severity: Severity
    sure: float = _SURE


_NUMBER: Final = _Compared("number", "the invoice number", Severity.WARNING)
_DATE: Final = _Compared("issue_date", "the invoice date", Severity.WARNING, _SURE_OF_DATE)
_TOTAL: Final = _Compared("totals.with_tax", "the total", Severity.ERROR)
_PARTS: Final = (
    _Compared("totals.without_tax", "the total without tax", Severity.ERROR),
    _Compared("totals.tax", "the tax", Severity.ERROR),
    _Compared("totals.amount_due", "the amount to pay", Severity.ERROR),
)
_ACCOUNT: Final = _Compared("payment.account_id", "the account to pay to", Severity.ERROR)


def disagreements(attached: Invoice, on_page: Invoice, reading: Reading) -> list[Finding]:
    """A finding for each value on which the two differ, and one more where the XML must be another document's."""
    found = list(_contradictions(attached, on_page, reading))
    contradicted = {finding.path for finding in found} & {_NUMBER.path, _DATE.path, _TOTAL.path}
    if len(contradicted) > 1:
        names = " and ".join(one.name for one in (_NUMBER, _DATE, _TOTAL) if one.path in contradicted)
        message = f"The attached data seem to be those of another invoice: {names} differ from the page."
        found.append(Finding("xml.of_another_document", Severity.ERROR, message))
    return found


def _contradictions(attached: Invoice, on_page: Invoice, reading: Reading) -> Iterator[Finding]:
    for compared, is_printed in ((_NUMBER, _number_printed), (_DATE, _date_printed)):
        if (finding := _contradiction(compared, attached, on_page, reading, is_printed)) is not None:
            yield finding
    if attached.number and on_page.number is None and _is_nowhere(attached.number, reading):
        message = f"The invoice number of the attached data, {attached.number}, is printed nowhere on the pages."
        yield Finding("xml.disagrees_with_page", Severity.WARNING, message, _NUMBER.path)
    total = _contradiction(_TOTAL, attached, on_page, reading, _amount_printed)
    if total is not None:
        yield total  # its parts differ then too, and say nothing new
    else:
        for part in _PARTS:
            if (finding := _contradiction(part, attached, on_page, reading, _amount_printed)) is not None:
                yield finding
    if looks_like_iban(attached.payment.account_id or ""):
        account = _contradiction(_ACCOUNT, attached, on_page, reading, _account_printed)
        if account is not None:
            yield account


def _contradiction(
    compared: _Compared, attached: Invoice, on_page: Invoice, reading: Reading, is_printed: Callable[[Any, Any, Reading], bool]
) -> Finding | None:
    in_xml, shown, evidence = _at(attached, compared.path), _at(on_page, compared.path), on_page.evidence.get(compared.path)
    if in_xml is None or shown is None or evidence is None or evidence.confidence < compared.sure:
        return None
    if _agree(in_xml, shown) or is_printed(in_xml, shown, reading):
        return None
    severity, seen = compared.severity, f"The page shows {shown} as {compared.name}, the attached data say {in_xml}."
    if evidence.reader == OCR_READER:  # a letter read wrongly looks the same
        severity, seen = Severity.WARNING, f"{seen} The page is a picture: look whether it was read rightly."
    return Finding("xml.disagrees_with_page", severity, seen, compared.path)


def _agree(one: Any, other: Any) -> bool:
    """Amounts whatever their sign (credit notes are written both ways), numbers and accounts by their letters and digits."""
    if isinstance(one, Decimal):
        return bool(abs(abs(one) - abs(other)) < _CENT)
    return bool(one == other) if isinstance(one, date) else _compact(one) == _compact(other)


def _compact(text: str) -> str:
    return "".join(c for c in folded(text) if c.isalnum())


def _number_printed(number: str, on_page: str, reading: Reading) -> bool:
    """Also where the page's is a part of it or the other way round: "42" for "20131122-42" is the same, written shorter."""
    return _stands_in(on_page, number) or any(_stands_in(number, page.text) for page in reading.pages)


def _is_nowhere(number: str, reading: Reading) -> bool:
    """Neither it nor the longest of its parts, on pages with enough text of their own to trust this."""
    if any(p.reader == OCR_READER for p in reading.pages) or sum(len(p.text.split()) for p in reading.pages) < _FEWEST_WORDS:
        return False
    longest = max(re.split(r"[\s/_-]+", number), key=len)
    return not any(_stands_in(longest, page.text) for page in reading.pages)


def _stands_in(number: str, text: str) -> bool:
    """Whether its letters and digits stand in the text one after the other, and not within a longer word."""
    letters = _compact(number)[:_LONGEST]
    pattern = r"(?<![^\W_])" + r"[\W_]{0,3}".join(map(re.escape, letters)) + r"(?![^\W_])"
    return not letters or re.search(pattern, folded(text)) is not None


def _date_printed(wanted: date, _on_page: date, reading: Reading) -> bool:
    return any(
        one.value == wanted
        for cell in reading.cells()
        for month_first in (True, False)
        for one in find_dates(cell.text, month_first=month_first)
    )


def _amount_printed(wanted: Decimal, _on_page: Decimal, reading: Reading) -> bool:
    return any(abs(a.value) == abs(wanted) for cell in reading.cells() for a in reading.amounts(cell))


def _account_printed(account: str, _on_page: str, reading: Reading) -> bool:
    compact = _compact(account)
    return any(_compact(iban.value) == compact for cell in reading.cells() for iban in find_ibans(cell.text)) or any(
        compact in _compact(page.text) for page in reading.pages
    )


def _at(invoice: Invoice, path: str) -> Any:
    value: Any = invoice
    for name in path.split("."):
        value = getattr(value, name)
    return value
