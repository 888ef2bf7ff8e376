"""Migrating the schema from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from invoiceflow import migrations
from invoiceflow_cli.main import app


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["db", *words], env={"DATABASE_URL": "", "COLUMNS": "200"})
    return result.exit_code, " ".join(result.output.split())


def test_the_schema_goes_up_and_down_and_says_where_it_is(empty_database_url: str) -> None:
    url = ("--url", empty_database_url)
    assert run("current", *url) == (0, f"The schema is at nothing (this program knows {migrations.head()}).")
    assert run("upgrade", *url)[0] == 0
    assert migrations.current(empty_database_url) == migrations.head()
    assert run("downgrade", "--revision", "base", *url)[0] == 0
    assert migrations.current(empty_database_url) is None


def test_a_downgrade_needs_to_know_how_far(database_url: str) -> None:
    code, output = run("downgrade", "--url", database_url)
    assert (code, "--revision" in output) == (2, True)
    assert migrations.current(database_url) == migrations.head()


@pytest.mark.parametrize("direction", ["upgrade", "downgrade", "current"])
def test_without_a_database_it_says_how_to_name_one(direction: str, tmp_path: Path) -> None:
    code, output = run(direction, "--home", str(tmp_path))
    assert (code, "DATABASE_URL" in output) == (2, True)


@pytest.mark.parametrize("direction", ["upgrade", "downgrade"])
def test_an_unknown_revision_is_one_line(direction: str, database_url: str) -> None:
    code, output = run(direction, "--revision", "nope", "--url", database_url)
    assert (code, "nope" in output, "Traceback" in output) == (2, True, False)


def test_a_database_that_cannot_be_reached_is_one_line() -> None:
    code, output = run("current", "--url", "postgresql://u:p@127.0.0.1:1/d")
    assert (code, "The database cannot be migrated" in output, "Traceback" in output) == (1, True, False)
