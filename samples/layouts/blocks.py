"""The blocks that layouts put together: addresses, details, totals, tax table, payment, imprint. Each records what it says."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from samples.invoice_draw import Bill
from samples.layouts.sheet import BLACK, Sheet
from samples.page_style import Colour
from samples.vocabulary import country_name

GREY: Final = (0.4, 0.4, 0.42)
RULE: Final = (0.7, 0.7, 0.72)
Side = Literal["seller", "buyer"]


@dataclass(frozen=True)
class Field:
    """A labelled value; `path` is where it stands in the invoice document, None for what the document does not hold."""

    label: str
    value: str
    path: str | None


def title(bill: Bill, sheet: Sheet) -> str:
    return sheet.style.label("credit_note" if bill.is_credit_note else "invoice")


def details(bill: Bill, sheet: Sheet) -> list[Field]:
    """Number, dates and references, in the usual order; only what the invoice has."""
    invoice, style = bill.invoice, sheet.style
    wanted = (
        ("number", invoice.number, "number"),
        ("issue_date", style.date(invoice.issue_date) if invoice.issue_date else None, "issue_date"),
        ("delivery_date", style.date(bill.delivery_date), None),
        ("due_date", style.date(invoice.payment_due_date) if invoice.payment_due_date else None, "payment_due_date"),
        ("customer_number", bill.customer_number, None),
        ("order", invoice.purchase_order_reference, "purchase_order_reference"),
        ("buyer_reference", invoice.buyer_reference, "buyer_reference"),
    )
    return [Field(style.label(key), value, path) for key, value, path in wanted if value]


def address(
    sheet: Sheet, bill: Bill, side: Side, x: float, y: float, *, bold_name: bool = True, with_vat: bool = False
) -> float:
    """Name, street and city one under the other; gives back the baseline of the line after it."""
    style, step = sheet.style, sheet.style.size * 1.35
    company, party = (bill.seller, bill.invoice.seller) if side == "seller" else (bill.buyer, bill.invoice.buyer)
    sheet.text(x, y, company.name, bold=bold_name, says=f"{side}.name")
    sheet.text(x, y + step, company.street)
    sheet.text(x, y + 2 * step, company.city_line())
    says_address(sheet, side)
    y += 3 * step
    if style.prints_country or bill.seller.country != bill.buyer.country:
        sheet.text(x, y, country_name(bill.language, company.country), says=f"{side}.address.country_code")
        y += step
    # Where the buyer owes the tax, its VAT identifier must stand on the invoice.
    needs_vat = side == "buyer" and bill.exemption_reason is not None
    if (with_vat or needs_vat) and party.vat_identifier:
        words = f"{style.label('vat_id')}{style.colon} {style.vat_identifier(party.vat_identifier)}"
        sheet.text(x, y, words, says=f"{side}.vat_identifier")
        y += step
    return y


def says_address(sheet: Sheet, side: Side) -> None:
    sheet.said.update(f"{side}.address.{part}" for part in ("line_one", "city", "post_code"))


def contact(sheet: Sheet, bill: Bill, x: float, y: float, *, size: float | None = None, colour: Colour = BLACK) -> float:
    style, step = sheet.style, (size or sheet.style.size) * 1.35
    sheet.text(x, y, f"{style.label('phone')} {bill.seller.phone}", size=size, colour=colour)
    sheet.text(x, y + step, bill.seller.email, size=size, colour=colour, says="seller.electronic_address")
    return y + 2 * step


def tax_numbers(sheet: Sheet, bill: Bill, x: float, y: float, *, size: float | None = None) -> float:
    """The seller's VAT identifier, and the tax number where there is one (the only one of a small business)."""
    style, seller = sheet.style, bill.invoice.seller
    step = (size or style.size) * 1.35
    if seller.vat_identifier:
        words = f"{style.label('vat_id')}{style.colon} {style.vat_identifier(seller.vat_identifier)}"
        sheet.text(x, y, words, size=size, says="seller.vat_identifier")
        y += step
    if seller.tax_registration:
        sheet.text(
            x, y, f"{style.label('tax_no')}{style.colon} {seller.tax_registration}", size=size, says="seller.tax_registration"
        )
        y += step
    return y


def details_beside(sheet: Sheet, fields: list[Field], x0: float, x1: float, y: float, *, right: bool = False) -> float:
    """Labels on the left, values beside them, or at the right edge."""
    label_width = max(sheet.measure(field.label + sheet.style.colon) for field in fields) + 10
    for field in fields:
        sheet.text(x0, y, field.label + sheet.style.colon)
        if right:
            if sheet.measure(field.label + sheet.style.colon) + sheet.measure(field.value) + 6 > x1 - x0:
                y += sheet.style.size * 1.3  # a narrow roll: the value goes under its label
            sheet.text(x1, y, field.value, align="right", says=field.path)
        else:
            sheet.text(x0 + label_width, y, field.value, says=field.path)
        y += sheet.style.size * 1.45
    return y


