"""Dates as they are printed, in the Latin-script languages of Europe and America. Not which date means what."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from invoiceflow_reader.page.folding import folded
from invoiceflow_reader.parsing.months import MONTHS

_WORDY: Final = re.compile(
    r"(?<![\w/.-])(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|er|\u00ba|\u00b0|\.)?[\s\-/]{0,2}(?:de\s|of\s|d')?(?P<m1>[^\W\d_]{3,12})\.?,?"
    r"[\s\-/]{0,2}(?:de[l]?\s)?(?P<y1>\d{4}|'?\d{2})(?!:?\d)"
    r"|(?P<y3>\d{4})\.?\s(?P<m3>[^\W\d_]{3,12})\.?\s(?P<d3>\d{1,2})(?!\d)"
    r"|(?P<m2>[^\W\d_]{3,12})\.?[\s\-]{0,2}(?P<d2>\d{1,2})(?:st|nd|rd|th)?\s?,?[\s\-]{1,2}(?P<y2>\d{4})(?!\d))"
)
_NUMERIC: Final = re.compile(
    r"(?<![\d/.,:-])(?:(?P<y>\d{4})(?P<s1>[-/.])\s?(?P<m>\d{1,2})(?P=s1)\s?(?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})\s?(?P<s2>[-/.])\s?(?P<b>\d{1,2})\s?(?P=s2)\s?(?P<c>\d{4}|\d{2}))(?![\d/-])(?!\.\d)"
)
_COMPACT: Final = re.compile(r"(?<![\d.,])(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?![\d.,])")
_EARLIEST: Final = 1970
_LATEST: Final = 2100


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a text; `ambiguous` where day and month could be exchanged (03/04/2021)."""

    value: date
    ambiguous: bool
    start: int
    end: int
    text: str


def find_dates(text: str, *, month_first: bool = False, compact: bool = False) -> list[DateFound]:
    """All dates in a text, left to right. `month_first` reads 03/04/2021 as the fourth of March; `compact` takes 20210304."""
    if not any(c.isdigit() for c in text):
        return []
    found = [*_numeric(text, month_first), *_wordy(text)]
    if compact:
        for match in _COMPACT.finditer(text):
            value = _date(int(match["y"]), int(match["m"]), int(match["d"]))
            if value:
                found.append(DateFound(value, False, match.start(), match.end(), match.group()))
    return sorted(found, key=lambda f: f.start)


def month_comes_first(text: str) -> bool | None:
    """Whether dates written with slashes or dashes in this text put the month first; None where none of them tells."""
    first = second = 0
    for match in _NUMERIC.finditer(text):
        if match["a"] is None or match["s2"] == ".":
            continue
        a, b = int(match["a"]), int(match["b"])
        first += a <= 12 < b <= 31
        second += b <= 12 < a <= 31
    if first == second:
        return None
    return first > second


def _numeric(text: str, month_first: bool) -> list[DateFound]:
    found = []
    for match in _NUMERIC.finditer(text):
        ambiguous = False
        if match["y"]:
            value = _date(int(match["y"]), int(match["m"]), int(match["d"]))
        else:
            a, b, year = int(match["a"]), int(match["b"]), _year(match["c"])
            day_first = match["s2"] == "." or not month_first
            value = _date(year, b, a) if day_first else _date(year, a, b)
            if value is None and match["s2"] != ".":
                value = _date(year, a, b) if day_first else _date(year, b, a)
            ambiguous = match["s2"] != "." and a <= 12 and b <= 12 and a != b
        if value:
            found.append(DateFound(value, ambiguous, match.start(), match.end(), match.group()))
    return found


def _wordy(text: str) -> list[DateFound]:
    found = []
    for match in _WORDY.finditer(text):
        month = MONTHS.get(folded(match["m1"] or match["m2"] or match["m3"]))
        if month is None:
            continue
        value = _date(_year(match["y1"] or match["y2"] or match["y3"]), month, int(match["d1"] or match["d2"] or match["d3"]))
        if value:
            found.append(DateFound(value, False, match.start(), match.end(), match.group()))
    return found


def _year(text: str) -> int:
    year = int(text.lstrip("'"))
    if year >= 100:
        return year
    return 2000 + year if year < 70 else 1900 + year


def _date(year: int, month: int, day: int) -> date | None:
    if not _EARLIEST <= year <= _LATEST or not 1 <= month <= 12:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
