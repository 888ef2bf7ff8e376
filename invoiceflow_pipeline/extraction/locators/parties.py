"""Who sells and who buys: names out of labelled sections, address blocks, sender lines, and words near the bank account."""

import re
from typing import Final

from invoiceflow_pipeline.extraction.locators.addresses import is_city_line
from invoiceflow_pipeline.extraction.locators.blocks import aligned, block_head, is_boundary, tells_contact
from invoiceflow_pipeline.extraction.locators.letterheads import (
    first_line_of_the_wordmark,
    in_large_letters,
    named_by_the_domain,
    topmost,
    whole_name,
)
from invoiceflow_pipeline.extraction.locators.names import (
    CONTACT,
    LEGAL_FORM,
    PERSON,
    SEPARATORS,
    is_street,
    name_in,
    up_to_its_form,
)
from invoiceflow_pipeline.extraction.locators.party_sections import sections
from invoiceflow_pipeline.extraction.locators.reading import Candidate, Reading
from invoiceflow_pipeline.extraction.locators.sender_lines import sender_lines
from invoiceflow_pipeline.extraction.page.folding import folded
from invoiceflow_pipeline.extraction.page.structure import Cell

_SHOUTED: Final = re.compile(r"\b(?:LTD|LIMITED|GMBH|INC|CORP|LLC|PLC|gmbh|ltd|inc|llc)\b")
_FOOTER_LINES: Final = 5
_OWN_PARTS: Final = 2  # of a host, before its last: "support.acme" or "acme.co"
_DOMAIN: Final = re.compile(r"(?:@|www\.|https?://)([\w-]+(?:\.[\w-]+)*)\.[a-z]{2,}", re.IGNORECASE)
_MAILERS: Final = frozenset(
    [
        "gmail",
        "outlook",
        "hotmail",
        "yahoo",
        "gmx",
        "web",
        "icloud",
        "orange",
        "free",
        "wanadoo",
        "tcpdf",
        "localhost",
        "example",
        "mail",
        "t-online",
        "support",
        "billing",
        "help",
        "service",
        "info",
    ]
)


