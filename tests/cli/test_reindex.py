"""The search index built anew from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from invoiceflow.bootstrap import System
from invoiceflow.domain.search.query import Search
from invoiceflow_cli.main import app
from tests.rows import completed


def run(system: System | None, home: Path, *words: str) -> tuple[int, str]:
    url = "" if system is None or system.settings.database_url is None else system.settings.database_url.get_secret_value()
    environment = {"DATABASE_URL": url or None, "INVOICEFLOW_EMBEDDED": "true", "COLUMNS": "200", "OPENSEARCH_URL": None}
    result = CliRunner().invoke(app, ["reindex", "--home", str(home), *words], env=environment)
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize("words", [(), ("--only-differences",)])
def test_an_empty_index_is_filled_from_the_database(system: System, tmp_path: Path, words: tuple[str, ...]) -> None:
    rows = {str(completed(system.ingestions).id) for _ in range(3)}
    assert system.search.search(Search()).total == 0
    code, output = run(system, tmp_path, *words)
    assert (code, "3 invoices: 3 written, 0 without a row removed." in output) == (0, True)
    assert {hit["request_id"] for hit in system.search.search(Search()).hits} == rows


def test_documents_that_are_newer_than_their_rows_are_told_of(system: System, tmp_path: Path) -> None:
    row = completed(system.ingestions)
    run(system, tmp_path)
    with system.database.transaction("tests") as connection:  # as after a database came back from a backup
        connection.execute("UPDATE search_documents SET revision = 9, checksum = 1 WHERE request_id = %s", [row.id])
    code, output = run(system, tmp_path, "--only-differences")
    assert (code, "1 documents are newer than their rows" in output) == (1, True)


def test_without_a_database_it_says_how_to_name_one(tmp_path: Path) -> None:
    code, output = run(None, tmp_path)
    assert (code, "DATABASE_URL" in output) == (2, True)


def test_a_database_that_is_away_is_told_of_in_one_sentence(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "INVOICEFLOW_EMBEDDED": "true",
        "OPENSEARCH_URL": None,
    }
    result = CliRunner().invoke(app, ["reindex", "--home", str(tmp_path)], env=environment)
    assert (result.exit_code, "continues from here" in result.output) == (1, True)
