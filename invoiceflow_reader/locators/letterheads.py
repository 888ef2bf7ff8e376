"""The seller by what stands at the top: the first line of a letterhead, a wordmark, a name that spells the domain."""

import re
from typing import Final

from invoiceflow_reader.locators.addresses import is_city_line
from invoiceflow_reader.locators.blocks import aligned, next_line, tells_contact
from invoiceflow_reader.locators.names import (
    LEGAL_FORM,
    PERSON,
    SEPARATORS,
    is_country,
    is_for_a_person,
    is_only_legal_form,
    name_in,
    up_to_its_form,
)
from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.page.folding import folded
from invoiceflow_reader.page.structure import Cell

_HEADINGS: Final = 3  # so many labels in a row name the columns under them
_SAME_EDGE: Final = 5.0  # points
_TITLED: Final = re.compile(r"(?:dr|prof|mag|ing)\b", re.IGNORECASE)  # a practice bears its owner's name
_UNFINISHED: Final = re.compile(r"(?:\s&|\s(?:und|and|et|di|de|du|des|van|von|of|y|voor|für))$", re.IGNORECASE)
_TWO_WORDS: Final = re.compile(r"[A-ZÀ-Þ][\w'-]+ [A-ZÀ-Þ][\w'-]+")  # a person's name, as it may be
_LONGEST_FORM: Final = 24
_VERY_TOP: Final = 0.14  # of the page's height
_LARGE: Final = 1.35  # times the page's usual letters


def whole_name(reading: Reading, cell: Cell, name: str) -> str:
    """The name with its legal form from the next line, where a narrow column broke it off."""
    if LEGAL_FORM.search(name) and not _UNFINISHED.search(name):
        return name
    under = next_line(reading, cell)
    if under is None:
        return name
    if ":" not in under.text and is_only_legal_form(under.text) and len(under.text) <= _LONGEST_FORM:
        return f"{name} {under.text}"
    if name == cell.text and _goes_on(name, under.text):
        return f"{name} {up_to_its_form(under.text)}"
    if LEGAL_FORM.search(under.text) and name == cell.text and _are_one_wordmark(reading, cell, under):
        return f"{name} {under.text}"
    return name


def continued(reading: Reading, cell: Cell, name: str) -> str:
    """A name behind its label with the rest from the next line: "Denominazione: MELLA S.N.C. DI / FERRARI G. & C."."""
    under = [c for c in reading.below(cell, rows=1) if c.x0 >= cell.x0 - _SAME_EDGE]
    return f"{name} {under[0].text}" if under and _UNFINISHED.search(name) and name_in(under[0].text) else name


def _goes_on(name: str, under: str) -> bool:
    """Whether the next line can only be the rest: "Wiebusch & Kröger / Landmaschinen GmbH", "Mella S.n.c. di / Ferrari G."."""
    if ":" in under or not name_in(under) or is_for_a_person(under):
        return False
    if _UNFINISHED.search(name):
        return True
    form = LEGAL_FORM.search(under)
    if not form or PERSON.match(name) or _TWO_WORDS.fullmatch(name):
        return False
    words = under[: form.start()].split()
    return under[0].islower() or under[0] == "&" or (len(words) == 1 and folded(words[0]) not in folded(name))


def first_line_of_the_wordmark(reading: Reading, cell: Cell) -> Cell | None:
    """The line above, where this one with its legal form is the second of a name in large letters."""
    if cell.row == 0 or not LEGAL_FORM.search(cell.text):
        return None
    above = [c for c in reading.pages[cell.page - 1].rows[cell.row - 1].cells if abs(c.x0 - cell.x0) < _SAME_EDGE]
    fits = (
        above and name_in(above[0].text) and not LEGAL_FORM.search(above[0].text) and _are_one_wordmark(reading, above[0], cell)
    )
    return above[0] if fits else None


def _are_one_wordmark(reading: Reading, cell: Cell, under: Cell) -> bool:
    """Two lines in the same letters, large ones or all that the letterhead holds: a name that did not fit into one."""
    if abs(cell.height - under.height) > 0.02 * cell.height or under.y0 - cell.y1 > 0.3 * cell.height:
        return False
    return cell.height > _LARGE * _usual_height(reading) or _are_all_of_a_letterhead(reading, cell, under)


