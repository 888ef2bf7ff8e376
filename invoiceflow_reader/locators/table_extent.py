"""Which rows of the pages belong to a table of lines: where it ends or goes on, and what is letterhead, footer or sum."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.locators.table_columns import TableRow, amount_columns
from invoiceflow_reader.locators.table_headings import Column, has_money, heading_at
from invoiceflow_reader.page.structure import Row
from invoiceflow_reader.parsing.dates import find_dates

_TOTALS: Final = frozenset(("net", "gross", "tax", "amount_due", "line_net"))
_CARRIED: Final = frozenset(("previous", "line_net", "net", "tax", "gross", "amount_due", "paid"))
_ON_THE_WHOLE: Final = frozenset(("addition", "reduction", "withheld"))
_ROW_OF_TOTALS: Final = 3  # so many names of sums in one row are the heading of a summary
_MOST_NUMBERS: Final = 8  # in a row that is a line
_LEAST_OF_A_LINE: Final = 4  # cells of a line where something is sold once
_LEAST_CELLS: Final = 3  # of a row that is a line
_SAME_EDGE: Final = 5.0  # points
_FOOT: Final = 0.8  # of a page's height


def footers(reading: Reading) -> frozenset[str]:
    """What stands at the foot of several pages alike: its numbers are of banks and registers."""
    seen = Counter((row.text, round(row.y0)) for page in reading.pages for row in page.rows if row.y0 > _FOOT * page.height)
    return frozenset(text for (text, _), count in seen.items() if count > 1)


def ends_table(reading: Reading, row: Row) -> bool:
    named = sum(bool(ls) and ls[0].start == 0 and bool(ls[0].fields & _TOTALS) for ls in map(reading.labels, row.cells))
    if named >= _ROW_OF_TOTALS or heads_a_tax_summary(reading, row):
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


def has_a_line(reading: Reading, rows: Sequence[Row], columns: Sequence[Column]) -> bool:
    """Whether quantity times price is the amount in one of the rows, the amount under a column of amounts."""
    amounts = [columns[i] for i in amount_columns(columns)]
    for row in rows:
        if heading_at(reading, (row,), 0):
            return False
        numbers = [(a, c) for c in row.cells for a in reading.amounts(c) if not a.is_percent]
        if not 3 <= len(numbers) <= _MOST_NUMBERS or row.cells[0] is row.cells[-1]:
            continue
        under = [n for n, (a, c) in enumerate(numbers) if a.decimals == 2 and any(c.x0 < k.x1 and k.x0 < c.x1 for k in amounts)]
        if not under or not numbers[under[-1]][0].value:
            continue
        amount = numbers[under[-1]][0].value
        values = [a.value for a, _ in numbers[: under[-1]]]
        named = len(row.cells) >= _LEAST_OF_A_LINE and not any(reading.labels(row.cells[0]))
        if any(one * two == amount and (named or (one != 1 and two != 1)) for one, two in pairwise(values)):
            return True
    return False


def heads_a_tax_summary(reading: Reading, row: Row) -> bool:
    """ "VAT rate   Base   VAT" without a word of goods: the breakdown of the tax under the lines."""
    opening = [ls[0].fields if ls and ls[0].start == 0 else frozenset() for ls in map(reading.labels, row.cells)]
    rates = sum(bool(fields & {"col_rate", "tax"}) or c.text == "Rate" for fields, c in zip(opening, row.cells, strict=True))
    bases = sum(bool(fields & {"net", "gross", "col_gross"}) and not fields & {"col_rate"} for fields in opening)
    return rates >= 1 and bases >= 1 and rates + bases >= max(_ROW_OF_TOTALS, len(row.cells)) and not has_money(reading, row)


def without_letterhead(reading: Reading, rows: list[TableRow], page: int) -> list[TableRow]:
    """Without what stands at the top of this page, above headings that are repeated there, and is no line."""
    start = next((n for n, (row, _) in enumerate(rows) if row.cells[0].page == page), len(rows))
    end = start
    while end < len(rows) and not _is_a_line(reading, rows[end][0]):
        end += 1
    return [*rows[:start], *(each for each in rows[start:end] if is_carried_sum(reading, each[0])), *rows[end:]]


def _is_a_line(reading: Reading, row: Row) -> bool:
    """Whether it has cells enough and an amount; the days of a period look like amounts: "11.02. - 20.02.2025"."""
    cells = [c for c in row.cells if not find_dates(c.text)]
    return len(row.cells) >= _LEAST_CELLS and any(
        a.decimals == 2 and not a.is_percent for c in cells for a in reading.amounts(c)
    )


def is_carried_sum(reading: Reading, row: Row) -> bool:
    cell = row.cells[0]
    return (
        any(label.start < 2 and label.fields & _CARRIED and len(label.phrase) > 4 for label in reading.labels(cell))
        and len(row.cells) <= 3
    )


def is_beside_the_lines(reading: Reading, columns: Sequence[Column], row: Row) -> bool:
    """A discount or charge on the whole, among the sums: not under the goods' heading, where a line "Carriage" stands."""
    cell = row.cells[0]
    named = any(label.start < 2 and label.fields & _ON_THE_WHOLE and len(label.phrase) > 4 for label in reading.labels(cell))
    goods = any("col_description" in c.kinds and abs(c.x0 - cell.x0) < _SAME_EDGE for c in columns)
    return named and len(row.cells) <= 3 and not goods
