"""What all locators look at: the pages' cells with their labels, how this document writes numbers and dates, and candidates.

Which value is right is decided in `assembly`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Generic, TypeVar

from invoiceflow_reader.labels.matching import Label, find_labels
from invoiceflow_reader.page.structure import Cell, Page, Row
from invoiceflow_reader.parsing.amounts import Amount, decimal_sign_of, find_amounts
from invoiceflow_reader.parsing.dates import month_comes_first

Value = TypeVar("Value")
RELATION: Final = {"same": 1.0, "right": 0.97, "below": 0.9}
"""How sure the place of a value is, by where it stands to its label."""
_ROWS_BELOW: Final = 2
_STACKED: Final = 0.5  # of a line's height between the two lines of a label
_BOXES: Final = 3  # so many headings beside each other are a row of boxes
_ROWS_TO_VALUES: Final = 3
_BOX_HEIGHT: Final = 2.5  # times the heading's letters
_LONGEST_HALF: Final = 16


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Value]):
    """A value that a field may have: where it stands (`cell`, `text`), how well it fits (`score`, about 0 to 1), and why."""

    value: Value
    cell: Cell
    text: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Place:
    """A text that belongs to a label: `text` is the cell's from `start` on; `relation` is same, right or below."""

    cell: Cell
    start: int
    relation: str

    @property
    def text(self) -> str:
        return self.cell.text[self.start :]


