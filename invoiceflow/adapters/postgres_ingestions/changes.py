"""The change feed: every ingestion in the order in which its latest change was committed, none ever missed.

Each change stamps the row with its transaction's id (`changed_in`, by a trigger). A page ends before the oldest transaction
that is still running (pg_snapshot_xmin): what has a lower id is committed or gone for good, so nothing can appear behind a
cursor later. Sequences and timestamps do not give that: they are drawn before the commit.
"""

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
from invoiceflow.ports.ingestion_repository import Change, ChangeBatch, ChangePosition, ChangesFromTheFuture

_PAGE: Final = f"""
    SELECT {COLUMNS}, changed_in::text AS changed_in FROM ingestions
     WHERE (changed_in, id) > (%(transaction)s::xid8, %(id)s) AND changed_in < %(running)s::xid8
       AND updated_at >= coalesce(%(since)s, '-infinity'::timestamptz)
     ORDER BY changed_in, id LIMIT %(limit)s
"""
_START: Final = ChangePosition(0, UUID(int=0))
_LAST_ID: Final = UUID(int=(1 << 128) - 1)


class Changes(Statements):
    """The part of the repository that lets others mirror it."""

    def changes(self, after: ChangePosition | None, since: datetime | None, limit: int) -> ChangeBatch:
        """See the port."""
        start = after or _START
        with self._database.transaction(ROLE) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # rows and extractions of one moment
            oldest_running, newest = _transactions(connection)
            if start.transaction > newest:
                raise ChangesFromTheFuture(start)
            asked = {
                "transaction": str(start.transaction),
                "id": start.request_id,
                "running": str(oldest_running),
                "since": since,
                "limit": limit + 1,
            }
            found = dict_rows(connection).execute(_PAGE, asked).fetchall()
            rows = found[:limit]
            ids = [row["id"] for row in rows]
            stored = {row["request_id"]: row for row in dict_rows(connection).execute(NEWEST_EXTRACTIONS, [ids]).fetchall()}
        changes = [Change(ingestion_of(row), extraction_of(stored[row["id"]]) if row["id"] in stored else None) for row in rows]
        if len(found) > limit:
            return ChangeBatch(changes, ChangePosition(int(rows[-1]["changed_in"]), rows[-1]["id"]), is_more=True)
        behind_all = ChangePosition(oldest_running - 1, _LAST_ID)
        is_behind_start = behind_all.transaction >= start.transaction
        return ChangeBatch(changes, behind_all if is_behind_start else start, is_more=False)

    def restamp_restored(self) -> int:
        """See the port."""
        with self._database.transaction(ROLE) as connection:
            return connection.execute(
                # the trigger stamps them with this transaction; the index finds them
                "UPDATE ingestions SET filename = filename WHERE changed_in >= pg_snapshot_xmax(pg_current_snapshot())"
            ).rowcount


def _transactions(connection: Connection) -> tuple[int, int]:
    """The oldest transaction that is still running, and the one that begins next."""
    row = connection.execute(
        "SELECT pg_snapshot_xmin(now)::text, pg_snapshot_xmax(now)::text FROM pg_current_snapshot() AS now"
    ).fetchone()
    oldest, newest = row or ("0", "0")
    return int(oldest), int(newest)
