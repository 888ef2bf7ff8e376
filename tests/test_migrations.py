"""The schema, in both directions, and the documented table in it."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from invoiceflow import migrations


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {row[0] for row in rows} - {"alembic_version"}


def test_the_schema_goes_up_and_down_again(empty_database_url: str) -> None:
    assert migrations.current(empty_database_url) is None
    migrations.upgrade(empty_database_url)
    assert {"ingestions", "extractions", "search_documents", "queue_messages"} <= tables(empty_database_url)
    assert migrations.current(empty_database_url) == migrations.head()
    migrations.upgrade(empty_database_url)
    migrations.downgrade(empty_database_url, "base")
    assert tables(empty_database_url) == set()


def test_alembic_works_from_the_command_line(empty_database_url: str) -> None:
    top = Path(__file__).parents[1]
    environment = {**os.environ, "DATABASE_URL": empty_database_url}
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    subprocess.run(command, cwd=top, env=environment, check=True, capture_output=True)
    assert "ingestions" in tables(empty_database_url)


def test_the_documented_insert_works_and_the_trigger_keeps_the_time(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO ingestions (filename, s3_key) VALUES ('a.pdf', 'raw/a.pdf')")
        connection.execute("UPDATE ingestions SET filename = 'b.pdf'")
        row = connection.execute("SELECT status, updated_at > created_at FROM ingestions").fetchone()
        assert row == ("PENDING", True)
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE ingestions SET status = 'LOST'")