def locate_sellers(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the seller's name (BT-27)."""
    found = sections(reading, "seller", 0.95)
    found += _account_holders(reading)
    if not reading.pages:
        return found
    first = reading.pages[0]
    buyers = {folded(c.value) for c in sections(reading, "buyer", 0.9)}
    domains = {
        folded(part)
        for page in reading.pages[:2]
        for host in _DOMAIN.findall(page.text)
        for part in host.split(".")[-_OWN_PARTS:]
    } - _MAILERS
    seen: dict[str, int] = {}
    for cell in first.cells:
        for part in SEPARATORS.split(cell.text):
            seen[folded(part)] = seen.get(folded(part), 0) + 1
    found += [Candidate(name, cell, name, score, "opens a sender line") for name, cell, score in sender_lines(reading)]
    found += topmost(reading)
    found += named_by_the_domain(reading, domains)
    found += in_large_letters(reading)
    for cell in first.cells:
        if _in_items(reading, cell):
            continue
        parts = [p for p in SEPARATORS.split(cell.text) if p]
        name = name_in(cell.text if len(parts) < 2 or LEGAL_FORM.search(parts[0]) is None else parts[0])
        if len(parts) >= 3 and any(is_city_line(p) for p in parts[1:]):
            continue
        if (
            not name
            or ":" in name
            or folded(name) in buyers
            or (reading.labels(cell)[:1] and reading.labels(cell)[0].start == 0 and not LEGAL_FORM.search(name))
        ):
            continue
        if not LEGAL_FORM.search(name) and _heads_a_value(reading, cell):
            continue
        score = _free_name_score(reading, cell, name, domains, seen)
        if score >= 0.3:
            above = first_line_of_the_wordmark(reading, cell)
            whole = f"{above.text} {name}" if above and name == cell.text else whole_name(reading, cell, name)
            found.append(Candidate(whole, above or cell, name, min(0.88, score), "a company's name"))
    return found


def locate_buyers(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the buyer's name (BT-44)."""
    found = sections(reading, "buyer", 0.95)
    if not reading.pages:
        return found
    first = reading.pages[0]
    found += _under_sender_lines(reading)
    for cell in first.cells:
        if cell.y0 > 0.5 * first.height or not is_city_line(cell.text) or len(SEPARATORS.split(cell.text)) > 3:
            continue
        head = block_head(reading, cell)
        if (
            head is None
            or len(SEPARATORS.split(reading.row(head).text)) > 4
            or _labelled_section(reading, head, "other_party")
            or _labelled_section(reading, head, "seller")
        ):
            continue
        name = name_in(up_to_its_form(head.text)) or _named_after_its_street(reading, head, cell)
        if name:
            score = 0.62 + (0.12 if PERSON.match(name) else 0.0) - (0.1 if tells_contact(reading, head) else 0.0)
            found.append(Candidate(whole_name(reading, head, name), head, name, score, "opens an address block"))
    return found


def _named_after_its_street(reading: Reading, head: Cell, city: Cell) -> str | None:
    """What looks like a street, but has another under it: "Ejerforeningen Parkvej 12-18 / Parkvej 12 / 2630 Taastrup"."""
    rows = reading.pages[head.page - 1].rows[head.row + 1 : city.row]
    streets = [c for row in rows for c in row.cells if aligned(c, head) and is_street(c.text)]
    return head.text if streets and is_street(head.text) and head.text[0].isalpha() else None


def _under_sender_lines(reading: Reading) -> list[Candidate[str]]:
    """The window of a letter: the address under the sender's small line is the addressee's (DIN 5008)."""
    found = []
    page = reading.pages[0]
    for _, sender, _ in sender_lines(reading):
        if sender.y0 > 0.4 * page.height:
            continue
        for row in page.rows[sender.row + 1 : sender.row + 10]:
            if row.y0 - sender.y1 > 90:
                break
            cell = next((c for c in row.cells if abs(c.x0 - sender.x0) < 36), None)
            name = name_in(cell.text) if cell else None
            if cell and name and not is_boundary(reading, cell):
                found.append(Candidate(name, cell, name, 0.75, "under the sender line"))
                break
    return found


def _account_holders(reading: Reading) -> list[Candidate[str]]:
    found = []
    for cell, label in reading.labelled("account_holder"):
        for place in reading.places(cell, label):
            name = name_in(SEPARATORS.split(place.text.lstrip(" :"))[0])
            if name:
                found.append(Candidate(name, place.cell, name, 0.5, "holds the account"))
                break
    return found


def _free_name_score(reading: Reading, cell: Cell, name: str, domains: set[str], seen: dict[str, int]) -> float:
    page = reading.pages[0]
    low = folded(name)
    compact = re.sub(r"[^a-z0-9]", "", low)
    score = 0.0
    legal = bool(LEGAL_FORM.search(name) or _SHOUTED.search(name))
    score += 0.3 if legal else 0.0
    words = [w for w in re.findall(r"[a-z0-9]+", low) if len(w) > 3]
    if any(_same_stem(re.sub(r"[^a-z0-9]", "", d), compact, words) for d in domains):
        score += 0.35
    top = cell.y0 / (page.height or 1)
    score += 0.2 if top < 0.2 else 0.15 if top > 0.82 else 0.0
    score += 0.1 if cell.height > 13 and top < 0.25 else 0.0
    score += 0.12 if seen.get(low, 0) > 1 else 0.0
    score += 0.15 if tells_contact(reading, cell) or (top > 0.82 and _is_in_a_footer_with_contact(reading, cell)) else 0.0
    score -= 0.4 if PERSON.match(name) else 0.0
    if _labelled_section(reading, cell, "buyer") or _labelled_section(reading, cell, "other_party"):
        score -= 0.6
    if any("title" in label.fields or "number" in label.fields for label in reading.labels(cell)) and not legal:
        score -= 0.5
    if len(name) > 60 or len(name.split()) > 8:
        score -= 0.3
    return score


def _is_in_a_footer_with_contact(reading: Reading, cell: Cell) -> bool:
    """The columns of a letter's footer: the name in one, telephone, bank and registration in the others."""
    rows = reading.pages[cell.page - 1].rows[cell.row : cell.row + _FOOTER_LINES]
    return any(CONTACT.search(c.text) for row in rows for c in row.cells if c is not cell)


def _same_stem(domain: str, compact: str, words: list[str]) -> bool:
    if len(domain) < 4:
        return False
    return (
        domain in compact
        or (compact in domain and len(compact) > 4)
        or any(w == domain for w in words)
        or (len(words) > 1 and domain.startswith(words[0]) and len(words[0]) > 4)
    )


def _labelled_section(reading: Reading, cell: Cell, field: str) -> bool:
    """Whether a label of the field opens the cell, or stands above it in its column within six rows without a break."""
    rows = reading.pages[cell.page - 1].rows
    for row in reversed(rows[max(0, cell.row - 6) : cell.row + 1]):
        for other in row.cells:
            if abs(other.x0 - cell.x0) > 12 and not (
                row.cells is rows[cell.row].cells and other.x1 <= cell.x0 and other.index == cell.index - 1
            ):
                continue
            labels = reading.labels(other)
            if labels and labels[0].start == 0 and field in labels[0].fields and len(other.text) < 60:
                return True
    return False


def _heads_a_value(reading: Reading, cell: Cell) -> bool:
    """Whether a number or date is all that stands under it: "Rooms" over "1" is a heading, whatever the domain is called."""
    under = reading.below(cell, rows=1)[:1]
    return bool(under) and any(c.isdigit() for c in under[0].text) and not any(c.isalpha() for c in under[0].text)


def _in_items(reading: Reading, cell: Cell) -> bool:
    return any(a.decimals == 2 for c in reading.row(cell).cells if c is not cell for a in reading.amounts(c))
