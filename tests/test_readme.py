"""The README's table and the settings say the same."""

import re
from pathlib import Path

from invoiceflow.settings import REQUIRED_IN_PRODUCTION, Settings

README = Path(__file__).parents[1] / "README.md"


def table() -> dict[str, str]:
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \|(.*?)\|", README.read_text(), re.MULTILINE)
    return {name: default.strip("* ") for name, default in rows}


def test_every_variable_stands_in_the_readme_and_no_other() -> None:
    assert set(table()) == {str(field.validation_alias) for field in Settings.model_fields.values()}


def test_the_defaults_in_the_readme_are_the_settings() -> None:
    for name, field in ((str(field.validation_alias), field) for field in Settings.model_fields.values()):
        if name in REQUIRED_IN_PRODUCTION["all"]:
            assert table()[name] == "required", name
        else:
            default = "" if field.default is None else str(field.default)
            assert table()[name] == (default.lower() if isinstance(field.default, bool) else default), name
