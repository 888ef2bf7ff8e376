"""Names in sections that say whose they are: “Bill to”, “Verkäufer”, “Nabywca”."""

import re
from typing import Final

from invoiceflow_reader.labels.matching import Label
from invoiceflow_reader.locators.letterheads import continued, whole_name
from invoiceflow_reader.locators.names import (
    LEGAL_FORM,
    SEPARATORS,
    is_only_legal_form,
    name_in,
    top_of_the_slip,
    up_to_its_form,
)
from invoiceflow_reader.locators.reading import Candidate, Place, Reading
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.dates import find_dates

_SAME_EDGE: Final = 5.0  # points
_BLOCK_LINES: Final = 9
_COLUMN_GAP: Final = 100.0  # points
_LATER_PAGE: Final = 0.1
_SAYS_A_PARTY: Final = 5  # letters of a label that can be nothing else: "billto"
_COLUMNS: Final = 4
_SAYS_ENOUGH: Final = 9  # letters of a label that may be followed by its value without a colon
_SHORT: Final = 25  # letters; a longer text with another label in it can still be a name
_OTHER_MATTERS: Final = frozenset(
    ("seller", "buyer", "other_party", "number", "vat_id", "other_number", "issue_date", "due_date", "date", "order", "title")
)
_NUMBERS_OF_A_PARTY: Final = frozenset(("other_number", "vat_id", "tax_number", "bare_number"))
_PERSONS_LABELS: Final = frozenset(
    (
        *("attention", "alattentionde", "fao", "member", "patient", "paciente", "paziente", "passenger", "passengername"),
        *("guest", "guestname", "gast", "gastguest", "ospite", "huesped"),
    )
)
_OF_GOODS_OR_CLERKS: Final = frozenset(  # of a freight as well; the person who wrote it
    ("mittente", "absender", "afsender", "avsandare", "afzender", "issuedby", "wystawca")
)
_ALONE_A_LABEL: Final = {"de": "seller", "para": "buyer"}
_OPENED: Final = re.compile(r"\s+[^\W\d_][\w.]{2,}\s?:\s")  # the next field: "Kessler AG Projekt: P-1147"


def sections(reading: Reading, field: str, weight: float) -> list[Candidate[str]]:
    """Names after, right of or under the section's label; where the section has rows "Name: …", that row's value."""
    found = []
    for cell, label in reading.labelled(field):
        before = cell.text[: label.start].strip()
        if field == "seller" and before and _is_title(reading, cell, label) and name_in(cell.text[label.end :]):
            name = name_in(cell.text[label.end :]) or ""
            found.append(Candidate(name, cell, name, weight, f"after “{cell.text[: label.end]}”"))
            continue
        if (label.start > 2 and not (before.endswith("/") and len(before) < _SHORT)) or (
            field == "buyer" and label.phrase in ("to", "an", "client", "kunde", "passenger") and not _stands_alone(cell, label)
        ):
            continue
        if field == "seller" and label.phrase in ("from", "fra") and not _stands_alone(cell, label):
            continue
        if cell.text[label.start].islower() and len(label.phrase) < _SAYS_ENOUGH and ":" not in cell.text:
            continue  # the end of a sentence that was broken: "call with / client"
        if len(label.phrase) < _SAYS_A_PARTY and len(reading.row(cell).cells) >= _COLUMNS and not cell.text.endswith(":"):
            continue  # a column of a table: "Flight  From  To  Date"
        if not _stands_alone(cell, label) and len(label.phrase) < _SAYS_ENOUGH:
            continue
        if is_only_legal_form(_first_part(cell.text[label.end :])):
            continue  # a company that is called so: "Lieferant GmbH"
        weight_here = weight if label.phrase not in _PERSONS_LABELS else 0.6
        if label.phrase in _OF_GOODS_OR_CLERKS:
            weight_here = 0.7
        if cell.y0 > top_of_the_slip(reading.pages[cell.page - 1]):
            continue
        for name, where, relation in _names_at(reading, cell, label):
            found.append(
                Candidate(
                    whole_name(reading, where, name),
                    where,
                    name,
                    weight_here * relation - (_LATER_PAGE if cell.page > 1 else 0.0),
                    f"in the section “{cell.text[label.start : label.end]}”",
                )
            )
            break
    return found + _under_one_word(reading, field, weight)


def _under_one_word(reading: Reading, field: str, weight: float) -> list[Candidate[str]]:
    """Names under a word that is a label only where nothing else is in its cell: "DE" and "PARA"."""
    found = []
    for cell in reading.cells():
        if cell.text.isupper() and _ALONE_A_LABEL.get(cell.text.rstrip(" :").lower()) == field:
            named = ((name_in(up_to_its_form(under.text)), under) for under in reading.below(cell, rows=1))
            found += [Candidate(name, at, name, weight * 0.95, f"under “{cell.text}”") for name, at in named if name]
    return found


def _is_title(reading: Reading, cell: Cell, label: Label) -> bool:
    """Whether the document's title is all that stands before the label: "Receipt from Codeharbor, Inc."."""
    first = reading.labels(cell)[0]
    return first.start == 0 and "title" in first.fields and not cell.text[first.end : label.start].strip()


