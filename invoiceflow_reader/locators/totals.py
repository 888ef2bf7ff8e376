"""Amounts that stand beside the words for the document's sums. Which of them belong together is decided in `assembly`."""

import re
from decimal import Decimal
from typing import Final

from invoiceflow_reader.labels.matching import Label
from invoiceflow_reader.locators.reading import Candidate, Reading
from invoiceflow_reader.locators.tax_rows import locate_sum_rows, locate_tax_rows
from invoiceflow_reader.page.structure import Cell
from invoiceflow_reader.parsing.amounts import Amount

SUMS: Final = ("line_net", "net", "tax", "gross", "amount_due", "paid", "reduction", "addition", "withheld", "previous")
_OF_THE_REST: Final = frozenset(("amount_due", "paid"))  # "Remaining amount" with its net and tax: less than the whole
_CLEAR: Final = 0.6  # the score of an amount beside its own label
_TOTAL: Final = "total"
_WORD: Final = re.compile(r"\s+([^\W\d_]{3,})")
_PARTS: Final = frozenset(
    [
        *("fees", "costs", "expenses", "hours", "labor", "labour", "parts", "materials", "disbursements"),
        *("honoraires", "frais", "heures", "horas", "gastos", "stunden", "material", "lohn"),
    ]
)
_LEAST_WHOLE: Final = 20  # amounts without cents below this are more likely counts
_RATE: Final = re.compile(r"[\d.,]+\s?%")  # "21% btw": the rate belongs to the name
_CURRENCY_LETTERS: Final = 4
_CARD_WIDTH: Final = 150  # points
_RUNNING_TEXT: Final = 12  # letters beside an amount: a sentence under the label, not its value
_SPECIFIC: Final = 6  # a phrase this long ("totalttc") says more than "net" or "tax"


def locate_totals(reading: Reading) -> dict[str, list[Candidate[Decimal]]]:
    """For each kind of sum the amounts beside its label, in reading order; under `rate` the rates beside a tax's name."""
    found: dict[str, list[Candidate[Decimal]]] = {field: [] for field in (*SUMS, "rate")}
    for cell, label in reading.labelled(*SUMS):
        fields = [f for f in SUMS if f in label.fields]
        before = _RATE.sub("", cell.text[: label.start]).strip()
        if label.phrase.startswith("%"):
            before = before.rstrip("0123456789., ")  # "25% moms"
        if "tax" in label.fields and "(" in before:
            before = before.rpartition("(")[2].strip(" 0123456789.,€$£")  # "€ 72,80 (includes € 12,63 VAT)"
        weight = _weight(cell, label, before)
        if weight <= 0:
            continue
        if "tax" in label.fields:
            found["rate"] += _rates_beside(reading, cell)
        amounts = _amounts_beside(reading, cell, label)
        for amount, where, nearness in amounts:
            for field in fields:
                score = weight * nearness * (1.0 if amount.decimals == 2 else 0.8)
                found[field].append(
                    Candidate(amount.value, where, amount.text, score, f"beside “{cell.text[label.start : label.end]}”")
                )
    _add_rows_that_add_up(reading, found)
    return found


def _add_rows_that_add_up(reading: Reading, found: dict[str, list[Candidate[Decimal]]]) -> None:
    whole = [*locate_sum_rows(reading, frozenset(SUMS) - _OF_THE_REST)]
    named = (abs(c.value) for c in found["gross"] if c.score >= _CLEAR)
    largest = max((*(abs(row[-1][0].value) for row in whole), *named), default=Decimal(0))
    whole += [row for row in locate_sum_rows(reading, _OF_THE_REST) if abs(row[-1][0].value) >= largest]
    for row in whole:
        for field, (amount, cell) in zip(("net", "tax", "gross"), row, strict=False):
            found[field].append(Candidate(amount.value, cell, amount.text, 0.85, "in a row of sums that adds up"))
    for rows in locate_tax_rows(reading):
        if not all(row.is_plain for row in rows):
            continue
        last = rows[-1]
        base, tax = sum((r.base for r in rows), Decimal(0)), sum((r.tax for r in rows), Decimal(0))
        why = "rates times bases" if len(rows) > 1 else "rate times base"
        found["net"].append(Candidate(base, last.base_cell, " + ".join(r.base_text for r in rows), 0.72, why))
        found["tax"].append(Candidate(tax, last.tax_cell, " + ".join(r.tax_text for r in rows), 0.78, why))


def all_amounts(reading: Reading) -> list[Candidate[Decimal]]:
    """Every amount of money with two decimal places or a currency, in reading order."""
    return [
        Candidate(amount.value, cell, amount.text, 0.3, "an amount")
        for cell in reading.cells()
        for amount in reading.amounts(cell)
        if not amount.is_percent and (amount.decimals == 2 or amount.currency or abs(amount.value) >= _LEAST_WHOLE)
    ]


def _weight(cell: Cell, label: Label, before: str) -> float:
    weight = 0.9 if len(label.phrase) >= _SPECIFIC else 0.8
    if before:
        weight *= 0.75 if len(before) < 25 and not any(c.isdigit() for c in before) else 0.4
    following = _WORD.match(cell.text, label.end) if label.phrase == _TOTAL else None
    if following and following[1].lower() in _PARTS:
        weight *= 0.7  # "Total fees", "Total costs": not of the whole
    if len(cell.text) > 90:
        weight *= 0.3  # running text: terms, conditions
    return weight


