"""Which table holds the invoice's lines, believed only where it explains a total or each line explains itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from invoiceflow.domain.invoice import Evidence, InvoiceLine
from invoiceflow_reader.assembly.line_groups import groups
from invoiceflow_reader.locators.line_items import Item, Table, first_amount, position
from invoiceflow_reader.locators.reading import Reading

_TOLERANCE: Final = Decimal("0.02")
_BESIDE_THE_TARGETS: Final = 6  # a rank after those of the totals that are known by name
_UNHEADED: Final = 0.6
_MOST_TRAILING: Final = 8
_UNIT: Final = re.compile(r"^\W*[\d.,]+\s*([^\W\d_]{1,12}\.?)", re.UNICODE)


@dataclass(frozen=True, slots=True)
class ChosenLines:
    """The lines with the evidence for each one's amount, by path; empty where none are believed."""

    lines: tuple[InvoiceLine, ...] = ()
    evidence: tuple[tuple[str, Evidence], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Some of a table's items as the lines, what speaks against it, and the places of those that only sum up others."""

    items: Sequence[Item]
    penalty: float
    groups: frozenset[int] = frozenset()


def choose_lines(reading: Reading, tables: Sequence[Table], targets: Sequence[Decimal]) -> ChosenLines:
    """The table whose amounts sum to one of the targets (best first); else one where quantity times price is every amount."""
    scored: list[tuple[float, Choice, Table]] = []
    for table in tables:
        for choice in _readings_of(table):
            items, penalty = choice.items, choice.penalty
            total = sum((_amount(i, table) for n, i in enumerate(items) if n not in choice.groups), Decimal(0))
            rank = next((n for n, t in enumerate(targets) if abs(abs(total) - abs(t)) <= _TOLERANCE), None)
            if rank is None and _sum_follows(items, table):
                rank = _BESIDE_THE_TARGETS
            own = _share_explained(items, table)
            score = (
                (2.0 - 0.05 * rank if rank is not None else 0.0) + 0.5 * own - penalty - (0.0 if table.headed else _UNHEADED)
            )
            if rank is None and (penalty > 0.1 or not table.headed or own < 0.99 or len(items) == 0):
                continue
            scored.append((score, choice, table))
    if not scored:
        return ChosenLines()
    score, choice, table = max(scored, key=lambda s: s[0])
    confidence = 0.89 if score >= 1.5 else 0.7  # a sum that fits may still join two lines into one
    lines = tuple(_line(item, table, is_group=n in choice.groups) for n, item in enumerate(choice.items))
    return ChosenLines(lines, tuple(_evidence(reading, i, item, table, confidence) for i, item in enumerate(choice.items)))


def _sum_follows(items: Sequence[Item], table: Table) -> bool:
    """Whether the next amount in the column is the sum of these: whatever its name, the lines end above it."""
    following = table.items[len(items)] if len(items) < len(table.items) else None
    if following is None or len(items) < 2 or list(table.items[: len(items)]) != list(items):
        return False
    return abs(sum((_amount(i, table) for i in items), Decimal(0)) - _amount(following, table)) <= _TOLERANCE


def _readings_of(table: Table) -> list[Choice]:
    """All items; only those that carry a quantity, price or position (charges and sub-sums beside them left out); both also
    with those that sum up others as groups; and all but the last few, which may be sums or page numbers in the column."""
    every = list(table.items)
    numbered = [
        i
        for i in every
        if any(first_amount(i, table.columns, k) is not None for k in ("col_quantity", "col_price", "col_position"))
    ]
    found = [Choice(every, 0.0)] if len(numbered) in (0, len(every)) else [Choice(every, 0.0), Choice(numbered, 0.1)]
    found += [grouped for choice in found if (grouped := _with_groups(choice, table)).groups]
    found += [Choice(every[:count], 0.05) for count in range(2, len(every)) if _sum_follows(every[:count], table)]
    found += [Choice(every[:count], 0.3) for count in range(len(every) - 1, max(0, len(every) - _MOST_TRAILING), -1)]
    return found


def _with_groups(choice: Choice, table: Table) -> Choice:
    numbers = [position(item, table.columns) for item in choice.items]
    return replace(choice, groups=groups(numbers, [_amount(item, table) for item in choice.items]))


def _amount(item: Item, table: Table) -> Decimal:
    piece = item.pieces[table.amount_columns[0]]
    return piece.amount.value if piece.amount is not None else Decimal(0)


def _share_explained(items: Sequence[Item], table: Table) -> float:
    """The share of lines whose quantity times price is their amount."""
    good = 0
    for item in items:
        quantity, price = first_amount(item, table.columns, "col_quantity"), first_amount(item, table.columns, "col_price")
        good += quantity is not None and price is not None and abs(quantity * price - _amount(item, table)) <= _TOLERANCE
    return good / len(items) if items else 0.0


def _line(item: Item, table: Table, *, is_group: bool) -> InvoiceLine:
    columns = table.columns
    described = [text for index, text in item.texts if "col_description" in columns[index].kinds]
    rate = next(
        (
            p.amount.value
            for i, p in sorted(item.pieces.items())
            if "col_rate" in columns[i].kinds and p.amount and p.amount.value <= 40
        ),
        None,
    )
    return InvoiceLine(
        identifier=position(item, columns),
        description="\n".join(described) or None,
        quantity=first_amount(item, columns, "col_quantity"),
        unit_code=_unit(item, table),
        unit_price=first_amount(item, columns, "col_price"),
        net_amount=_amount(item, table),
        tax_rate=rate,
        status_reason_code="GROUP" if is_group else None,
    )


def _unit(item: Item, table: Table) -> str | None:
    """The unit as printed (EN 16931 wants a code of UN/ECE Rec. 20; the page seldom gives one)."""
    for index, piece in sorted(item.pieces.items()):
        kinds = table.columns[index].kinds
        if "col_quantity" in kinds or ("col_unit" in kinds and piece.amount is not None):
            match = _UNIT.match(piece.text)
            if match:
                return match[1]
        elif "col_unit" in kinds:
            return piece.text
    return None


def _evidence(reading: Reading, index: int, item: Item, table: Table, confidence: float) -> tuple[str, Evidence]:
    piece = item.pieces[table.amount_columns[0]]
    page = reading.pages[piece.cell.page - 1]
    box = page.fractions(piece.x0, piece.cell.y0, piece.x1, piece.cell.y1)
    return f"lines[{index}].net_amount", Evidence(page.number, box, piece.text, page.reader, confidence)
