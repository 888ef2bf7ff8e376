"""What PostgreSQL is given, whatever a document held."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import orjson
import psycopg
import psycopg2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg2 import extensions

from invoiceflow.database import TRUSTED_SECONDS, Database, storable, storable_json
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_cli.databases import for_dagster
from invoiceflow_pipeline.dagster_storage import storage_deadline
from tests.faults.relay import Relay, relay

TEXTS = st.text(st.characters() | st.sampled_from("\0\ud800\\u0"))


@given(TEXTS)
def test_a_text_loses_only_what_cannot_be_kept(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept == "".join("?" if "\ud800" <= c <= "\udfff" else c for c in text if c != "\0")


@given(
    st.recursive(TEXTS | st.integers(0, 9) | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.just("a"), inner))
)
@example({"a": ["\\u0000", "b\0", "\ud800"]})
def test_json_is_the_same_value_with_every_text_made_storable(value: object) -> None:
    def expected(item: object) -> object:
        if isinstance(item, list):
            return [expected(part) for part in item]
        if isinstance(item, dict):
            return {key: expected(part) for key, part in item.items()}
        return storable(item) if isinstance(item, str) else item

    assert orjson.loads(storable_json(value)) == expected(value)


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "a\\\0u0000", "\ud800\\u0000"])
def test_a_jsonb_column_takes_it(database: Database, text: str) -> None:
    with database.transaction("test") as connection:
        row = connection.execute("SELECT %s::jsonb", [storable_json({"a": text})]).fetchone()
    assert row == ({"a": storable(text)},)


def test_a_statement_is_kept_without_a_commit_and_a_transaction_is_undone_whole(database: Database) -> None:
    with database.statement("test") as connection:
        connection.execute("CREATE TABLE kept (n integer)")
    with pytest.raises(psycopg.errors.DivisionByZero):
        _insert_and_break(database)
    with database.statement("test") as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_connection_that_lay_idle_is_asked_before_it_is_handed_out(database_url: str) -> None:
    database = Database(database_url, application_name="idle", size=1)
    try:
        with database.statement("test") as connection:
            connection.execute("SELECT 1")
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'idle'")
        time.sleep(TRUSTED_SECONDS + 0.1)
        with database.statement("test") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        database.close()


def test_a_connection_that_goes_silent_is_given_up_and_the_next_one_works(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invoiceflow.database.SILENT_SECONDS", 0.1)
    with relayed(database_url) as (between, url):
        database = Database(url, application_name="silent", size=1, statement_seconds=0.2)
        try:
            with database.statement("test") as connection:
                connection.execute("SELECT 1")
                between.let_die()
                with pytest.raises(psycopg.OperationalError, match="timeout"):
                    connection.execute("SELECT 2")
            with database.statement("test") as connection:
                assert connection.execute("SELECT 3").fetchone() == (3,)
        finally:
            database.close()


def test_what_a_client_that_went_silent_had_locked_is_free_again_soon(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.statement("test") as connection:
        connection.execute("CREATE TABLE locked AS SELECT 1 AS n")
    monkeypatch.setattr("invoiceflow.database.ABANDONED_SECONDS", 0.5)
    monkeypatch.setattr("invoiceflow.database.SILENT_SECONDS", 0.1)
    with relayed(database_url) as (between, url):
        silent = Database(url, application_name="silent", size=1, statement_seconds=0.2)
        dagster = psycopg2.connect(for_dagster(url).replace("+psycopg2", ""))
        try:
            with dagster.cursor() as cursor:
                cursor.execute("SELECT n FROM locked FOR SHARE")
            with pytest.raises(Unavailable):
                _lock_and_go_silent(silent, between)
            with database.statement("test") as connection:
                connection.execute("SET statement_timeout = '5s'")
                connection.execute("UPDATE locked SET n = 2")
        finally:
            dagster.close()
            silent.close()


def test_an_idle_transaction_that_the_server_ended_is_told_as_a_database_that_is_away(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invoiceflow.database.ABANDONED_SECONDS", 0.1)
    database = Database(database_url, application_name="idle", size=1)
    try:
        with pytest.raises(Unavailable):
            _fall_asleep(database)
    finally:
        database.close()


def test_a_connection_of_the_orchestrator_that_goes_silent_is_given_up(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_deadline, "ANSWER_SECONDS", 0.2)
    storage_deadline.bound()
    try:
        with relayed(database_url) as (between, url), closing(psycopg2.connect(url)) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT 1")
            between.let_die()
            with pytest.raises(psycopg2.OperationalError, match="no answer within"):
                cursor.execute("SELECT 2")
            assert connection.closed
    finally:
        extensions.set_wait_callback(None)


@contextmanager
def relayed(url: str) -> Iterator[tuple[Relay, str]]:
    """A relay to the database, and the URL of the database behind it."""
    parts = urlsplit(url)
    with relay((parts.hostname or "", parts.port or 0)) as between:
        user = parts.netloc.rpartition("@")[0]
        yield between, parts._replace(netloc=f"{user}@127.0.0.1:{between.port}").geturl()


def _lock_and_go_silent(database: Database, between: Relay) -> None:
    with database.transaction("test") as connection:
        connection.execute("SELECT n FROM locked FOR SHARE")
        between.let_die()
        connection.execute("UPDATE locked SET n = 3")


def _fall_asleep(database: Database) -> None:
    with database.transaction("test") as connection:
        connection.execute("SELECT 1")
        time.sleep(0.5)
        connection.execute("SELECT 2")


def _insert_and_break(database: Database) -> None:
    with database.transaction("test") as connection:
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.execute("SELECT 1 / 0")
