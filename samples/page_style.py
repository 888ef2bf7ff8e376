"""How one invoice is dressed: fonts, words, forms of numbers, dates and amounts. Where things stand is `layouts`."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final, Literal

import reportlab
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from samples.companies import Company
from samples.vocabulary import credit_note_labels, labels, month_name

Ruling = Literal["none", "rows", "grid", "zebra"]
Colour = tuple[float, float, float]
NO_BREAK_SPACE: Final = "\u00a0"

_STANDARD_FONTS: Final = (("Helvetica", "Helvetica-Bold"), ("Times-Roman", "Times-Bold"), ("Vera", "VeraBd"))
_COLOURS: Final = ((0.12, 0.23, 0.45), (0.45, 0.12, 0.15), (0.1, 0.38, 0.28), (0.25, 0.25, 0.27), (0.55, 0.33, 0.05))

# Group and decimal sign. A plain space and a no-break space look alike on paper but not in the text.
_NUMBER_FORMS: Final = {
    "en": ((",", "."),),
    "de": ((".", ","), (".", ","), ("", ",")),
    "es": ((".", ","),),
    "it": ((".", ","),),
    "nl": ((".", ","),),
    "fr": ((" ", ","), (NO_BREAK_SPACE, ","), ("", ",")),
    "pt": ((".", ","), (" ", ",")),
    "sv": ((" ", ","), (NO_BREAK_SPACE, ",")),
    "da": ((".", ","),),
}
# {d} {m} without, {dd} {mm} with leading zero, {month} in words.
_DATE_FORMS: Final = {
    "en": ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{yyyy}-{mm}-{dd}", "{d} {mon} {yyyy}"),
    "US": ("{month} {d}, {yyyy}", "{mm}/{dd}/{yyyy}", "{mon} {dd}, {yyyy}"),
    "de": ("{dd}.{mm}.{yyyy}", "{dd}.{mm}.{yyyy}", "{d}. {month} {yyyy}", "{dd}.{mm}.{yy}"),
    "fr": ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd}.{mm}.{yyyy}"),
    "es": ("{dd}/{mm}/{yyyy}", "{d} de {month} de {yyyy}", "{dd}-{mm}-{yyyy}"),
    "it": ("{dd}/{mm}/{yyyy}", "{d} {month} {yyyy}", "{dd}.{mm}.{yyyy}"),
    "nl": ("{dd}-{mm}-{yyyy}", "{d} {month} {yyyy}", "{dd}/{mm}/{yyyy}"),
    "pt": ("{dd}/{mm}/{yyyy}", "{d} de {month} de {yyyy}", "{yyyy}-{mm}-{dd}"),
    "sv": ("{yyyy}-{mm}-{dd}", "{d} {month} {yyyy}"),
    "da": ("{dd}.{mm}.{yyyy}", "{d}. {month} {yyyy}", "{dd}-{mm}-{yyyy}"),
}
_SYMBOLS: Final = {"EUR": "€", "GBP": "£", "USD": "$", "SEK": "kr", "DKK": "kr.", "CHF": "CHF"}
_COLUMN_ORDERS: Final = (
    ("pos", "description", "quantity", "unit", "unit_price", "rate", "amount"),
    ("quantity", "unit", "description", "unit_price", "amount"),
    ("item", "description", "unit_price", "quantity", "amount"),
    ("description", "quantity", "unit_price", "rate", "amount"),
    ("pos", "item", "description", "quantity_unit", "unit_price", "amount"),
    ("description", "rate", "quantity_unit", "unit_price", "amount"),
    ("pos", "description", "unit", "quantity", "unit_price", "amount", "rate"),
)


@dataclass(frozen=True)
class PageStyle:
    """Sizes in points. `currency`: how an amount names its currency, by sign or code, before or after it, or not."""

    language: str
    labels: dict[str, str]
    regular: str
    bold: str
    size: float
    colour: Colour
    colon: str
    group: str
    decimal: str
    date_form: str
    currency: Literal["sign before", "sign after", "code before", "code after", "none"]
    currency_in_lines: bool
    rate_form: str
    rate_places: int
    columns: tuple[str, ...]
    ruling: Ruling
    carries_over: bool
    repeats_header: bool
    prints_country: bool
    groups_identifiers: bool
    terms_as_sentence: bool

    def number(self, value: Decimal, places: int = 2) -> str:
        return f"{value:,.{places}f}".translate({ord(","): self.group, ord("."): self.decimal})

    def quantity(self, value: Decimal) -> str:
        """Without trailing zeros: 2, 12,5, 0,25."""
        places = max(0, -int(value.normalize().as_tuple().exponent))  # finite by construction
        return self.number(value, places)

    def amount(self, value: Decimal, code: str, *, in_lines: bool = False) -> str:
        figures = self.number(value)
        if self.currency == "none" or (in_lines and not self.currency_in_lines):
            return figures
        sign = _SYMBOLS[code] if self.currency.startswith("sign") else code
        if self.currency.endswith("before"):
            tight = self.currency == "sign before" and self.language == "en"
            if tight:
                return f"-{sign}{figures[1:]}" if value < 0 else f"{sign}{figures}"
            return f"{sign} {figures}"
        return f"{figures} {sign}"

    def rate(self, value: Decimal) -> str:
        places = self.rate_places if value == value.to_integral_value() else max(1, -int(value.normalize().as_tuple().exponent))
        return self.rate_form.format(self.number(value, places))

    def date(self, value: date) -> str:
        month = month_name(self.language, value.month)
        return self.date_form.format(
            d=value.day,
            m=value.month,
            dd=f"{value.day:02}",
            mm=f"{value.month:02}",
            yyyy=value.year,
            yy=f"{value.year % 100:02}",
            month=month,
            mon=month[:3],
        )

    def label(self, key: str) -> str:
        return self.labels[key]

    def account(self, iban: str) -> str:
        return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)) if self.groups_identifiers else iban

    def vat_identifier(self, value: str) -> str:
        """As printed: some senders space it, and the Swiss write it with dots and a word."""
        if value.startswith("CHE"):
            return f"CHE-{value[3:6]}.{value[6:9]}.{value[9:]} MWST"
        return f"{value[:2]} {value[2:]}" if self.groups_identifiers and value[:2] != "AT" else value


def draw_style(
    seller: Company, language: str, random: Random, *, monospaced: bool = False, is_credit_note: bool = False
) -> PageStyle:
    """A style that fits the language and the seller's country."""
    register_fonts()
    regular, bold = ("Courier", "Courier-Bold") if monospaced else random.choice(_STANDARD_FONTS)
    swiss, american = seller.country == "CH", seller.country == "US"
    group, decimal = ("'", ".") if swiss else random.choice(_NUMBER_FORMS[language])
    words = labels(language, random)
    if american:
        words |= {
            "tax": "Sales tax {rate}",
            "tax_total": "Sales tax",
            "rate": "Tax",
            "net": "Subtotal",
            "gross": "Total",
            "issue_date": "Invoice date",
        }
    kroner = seller.country in {"SE", "DK"}
    placed: tuple[Literal["sign before", "sign after", "code before", "code after", "none"], ...]
    if language in {"en", "nl"} and not swiss:
        placed = ("sign before", "sign before", "code before", "none")
    elif swiss or kroner:
        placed = ("code before", "code after", "none") if swiss else ("sign after", "code after", "none")
    else:
        placed = ("sign after", "sign after", "code after", "code before", "none")
    style = PageStyle(
        language=language,
        labels=words,
        regular=regular,
        bold=bold,
        size=random.choice((8.5, 9.0, 9.5)) if regular != "Vera" else 8.0,
        colour=random.choice(_COLOURS),
        colon=random.choice((":", ":", "", " :" if language == "fr" else ":")),
        group=group,
        decimal=decimal,
        date_form=random.choice(_DATE_FORMS["US" if american else language]),
        currency=random.choice(placed),
        currency_in_lines=random.random() < 0.35,
        rate_form=random.choice(("{} %", "{}%", f"{{}}{NO_BREAK_SPACE}%")),
        rate_places=random.choice((0, 0, 1, 2)),
        columns=random.choice(_COLUMN_ORDERS),
        ruling=random.choice(("none", "rows", "grid", "zebra")),
        carries_over=random.random() < 0.6,
        repeats_header=random.random() < 0.85,
        prints_country=random.random() < 0.4,
        groups_identifiers=random.random() < 0.6,
        terms_as_sentence=random.random() < 0.6,
    )
    # Drawn last, so that an invoice looks the same whatever words a credit note has.
    return replace(style, labels=words | credit_note_labels(language, random)) if is_credit_note else style


def register_fonts() -> None:
    """The one TrueType family that comes with reportlab; doing it again changes nothing."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name in ("Vera", "VeraBd"):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
