"""Designed pages: bands of colour, the amount to pay at the top, a side column."""

from decimal import Decimal
from typing import Final

from samples.invoice_draw import Bill
from samples.layouts import blocks, totals
from samples.layouts.line_table import Frame, draw_line_table
from samples.layouts.sheet import Sheet

_WHITE: Final = (1.0, 1.0, 1.0)
_PALE: Final = (0.95, 0.95, 0.96)


def colour_band(sheet: Sheet, bill: Bill) -> None:
    """A band with the title, a coloured table head, the total on a band."""
    x0, x1, middle = 48.0, sheet.width - 48, sheet.width / 2

    def foot() -> None:
        blocks.draw_page_number(sheet, x1, sheet.height - 28)

    foot()
    sheet.on_new_page = foot
    sheet.box(0, 0, sheet.width, 84, fill=sheet.style.colour, stroke=None)
    sheet.text(x0, 52, blocks.title(bill, sheet.style), bold=True, size=24, colour=_WHITE)
    sheet.text(x1, 52, bill.seller.name, bold=True, size=11, align="right", colour=_WHITE, says="seller.name")
    under = blocks.details_beside(sheet, blocks.details(bill, sheet), middle + 20, x1, 116, right=True)
    y = blocks.address(sheet, bill, "buyer", x0, 116, with_vat=True)
    y = max(y, under) + 14
    y = draw_line_table(sheet, bill, Frame(x0, x1, 60, sheet.height - 60), y, band=sheet.style.colour)
    y = _room(sheet, bill, y, sheet.height - 60)
    y = totals.draw_totals(sheet, bill, x1 - 225, x1, y + 6, band=sheet.style.colour)
    y = blocks.draw_notes(sheet, bill, x0, x1, y + 12) + 12
    left = blocks.draw_payment(sheet, bill, x0, middle, y, with_reference=True)
    blocks.tax_numbers(sheet, bill, middle + 55, blocks.address(sheet, bill, "seller", middle + 55, y))
    sheet.paragraph(x0, left + 6, sheet.style.label("thanks"), middle - x0)


def amount_first(sheet: Sheet, bill: Bill) -> None:
    """As utilities write: what to pay and until when in a box at the top, the lines without rules below."""
    x0, x1 = 52.0, sheet.width - 52
    style, invoice = sheet.style, bill.invoice

    def foot() -> None:
        blocks.draw_imprint(sheet, bill, x0, x1, sheet.height - 60, with_address=False, with_bank=False)
        blocks.draw_page_number(sheet, x1, 36)

    foot()
    sheet.on_new_page = foot
    blocks.draw_logo(sheet, bill, x0, 58)
    blocks.address(sheet, bill, "buyer", x0, 120, bold_name=False)
    blocks.address(sheet, bill, "seller", 360, 120)
    sheet.box(x0, 196, x1, 246, fill=_PALE, stroke=None)
    due = style.amount(invoice.totals.amount_due or Decimal(0), invoice.currency_code or "")
    sheet.text(x0 + 12, 212, style.label("due"), size=8, colour=blocks.GREY)
    sheet.text(x0 + 12, 234, due, bold=True, size=16, says="totals.amount_due")
    y = blocks.details_beside(sheet, blocks.details(bill, sheet), x0, x1, 268)
    y = draw_line_table(sheet, bill, Frame(x0, x1, 66, sheet.height - 90), y + 6)
    y = _room(sheet, bill, y, sheet.height - 90)
    y = totals.draw_totals(sheet, bill, x0, x1, y + 6)
    y = blocks.draw_notes(sheet, bill, x0, x1, y + 10)
    blocks.draw_payment(sheet, bill, x0, x1, y + 8, with_reference=True)


def sidebar(sheet: Sheet, bill: Bill) -> None:
    """A tinted column on the left with seller, details and bank; buyer, lines and totals on the right."""
    edge, x0, x1 = 172.0, 188.0, sheet.width - 36

    def paper() -> None:
        sheet.box(0, 0, edge, sheet.height, fill=_PALE, stroke=None)
        blocks.draw_page_number(sheet, x1, sheet.height - 28)

    paper()
    sheet.on_new_page = paper
    y = 60.0
    for words in sheet.wrapped(bill.seller.name, edge - 40, bold=True, size=13):
        sheet.text(22, y, words, bold=True, size=13, colour=sheet.style.colour)
        y += 16
    sheet.said.add("seller.name")
    for words in (bill.seller.street, bill.seller.city_line()):
        sheet.text(22, y, words, size=8)
        y += 11
    blocks.says_address(sheet, "seller")
    y = blocks.tax_numbers(sheet, bill, 22, blocks.contact(sheet, bill, 22, y, size=7), size=7)
    y = blocks.details_stacked(sheet, blocks.details(bill, sheet), 22, y + 16)
    for field in blocks.payment_fields(sheet, bill):
        sheet.text(22, y + 10, field.label, size=7, colour=blocks.GREY)
        sheet.text(22, y + 20, field.value, size=7, says=field.path)
        y += 22
    sheet.text(x0, 64, blocks.title(bill, sheet.style), size=22, colour=sheet.style.colour)
    y = blocks.address(sheet, bill, "buyer", x0, 100)
    y = draw_line_table(sheet, bill, Frame(x0, x1, 60, sheet.height - 60), y + 16)
    y = _room(sheet, bill, y, sheet.height - 60)
    y = totals.draw_totals(sheet, bill, x1 - 210, x1, y + 6)
    blocks.draw_notes(sheet, bill, x0, x1, y + 12)


def _room(sheet: Sheet, bill: Bill, y: float, bottom: float) -> float:
    if y + totals.totals_height(sheet, bill) <= bottom:
        return y
    sheet.next_page()
    return 60.0
