"""The rows in PostgreSQL: `IngestionRepository`. Knows nothing of queues, objects or search."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import dict_row

from invoiceflow.database import Database, storable, storable_json
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import (
    Ingestion,
    IngestionStatus,
    NewIngestion,
    RecordedFailure,
    StatusCounts,
)
from invoiceflow.domain.invoice_document import from_document, to_document
from invoiceflow.ports.ingestion_repository import (
    Completed,
    DueLimits,
    Failed,
    IdempotencyKey,
    IdempotencyKeyTaken,
    IngestionRepository,
    KeyedIngestion,
)

ROLE: Final = "database"

_COLUMNS: Final = (
    "id, filename, s3_key, status, created_at, updated_at, sha256, size, page_count, source, correlation_id, revision,"
    " attempts, duplicate_of, failure_code, failure_message, failure_transient, extractor_version, run_id, published_at,"
    " next_attempt_at, completed_at"
)
_NEWEST_EXTRACTIONS: Final = """SELECT DISTINCT ON (request_id) * FROM extractions WHERE request_id = ANY(%s)
    ORDER BY request_id, created_at DESC"""
_CLEAR_FAILURE: Final = "failure_code = NULL, failure_message = NULL, failure_transient = NULL, next_attempt_at = NULL"

# asked again at every claim: of two uploads at one moment neither saw the other, and what it names may be withdrawn since
_FIRST_OF_THE_SAME: Final = """(
    SELECT same.id FROM ingestions AS same WHERE same.sha256 = ingestions.sha256 AND same.sha256 <> ''
       AND (same.created_at, same.id) < (ingestions.created_at, ingestions.id) ORDER BY same.created_at, same.id LIMIT 1
)"""
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


class PostgresIngestions(IngestionRepository):
    """Locks are taken in the order of ids, so that two consumers cannot block one another for good."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- the ingest API --------------------------------------------------------------------------------------------------

    def add(self, new: NewIngestion, idempotency: IdempotencyKey | None = None) -> Ingestion:
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
            [added] = _added(connection, [new])
            if idempotency is not None:
                connection.execute(
                    "INSERT INTO idempotency_keys (key, fingerprint, request_id, expires_at) VALUES (%s, %s, %s, %s)",
                    [idempotency.key, idempotency.fingerprint, new.id, idempotency.expires_at],
                )
        return added

    def add_all(self, new: Sequence[NewIngestion]) -> list[Ingestion]:
        with self._database.statement(ROLE) as connection:
            return _added(connection, new)

    def find_by_idempotency_key(self, key: str, now: datetime) -> KeyedIngestion | None:
        with self._database.statement(ROLE) as connection:
            row = (
                _rows(connection)
                .execute(
                    f"""SELECT {_COLUMNS}, fingerprint FROM ingestions
                        JOIN (SELECT request_id, fingerprint FROM idempotency_keys WHERE key = %s AND expires_at > %s) AS keyed
                          ON keyed.request_id = ingestions.id""",
                    [key, now],
                )
                .fetchone()
            )
        return None if row is None else KeyedIngestion(_ingestion(row), row["fingerprint"])

    def mark_published(self, request_ids: Sequence[UUID], now: datetime) -> None:
        with self._database.statement(ROLE) as connection:
            connection.execute(
                """UPDATE ingestions SET published_at = %s WHERE id IN (
                       SELECT id FROM ingestions WHERE id = ANY(%s) AND published_at IS NULL ORDER BY id FOR UPDATE)""",
                [now, list(request_ids)],
            )

    def withdraw(self, request_id: UUID) -> bool:
        with self._database.transaction(ROLE) as connection:  # in doubt for the length of its commit, not of the whole call
            gone = connection.execute(
                "DELETE FROM ingestions WHERE id = %s AND status = 'PENDING' AND revision = 0 RETURNING id", [request_id]
            ).fetchone()
        return gone is not None

    def get(self, request_id: UUID) -> Ingestion | None:
        with self._database.statement(ROLE) as connection:
            row = (
                _rows(connection)
                .execute(
                    f"SELECT {_COLUMNS} FROM ingestions WHERE id = %s",
                    [request_id],
                )
                .fetchone()
            )
        return None if row is None else _ingestion(row)

    def status_counts(self) -> StatusCounts:
        with self._database.statement(ROLE) as connection:
            counts = connection.execute(
                "SELECT lower(status), sum(change)::bigint FROM ingestion_counts GROUP BY status"
            ).fetchall()
        return StatusCounts(**dict(counts))

    # -- the pipeline ----------------------------------------------------------------------------------------------------

    def claim(self, request_ids: Sequence[UUID], run_id: str) -> list[Ingestion]:
        with self._database.statement(ROLE) as connection:
            rows = (
                _rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'PROCESSING', attempts = attempts + 1, revision = revision + 1,
                           run_id = %s, duplicate_of = {_FIRST_OF_THE_SAME}, {_CLEAR_FAILURE}
                    WHERE id IN (SELECT id FROM ingestions WHERE id = ANY(%s) AND status IN ('PENDING', 'PROCESSING')
                                 ORDER BY id FOR UPDATE)
                    RETURNING {_COLUMNS}""",
                    [run_id, list(request_ids)],
                )
                .fetchall()
            )
        return _in_order(rows, request_ids)

    def touch(self, request_ids: Sequence[UUID], run_id: str) -> None:
        with self._database.statement(ROLE) as connection:
            connection.execute(  # what changes is `updated_at`, by the trigger
                """UPDATE ingestions SET run_id = run_id WHERE id IN (
                       SELECT id FROM ingestions WHERE id = ANY(%s) AND status = 'PROCESSING' AND run_id = %s
                        ORDER BY id FOR UPDATE)""",
                [list(request_ids), run_id],
            )

    def reopen(self, request_ids: Sequence[UUID], correlation_id: str) -> list[Ingestion]:
        with self._database.statement(ROLE) as connection:
            rows = (
                _rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'PENDING', attempts = 0, published_at = NULL, correlation_id = %s,
                           {_CLEAR_FAILURE}
                    WHERE id IN (SELECT id FROM ingestions WHERE id = ANY(%s) AND status IN ('COMPLETED', 'FAILED')
                                 ORDER BY id FOR UPDATE)
                    RETURNING {_COLUMNS}""",
                    [correlation_id, list(request_ids)],
                )
                .fetchall()
            )
        return _in_order(rows, request_ids)

    def finish(self, results: Sequence[Completed | Failed], now: datetime) -> set[UUID]:
        if not results:
            return set()
        values: list[dict[str, Any]] = [_result(result) for result in sorted(results, key=lambda result: result.request_id)]
        columns = {name: [value[name] for value in values] for name in values[0]}
        with self._database.transaction(ROLE) as connection:
            written = {
                row[0]
                for row in connection.execute(
                    """WITH given AS (
                           SELECT * FROM unnest(%(id)s::uuid[], %(revision)s::bigint[], %(status)s::text[], %(code)s::text[],
                                                %(message)s::text[], %(transient)s::boolean[], %(next)s::timestamptz[],
                                                %(version)s::text[])
                             AS given (id, revision, status, code, message, transient, next, version)
                       ), locked AS (
                           SELECT ingestions.id FROM ingestions JOIN given
                             ON given.id = ingestions.id AND given.revision = ingestions.revision
                          WHERE ingestions.status = 'PROCESSING' ORDER BY ingestions.id FOR UPDATE OF ingestions
                       )
                       UPDATE ingestions SET status = given.status, failure_code = given.code, failure_message = given.message,
                              failure_transient = given.transient, next_attempt_at = given.next, completed_at = %(now)s,
                              extractor_version = coalesce(given.version, ingestions.extractor_version)
                         FROM given JOIN locked ON locked.id = given.id
                        WHERE ingestions.id = given.id
                    RETURNING ingestions.id""",
                    {**columns, "now": now},
                ).fetchall()
            }
            _keep_extractions(connection, [r for r in results if isinstance(r, Completed) and r.request_id in written])
        return written

    def extractions(self, request_ids: Sequence[UUID]) -> Mapping[UUID, StoredExtraction]:
        with self._database.statement(ROLE) as connection:
            rows = (
                _rows(connection)
                .execute(
                    _NEWEST_EXTRACTIONS,
                    [list(request_ids)],
                )
                .fetchall()
            )
        return {row["request_id"]: _extraction(row) for row in rows}

    def document(self, request_id: UUID) -> tuple[Ingestion, StoredExtraction | None] | None:
        with self._database.statement(ROLE) as connection:
            rows = _rows(connection)
            row = rows.execute(
                f"SELECT {_COLUMNS} FROM ingestions WHERE id = %s",
                [request_id],
            ).fetchone()
            if row is None:
                return None
            kept = rows.execute(
                "SELECT * FROM extractions WHERE request_id = %s ORDER BY created_at DESC LIMIT 1", [request_id]
            ).fetchone()
        return _ingestion(row), None if kept is None else _extraction(kept)

    def ids_present(self, request_ids: Sequence[UUID]) -> set[UUID]:
        with self._database.statement(ROLE) as connection:
            rows = connection.execute("SELECT id FROM ingestions WHERE id = ANY(%s)", [list(request_ids)]).fetchall()
        return {row[0] for row in rows}

    # -- schedules -------------------------------------------------------------------------------------------------------

    def count_due(self, limits: DueLimits, limit: int) -> int:
        with self._database.statement(ROLE) as connection:
            row = connection.execute(
                f"SELECT count(*) FROM ({_DUE}) AS found",
                _due_parameters(limits, limit),
            ).fetchone()
        return int(row[0]) if row else 0

    def take_due(self, limits: DueLimits, limit: int) -> list[Ingestion]:
        with self._database.statement(ROLE) as connection:
            rows = (
                _rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'PENDING', published_at = NULL, {_CLEAR_FAILURE},
                           attempts = CASE WHEN status = 'COMPLETED' THEN 0 ELSE attempts END
                    -- asked again of the locked row: it may have been finished in between
                    WHERE id IN (SELECT id FROM ingestions WHERE id IN ({_DUE}) AND {_IS_DUE}
                                 ORDER BY id FOR UPDATE SKIP LOCKED)
                    RETURNING {_COLUMNS}""",
                    _due_parameters(limits, limit),
                )
                .fetchall()
            )
        return [_ingestion(row) for row in sorted(rows, key=lambda row: row["id"])]

    def unannounced(self, before: datetime, limit: int) -> list[Ingestion]:
        with self._database.statement(ROLE) as connection:
            rows = (
                _rows(connection)
                .execute(
                    f"""SELECT {_COLUMNS} FROM ingestions WHERE status = 'PENDING' AND published_at IS NULL AND revision = 0
                           AND updated_at < %s ORDER BY updated_at LIMIT %s""",
                    [before, limit],
                )
                .fetchall()
            )
        return [_ingestion(row) for row in rows]

    def fail_dead_letters(self, request_ids: Sequence[UUID], failure: RecordedFailure, now: datetime) -> list[Ingestion]:
        with self._database.statement(ROLE) as connection:
            rows = (
                _rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'FAILED', revision = revision + 1, failure_code = %s,
                           failure_message = %s,
                           failure_transient = %s, next_attempt_at = NULL, completed_at = %s
                    WHERE id IN (SELECT id FROM ingestions WHERE id = ANY(%s) AND status IN ('PENDING', 'PROCESSING')
                                 ORDER BY id FOR UPDATE)
                    RETURNING {_COLUMNS}""",
                    [failure.code, failure.message, failure.transient, now, list(request_ids)],
                )
                .fetchall()
            )
        return _in_order(rows, request_ids)

    def failed_with(self, code: str, before: datetime, limit: int) -> list[UUID]:
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                """SELECT id FROM ingestions WHERE status = 'FAILED' AND failure_code = %s AND updated_at < %s
                    ORDER BY id LIMIT %s""",
                [code, before, limit],
            ).fetchall()
        return [row[0] for row in rows]

    def finished_before(self, before: datetime, after_id: UUID | None, limit: int) -> list[UUID]:
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                """SELECT id FROM ingestions WHERE status IN ('COMPLETED', 'FAILED') AND updated_at < %s
                      AND id > coalesce(%s, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT %s""",
                [before, after_id, limit],
            ).fetchall()
        return [row[0] for row in rows]

    def final_revisions(self) -> Iterator[tuple[date, UUID, int]]:
        with self._database.transaction(ROLE) as connection, connection.cursor(name="final_revisions") as cursor:
            connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # between two rows the caller works
            cursor.itersize = 5000
            cursor.execute(
                """SELECT (created_at AT TIME ZONE 'UTC')::date AS day, id, revision FROM ingestions
                    WHERE status IN ('COMPLETED', 'FAILED') ORDER BY day, id"""
            )
            yield from cursor

    def final_documents(self, request_ids: Sequence[UUID]) -> list[tuple[Ingestion, StoredExtraction | None]]:
        asked = [list(request_ids)]
        with self._database.transaction(ROLE) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")  # rows and extractions of one moment
            rows = _rows(connection)
            found = rows.execute(
                f"SELECT {_COLUMNS} FROM ingestions WHERE id = ANY(%s) AND status IN ('COMPLETED', 'FAILED') ORDER BY id", asked
            ).fetchall()
            kept = {row["request_id"]: row for row in rows.execute(_NEWEST_EXTRACTIONS, asked).fetchall()}
        return [(_ingestion(row), _extraction(kept[row["id"]]) if row["id"] in kept else None) for row in found]

    def expire_idempotency_keys(self, now: datetime) -> int:
        with self._database.statement(ROLE) as connection:
            return connection.execute("DELETE FROM idempotency_keys WHERE expires_at <= %s", [now]).rowcount

    def check(self) -> None:
        self._database.check(ROLE)


