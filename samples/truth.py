"""What a reader can know of a plain or scanned page: what is printed on it. For e-invoices see `generate`."""

from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass, replace
from typing import Any

from invoiceflow.domain.invoice import Invoice, InvoiceLine, TaxSubtotal
from samples.invoice_draw import Bill


def printed_truth(bill: Bill, said: AbstractSet[str]) -> Invoice:
    """The bill's invoice with everything absent whose path is not in `said`.

    Paths are those of the invoice document, rows of lines and tax without their index; `lines.name` and `lines.detail` are
    the two parts of a description. The kind of document and its currency are always told: by the title and by the amounts.
    """
    known = said | {"type_code", "currency_code"}
    invoice = bill.invoice
    lines = tuple(_line(bill, i, known) for i in range(len(invoice.lines)))
    rows = tuple(_tax_row(row, known) for row in invoice.tax_breakdown) if "tax_breakdown.rate" in known else ()
    shown: Invoice = _shown(replace(invoice, lines=(), tax_breakdown=()), "", known)
    return replace(shown, lines=lines, tax_breakdown=rows)


def _line(bill: Bill, i: int, known: AbstractSet[str]) -> InvoiceLine:
    name, detail = bill.names[i], bill.details[i] if "lines.detail" in known else None
    shown: InvoiceLine = _shown(bill.invoice.lines[i], "lines", known)
    return replace(shown, description=f"{name}\n{detail}" if detail else name)


def _tax_row(row: TaxSubtotal, known: AbstractSet[str]) -> TaxSubtotal:
    """The category code stands in no page, only in XML."""
    shown: TaxSubtotal = _shown(row, "tax_breakdown", known)
    return replace(shown, category_code=None)


def _shown(value: Any, path: str, known: AbstractSet[str]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: getattr(value, f.name) for f in fields(value)}
        return replace(value, **{name: _shown(part, f"{path}.{name}".lstrip("."), known) for name, part in parts.items()})
    if path in {"evidence", "findings", "lines", "tax_breakdown"} or path in known:
        return value
    return None
