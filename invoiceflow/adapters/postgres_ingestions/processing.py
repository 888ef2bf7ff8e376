"""Rows as the pipeline moves them: claimed, kept alive, finished, reopened; and what was read of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from invoiceflow.adapters.postgres_ingestions.counters import add_counts, sum_counts
from invoiceflow.adapters.postgres_ingestions.rows import (
    CLEAR_FAILURE,
    COLUMNS,
    NEWEST_EXTRACTIONS,
    ROLE,
    Statements,
    dict_rows,
    extraction_of,
    in_order,
)
from invoiceflow.database import storable, storable_json
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus
from invoiceflow.domain.invoice_document import to_document
from invoiceflow.domain.pipeline_counters import Counts, FinishedInvoice, counts_of
from invoiceflow.ports.ingestion_repository import Completed, Failed

# asked again at every claim: of two uploads at one moment neither saw the other, and what it names may be withdrawn since
_FIRST_OF_THE_SAME: Final = """(
    SELECT same.id FROM ingestions AS same WHERE same.sha256 = ingestions.sha256 AND same.sha256 <> ''
       AND (same.created_at, same.id) < (ingestions.created_at, ingestions.id) ORDER BY same.created_at, same.id LIMIT 1
)"""


class Processing(Statements):
    """The part of the repository that consumers use. Locks are taken in the order of ids, so that two consumers cannot block
    one another for good."""

    def claim(self, request_ids: Sequence[UUID], run_id: str) -> list[Ingestion]:
        """PENDING or PROCESSING to PROCESSING, fenced by a new revision."""
        with self._database.statement(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'PROCESSING', attempts = attempts + 1, revision = revision + 1,
                           run_id = %s, duplicate_of = {_FIRST_OF_THE_SAME}, {CLEAR_FAILURE}
                    WHERE id IN (SELECT id FROM ingestions WHERE id = ANY(%s) AND status IN ('PENDING', 'PROCESSING')
                                 ORDER BY id FOR UPDATE)
                    RETURNING {COLUMNS}""",
                    [run_id, list(request_ids)],
                )
                .fetchall()
            )
        return in_order(rows, request_ids)

    def touch(self, request_ids: Sequence[UUID], run_id: str) -> None:
        """Their run is alive: `updated_at` moves on."""
        with self._database.statement(ROLE) as connection:
            connection.execute(  # what changes is `updated_at`, by the trigger
                """UPDATE ingestions SET run_id = run_id WHERE id IN (
                       SELECT id FROM ingestions WHERE id = ANY(%s) AND status = 'PROCESSING' AND run_id = %s
                        ORDER BY id FOR UPDATE)""",
                [list(request_ids), run_id],
            )

    def reopen(self, request_ids: Sequence[UUID], correlation_id: str) -> list[Ingestion]:
        """COMPLETED or FAILED back to PENDING."""
        with self._database.statement(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(
                    f"""UPDATE ingestions SET status = 'PENDING', attempts = 0, published_at = NULL, correlation_id = %s,
                           {CLEAR_FAILURE}
                    WHERE id IN (SELECT id FROM ingestions WHERE id = ANY(%s) AND status IN ('COMPLETED', 'FAILED')
                                 ORDER BY id FOR UPDATE)
                    RETURNING {COLUMNS}""",
                    [correlation_id, list(request_ids)],
                )
                .fetchall()
            )
        return in_order(rows, request_ids)

    def finish(
        self, results: Sequence[Completed | Failed], now: datetime, counted: Mapping[UUID, FinishedInvoice] | None = None
    ) -> set[UUID]:
        """PROCESSING to COMPLETED or FAILED, where the revision is still that of the claim."""
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
            store_extractions(connection, [r for r in results if isinstance(r, Completed) and r.request_id in written])
            if counted:
                add_counts(connection, counts_of(one for request_id, one in counted.items() if request_id in written))
        return written

    def pipeline_counts(self) -> Counts:
        """The sums of all counts."""
        with self._database.statement(ROLE) as connection:
            return sum_counts(connection)

    def extractions(self, request_ids: Sequence[UUID]) -> Mapping[UUID, StoredExtraction]:
        """The newest extraction of each."""
        with self._database.statement(ROLE) as connection:
            rows = (
                dict_rows(connection)
                .execute(
                    NEWEST_EXTRACTIONS,
                    [list(request_ids)],
                )
                .fetchall()
            )
        return {row["request_id"]: extraction_of(row) for row in rows}


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


def store_extractions(connection: Connection, completed: Sequence[Completed]) -> None:
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
