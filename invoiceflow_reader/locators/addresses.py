"""Lines of postal addresses: post code and city in the usual forms of Europe and America, and the blocks around them."""

import re
from functools import lru_cache
from typing import Final

from invoiceflow.domain.invoice import Address
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Cell

_COUNTRY_CODES: Final = "DE|D|FR|F|AT|A|CH|NL|BE|B|LU|L|IT|I|ES|E|PT|P|PL|CZ|SK|SE|S|DK|NO|FI|GB|UK|IE|US"
_BEFORE: Final = re.compile(
    rf"^(?:(?P<country>{_COUNTRY_CODES})[\s-]+)?(?P<code>\d{{5}}|\d{{4}}\s?[A-Z]{{2}}|\d{{4}}(?:-\d{{3}})?|\d{{2}}-\d{{3}}|\d{{3}}\s\d{{2}}|[A-Z]\d{{2}}\s[A-Z0-9]{{4}}|"
    rf"[A-Z]{{1,2}}\d[A-Z\d]?\s?\d[A-Z]{{2}})\s?(?P<city>[^\W\d_][^\d@:]{{1,48}}?)(?:\s\d{{1,2}}|\s\(?[A-Z]{{2}}\)?)?[,.]?(?:\s*[-,]\s*[^\W\d_]+)?$"
)
_AFTER: Final = re.compile(
    r"^(?P<city>[^\W\d_][^\d@:]{1,40}?),?\s+(?P<region>[A-Z]{2,3})?,?\s*(?P<code>\d{5}(?:-\d{4})?|(?<=[A-Z]{2}\s)\d{4}|(?<=[,-]\s)\d{3}\s?\d{3}|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[A-Z]\s?\d[A-Z]\d|[A-Z]\d{2}\s[A-Z0-9]{4})$"
)
_ALONE: Final = re.compile(  # British, Irish and Canadian post codes may have a line of their own
    r"^(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|[A-Z]\d[\dW]\s[A-Z0-9]{4}|[A-Z]\d[A-Z]\s?\d[A-Z]\d)$"
)
_ENGLISH_STREET: Final = re.compile(  # "4410 Juniper Loop" is a house number with its street
    r"^\d{1,5}\s.*\b(?:street|st|road|rd|lane|ln|drive|dr|avenue|ave|court|ct|square|close|way|highway|hwy|boulevard|blvd|loop|"
    r"trail|trl|terrace|place|pl|parkway|pkwy|circle|cir|crescent|broadway|pike|turnpike|plaza|alley|mews)\.?"
    r"(?:\s(?:[NS]?[EW]|[NS]))?(?:,?\s(?:suite|ste|unit|apt|floor|#)\b.*)?$",
    re.IGNORECASE,
)
_REMEMBERED: Final = 4096  # texts: each is asked for several times while a document is read
_NATIONAL: Final = {
    "D": "DE",
    "F": "FR",
    "A": "AT",
    "B": "BE",
    "L": "LU",
    "I": "IT",
    "E": "ES",
    "P": "PT",
    "S": "SE",
    "UK": "GB",
}


@lru_cache(maxsize=_REMEMBERED)
def is_city_line(text: str) -> bool:
    """Whether the text is a post code with its city, in either order, or a post code that has a line of its own."""
    text = text.strip(" ,.;|·-")
    if len(text) >= 70 or not any(c.isdigit() for c in text):
        return False
    return bool(_code_first(text) or _AFTER.match(text) or _ALONE.match(text))


def is_code_alone(text: str) -> bool:
    """Whether a post code has a line of its own: its city stands above it."""
    return bool(_ALONE.match(text.strip(" ,.;|·-")))


def _code_first(text: str) -> re.Match[str] | None:
    return None if _ENGLISH_STREET.match(text) else _BEFORE.match(text)


def address_under(reading: Reading, head: Cell) -> Address:
    """The address in the lines under a party's name, as far as a line with post code and city says so; else an empty one."""
    rows = reading.pages[head.page - 1].rows
    lines: list[str] = []
    bottom = head.y1
    for row in rows[head.row + 1 : head.row + 7]:
        cell = next((c for c in row.cells if abs(c.x0 - head.x0) < 5), None)
        if row.y0 - bottom > 1.8 * head.height:
            break
        if cell is None:
            continue
        bottom = cell.y1
        text = cell.text.strip(" ,.;")
        match = _code_first(text) or _AFTER.match(text)
        if match and any(c.isdigit() for c in cell.text):
            parts = match.groupdict()
            country = parts.get("country")
            return Address(
                line_one=lines[0] if lines else None,
                line_two=lines[1] if len(lines) > 1 else None,
                city=parts["city"].strip(" ,"),
                post_code=parts["code"],
                country_subdivision=parts.get("region"),
                country_code=_NATIONAL.get(country, country) if country else None,
            )
        lines.append(cell.text)
    return Address()
