"""The page of all commands is the one that the commands make."""

from pathlib import Path

from invoiceflow_cli.reference import reference


def test_the_reference_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "cli.md"
    assert page.read_text() == reference(), "run: python -m invoiceflow_cli.reference > docs/cli.md"
