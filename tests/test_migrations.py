"""The schema: the documented table as documented, both directions, several starts at once, no statement without an index."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from invoiceflow import migrations
from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.database import Database
from invoiceflow.domain.ingestion import IngestionStatus, RecordedFailure, StatusCounts
from invoiceflow.ports.ingestion_repository import Completed, DueLimits, Failed, IdempotencyKey
from tests.rows import added, new_id, new_ingestion, reading

DOCUMENTED_COLUMNS = [
    ("id", "uuid", "NO", "gen_random_uuid()"),
    ("filename", "text", "NO", None),
    ("s3_key", "text", "NO", None),
    ("status", "text", "NO", "'PENDING'::text"),
    ("created_at", "timestamp with time zone", "NO", "now()"),
    ("updated_at", "timestamp with time zone", "NO", "now()"),
]
MANY = 20_000
FILL = """
INSERT INTO ingestions (filename, s3_key, sha256, status, revision, attempts, extractor_version, published_at, failure_code,
                        failure_message, failure_transient)
SELECT 'a.pdf', 'old/' || n, md5(n::text), CASE WHEN failed THEN 'FAILED' ELSE 'COMPLETED' END, 1, 1, '1', now(),
       CASE WHEN failed THEN 'file.corrupted' END, CASE WHEN failed THEN 'x' END, CASE WHEN failed THEN false END
  FROM (SELECT n, n % 50 = 0 AS failed FROM generate_series(1, 20000) AS n) AS old
"""


def alembic(database_url: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def things(connection: psycopg.Connection) -> set[str]:
    """Everything there is in the schema but alembic's own table: tables, indexes, sequences, functions."""
    found = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL"
        " SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    return {row[0] for row in found} - {"alembic_version", "alembic_version_pkc"}


def test_the_documented_table_is_there_as_documented(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        columns = connection.execute(
            """SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns
                WHERE table_name = 'ingestions' ORDER BY ordinal_position"""
        ).fetchall()
        assert columns[:6] == DOCUMENTED_COLUMNS
        row = connection.execute(
            "INSERT INTO ingestions (filename, s3_key) VALUES ('a.pdf', 'raw/a.pdf') RETURNING status, created_at, updated_at"
        ).fetchone()
        assert row is not None
        assert row == ("PENDING", row[1], row[1])
        connection.execute("UPDATE ingestions SET updated_at = '2000-01-01'")
        [updated] = connection.execute("SELECT updated_at FROM ingestions").fetchall()
        assert updated[0] > row[2]
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO ingestions (filename, s3_key) VALUES ('b.pdf', 'raw/a.pdf')")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE ingestions SET status = 'LOST'")


def test_a_row_inserted_by_hand_can_be_processed(database: Database) -> None:
    with database.transaction("test") as connection:
        row = connection.execute(
            "INSERT INTO ingestions (filename, s3_key) VALUES ('a.pdf', 'raw/a.pdf') RETURNING id"
        ).fetchone()
    assert row is not None
    [claimed] = PostgresIngestions(database).claim([row[0]], "run")
    assert (claimed.status, claimed.source, claimed.sha256) == (IngestionStatus.PROCESSING, "upload", "")


