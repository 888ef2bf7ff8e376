"""What text recognition gave for one page, or why it gave nothing: plain values that travel between processes.

How a picture is recognised is `readers.ocr`'s; what the words mean is the locators'.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from invoiceflow_reader.page.structure import Page, Word, build_page

OCR_READER: Final = "ocr"

Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f."""


class Unread(StrEnum):
    """Why a page was not recognised."""

    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    TOO_MANY_PAGES = "too_many_pages"


@dataclass(frozen=True, slots=True)
class RecognizedPage:
    """The words of a page, turned upright and straight. `number` counts from 1; sizes and words in points.

    `scores` has one value between 0 and 1 for each word. `to_shown` leads from the upright page to the page as it is shown,
    whose width and height are `shown_size`.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    scores: tuple[float, ...]
    text: str
    to_shown: Affine
    shown_size: tuple[float, float]

    def page(self, max_words: int) -> Page:
        """The page as the locators look at it."""
        return build_page(self.number, self.width, self.height, self.words[:max_words], self.text, OCR_READER)

    def score_within(self, x0: float, y0: float, x1: float, y1: float) -> float:
        """The lowest score of the words whose middles lie in this box of the upright page; 1 where none does."""
        inside = (
            score
            for word, score in zip(self.words, self.scores, strict=True)
            if x0 <= (word.x0 + word.x1) / 2 <= x1 and y0 <= (word.y0 + word.y1) / 2 <= y1
        )
        return min(inside, default=1.0)

    def shown(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """The upright box that encloses this box on the page as it is shown, in points."""
        a, b, c, d, e, f = self.to_shown
        corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True, slots=True)
class UnreadPage:
    """A page whose recognition was tried, or not begun, and gave nothing."""

    number: int
    reason: Unread


Recognition = RecognizedPage | UnreadPage
