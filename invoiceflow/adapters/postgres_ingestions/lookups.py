"""Rows as they are looked up: one, many, counted, compared with search."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from invoiceflow.adapters.postgres_ingestions.rows import (
    COLUMNS,
    NEWEST_EXTRACTIONS,
    ROLE,
    Statements,
    dict_rows,
    extraction_of,
    ingestion_of,
)
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, StatusCounts
from invoiceflow.ports.ingestion_repository import Activity


class Lookups(Statements):
    """The part of the repository that only reads."""

    def get(self, request_id: UUID) -> Ingestion | None:
        """One ingestion."""
        with self._database.statement(ROLE) as connection:
            row = (
                dict_rows(connection)
                .execute(
                    f"SELECT {COLUMNS} FROM ingestions WHERE id = %s",
                    [request_id],
                )
                .fetchone()
            )
        return None if row is None else ingestion_of(row)

    def get_many(self, request_ids: Sequence[UUID]) -> Mapping[UUID, Ingestion]:
        """Those that have a row, by id."""
        with self._database.statement(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(f"SELECT {COLUMNS} FROM ingestions WHERE id = ANY(%s)", [list(request_ids)])
                .fetchall()
            )
        return {row["id"]: ingestion_of(row) for row in rows}

    def page(self, after_id: UUID | None, limit: int) -> list[Ingestion]:
        """Ingestions in the order of their ids, from behind `after_id`."""
        with self._database.statement(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(
                    f"SELECT {COLUMNS} FROM ingestions WHERE id > %s ORDER BY id LIMIT %s", [after_id or UUID(int=0), limit]
                )
                .fetchall()
            )
        return [ingestion_of(row) for row in rows]

    def failed(
        self, limit: int, *, code: str | None = None, since: datetime | None = None, updated_before: datetime | None = None
    ) -> list[UUID]:
        """Ids of FAILED ingestions, oldest first."""
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                """SELECT id FROM ingestions WHERE status = 'FAILED' AND failure_code = coalesce(%s, failure_code)
                      AND completed_at >= coalesce(%s, '-infinity'::timestamptz)
                      AND updated_at < coalesce(%s, 'infinity'::timestamptz) ORDER BY id LIMIT %s""",
                [code, since, updated_before, limit],
            ).fetchall()
        return [row[0] for row in rows]

    def activity(self, now: datetime) -> Activity:
        """What moves and what waits: each part by an index."""
        with self._database.statement(ROLE) as connection:
            row = connection.execute(
                """SELECT (SELECT min(created_at) FROM ingestions
                            WHERE status IN ('PENDING', 'PROCESSING') AND completed_at IS NULL),
                          (SELECT max(completed_at) FROM ingestions),
                          (SELECT count(*) FROM ingestions WHERE completed_at >= %(since)s AND status = 'COMPLETED'),
                          (SELECT count(*) FROM ingestions WHERE completed_at >= %(since)s AND status = 'FAILED')""",
                {"since": now - timedelta(hours=1)},
            ).fetchone()
        waiting_since, finished_at, completed, failed = row or (None, None, 0, 0)
        return Activity(waiting_since, finished_at, completed, failed)

    def status_counts(self) -> StatusCounts:
        """The number of ingestions by status, as the trigger keeps it."""
        with self._database.statement(ROLE) as connection:
            counts = connection.execute(
                "SELECT lower(status), sum(change)::bigint FROM ingestion_counts GROUP BY status"
            ).fetchall()
        return StatusCounts(**dict(counts))

    def document(self, request_id: UUID) -> tuple[Ingestion, StoredExtraction | None] | None:
        """One ingestion with its newest extraction."""
        with self._database.statement(ROLE) as connection:
            rows = dict_rows(connection)
            row = rows.execute(
                f"SELECT {COLUMNS} FROM ingestions WHERE id = %s",
                [request_id],
            ).fetchone()
            if row is None:
                return None
            kept = rows.execute(
                "SELECT * FROM extractions WHERE request_id = %s ORDER BY created_at DESC LIMIT 1", [request_id]
            ).fetchone()
        return ingestion_of(row), None if kept is None else extraction_of(kept)

    def ids_present(self, request_ids: Sequence[UUID]) -> set[UUID]:
        """Those that have a row."""
        with self._database.statement(ROLE) as connection:
            rows = connection.execute("SELECT id FROM ingestions WHERE id = ANY(%s)", [list(request_ids)]).fetchall()
        return {row[0] for row in rows}

    def final_revisions(self) -> Iterator[tuple[date, UUID, int]]:
        """(day, id, revision) of every final ingestion, streamed."""
        with self._database.transaction(ROLE) as connection, connection.cursor(name="final_revisions") as cursor:
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # between two rows the caller works
            cursor.itersize = 5000
            cursor.execute(
                """SELECT (created_at AT TIME ZONE 'UTC')::date AS day, id, revision FROM ingestions
                    WHERE status IN ('COMPLETED', 'FAILED') ORDER BY day, id"""
            )
            yield from cursor

    def final_documents(self, request_ids: Sequence[UUID]) -> list[tuple[Ingestion, StoredExtraction | None]]:
        """Final ingestions with their newest extractions, all of one moment."""
        asked = [list(request_ids)]
        with self._database.transaction(ROLE) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # rows and extractions of one moment
            rows = dict_rows(connection)
            found = rows.execute(
                f"SELECT {COLUMNS} FROM ingestions WHERE id = ANY(%s) AND status IN ('COMPLETED', 'FAILED') ORDER BY id", asked
            ).fetchall()
            kept = {row["request_id"]: row for row in rows.execute(NEWEST_EXTRACTIONS, asked).fetchall()}
        return [(ingestion_of(row), extraction_of(kept[row["id"]]) if row["id"] in kept else None) for row in found]
