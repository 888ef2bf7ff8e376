"""The document's own particulars: number, dates, type, order and buyer reference, currency."""

import re
from collections import Counter
from datetime import date
from typing import Final

from invoiceflow_pipeline.extraction.labels.matching import Label
from invoiceflow_pipeline.extraction.locators.payment_terms import payment_sentences, speaks_of_discount
from invoiceflow_pipeline.extraction.locators.reading import Candidate, Place, Reading
from invoiceflow_pipeline.extraction.page.structure import Cell
from invoiceflow_pipeline.extraction.parsing.amounts import CURRENCY_CODES
from invoiceflow_pipeline.extraction.parsing.dates import find_dates

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
_RELATION: Final = {"same": 1.0, "right": 0.97, "below": 0.9}
_CURRENCY_CODE: Final = re.compile(r"(?<![A-Za-z])(" + "|".join(sorted(CURRENCY_CODES)) + r")(?![A-Za-z])")
_DOLLARS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("AUD", ("abn", "australia")),
    ("CAD", ("canada", " qc ", "ontario")),
    ("SGD", ("singapore",)),
    ("NZD", ("new zealand",)),
)
_CROWNS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("DKK", ("cvr", "danmark", "moms 25", "beløb")),
    ("NOK", ("norge", "mva", " org.nr")),
    ("SEK", ("sverige", "bankgiro", "öre", "moms")),
)
_CREDIT_WORDS: Final = ("credit", "gutschrift", "avoir", "abono", "notadicredito", "notadecredito", "kredit", "koryguj")
_PLACE_BEFORE: Final = re.compile(  # "Olten, den 7. November 2024"
    r"^[^\W\d_][^\d:,]{1,30},\s*(?:den|le|dnia|il|a|á|am|dne|d\.|the|el|em|på)?\s*$", re.IGNORECASE
)
_NAMES_ITS_KIND: Final = 8
_CREDIT_CODE: Final = "381"
_INVOICE_CODE: Final = "380"


