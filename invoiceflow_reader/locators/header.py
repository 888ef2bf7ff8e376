"""The document's own particulars: number, type, order and buyer reference, currency. Its dates: `dates`."""

import re
from typing import Final

from invoiceflow_reader.labels.matching import Label
from invoiceflow_reader.locators.addresses import is_city_line
from invoiceflow_reader.locators.reading import RELATION, Candidate, Place, Reading
from invoiceflow_reader.page.folding import folded
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.dates import find_dates

_MONEY: Final = re.compile(r"[ :#]*\d[\d.']*,\d{2}(?![\w./-])")
_TOKEN: Final = re.compile(r"[^\s,;|()\u00b7]+")
_FILLERS: Final = frozenset(
    [
        "no",
        "nr",
        "n",
        "n°",
        "nº",
        "#",
        "num",
        "numero",
        "number",
        "nummer",
        "numer",
        "is",
        "the",
        "invoice",
        "rechnung",
        "facture",
        "no.",
        "nr.",
        "n.",
        "num.",
        "č",
        "č.",
        "c.",
        "ref",
        "ref.",
        "id",
        "vat",
    ]
)
_PART_OF_A_VALUE: Final = re.compile(r"[-/_]?\d")  # "PO-4711" is a value, not a label
_SAME_EDGE: Final = 5.0  # points
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")
_NOTHING_BUT_NUMBER: Final = frozenset(("#", "no", "nr", "numero", "number", "nummer", "cislo", "numer"))
_TITLES: Final = ("facture", "rechnung", "invoice", "fattura", "factura", "fatura", "faktura", "factuur")  # "Facture du 3 mai"
_SHORTEST_NUMBER: Final = 3
_LONG_NUMBER: Final = 7  # digits: what is set in groups
_GROUPS: Final = re.compile(r"[ :.#]*(\d{1,6}(?: \d{2,6}){2,4})(?=\s*(?:$|[|·,;–]))")  # "58 7204 1193 6602 | Account …"
_SERIES: Final = re.compile(r"[A-Z]{1,4} / [\w-]*\d[\w-]*|[A-Z]{2,4}(?: [A-Z]?\d{1,5}){2,4}")  # "T / 24-2291", "RG 551 882"
_NUMBER_SIGNS: Final = ("°", "º", ".")
_NEAR: Final = 2.5  # times the letters' height
_OF_A_MONTH: Final = re.compile(r"\d{1,4}/(?:0[1-9]|1[0-2])/20\d\d")
_COLUMNS: Final = 4
_CREDIT_WORDS: Final = ("credit", "gutschrift", "avoir", "abono", "notadicredito", "notadecredito", "kredit", "koryguj")
_NAMES_ITS_KIND: Final = 8
_CREDIT_CODE: Final = "381"
_INVOICE_CODE: Final = "380"


