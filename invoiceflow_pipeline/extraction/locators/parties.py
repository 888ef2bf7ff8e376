"""Who sells and who buys: names out of labelled sections, address blocks, sender lines, and words near the bank account."""

import re
from typing import Final

from invoiceflow_pipeline.extraction.labels.matching import Label
from invoiceflow_pipeline.extraction.locators.addresses import is_city_line
from invoiceflow_pipeline.extraction.locators.names import (
    CONTACT,
    LEGAL_FORM,
    PERSON,
    SALUTATION,
    SEPARATORS,
    is_only_legal_form,
    name_in,
)
from invoiceflow_pipeline.extraction.locators.reading import Candidate, Reading
from invoiceflow_pipeline.extraction.locators.sender_lines import sender_lines
from invoiceflow_pipeline.extraction.page.folding import folded
from invoiceflow_pipeline.extraction.page.structure import Cell
from invoiceflow_pipeline.extraction.parsing.dates import find_dates

_SHOUTED: Final = re.compile(r"\b(?:LTD|LIMITED|GMBH|INC|CORP|LLC|PLC|gmbh|ltd|inc|llc)\b")
_SHORT: Final = 25  # letters; a longer text with another label in it can still be a name
_SAME_EDGE: Final = 5.0  # points
_BLOCK_LINES: Final = 9
_LONGEST_FORM: Final = 24
_SAYS_ENOUGH: Final = 9  # letters of a label that may be followed by its value without a colon
_DOMAIN: Final = re.compile(r"(?:@|www\.|https?://)([\w-]+)(?:\.[\w-]+)*\.[a-z]{2,}", re.IGNORECASE)
_OTHER_MATTERS: Final = frozenset(
    ("seller", "buyer", "other_party", "number", "vat_id", "other_number", "issue_date", "due_date", "date", "order", "title")
)
_NUMBERS_OF_A_PARTY: Final = frozenset(("other_number", "vat_id", "tax_number", "bare_number"))
_PERSONS_LABELS: Final = frozenset(("attention", "alattentionde"))
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
    ]
)


