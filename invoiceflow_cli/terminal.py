"""What commands print: for people at a terminal, for programs in a pipe. Nothing is wrapped or cut in a pipe."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

PIPE_WIDTH: Final = 100_000
LONG: Final = ("file", "seller", "findings", "problem", "text")
"""Columns that are broken over several lines; the others never are."""
MIN_LONG: Final = 12
DISPENSABLE: Final = ("findings", "file", "updated", "status", "date")
"""Columns that a narrow terminal does without, in this order; `show` and `--json` have them."""
OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2


def console(*, stderr: bool = False) -> Console:
    """A console of standard output (or error): as wide as the terminal, and without end in a pipe."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, width=None if stream.isatty() else PIPE_WIDTH, highlight=False)


def report_error(message: str) -> None:
    """A message on standard error, in red at a terminal."""
    Console(stderr=True, highlight=False).print(message, style="red", markup=False, soft_wrap=True)


def report_note(message: str) -> None:
    """A remark on standard error, which leaves standard output to programs."""
    Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document: indented at a terminal, on one line in a pipe."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent, default=str) + "\n")
    sys.stdout.flush()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table at a terminal; in a pipe one line for each row, its values separated by tabs, without a header."""
    texts = [["" if cell is None else _one_line(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(row) + "\n" for row in texts)
        sys.stdout.flush()
        return
    terminal = console()
    shown = fitting(columns, texts, terminal.width)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for column in shown:
        justify: Literal["left", "right"] = "right" if column == "total" else "left"
        table.add_column(column, no_wrap=column not in LONG, overflow="fold", justify=justify)
    for row in texts:
        table.add_row(*(_unmarked(cell) for column, cell in zip(columns, row, strict=True) if column in shown))
    terminal.print(table)


def fitting(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """The columns that fit into `width` with room for the long ones; the dispensable ones go first, the others stay."""
    needed = {
        column: MIN_LONG if column in LONG else max([len(column), *(len(row[number]) for row in rows)])
        for number, column in enumerate(columns)
    }
    for column in DISPENSABLE:
        if sum(needed.values()) + 2 * len(needed) > width:
            needed.pop(column, None)
    return list(needed)


def total_of(hit: Mapping[str, Any]) -> str:
    """The total with tax and its currency, as far as they are known."""
    return f"{hit['totals']['with_tax'] or ''} {hit['currency_code'] or ''}".strip()


def _one_line(text: str) -> str:
    """Without what would break a row or command the terminal: names come from strangers."""
    return "".join(char if char.isprintable() else " " for char in text)


def _unmarked(text: str) -> str:
    from rich.markup import escape

    return escape(text) or "–"
