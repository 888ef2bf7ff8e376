"""IBAN, BIC and VAT identifiers with whose they are likely to be."""

import re
from typing import Final

from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.dates import find_dates
from invoiceflow_reader.parsing.identifiers import (
    Identifier,
    find_bics,
    find_ibans,
    find_vat_identifiers,
    iban_checks,
)

_VAT_LIKE: Final = re.compile(r"(?:[A-Z]{2,3}[ -]?)?[A-Z0-9](?:[ .-]?[A-Z0-9]){6,14}(?![\w])")
_SAYS_WHAT_IT_IS: Final = re.compile(r"(?:MWST|TVA|IVA|MVA)$")  # CHE-123.456.789 MWST, NO 123 456 789 MVA
_SPEAKS_OF_A_BANK: Final = re.compile(
    r"iban|\bbic\b|swift|bank|konto|account|compte|cuenta|conto|rekening|konta|účtu|účet", re.IGNORECASE
)
_EMPLOYER: Final = re.compile(r"\d{2}-\d{7}")  # the USA's EIN: no identifier for a value added tax
_BEGUN: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{2,5}){0,7}$")
_OF_THE_PAYER: Final = re.compile(
    r"\b(?:(?:von )?(?:ihre?|deine?)[mr]? (?:konto|bankkonto|bankverbindung)|(?:from )?your (?:bank )?account|"
    r"votre compte|su cuenta|"
    r"(?:dal |il )?(?:suo|vostro) conto|(?:van )?uw (?:bank)?rekening)\b[^.]{0,30}$",
    re.IGNORECASE,
)
_POLISH: Final = re.compile(r"(?<![\w])\d{2}(?: ?\d{4}){6}(?!\d)")
_OPENS: Final = 8  # letters before an IBAN that opens a line
_LONGEST_REST: Final = 40
_SAME_EDGE: Final = 5.0  # points
_NEXT_WORD: Final = re.compile(r"(?<=\d)\s+(?=[A-Z]{3})")  # "813-000-12-34 BDO 000012345"
_SHORTEST_LABEL: Final = 5
_NATIONAL: Final = frozenset(
    ["nif", "cif", "nip", "dic", "nipc", "piva", "uid", "cvr", "cui", "abn", "gst", "hst", "hst#", "gst#"]
)
_OF_THE_BUYER: Final = re.compile(  # at a word's beginning: a "Verkäufer" and what is "verkauft von" are the seller's
    r"\b(?:your (?:uid|gst|abn|tax)|ihre (?:uid|mwst)|votre (?:tva|n)|"
    r"client|kunde|käufer|kaufer|customer|buyer|your vat|cliente|klant|uw btw|ihre ust|"
    r"nabywc|odběratel|köpare|kund|"
    r"acheteur|deres|koper|comprador|adquirente|acquirente|cessionario|købers?)"
)


