"""The invoice's lines: finds the table by its headings, reads its columns, and joins the rows of one item.

Whether the lines are believed (do they sum to a total of the document?) is decided in `assembly`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Final

from invoiceflow_pipeline.extraction.locators.reading import Reading
from invoiceflow_pipeline.extraction.locators.table_headings import Column, goes_on, has_money, heading_at
from invoiceflow_pipeline.extraction.locators.totals import SUMS
from invoiceflow_pipeline.extraction.page.structure import Cell, Row
from invoiceflow_pipeline.extraction.parsing.amounts import Amount

MAX_LINES: Final = 5_000
_TOTALS: Final = frozenset(("net", "gross", "tax", "amount_due", "line_net"))
_ROW_OF_TOTALS: Final = 3  # so many names of sums in one row are the heading of a summary
_LEAST_LETTERS: Final = 3
_MOST_NUMBERS: Final = 8  # in a row that is a line
_UNIT_LETTERS: Final = 10  # a cell of several numbers may hold so many letters beside them: units
_POSITION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){0,5}\.?$")
_SHORT_POSITION: Final = 12
_NUMERIC: Final = frozenset(("col_amount", "col_gross", "col_price", "col_quantity", "col_tax_amount"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell, or one of several numbers in a cell, under a column."""

    text: str
    amount: Amount | None
    cell: Cell
    x0: float
    x1: float


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


TableRow = tuple[Row, tuple[Column, ...]]
"""A row with the columns of the headings above it: on another page they may be wider."""


def locate_tables(reading: Reading) -> list[Table]:
    """Each table of lines that has headings, in reading order; a table that goes on over pages is one."""
    tables: list[Table] = []
    columns: tuple[Column, ...] = ()
    rows: list[TableRow] = []
    open_table = False
    for page in reading.pages:
        index = 0
        while index < len(page.rows):
            heading = heading_at(reading, page.rows, index)
            if heading:
                found, index = heading
                if not (rows and goes_on(found, columns, new_page=rows[-1][0].cells[0].page < page.number)):
                    _close(reading, rows, tables)
                    rows = []
                columns = found
                open_table = True
                continue
            row = page.rows[index]
            index += 1
            if not open_table:
                continue
            if rows and _ends_table(reading, row):
                open_table = _has_a_line(reading, page.rows[index:], columns)  # a section's sum: the table goes on under it
            else:
                rows.append((row, columns))
    _close(reading, rows, tables)
    return tables


def _close(reading: Reading, rows: list[TableRow], tables: list[Table]) -> None:
    if not rows:
        return
    rows = _with_description(reading, _with_last_column(reading, rows))
    columns = rows[0][1]
    for choice in _amount_columns(columns):
        items = _items(reading, rows, choice)
        if items:
            tables.append(Table(columns, tuple(items), (choice,)))


def _amount_columns(columns: Sequence[Column]) -> list[int]:
    """Where the line's net amount can be: right-most first, columns with tax last."""
    net = [
        i for i, c in enumerate(columns) if "col_amount" in c.kinds and ("col_price" not in c.kinds or i == len(columns) - 1)
    ]
    gross = [i for i, c in enumerate(columns) if "col_gross" in c.kinds and i not in net]
    return [*reversed(net), *reversed(gross)][:3]


def _with_last_column(reading: Reading, rows: list[TableRow]) -> list[TableRow]:
    """Where the right-most amounts stand under no heading of an amount (its words were split or unknown), a column for them."""
    ends: Counter[int] = Counter()
    starts: dict[int, float] = {}
    for row, _ in rows:
        cell = row.cells[-1]
        amounts = reading.amounts(cell)
        if len(row.cells) > 2 and amounts and not amounts[-1].is_percent and amounts[-1].decimals in (0, 2):
            end = round(cell.x1 / 3)
            ends[end] += 1
            starts[end] = max(starts.get(end, 0.0), cell.x0)
    if not ends:
        return rows
    end, _ = ends.most_common(1)[0]
    x0, x1 = starts[end], end * 3.0
    if any(c.kinds & {"col_amount", "col_gross"} and c.x0 < x1 + 2 and x0 - 2 < c.x1 for _, columns in rows for c in columns):
        return rows
    last = Column(frozenset(("col_amount",)), x0, x1)
    return [(row, (*columns, last)) for row, columns in rows]


def _with_description(reading: Reading, rows: list[TableRow]) -> list[TableRow]:
    """Where no heading names what was sold (its word is unknown, or there is none), a column for the texts under no heading."""
    columns = rows[0][1]
    if any("col_description" in column.kinds for column in columns):
        return rows
    starts: Counter[int] = Counter()
    for row, _ in rows:
        for cell in row.cells:
            text = sum(c.isalpha() for c in cell.text) >= _LEAST_LETTERS and not reading.amounts(cell)
            if text and not any(c.x0 < cell.x1 and cell.x0 < c.x1 for c in columns):
                starts[round(cell.x0 / 3)] += 1
    if not starts:
        return rows
    x0 = 3.0 * starts.most_common(1)[0][0]
    x1 = min((c.x0 for c in columns if c.x0 > x0), default=x0 + 100) - 10
    named = Column(frozenset(("col_description",)), x0, max(x0 + 10, x1))
    return [(row, (*its, named)) for row, its in rows]


