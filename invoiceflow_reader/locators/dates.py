"""The document's dates: when it was issued (BT-2) and when it is due (BT-9), labelled and unlabelled."""

import re
from datetime import date
from typing import Final

from invoiceflow_reader.labels.matching import Label
from invoiceflow_reader.locators.payment_terms import (
    payment_sentences,
    speaks_of_discount,
    speaks_of_paying,
    starts_with_discount,
)
from invoiceflow_reader.locators.reading import RELATION, Candidate, Reading
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.dates import find_dates

_TIME: Final = re.compile(r",?\s+(?:at\s|um\s|à\s|kl\.?\s)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\.?|\s?Uhr)?$")
_SAME_EDGE: Final = 5.0  # points
_IN_RUNNING_TEXT: Final = 20  # letters before a label: it is a sentence, not a field
_LONGEST_REST: Final = 12
_COLUMNS: Final = 3
_PLACE_BEFORE: Final = re.compile(  # "Olten, den 7. November 2024"
    r"^[^\W\d_][^\d:,]{1,30},\s*(?:den|le|dnia|il|a|á|am|dne|d\.|the|el|em|på)?\s*$", re.IGNORECASE
)


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
            told = weight if label.start < _IN_RUNNING_TEXT else min(weight, 0.74)
            if field == "issue_date" and told < weight and speaks_of_paying(cell.text[: label.start]):
                continue  # "due 15 days after the invoice date (10/12/2024)"
            for candidate, key in _dates_of(reading, cell, label, told, is_due=field == "due_date"):
                if field == "date" and key in taken:
                    continue
                taken.add(key)
                if into is not None:
                    into.append(candidate)
                break
    issued += _unlabelled_dates(reading, taken)
    due += payment_sentences(reading)
    return issued, due


def _dates_of(
    reading: Reading, cell: Cell, label: Label, weight: float, *, is_due: bool
) -> list[tuple[Candidate[date], tuple[Cell, int]]]:
    found = []
    for place in reading.places(cell, label):
        text = place.text[:60] if place.relation != "same" else place.text[:48]
        dates = find_dates(text, month_first=reading.month_first, compact=True)
        if not dates and label.start == 0 and any(c.isdigit() for c in text) and len(place.text) == len(text):
            dates = find_dates(f"{text} {_next_line(reading, place.cell)}", month_first=reading.month_first)
        if not dates:
            if place.relation == "same" and re.search(r"\d", text):
                break
            continue
        first = dates[0]
        if is_due and (starts_with_discount(text[first.end :]) or _is_an_instalment(reading, place.cell, first.end)):
            continue
        near = 1.0 if first.start < 8 else 0.85
        score = weight * RELATION[place.relation] * near - 0.01 * (cell.page - 1)
        after_the_number = "number" in {f for other in reading.labels(cell)[:1] for f in other.fields} and label.start > 0
        if after_the_number and not _is_beside_money(reading, cell):
            score = max(score, 0.8)  # "Rechnung Nr. 1 vom 2.3.2024"
        why = f"{place.relation} of “{cell.text[label.start : label.end]}”"
        found.append((Candidate(first.value, place.cell, first.text, score, why), (place.cell, place.start + first.start)))
        break
    return found


def _is_an_instalment(reading: Reading, cell: Cell, end: int) -> bool:
    """One of several dates with an amount behind each: "01.03.2025: 119,00 €   01.04.2025: 119,00 €"."""
    others = [c for c in reading.row(cell).cells if c is not cell and find_dates(c.text)]
    return bool(others) and any(a.start >= end and a.decimals == 2 for a in reading.amounts(cell))


def _next_line(reading: Reading, cell: Cell) -> str:
    """What stands right under a cell at the same left edge: where a narrow column broke "5 de marzo / de 2025"."""
    under = [c for c in reading.below(cell, rows=1) if abs(c.x0 - cell.x0) < _SAME_EDGE]
    return under[0].text[:_LONGEST_REST] if under else ""


