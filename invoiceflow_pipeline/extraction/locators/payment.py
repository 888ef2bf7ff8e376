"""IBAN, BIC and VAT identifiers with whose they are likely to be."""

import re
from typing import Final

from invoiceflow_pipeline.extraction.locators.reading import Candidate, Reading
from invoiceflow_pipeline.extraction.page.structure import Cell
from invoiceflow_pipeline.extraction.parsing.dates import find_dates
from invoiceflow_pipeline.extraction.parsing.identifiers import find_bics, find_ibans, find_vat_identifiers

_VAT_LIKE: Final = re.compile(r"(?:[A-Z]{2,3}[ -]?)?[A-Z0-9](?:[ .-]?[A-Z0-9]){6,13}(?![\w])")
_SHORTEST_LABEL: Final = 5
_NATIONAL: Final = frozenset(["nif", "cif", "nip", "dic", "nipc", "piva", "uid", "cvr", "cui"])
_OF_THE_BUYER: Final = (
    "client",
    "kunde",
    "kauf",
    "customer",
    "buyer",
    "your vat",
    "cliente",
    "klant",
    "uw btw",
    "ihre ust",
    "nabywc",
    "odběratel",
    "köpare",
    "kund",
    "acheteur",
    "deres",
)


def locate_ibans(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the account (BT-84): IBANs, better with a good checksum and a label."""
    found: list[Candidate[str]] = []
    for cell in reading.cells():
        for iban in find_ibans(cell.text):
            labelled = "iban" in cell.text.lower() or any("iban" in c.text.lower() for c in _around(reading, cell))
            if not labelled and not iban.checks:
                continue
            score = 0.7 + (0.2 if iban.checks else 0.0) + (0.08 if labelled else -0.1)
            found.append(
                Candidate(iban.value, cell, iban.text, score, "an IBAN" + ("" if iban.checks else " whose checksum fails"))
            )
    return found


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
            if any(iban.checks and iban.start <= vat.start < iban.end for iban in find_ibans(cell.text)):
                continue
            around = " ".join([cell.text[: vat.start], *(c.text for c in _left_and_above(reading, cell))]).lower()
            label = "buyer" if any(word in around for word in _OF_THE_BUYER) else "any"
            labelled = any(
                "vat_id" in other.fields for c in (cell, *_left_and_above(reading, cell)) for other in reading.labels(c)
            )
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
            match = _VAT_LIKE.match(place.text.lstrip(" :.#-"))
            value = re.sub(r"[ .-]", "", match.group()) if match else ""
            if match and find_dates(match.group(), compact=False):
                continue
            if not match or sum(c.isdigit() for c in value) < 7 or any(value in k or k in value for k in known):
                continue
            around = " ".join([cell.text, *(c.text for c in _left_and_above(reading, cell))]).lower()
            whose = "buyer" if any(word in around for word in _OF_THE_BUYER) else "any"
            found.append(Candidate(value, place.cell, match.group(), 0.56, whose))
            break
    return found


def _around(reading: Reading, cell: Cell) -> list[Cell]:
    return _left_and_above(reading, cell)


def _left_and_above(reading: Reading, cell: Cell) -> list[Cell]:
    left = list(reading.row(cell).cells[max(0, cell.index - 1) : cell.index])
    if cell.row > 0:
        left += [c for c in reading.pages[cell.page - 1].rows[cell.row - 1].cells if c.overlaps(cell)]
    return left
