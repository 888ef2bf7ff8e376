"""Lines of an invoice that stand under no headings: rows in which quantity times price is the amount, as on receipts, and
plain lists of what is charged, as in letters. Which of them are believed is decided in `assembly`: only what sums to a total.
"""

from decimal import Decimal
from itertools import combinations
from typing import Final

from invoiceflow_reader.locators.line_items import MAX_LINES, Item, Table
from invoiceflow_reader.locators.price_conditions import Piece
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.locators.table_headings import Column
from invoiceflow_reader.locators.totals import SUMS
from invoiceflow_reader.page.structure import Cell, Row
from invoiceflow_reader.parsing.amounts import Amount

_COLUMNS: Final = tuple(
    Column(frozenset((kind,)), 0.0, 0.0) for kind in ("col_description", "col_quantity", "col_price", "col_amount")
)
_AMOUNT: Final = 3
_MOST_NUMBERS: Final = 8
_SUMS: Final = frozenset(SUMS)
_SAME_EDGE: Final = 5.5  # points
_MOST_TEXT_ROWS: Final = 3  # of further description between two amounts
_LEAST_LETTERS: Final = 3


def locate_unheaded_lines(reading: Reading) -> list[Table]:
    """Rows that explain themselves, and the lists that stand above a sum."""
    own = _rows_that_explain_themselves(reading)
    tables = [_table(own)] if own else []
    for page in reading.pages:
        sums = [n for n, row in enumerate(page.rows) if _is_a_sum(reading, row)]
        listed = (_list_above(reading, page.rows, end) for end in sums if end - 1 not in sums)
        tables += [_table(items) for items in listed if items]
    return tables


def _table(items: list[Item]) -> Table:
    return Table(_COLUMNS, tuple(items[:MAX_LINES]), (_AMOUNT,), headed=False)


def _rows_that_explain_themselves(reading: Reading) -> list[Item]:
    items: list[Item] = []
    for page in reading.pages:
        for row in page.rows:
            numbers = [(a, c) for c in row.cells for a in reading.amounts(c) if not a.is_percent]
            if not _MOST_NUMBERS >= len(numbers) >= 3 or numbers[-1][0].decimals != 2:
                continue
            last, where = numbers[-1]
            for (one, first), (two, second) in combinations(numbers[:-1], 2):
                if last.value and abs(one.value * two.value - last.value) <= Decimal("0.01"):
                    above = page.rows[row.cells[0].row - 1].text if row.cells[0].row else ""
                    name = row.cells[0].text if row.cells[0] is not first else above
                    items.append(_item(name, {1: (one, first), 2: (two, second), _AMOUNT: (last, where)}))
                    break
    return items


def _list_above(reading: Reading, rows: tuple[Row, ...], end: int) -> list[Item]:
    """From a sum upwards, as long as each amount stands above the last at the same right edge, after a text."""
    edge = rows[end].cells[-1].x1
    items: list[Item] = []
    between = 0
    for row in reversed(rows[:end]):
        name, amount = row.cells[0], _amount_at(reading, row, edge)
        if amount is None:
            between += 1
            if between > _MOST_TEXT_ROWS:
                break
            continue
        if name is row.cells[-1] and not items:
            continue  # their sum, without a name
        if name is row.cells[-1] or sum(c.isalpha() for c in name.text) < _LEAST_LETTERS or _is_a_sum(reading, row):
            break
        items.append(_item(name.text, {_AMOUNT: (amount, row.cells[-1])}))
        between = 0
    return items[::-1]


def _is_a_sum(reading: Reading, row: Row) -> bool:
    """A row that opens with the name of a sum, a rate before it perhaps ("25% moms"), and ends in its amount."""
    return any(_names_a_sum(reading, cell) for cell in row.cells[:2]) and bool(_amounts(reading, row.cells[-1]))


def _names_a_sum(reading: Reading, cell: Cell) -> bool:
    first = next(iter(reading.labels(cell)), None)
    if first is None or any(c.isalpha() for c in cell.text[: first.start]) or not first.fields & _SUMS:
        return False
    return len(first.phrase) > 3 or "tax" in first.fields


def _amount_at(reading: Reading, row: Row, edge: float) -> Amount | None:
    last = row.cells[-1]
    amounts = _amounts(reading, last) if abs(last.x1 - edge) < _SAME_EDGE else []
    return amounts[-1] if amounts else None


def _amounts(reading: Reading, cell: Cell) -> list[Amount]:
    return [a for a in reading.amounts(cell) if a.decimals == 2 and not a.is_percent]


def _item(name: str, pieces: dict[int, tuple[Amount, Cell]]) -> Item:
    item = Item(cell=pieces[_AMOUNT][1], texts=[(0, name)])
    item.pieces = {i: Piece(a.text, a, c, c.x0, c.x1) for i, (a, c) in pieces.items()}
    return item
