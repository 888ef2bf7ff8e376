"""The table of invoice lines: columns in any order, cells on several lines, pages with the header and the sum carried over."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from samples.invoice_draw import Bill
from samples.layouts.sheet import Sheet
from samples.page_style import Colour
from samples.vocabulary import unit_name

PADDING: Final = 4.0
_LIGHT: Final = (0.94, 0.94, 0.95)
_WHITE: Final = (1.0, 1.0, 1.0)
_RIGHT: Final = {"quantity", "quantity_unit", "unit_price", "rate", "amount"}
_SAYS: Final = {
    "pos": ("identifier",),
    "description": ("name", "detail"),
    "quantity": ("quantity",),
    "unit": ("unit_code",),
    "quantity_unit": ("quantity", "unit_code"),
    "unit_price": ("unit_price",),
    "rate": ("tax_rate",),
    "amount": ("net_amount",),
}


@dataclass(frozen=True)
class Frame:
    """Where the table may stand: from x0 to x1, down to `bottom`; on later pages from `top`."""

    x0: float
    x1: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Column:
    key: str
    title: tuple[str, ...]
    x0: float
    x1: float

    @property
    def is_right(self) -> bool:
        return self.key in _RIGHT


def draw_line_table(sheet: Sheet, bill: Bill, frame: Frame, y: float, *, band: Colour | None = None) -> float:
    """Draws header and lines from `y` on, over as many pages as they take; gives back the y under the last line."""
    return _LineTable(sheet, bill, frame, band).draw(y)


class _LineTable:
    def __init__(self, sheet: Sheet, bill: Bill, frame: Frame, band: Colour | None) -> None:
        self._sheet, self._bill, self._frame, self._band = sheet, bill, frame, band
        self._leading = sheet.style.size * 1.3
        self._cells = [self._row(i) for i in range(len(bill.invoice.lines))]
        self._columns = self._measured()
        for key in sheet.style.columns:
            sheet.said.update(f"lines.{path}" for path in _SAYS.get(key, ()))

    def draw(self, y: float) -> float:
        sheet, style = self._sheet, self._sheet.style
        y = start = self._header(y)
        carried = Decimal(0)
        for i, cells in enumerate(self._cells):
            shown = [self._lines_of(column, cells[column.key]) for column in self._columns]
            height = max(len(lines) for lines in shown) * self._leading + PADDING
            if y + height > self._frame.bottom - self._leading * 2:
                self._close(start, y)
                y = start = self._turn_the_page(y, carried)
            if style.ruling == "zebra" and i % 2:
                sheet.box(self._frame.x0, y, self._frame.x1, y + height, fill=_LIGHT, stroke=None)
            self._print(shown, y)
            y += height
            if style.ruling in {"rows", "grid"}:
                sheet.rule(self._frame.x0, y, self._frame.x1, y, weight=0.3)
            carried += self._bill.invoice.lines[i].net_amount or 0
        self._close(start, y)
        return y

    def _row(self, i: int) -> dict[str, str]:
        line, bill, style = self._bill.invoice.lines[i], self._bill, self._sheet.style
        code = bill.invoice.currency_code or ""
        quantity, unit = style.quantity(line.quantity or Decimal(0)), unit_name(bill.language, line.unit_code or "C62")
        detail = bill.details[i]
        return {
            "pos": line.identifier or "",
            "item": bill.item_numbers[i],
            "description": f"{bill.names[i]}\n{detail}" if detail else bill.names[i],
            "quantity": quantity,
            "unit": unit,
            "quantity_unit": f"{quantity} {unit}",
            "unit_price": style.amount(line.unit_price or Decimal(0), code, in_lines=True),
            "rate": style.rate(line.tax_rate or Decimal(0)),
            "amount": style.amount(line.net_amount or Decimal(0), code, in_lines=True),
        }

    def _measured(self) -> list[Column]:
        """Each column as wide as its widest cell, the description with what is left."""
        sheet, frame = self._sheet, self._frame
        titles, widths = {}, {}
        for key in sheet.style.columns:
            title = sheet.style.label("quantity" if key == "quantity_unit" else key)
            words = tuple(title.split(" ")) if len(title) > 10 and key != "description" else (title,)
            cells = max(sheet.measure(cells[key]) for cells in self._cells) if key != "description" else 0
            titles[key] = words
            widths[key] = max(cells, *(sheet.measure(word, bold=True) for word in words)) + 2 * PADDING
        widths["description"] += frame.x1 - frame.x0 - sum(widths.values())
        columns, x = [], frame.x0
        for key in sheet.style.columns:
            columns.append(Column(key, titles[key], x, x + widths[key]))
            x += widths[key]
        return columns

    def _lines_of(self, column: Column, cell: str) -> list[str]:
        return self._sheet.wrapped(cell, column.x1 - column.x0 - 2 * PADDING) if column.key == "description" else [cell]

    def _header(self, y: float) -> float:
        sheet, frame = self._sheet, self._frame
        height = max(len(column.title) for column in self._columns) * self._leading + PADDING
        if self._band:
            sheet.box(frame.x0, y, frame.x1, y + height, fill=self._band, stroke=None)
        self._print(
            [list(column.title) for column in self._columns], y, bold=True, colour=_WHITE if self._band else (0.0, 0.0, 0.0)
        )
        sheet.rule(frame.x0, y + height, frame.x1, y + height, weight=0.8)
        return y + height

    def _print(self, shown: Sequence[Sequence[str]], y: float, *, bold: bool = False, colour: Colour = (0.0, 0.0, 0.0)) -> None:
        for column, lines in zip(self._columns, shown, strict=True):
            x = column.x1 - PADDING if column.is_right else column.x0 + PADDING
            for n, words in enumerate(lines, start=1):
                self._sheet.text(
                    x, y + n * self._leading, words, bold=bold, colour=colour, align="right" if column.is_right else "left"
                )

    def _turn_the_page(self, y: float, carried: Decimal) -> float:
        style = self._sheet.style
        if style.carries_over:
            self._carry(style.label("carried"), carried, y)
        self._sheet.next_page()
        y = self._frame.top
        if style.repeats_header:
            y = self._header(y)
        return self._carry(style.label("brought"), carried, y) if style.carries_over else y

    def _carry(self, label: str, carried: Decimal, y: float) -> float:
        sheet, code = self._sheet, self._bill.invoice.currency_code or ""
        baseline = y + self._leading
        amount = next(column for column in self._columns if column.key == "amount")
        description = next(column for column in self._columns if column.key == "description")
        sheet.text(description.x0 + PADDING, baseline, label, bold=True)
        sheet.text(amount.x1 - PADDING, baseline, sheet.style.amount(carried, code, in_lines=True), bold=True, align="right")
        return baseline + PADDING

    def _close(self, top: float, bottom: float) -> None:
        frame, sheet = self._frame, self._sheet
        if sheet.style.ruling == "grid":
            for x in (frame.x0, *(column.x1 for column in self._columns)):
                sheet.rule(x, top, x, bottom, weight=0.3)
        sheet.rule(frame.x0, bottom, frame.x1, bottom, weight=0.5)
