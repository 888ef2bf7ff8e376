"""The two databases of a system: named ones are reached, Dagster's is made beside ours, and what is wrong is said."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres
from invoiceflow_cli.databases import NoDatabase, Urls, beside, databases, for_dagster


def named(folder: Path, **environment: str) -> Urls:
    return databases(folder, environment, embedded=False).start()


def drop(postgres: EmbeddedPostgres, url: str) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {urlsplit(url).path.strip('/')}")


def test_dagsters_database_is_made_beside_ours_once(
    postgres: EmbeddedPostgres, empty_database_url: str, tmp_path: Path
) -> None:
    urls = named(tmp_path, DATABASE_URL=empty_database_url)
    assert urls == Urls(empty_database_url, beside(empty_database_url, "_dagster"))
    with psycopg.connect(urls.dagster, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
    assert named(tmp_path, DATABASE_URL=empty_database_url) == urls
    with psycopg.connect(urls.dagster, autocommit=True) as connection:
        connection.execute("SELECT n FROM kept")
    drop(postgres, urls.dagster)
    assert list(tmp_path.iterdir()) == []  # no server of our own


def test_a_named_database_of_dagster_is_taken_with_or_without_the_drivers_name(
    postgres: EmbeddedPostgres, empty_database_url: str, tmp_path: Path
) -> None:
    theirs = postgres.url("postgres")
    given = theirs.replace("postgresql://", "postgresql+psycopg2://")
    assert named(tmp_path, DATABASE_URL=empty_database_url, DAGSTER_POSTGRES_URL=given).dagster == theirs


def test_parameters_of_the_url_stay_for_both() -> None:
    assert beside("postgresql://u:p@db:5432/invoices?sslmode=require", "_dagster") == (
        "postgresql://u:p@db:5432/invoices_dagster?sslmode=require"
    )


def test_options_that_an_operator_gives_to_dagsters_sessions_are_kept() -> None:
    assert for_dagster("postgresql://db/dagster?options=-c%20x%3D1") == "postgresql+psycopg2://db/dagster?options=-c%20x%3D1"
    assert for_dagster("postgresql://db/dagster?sslmode=require").startswith(
        "postgresql+psycopg2://db/dagster?sslmode=require&options="
    )


@pytest.mark.parametrize("variable", ["DATABASE_URL", "DAGSTER_POSTGRES_URL"])
def test_a_database_that_is_away_is_named_by_its_variable(variable: str, empty_database_url: str, tmp_path: Path) -> None:
    urls = {"DATABASE_URL": empty_database_url, "DAGSTER_POSTGRES_URL": empty_database_url}
    urls[variable] = "postgresql://nobody@127.0.0.1:1/none"
    with pytest.raises(NoDatabase, match=variable):
        named(tmp_path, **urls)


def test_a_user_who_may_not_make_dagsters_database_is_told_what_to_do(
    postgres: EmbeddedPostgres, empty_database_url: str, tmp_path: Path
) -> None:
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE modest LOGIN PASSWORD 'modest' NOCREATEDB")
    parts = urlsplit(empty_database_url)
    modest = f"postgresql://modest:modest@127.0.0.1:{parts.port}{parts.path}"
    try:
        with pytest.raises(NoDatabase, match="DAGSTER_POSTGRES_URL"):
            named(tmp_path, DATABASE_URL=modest)
    finally:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute("DROP ROLE modest")


def test_the_embedded_server_that_died_is_started_again_on_its_port(tmp_path: Path) -> None:
    own = databases(tmp_path / "postgres", {}, embedded=True)
    try:
        urls = own.start()
        EmbeddedPostgres(tmp_path / "postgres").stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(urls.dagster)
        own.restart_exited()
        psycopg.connect(urls.dagster).close()
        psycopg.connect(urls.invoiceflow).close()
    finally:
        own.stop()
