"""IBAN, BIC and VAT identifiers in running text, with their checksums.

A checksum is a signal, not a gate: published invoices carry invented numbers, and a value that is printed is a value.
"""

import re
from dataclasses import dataclass
from typing import Final

_IBAN_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22,
    "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "XK": 20, "MD": 24, "BA": 20, "AL": 28,
    "MK": 19, "ME": 22, "GE": 22, "KW": 30, "QA": 29, "BR": 29, "KZ": 20, "MU": 30, "PK": 24, "GL": 18, "JO": 30, "LB": 28,
}  # fmt: skip
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})\s?(\d{2})((?:[ \u00a0.-]?[A-Z0-9]){10,34})")
_BIC: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{4}\s?[A-Z]{2}\s?[A-Z0-9]{2}\s?(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
_VAT_FORMS: Final = {
    "AT": r"U\d{8}", "BE": r"[01]?\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}", "DE": r"\d{9}",
    "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]", "FI": r"\d{8}",
    "FR": r"[A-Z0-9]{2}\d{9}", "GB": r"(?:\d{12}|\d{9}|GD\d{3}|HA\d{3})", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"(?:\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])", "IT": r"\d{11}", "LT": r"(?:\d{12}|\d{9})", "LU": r"\d{8}",
    "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "NO": r"\d{9}(?:MVA)?", "PL": r"\d{10}", "PT": r"\d{9}",
    "RO": r"\d{2,10}", "SE": r"\d{10}01", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}", "CHE": r"\d{9}(?:MWST|TVA|IVA)?",
}  # fmt: skip
_VAT: Final = re.compile(
    r"(?<![A-Za-z0-9])(CHE|AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI)"
    r"((?:[ \u00a0.-]?[A-Z0-9]){8,16})(?![A-Za-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier in a text: without spaces in `value`, as printed in `text`; `checks` is whether its checksum holds."""

    value: str
    checks: bool
    start: int
    end: int
    text: str


def find_ibans(text: str) -> list[Identifier]:
    """IBANs of a known country and at least nearly its length; the checksum may fail."""
    found = []
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[1])
        if length is None:
            continue
        end, value = _take(text, match.start(), match.end(), length)
        checks = len(value) == length and iban_checks(value)
        if not checks and (len(value) < length - 4 or sum(c.isdigit() for c in value) < 10):
            continue
        found.append(Identifier(value, checks, match.start(), end, text[match.start() : end]))
    return found


def iban_checks(value: str) -> bool:
    """ISO 13616: the country's length and the remainder of 1 modulo 97."""
    if len(value) != _IBAN_LENGTHS.get(value[:2], -1) or not value.isascii() or not value.isalnum():
        return False
    turned = value[4:] + value[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def looks_like_iban(text: str) -> bool:
    """Whether it begins as an IBAN of a known country does and is nearly as long: whoever wrote it meant one."""
    value = "".join(c for c in text.upper() if c.isalnum())
    length = _IBAN_LENGTHS.get(value[:2])
    return length is not None and value[2:4].isdigit() and length - 6 <= len(value) <= length + 6


def find_bics(text: str) -> list[Identifier]:
    """What has the form of a BIC (ISO 9362). Any word of eight capitals has it too: ask for a label beside it."""
    return [Identifier(re.sub(r"\s", "", m.group()), True, m.start(), m.end(), m.group().strip()) for m in _BIC.finditer(text)]


def find_vat_identifiers(text: str) -> list[Identifier]:
    """VAT identifiers with their country prefix, in the form that the country uses; the checksum may fail."""
    found = []
    position = 0
    while match := _VAT.search(text, position):
        position = match.end()
        body = re.sub(r"[^A-Z0-9]", "", match[2])
        form = _VAT_FORMS[match[1]]
        exact = re.fullmatch(form, body)
        if not exact:
            start = re.match(form, body)
            rest = text[match.start() :].split()
            if not start or not _ends_at_a_space(match.group(), len(match[1]) + start.end()) or not rest:
                position = match.start() + len(match[1])  # "BE VAT BE0775103937"
                continue
            body = start.group()
        value = match[1] + re.sub(r"(?:MWST|TVA|IVA|MVA)$", "", body)
        found.append(Identifier(value, vat_checks(value), match.start(), match.end(), match.group()))
    return found


def has_vat_prefix(value: str) -> bool:
    """Whether it begins with the prefix of a country whose VAT identifiers can be checked, and goes on with a digit soon."""
    return any(value.startswith(country) for country in _VAT_FORMS) and any(c.isdigit() for c in value[2:5])


def vat_checks(value: str) -> bool:
    """Whether the checksum of a VAT identifier of the EU, Great Britain, Norway or Switzerland holds; the Swiss ending that
    says that it is one for VAT (MWST, TVA, IVA) may be missing."""
    from stdnum import exceptions
    from stdnum.ch import uid
    from stdnum.util import get_cc_module

    country = "GR" if value.startswith("EL") else value[:2].replace("XI", "GB")
    module = uid if value.startswith("CHE") else get_cc_module(country.lower(), "vat")
    if module is None:
        return False
    try:
        module.validate(re.sub(r"(?:MWST|TVA|IVA)$", "", value) if module is uid else value[2:])
    except exceptions.ValidationError:
        return False
    return True


def _take(text: str, start: int, end: int, length: int) -> tuple[int, str]:
    """As many letters and digits of text[start:end] as `length` says, and where they end; a following word is left out."""
    value: list[str] = []
    stop = start
    for position in range(start, end):
        if text[position].isalnum():
            value.append(text[position])
            stop = position + 1
            if len(value) == length:
                break
    return stop, "".join(value)


def _ends_at_a_space(text: str, count: int) -> bool:
    seen = 0
    for position, character in enumerate(text):
        seen += character.isalnum()
        if seen == count:
            return position + 1 >= len(text) or not text[position + 1].isalnum()
    return False
