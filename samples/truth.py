"""What a reader can know: of an e-invoice all that its XML says, of a plain or scanned page only what is printed on it."""

from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass, replace
from typing import Any

from invoiceflow.domain.invoice import Invoice, TaxSubtotal

# Never printed as such, yet told by the page as a whole: the title says credit note, the lines are there or not.
_TOLD_BY_THE_PAGE = frozenset({"type_code", "currency_code"})


def printed_truth(invoice: Invoice, said: AbstractSet[str]) -> Invoice:
    """The invoice with everything absent whose path is not in `said`. Rows of lines and tax are named without their index."""
    invoice = replace(invoice, tax_breakdown=_as_printed(invoice.tax_breakdown, said))
    known = set(said) | _TOLD_BY_THE_PAGE
    known |= {f"tax_breakdown.{f.name}" for f in fields(TaxSubtotal)} if "tax_breakdown.rate" in said else set()
    shown: Invoice = _shown(invoice, "", known)
    return shown


def _as_printed(rows: tuple[TaxSubtotal, ...], said: AbstractSet[str]) -> tuple[TaxSubtotal, ...]:
    """The category code is in the XML only; the taxable amount where it is printed or is the net total of a single rate."""
    if "tax_breakdown.rate" not in said:
        return ()
    with_base = "tax_breakdown.taxable_amount" in said
    return tuple(replace(row, category_code=None, taxable_amount=row.taxable_amount if with_base else None) for row in rows)


def _shown(value: Any, path: str, known: AbstractSet[str]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        changes = {f.name: _shown(getattr(value, f.name), f"{path}.{f.name}".lstrip("."), known) for f in fields(value)}
        return replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(_shown(row, path, known) for row in value)
    if path in {"evidence", "findings"}:
        return value
    return value if path in known else None
