"""Two documents are the same invoice by seller, number and total."""

from dataclasses import replace
from decimal import Decimal

from invoiceflow.domain.duplicates import duplicate_keys
from invoiceflow.domain.invoice import Invoice, Party, Totals

INVOICE = Invoice(
    number="RE-2026/001",
    currency_code="EUR",
    seller=Party(name="Müller & Söhne GmbH", vat_identifier="DE123456788"),
    totals=Totals(with_tax=Decimal("119.00")),
)


def same(one: Invoice, other: Invoice) -> bool:
    return bool(duplicate_keys(one) & duplicate_keys(other))


def test_spelling_does_not_matter() -> None:
    other = replace(INVOICE, number="re 2026 001", totals=Totals(with_tax=Decimal(119)))
    assert same(INVOICE, other)


def test_a_seller_is_known_by_identifier_or_by_name() -> None:
    assert same(INVOICE, replace(INVOICE, seller=Party(name="MÜLLER & SÖHNE GMBH")))
    assert same(INVOICE, replace(INVOICE, seller=Party(vat_identifier="DE 123 456 788")))


def test_another_number_total_currency_or_seller_is_another_invoice() -> None:
    assert not same(INVOICE, replace(INVOICE, number="RE-2026/002"))
    assert not same(INVOICE, replace(INVOICE, totals=Totals(with_tax=Decimal("119.01"))))
    assert not same(INVOICE, replace(INVOICE, currency_code="USD"))
    assert not same(INVOICE, replace(INVOICE, seller=Party(name="Other", vat_identifier="DE987654321")))


def test_what_was_not_found_is_like_nothing() -> None:
    assert duplicate_keys(replace(INVOICE, number=None)) == frozenset()
    assert duplicate_keys(replace(INVOICE, number="---")) == frozenset()
    assert duplicate_keys(replace(INVOICE, totals=Totals())) == frozenset()
    assert duplicate_keys(replace(INVOICE, seller=Party())) == frozenset()
