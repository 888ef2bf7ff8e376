"""Who sells and who buys: names out of labelled sections, address blocks, sender lines, and words near the bank account."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from invoiceflow_reader.labels.matching import Label
from invoiceflow_reader.locators.addresses import is_city_line, is_code_alone
from invoiceflow_reader.locators.blocks import aligned, block_head, company_in, is_boundary, tells_contact
from invoiceflow_reader.locators.letterheads import (
    first_line_of_the_wordmark,
    in_large_letters,
    named_by_the_domain,
    topmost,
    whole_name,
)
from invoiceflow_reader.locators.names import (
    CONTACT,
    LEGAL_FORM,
    PERSON,
    SEPARATORS,
    is_for_a_person,
    is_place,
    is_registered,
    is_street,
    name_in,
    up_to_its_form,
    with_its_form,
)
from invoiceflow_reader.locators.party_sections import sections
from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.locators.sender_lines import sender_lines
from invoiceflow_reader.locators.trading_names import named_in_a_sentence
from invoiceflow_reader.page.folding import folded
from invoiceflow_reader.page.structure import Cell

_SHOUTED: Final = re.compile(r"\b(?:LTD|LIMITED|GMBH|INC|CORP|LLC|PLC|gmbh|ltd|inc|llc)\b")
_FOOTER_LINES: Final = 5
_PLACE_OR_NAME: Final = 0.7  # what opens a sender's line and nothing else on the page confirms: "Trelawny House, Mill Lane"
_COLUMN_GAP: Final = 100.0  # points
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
    found += named_in_a_sentence(reading)
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
    for sender, cell, score in sender_lines(reading):
        known = LEGAL_FORM.search(sender) or seen.get(folded(sender), 0) > 1 or _spells_a_domain(sender, domains)
        found.append(Candidate(sender, cell, sender, score if known else min(score, _PLACE_OR_NAME), "opens a sender line"))
    found += topmost(reading)
    found += named_by_the_domain(reading, domains)
    found += in_large_letters(reading)
    for cell in first.cells:
        if _in_items(reading, cell):
            continue
        parts = [p for p in SEPARATORS.split(cell.text) if p]
        opened = with_its_form(parts) if len(parts) > 1 else ""
        name = name_in(opened if LEGAL_FORM.search(opened) else cell.text)
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
        if is_code_alone(cell.text) and head.row == cell.row - 1:
            continue  # nothing above but the city of the code
        head = company_in(reading, head)
        name = name_in(up_to_its_form(head.text))
        if name is None or (len(SEPARATORS.split(name)) > 1 and is_place(name)):
            name = _named_after_its_street(reading, head, cell)
        if _is_a_label(reading, head):
            continue
        if name:
            score = 0.62 + (0.12 if PERSON.match(name) else 0.0) - (0.1 if tells_contact(reading, head) else 0.0)
            score += 0.12 if _is_an_addressee(reading, head) else 0.0
            found.append(Candidate(whole_name(reading, head, name), head, name, score, "opens an address block"))
    return found


def _is_a_label(reading: Reading, cell: Cell) -> bool:
    """Whether nothing but words for fields is in the cell: "Goods collected from", "Invoice date / tax point"."""
    labels = reading.labels(cell)
    rest = "".join(cell.text[a:b] for a, b in _between(labels, len(cell.text)))
    of_a_party = all(label.fields & {"buyer", "seller", "name"} for label in labels)  # "Buyer Company", where samples are made
    return bool(labels) and not of_a_party and not any(c.isalnum() for c in rest)


def _between(labels: Sequence[Label], length: int) -> Iterator[tuple[int, int]]:
    start = 0
    for label in labels:
        yield start, label.start
        start = label.end
    yield start, length


def _named_after_its_street(reading: Reading, head: Cell, city: Cell) -> str | None:
    """What looks like a street, but has another under it: "Ejerforeningen Parkvej 12-18 / Parkvej 12 / 2630 Taastrup"."""
    rows = reading.pages[head.page - 1].rows[head.row + 1 : city.row]
    streets = [c for row in rows for c in row.cells if aligned(c, head) and is_street(c.text)]
    with_city = any(is_city_line(part) for part in SEPARATORS.split(head.text))  # "Postbus 3114 - 5902 RC Venlo"
    return head.text if streets and is_street(head.text) and head.text[0].isalpha() and not with_city else None


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
            if cell and name and not is_boundary(reading, cell) and not _is_a_label(reading, cell):
                head = company_in(reading, cell)
                name = name_in(up_to_its_form(head.text)) or name
                found.append(Candidate(whole_name(reading, head, name), head, name, 0.75, "under the sender line"))
                break
    return found


def _account_holders(reading: Reading) -> list[Candidate[str]]:
    found = []
    for cell, label in reading.labelled("account_holder"):
        for place in reading.places(cell, label):
            name = name_in(up_to_its_form(with_its_form(SEPARATORS.split(place.text.lstrip(" :")))))
            if name:
                found.append(Candidate(name, place.cell, name, 0.5, "holds the account"))
                break
    return found


def _free_name_score(reading: Reading, cell: Cell, name: str, domains: set[str], seen: dict[str, int]) -> float:
    page = reading.pages[0]
    low = folded(name)
    score = 0.0
    legal = bool(LEGAL_FORM.search(name) or _SHOUTED.search(name))
    score += 0.3 if legal else 0.0
    if _spells_a_domain(name, domains):
        score += 0.35
    top = cell.y0 / (page.height or 1)
    score += 0.2 if top < 0.2 else 0.15 if top > 0.82 else 0.0
    score += 0.1 if cell.height > 13 and top < 0.25 else 0.0
    score += 0.12 if seen.get(low, 0) > 1 else 0.0
    score += 0.15 if tells_contact(reading, cell) or (top > 0.82 and _is_in_a_footer_with_contact(reading, cell)) else 0.0
    score -= 0.4 if PERSON.match(name) else 0.0
    if legal and top > 0.82:
        score += _registered(reading, cell)
    if _is_an_addressee(reading, cell):
        score -= 0.3
    if _labelled_section(reading, cell, "buyer") or _labelled_section(reading, cell, "other_party"):
        score -= 0.6
    if any("title" in label.fields or "number" in label.fields for label in reading.labels(cell)) and not legal:
        score -= 0.5
    if len(name) > 60 or len(name.split()) > 8:
        score -= 0.3
    return score


def _registered(reading: Reading, cell: Cell) -> float:
    """More, where a footer's name stands with a registration: in its own line, or as the first of the footer's columns."""
    if is_registered(cell.text):
        return 0.4
    rows = reading.pages[cell.page - 1].rows[cell.row : cell.row + _FOOTER_LINES]
    return 0.25 if cell.index == 0 and any(is_registered(row.text) for row in rows) else 0.0


def _is_an_addressee(reading: Reading, head: Cell) -> bool:
    """Whether a line "Attention: …" stands among the next under it."""
    rows = reading.pages[head.page - 1].rows[head.row + 1 : head.row + 4]
    return any(is_for_a_person(c.text) for row in rows for c in row.cells if aligned(c, head))


def _is_in_a_footer_with_contact(reading: Reading, cell: Cell) -> bool:
    """The columns of a letter's footer: the name in one, telephone, bank and registration in the others."""
    rows = reading.pages[cell.page - 1].rows[cell.row : cell.row + _FOOTER_LINES]
    return any(CONTACT.search(c.text) for row in rows for c in row.cells if c is not cell)


def _spells_a_domain(name: str, domains: set[str]) -> bool:
    low = folded(name)
    compact = re.sub(r"[^a-z0-9]", "", low)
    words = [w for w in re.findall(r"[a-z0-9]+", low) if len(w) > 3]
    return any(_same_stem(re.sub(r"[^a-z0-9]", "", d), compact, words) for d in domains)


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
                row.cells is rows[cell.row].cells
                and other.x1 <= cell.x0 < other.x1 + _COLUMN_GAP
                and other.index == cell.index - 1
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