def _ends_table(reading: Reading, row: Row) -> bool:
    named = sum(bool(ls) and ls[0].start == 0 and bool(ls[0].fields & _TOTALS) for ls in map(reading.labels, row.cells))
    if named >= _ROW_OF_TOTALS or _heads_a_tax_summary(reading, row):
        return True
    for cell in row.cells[:2]:
        labels = reading.labels(cell)
        if not labels or labels[0].start > 1:
            continue
        fields = labels[0].fields
        short = len(cell.text) < 45
        if "table_end" in fields and len(cell.text) - labels[0].end < 4:
            return True
        if fields.intersection(("net", "gross", "tax", "amount_due", "line_net")) and short and len(row.cells) <= 3 and (
            has_money(reading, row) or cell.text.endswith(":")
        ):  # fmt: skip
            return len(labels[0].phrase) > 3 or len(row.cells) <= 2
    return False


def _has_a_line(reading: Reading, rows: Sequence[Row], columns: Sequence[Column]) -> bool:
    """Whether quantity times price is the amount in one of the rows, the amount under a column of amounts."""
    amounts = [columns[i] for i in _amount_columns(columns)]
    for row in rows:
        if heading_at(reading, (row,), 0):
            return False
        numbers = [(a, c) for c in row.cells for a in reading.amounts(c) if not a.is_percent]
        if not 3 <= len(numbers) <= _MOST_NUMBERS or numbers[-1][0].decimals != 2 or row.cells[0] is row.cells[-1]:
            continue
        cells = [c for _, c in numbers if any(c.x0 < k.x1 and k.x0 < c.x1 for k in amounts)]
        values = [a.value for a, _ in numbers]
        if (
            cells
            and values[-1]
            and any(one != 1 and two != 1 and one * two == values[-1] for one, two in pairwise(values[:-1]))
        ):
            return True
    return False


def _heads_a_tax_summary(reading: Reading, row: Row) -> bool:
    """ "VAT rate   Base   VAT" without a word of goods: the breakdown of the tax under the lines."""
    opening = [ls[0].fields if ls and ls[0].start == 0 else frozenset() for ls in map(reading.labels, row.cells)]
    rates = sum(bool(fields & {"col_rate", "tax"}) for fields in opening)
    bases = sum(bool(fields & {"net", "gross"}) and not fields & {"col_rate"} for fields in opening)
    return rates >= 1 and bases >= 1 and rates + bases >= max(_ROW_OF_TOTALS, len(row.cells)) and not has_money(reading, row)


def _items(reading: Reading, rows: Sequence[TableRow], amount_column: int) -> list[Item]:
    """One item for each amount in the amount column; other rows go to the item above unless they open the next one."""
    columns = rows[0][1]
    placed = [(row, _placed(reading, its, row, amount_column)) for row, its in rows]
    items: list[Item] = []
    waiting: list[tuple[Row, dict[int, Piece]]] = []
    for row, pieces in placed:
        if amount_column not in pieces:
            waiting.append((row, pieces))
            continue
        if _is_carried_sum(reading, row):
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
    return any(columns[i].kinds & {"col_quantity", "col_price", "col_position"} for i, p in pieces.items() if p.amount)


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


def _is_carried_sum(reading: Reading, row: Row) -> bool:
    cell = row.cells[0]
    return (
        any(
            label.start < 2 and label.fields.intersection(("previous", *SUMS)) and len(label.phrase) > 4
            for label in reading.labels(cell)
        )
        and len(row.cells) <= 3
    )


def _placed(reading: Reading, columns: Sequence[Column], row: Row, amount_column: int) -> dict[int, Piece]:
    """The row's pieces by the column that each stands under."""
    found: dict[int, Piece] = {}
    for piece in _pieces(reading, row):
        index = min(range(len(columns)), key=lambda i: _distance(piece, columns[i]))
        kinds = columns[index].kinds
        if index == amount_column and (piece.amount is None or piece.amount.is_percent):
            continue
        if kinds & _NUMERIC and not kinds & {"col_description"} and piece.amount is None and piece.x1 - piece.x0 > 60:
            continue
        if index in found and (found[index].amount is not None or piece.amount is None) and index != amount_column:
            continue
        found[index] = piece
    return found


def _pieces(reading: Reading, row: Row) -> Iterator[Piece]:
    for cell in row.cells:
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
        if kind in columns[index].kinds and piece.amount is not None:
            return piece.amount.value
    return None