def details_above(sheet: Sheet, fields: list[Field], x0: float, x1: float, y: float, *, boxed: bool, per_row: int = 4) -> float:
    """Cells with the label small above the value, `per_row` beside one another."""
    height, small = sheet.style.size * 3.0, sheet.style.size - 1.5
    for start in range(0, len(fields), per_row):
        row = fields[start : start + per_row]
        width = (x1 - x0) / len(row)
        for i, field in enumerate(row):
            left = x0 + i * width
            if boxed:
                sheet.box(left, y, left + width, y + height)
            inset = 5 if boxed else 0
            sheet.text(left + inset, y + small * 1.3, field.label, size=small, colour=GREY)
            sheet.text(left + inset, y + height - 5, field.value, bold=True, says=field.path)
        y += height + (0 if boxed else 4)
    return y


def details_stacked(sheet: Sheet, fields: list[Field], x: float, y: float) -> float:
    """One column, each label in its own line above its value."""
    step, small = sheet.style.size * 1.3, sheet.style.size - 1.5
    for field in fields:
        sheet.text(x, y, field.label, size=small, colour=GREY)
        sheet.text(x, y + step, field.value, bold=True, says=field.path)
        y += step * 2 + 3
    return y


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


def draw_notes(sheet: Sheet, bill: Bill, x0: float, x1: float, y: float) -> float:
    """Terms, exemption and currency in words, as far as there are any."""
    style, invoice = sheet.style, bill.invoice
    if style.currency == "none":
        y = sheet.paragraph(x0, y, style.label("currency").format(code=invoice.currency_code), x1 - x0)
        sheet.said.add("currency_code")
    if bill.exemption_reason:
        y = sheet.paragraph(x0, y, bill.exemption_reason, x1 - x0)
    if invoice.payment.terms:
        words = invoice.payment.terms if style.terms_as_sentence else f"{style.label('terms')}: {invoice.payment.terms}"
        y = sheet.paragraph(x0, y, words, x1 - x0)
        sheet.said.add("payment.terms")
    return y


def payment_fields(sheet: Sheet, bill: Bill, *, with_reference: bool = False) -> list[Field]:
    payment, style = bill.invoice.payment, sheet.style
    found = []
    if payment.account_id:
        found.append(Field(style.label("iban"), style.account(payment.account_id), "payment.account_id"))
    if payment.bic:
        found.append(Field(style.label("bic"), payment.bic, "payment.bic"))
    if with_reference and payment.reference:
        found.append(Field(style.label("reference"), payment.reference, "payment.reference"))
    return found


def draw_payment(sheet: Sheet, bill: Bill, x0: float, x1: float, y: float, *, with_reference: bool = False) -> float:
    fields = payment_fields(sheet, bill, with_reference=with_reference)
    if not fields:
        return y
    sheet.text(x0, y, sheet.style.label("bank"), bold=True)
    return details_beside(sheet, fields, x0, x1, y + sheet.style.size * 1.45)


def draw_imprint(
    sheet: Sheet, bill: Bill, x0: float, x1: float, y: float, *, with_address: bool = True, with_bank: bool = True
) -> None:
    """Three small columns at the foot of the page: the company, how to reach it and its register, its bank and tax numbers."""
    size = 6.8
    step, third = size * 1.35, (x1 - x0) / 3
    sheet.rule(x0, y - 10, x1, y - 10, colour=RULE)
    company = bill.seller
    left = [company.name, company.street, company.city_line()] if with_address else []
    for i, words in enumerate(left):
        sheet.text(x0, y + i * step, words, size=size)
    if left:
        sheet.said.add("seller.name")
        says_address(sheet, "seller")
    under = contact(sheet, bill, x0 + third, y, size=size)
    sheet.text(x0 + third, under, company.register, size=size)
    y = tax_numbers(sheet, bill, x0 + 2 * third + 12, y, size=size)
    if with_bank:
        for field in payment_fields(sheet, bill):
            sheet.text(x0 + 2 * third + 12, y, f"{field.label}{sheet.style.colon} {field.value}", size=size, says=field.path)
            y += step


def draw_page_number(sheet: Sheet, x: float, y: float) -> None:
    words = f"{sheet.style.label('page')} {sheet.page}"
    if sheet.page_count:
        words += f" / {sheet.page_count}"
    sheet.text(x, y, words, size=7, align="right", colour=GREY)


def draw_logo(sheet: Sheet, bill: Bill, x: float, y: float, *, size: float = 15) -> float:
    """A disc with the name's first letter, and the name; gives back the x after it."""
    sheet.disc(x + size * 0.8, y - size * 0.35, size * 0.8, sheet.style.colour)
    sheet.text(
        x + size * 0.8, y - size * 0.05, bill.seller.name[0], bold=True, size=size * 0.9, align="centre", colour=(1.0, 1.0, 1.0)
    )
    width = sheet.text(x + size * 2, y, bill.seller.name, bold=True, size=size, colour=sheet.style.colour, says="seller.name")
    return x + size * 2 + width


def _adjustment_rows(bill: Bill, sheet: Sheet) -> list[tuple[str, Decimal]]:
    """One row for each reason: an allowance that was split by rate is printed as one."""
    sums: dict[str, Decimal] = {}
    for one in bill.adjustments:
        label = one.reason if one.percent is None else f"{one.reason} {sheet.style.rate(one.percent)}"
        sums[label] = sums.get(label, Decimal(0)) + (one.amount if one.is_charge else -one.amount)
    return list(sums.items())