def _is_a_date_of_the_document(reading: Reading, cell: Cell, label: Label) -> bool:
    """A bare "date" or "vom" counts at a cell's start, or after the document's title or number ("Rechnung 17 vom 2.3.2024")."""
    if "col_date" in label.fields and reading.is_in_column_heading(cell):
        return False
    if cell.page > 1 and len(reading.row(cell).cells) >= _COLUMNS:
        return False  # of a time sheet
    if label.start > 0 and _is_beside_money(reading, cell):
        return False  # "less down payment invoice 17 of 2.3.2024   -500.00"
    if label.start == 0:
        return True
    before = [other for c in reading.row(cell).cells[: cell.index + 1] for other in reading.labels(c)]
    return any(other.fields & {"title", "number"} for other in before) or _follows_a_bare_number(reading, cell, label)


def _follows_a_bare_number(reading: Reading, cell: Cell, label: Label) -> bool:
    """ "n. 12 del 30/06/2024" in a line of its own, under the title."""
    first = reading.labels(cell)[0]
    return (
        first.start == 0
        and "bare_number" in first.fields
        and len(cell.text[first.end : label.start].split()) <= 2
        and any("title" in other.fields for c in _above(reading, cell) for other in reading.labels(c))
    )


def _above(reading: Reading, cell: Cell) -> tuple[Cell, ...]:
    return tuple(c for c in reading.pages[cell.page - 1].rows[cell.row - 1].cells if c.overlaps(cell)) if cell.row else ()


def _awaits_a_value(reading: Reading, cell: Cell) -> bool:
    """Whether a label stands in the cell without its value: what is right of it belongs to it then."""
    labels = reading.labels(cell)
    return bool(labels) and not any(c.isdigit() for c in cell.text[labels[-1].end :])


def _follows_the_number(reading: Reading, cell: Cell, start: int) -> bool:
    """ "Invoice no. 17 of Jul 5, 2025": between the number and the date is one short word at most."""
    labels = reading.labels(cell)
    if not labels or labels[0].start > 0 or "number" not in labels[0].fields:
        return False
    words = cell.text[labels[0].end : start].split()
    return 1 <= len(words) <= 3 and any(c.isdigit() for c in words[0]) and all(len(w) <= 4 for w in words[1:])


def _is_beside_money(reading: Reading, cell: Cell) -> bool:
    """In a line of the invoice: the date on which that was done."""
    return any(
        a.decimals == 2 and not a.is_percent for c in reading.row(cell).cells if c is not cell for a in reading.amounts(c)
    )


def _ends_a_period(reading: Reading, cell: Cell) -> bool:
    """ "03/01/2025 -" on the line above or on the left: this date is where a period ends."""
    before = reading.row(cell).cells[: cell.index][-1:]
    return any(c.text[-1] in "-–—" and find_dates(c.text) for c in (*before, *_above(reading, cell)))


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
        if (
            _ends_a_period(reading, cell)
            or cell.y0 > 0.5 * reading.pages[0].height
            or any("other_date" in label.fields for label in reading.labels(cell))
        ):
            continue
        for seen in find_dates(cell.text, month_first=reading.month_first):
            if (cell, seen.start) in taken:
                continue
            alone = seen.end - seen.start >= len(_TIME.sub("", cell.text)) - 2
            left = reading.row(cell).cells[: cell.index]
            labelled = bool(left) and _awaits_a_value(reading, left[-1])
            ends = not cell.text[seen.end :].strip(" .r")
            if (
                _PLACE_BEFORE.search(cell.text[: seen.start]) and ends and not _is_beside_money(reading, cell)
            ):  # Polish: 4.03.2025 r.
                found.append(Candidate(seen.value, cell, seen.text, 0.68, "after the place of issue"))
            elif alone and _beside_title(reading, cell):
                found.append(Candidate(seen.value, cell, seen.text, 0.6, "beside the title"))
            elif _follows_the_number(reading, cell, seen.start):
                found.append(Candidate(seen.value, cell, seen.text, 0.7, "after the number"))
            elif alone and not labelled and not _is_beside_money(reading, cell):
                found.append(Candidate(seen.value, cell, seen.text, 0.45, "a date that stands alone"))
            elif not labelled and not reading.labels(cell) and seen.end >= len(cell.text) - 1:
                found.append(Candidate(seen.value, cell, seen.text, 0.35, "a date at a line's end"))
    return found
