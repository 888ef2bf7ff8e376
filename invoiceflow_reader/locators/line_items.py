"""The invoice's lines: finds the table by its headings, reads its columns, and joins the rows of one item.

Whether the lines are believed (do they sum to a total of the document?) is decided in `assembly`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from invoiceflow_reader.locators.price_conditions import Piece, is_net_value, without_conditions
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.locators.table_columns import TableRow, amount_columns, completed
from invoiceflow_reader.locators.table_extent import (
    ends_table,
    footers,
    has_a_line,
    heads_a_tax_summary,
    is_beside_the_lines,
    is_carried_sum,
    without_letterhead,
)
from invoiceflow_reader.locators.table_headings import Column, goes_on, heading_at
from invoiceflow_reader.page.structure import Cell, Row

MAX_LINES: Final = 5_000
_LEAST_LETTERS: Final = 3
_UNIT_LETTERS: Final = 10  # a cell of several numbers may hold so many letters beside them: units
_POSITION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){0,5}\.?$")
_LEAST_CELLS: Final = 3  # of a row that is a line
_SAME_EDGE: Final = 5.0  # points
_LONGEST_QUANTITY: Final = 4  # words
_RIGHT_UNDER: Final = 1.5  # points
_SHORT_POSITION: Final = 12
_NUMERIC: Final = frozenset(("col_amount", "col_gross", "col_price", "col_quantity", "col_tax_amount"))


@dataclass(slots=True)
class Item:
    """One line: its pieces by column index, the rows of text that belong to it, and what may be its number under its row."""

    pieces: dict[int, Piece] = field(default_factory=dict)
    texts: list[tuple[int, str]] = field(default_factory=list)
    under: dict[int, Piece] = field(default_factory=dict)
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The columns, left to right, and the items; `amount_columns` are those that can hold the line's amount, best first."""

    columns: tuple[Column, ...]
    items: tuple[Item, ...]
    amount_columns: tuple[int, ...]
    headed: bool = True


def locate_tables(reading: Reading) -> list[Table]:
    """Each table of lines that has headings, in reading order; a table that goes on over pages is one."""
    tables: list[Table] = []
    columns: tuple[Column, ...] = ()
    rows: list[TableRow] = []
    open_table = False
    feet = footers(reading)
    for page in reading.pages:
        index = 0
        while index < len(page.rows):
            heading = heading_at(reading, page.rows, index)
            if heading and not heads_a_tax_summary(reading, page.rows[index]):
                found, index = heading
                if not (rows and goes_on(found, columns, new_page=rows[-1][0].cells[0].page < page.number)):
                    _close(reading, rows, tables)
                    rows = []
                rows = without_letterhead(reading, rows, page.number)
                columns = found
                open_table = True
                continue
            row = page.rows[index]
            index += 1
            if not open_table or row.text in feet:
                continue
            if rows and ends_table(reading, row) and not is_net_value(row, [before for before, _ in rows]):
                open_table = has_a_line(reading, page.rows[index:], columns)  # a section's sum: the table goes on under it
            else:
                rows.append((row, columns))
    _close(reading, rows, tables)
    return tables


def _close(reading: Reading, rows: list[TableRow], tables: list[Table]) -> None:
    if not rows:
        return
    rows = completed(reading, rows)
    columns = rows[0][1]
    for choice in amount_columns(columns):
        items = _items(reading, rows, choice)
        if items:
            tables.append(Table(columns, tuple(items), (choice,)))


def _items(reading: Reading, rows: Sequence[TableRow], amount_column: int) -> list[Item]:
    """One item for each amount in the amount column; other rows go to the item above unless they open the next one."""
    columns = rows[0][1]
    placed, conditions = without_conditions(
        amount_column, [(row, _placed(reading, its, row, amount_column)) for row, its in rows]
    )
    items: list[Item] = []
    waiting: list[tuple[Row, dict[int, Piece]]] = []
    for index, (row, pieces) in enumerate(placed):
        if amount_column not in pieces:
            waiting.append((row, pieces))
            continue
        if index not in conditions and (is_carried_sum(reading, row) or is_beside_the_lines(reading, columns, row)):
            waiting.clear()
            continue
        item = Item(cell=pieces[amount_column].cell)
        opening = next((i for i, (_, p) in enumerate(waiting) if _opens(columns, p)), len(waiting))
        if _opens(columns, pieces):
            opening = len(waiting)  # this row is an item of its own: what stood before belongs to the one above
        for before, its in waiting[:opening]:
            if items:
                _add(items[-1], columns, before, its, only_text=True)
        for before, its in waiting[opening:]:
            _add(item, columns, before, its, only_text=False)
        waiting.clear()
        _add(item, columns, row, pieces, only_text=False)
        items.append(item)
        if len(items) >= MAX_LINES:
            break
    for row, pieces in waiting[:6]:
        if items:
            _add(items[-1], columns, row, pieces, only_text=True)
    _number_by_parts(items, columns)
    return items


def _number_by_parts(items: Sequence[Item], columns: Sequence[Column]) -> None:
    """A number under the row of a line that has none is its own where other lines' numbers begin with it."""
    numbers = [number for item in items if (number := position(item, columns))]
    for item in items:
        if item.under and position(item, columns) is None:
            for index, piece in item.under.items():
                above = piece.text.rstrip(".") + "."
                if any(number.startswith(above) for number in numbers):
                    item.pieces.setdefault(index, piece)


