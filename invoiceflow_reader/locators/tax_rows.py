"""Rows that explain themselves: a rate, what it is charged on, and the tax (the VAT breakdown, BG-23), whatever their words.

Arithmetic finds them: rate times base is the tax. Which of them are the document's own and not a line's, `assembly` decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations
from typing import Final

from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Cell, Row
from invoiceflow_reader.parsing.amounts import Amount

_MOST_NUMBERS: Final = 8
_PLAIN: Final = 4  # numbers: rate, base, tax, and their sum
_CODES: Final = 10  # of rates: 1, 2
_CENTS: Final = Decimal("0.011")
_HIGHEST_RATE: Final = 30


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One row: the rate in percent, its base and its tax, each with the cell it stands in."""

    rate: Decimal
    base: Decimal
    tax: Decimal
    base_cell: Cell
    tax_cell: Cell
    base_text: str
    tax_text: str
    is_plain: bool
    """Whether it holds little else: the rows of lines that carry their tax hold a quantity and a price too."""


def locate_tax_rows(reading: Reading) -> list[list[TaxRow]]:
    """Groups of such rows that follow one another, in reading order. Rows of a table of lines can be among them."""
    groups: list[list[TaxRow]] = []
    for page in reading.pages:
        last: Row | None = None
        for row in page.rows:
            found = _tax_row(reading, row)
            if found is None:
                continue
            near = last is not None and row.y0 - last.y1 < 3.5 * (row.y1 - row.y0)
            if near and groups and _in_columns_of(found, groups[-1][-1]):
                groups[-1].append(found)
            else:
                groups.append([found])
            last = row
    return groups


def locate_sum_rows(reading: Reading, names: frozenset[str]) -> Iterator[tuple[tuple[Amount, Cell], ...]]:
    """Net, tax and total where a row that opens with a label of `names` holds them side by side: the last is the sum of two
    before it, and the tax is a possible share of the net. Net and tax alone where their sum stands elsewhere on the page."""
    printed = {a.value for cell in reading.cells() for a in reading.amounts(cell) if _is_money(a)}
    for page in reading.pages:
        for row in page.rows:
            money = [(a, c) for c in row.cells for a in reading.amounts(c) if _is_money(a)]
            if not 2 <= len(money) <= _MOST_NUMBERS or not _opens_with(reading, row, names):
                continue
            if len(money) == 2 and money[0][0].value + money[1][0].value in printed and _is_share(money[1][0], money[0][0]):
                yield tuple(money)
            total, where = money[-1]
            taxes = [a for a, _ in money[1:-1]]
            whole = sum((a.value for a in taxes), Decimal(0))
            if len(taxes) > 1 and money[0][0].value + whole == total.value and all(_is_share(a, money[0][0]) for a in taxes):
                both = replace(taxes[0], value=whole, text=" + ".join(a.text for a in taxes))  # CGST and SGST
                yield money[0], (both, money[1][1]), money[-1]
                continue
            for (net, one), (tax, other) in permutations(money[:-1], 2):
                if net.value + tax.value == total.value and _is_share(tax, net):
                    yield (net, one), (tax, other), (total, where)
                    break


def _is_share(tax: Amount, net: Amount) -> bool:
    return bool(net.value) and 0 < tax.value / net.value * 100 <= _HIGHEST_RATE


def _opens_with(reading: Reading, row: Row, names: frozenset[str]) -> bool:
    labels = reading.labels(row.cells[0])
    return bool(labels) and labels[0].start == 0 and bool(labels[0].fields & names)


def _tax_row(reading: Reading, row: Row) -> TaxRow | None:
    numbers = [(a, c) for c in row.cells for a in reading.amounts(c)]
    if not 3 <= len(numbers) <= _MOST_NUMBERS:
        return None
    rates = [a for a, _ in numbers if a.is_percent]
    rates += [a for a, _ in numbers if not a.is_percent and 0 < a.value <= _HIGHEST_RATE and not a.currency]
    money = [(a, c) for a, c in numbers if _is_money(a)]
    for rate in rates:
        for (base, one), (tax, other) in permutations([m for m in money if m[0] is not rate], 2):
            if tax.value and base.value != tax.value and abs(base.value * rate.value / 100 - tax.value) <= _CENTS:
                plain = len(numbers) <= _PLAIN or _is_all(numbers, rate, base, tax)
                return TaxRow(rate.value, base.value, tax.value, one, other, base.text, tax.text, plain)
    return None


def _is_all(numbers: list[tuple[Amount, Cell]], rate: Amount, base: Amount, tax: Amount) -> bool:
    """Whether beside the three there are but their sum and the tax's code: "2   7,0 %   268,08   18,77   286,85"."""
    others = [a for a, _ in numbers if a not in (rate, base, tax)]
    return all(a.value == base.value + tax.value or (not a.decimals and 0 < a.value < _CODES) for a in others)


def _is_money(amount: Amount) -> bool:
    return not amount.is_percent and (amount.decimals == 2 or amount.currency is not None)


def _in_columns_of(row: TaxRow, other: TaxRow) -> bool:
    return abs(row.base_cell.x1 - other.base_cell.x1) < 30 and abs(row.tax_cell.x1 - other.tax_cell.x1) < 30