def _rows(connection: Connection) -> Cursor[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row)


def _added(connection: Connection, new: Sequence[NewIngestion]) -> list[Ingestion]:
    rows = (
        _rows(connection)
        .execute(
            f"""INSERT INTO ingestions (id, filename, s3_key, sha256, size, page_count, source, correlation_id, duplicate_of)
            SELECT given.*, (SELECT same.id FROM ingestions AS same WHERE same.sha256 = given.sha256 AND same.sha256 <> ''
                              ORDER BY same.created_at, same.id LIMIT 1)
              FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::text[], %s::text[])
                AS given (id, filename, s3_key, sha256, size, page_count, source, correlation_id)
            RETURNING {_COLUMNS}""",
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
    return _in_order(rows, [one.id for one in new])


def _due_parameters(limits: DueLimits, limit: int) -> dict[str, Any]:
    return {
        "now": limits.now,
        "stale_before": limits.stale_before,
        "unpublished_before": limits.unpublished_before,
        "extractor_version": limits.extractor_version,
        "max_attempts": limits.max_attempts,
        "limit": limit,
    }


def _in_order(rows: Sequence[dict[str, Any]], request_ids: Sequence[UUID]) -> list[Ingestion]:
    found = {row["id"]: _ingestion(row) for row in rows}
    return [found.pop(request_id) for request_id in request_ids if request_id in found]


def _ingestion(row: Mapping[str, Any]) -> Ingestion:
    failure = None
    if row["failure_code"] is not None:
        failure = RecordedFailure(row["failure_code"], row["failure_message"], row["failure_transient"])
    return Ingestion(
        id=row["id"],
        filename=row["filename"],
        s3_key=row["s3_key"],
        status=IngestionStatus(row["status"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        sha256=row["sha256"],
        size=row["size"],
        page_count=row["page_count"],
        source=row["source"],
        correlation_id=row["correlation_id"],
        revision=row["revision"],
        attempts=row["attempts"],
        duplicate_of=row["duplicate_of"],
        failure=failure,
        extractor_version=row["extractor_version"],
        run_id=row["run_id"],
        published_at=row["published_at"],
        next_attempt_at=row["next_attempt_at"],
        completed_at=row["completed_at"],
    )


def _result(result: Completed | Failed) -> dict[str, Any]:
    failure = result.failure if isinstance(result, Failed) else None
    extraction = result.extraction if isinstance(result, Completed) else None
    return {
        "id": result.request_id,
        "revision": result.revision,
        "status": (IngestionStatus.FAILED if failure else IngestionStatus.COMPLETED).value,
        "code": failure and failure.code,
        "message": failure and storable(failure.message),
        "transient": failure and failure.transient,
        "next": result.next_attempt_at if isinstance(result, Failed) else None,
        "version": extraction and extraction.extractor_version,
    }


def _keep_extractions(connection: Connection, completed: Sequence[Completed]) -> None:
    # each row once: a statement may not update one twice
    kept = {c.request_id: c.extraction for c in completed if c.extraction is not None}
    if not kept:
        return
    extractions = kept.values()
    columns = (
        list(kept),
        [extraction.extractor_version for extraction in extractions],
        [storable_json(to_document(extraction.invoice)) for extraction in extractions],
        [storable(extraction.text) for extraction in extractions],
        [extraction.page_count for extraction in extractions],
        [storable_json(list(extraction.readers)) for extraction in extractions],
        [extraction.seconds for extraction in extractions],
    )
    # one statement: of several that are sent at once the first could arrive alone, and the server would wait for the others
    # with the rows locked, for as long as it does not know that nobody sends them
    connection.execute(
        """INSERT INTO extractions (request_id, extractor_version, document, text, page_count, readers, seconds)
           SELECT id, version, document, text, page_count, ARRAY(SELECT jsonb_array_elements_text(readers)), seconds
             FROM unnest(%s::uuid[], %s::text[], %s::jsonb[], %s::text[], %s::integer[], %s::jsonb[], %s::double precision[])
               AS given (id, version, document, text, page_count, readers, seconds)
           ON CONFLICT (request_id, extractor_version) DO UPDATE SET document = excluded.document, text = excluded.text,
               page_count = excluded.page_count, readers = excluded.readers, seconds = excluded.seconds,
               created_at = excluded.created_at""",
        columns,
    )


def _extraction(row: Mapping[str, Any]) -> StoredExtraction:
    return StoredExtraction(
        invoice=from_document(row["document"]),
        text=row["text"],
        page_count=row["page_count"],
        readers=tuple(row["readers"]),
        extractor_version=row["extractor_version"],
        seconds=row["seconds"],
    )
