"""What must hold of whatever a reader gives, however bad its input was. A failure is an AssertionError."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import orjson

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.invoice import Invoice
from invoiceflow.domain.invoice_document import to_document
from invoiceflow_reader.extract import Extraction, extract
from invoiceflow_reader.page.structure import Page

FAILURE_CODES: Final = frozenset(["file.not_pdf", "file.corrupted", "file.encrypted", "file.no_pages", "file.too_many_pages"])
_MOST_DIGITS: Final = 30
_TODAY: Final = date(2026, 1, 1)


def check_invoice(invoice: Invoice) -> None:
    """Amounts are finite and of a size that is written without an exponent's tricks, evidence lies on the page, and the
    document can be stored (JSON, and no NUL, which PostgreSQL refuses)."""
    for value in _leaves(invoice):
        if isinstance(value, Decimal):
            assert value.is_finite(), value
            assert abs(value.adjusted()) < _MOST_DIGITS, value
        elif isinstance(value, str):
            assert "\x00" not in value, value
            value.encode()  # a lone surrogate cannot be stored
    for path, found in invoice.evidence.items():
        assert 0 <= found.confidence <= 1, (path, found)
        assert found.box is None or all(0 <= side <= 1 for side in found.box), (path, found)
    orjson.dumps(to_document(invoice))


def check_number_is_printed(invoice: Invoice, pages: list[Page]) -> None:
    """A number that no page prints is invented. Its parts may stand apart ("Seria CC nr. 00451", a letter for
    the series), or on two lines ("DSZ-")."""
    if invoice.number is not None:
        parts = re.split(r"\s|(?<=[-/])|(?<=^[^\W\d])", invoice.number)
        printed = ["".join(word.text for cell in page.cells for word in cell.words) for page in pages]
        assert any(all(part in text for part in parts) for text in printed), invoice.number


def extracted(data: bytes) -> Extraction | None:
    """The reading of a PDF, checked; None where it was refused with one of the documented codes."""
    try:
        read = extract(data, today=_TODAY)
    except PermanentFailure as failure:
        if failure.code not in FAILURE_CODES:
            raise
        return None
    check_invoice(read.invoice)
    assert "\x00" not in read.text
    read.text.encode()
    assert all(1 <= number <= read.page_count for number in read.pages_to_recognize)
    return read


def _leaves(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        for one in fields(value):
            yield from _leaves(getattr(value, one.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _leaves(item)
    elif hasattr(value, "items"):
        for key, item in value.items():
            yield key
            yield from _leaves(item)
    else:
        yield value
