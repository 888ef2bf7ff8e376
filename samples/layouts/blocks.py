"""The blocks that layouts put together: addresses, details, notes, payment, imprint. Each records what it says."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from stdnum.de import leitweg

from samples.invoice_draw import Bill
from samples.layouts.sheet import BLACK, Sheet
from samples.page_style import Colour, PageStyle
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


def title(bill: Bill, style: PageStyle) -> str:
    return style.label("credit_note" if bill.is_credit_note else "invoice")


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
    fields = [Field(style.label(key), value, path) for key, value, path in wanted if value]
    # A Leitweg-ID bears its own name, whatever the page calls other references.
    return [replace(f, label="Leitweg-ID") if f.path == "buyer_reference" and leitweg.is_valid(f.value) else f for f in fields]


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
    sheet.said.update(f"{side}.address.{part}" for part in ("line_one", "city", "post_code", "country_subdivision"))


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