def _amounts_beside(reading: Reading, cell: Cell, label: Label) -> list[tuple[Amount, Cell, float]]:
    """After the label in its cell, else the right-most and the nearest of its row, else under it."""
    labels = reading.labels(cell)
    later = [
        other.start
        for other in labels
        if other.start >= label.end and other.fields.intersection(SUMS) and len(other.phrase) > 2
    ]
    stop = later[0] if later else len(cell.text)
    own = [a for a in reading.amounts(cell) if label.end <= a.start < stop and _is_money(a)]
    if not own and "tax" in label.fields and "(" in cell.text[: label.start]:
        inside = cell.text.rindex("(", 0, label.start)  # "€ 72,80 (includes € 12,63 VAT)"
        own = [a for a in reading.amounts(cell) if inside < a.start < label.start and _is_money(a)]
    right: list[tuple[Amount, Cell]] = []
    for other in reading.right_of(cell):
        here = [a for a in reading.amounts(other) if _is_money(a) and not _is_in_brackets(other.text, a)]
        if not here and _is_sum_label(reading, other):
            break
        right.extend((a, other) for a in here)
    found: list[tuple[Amount, Cell, float]] = []
    if own:
        found.append((own[-1], cell, 1.0))
        found.extend((a, cell, 0.7) for a in own[:-1])
    if right:
        found.append((*right[-1], 1.0 if not own else 0.9))
        if len(right) > 1:
            found.extend((a, where, 0.75) for a, where in right[:-1])
    return found or _amounts_under(reading, cell)


def _rates_beside(reading: Reading, cell: Cell) -> list[Candidate[Decimal]]:
    """Rates in percent in the cell of a tax's name or right of it."""
    return [
        Candidate(rate.value, where, rate.text, 0.7, "the rate of the tax")
        for where in (cell, *reading.right_of(cell))
        for rate in reading.amounts(where)
        if rate.is_percent and rate.value > 0
    ]


def _amounts_under(reading: Reading, cell: Cell) -> list[tuple[Amount, Cell, float]]:
    """Under a label that has nothing beside it: the columns of a summary, or the nearest amount that is not in a sentence."""
    if _is_heading(reading, cell):
        return []
    if _heads_a_column(reading, cell):
        return _column_under(reading, cell) or _amount_of_a_box(reading, cell) or _amount_of_a_card(reading, cell)
    for under in reading.below(cell, rows=3):
        here = [a for a in reading.amounts(under) if _is_money(a)]
        if here and sum(c.isalpha() for c in under.text) > _RUNNING_TEXT:
            break
        if here:
            return [(here[-1], under, 0.72)]
    return _amount_of_a_card(reading, cell)


def _amount_of_a_box(reading: Reading, cell: Cell) -> list[tuple[Amount, Cell, float]]:
    """In a row of boxes with the names above and the amounts at their right edges."""
    value = reading.value_in_its_box(cell)
    here = [a for a in reading.amounts(value) if _is_money(a)] if value else []
    return [(here[-1], value, 0.8)] if value and here else []


def _amount_of_a_card(reading: Reading, cell: Cell) -> list[tuple[Amount, Cell, float]]:
    """A box with the name in its upper left corner and the amount in its lower right one."""
    lower = ([c for c in row.cells if 0 <= c.x0 - cell.x1 < _CARD_WIDTH] for row in reading.rows_after(cell, 2))
    beside = next((cells for cells in lower if cells), [])
    if len(beside) != 1 or beside[0].y0 - cell.y1 > 2.2 * cell.height or any(c.isalpha() for c in beside[0].text):
        return []
    here = [a for a in reading.amounts(beside[0]) if _is_money(a) and (a.decimals == 2 or a.currency)]
    return [(here[0], beside[0], 0.72)] if len(here) == 1 else []


def _is_in_brackets(text: str, amount: Amount) -> bool:
    """An aside after another amount: "€ 72,80 (includes € 12,63 VAT)"."""
    opened = text.rfind("(", 0, amount.start)
    return opened > 0 and any(c.isdigit() for c in text[:opened]) and ")" not in text[opened : amount.start]


def _heads_a_column(reading: Reading, cell: Cell) -> bool:
    """A row of sums' names ("Net  VAT  Total") with the amounts in columns under them."""
    row = reading.row(cell)
    named = sum(_is_sum_label(reading, c) for c in row.cells)
    return named >= 2 and not any(a.decimals == 2 for c in row.cells for a in reading.amounts(c))


def _column_under(reading: Reading, cell: Cell) -> list[tuple[Amount, Cell, float]]:
    """The amounts under it, as far as there is nothing else; with a row for each rate, the last is the sum."""
    found: list[tuple[Amount, Cell]] = []
    for under in reading.below(cell, rows=8):
        amounts = reading.amounts(under)[-1:]
        if sum(c.isalpha() for c in under.text) > _RUNNING_TEXT:
            break
        if found and (not amounts or sum(c.isalpha() for c in under.text) > _CURRENCY_LETTERS):
            break
        found += [(a, under) for a in amounts if _is_money(a)]
    return [(a, under, 0.85 if n == len(found) - 1 else 0.65) for n, (a, under) in enumerate(found)]


def _is_heading(reading: Reading, cell: Cell) -> bool:
    """Headings of a table of lines: what stands below them is one line's, not the document's."""
    kinds = [label.fields for c in reading.row(cell).cells for label in reading.labels(c)]
    return sum(any(k in ("col_description", "col_quantity", "col_price", "col_position") for k in f) for f in kinds) >= 2


def _is_money(amount: Amount) -> bool:
    return (
        not amount.is_percent
        and (amount.decimals in (0, 2, 3, 4) or amount.currency is not None)
        and abs(amount.value) < Decimal(10) ** 11
    )


def _is_sum_label(reading: Reading, cell: Cell) -> bool:
    return any(label.start == 0 and label.fields.intersection(SUMS) for label in reading.labels(cell))
