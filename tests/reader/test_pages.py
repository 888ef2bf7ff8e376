"""Whole pages as invoices of many countries and programs set them: `pages/*.txt`, the values above, the page below.

All companies are invented. A page is drawn letter by letter on a grid, so a file shows what the reader sees.
"""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from invoiceflow.domain.invoice import Invoice
from invoiceflow_reader.assembly.from_page import assemble
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Page, Word, build_page

_PAGES = sorted((Path(__file__).parent / "pages").glob("*.txt"))
_NOT_YET: set[tuple[str, str]] = set()  # what is known to be missed: a value that comes right must leave this list
_AMOUNTS = ("net_total", "tax_total", "grand_total", "line_sum")


def _parts(path: Path) -> tuple[dict[str, str], str]:
    head, _, text = path.read_text(encoding="utf-8").partition("---\n")
    return dict(line.split(": ", 1) for line in head.strip().splitlines()), text


def _page(text: str) -> Page:
    words = [
        Word(m.group(), 40 + m.start() * 5.0, 40 + y * 12.0, 40 + m.end() * 5.0, 49.5 + y * 12.0)
        for y, line in enumerate(text.splitlines())
        for m in re.finditer(r"\S+", line)
    ]
    return build_page(1, 595, 842, words, text, "page")


def _values(invoice: Invoice) -> dict[str, object]:
    amounts = [line.net_amount for line in invoice.lines]
    return {
        "invoice_number": invoice.number,
        "issue_date": invoice.issue_date,
        "due_date": invoice.payment_due_date,
        "seller_name": invoice.seller.name,
        "seller_vat_id": invoice.seller.vat_identifier,
        "buyer_name": invoice.buyer.name,
        "currency": invoice.currency_code,
        "net_total": invoice.totals.without_tax,
        "tax_total": invoice.totals.tax,
        "grand_total": invoice.totals.with_tax,
        "iban": invoice.payment.account_id,
        "line_count": len(amounts) or None,
        "group_lines": " ".join(line.identifier or "?" for line in invoice.lines if line.status_reason_code == "GROUP"),
        "line_sum": sum((a for a in amounts if a is not None), Decimal(0)) if amounts else None,
    }


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: path.stem)
def test_a_page_is_read_as_a_person_reads_it(path: Path) -> None:
    truth, text = _parts(path)
    read = _values(assemble(Reading([_page(text)])).invoice)
    wrong = {}
    for field, expected in truth.items():
        given = read[field]
        same = (
            Decimal("NaN" if given is None else str(given)) == Decimal(expected)
            if field in _AMOUNTS
            else _folded(given) == _folded(expected)
        )
        known = (path.stem, field) in _NOT_YET
        if expected != "*" and same == known:
            wrong[field] = (given, expected)
    assert not wrong


def _folded(value: object) -> str:
    return "".join(c for c in str(value).lower() if c.isalnum())
