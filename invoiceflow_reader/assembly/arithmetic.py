"""Whether an invoice's own amounts agree: lines, net, tax, total, rates, what is paid and what is left to pay.

EN 16931 rounds once, half up, to two places: each line's net amount, and the tax of each rate; sums are exact (6.5.1 to 6.5.4).
Invoices that round in another order differ by a cent or so for each part: told, but as nothing more than that.
Quantity times price is not looked at: discounts and base quantities of a line are not in the invoice document.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from invoiceflow.domain.invoice import Finding, Invoice, Severity, TaxSubtotal
from invoiceflow_reader.assembly.merge import is_attached

_CENT: Final = Decimal("0.01")
_ROUNDING: Final = Decimal(1)
"""The amount to pay may be rounded (BT-114), to five or ten cents or to a whole unit, and the document does not say so."""
_PARTS_ONLY: Final = ("GROUP", "INFORMATION")  # BT-X-8: these lines repeat or explain others


def disagreeing_sums(invoice: Invoice) -> Iterator[Finding]:
    """What does not add up, of what is known."""
    yield from _total(invoice)
    yield from _lines(invoice)
    yield from _taxes(invoice)
    yield from _amount_due(invoice)


def _total(invoice: Invoice) -> Iterator[Finding]:
    """BR-CO-15."""
    net, tax, gross = invoice.totals.without_tax, invoice.totals.tax, invoice.totals.with_tax
    if net is not None and tax is not None and gross is not None and abs(net + tax - gross) >= _CENT:
        message = f"Net {net} and tax {tax} do not give the total {gross}."
        yield Finding("totals.do_not_add_up", Severity.ERROR, message, "totals.with_tax")


def _lines(invoice: Invoice) -> Iterator[Finding]:
    """BR-CO-10."""
    lines = [line for line in invoice.lines if line.status_reason_code not in _PARTS_ONLY]
    amounts = [line.net_amount for line in lines if line.net_amount is not None]
    said = invoice.totals.line_net_total
    if said is not None and amounts and len(amounts) == len(lines):
        yield from _sum("lines.do_not_add_up", "The lines", amounts, said, "totals.line_net_total")


def _taxes(invoice: Invoice) -> Iterator[Finding]:
    """BR-CO-14 (tax), the sum of BR-S-08 and its kin (taxable amounts), and BR-CO-17 (each rate)."""
    rows = invoice.tax_breakdown
    taxes = [row.tax_amount for row in rows if row.tax_amount is not None]
    if invoice.totals.tax is not None and taxes and len(taxes) == len(rows):
        yield from _sum("tax.does_not_add_up", "The taxes of the rates", taxes, invoice.totals.tax, "totals.tax")
    bases = [row.taxable_amount for row in rows if row.taxable_amount is not None]
    net = invoice.totals.without_tax
    if net is not None and bases and len(bases) == len(rows) and is_attached(invoice):  # a page may leave out the untaxed
        yield from _sum("tax.base_does_not_add_up", "What the rates are charged on", bases, net, "totals.without_tax")
    for index, row in enumerate(rows):
        yield from _rate(index, row, max(1, len(invoice.lines)))


def _rate(index: int, row: TaxSubtotal, lines: int) -> Iterator[Finding]:
    if row.rate is None or row.taxable_amount is None or row.tax_amount is None:
        return
    gap = abs(row.taxable_amount * row.rate / 100 - row.tax_amount)
    if gap > max(_CENT, lines * _CENT / 2):  # tax that is rounded line by line differs by up to half a cent for each
        message = f"{row.rate} % of {row.taxable_amount} are not {row.tax_amount}."
        yield Finding("tax.rate_does_not_fit", Severity.WARNING, message, f"tax_breakdown[{index}].tax_amount")


def _amount_due(invoice: Invoice) -> Iterator[Finding]:
    """BR-CO-16, as far as it can be told without the rounding amount."""
    totals = invoice.totals
    paid = totals.paid if totals.paid is not None or not is_attached(invoice) else Decimal(0)
    if totals.with_tax is None or totals.amount_due is None or paid is None:
        return
    if all(abs(totals.with_tax - sign * paid - totals.amount_due) >= _ROUNDING for sign in (1, -1)):  # printed with a minus
        message = f"The total {totals.with_tax} less the paid {paid} is not the amount to pay, {totals.amount_due}."
        yield Finding("totals.amount_due_does_not_fit", Severity.ERROR, message, "totals.amount_due")


def _sum(code: str, name: str, parts: list[Decimal], said: Decimal, path: str) -> Iterator[Finding]:
    whole = sum(parts, Decimal(0))
    gap = abs(whole - said)
    if gap < _CENT:
        return
    is_rounding = gap <= _CENT * len(parts)
    message = f"{name} sum to {whole}, the invoice says {said}{': a rounding difference' if is_rounding else ''}."
    yield Finding(code, Severity.INFO if is_rounding else Severity.ERROR, message, path)