def locate_ibans(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the account (BT-84): IBANs, better with a good checksum and a label."""
    found: list[Candidate[str]] = []
    for cell in reading.cells():
        for iban in _broken_by_the_line(reading, cell) or find_ibans(cell.text) or _polish_account(cell):
            before = cell.text[: max(iban.start, cell.text.rfind(iban.text[:4]))]
            if not iban.checks and find_vat_identifiers(iban.text):
                continue
            if _OF_THE_PAYER.search(before) or _OF_THE_PAYER.search(_line_above(reading, cell, iban.start)):
                continue
            labelled = any(_SPEAKS_OF_A_BANK.search(c.text) for c in (cell, *_around(reading, cell)))
            if not labelled and not iban.checks:
                continue
            score = 0.7 + (0.2 if iban.checks else 0.0) + (0.08 if labelled else -0.1)
            found.append(
                Candidate(iban.value, cell, iban.text, score, "an IBAN" + ("" if iban.checks else " whose checksum fails"))
            )
    return found


def _polish_account(cell: Cell) -> list[Identifier]:
    """An account of Poland as it is printed at home, without the country before it: only one whose checksum holds."""
    return [
        Identifier(f"PL{digits}", True, match.start(), match.end(), match.group())
        for match in _POLISH.finditer(cell.text)
        if iban_checks(f"PL{(digits := match.group().replace(' ', ''))}")
    ]


def _line_above(reading: Reading, cell: Cell, start: int) -> str:
    """The end of the line above, where the number opens this one."""
    above = reading.pages[cell.page - 1].rows[cell.row - 1].cells if cell.row and start < _OPENS else ()
    return next((c.text[-_LONGEST_REST:] for c in above if abs(c.x0 - cell.x0) < _SAME_EDGE), "")


def _broken_by_the_line(reading: Reading, cell: Cell) -> list[Identifier]:
    """An IBAN that begins at the end of a line of text and goes on in the next: only one whose checksum holds."""
    begun = _BEGUN.search(cell.text)
    under = [c for c in reading.below(cell, rows=1) if abs(c.x0 - cell.x0) < _SAME_EDGE] if begun else []
    if not begun or not under:
        return []
    return [i for i in find_ibans(f"{begun.group()} {under[0].text[:_LONGEST_REST]}") if i.checks and i.start == 0]


def locate_bics(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the BIC (BT-86), only beside its label."""
    found: list[Candidate[str]] = []
    for cell, label in reading.labelled("bic"):
        for place in reading.places(cell, label):
            bics = find_bics(place.text[:24])
            if bics and bics[0].start < 6:
                found.append(Candidate(bics[0].value, place.cell, bics[0].text, 0.9, "beside its label"))
                break
    return found


def locate_vat_identifiers(reading: Reading) -> list[Candidate[str]]:
    """Every VAT identifier on the pages; `why` says "buyer" where its label does."""
    found: list[Candidate[str]] = []
    for cell in reading.cells():
        for vat in find_vat_identifiers(cell.text):
            if cell.text[: vat.start].rstrip(" :.").lower().endswith("eori"):
                continue
            if any(iban.checks and iban.start <= vat.start < iban.end for iban in find_ibans(cell.text)):
                continue
            around = " ".join([cell.text[: vat.start], *(c.text for c in _left_and_above(reading, cell))]).lower()
            label = "buyer" if _OF_THE_BUYER.search(around) else "any"
            labelled = any(
                "vat_id" in other.fields for c in (cell, *_left_and_above(reading, cell)) for other in reading.labels(c)
            ) or bool(_SAYS_WHAT_IT_IS.search(vat.text))
            score = 0.55 + (0.2 if labelled else 0.0) + (0.15 if vat.checks else 0.0)
            if not labelled and not vat.checks:
                continue
            found.append(Candidate(vat.value, cell, vat.text, score, label))
    return found + _labelled_vat(reading, {c.value for c in found})


def _labelled_vat(reading: Reading, known: set[str]) -> list[Candidate[str]]:
    """What stands beside the label but has no country's form: national numbers without a prefix, and misprints."""
    found = []
    for cell, label in reading.labelled("vat_id"):
        if len(label.phrase) < _SHORTEST_LABEL and label.phrase not in _NATIONAL:
            continue
        for place in reading.places(cell, label):
            match = _VAT_LIKE.match(_NEXT_WORD.split(place.text.lstrip(" :.#-"))[0])
            value = re.sub(r"[ .-]", "", match.group()) if match else ""
            if match and _EMPLOYER.fullmatch(match.group()):
                continue
            if match and find_dates(match.group(), compact=False):
                continue
            if not match or sum(c.isdigit() for c in value) < 7 or any(value in k or k in value for k in known):
                continue
            around = " ".join([cell.text, *(c.text for c in _left_and_above(reading, cell))]).lower()
            whose = "buyer" if _OF_THE_BUYER.search(around) else "any"
            found.append(Candidate(value, place.cell, match.group(), 0.56, whose))
            break
    return found


def _around(reading: Reading, cell: Cell) -> list[Cell]:
    return _left_and_above(reading, cell)


def _left_and_above(reading: Reading, cell: Cell) -> list[Cell]:
    left = list(reading.row(cell).cells[max(0, cell.index - 1) : cell.index])
    if cell.row > 0:
        above = reading.pages[cell.page - 1].rows[cell.row - 1].cells
        left += [c for c in above if c.overlaps(cell) and cell.y0 - c.y1 < 1.5 * cell.height]
    return left