def _are_all_of_a_letterhead(reading: Reading, cell: Cell, under: Cell) -> bool:
    """Whether the two stand alone at the top of the first page, and do not begin alike as a short name and the full one do."""
    page = reading.pages[cell.page - 1]
    if cell.page > 1 or cell.y0 > _VERY_TOP * page.height or _begin_alike(cell.text, under.text):
        return False
    near = (c for c in page.cells if c is not cell and c is not under and c.x0 < under.x1 + cell.height and cell.x0 < c.x1)
    return all(c.y1 < cell.y0 - 0.8 * cell.height or c.y0 > under.y1 + 0.8 * cell.height for c in near)


def _usual_height(reading: Reading) -> float:
    heights = sorted(c.height for c in reading.pages[0].cells)
    return heights[len(heights) // 2] if heights else 0.0


def topmost(reading: Reading) -> list[Candidate[str]]:
    """The first line of the page that can be a name and no label: letterheads without a legal form."""
    page = reading.pages[0]
    for row in page.rows[:6]:
        for cell in row.cells if sum(bool(reading.labels(c)) for c in row.cells) < _HEADINGS else ():
            if cell.y0 > 0.2 * page.height:
                return []
            name = name_in(cell.text)
            labels = reading.labels(cell)
            if (
                name
                and ":" not in name
                and len(name.split()) <= 6
                and (not PERSON.match(name) or _TITLED.match(name))
                and not (labels and labels[0].start == 0 and len(labels[0].phrase) > 3)
                and not any(
                    label.fields & {"seller", "buyer", "other_party"} and label.end == len(cell.text) for label in labels
                )
            ):
                under = reading.below(cell, rows=4)
                if any(
                    is_city_line(c.text)
                    or is_country(c.text)
                    or (re.search(r"\d", c.text) and (not reading.labels(c) or len(SEPARATORS.split(c.text)) > 1))
                    for c in under
                ):
                    score = 0.72 if tells_contact(reading, cell) else 0.52
                    legal = next((c for c in under[:1] if LEGAL_FORM.search(c.text) and _begin_alike(c.text, name)), None)
                    if legal is not None and not LEGAL_FORM.search(name):
                        return [Candidate(legal.text, legal, legal.text, score, "heads the page, under its short name")]
                    return [Candidate(whole_name(reading, cell, name), cell, name, score, "heads the page")]
    return []


def _begin_alike(one: str, other: str) -> bool:
    return folded(one).split()[:1] == folded(other).split()[:1]


def in_large_letters(reading: Reading) -> list[Candidate[str]]:
    """What is set largest at the very top and is no title: a wordmark, where nothing else tells the seller."""
    page = reading.pages[0]
    top = [c for c in page.cells if c.y0 < _VERY_TOP * page.height]
    usual = _usual_height(reading)
    for cell in sorted(top, key=lambda c: -c.height):
        name = name_in(cell.text) if cell.height > _LARGE * usual else None
        if name and not reading.labels(cell) and len(name.split()) <= 5:
            return [Candidate(name, cell, name, 0.5, "in the largest letters at the top")]
    return []


def named_by_the_domain(reading: Reading, domains: set[str]) -> list[Candidate[str]]:
    """A name on two lines that together spell the domain of the page's addresses: "Grünspecht / Gartenbau"."""
    wanted = {_spelled(domain) for domain in domains}
    found = []
    for cell in reading.pages[0].cells:
        if cell.y0 > 0.25 * reading.pages[0].height or _spelled(cell.text) in wanted:
            continue
        under = next((c for c in reading.below(cell, rows=1) if aligned(c, cell)), None)
        name = f"{cell.text} {under.text}" if under else ""
        if under and _spelled(name) in wanted:
            found.append(Candidate(name, cell, name, 0.9, "two lines that spell the domain"))
    return found


def _spelled(text: str) -> str:
    """Letters and digits alone, German umlauts as either way of writing them."""
    compact = re.sub(r"[^a-z0-9]", "", folded(text))
    return compact.replace("ue", "u").replace("oe", "o").replace("ae", "a")
