"""Which lines only sum up others, as bills of quantities do: 01 over 01.01 and 01.02. Told by their numbers and amounts.

In Factur-X EXTENDED such a line is a GROUP (BT-X-8); it repeats what its parts say and counts in no sum.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

_TOLERANCE: Final = Decimal("0.02")
_LONGEST: Final = 24
"""Characters of a number: each is looked for by all its beginnings."""


def groups(numbers: Sequence[str | None], amounts: Sequence[Decimal]) -> frozenset[int]:
    """The places of the lines whose amount is the sum of those directly under them.

    A line stands under the one whose number is the longest beginning of its own; two with one number stand under neither.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        if number is not None and len(number) <= _LONGEST:
            places[number.rstrip(".")].append(place)
    parts: dict[int, Decimal] = defaultdict(Decimal)
    for number, its in places.items():
        above = next((number[:end] for end in range(len(number) - 1, 0, -1) if number[:end] in places), None)
        if above is not None and len(places[above]) == 1:
            parts[places[above][0]] += sum((amounts[place] for place in its), Decimal(0))
    return frozenset(place for place, total in parts.items() if abs(total - amounts[place]) <= _TOLERANCE)
