"""Lines whose price is worked out in rows of its own under them, as SAP prints it: gross value, discount, net value.

One amount of them is the line's: the net value, or the gross value where nothing else follows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from invoiceflow_reader.page.structure import Cell, Row
from invoiceflow_reader.parsing.amounts import Amount


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell, or one of several numbers in a cell, under a column."""

    text: str
    amount: Amount | None
    cell: Cell
    x0: float
    x1: float


Placed = tuple[Row, dict[int, Piece]]
"""A row with its pieces by the column that each stands under."""

_MOST_CONDITIONS: Final = 6
_GROSS: Final = re.compile(
    r"(?:brutto(?:preis|wert)?|listenpreis|grundpreis|gross (?:price|value)|list price|prix brut|montant brut|precio bruto|"
    r"importe bruto|prezzo lordo|valore lordo|bruto(?:prijs|waarde))\b",
    re.IGNORECASE,
)
_NET: Final = re.compile(
    r"(?:netto(?:preis|wert)|positions(?:netto)?wert|net (?:price|value|amount)|prix net|montant net|"
    r"precio neto|importe neto|prezzo netto|"
    r"valore netto|netto(?:prijs|waarde))\b",
    re.IGNORECASE,
)


def is_net_value(row: Row, before: Sequence[Row]) -> bool:
    """Whether the row is the last of a line's conditions, and no sum of the invoice: a gross value is among the rows before."""
    return bool(_NET.match(row.cells[0].text)) and any(_GROSS.match(r.cells[0].text) for r in before[-_MOST_CONDITIONS:])


def without_conditions(amount_column: int, rows: Sequence[Placed]) -> tuple[list[Placed], frozenset[int]]:
    """The rows with only one amount of each line's conditions left in the amount column, and the indices of those rows.

    The conditions begin with the gross value, name themselves in their first words, and end before a row with a number.
    """
    found = list(rows)
    kept: set[int] = set()
    gross: int | None = None
    for index, (row, pieces) in enumerate(rows):
        words = row.cells[0].text
        if _GROSS.match(words):
            gross = index
            found[index] = row, _numbers(pieces)
            if amount_column in pieces:
                kept.add(index)
        elif gross is not None and _NET.match(words) and amount_column in pieces:
            for condition in range(gross, index):
                found[condition] = (
                    found[condition][0],
                    {n: p for n, p in _numbers(found[condition][1]).items() if n != amount_column},
                )
            found[index] = row, _numbers(pieces)
            kept.discard(gross)
            kept.add(index)
            gross = None
        elif gross is not None and words[:1].isdigit():
            gross = None  # the next line
    return found, frozenset(kept)


def _numbers(pieces: dict[int, Piece]) -> dict[int, Piece]:
    """Without the condition's name, which describes no goods."""
    return {index: piece for index, piece in pieces.items() if piece.amount is not None}
