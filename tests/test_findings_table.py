"""docs/findings.md names every finding and failure of reading that the code can give, with its severity, and no other."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import invoiceflow_reader

READER = Path(invoiceflow_reader.__file__).parent
TABLE = (READER.parent / "docs" / "findings.md").read_text(encoding="utf-8")
WORK = READER.parent / "invoiceflow_pipeline" / "work"
SOURCES = [*sorted(READER.rglob("*.py")), *sorted(WORK.glob("*.py"))]
GIVE_FINDINGS = ("Finding", "_finding", "_sum")
GIVE_FAILURES = ("PermanentFailure", "_failed")


def calls(names: tuple[str, ...]) -> Iterator[tuple[str, ast.Call]]:
    """The code that a call of one of these is given as its first or third string, and the call."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            node.target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in names:
                continue
            for argument in node.args[:3]:
                value = constants.get(argument.id) if isinstance(argument, ast.Name) else getattr(argument, "value", None)
                if isinstance(value, str) and re.fullmatch(r"[a-z_0-9]+\.[a-z_0-9]+", value):
                    yield value, node
                    break


def rows(columns: int) -> dict[str, list[str]]:
    """The rows of the tables with so many columns, by the code in the first."""
    found = {}
    for line in TABLE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == columns:
            assert cells[0] not in found, f"{cells[0]} has two rows"
            found[cells[0].strip("`")] = cells
    return found


def test_every_finding_has_a_row_and_every_row_is_a_finding() -> None:
    given = {code for code, _ in calls(GIVE_FINDINGS)}
    assert given | {"BR-…"} == set(rows(4))


def test_the_severities_in_the_table_are_those_of_the_code() -> None:
    severities: dict[str, set[str]] = defaultdict(set)
    for code, call in calls(GIVE_FINDINGS):
        severities[code].update(
            node.attr.lower()
            for argument in call.args
            for node in ast.walk(argument)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Severity"
        )
    for code, row in rows(4).items():
        told = set(row[1].split(", "))
        assert told <= {"error", "warning", "info"}, code
        assert severities[code] <= told, code


def test_every_row_says_what_to_do() -> None:
    assert all(len(cell) > 3 for row in rows(4).values() for cell in row)


def test_every_failure_of_reading_has_a_row_and_every_row_is_a_failure() -> None:
    assert {code for code, _ in calls(GIVE_FAILURES)} == set(rows(2))