def locate_sellers(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the seller's name (BT-27)."""
    found = _sections(reading, "seller", 0.95)
    found += _account_holders(reading)
    if not reading.pages:
        return found
    first = reading.pages[0]
    buyers = {folded(c.value) for c in _sections(reading, "buyer", 0.9)}
    domains = {folded(d) for page in reading.pages[:2] for d in _DOMAIN.findall(page.text)} - _MAILERS
    seen: dict[str, int] = {}
    for cell in first.cells:
        for part in SEPARATORS.split(cell.text):
            seen[folded(part)] = seen.get(folded(part), 0) + 1
    found += [Candidate(name, cell, name, score, "opens a sender line") for name, cell, score in sender_lines(reading)]
    found += _topmost(reading)
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
        score = _free_name_score(reading, cell, name, domains, seen)
        if score > 0.3:
            found.append(Candidate(whole_name(reading, cell, name), cell, name, min(0.88, score), "a company's name"))
    return found


def locate_buyers(reading: Reading) -> list[Candidate[str]]:
    """Candidates for the buyer's name (BT-44)."""
    found = _sections(reading, "buyer", 0.95)
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
        name = name_in(head.text)
        if name:
            score = 0.62 + (0.12 if PERSON.match(name) else 0.0) - (0.1 if _tells_contact(reading, head) else 0.0)
            found.append(Candidate(whole_name(reading, head, name), head, name, score, "opens an address block"))
    return found


def whole_name(reading: Reading, cell: Cell, name: str) -> str:
    """The name with its legal form from the next line, where a narrow column broke it off."""
    if LEGAL_FORM.search(name):
        return name
    under = [c for c in reading.below(cell, rows=1) if abs(c.x0 - cell.x0) < _SAME_EDGE]
    if under and is_only_legal_form(under[0].text) and len(under[0].text) <= _LONGEST_FORM:
        return f"{name} {under[0].text}"
    return name


def _tells_contact(reading: Reading, head: Cell) -> bool:
    """Whether the lines under a name, as far as they hang together, hold a telephone number, mail address or registration."""
    rows = reading.pages[head.page - 1].rows
    bottom = head.y1
    for row in rows[head.row : head.row + _BLOCK_LINES]:
        if row.y0 - bottom > 1.2 * head.height:
            return False
        cells = [c for c in row.cells if abs(c.x0 - head.x0) < _SAME_EDGE]
        if cells:
            bottom = cells[0].y1
            if CONTACT.search(cells[0].text):
                return True
    return False


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
            if cell and name and not _is_boundary(reading, cell):
                found.append(Candidate(name, cell, name, 0.75, "under the sender line"))
                break
    return found


def _topmost(reading: Reading) -> list[Candidate[str]]:
    """The first line of the page that can be a name and no label: letterheads without a legal form."""
    page = reading.pages[0]
    for row in page.rows[:6]:
        for cell in row.cells:
            if cell.y0 > 0.2 * page.height:
                return []
            name = name_in(cell.text)
            labels = reading.labels(cell)
            if (
                name
                and ":" not in name
                and len(name.split()) <= 6
                and not PERSON.match(name)
                and not (labels and labels[0].start == 0 and len(labels[0].phrase) > 3)
            ):
                under = reading.below(cell, rows=4)
                if any(
                    is_city_line(c.text)
                    or (re.search(r"\d", c.text) and (not reading.labels(c) or len(SEPARATORS.split(c.text)) > 1))
                    for c in under
                ):
                    contact = 0.2 if _tells_contact(reading, cell) else 0.0
                    return [Candidate(name, cell, name, 0.52 + contact, "heads the page")]
    return []


def _is_of_an_address(reading: Reading, cell: Cell) -> bool:
    if is_city_line(cell.text):
        return True
    return bool(re.search(r"\d", cell.text)) and (not reading.labels(cell) or len(SEPARATORS.split(cell.text)) > 1)


def block_head(reading: Reading, cell: Cell) -> Cell | None:
    """The first line of the block of left-aligned lines that ends in this one."""
    rows = reading.pages[cell.page - 1].rows
    head: Cell | None = None
    current, lines, pitch = cell, 0, 0.0
    for row in reversed(rows[max(0, cell.row - 8) : cell.row]):
        above = [c for c in row.cells if abs(c.x0 - cell.x0) < 4 or (abs((c.x0 + c.x1) - (cell.x0 + cell.x1)) < 6)]
        if not above:
            if current.y0 - row.y1 > 1.5 * current.height:
                break
            continue
        candidate = above[0]
        step = current.y0 - candidate.y0
        if (
            (pitch and step > 1.45 * pitch)
            or current.y0 - candidate.y1 > 1.6 * current.height
            or _is_boundary(reading, candidate)
            or lines >= 6
        ):
            break
        if not SALUTATION.match(candidate.text):
            head = candidate
        current, lines, pitch = candidate, lines + 1, step
    return head


def _sections(reading: Reading, field: str, weight: float) -> list[Candidate[str]]:
    """Names after, right of or under the section's label; where the section has rows "Name: …", that row's value."""
    found = []
    for cell, label in reading.labelled(field):
        if label.start > 2 or (
            field == "buyer" and label.phrase in ("to", "an", "client", "kunde") and not _stands_alone(cell, label)
        ):
            continue
        if field == "seller" and label.phrase in ("from", "fra") and not _stands_alone(cell, label):
            continue
        if not _stands_alone(cell, label) and len(label.phrase) < _SAYS_ENOUGH:
            continue
        if is_only_legal_form(cell.text[label.end :]):
            continue  # a company that is called so: "Lieferant GmbH"
        weight_here = weight if label.phrase not in _PERSONS_LABELS else 0.55
        for name, where, relation in _names_at(reading, cell, label):
            found.append(
                Candidate(
                    whole_name(reading, where, name),
                    where,
                    name,
                    weight_here * relation - 0.02 * (cell.page - 1),
                    f"in the section “{cell.text[label.start : label.end]}”",
                )
            )
            break
    return found


def _names_at(reading: Reading, cell: Cell, label: Label) -> list[tuple[str, Cell, float]]:
    named = _name_row(reading, cell)
    if named:
        return [named]
    found = []
    for place in reading.places(cell, label):
        text = place.text.lstrip(" :/.")
        labels = reading.labels(place.cell)
        other_matter = any(other.start >= label.end and other.fields & _OTHER_MATTERS for other in labels)
        if place.relation == "same" and other_matter and len(text) < _SHORT:
            continue
        name = name_in(SEPARATORS.split(text)[0] if not LEGAL_FORM.search(text) else text)
        if place.relation == "same" and cell.text[label.end : label.end + 2].strip()[:1] not in (":", ""):
            name = name if name and cell.text[label.end] in " :" and name[0].isupper() and LEGAL_FORM.search(name) else None
        if place.relation == "below" and abs(place.cell.x0 - cell.x0) > 40:
            continue
        if name:
            found.append((name, place.cell, {"same": 0.97, "right": 0.9, "below": 1.0}[place.relation]))
    if not found or found[0][2] < 1.0:
        found += _below_identifiers(reading, cell)
    if (
        len(found) > 1 and found[0][2] == 0.9
    ):  # a right neighbour is often the next column's heading; what stands below is nearer
        found.sort(key=lambda f: -f[2])
    return found


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
        name = name_in(under.text) if passed and not labels else None
        return [(name, under, 0.95)] if name else []
    return []


def _name_row(reading: Reading, cell: Cell) -> tuple[str, Cell, float] | None:
    page = reading.pages[cell.page - 1]
    for row in page.rows[cell.row : cell.row + 6]:
        for other in row.cells:
            if abs(other.x0 - cell.x0) > 60 or other is cell:
                continue
            labels = reading.labels(other)
            if labels and labels[0].start == 0 and "name" in labels[0].fields:
                rest = other.text[labels[0].end :].strip(" :")
                right = reading.right_of(other)
                name = name_in(rest) or (name_in(right[0].text) if right and not rest else None)
                if name:
                    return name, other if rest else right[0], 1.0
            if (
                labels
                and labels[0].start == 0
                and labels[0].fields.intersection(("seller", "buyer", "other_party"))
                and len(other.text) - labels[0].end < 2
            ):
                return None
    return None


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
    score += 0.15 if _tells_contact(reading, cell) else 0.0
    score -= 0.4 if PERSON.match(name) else 0.0
    if _labelled_section(reading, cell, "buyer") or _labelled_section(reading, cell, "other_party"):
        score -= 0.6
    if any("title" in label.fields or "number" in label.fields for label in reading.labels(cell)) and not legal:
        score -= 0.5
    if len(name) > 60 or len(name.split()) > 8:
        score -= 0.3
    return score


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


def _is_boundary(reading: Reading, cell: Cell) -> bool:
    labels = reading.labels(cell)
    if not labels or labels[0].start > 0:
        return bool(find_dates(cell.text)) or len([p for p in SEPARATORS.split(cell.text) if p]) > 2
    return (len(labels[0].phrase) > 2 and len(cell.text) - labels[0].end < 3) or ":" in cell.text


def _stands_alone(cell: Cell, label: Label) -> bool:
    rest = cell.text[label.end :].strip()
    return not rest or rest[0] in ":(/"


def _in_items(reading: Reading, cell: Cell) -> bool:
    return any(a.decimals == 2 for c in reading.row(cell).cells if c is not cell for a in reading.amounts(c))
