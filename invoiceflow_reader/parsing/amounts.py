"""Amounts as they are printed: 1.234,56 and 1,234.56 and 1'234.56 and 1 234,56, signs, brackets and currencies.

Which of the amounts on a page means what is not decided here.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

CURRENCY_SIGNS: Final = {
    "€": "EUR", "£": "GBP", "zł": "PLN", "kč": "CZK", "₹": "INR", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₩": "KRW",
    "us$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "r$": "BRL", "s$": "SGD", "hk$": "HKD",
    "rs.": "INR", "rs": "INR", "lei": "RON", "лв": "BGN", "ft": "HUF", "fr.": "CHF", "sfr.": "CHF",
}  # fmt: skip
CURRENCY_CODES: Final = frozenset(
    [
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "PLN",
        "CZK",
        "SEK",
        "DKK",
        "NOK",
        "HUF",
        "RON",
        "BGN",
        "HRK",
        "ISK",
        "INR",
        "AUD",
        "CAD",
        "NZD",
        "SGD",
        "HKD",
        "JPY",
        "CNY",
        "KRW",
        "BRL",
        "MXN",
        "ARS",
        "CLP",
        "COP",
        "PEN",
        "ZAR",
        "TRY",
        "ILS",
        "AED",
        "SAR",
        "THB",
        "MYR",
        "IDR",
        "PHP",
        "VND",
        "RUB",
        "UAH",
        "RSD",
        "EGP",
        "MAD",
        "TND",
        "NGN",
        "KES",
        "PKR",
        "DEM",
        "FRF",
        "ITL",
        "ESP",
        "NLG",
        "BEF",
        "ATS",
        "LUF",
        "PTE",
        "IEP",
        "FIM",
    ]
)
_SIGNS: Final = "|".join(sorted((re.escape(s) for s in (*CURRENCY_SIGNS, "$", "¥", "kr.", "kr")), key=len, reverse=True))
_CODES: Final = "|".join(sorted(CURRENCY_CODES))
_CURRENCY: Final = rf"(?:{_SIGNS}|{_CODES})"
_NUMBER: Final = (
    r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d{1,4})?"
    r"|\d{1,3}(?:['\u2019]\d{3})+(?:[.,]\d{1,4})?"
    r"|\d[\d.,]*\d|\d)"
)
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,/#:@])(?P<open>\()?\s?(?P<sign>[-\u2212\u2013]|\+)?\s?(?P<before>{_CURRENCY})?\s?"
    rf"(?P<sign2>[-\u2212\u2013])?\s?(?P<number>{_NUMBER})(?P<dash>,-{{1,2}}|\.-|,\u2013)?"
    rf"(?P<percent>\s?%)?\s?(?P<after>{_CURRENCY})?(?P<minus>-(?!\w))?(?P<close>\))?(?:(?<=[.,]\d\d)[A-Z*](?!\w))?(?![\w/@])(?![.,:-]\d)",
    re.IGNORECASE,
)
_MAX_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a text. `decimals` counts its decimal places; `currency` is an ISO 4217 code, "$" or "kr" where the sign
    alone does not say which; `start` and `end` are offsets in the text."""

    value: Decimal
    decimals: int
    currency: str | None
    is_percent: bool
    start: int
    end: int
    text: str


def find_amounts(text: str, decimal_sign: str | None = None) -> list[Amount]:
    """All numbers in a text that could be amounts, left to right. `decimal_sign` settles 1.234 where it is known."""
    found: list[Amount] = []
    if not any(c.isdigit() for c in text):
        return found
    for match in _AMOUNT.finditer(text):
        parsed = parse_number(match["number"], decimal_sign)
        if parsed is None:
            continue
        value, decimals = parsed
        negative = bool(match["sign"] and match["sign"] != "+") or bool(match["sign2"] or match["minus"])
        if match["open"] and match["close"]:
            negative = True
        sign = match["before"] or match["after"]
        found.append(
            Amount(
                -value if negative else value, decimals + (2 if match["dash"] else 0), _currency(sign),
                match["percent"] is not None, match.start("number"), match.end(), match.group().strip(),
            )
        )  # fmt: skip
    return found


def parse_number(text: str, decimal_sign: str | None = None) -> tuple[Decimal, int] | None:
    """The number and its count of decimal places, or None where the text is no well-formed number."""
    digits = re.sub(r"[ \u00a0\u202f'\u2019]", "", text)
    if sum(c.isdigit() for c in digits) > _MAX_DIGITS or not digits or not digits[0].isdigit():
        return None
    point = _decimal_point(digits, decimal_sign)
    if point == "?":
        return None
    grouping = "," if point == "." else "."
    whole, _, fraction = digits.partition(point) if point else (digits, "", "")
    if point and grouping in fraction:
        return None
    if grouping in whole and not re.fullmatch(r"\d{1,3}([.,]\d{2,3})*[.,]\d{3}", whole):
        return None
    whole = re.sub(r"[.,]", "", whole)
    if not whole.isdigit() or not whole.isascii() or (fraction and not (fraction.isdigit() and fraction.isascii())):
        return None
    return Decimal(f"{whole}.{fraction}" if fraction else whole), len(fraction)


def decimal_sign_of(texts: Iterable[str]) -> str | None:
    """The decimal sign that most numbers with two decimal places use, or None where nothing says."""
    votes: Counter[str] = Counter()
    for text in texts:
        for match in re.finditer(r"(?<![\d.,])\d{1,3}(?:[.,' ]?\d{3})*([.,])\d{2}(?![\d.,])(?!\.\d)", text):
            votes[match[1]] += 1
    if not votes:
        return None
    (first, count), *rest = votes.most_common()
    return first if not rest or count > 2 * rest[0][1] else None


def _decimal_point(digits: str, decimal_sign: str | None) -> str:
    dots, commas = digits.count("."), digits.count(",")
    if dots and commas:
        last = "." if digits.rfind(".") > digits.rfind(",") else ","
        return last if digits.count(last) == 1 else "?"
    if not dots and not commas:
        return ""
    mark, count = (".", dots) if dots else (",", commas)
    if count > 1:
        return "," if mark == "." else "."  # only grouping can be repeated
    whole, _, fraction = digits.partition(mark)
    if len(fraction) != 3 or len(whole) > 3 or whole.startswith("0"):
        return mark
    if decimal_sign:
        return decimal_sign
    return "," if mark == "." else "."


def _currency(sign: str | None) -> str | None:
    if not sign:
        return None
    if sign.upper() in CURRENCY_CODES:
        return sign.upper()
    folded = sign.lower()
    return CURRENCY_SIGNS.get(folded) or ("kr" if folded.startswith("kr") else folded)
