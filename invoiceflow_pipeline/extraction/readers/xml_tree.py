"""XML attachments as trees: parsed without entities, network or huge nodes, tags without namespaces."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from lxml import etree

MAX_XML_BYTES: Final = 10 * 1024 * 1024


def parse_tree(data: bytes) -> etree._Element | None:
    """The root with namespaces taken off, or None where the data are no XML that can be read safely."""
    data = data.removeprefix(b"\xef\xbb\xbf").strip(b"\x00 \t\r\n")
    if len(data) > MAX_XML_BYTES or not data:
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def text_of(element: etree._Element | None, *paths: str) -> str | None:
    """The first text that is not empty at one of the paths."""
    if element is None:
        return None
    for path in paths:
        for found in element.iterfind(path):
            text = " ".join((found.text or "").split())
            if text:
                return text
    return None


def amount_of(element: etree._Element | None, *paths: str) -> Decimal | None:
    """The first number at one of the paths; XML Schema's decimal form, commas forgiven."""
    return decimal_of(text_of(element, *paths))


def decimal_of(text: str | None) -> Decimal | None:
    if not text or len(text) > 40:
        return None
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 30 else None


def date_of(text: str | None) -> date | None:
    """ISO 8601, or the forms 102 (YYYYMMDD) and 203/204 of UNTDID 2379."""
    if not text:
        return None
    digits = text[:8]
    try:
        if digits.isdigit() and len(digits) == 8:
            return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007  a calendar date has no zone
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def children(element: etree._Element | None, path: str, limit: int) -> Iterator[etree._Element]:
    """At most `limit` elements at the path."""
    if element is None:
        return
    for count, found in enumerate(element.iterfind(path)):
        if count >= limit:
            return
        yield found
