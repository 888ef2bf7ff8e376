"""Forms of bookkeeping programs: two columns, boxes, grids, the seller on any side, the tax in a table of its own."""

from reportlab.lib.pagesizes import A4

from samples.invoice_draw import Bill
from samples.layouts import blocks, totals
from samples.layouts.line_table import Frame, draw_line_table
from samples.layouts.sheet import Sheet

LANDSCAPE = (A4[1], A4[0])


def two_column(sheet: Sheet, bill: Bill) -> None:
    """Seller on the left, buyer on the right, both under a heading; details label above value."""
    x0, x1, middle = 45.0, sheet.width - 45, sheet.width / 2 + 12
    _numbered(sheet, x1)
    sheet.text(x0, 62, blocks.title(bill, sheet.style), bold=True, size=20, colour=sheet.style.colour)
    sheet.text(x0, 92, sheet.style.label("seller"), bold=True, colour=sheet.style.colour)
    sheet.text(middle, 92, sheet.style.label("bill_to"), bold=True, colour=sheet.style.colour)
    left = blocks.contact(sheet, bill, x0, blocks.address(sheet, bill, "seller", x0, 107, with_vat=True))
    right = blocks.address(sheet, bill, "buyer", middle, 107, with_vat=True)
    y = blocks.details_above(sheet, blocks.details(bill, sheet), x0, x1, max(left, right) + 10, boxed=False)
    _ending(sheet, bill, Frame(x0, x1, 60, sheet.height - 60), y + 8, tax_table=False)


def boxed(sheet: Sheet, bill: Bill) -> None:
    """All details in a grid of boxes, both parties in boxes, the totals in a box."""
    x0, x1, middle = 40.0, sheet.width - 40, sheet.width / 2
    _numbered(sheet, x1)
    sheet.text(sheet.width / 2, 54, blocks.title(bill, sheet.style).upper(), bold=True, size=16, align="centre")
    sheet.box(x0, 68, middle, 158)
    sheet.box(middle, 68, x1, 158)
    sheet.text(x0 + 6, 81, sheet.style.label("seller"), size=7, colour=blocks.GREY)
    sheet.text(middle + 6, 81, sheet.style.label("bill_to"), size=7, colour=blocks.GREY)
    blocks.address(sheet, bill, "seller", x0 + 6, 97, with_vat=True)
    blocks.address(sheet, bill, "buyer", middle + 6, 97)
    y = blocks.details_above(sheet, blocks.details(bill, sheet), x0, x1, 158, boxed=True)
    _ending(sheet, bill, Frame(x0, x1, 60, sheet.height - 60), y + 14, tax_table=False, boxed=True)


def seller_right(sheet: Sheet, bill: Bill) -> None:
    """Buyer on the left, seller in a narrow column on the right with the details stacked under it, label above value."""
    x0, x1, side = 50.0, sheet.width - 45, sheet.width - 222
    _numbered(sheet, x1)
    y = blocks.address(sheet, bill, "seller", side, 60)
    y = blocks.tax_numbers(sheet, bill, side, blocks.contact(sheet, bill, side, y))
    under = blocks.details_stacked(sheet, blocks.details(bill, sheet), side, y + 14)
    blocks.address(sheet, bill, "buyer", x0, 130, bold_name=False)
    sheet.text(x0, 230, blocks.title(bill, sheet.style), bold=True, size=18)
    _ending(sheet, bill, Frame(x0, x1, 60, sheet.height - 60), max(under, 240.0) + 10, tax_table=False)