def locate_numbers(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the invoice number (BT-1)."""
    found: list[Candidate[str]] = []
    for cell, label in reading.labelled("number", "bare_number", "credit", "title"):
        weight = _number_weight(reading, cell, label)
        if weight <= 0:
            continue
        only_a_title = not label.fields & {"number", "bare_number", "credit"}
        for place in reading.places(cell, label):
            if only_a_title and place.relation != "same":
                break
            is_named = "number" in label.fields and place.relation == "same"
            token = _number_in_parts(place) or _number_token(place, is_named=is_named) or _broken_number(reading, place)
            if token and only_a_title and (_YEAR.fullmatch(token) or token.isalpha() or len(token) < _SHORTEST_NUMBER):
                break  # "Jahresrechnung 2024"
            if token:
                score = weight * RELATION[place.relation]
                found.append(
                    Candidate(token, place.cell, token, score, f"{place.relation} of “{cell.text[label.start : label.end]}”")
                )
                break
    return found


def locate_reference(reading: Reading, field: str) -> list[Candidate[str]]:
    """Candidates for the purchase order (`order`, BT-13), the buyer's (`buyer_reference`, BT-10) or payment's (BT-83)."""
    found: list[Candidate[str]] = []
    for cell, label in reading.labelled(field):
        if (label.start > 0 and not _follows_a_break(cell, label)) or _PART_OF_A_VALUE.match(cell.text, label.end):
            continue
        for place in reading.places(cell, label):
            token = _number_in_parts(place) or _number_token(place)
            if token:
                found.append(
                    Candidate(token, place.cell, token, 0.8 * RELATION[place.relation], f"{place.relation} of its label")
                )
                break
    return found


def locate_type(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the type (BT-3): 381 where a title says credit note, else 380 where one says invoice."""
    found: list[Candidate[str]] = []
    for cell, label in reading.labelled("title", "credit"):
        if cell.page != 1 or label.start > 0:
            continue
        credit = "credit" in label.fields
        alone = 0.9 if len(cell.text) - label.end < 4 else 0.6
        tall = min(0.1, cell.height / 300)
        found.append(
            Candidate(
                _CREDIT_CODE if credit else _INVOICE_CODE, cell, cell.text[label.start : label.end], alone + tall, "title"
            )
        )
    for cell, label in reading.labelled("number"):
        credit = any(word in label.phrase for word in _CREDIT_WORDS)
        if label.start == 0 and cell.page == 1 and len(label.phrase) >= _NAMES_ITS_KIND:
            found.append(
                Candidate(
                    _CREDIT_CODE if credit else _INVOICE_CODE,
                    cell,
                    cell.text[: label.end],
                    0.61 + 0.05 * credit,
                    "names its number",
                )
            )
    return found


def _number_weight(reading: Reading, cell: Cell, label: Label) -> float:
    size = min(0.1, max(0.0, (cell.height - 11) / 60))
    top = size + 0.04 * (1 - cell.y0 / (reading.pages[cell.page - 1].height or 1)) - 0.02 * (cell.page - 1)
    before = cell.text[: label.start].strip()
    if before and _is_beside_money(reading, cell):
        return 0.0  # of what is deducted: "Provision facture n° 17 du 2 mai   - 500,00"
    if "number" in label.fields:
        return (0.95 if not before or len(label.phrase) > 8 else 0.75) + top
    titled = "title" in label.fields
    if "credit" in label.fields and not before:
        return 0.9 + top
    row = reading.row(cell)
    near = row.cells[max(0, cell.index - 1) : cell.index + 2] if len(row.cells) >= _COLUMNS else row.cells
    beside_title = any("title" in other.fields and other is not label for c in near for other in reading.labels(c))
    if titled:
        return (0.74 if not before else 0.2) + top
    if beside_title:
        return (0.97 if any("title" in other.fields and other.start == 0 for other in reading.labels(cell)) else 0.85) + top
    if not before and label.phrase != "n" and _title_above(reading, cell):
        return 0.8 + top
    if not before and label.phrase == "n" and cell.text[1:3].strip()[:1] in _NUMBER_SIGNS and _title_above(reading, cell):
        return 0.8 + top
    alone = not before and len(cell.text[label.end :].split()) < 2
    if label.phrase in _NOTHING_BUT_NUMBER and alone and _is_in_the_head(reading, cell):
        return 0.64 + top
    return 0.0


def _is_beside_money(reading: Reading, cell: Cell) -> bool:
    return any(a.decimals == 2 and not a.is_percent for c in reading.right_of(cell) for a in reading.amounts(c))


def _is_in_the_head(reading: Reading, cell: Cell) -> bool:
    """In the first page's upper part, with one value beside it, and no heading of a column."""
    page = reading.pages[0]
    return (
        cell.page == 1
        and cell.y0 < 0.4 * page.height
        and len(reading.row(cell).cells) <= 4
        and not reading.is_in_column_heading(cell)
    )


def _title_above(reading: Reading, cell: Cell) -> bool:
    rows = [
        row
        for row in reading.pages[cell.page - 1].rows[max(0, cell.row - 4) : cell.row]
        if cell.y0 - row.y1 < _NEAR * cell.height or cell.row - row.cells[0].row <= 2
    ]
    return any(
        label.start == 0 and ("title" in label.fields or ("issue_date" in label.fields and label.phrase.startswith(_TITLES)))
        for row in rows
        for c in row.cells
        for label in reading.labels(c)
    )


def _number_token(place: Place, *, is_named: bool = False) -> str | None:
    """The first word that can be a number of a document: with a digit, and neither a date nor an amount of money.

    `is_named`: the word "number" stands before it in its line, so that 7/03/2025 is the seventh of March, as Poland counts.
    """
    is_address = place.relation != "same" and is_city_line(place.text)  # under the title: "TW6 3PF"
    if is_address or _MONEY.match(place.text):  # tokens end at commas: "1234,56" would be the number 1234 56
        return None
    tokens = [
        m.group().strip(".:#'\"“”„*") if m.group() != "#" else "" for m in _TOKEN.finditer(place.text[:80].lstrip(" :.#°º-–"))
    ]
    tokens = [t for t in tokens if t]
    while tokens and folded(tokens[0]).rstrip(".:°") in _FILLERS:
        tokens.pop(0)
    if not tokens:
        return None
    token = tokens[0]
    if len(tokens) > 2 and token.isupper() and folded(tokens[1]).rstrip(".:°") in _FILLERS:
        del tokens[1]  # "Seria CC nr. 00451"
    if not any(c.isdigit() for c in token):
        joined = "".join(tokens[:2])
        if (
            len(tokens) >= 2
            and token.isupper()
            and len(token) <= 5
            and any(c.isdigit() for c in tokens[1])
            and not find_dates(tokens[1])
        ):
            return joined if place.relation == "same" and len(token) == 1 else f"{token} {tokens[1]}"
        return None
    if is_named and _OF_A_MONTH.fullmatch(token):
        return token
    if _is_something_else(token):
        return None
    if find_dates(" ".join(tokens[:3])) and find_dates(" ".join(tokens[:3]))[0].start == 0:
        return None
    if _is_one_number(tokens, place.relation) and " ".join(tokens) in " ".join(place.text.split()):
        return " ".join(tokens)  # and not "5, F"
    if token.isdigit() and len(tokens) > 2 and len(token) <= 2 and tokens[1][0].islower():
        return token if find_dates(" ".join(tokens[2:5])) else None  # "n. 12 del 30/06/2024"
    return token


def _number_in_parts(place: Place) -> str | None:
    """Digits in groups ("58 7204 1193 6602"), or a series with its number ("T / 24-2291", "RG 551 882")."""
    groups = _GROUPS.match(place.text)
    if groups and sum(c.isdigit() for c in groups[1]) >= _LONG_NUMBER and not find_dates(groups[1]):
        return groups[1]
    series = _SERIES.fullmatch(place.text.strip()) if place.relation != "same" else None
    return re.sub(r"\s*/\s*", "/", series.group()) if series else None


def _is_something_else(token: str) -> bool:
    """A date, an amount of money, an address."""
    return bool(
        (find_dates(token) and not re.search(r"[A-Za-z]", token))
        or re.fullmatch(r"[\d.,' ]*[.,]\d{2}[€$£%]?", token)
        or "@" in token
        or "%" in token
        or token[0] in "€$£"
        or len(token) > 40
    )


def _is_one_number(tokens: list[str], relation: str) -> bool:
    """Digits set in groups, or a number with one letter after it: "231/24 H"."""
    if len(tokens) == 2 and len(tokens[1]) == 1 and tokens[1].isalpha() and tokens[1].isupper():
        return True
    grouped = 1 < len(tokens) <= 4 and all(re.fullmatch(r"\d{2,6}", t) for t in tokens)
    return grouped and (relation != "same" or sum(map(len, tokens)) >= _LONG_NUMBER)


def _broken_number(reading: Reading, place: Place) -> str | None:
    """A number that a narrow column broke after its hyphen: "DSZ- / 2025/00018"."""
    begun = place.text.strip(" :")
    under = [c for c in reading.below(place.cell, rows=1) if abs(c.x0 - place.cell.x0) < _SAME_EDGE]
    if not begun.endswith(("-", "/")) or not begun[0].isalnum() or " " in begun or not under:
        return None
    rest = under[0].text.split()[0]
    return f"{begun}{rest}" if any(c.isdigit() for c in rest) else None


def _follows_a_break(cell: Cell, label: Label) -> bool:
    return cell.text[: label.start].rstrip()[-1:] in ("", "-", "|", "·", "•", ";", ",", "/", "–")