def test_going_all_the_way_back_leaves_nothing_and_the_way_up_is_open_again(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        assert migrations.current(empty_database_url) is None
        migrations.upgrade(empty_database_url)
        migrations.upgrade(empty_database_url)
        full = things(connection)
        assert {"ingestions", "extractions", "search_documents", "queue_messages"} <= full
        assert migrations.current(empty_database_url) == migrations.head()
        migrations.downgrade(empty_database_url, "base")
        assert things(connection) == set()
        migrations.upgrade(empty_database_url)
        assert things(connection) == full


def test_counts_begin_with_the_rows_that_are_there_and_are_gone_after_the_way_back(empty_database_url: str) -> None:
    migrations.upgrade(empty_database_url)
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        migrations.downgrade(empty_database_url, "0003")
        connection.execute(FILL)
        assert "ingestion_counts" not in things(connection)
        connection.execute("UPDATE ingestions SET size = 1 WHERE s3_key = 'old/1'")  # no trigger is left behind
        migrations.upgrade(empty_database_url)
    database = Database(empty_database_url, application_name="counts", size=1)
    try:
        assert PostgresIngestions(database).status_counts() == StatusCounts(completed=MANY - 400, failed=400)
    finally:
        database.close()


def test_counts_are_those_of_the_rows_whatever_is_done_by_whom(database: Database) -> None:
    """Also by hand, and while many write at once; what was counted is folded together from time to time."""
    rows = PostgresIngestions(database)

    def use(_: int) -> None:
        for _ in range(25):
            several = rows.add_all([new_ingestion() for _ in range(3)])
            rows.withdraw(several[0].id)
            claimed = rows.claim([row.id for row in several], "run")
            rows.mark_published([row.id for row in several], datetime.now(UTC))
            rows.finish([Completed(claimed[0].id, claimed[0].revision, reading())], datetime.now(UTC))
            rows.reopen([claimed[0].id], "again")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(16)))
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("UPDATE ingestions SET status = 'FAILED' WHERE id IN (SELECT id FROM ingestions LIMIT 5)")
        connection.execute("DELETE FROM ingestions WHERE id IN (SELECT id FROM ingestions WHERE status <> 'FAILED' LIMIT 7)")
        real: dict[str, int] = dict(
            connection.execute("SELECT lower(status), count(*) FROM ingestions GROUP BY status").fetchall()
        )
        assert rows.status_counts() == StatusCounts(**real)
        assert rows.status_counts().total == 16 * 25 * 2 - 7
        assert _count(connection, "SELECT count(*) FROM ingestion_counts") < 3000  # of 3,600 and more that were written
        connection.execute("TRUNCATE ingestions CASCADE")
    assert rows.status_counts() == StatusCounts()


def test_programs_that_migrate_at_once_wait_for_one_another(empty_database_url: str, wait_until: Callable[..., None]) -> None:
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [0x1F10])  # as if one more were at it
            starts = [alembic(empty_database_url, "upgrade", "head") for _ in range(3)]
            wait_until(lambda: _waiting_for_the_lock(connection) == 3, 60)
        for start in starts:
            output, _ = start.communicate(timeout=60)
            assert start.returncode == 0, output
    assert migrations.current(empty_database_url) == migrations.head()


def test_without_a_database_url_the_command_says_what_is_missing() -> None:
    output, _ = alembic("", "upgrade", "head").communicate(timeout=60)
    assert "DATABASE_URL is not set" in output
    assert "Traceback" not in output


def test_no_statement_on_the_rows_reads_the_whole_table(database_url: str, wait_until: Callable[..., None]) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute("ANALYZE")
        before = _read_by_scans(connection)
        database = Database(database_url, application_name="watched", size=1)
        _use_everything(PostgresIngestions(database))
        database.close()  # its last counts are seen when its session ends
        wait_until(lambda: _count(connection, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'watched'") == 0)
        assert _read_by_scans(connection) - before < MANY


def _use_everything(rows: PostgresIngestions) -> None:
    at = datetime.now(UTC)
    ids = [added(rows, content=b"same").id for _ in range(20)]
    added(rows, IdempotencyKey("key", "f", at + timedelta(hours=1)))
    rows.find_by_idempotency_key("key", at)
    rows.mark_published(ids, at)
    rows.withdraw(ids.pop())
    rows.get(ids[0])
    claimed = rows.claim(ids, "run")
    failure = RecordedFailure("file.corrupted", "x", transient=False)
    rows.finish([Completed(row.id, row.revision, reading()) for row in claimed[1:]], at)
    rows.finish([Failed(claimed[0].id, claimed[0].revision, failure, None)], at)
    rows.reopen(ids[:3], "again")
    rows.fail_dead_letters(ids[:2], failure, at)
    rows.document(ids[5])
    rows.extractions(ids)
    rows.ids_present([*ids, new_id()])
    limits = DueLimits(at, at - timedelta(minutes=10), at - timedelta(minutes=1), "1", 5)
    rows.count_due(limits, 1)
    rows.take_due(limits, 200)
    rows.finished_before(at - timedelta(days=30), None, 500)
    rows.expire_idempotency_keys(at)
    rows.status_counts()


def _read_by_scans(connection: psycopg.Connection) -> int:
    return _count(
        connection, "SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables WHERE relname IN ('ingestions', 'extractions')"
    )


def _waiting_for_the_lock(connection: psycopg.Connection) -> int:
    return _count(
        connection,
        """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
    )


def _count(connection: psycopg.Connection, question: str) -> int:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])
