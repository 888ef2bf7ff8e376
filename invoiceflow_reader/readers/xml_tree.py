"""XML attachments as trees: parsed without entities, network or huge nodes, tags without namespaces."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from lxml import etree

MAX_XML_BYTES: Final = 10 * 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_DECLARATION: Final = re.compile(r"^<\?xml[^>]{0,200}\?>")


class UnsafeXml(ValueError):
    """The XML declares a document type: no invoice needs one, and entities are how XML attacks its reader."""


def parse_safely(data: bytes, max_bytes: int = MAX_XML_BYTES) -> etree._Element | None:
    """The root, or None where the data are no well-formed XML or larger than `max_bytes`. Raises UnsafeXml.

    Byte order marks, blanks before the declaration, UTF-16 whatever is declared, and Latin-1 declared as UTF-8 are forgiven.
    """
    if len(data) > max_bytes:
        return None
    cleaned = _cleaned(data)
    if b"<!ENTITY" in cleaned:
        raise UnsafeXml("the XML declares entities")
    try:
        root = etree.fromstring(cleaned, _parser())
    except (etree.XMLSyntaxError, ValueError):
        if _is_utf8(cleaned):
            return None
        try:
            root = etree.fromstring(cleaned, _parser(encoding="cp1252"))
        except (etree.XMLSyntaxError, ValueError):
            return None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeXml("the XML declares a document type")
    return root


def without_namespaces(root: etree._Element) -> etree._Element:
    """The same tree, its tags as local names."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def _parser(encoding: str | None = None) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True,
        encoding=encoding,
    )  # fmt: skip


def _cleaned(data: bytes) -> bytes:
    """UTF-8 where it was UTF-16, without marks and blanks around it."""
    head = data[:4].lstrip(b"\xef\xbb\xbf")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head:
        big = data[:2] == b"\xfe\xff" or head[:1] == b"\x00"
        text = data.decode("utf-16-be" if big else "utf-16-le", "replace").lstrip("\ufeff")
        return _DECLARATION.sub("", text.strip("\x00 \t\r\n"), count=1).encode("utf-8", "replace")
    while data.startswith(_BOM):
        data = data.removeprefix(_BOM)
    return data.strip(b"\x00 \t\r\n")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


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
