"""The change feed: every ingestion in the order in which its latest change was committed, none ever missed.

Each change stamps the row with its transaction's id (`changed_in`, by a trigger). A page ends before the oldest transaction
that is still running (pg_snapshot_xmin): what has a lower id is committed or gone for good, so nothing can appear behind a
cursor later. Sequences and timestamps do not give that: they are drawn before the commit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import Connection

from invoiceflow.adapters.postgres_ingestions.rows import (
    COLUMNS,
    NEWEST_EXTRACTIONS,
    ROLE,
    Statements,
    dict_rows,
    extraction_of,
    ingestion_of,
)
from invoiceflow.ports.ingestion_repository import Change, ChangePosition, ChangesFromTheFuture

_PAGE: Final = f"""
    SELECT {COLUMNS}, changed_in::text AS changed_in FROM ingestions
     WHERE (changed_in, id) > (%(transaction)s::xid8, %(id)s) AND changed_in < pg_snapshot_xmin(pg_current_snapshot())
       AND updated_at >= coalesce(%(since)s, '-infinity'::timestamptz)
     ORDER BY changed_in, id LIMIT %(limit)s
"""
_START: Final = ChangePosition(0, UUID(int=0))


class Changes(Statements):
    """The part of the repository that lets others mirror it."""

    def changes(self, after: ChangePosition | None, since: datetime | None, limit: int) -> list[Change]:
        """See the port."""
        start = after or _START
        with self._database.transaction(ROLE) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # rows and extractions of one moment
            if start.transaction > _newest_transaction(connection):
                raise ChangesFromTheFuture(start)
            asked = {"transaction": str(start.transaction), "id": start.request_id, "since": since, "limit": limit}
            rows = dict_rows(connection).execute(_PAGE, asked).fetchall()
            ids: Sequence[UUID] = [row["id"] for row in rows]
            stored = {row["request_id"]: row for row in dict_rows(connection).execute(NEWEST_EXTRACTIONS, [ids]).fetchall()}
        return [
            Change(
                ingestion=ingestion_of(row),
                extraction=extraction_of(stored[row["id"]]) if row["id"] in stored else None,
                position=ChangePosition(int(row["changed_in"]), row["id"]),
            )
            for row in rows
        ]

    def restamp_restored(self) -> int:
        """See the port."""
        with self._database.transaction(ROLE) as connection:
            return connection.execute(
                # the trigger stamps them with this transaction; the index finds them
                "UPDATE ingestions SET filename = filename WHERE changed_in >= pg_snapshot_xmax(pg_current_snapshot())"
            ).rowcount


def _newest_transaction(connection: Connection) -> int:
    row = connection.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()
    return int(row[0]) if row else 0
