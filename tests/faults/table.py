"""The one table of all faults. Decides nothing."""

from collections.abc import Sequence
from typing import Final

from tests.faults.stand import Result

HEADINGS: Final = (
    "fault",
    "uploads",
    "accepted",
    "completed",
    "lost",
    "doubled",
    "seconds to recover",
    "refused or unanswered",
)


def lines(results: Sequence[Result]) -> list[str]:
    rows = [HEADINGS, *(_cells(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cells(result: Result) -> tuple[str, ...]:
    counted = result.counted
    return (
        result.fault,
        str(result.uploads),
        str(counted.accepted),
        str(counted.completed),
        str(len(counted.lost)),
        str(len(counted.doubled)),
        "never" if result.seconds is None else f"{result.seconds:.1f}",
        ", ".join(f"{number} x {why}" for why, number in sorted(result.refusals.items())),
    )
