"""The currency of the document (BT-5): by its label, by what the amounts carry, or by the country whose tax is charged."""

import re
from collections import Counter
from typing import Final

from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.amounts import CURRENCY_CODES

_COLUMNS: Final = 4
_BY_COUNTRY: Final = 0.6
_BRITISH: Final = r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b"  # a post code
_CURRENCY_CODE: Final = re.compile(
    r"(?<![A-Za-z])(" + "|".join(sorted(CURRENCY_CODES)) + r")(?![A-Za-z]|0\d|\s[a-z]{5})"
)  # not PEN001
_EUROS: Final = re.compile(r"\beuros?\b", re.IGNORECASE)
_COUNTED: Final = re.compile(r"[A-Za-z]0\d+$")  # PEN001 is a customer
_DOLLARS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("AUD", ("abn", "australia", "australian dollar")),
    ("CAD", ("canada", " qc ", "ontario", "québec", "tvq", "gst/hst", " hst ", "hst #", "hst (", "canadian dollar")),
    ("SGD", ("singapore",)),
    ("NZD", ("new zealand",)),
)
_CROWNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("SEK", ("sverige", "bankgiro", "plusgiro", "f-skatt", "förfallo")),
    ("DKK", ("cvr", "danmark", "moms 25", "beløb")),
    ("NOK", ("norge", "mva", " org.nr")),
    ("SEK", ("öre", "moms")),
)
_COUNTRIES: Final = tuple(
    (code, re.compile(words))
    for code, words in (
        ("CHF", r"\bCHE-?\s?\d{3}"),
        ("GBP", rf"\bGB\s?\d{{3}}\s?\d{{4}}\s?\d{{2}}\b|(?s:\bVAT\b.*{_BRITISH}|{_BRITISH}.*\bVAT\b)"),
        ("INR", r"\bGSTIN\b"),
        ("AUD", r"\b(?:ABN|A\.B\.N\.)(?!\w)"),
        ("ZAR", r"\(Pty\)\sLtd"),
        ("DKK", r"\bCVR\b"),
        ("SEK", r"\b(?:F-skatt|[Bb]ankgiro|[Pp]lusgiro|Momsreg)"),
        ("NOK", r"\d\s?MVA\b"),
        ("PLN", r"\bNIP\b"),
        ("CZK", r"\bCZ\d{8,10}\b"),
        ("HUF", r"\b[Aa]dószám"),
        ("EUR", r"(?i:\b(?:USt-?Id|MwSt|USt|Umsatzsteuer|SIRET|SIREN|P\.\s?IVA|Partita IVA|KvK))(?!\w)|"
                r"\b(?:DE\d{9}|ATU\d{8}|FR\w{2}\s?\d{9}|IT\d{11}|NL\d{9}B\d{2}|BE\s?0\d{9}|IE\d{7}[A-Z]{1,2}|FI\d{8}|LU\d{8}|PT\d{9})\b"),
    )
)  # fmt: skip


def locate_currencies(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the currency (BT-5): a labelled code first, else what the amounts carry."""
    found: list[Candidate[str]] = []
    for cell, label in reading.labelled("currency"):
        if len(reading.row(cell).cells) >= _COLUMNS and len(cell.text) - label.end < 2:
            continue  # a column: lines in several currencies
        for place in reading.places(cell, label):
            match = _CURRENCY_CODE.search(place.text[:12])
            if match:
                found.append(Candidate(match[1], place.cell, match[1], 0.98, "labelled"))
                break
    seen: Counter[str] = Counter()
    where: dict[str, Cell] = {}
    for cell in reading.cells():
        codes = {a.currency for a in reading.amounts(cell) if a.currency and not _COUNTED.search(a.text)}
        codes |= set(_CURRENCY_CODE.findall(cell.text))
        if _EUROS.search(cell.text):
            codes.add("EUR")
        if not codes:
            codes = {sign for sign in ("€", "£", "$") if sign in cell.text}
        if "R$" in cell.text:
            codes = (codes - {"$"}) | {"BRL"}
        for code in codes:
            name = {"€": "EUR", "£": "GBP", "ft": "HUF"}.get(code, code)
            seen[name] += 1
            where.setdefault(name, cell)
    total = sum(seen.values())
    for code, count in seen.items():
        found.append(
            Candidate(_settled(reading, code), where[code], code, 0.55 + 0.4 * count / total, f"{count} of {total} amounts")
        )
    return found or _of_the_country(reading)


def _of_the_country(reading: Reading) -> list[Candidate[str]]:
    """Where no amount carries a currency: that of the country whose tax the page speaks of, if it is one alone."""
    text = "\n".join(page.text for page in reading.pages[:2])
    codes = {code for code, words in _COUNTRIES if words.search(text)}
    if len(codes) != 1:
        return []
    words = next(words for code, words in _COUNTRIES if code in codes)
    where = next((cell for cell in reading.cells() if words.search(cell.text)), next(reading.cells()))
    (code,) = codes
    return [Candidate(code, where, where.text, _BY_COUNTRY, "the currency of the country whose tax it is")]


def _settled(reading: Reading, code: str) -> str:
    """What "$", "kr" and "¥" stand for here."""
    text = " ".join(page.text for page in reading.pages[:2])
    lower = text.lower()
    if code == "$":
        for name, words in _DOLLARS:
            if any(word in lower for word in words):
                return name
        return "USD"
    if code == "kr":
        for name, words in _CROWNS:
            if any(word in lower for word in words):
                return name
        return "SEK"
    return "JPY" if code == "¥" else code.upper()