def _opens(columns: Sequence[Column], pieces: dict[int, Piece]) -> bool:
    return any(
        columns[i].kinds & {"col_quantity", "col_price", "col_position"}
        and (p.amount or ("col_position" in columns[i].kinds and _POSITION.match(p.text)))
        for i, p in pieces.items()
    )


def _add(item: Item, columns: Sequence[Column], row: Row, pieces: dict[int, Piece], *, only_text: bool) -> None:
    for index, piece in pieces.items():
        if not only_text:
            item.pieces.setdefault(index, piece)
        elif "col_position" in columns[index].kinds and _POSITION.match(piece.text):
            item.under.setdefault(index, piece)
        if piece.amount is None or columns[index].kinds & {"col_description"}:
            item.texts.append((index, piece.text))


def position(item: Item, columns: Sequence[Column]) -> str | None:
    """The line's number as printed: 7, or 01.02.0010 in a bill of quantities."""
    for index, piece in sorted(item.pieces.items()):
        short = piece.amount is not None and len(piece.text) < _SHORT_POSITION
        if "col_position" in columns[index].kinds and (short or _POSITION.match(piece.text)):
            return piece.text
    return None


def _placed(reading: Reading, columns: Sequence[Column], row: Row, amount_column: int) -> dict[int, Piece]:
    """The row's pieces by the column that each stands under."""
    found: dict[int, Piece] = {}
    for piece in _pieces(reading, row, columns):
        index = min(range(len(columns)), key=lambda i: _distance(piece, columns[i]))
        kinds = columns[index].kinds
        if index == amount_column and not _can_be_money(piece):
            continue
        if kinds & _NUMERIC and not kinds & {"col_description"} and piece.amount is None and piece.x1 - piece.x0 > 60:
            continue
        known = found.get(index)
        if known and (known.amount is not None or piece.amount is None) and index != amount_column:
            continue
        if known and known.amount is not None and _is_under(known, columns[index]) and not _is_under(piece, columns[index]):
            continue
        found[index] = piece
    return found


def _can_be_money(piece: Piece) -> bool:
    """No share, and no number of a page: "Page 1 / 2"."""
    amount = piece.amount
    if amount is None or amount.is_percent:
        return False
    return bool(amount.decimals or amount.currency) or sum(c.isalpha() for c in piece.text) <= _LEAST_LETTERS


def _is_under(piece: Piece, column: Column) -> bool:
    return piece.x0 < column.x1 and column.x0 < piece.x1


def _without_quantity(row: Row, cell: Cell, columns: Sequence[Column]) -> tuple[Cell, ...]:
    """The cell, or its quantity and its text where the one runs into the other: "1 months Hosting" with "Hosting" right under
    the heading of descriptions."""
    if len(row.cells) < _LEAST_CELLS:
        return (cell,)
    for column in columns:
        if "col_description" not in column.kinds or cell.x0 > column.x0 - _SAME_EDGE:
            continue
        for index, word in enumerate(cell.words[:_LONGEST_QUANTITY]):
            if (
                index
                and abs(word.x0 - column.x0) < _RIGHT_UNDER
                and cell.words[0].text.strip("-").replace(",", ".").isdecimal()
            ):
                return cell.parted_before(index)
    return (cell,)


def _pieces(reading: Reading, row: Row, columns: Sequence[Column]) -> Iterator[Piece]:
    for cell in (part for whole in row.cells for part in _without_quantity(row, whole, columns)):
        amounts = reading.amounts(cell)
        letters = sum(c.isalpha() for c in cell.text)
        outside = letters - sum(c.isalpha() for a in amounts for c in a.text)
        if len(amounts) > 1 and outside <= _UNIT_LETTERS and any(a.decimals >= 2 or a.is_percent for a in amounts):
            for position, amount in enumerate(amounts):
                stop = amounts[position + 1].start if position + 1 < len(amounts) else len(cell.text)
                unit = cell.text[amount.start : stop] if not amount.currency and not amount.is_percent else amount.text
                yield Piece(unit.strip(), amount, cell, *cell.span(amount.start, amount.end))
        else:
            alone = amounts[0] if amounts and letters <= max(8, len(cell.text) // 2) else None
            yield Piece(cell.text, alone, cell, cell.x0, cell.x1)


def _distance(piece: Piece, column: Column) -> float:
    edges = min(abs(piece.x0 - column.x0), abs(piece.x1 - column.x1), abs((piece.x0 + piece.x1) - (column.x0 + column.x1)) / 2)
    overlap = min(piece.x1, column.x1) - max(piece.x0, column.x0)
    return edges if overlap > 0 else edges + 12 + max(0.0, -overlap) * 0.5


def first_amount(item: Item, columns: Sequence[Column], kind: str) -> Decimal | None:
    """The item's number under the first column of a kind."""
    for index, piece in sorted(item.pieces.items()):
        if kind in columns[index].kinds and piece.amount is not None and not (piece.amount.is_percent and kind == "col_unit"):
            return piece.amount.value
    return first_amount(item, columns, "col_unit") if kind == "col_quantity" else None  # "4 pcs" under "Unit"
