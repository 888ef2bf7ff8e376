"""A till's roll: narrow, monospaced, every line of goods on two lines of paper."""

from decimal import Decimal

from samples.invoice_draw import Bill
from samples.layouts import blocks, totals
from samples.layouts.sheet import Sheet
from samples.vocabulary import unit_name

WIDTH = 250.0  # points: 88 mm


def height(bill: Bill) -> float:
    """The length of paper the invoice takes, in points."""
    return 430.0 + 36 * len(bill.invoice.lines) + 14 * (len(bill.adjustments) + 2 * len(bill.invoice.tax_breakdown))


def receipt(sheet: Sheet, bill: Bill) -> None:
    x0, x1, step = 16.0, sheet.width - 16, 11.5
    style, invoice = sheet.style, bill.invoice
    y = 30.0
    for words in sheet.wrapped(bill.seller.name, x1 - x0, bold=True):
        sheet.text(sheet.width / 2, y, words, bold=True, align="centre")
        y += step
    sheet.said.add("seller.name")
    for words in (bill.seller.street, bill.seller.city_line()):
        sheet.text(sheet.width / 2, y, words, align="centre")
        y += step
    blocks.says_address(sheet, "seller")
    y = blocks.tax_numbers(sheet, bill, x0, y + 4, size=7.5)
    sheet.text(sheet.width / 2, y + 8, blocks.title(bill, sheet.style), bold=True, size=11, align="centre")
    y = blocks.details_beside(sheet, blocks.details(bill, sheet), x0, x1, y + 26, right=True)
    sheet.text(x0, y + 4, f"{style.label('bill_to')}:")
    y = blocks.address(sheet, bill, "buyer", x0, y + 4 + step) + 2
    sheet.rule(x0, y - 6, x1, y - 6)
    for name, line in zip(bill.names, invoice.lines, strict=True):
        for words in sheet.wrapped(name, x1 - x0):
            sheet.text(x0, y + 4, words)
            y += step
        counted = f"{style.quantity(line.quantity or Decimal(0))} {unit_name(bill.language, line.unit_code or 'C62')}"
        sheet.text(x0 + 10, y + 4, f"{counted} x {style.number(line.unit_price or Decimal(0))}")
        sheet.text(x1 - 4, y + 4, style.number(line.net_amount or Decimal(0)), align="right")
        y += step
    sheet.said.update(f"lines.{part}" for part in ("name", "quantity", "unit_code", "unit_price", "net_amount"))
    sheet.rule(x0, y, x1, y)
    y = totals.draw_totals(sheet, bill, x0, x1, y)
    y = blocks.draw_notes(sheet, bill, x0, x1, y + 8)
    for field in blocks.payment_fields(sheet, bill):
        sheet.text(x0, y + 4, f"{field.label} {field.value}", size=7, says=field.path)
        y += step
    sheet.text(sheet.width / 2, y + 12, style.label("thanks"), size=7, align="centre")