def locate_numbers(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the invoice number (BT-1)."""
    found: list[Candidate[str]] = []
    for cell, label in reading.labelled("number", "bare_number", "credit"):
        weight = _number_weight(reading, cell, label)
        if weight <= 0:
            continue
        for place in reading.places(cell, label):
            token = _number_token(place)
            if token:
                score = weight * _RELATION[place.relation]
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
            token = _number_token(place)
            if token:
                found.append(
                    Candidate(token, place.cell, token, 0.8 * _RELATION[place.relation], f"{place.relation} of its label")
                )
                break
    return found


def locate_dates(reading: Reading) -> tuple[list[Candidate[date]], list[Candidate[date]]]:
    """Candidates for the issue date (BT-2) and for the due date (BT-9)."""
    issued: list[Candidate[date]] = []
    due: list[Candidate[date]] = []
    taken: set[tuple[Cell, int]] = set()
    for field, weight, into in (
        ("due_date", 0.95, due),
        ("other_date", 0.0, None),
        ("issue_date", 1.0, issued),
        ("date", 0.62, issued),
    ):
        for cell, label in reading.labelled(field):
            if field == "due_date" and speaks_of_discount(cell.text[: label.start]):
                continue
            if field == "date" and not _is_a_date_of_the_document(reading, cell, label):
                continue
            for candidate, key in _dates_of(reading, cell, label, weight):
                if field == "date" and key in taken:
                    continue
                taken.add(key)
                if into is not None:
                    into.append(candidate)
                break
    issued += _unlabelled_dates(reading, taken)
    due += payment_sentences(reading)
    return issued, due


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


def locate_currencies(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the currency (BT-5): a labelled code first, else what the amounts carry."""
    found: list[Candidate[str]] = []
    for cell, label in reading.labelled("currency"):
        for place in reading.places(cell, label):
            match = _CURRENCY_CODE.search(place.text[:12])
            if match:
                found.append(Candidate(match[1], place.cell, match[1], 0.98, "labelled"))
                break
    seen: Counter[str] = Counter()
    where: dict[str, Cell] = {}
    for cell in reading.cells():
        codes = {a.currency for a in reading.amounts(cell) if a.currency}
        codes |= set(_CURRENCY_CODE.findall(cell.text))
        if not codes:
            codes = {sign for sign in ("€", "£", "$") if sign in cell.text}
        for code in codes:
            name = {"€": "EUR", "£": "GBP", "ft": "HUF"}.get(code, code)
            seen[name] += 1
            where.setdefault(name, cell)
    total = sum(seen.values())
    for code, count in seen.items():
        found.append(
            Candidate(_settled(reading, code), where[code], code, 0.55 + 0.4 * count / total, f"{count} of {total} amounts")
        )
    return found


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


def _number_weight(reading: Reading, cell: Cell, label: Label) -> float:
    size = min(0.1, max(0.0, (cell.height - 11) / 60))
    top = size + 0.04 * (1 - cell.y0 / (reading.pages[cell.page - 1].height or 1)) - 0.02 * (cell.page - 1)
    before = cell.text[: label.start].strip()
    if "number" in label.fields:
        return (0.95 if not before or len(label.phrase) > 8 else 0.75) + top
    titled = "title" in label.fields
    if "credit" in label.fields and not before:
        return 0.9 + top
    row = reading.row(cell)
    beside_title = any("title" in other.fields and other is not label for c in row.cells for other in reading.labels(c))
    if titled:
        return (0.74 if not before else 0.2) + top
    if beside_title:
        return (0.97 if any("title" in other.fields and other.start == 0 for other in reading.labels(cell)) else 0.85) + top
    if not before and label.phrase != "n" and _title_above(reading, cell):
        return 0.8 + top
    if not before and label.phrase == "n" and ("°" in cell.text[:4] or "º" in cell.text[:4]) and _title_above(reading, cell):
        return 0.8 + top
    return 0.0


def _title_above(reading: Reading, cell: Cell) -> bool:
    rows = reading.pages[cell.page - 1].rows[max(0, cell.row - 2) : cell.row]
    return any("title" in label.fields and label.start == 0 for row in rows for c in row.cells for label in reading.labels(c))


def _number_token(place: Place) -> str | None:
    """The first word that can be a number of a document: with a digit, and neither a date nor an amount of money."""
    tokens = [
        m.group().strip(".:#'\"“”„*") if m.group() != "#" else "" for m in _TOKEN.finditer(place.text[:80].lstrip(" :.#°º-–"))
    ]
    tokens = [t for t in tokens if t]
    while tokens and tokens[0].lower().rstrip(".:°") in _FILLERS:
        tokens.pop(0)
    if not tokens:
        return None
    token = tokens[0]
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
    if find_dates(token) and not re.search(r"[A-Za-z]", token):
        return None
    if (
        re.fullmatch(r"[\d.,' ]*[.,]\d{2}[€$£%]?", token)
        or "@" in token
        or "%" in token
        or token[0] in "€$£"
        or len(token) > 40
    ):
        return None
    if find_dates(" ".join(tokens[:3])) and find_dates(" ".join(tokens[:3]))[0].start == 0:
        return None
    if (
        len(tokens) > 1
        and place.relation != "same"
        and all(re.fullmatch(r"\d{2,6}", t) for t in tokens[:4])
        and len(tokens) <= 4
    ):
        return " ".join(tokens)
    if token.isdigit() and len(tokens) > 2 and len(token) <= 2 and tokens[1][0].islower():
        return None
    return token


def _follows_a_break(cell: Cell, label: Label) -> bool:
    return cell.text[: label.start].rstrip()[-1:] in ("", "-", "|", "·", "•", ";", ",", "/", "–")


def _dates_of(reading: Reading, cell: Cell, label: Label, weight: float) -> list[tuple[Candidate[date], tuple[Cell, int]]]:
    found = []
    for place in reading.places(cell, label):
        text = place.text[:60] if place.relation != "same" else place.text[:48]
        dates = find_dates(text, month_first=reading.month_first, compact=True)
        if not dates:
            if place.relation == "same" and re.search(r"\d", text):
                break
            continue
        first = dates[0]
        near = 1.0 if first.start < 8 else 0.85
        score = weight * _RELATION[place.relation] * near - 0.01 * (cell.page - 1)
        if "number" in {f for other in reading.labels(cell)[:1] for f in other.fields} and label.start > 0:
            score = max(score, 0.8)  # "Rechnung Nr. 1 vom 2.3.2024"
        why = f"{place.relation} of “{cell.text[label.start : label.end]}”"
        found.append((Candidate(first.value, place.cell, first.text, score, why), (place.cell, place.start + first.start)))
        break
    return found


def _is_a_date_of_the_document(reading: Reading, cell: Cell, label: Label) -> bool:
    """A bare "date" or "vom" counts at a cell's start, or after the document's title or number ("Rechnung 17 vom 2.3.2024")."""
    if "col_date" in label.fields and _in_column_heading(reading, cell):
        return False
    if label.start == 0:
        return True
    before = [other for c in reading.row(cell).cells[: cell.index + 1] for other in reading.labels(c)]
    return any(other.fields & {"title", "number"} for other in before)


def _in_column_heading(reading: Reading, cell: Cell) -> bool:
    row = reading.row(cell)
    columns = sum(any(f.startswith("col_") for label in reading.labels(c) for f in label.fields) for c in row.cells)
    return columns >= 4


def _beside_title(reading: Reading, cell: Cell) -> bool:
    return any(
        label.start == 0 and label.fields & {"title", "number"}
        for other in reading.row(cell).cells[: cell.index]
        for label in reading.labels(other)
    )


def _unlabelled_dates(reading: Reading, taken: set[tuple[Cell, int]]) -> list[Candidate[date]]:
    """Dates that stand alone in a cell of the first page's upper half."""
    found = []
    for cell in reading.pages[0].cells if reading.pages else ():
        if cell.y0 > 0.5 * reading.pages[0].height or any("other_date" in label.fields for label in reading.labels(cell)):
            continue
        for seen in find_dates(cell.text, month_first=reading.month_first):
            if (cell, seen.start) in taken:
                continue
            alone = seen.end - seen.start >= len(cell.text) - 2
            left = reading.row(cell).cells[: cell.index]
            labelled = bool(left) and bool(reading.labels(left[-1]))
            if _PLACE_BEFORE.search(cell.text[: seen.start]) and seen.end >= len(cell.text) - 1:
                found.append(Candidate(seen.value, cell, seen.text, 0.68, "after the place of issue"))
            elif alone and _beside_title(reading, cell):
                found.append(Candidate(seen.value, cell, seen.text, 0.6, "beside the title"))
            elif alone and not labelled:
                found.append(Candidate(seen.value, cell, seen.text, 0.45, "a date that stands alone"))
            elif not labelled and not reading.labels(cell) and seen.end >= len(cell.text) - 1:
                found.append(Candidate(seen.value, cell, seen.text, 0.35, "a date at a line's end"))
    return found
