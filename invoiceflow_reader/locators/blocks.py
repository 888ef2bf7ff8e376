"""Blocks of lines, as addresses are: where one begins, what belongs to it, what ends it."""

import re
from typing import Final

from invoiceflow_reader.locators.addresses import is_city_line
from invoiceflow_reader.locators.names import (
    CONTACT,
    LEGAL_FORM,
    PERSON,
    SALUTATION,
    SEPARATORS,
    is_only_legal_form,
    is_street,
    name_in,
)
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.dates import find_dates

_POST: Final = re.compile(
    r"the \w+(?: \w+)? (?:manager|director|officer|secretary|controller)$|directie$|geschäftsleitung$", re.IGNORECASE
)
_SAME_EDGE: Final = 5.0  # points
_BLOCK_LINES: Final = 9
_ROWS_BETWEEN: Final = 3


def block_head(reading: Reading, cell: Cell) -> Cell | None:
    """The first line of the block of left-aligned lines that ends in this one."""
    rows = reading.pages[cell.page - 1].rows
    head: Cell | None = None
    current, lines, pitch = cell, 0, 0.0
    for row in reversed(rows[max(0, cell.row - 8) : cell.row]):
        above = [c for c in row.cells if abs(c.x0 - cell.x0) < 4 or (abs((c.x0 + c.x1) - (cell.x0 + cell.x1)) < 6)]
        if not above:
            if current.y0 - row.y1 > 1.5 * current.height:
                break
            continue
        candidate = above[0]
        step = current.y0 - candidate.y0
        if (
            (pitch and step > 1.45 * pitch)
            or current.y0 - candidate.y1 > 1.6 * current.height
            or (is_boundary(reading, candidate) and not SALUTATION.match(candidate.text))
            or any(
                is_city_line(part) for part in (candidate.text, *SEPARATORS.split(candidate.text))
            )  # of an address that stands above
            or lines >= 6
        ):
            break
        if not SALUTATION.match(candidate.text):
            head = candidate
        current, lines, pitch = candidate, lines + 1, step
    return head


def next_line(reading: Reading, cell: Cell) -> Cell | None:
    """The line under this one at the same left edge, though rows of other columns stand between."""
    return next((c for c in reading.below(cell, rows=_ROWS_BETWEEN) if abs(c.x0 - cell.x0) < _SAME_EDGE), None)


def company_in(reading: Reading, head: Cell) -> Cell:
    """The line with the company under a person or a post ("The Finance Manager") that opens an address; else its first line."""
    if LEGAL_FORM.search(head.text):
        return head
    under = next_line(reading, head)
    if under is None or not name_in(under.text) or is_boundary(reading, under):
        return head
    form = LEGAL_FORM.search(under.text)
    words = under.text[: form.start()].split() if form else []
    whole = len(words) > 1 and under.text[0].isupper()
    return under if whole and (PERSON.match(head.text) or _POST.match(head.text)) else head


def of_one_block(reading: Reading, one: Cell, other: Cell) -> bool:
    """Whether the two stand in the same run of lines, left-aligned or centred, with no city and no gap between them."""
    if one.page != other.page or one is other:
        return False
    upper, lower = sorted((one, other), key=lambda c: c.row)
    current = upper
    for row in reading.pages[one.page - 1].rows[upper.row + 1 : lower.row + 1]:
        under = next((c for c in row.cells if aligned(c, current)), None)
        if under is None:
            continue
        if (
            under.y0 - current.y1 > 0.8 * current.height
            or any(is_city_line(p) for p in SEPARATORS.split(current.text))
            or (is_boundary(reading, under) and not SALUTATION.match(under.text))
        ):
            return False
        if under is lower:
            return True
        current = under
    return False


def aligned(one: Cell, other: Cell) -> bool:
    return abs(one.x0 - other.x0) < _SAME_EDGE or abs((one.x0 + one.x1) - (other.x0 + other.x1)) < 2 * _SAME_EDGE


def tells_contact(reading: Reading, head: Cell) -> bool:
    """Whether the lines under a name, as far as they hang together, hold a telephone number, mail address or registration."""
    rows = reading.pages[head.page - 1].rows
    bottom = head.y1
    for row in rows[head.row : head.row + _BLOCK_LINES]:
        if row.y0 - bottom > 1.2 * head.height:
            return False
        cells = [c for c in row.cells if aligned(c, head)]
        if cells:
            bottom = cells[0].y1
            if CONTACT.search(cells[0].text):
                return True
    return False


def is_boundary(reading: Reading, cell: Cell) -> bool:
    labels = reading.labels(cell)
    if not labels or labels[0].start > 0:
        parts = [p for p in SEPARATORS.split(cell.text) if p and not is_only_legal_form(p)]
        several = len(parts) > 2 and (not is_street(cell.text) or any(is_city_line(p) for p in parts))
        return several or bool(find_dates(cell.text))
    numbered = labels[0].fields & {"vat_id", "tax_number"} and any(c.isdigit() for c in cell.text[labels[0].end :])
    return bool(numbered) or (len(labels[0].phrase) > 2 and len(cell.text) - labels[0].end < 3) or ":" in cell.text
