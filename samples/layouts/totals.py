"""The totals under the lines and the table of tax rates. What else stands on a page is `blocks`."""

from dataclasses import dataclass
from decimal import Decimal

from samples.invoice_draw import Bill
from samples.layouts.sheet import BLACK, Sheet
from samples.page_style import Colour


@dataclass(frozen=True)
class TotalRow:
    label: str
    amount: Decimal
    paths: tuple[str, ...] = ()
    strong: bool = False


def total_rows(bill: Bill, sheet: Sheet, *, tax_rows: bool = True) -> list[TotalRow]:
    """The rows under the lines. `tax_rows` is False where a tax table of its own gives the rates."""
    totals, style, rows = bill.invoice.totals, sheet.style, []
    zero = Decimal(0)
    if bill.adjustments:
        rows.append(TotalRow(style.label("line_total"), totals.line_net_total or zero, ("totals.line_net_total",)))
        rows += [TotalRow(label, amount) for label, amount in _adjustment_rows(bill, sheet)]
    rows.append(TotalRow(style.label("net"), totals.without_tax or zero, ("totals.without_tax",)))
    several = len(bill.invoice.tax_breakdown) > 1
    if tax_rows:
        # With one rate its taxable amount is the net total, which is printed.
        paths = (
            "tax_breakdown.rate",
            "tax_breakdown.tax_amount",
            *(() if several else ("tax_breakdown.taxable_amount", "totals.tax")),
        )
        rows += [
            TotalRow(style.label("tax").format(rate=style.rate(row.rate or zero)), row.tax_amount or zero, paths)
            for row in bill.invoice.tax_breakdown
        ]
    if several or not tax_rows:
        rows.append(TotalRow(style.label("tax_total"), totals.tax or zero, ("totals.tax",)))
    rows.append(TotalRow(style.label("gross"), totals.with_tax or zero, ("totals.with_tax",), strong=True))
    if totals.paid is not None:
        rows.append(TotalRow(style.label("paid"), -totals.paid, ("totals.paid",)))
        rows.append(TotalRow(style.label("due"), totals.amount_due or zero, ("totals.amount_due",), strong=True))
    return rows


def draw_totals(
    sheet: Sheet,
    bill: Bill,
    x0: float,
    x1: float,
    y: float,
    *,
    tax_rows: bool = True,
    boxed: bool = False,
    band: Colour | None = None,
) -> float:
    """The totals, amounts at the right edge; gives back the y under them."""
    step, code = sheet.style.size * 1.6, bill.invoice.currency_code or ""
    top = y
    for row in total_rows(bill, sheet, tax_rows=tax_rows):
        colour = BLACK
        if row.strong:
            if band:
                sheet.box(x0 - 6, y + 3, x1, y + step + 3, fill=band, stroke=None)
                colour = (1.0, 1.0, 1.0)
            else:
                sheet.rule(x0, y + 3, x1, y + 3)
        words = sheet.style.amount(row.amount, code)
        room = x1 - x0 - 10 - sheet.measure(words, bold=row.strong)
        size = sheet.style.size * min(1.0, room / sheet.measure(row.label, bold=row.strong))
        sheet.text(x0, y + step - 2, row.label, bold=row.strong, colour=colour, size=size)
        sheet.text(x1 - 4, y + step - 2, words, bold=row.strong, align="right", colour=colour)
        sheet.said.update(row.paths)
        y += step
    if boxed:
        sheet.box(x0 - 6, top, x1, y + 4)
    if code and (sheet.style.currency != "none"):
        sheet.said.add("currency_code")
    return y + 8


def totals_height(sheet: Sheet, bill: Bill) -> float:
    """What totals, notes and payment take at most, in points: for the decision to begin a page."""
    return len(total_rows(bill, sheet)) * sheet.style.size * 1.6 + sheet.style.size * 14


def draw_tax_table(sheet: Sheet, bill: Bill, x0: float, x1: float, y: float) -> float:
    """Rate, taxable amount and tax of each rate, in a table of its own."""
    style, code, step = sheet.style, bill.invoice.currency_code or "", sheet.style.size * 1.6
    edges = (x0 + (x1 - x0) * 0.24, x0 + (x1 - x0) * 0.64, x1 - 4)
    titles = (style.label("rate"), style.label("base"), style.label("tax_total"))
    # The widest word of any language must keep clear of its neighbour.
    widths = [sheet.measure(words, bold=True) for words in titles]
    rooms = (edges[0] - x0, edges[1] - edges[0] - 6, edges[2] - edges[1] - 6)
    size = (style.size - 1) * min(1.0, *(room / width for room, width in zip(rooms, widths, strict=True)))
    for edge, words in zip(edges, titles, strict=True):
        sheet.text(edge, y + step - 3, words, bold=True, align="right", size=size)
    sheet.rule(x0, y + step, x1, y + step)
    for row in bill.invoice.tax_breakdown:
        y += step
        cells = (
            style.rate(row.rate or Decimal(0)),
            style.amount(row.taxable_amount or Decimal(0), code, in_lines=True),
            style.amount(row.tax_amount or Decimal(0), code, in_lines=True),
        )
        for edge, words in zip(edges, cells, strict=True):
            sheet.text(edge, y + step - 3, words, align="right")
    sheet.said.update(f"tax_breakdown.{part}" for part in ("rate", "taxable_amount", "tax_amount"))
    return y + step + 8


def _adjustment_rows(bill: Bill, sheet: Sheet) -> list[tuple[str, Decimal]]:
    """One row for each reason: an allowance that was split by rate is printed as one."""
    sums: dict[str, Decimal] = {}
    for one in bill.adjustments:
        label = one.reason if one.percent is None else f"{one.reason} {sheet.style.rate(one.percent)}"
        sums[label] = sums.get(label, Decimal(0)) + (one.amount if one.is_charge else -one.amount)
    return list(sums.items())
