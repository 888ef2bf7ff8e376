"""Columns of a table of lines that no heading names, and which of all columns can hold the lines' amounts."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.locators.table_headings import Column
from invoiceflow_reader.page.structure import Row

_LEAST_LETTERS: Final = 3
_SHORTEST_WHOLE: Final = 3  # digits of an amount without cents

TableRow = tuple[Row, tuple[Column, ...]]
"""A row with the columns of the headings above it: on another page they may be wider."""


def completed(reading: Reading, rows: list[TableRow]) -> list[TableRow]:
    """The rows, with columns for what stands under no heading."""
    return _with_description(reading, _with_last_column(reading, _with_prices_as_amounts(rows)))


def amount_columns(columns: Sequence[Column]) -> list[int]:
    """Where the line's net amount can be: right-most first, columns with tax last."""
    net = [
        i for i, c in enumerate(columns) if "col_amount" in c.kinds and ("col_price" not in c.kinds or i == len(columns) - 1)
    ]
    gross = [i for i, c in enumerate(columns) if "col_gross" in c.kinds and i not in net]
    return [*reversed(net), *reversed(gross)][:3]


def _with_prices_as_amounts(rows: list[TableRow]) -> list[TableRow]:
    """Where the only column of money is one of prices, and the last, these are the lines' amounts: "Product   Price net"."""
    columns = rows[0][1]
    money = [c for c in columns if c.kinds & {"col_amount", "col_gross", "col_price"}]
    if len(money) != 1 or money[0] is not columns[-1] or "col_price" not in money[0].kinds:
        return rows
    return [(row, (*its[:-1], Column(frozenset(("col_amount",)), its[-1].x0, its[-1].x1))) for row, its in rows]


def _with_last_column(reading: Reading, rows: list[TableRow]) -> list[TableRow]:
    """Where the right-most amounts stand under no heading of an amount (its words were split or unknown), a column for them."""
    ends: Counter[int] = Counter()
    starts: dict[int, float] = {}
    for row, _ in rows:
        cell = row.cells[-1]
        amounts = reading.amounts(cell)
        is_code = len(cell.text) < _SHORTEST_WHOLE and cell.text.isdigit()  # of a tax rate, or the rate: 1, 22
        if len(row.cells) > 2 and amounts and not amounts[-1].is_percent and amounts[-1].decimals in (0, 2) and not is_code:
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
