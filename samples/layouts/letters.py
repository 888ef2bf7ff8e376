"""Letters: the buyer's address where the envelope has its window, the sender in the head or only in the foot."""

from samples.invoice_draw import Bill
from samples.layouts import blocks, totals
from samples.layouts.line_table import Frame, draw_line_table
from samples.layouts.sheet import Sheet


def din_letter(sheet: Sheet, bill: Bill) -> None:
    """DIN 5008: the sender in one small line above the window, details in a block on the right, imprint in three columns."""
    x0, x1 = 57.0, sheet.width - 50

    def foot() -> None:
        blocks.draw_imprint(sheet, bill, x0, x1, sheet.height - 62)
        blocks.draw_page_number(sheet, x1, sheet.height - 78)

    foot()
    sheet.on_new_page = foot
    end = x1 - sheet.measure(bill.seller.name, bold=True, size=15) - 32
    blocks.draw_logo(sheet, bill, end, 58)
    company = bill.seller
    sender = f"{company.name} · {company.street} · {company.city_line()}"
    sheet.text(x0, 136, sender, size=6.5, colour=blocks.GREY)
    sheet.rule(x0, 139, x0 + sheet.measure(sender, size=6.5), 139, weight=0.3)
    blocks.address(sheet, bill, "buyer", x0, 156, bold_name=False)
    under = blocks.details_beside(sheet, blocks.details(bill, sheet), 350, x1, 156)
    y = max(under, 240.0) + 26
    sheet.text(x0, y, f"{blocks.title(bill, sheet.style)} {bill.invoice.number}", bold=True, size=13)
    y = sheet.paragraph(x0, y + 24, sheet.style.label("greeting"), x1 - x0)
    _body(sheet, bill, Frame(x0, x1, 70, sheet.height - 92), y + 4)


def letterhead(sheet: Sheet, bill: Bill) -> None:
    """Name across the head, its data only in the foot; number and date in the subject and place lines."""
    x0, x1 = 62.0, sheet.width - 62

    def paper() -> None:
        sheet.text(
            sheet.width / 2,
            56,
            bill.seller.name,
            bold=True,
            size=17,
            align="centre",
            colour=sheet.style.colour,
            says="seller.name",
        )
        sheet.rule(x0, 66, x1, 66, colour=sheet.style.colour, weight=1.2)
        blocks.draw_imprint(sheet, bill, x0, x1, sheet.height - 62)

    paper()
    sheet.on_new_page = paper
    style, invoice = sheet.style, bill.invoice
    y = blocks.address(sheet, bill, "buyer", x0, 116, with_vat=bill.exemption_reason is not None)
    if invoice.issue_date:
        sheet.text(x1, y + 24, f"{bill.seller.city}, {style.date(invoice.issue_date)}", align="right", says="issue_date")
    sheet.text(x0, y + 50, f"{style.label('number')}{style.colon} {invoice.number}", bold=True, size=12, says="number")
    rest = [field for field in blocks.details(bill, sheet) if field.path not in {"number", "issue_date"}]
    y = blocks.details_beside(sheet, rest, x0, x1, y + 72)
    _body(sheet, bill, Frame(x0, x1, 92, sheet.height - 92), y + 10)


def footer_only(sheet: Sheet, bill: Bill) -> None:
    """No sender above: who sends it stands in the foot alone. Details in a plain row."""
    x0, x1 = 50.0, sheet.width - 50

    def foot() -> None:
        blocks.draw_imprint(sheet, bill, x0, x1, sheet.height - 66)
        blocks.draw_page_number(sheet, x1, 40)

    foot()
    sheet.on_new_page = foot
    sheet.text(x0, 76, blocks.title(bill, sheet.style), size=22)
    sheet.text(x0, 116, sheet.style.label("bill_to"), size=sheet.style.size - 1, colour=blocks.GREY)
    y = blocks.address(sheet, bill, "buyer", x0, 132)
    y = blocks.details_above(sheet, blocks.details(bill, sheet), x0, x1, y + 12, boxed=False)
    _body(sheet, bill, Frame(x0, x1, 60, sheet.height - 96), y + 8)


def _body(sheet: Sheet, bill: Bill, frame: Frame, y: float) -> None:
    y = draw_line_table(sheet, bill, frame, y)
    if y + totals.totals_height(sheet, bill) > frame.bottom:
        sheet.next_page()
        y = frame.top
    y = totals.draw_totals(sheet, bill, frame.x1 - 235, frame.x1, y + 6)
    y = blocks.draw_notes(sheet, bill, frame.x0, frame.x1, y + 14)
    sheet.paragraph(frame.x0, y + 8, sheet.style.label("thanks"), frame.x1 - frame.x0)
