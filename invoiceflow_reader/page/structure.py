"""A page as words with boxes, grouped into cells (words set closely together) and rows (cells at one height).

Readers give the words; locators look at cells and rows. What a text means is not decided here.
Coordinates are points, origin at the top left of the page as it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

CELL_GAP: Final = 0.85
"""Words further apart than this many letter heights are in different cells: a space is about 0.3, a column gap above 1."""
PART_GAP: Final = 0.42
"""Within a cell, words further apart than this may still be two headings, or the values under two headings."""
NUMBER_GAP: Final = 0.42
"""The same between two numbers: the space in 1 234,56 is narrow, and "10  237,26" is a quantity and a price."""


@dataclass(slots=True, eq=False)
class Word:
    """One word and its box."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True, eq=False)
class Cell:
    """Words that are read together. `page` counts from 1; `row` and `index` say where in the page's rows it stands."""

    words: tuple[Word, ...]
    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    page: int
    row: int
    index: int

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2

    def span(self, start: int, end: int) -> tuple[float, float]:
        """Left and right edge of the words that text[start:end] touches."""
        x0, x1, position = self.x1, self.x0, 0
        for word in self.words:
            stop = position + len(word.text)
            if position < end and start < stop:
                x0, x1 = min(x0, word.x0), max(x1, word.x1)
            position = stop + 1
        return (x0, x1) if x0 < x1 else (self.x0, self.x1)

    def parts(self) -> list[tuple[int, "Cell"]]:
        """Runs of words with nothing wider than a space between them, each with the offset in `text` at which it begins."""
        found: list[tuple[int, Cell]] = []
        offset = 0
        run: list[Word] = []
        for word, following in zip(self.words, (*self.words[1:], None), strict=True):
            run.append(word)
            if following is not None:
                gap = following.x0 - word.x1
                if gap < PART_GAP * self.height or (
                    min(len(word.text), len(following.text)) > 1 and _is_one_typed_space(word, following, gap)
                ):
                    continue
            part = _cell(run, self.page, self.row, self.index)
            found.append((offset, part))
            offset += len(part.text) + 1
            run = []
        return found

    def parted_before(self, word: int) -> tuple["Cell", "Cell"]:
        """The cell in two, the second one beginning with the word of this index."""
        one, other = list(self.words[:word]), list(self.words[word:])
        return _cell(one, self.page, self.row, self.index), _cell(other, self.page, self.row, self.index)

    def overlaps(self, other: "Cell") -> bool:
        """Whether the two share some horizontal extent."""
        return self.x0 < other.x1 and other.x0 < self.x1


@dataclass(slots=True, eq=False)
class Row:
    """The cells at one height, left to right."""

    cells: tuple[Cell, ...]
    text: str
    y0: float
    y1: float


@dataclass(slots=True, eq=False)
class Page:
    """One page. `number` counts from 1; width and height in points; `reader` names what read the words."""

    number: int
    width: float
    height: float
    rows: tuple[Row, ...]
    text: str
    reader: str
    cells: tuple[Cell, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.cells = tuple(cell for row in self.rows for cell in row.cells)

    def fractions(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """A box as fractions of the page's width and height, kept within the page, to four places."""
        w, h = self.width or 1.0, self.height or 1.0
        return (_share(x0, w), _share(y0, h), _share(x1, w), _share(y1, h))


def build_page(number: int, width: float, height: float, words: Sequence[Word], text: str, reader: str) -> Page:
    """The page's words in rows and cells. Words need no order."""
    rows = [_row(group, number, index) for index, group in enumerate(_by_height(words))]
    for upper, lower in pairwise(tuple(rows)):
        index = upper.cells[0].row
        rows[index], rows[index + 1] = _parted(rows[index], lower), _parted(lower, rows[index])
    return Page(number, width, height, tuple(rows), text, reader)


def _share(value: float, whole: float) -> float:
    return round(min(1.0, max(0.0, value / whole)), 4)


def _by_height(words: Sequence[Word]) -> list[list[Word]]:
    """Words whose middles lie within half a letter of a row's first word are of that row."""
    groups: list[list[Word]] = []
    bottom = middle = 0.0
    for word in sorted(words, key=lambda w: w.y0 + w.y1):
        centre = (word.y0 + word.y1) / 2
        size = word.y1 - word.y0
        if groups and centre - middle < 0.5 * min(size, bottom):
            groups[-1].append(word)
            count = len(groups[-1])
            middle += (centre - middle) / count
            bottom = min(bottom, size) if count < 3 else bottom
        else:
            groups.append([word])
            middle, bottom = centre, size
    return groups


def _row(words: list[Word], page: int, row: int) -> Row:
    words.sort(key=lambda w: w.x0)
    cells: list[Cell] = []
    run = [words[0]]
    for word in words[1:]:
        last = run[-1]
        gap = word.x0 - last.x1
        numbers = last.text[-1].isdigit() and word.text[0].isdigit() and ("," in word.text or "." in word.text)
        if gap > (NUMBER_GAP if numbers else CELL_GAP) * max(4.0, min(last.y1 - last.y0, word.y1 - word.y0)) and not (
            numbers and _is_one_typed_space(last, word, gap)
        ):
            cells.append(_cell(run, page, row, len(cells)))
            run = [word]
        else:
            run.append(word)
    cells.append(_cell(run, page, row, len(cells)))
    return Row(tuple(cells), "  ".join(c.text for c in cells), min(c.y0 for c in cells), max(c.y1 for c in cells))


def _is_one_typed_space(one: Word, other: Word, gap: float) -> bool:
    """In a typewriter's face every letter is as wide as a space: 1 234,56 has a wide gap there."""
    letter, another = (one.x1 - one.x0) / len(one.text), (other.x1 - other.x0) / len(other.text)
    return abs(letter - another) < 0.03 * letter and gap < 1.2 * letter


def _parted(row: Row, neighbour: Row) -> Row:
    """The row with its cells parted where their parts stand over (or under) cells of the next row, one each: headings set so
    closely that they look like one text, though the values under them do not."""
    if len(neighbour.cells) < 2 or neighbour.y0 - row.y1 > 1.5 * (row.y1 - row.y0) or row.y0 - neighbour.y1 > row.y1 - row.y0:
        return row
    cells: list[Cell] = []
    for cell in row.cells:
        parts = cell.parts() if sum(c.overlaps(cell) for c in neighbour.cells) > 1 else []
        partners = [[c for c in neighbour.cells if c.overlaps(part)] for _, part in parts]
        named = all(any(ch.isalnum() for ch in part.text) for _, part in parts)  # no colon of its own
        if len(parts) > 1 and named and all(len(p) == 1 for p in partners) and len({id(p[0]) for p in partners}) == len(parts):
            cells.extend(part for _, part in parts)
        else:
            cells.append(cell)
    if len(cells) == len(row.cells):
        return row
    for index, cell in enumerate(cells):
        cell.index = index
    return Row(tuple(cells), "  ".join(c.text for c in cells), row.y0, row.y1)


def _cell(run: list[Word], page: int, row: int, index: int) -> Cell:
    return Cell(
        tuple(run), " ".join(w.text for w in run),
        run[0].x0, min(w.y0 for w in run), max(w.x1 for w in run), max(w.y1 for w in run),
        page, row, index,
    )  # fmt: skip
