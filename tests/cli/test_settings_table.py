"""The README's table of variables says what settings.py says."""

import re
from pathlib import Path

from invoiceflow.settings import REQUIRED_IN_PRODUCTION, Settings

README = Path(__file__).parents[2] / "README.md"
ROW = re.compile(r"^\| `(?P<name>[A-Z0-9_]+)` \|(?P<default>[^|]*)\|", re.MULTILINE)


def test_the_readme_lists_every_variable_in_the_order_and_with_the_default_of_the_settings() -> None:
    table = {row["name"]: row["default"].strip() for row in ROW.finditer(README.read_text())}
    expected = {}
    for field in Settings.model_fields.values():
        name = str(field.validation_alias)
        expected[name] = "*required*" if name in REQUIRED_IN_PRODUCTION else _written(field.default)
    assert table == expected
    assert list(table) == list(expected)


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)
