"""What an invoice must say and does not: EN 16931 and Art. 226 of the VAT Directive (2006/112/EC).

On a page alone "not found" is not "not there": the sentences say so, and what a page often hides is only for information.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import Final

from invoiceflow.domain.invoice import Address, Finding, Invoice, Severity
from invoiceflow_reader.assembly.merge import is_attached

_REVERSE_CHARGE: Final = {"AE": "BR-AE-03, reverse charge", "K": "BR-IC-03, supply within the EU"}
_VALUES: Final = (
    ("number", "the invoice number", Severity.WARNING),  # BR-02; Art. 226 (2)
    ("issue_date", "the issue date", Severity.WARNING),  # BR-03; Art. 226 (1)
    ("currency_code", "the currency", Severity.WARNING),  # BR-05; Art. 230
    ("seller.name", "the seller's name", Severity.WARNING),  # BR-06; Art. 226 (5)
    ("buyer.name", "the buyer's name", Severity.WARNING),  # BR-07; Art. 226 (5)
    ("totals.with_tax", "the total with tax", Severity.WARNING),  # BR-14
    ("totals.without_tax", "the total without tax", Severity.INFO),  # BR-13; Art. 226 (8)
    ("totals.tax", "the tax", Severity.INFO),  # Art. 226 (10)
)


def missing_content(invoice: Invoice) -> Iterator[Finding]:
    """One finding for each thing that is missing; `path` is where it would stand."""
    for path, name, severity in _VALUES:
        value: object = invoice
        for part in path.split("."):
            value = getattr(value, part)
        if value is None:
            yield _missing(path, f"No value was found for {name}.", severity)
    if not invoice.lines:  # BR-16; Art. 226 (6)
        yield _missing("lines", "No lines were found: what was delivered, and how much of it.", Severity.INFO)
    for name in ("seller", "buyer"):  # BR-08, BR-10; Art. 226 (5)
        if is_attached(invoice) and _is_empty(getattr(invoice, name).address):  # few of the pages' addresses are read
            yield _missing(f"{name}.address", f"The {name}'s address was not found.", Severity.INFO)
    if invoice.totals.tax and not invoice.tax_breakdown:  # BR-CO-18; Art. 226 (8) and (9)
        yield _missing("tax_breakdown", "No tax rates with what they are charged on were found.", Severity.INFO)
    yield from _vat_identifiers(invoice)


def _vat_identifiers(invoice: Invoice) -> Iterator[Finding]:
    """Art. 226 (3), and (4): the buyer's where the buyer owes the tax."""
    if invoice.seller.vat_identifier is None and invoice.seller.tax_registration is None:
        message = "The seller's VAT identifier was not found."
        yield Finding("seller.no_vat_identifier", Severity.INFO, message, "seller.vat_identifier")
    rules = [_REVERSE_CHARGE[row.category_code] for row in invoice.tax_breakdown if row.category_code in _REVERSE_CHARGE]
    if rules and invoice.buyer.vat_identifier is None:
        message = f"The buyer owes the tax ({rules[0]}), but the buyer's VAT identifier was not found."
        yield _missing("buyer.vat_identifier", message, Severity.WARNING)


def _is_empty(address: Address) -> bool:
    return all(getattr(address, field.name) is None for field in fields(address))


def _missing(path: str, message: str, severity: Severity) -> Finding:
    return Finding("content.missing", severity, message, path)