def _names_at(reading: Reading, cell: Cell, label: Label) -> list[tuple[str, Cell, float]]:
    named = _name_row(reading, cell)
    if named:
        return [named]
    found = []
    in_a_heading = len(reading.row(cell).cells) >= _COLUMNS and not cell.text.endswith(":")  # "Klant  Order  Datum"
    for place in reading.places(cell, label):
        if _holds_no_name(reading, cell, place, in_a_heading=in_a_heading):
            continue
        text = _OPENED.split(place.text.lstrip(" :/."))[0]
        labels = reading.labels(place.cell)
        other_matter = any(other.start >= label.end and other.fields & _OTHER_MATTERS for other in labels)
        if place.relation == "same" and other_matter and len(text) < _SHORT:
            continue
        name = name_in(
            up_to_its_form(text)
            if LEGAL_FORM.search(text) or not any(c.isdigit() or c == "," for c in text)
            else _first_part(text)
        )
        if place.relation == "same" and cell.text[label.end : label.end + 2].strip()[:1] not in (":", ""):
            name = name if name and cell.text[label.end] in " :" and name[0].isupper() and LEGAL_FORM.search(name) else None
        if place.relation == "below" and abs(place.cell.x0 - cell.x0) > 40:
            continue
        if name and in_a_heading and any(c.isdigit() for c in name):
            continue  # the customer's number under "Client"
        if name:
            found.append((name, place.cell, {"same": 0.97, "right": 0.9, "below": 1.0}[place.relation]))
    if not found or found[0][2] < 1.0:
        found += _below_identifiers(reading, cell)
    if (
        len(found) > 1 and found[0][2] == 0.9 and not _is_close(cell, found[0][1])
    ):  # a right neighbour is often the next column's heading; what stands below is nearer
        found.sort(key=lambda f: -f[2])
    return found


def _holds_no_name(reading: Reading, cell: Cell, place: Place, *, in_a_heading: bool) -> bool:
    """Another heading or its value, the next field of a list, a date."""
    if any(d.start < 2 for d in find_dates(place.text)):
        return True
    if place.relation == "right":
        return in_a_heading or _both_head_values(reading, cell, place.cell)
    return place.relation == "below" and _is_next_of_a_list(reading, cell, place.cell)


def _both_head_values(reading: Reading, cell: Cell, right: Cell) -> bool:
    """Whether under each of the two stands a value with a digit: they are headings."""
    under, other = reading.below(cell, rows=1)[:1], reading.below(right, rows=1)[:1]
    return (
        bool(under and other) and under[0] is not other[0] and all(any(c.isdigit() for c in u[0].text) for u in (under, other))
    )


def _is_close(cell: Cell, value: Cell) -> bool:
    """Whether a value is set right behind its label's colon."""
    return cell.text.endswith(":") and 0 < value.x0 - cell.x1 < 2 * cell.height


def _is_next_of_a_list(reading: Reading, cell: Cell, under: Cell) -> bool:
    """Whether both have a neighbour on the right at one edge: names of fields with their values beside them."""
    beside, other = reading.right_of(cell)[:1], reading.right_of(under)[:1]
    if not beside or not other or reading.labels(beside[0]) or beside[0].x0 - cell.x1 > _COLUMN_GAP:
        return False
    return abs(beside[0].x0 - other[0].x0) < _SAME_EDGE and abs(under.x0 - cell.x0) < _SAME_EDGE


def _first_part(text: str) -> str:
    """Up to the first comma, dot or dash between words: what follows is an address, a birthday, a number."""
    return SEPARATORS.split(text)[0]


def _below_identifiers(reading: Reading, cell: Cell) -> list[tuple[str, Cell, float]]:
    """The first name under the label where numbers of the party stand between ("GLN 43…", "Customer no: 17")."""
    rows = reading.pages[cell.page - 1].rows
    passed = False
    for row in rows[cell.row + 1 : cell.row + _BLOCK_LINES]:
        under = next((c for c in row.cells if abs(c.x0 - cell.x0) < 2 * _SAME_EDGE), None)
        if under is None:
            continue
        numbered = any(c.isdigit() for c in " ".join(c.text for c in row.cells[under.index : under.index + 2]))
        labels = reading.labels(under)
        if numbered and labels and labels[0].start == 0 and labels[0].fields & _NUMBERS_OF_A_PARTY:
            passed = True
            continue
        name = name_in(under.text) if passed and not (labels and labels[0].start == 0) else None
        return [(name, under, 0.95)] if name else []
    return []


def _name_row(reading: Reading, cell: Cell) -> tuple[str, Cell, float] | None:
    page = reading.pages[cell.page - 1]
    for row in page.rows[cell.row : cell.row + 6]:
        for other in row.cells:
            if abs(other.x0 - cell.x0) > 60 or other is cell or len(row.cells) > _COLUMNS:
                continue
            labels = reading.labels(other)
            if labels and labels[0].start == 0 and "name" in labels[0].fields:
                rest = other.text[labels[0].end :].strip(" :")
                right = reading.right_of(other)
                name = name_in(rest) or (name_in(right[0].text) if right and not rest else None)
                if name:
                    at = other if rest else right[0]
                    return continued(reading, other, name) if rest else name, at, 1.0
            if (
                labels
                and labels[0].start == 0
                and labels[0].fields.intersection(("seller", "buyer", "other_party"))
                and len(other.text) - labels[0].end < 2
            ):
                return None
    return None


def _stands_alone(cell: Cell, label: Label) -> bool:
    rest = cell.text[label.end :].strip()
    return not rest or rest[0] in ":(/"
