"""Rows as the schedules see them: what is due again, what gave up, what has expired."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from invoiceflow.adapters.postgres_ingestions.counters import add_counts
from invoiceflow.adapters.postgres_ingestions.rows import (
    CLEAR_FAILURE,
    COLUMNS,
    ROLE,
    Statements,
    dict_rows,
    in_order,
    ingestion_of,
)
from invoiceflow.domain.ingestion import Ingestion, RecordedFailure
from invoiceflow.domain.pipeline_counters import FinishedInvoice, counts_of
from invoiceflow.ports.ingestion_repository import DueLimits

_IS_DUE: Final = """(
    (status = 'FAILED' AND failure_transient AND next_attempt_at <= %(now)s AND attempts < %(max_attempts)s)
    OR (status IN ('PENDING', 'PROCESSING') AND updated_at < %(stale_before)s)
    OR (status = 'PENDING' AND published_at IS NULL AND updated_at < %(unpublished_before)s)
    OR (status = 'COMPLETED' AND extractor_version <> %(extractor_version)s)
)"""
# the same, one index a branch, which a single condition would not get
_DUE: Final = """
    SELECT id FROM (
        (SELECT id FROM ingestions
          WHERE status = 'FAILED' AND next_attempt_at <= %(now)s AND failure_transient AND attempts < %(max_attempts)s
          ORDER BY next_attempt_at LIMIT %(limit)s)
        UNION ALL
        (SELECT id FROM ingestions
          WHERE status IN ('PENDING', 'PROCESSING')
            AND (updated_at < %(stale_before)s
                 OR (status = 'PENDING' AND published_at IS NULL AND updated_at < %(unpublished_before)s))
          ORDER BY updated_at LIMIT %(limit)s)
        UNION ALL
        (SELECT id FROM ingestions WHERE status = 'COMPLETED' AND extractor_version < %(extractor_version)s
          ORDER BY extractor_version, id LIMIT %(limit)s)
        UNION ALL
        (SELECT id FROM ingestions WHERE status = 'COMPLETED' AND extractor_version > %(extractor_version)s
          ORDER BY extractor_version, id LIMIT %(limit)s)
    ) AS due LIMIT %(limit)s
"""


class Schedules(Statements):
    """The part of the repository that the schedules use."""

    def count_due(self, limits: DueLimits, limit: int) -> int:
        """How many are due to be queued again, up to `limit`."""
        with self._database.statement(ROLE) as connection:
            row = connection.execute(
                f"SELECT count(*) FROM ({_DUE}) AS found",
                _due_parameters(limits, limit),
            ).fetchone()
        return int(row[0]) if row else 0

    def take_due(self, limits: DueLimits, limit: int) -> list[Ingestion]:
        """Takes those that are due back to PENDING."""
        with self._database.statement(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'PENDING', published_at = NULL, {CLEAR_FAILURE},
                           attempts = CASE WHEN status = 'COMPLETED' THEN 0 ELSE attempts END
                    -- asked again of the locked row: it may have been finished in between
                    WHERE id IN (SELECT id FROM ingestions WHERE id IN ({_DUE}) AND {_IS_DUE}
                                 ORDER BY id FOR UPDATE SKIP LOCKED)
                    RETURNING {COLUMNS}""",
                    _due_parameters(limits, limit),
                )
                .fetchall()
            )
        return [ingestion_of(row) for row in sorted(rows, key=lambda row: row["id"])]

    def unannounced(self, before: datetime, limit: int) -> list[Ingestion]:
        """PENDING ingestions whose message was never confirmed."""
        with self._database.statement(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(
                    f"""SELECT {COLUMNS} FROM ingestions WHERE status = 'PENDING' AND published_at IS NULL AND revision = 0
                           AND updated_at < %s ORDER BY updated_at LIMIT %s""",
                    [before, limit],
                )
                .fetchall()
            )
        return [ingestion_of(row) for row in rows]

    def fail_dead_letters(self, request_ids: Sequence[UUID], failure: RecordedFailure, now: datetime) -> list[Ingestion]:
        """Ends what gave up in the queue."""
        with self._database.transaction(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'FAILED', revision = revision + 1, failure_code = %s,
                           failure_message = %s,
                           failure_transient = %s, next_attempt_at = NULL, completed_at = %s
                    WHERE id IN (SELECT id FROM ingestions WHERE id = ANY(%s) AND status IN ('PENDING', 'PROCESSING')
                                 ORDER BY id FOR UPDATE)
                    RETURNING {COLUMNS}""",
                    [failure.code, failure.message, failure.transient, now, list(request_ids)],
                )
                .fetchall()
            )
            add_counts(connection, counts_of(FinishedInvoice(failure_code=failure.code) for _ in rows))
        return in_order(rows, request_ids)

    def finished_before(self, before: datetime, after_id: UUID | None, limit: int) -> list[UUID]:
        """Ids of final ingestions older than `before`, in order, after `after_id`."""
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                """SELECT id FROM ingestions WHERE status IN ('COMPLETED', 'FAILED') AND updated_at < %s
                      AND id > coalesce(%s, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT %s""",
                [before, after_id, limit],
            ).fetchall()
        return [row[0] for row in rows]

    def expire_idempotency_keys(self, now: datetime) -> int:
        """Removes expired keys; how many."""
        with self._database.statement(ROLE) as connection:
            return connection.execute("DELETE FROM idempotency_keys WHERE expires_at <= %s", [now]).rowcount


def _due_parameters(limits: DueLimits, limit: int) -> dict[str, Any]:
    return {
        "now": limits.now,
        "stale_before": limits.stale_before,
        "unpublished_before": limits.unpublished_before,
        "extractor_version": limits.extractor_version,
        "max_attempts": limits.max_attempts,
        "limit": limit,
    }