@dataclass(slots=True)
class Reading:
    """The pages of one document and what was found out about them once for all locators."""

    pages: Sequence[Page]
    decimal_sign: str | None = field(init=False)
    month_first: bool = field(init=False)
    month_first_is_told: bool = field(init=False)
    _labels: dict[Cell, list[Label]] = field(init=False, default_factory=dict)
    _amounts: dict[Cell, list[Amount]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.decimal_sign = decimal_sign_of(cell.text for page in self.pages for cell in page.cells)
        told = month_comes_first("\n".join(page.text for page in self.pages))
        self.month_first_is_told = told is not None
        self.month_first = told if told is not None else self._is_american()
        for cell in self.cells():
            self._labels[cell] = find_labels(cell.text)
        self._find_stacked_labels()

    def _find_stacked_labels(self) -> None:
        """A label on two lines of a narrow column ("Fecha de / emisión", "Rechnungs- / datum") stands at its second line."""
        for page in self.pages:
            for upper, lower in pairwise(page.rows):
                if lower.y0 - upper.y1 > _STACKED * (upper.y1 - upper.y0):
                    continue
                for cell in upper.cells:
                    if not _is_half_a_label(cell) or (self._labels[cell] and self._labels[cell][-1].end == len(cell.text)):
                        continue
                    under = next((c for c in lower.cells if c.overlaps(cell) and _is_half_a_label(c)), None)
                    if under is None or not (abs(under.x0 - cell.x0) < 3 or abs(under.x1 - cell.x1) < 3):
                        continue
                    whole = find_labels(f"{cell.text} {under.text}")
                    if len(whole) == 1 and whole[0].start == 0 and whole[0].end == len(cell.text) + 1 + len(under.text):
                        self._labels[under] = [Label(whole[0].fields, 0, len(under.text), whole[0].phrase)]

    def cells(self) -> Iterator[Cell]:
        for page in self.pages:
            yield from page.cells

    def labels(self, cell: Cell) -> list[Label]:
        """The labels in a cell, left to right; also of a part of one."""
        found = self._labels.get(cell)
        return find_labels(cell.text) if found is None else found

    def amounts(self, cell: Cell) -> list[Amount]:
        """The numbers in a cell, left to right, read with the document's decimal sign."""
        found = self._amounts.get(cell)
        if found is None:
            found = self._amounts[cell] = find_amounts(cell.text, self.decimal_sign)
        return found

    def labelled(self, *fields: str) -> Iterator[tuple[Cell, Label]]:
        """Every place where a label of one of the fields stands, in reading order."""
        wanted = frozenset(fields)
        for cell, labels in self._labels.items():
            for label in labels:
                if label.fields & wanted:
                    yield cell, label

    def row(self, cell: Cell) -> Row:
        return self.pages[cell.page - 1].rows[cell.row]

    def rows_after(self, cell: Cell, count: int) -> Sequence[Row]:
        """The next rows of its page, at most `count`."""
        return self.pages[cell.page - 1].rows[cell.row + 1 : cell.row + 1 + count]

    def is_in_column_heading(self, cell: Cell) -> bool:
        """Whether the cell's row names the columns of a table."""
        labels = (label for c in self.row(cell).cells for label in self.labels(c))
        return sum(any(f.startswith("col_") for f in label.fields) for label in labels) >= 4

    def right_of(self, cell: Cell) -> tuple[Cell, ...]:
        return self.row(cell).cells[cell.index + 1 :]

    def below(self, cell: Cell, rows: int = _ROWS_BELOW) -> list[Cell]:
        """Cells under this one in the next rows, nearest first, not further than the rows' usual distance allows."""
        found = []
        bottom = cell.y1
        all_rows = self.pages[cell.page - 1].rows
        for row in all_rows[cell.row + 1 : cell.row + 1 + rows]:
            if row.y0 - bottom > 2.2 * cell.height:
                break
            under = [c for c in row.cells if c.overlaps(cell)]
            found.extend(under)
            if under:
                bottom = max(c.y1 for c in under)
        return found

    def places(self, cell: Cell, label: Label) -> Iterator[Place]:
        """Where the value of a label can stand: after it, right of it, under it, in this order."""
        rest = cell.text[label.end :]
        if any(c.isalnum() for c in rest):
            yield Place(cell, label.end, "same")
        right = self.right_of(cell)
        if right and not self._opens_with_label(right[0]):
            yield Place(right[0], 0, "right")
        beneath = self._under(cell, label)
        for under, start in beneath:
            if not self._opens_with_label(under):
                yield Place(under, start, "below")
        if not beneath and (value := self.value_in_its_box(cell)) is not None:
            yield Place(value, 0, "below")

    def value_in_its_box(self, cell: Cell) -> Cell | None:
        """Under a row of headings over boxes, the value of this one's box, at whichever edge it stands there."""
        row = self.row(cell)
        if len(row.cells) < _BOXES or any(ch.isdigit() for ch in row.text):
            return None
        right = row.cells[cell.index + 1].x0 if cell.index + 1 < len(row.cells) else self.pages[cell.page - 1].width
        for values in self.rows_after(cell, _ROWS_TO_VALUES):
            if values.y0 - row.y1 > _BOX_HEIGHT * cell.height:
                break
            inside = [c for c in values.cells if cell.x0 - 1 <= c.x0 and c.x1 <= right]
            if len(values.cells) >= len(row.cells) - 1 and len(inside) == 1:
                return None if self._opens_with_label(inside[0]) else inside[0]
        return None

    def _under(self, cell: Cell, label: Label) -> list[tuple[Cell, int]]:
        """The cells under a label, each with the offset of what stands under it. Where the cell holds several labels
        closely together, only what is under this one."""
        found = self.below(cell)
        if len(self._labels[cell]) < 2:
            return [(under, 0) for under in found]
        x0, x1 = cell.span(label.start, label.end)
        places = []
        for under in found:
            parts = [start for start, part in under.parts() if part.x0 < x1 and x0 < part.x1]
            if parts:
                places.append((under, parts[0]))
        return places

    def _opens_with_label(self, cell: Cell) -> bool:
        """Not where words follow it without a colon: "Zakład Poligraficzny" is a name, though "základ" is a tax base."""
        labels = self._labels[cell]
        if not labels or labels[0].start > 0 or len(labels[0].phrase) <= 2:
            return False
        rest = cell.text[labels[0].end :].strip()
        return not rest or not rest[0].isalpha() or ":" in rest or len(labels) > 1 or any(c.isdigit() for c in rest)

    def _is_american(self) -> bool:
        """Dollars without a word of British, Australian or continental tax: months come first."""
        text = " ".join(page.text for page in self.pages[:3])
        lower = text.lower()
        if re.search(r"\b(?:gst|abn|vat|iban)\b|[€£]", lower):
            return False
        return "$" in text.replace("R$", "") or "usd" in lower  # Brazil counts days first


def _is_half_a_label(cell: Cell) -> bool:
    return len(cell.text) <= _LONGEST_HALF and not any(c.isdigit() for c in cell.text) and ":" not in cell.text[:-1]
