"""The headings over a table of lines: which columns they name and where these stand. What is under them: `line_items`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Cell, Row

_COLUMNS: Final = (
    "col_amount", "col_gross", "col_tax_amount", "col_price", "col_quantity", "col_unit", "col_rate", "col_discount",
    "col_description", "col_code", "col_position", "col_date",
)  # fmt: skip
_SAME_PLACE: Final = 6.0  # points
_HEADING_ROWS: Final = 4
_WITHOUT_AMOUNT: Final = 3  # so many clear headings make a table even where none of them names the amount
_BARE_CURRENCIES: Final = frozenset(("£", "€", "$", "EUR", "GBP", "USD", "CHF"))
_NO_HEADING: Final = re.compile(r":\s*\S|\d{4}")  # "Product origin: Germany", "Item number 12345678"


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and where it stands; `kinds` are all that its words can mean."""

    kinds: frozenset[str]
    x0: float
    x1: float


def heading_at(reading: Reading, rows: Sequence[Row], index: int) -> tuple[tuple[Column, ...], int] | None:
    """The columns of headings that begin in this row, and the index of the row after them."""
    if any(_NO_HEADING.search(cell.text) for cell in rows[index].cells):
        return None
    first = _columns_in(reading, rows[index])
    if len(first) < 2 and not (
        len(first) == 1
        and _is_all_headings(reading, rows[index])
        and index + 1 < len(rows)
        and len(_columns_in(reading, rows[index + 1])) >= 3
    ):
        return None
    columns = list(first)
    last = index
    for following in range(index + 1, min(index + _HEADING_ROWS, len(rows))):
        row = rows[following]
        if row.y0 - rows[last].y1 > 0.8 * (row.y1 - row.y0) or has_money(reading, row):
            break
        more = _columns_in(reading, row)
        if (not more and len(row.cells) > 2) or (len(more) < 2 and _has_a_bare_number(row)):
            break
        if not more and any(c.isdigit() for c in row.text):
            break
        columns.extend(c for c in more if not any(c.x0 < k.x1 and k.x0 < c.x1 for k in columns))
        last = following
    kinds = {kind for column in columns for kind in column.kinds}
    money = kinds & {"col_amount", "col_gross"}
    what = kinds & {"col_description", "col_quantity", "col_price", "col_position", "col_code"}
    if not what & {"col_description", "col_quantity", "col_price"} or len(columns) < 2:
        return None
    if not money and (len(what) < _WITHOUT_AMOUNT or len(columns) < _WITHOUT_AMOUNT):
        return None
    if has_money(reading, rows[index]):
        return None
    columns.sort(key=lambda c: c.x0)
    return tuple(columns), last + 1


def _has_a_bare_number(row: Row) -> bool:
    return any(cell.text.strip("+-.,%€$£ ").isdigit() for cell in row.cells)


def _columns_in(reading: Reading, row: Row) -> list[Column]:
    found: list[Column] = []
    for cell in _headings(row):
        if len(cell.text) > 60:
            continue
        if cell.text in _BARE_CURRENCIES and cell in row.cells:
            found.append(Column(frozenset(("col_amount",)), cell.x0, cell.x1))
            continue
        previous_end = -1
        for label in reading.labels(cell):
            kinds = label.fields.intersection(_COLUMNS)
            joined = previous_end >= 0 and cell.text[previous_end : label.start] == "-"  # "Pos-Betrag" is one heading
            previous_end = label.end if kinds else -1
            if kinds and joined:
                found[-1] = Column(frozenset(kinds), found[-1].x0, cell.span(label.start, label.end)[1])
            elif kinds:
                found.append(Column(frozenset(kinds), *cell.span(label.start, label.end)))
    return found


def _is_all_headings(reading: Reading, row: Row) -> bool:
    """Whether nothing but names of columns is in the row: "30 Tage netto" is none, the upper half of "Unit / price" is."""
    return all(
        labels and labels[0].start == 0 and len(cell.text) - labels[-1].end < 3
        for cell, labels in ((cell, reading.labels(cell)) for cell in _headings(row))
    )


def _headings(row: Row) -> Iterator[Cell]:
    """The row's cells, parted at more than a space: "Amount  VAT" may be two headings, "VAT amount" is one."""
    for cell in row.cells:
        parts = cell.parts()
        yield from (cell,) if len(parts) == 1 else (part for _, part in parts)


def goes_on(found: Sequence[Column], columns: Sequence[Column], *, new_page: bool) -> bool:
    """Whether these headings repeat the last ones: at the same places, or the same ones on a new page, however wide there."""
    if len(found) != len(columns):
        return False
    pairs = list(zip(found, columns, strict=True))
    return all(abs(a.x0 - b.x0) < _SAME_PLACE for a, b in pairs) or (new_page and all(a.kinds == b.kinds for a, b in pairs))


def has_money(reading: Reading, row: Row) -> bool:
    return any(a.decimals == 2 and not a.is_percent for cell in row.cells for a in reading.amounts(cell))
