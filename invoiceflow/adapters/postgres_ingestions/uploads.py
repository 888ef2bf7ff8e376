"""Rows as the ingest API makes them: new ingestions, their idempotency keys, their announcement, their withdrawal."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from invoiceflow.adapters.postgres_ingestions.rows import COLUMNS, ROLE, Statements, dict_rows, in_order, ingestion_of
from invoiceflow.domain.ingestion import Ingestion, NewIngestion
from invoiceflow.ports.ingestion_repository import IdempotencyKey, IdempotencyKeyTaken, KeyedIngestion


class Uploads(Statements):
    """The part of the repository that accepts uploads."""

    def add(self, new: NewIngestion, idempotency: IdempotencyKey | None = None) -> Ingestion:
        """One ingestion, with its idempotency key where one was given. Raises IdempotencyKeyTaken."""
        opened = self._database.statement if idempotency is None else self._database.transaction
        with opened(ROLE) as connection:
            if idempotency is not None:
                # the key's row needs the ingestion's; its own constraint is checked by a lock on the key alone
                connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [idempotency.key])
                connection.execute(
                    "DELETE FROM idempotency_keys WHERE key = %s AND expires_at <= clock_timestamp()", [idempotency.key]
                )
                if connection.execute("SELECT 1 FROM idempotency_keys WHERE key = %s", [idempotency.key]).fetchone():
                    raise IdempotencyKeyTaken(idempotency.key)
            [added] = _insert(connection, [new])
            if idempotency is not None:
                connection.execute(
                    "INSERT INTO idempotency_keys (key, fingerprint, request_id, expires_at) VALUES (%s, %s, %s, %s)",
                    [idempotency.key, idempotency.fingerprint, new.id, idempotency.expires_at],
                )
        return added

    def add_all(self, new: Sequence[NewIngestion]) -> list[Ingestion]:
        """Many ingestions in one statement."""
        with self._database.statement(ROLE) as connection:
            return _insert(connection, new)

    def find_by_idempotency_key(self, key: str, now: datetime) -> KeyedIngestion | None:
        """The ingestion that this key made, unless the key has expired."""
        with self._database.statement(ROLE) as connection:
            row = (
                dict_rows(connection)
                .execute(
                    f"""SELECT {COLUMNS}, fingerprint FROM ingestions
                        JOIN (SELECT request_id, fingerprint FROM idempotency_keys WHERE key = %s AND expires_at > %s) AS keyed
                          ON keyed.request_id = ingestions.id""",
                    [key, now],
                )
                .fetchone()
            )
        return None if row is None else KeyedIngestion(ingestion_of(row), row["fingerprint"])

    def find_by_content(self, sha256: str) -> Ingestion | None:
        """The first accepted ingestion with these bytes, or one that is not accepted yet where there is no other."""
        with self._database.statement(ROLE) as connection:
            row = (
                dict_rows(connection)
                .execute(
                    f"""SELECT {COLUMNS} FROM ingestions WHERE sha256 = %s AND sha256 <> ''
                         ORDER BY (published_at IS NULL AND revision = 0), created_at, id LIMIT 1""",
                    [sha256],
                )
                .fetchone()
            )
        return None if row is None else ingestion_of(row)

    def mark_published(self, request_ids: Sequence[UUID], now: datetime) -> None:
        """The broker has confirmed their messages."""
        with self._database.statement(ROLE) as connection:
            connection.execute(
                """UPDATE ingestions SET published_at = %s WHERE id IN (
                       SELECT id FROM ingestions WHERE id = ANY(%s) AND published_at IS NULL ORDER BY id FOR UPDATE)""",
                [now, list(request_ids)],
            )

    def withdraw(self, request_id: UUID) -> bool:
        """Deletes an ingestion that was neither published nor claimed; whether it did."""
        with self._database.transaction(ROLE) as connection:  # in doubt for the length of its commit, not of the whole call
            gone = connection.execute(
                """DELETE FROM ingestions WHERE id = %s AND status = 'PENDING' AND revision = 0 AND published_at IS NULL
                   RETURNING id""",
                [request_id],
            ).fetchone()
        return gone is not None


def _insert(connection: Connection, new: Sequence[NewIngestion]) -> list[Ingestion]:
    rows = (
        dict_rows(connection)
        .execute(
            f"""INSERT INTO ingestions (id, filename, s3_key, sha256, size, page_count, source, correlation_id, duplicate_of)
            SELECT given.*, (SELECT same.id FROM ingestions AS same WHERE same.sha256 = given.sha256 AND same.sha256 <> ''
                              ORDER BY same.created_at, same.id LIMIT 1)
              FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::text[], %s::text[])
                AS given (id, filename, s3_key, sha256, size, page_count, source, correlation_id)
            RETURNING {COLUMNS}""",
            [
                [one.id for one in new],
                [one.filename for one in new],
                [one.s3_key for one in new],
                [one.sha256 for one in new],
                [one.size for one in new],
                [one.page_count for one in new],
                [one.source for one in new],
                [one.correlation_id for one in new],
            ],
        )
        .fetchall()
    )
    return in_order(rows, [one.id for one in new])
