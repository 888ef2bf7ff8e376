"""All layouts by name, and the drawing of a bill on one of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reportlab.lib.pagesizes import A4, LETTER

from samples.invoice_draw import Bill
from samples.layouts import blocks, forms, letters, modern, receipt
from samples.layouts.sheet import Sheet
from samples.page_style import PageStyle


@dataclass(frozen=True)
class Layout:
    """`most_lines` is how many invoice lines fit its kind of paper; None where it goes on over pages."""

    name: str
    draw: Callable[[Sheet, Bill], None]
    page_size: Callable[[Bill], tuple[float, float]]
    monospaced: bool = False
    most_lines: int | None = None


@dataclass(frozen=True)
class Drawn:
    """The pages, and the paths of the invoice document that stand on them."""

    pdf: bytes
    page_count: int
    said: frozenset[str]


def draw(layout: Layout, bill: Bill, style: PageStyle) -> Drawn:
    """Draws twice where there are several pages, since the first then says how many there are."""
    sheet = _drawn(layout, bill, style, None)
    if sheet.page > 1:
        sheet = _drawn(layout, bill, style, sheet.page)
    return Drawn(sheet.finish(), sheet.page, frozenset(sheet.said))


def _drawn(layout: Layout, bill: Bill, style: PageStyle, page_count: int | None) -> Sheet:
    sheet = Sheet(style, f"{blocks.title(bill, style)} {bill.invoice.number}", layout.page_size(bill), page_count)
    layout.draw(sheet, bill)
    return sheet


def _usual(bill: Bill) -> tuple[float, float]:
    width, height = LETTER if bill.seller.country == "US" else A4
    return width, height


LAYOUTS: Final = {
    layout.name: layout
    for layout in (
        Layout("din_letter", letters.din_letter, _usual),
        Layout("letterhead", letters.letterhead, _usual),
        Layout("footer_only", letters.footer_only, _usual),
        Layout("two_column", forms.two_column, _usual),
        Layout("boxed", forms.boxed, _usual),
        Layout("seller_right", forms.seller_right, _usual),
        Layout("title_line", forms.title_line, _usual),
        Layout("ledger", forms.ledger, _usual),
        Layout("landscape", forms.landscape, lambda _: forms.LANDSCAPE),
        Layout("colour_band", modern.colour_band, _usual),
        Layout("amount_first", modern.amount_first, _usual),
        Layout("sidebar", modern.sidebar, _usual),
        Layout("receipt", receipt.receipt, lambda bill: (receipt.WIDTH, receipt.height(bill)), monospaced=True, most_lines=12),
    )
}
