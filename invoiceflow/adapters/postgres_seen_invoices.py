"""The invoices seen before, in PostgreSQL: `SeenInvoices`."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from invoiceflow.database import Database
from invoiceflow.ports.seen_invoices import SeenInvoice, SeenInvoices

ROLE: Final = "database"


class PostgresSeenInvoices(SeenInvoices):
    """Keys are written before they are asked for: of two consumers at one moment, the later invoice's finds the earlier."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, seen: Sequence[SeenInvoice]) -> Mapping[UUID, UUID]:
        if not seen:
            return {}
        rows = sorted((key, one.request_id, one.received_at) for one in seen for key in one.keys)
        given = {
            "ids": sorted(one.request_id for one in seen),
            "keys": [row[0] for row in rows],
            "key_ids": [row[1] for row in rows],
            "received": [row[2] for row in rows],
        }
        with self._database.transaction(ROLE) as connection:
            connection.execute(
                """WITH given AS (SELECT * FROM unnest(%(keys)s::text[], %(key_ids)s::uuid[]) AS given (key, request_id))
                   DELETE FROM seen_invoices AS kept WHERE kept.request_id = ANY(%(ids)s)
                      AND NOT EXISTS (SELECT 1 FROM given WHERE given.key = kept.key AND given.request_id = kept.request_id)""",
                given,
            )
            connection.execute(
                """INSERT INTO seen_invoices (key, request_id, received_at)
                   SELECT key, given.request_id, received
                     FROM unnest(%(keys)s::text[], %(key_ids)s::uuid[], %(received)s::timestamptz[])
                       AS given (key, request_id, received)
                   ON CONFLICT (key, request_id) DO NOTHING""",
                given,
            )
        with self._database.statement(ROLE) as connection:  # after the commit, which is when others see ours
            found = connection.execute(
                """SELECT DISTINCT ON (asked.request_id) asked.request_id, earlier.request_id
                     FROM unnest(%(keys)s::text[], %(key_ids)s::uuid[], %(received)s::timestamptz[])
                       AS asked (key, request_id, received)
                     JOIN seen_invoices AS earlier ON earlier.key = asked.key
                      AND (earlier.received_at, earlier.request_id) < (asked.received, asked.request_id)
                    ORDER BY asked.request_id, earlier.received_at, earlier.request_id""",
                given,
            ).fetchall()
        return {row[0]: row[1] for row in found}