def title_line(sheet: Sheet, bill: Bill) -> None:
    """Number and date within the title, as on French invoices; the buyer in a box on the right, the tax in a table."""
    x0, x1 = 42.0, sheet.width - 42
    _numbered(sheet, x1)
    invoice, style = bill.invoice, sheet.style
    blocks.draw_logo(sheet, bill, x0, 60)
    sheet.text(x0, 84, bill.seller.street)
    sheet.text(x0, 96, bill.seller.city_line())
    blocks.says_address(sheet, "seller")
    blocks.tax_numbers(sheet, bill, x0, blocks.contact(sheet, bill, x0, 108))
    sheet.box(310, 100, x1, 180)
    sheet.text(318, 113, style.label("bill_to"), size=7, colour=blocks.GREY)
    blocks.address(sheet, bill, "buyer", 318, 129)
    link = {"fr": "du", "de": "vom", "es": "de fecha", "it": "del", "nl": "van", "pt": "de", "sv": "den", "da": "af"}.get(
        bill.language, "of"
    )
    words = (
        f"{blocks.title(bill, style)} {_number_sign(bill.language)} {invoice.number} {link} {style.date(invoice.issue_date)}"
        if invoice.issue_date
        else ""
    )
    sheet.text(x0, 214, words, bold=True, size=13)
    sheet.said.update({"number", "issue_date"})
    rest = [field for field in blocks.details(bill, sheet) if field.path not in {"number", "issue_date"}]
    y = blocks.details_beside(sheet, rest, x0, x1, 236)
    _ending(sheet, bill, Frame(x0, x1, 60, sheet.height - 60), y + 8, tax_table=True)


def ledger(sheet: Sheet, bill: Bill) -> None:
    """Two blocks of details side by side, every rate in a tax table left of boxed totals."""
    x0, x1, middle = 36.0, sheet.width - 36, sheet.width / 2 + 6
    _numbered(sheet, x1)
    blocks.draw_logo(sheet, bill, x0, 52, size=12)
    sheet.text(x1, 52, blocks.title(bill, sheet.style), bold=True, size=14, align="right")
    sheet.rule(x0, 62, x1, 62)
    left = blocks.tax_numbers(sheet, bill, x0, blocks.address(sheet, bill, "seller", x0, 80))
    fields = blocks.details(bill, sheet)
    right = blocks.details_beside(sheet, fields, middle, x1, 80, right=True)
    sheet.text(x0, max(left, right) + 14, sheet.style.label("bill_to"), bold=True)
    y = blocks.address(sheet, bill, "buyer", x0, max(left, right) + 28, with_vat=True)
    _ending(sheet, bill, Frame(x0, x1, 60, sheet.height - 60), y + 8, tax_table=True, boxed=True)


def landscape(sheet: Sheet, bill: Bill) -> None:
    """Across the page: seller, buyer and details in three columns."""
    x0, x1, third = 45.0, sheet.width - 45, (sheet.width - 90) / 3
    _numbered(sheet, x1)
    sheet.text(x0, 56, blocks.title(bill, sheet.style), bold=True, size=18, colour=sheet.style.colour)
    blocks.tax_numbers(sheet, bill, x0, blocks.address(sheet, bill, "seller", x0, 84))
    blocks.address(sheet, bill, "buyer", x0 + third, 84)
    under = blocks.details_beside(sheet, blocks.details(bill, sheet), x0 + 2 * third, x1, 84)
    _ending(sheet, bill, Frame(x0, x1, 60, sheet.height - 55), max(under, 150.0) + 10, tax_table=False)


def _number_sign(language: str) -> str:
    return {"fr": "N°", "de": "Nr.", "es": "n.º", "it": "n.", "nl": "nr.", "pt": "n.º", "sv": "nr", "da": "nr."}.get(
        language, "no."
    )


def _numbered(sheet: Sheet, x1: float) -> None:
    def foot() -> None:
        blocks.draw_page_number(sheet, x1, sheet.height - 30)

    foot()
    sheet.on_new_page = foot


def _ending(sheet: Sheet, bill: Bill, frame: Frame, y: float, *, tax_table: bool, boxed: bool = False) -> None:
    y = draw_line_table(sheet, bill, frame, y)
    if y + totals.totals_height(sheet, bill) > frame.bottom:
        sheet.next_page()
        y = frame.top
    y += 10
    left = totals.draw_tax_table(sheet, bill, frame.x0, frame.x0 + 230, y) if tax_table else y
    right = totals.draw_totals(sheet, bill, frame.x1 - 225, frame.x1, y, tax_rows=not tax_table, boxed=boxed)
    y = blocks.draw_notes(sheet, bill, frame.x0, frame.x1, max(left, right) + 12)
    blocks.draw_payment(sheet, bill, frame.x0, frame.x1, y + 8, with_reference=True)
