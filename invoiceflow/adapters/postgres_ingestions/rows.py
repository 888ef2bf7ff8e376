"""How rows of `ingestions` and `extractions` become the domain's objects, and the SQL that several statements share."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import dict_row

from invoiceflow.database import Database
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus, RecordedFailure
from invoiceflow.domain.invoice_document import from_document

ROLE: Final = "database"
COLUMNS: Final = (
    "id, filename, s3_key, status, created_at, updated_at, sha256, size, page_count, source, correlation_id, revision,"
    " attempts, duplicate_of, failure_code, failure_message, failure_transient, extractor_version, run_id, published_at,"
    " next_attempt_at, completed_at"
)
NEWEST_EXTRACTIONS: Final = """SELECT DISTINCT ON (request_id) * FROM extractions WHERE request_id = ANY(%s)
    ORDER BY request_id, created_at DESC"""
CLEAR_FAILURE: Final = "failure_code = NULL, failure_message = NULL, failure_transient = NULL, next_attempt_at = NULL"


class Statements:
    """What each part of the repository is built on."""

    def __init__(self, database: Database) -> None:
        """`database` is shared with the other adapters."""
        self._database = database


def dict_rows(connection: Connection) -> Cursor[dict[str, Any]]:
    """A cursor whose rows are dicts by column name."""
    return connection.cursor(row_factory=dict_row)


def in_order(rows: Sequence[dict[str, Any]], request_ids: Sequence[UUID]) -> list[Ingestion]:
    """The ingestions of these rows in the order of `request_ids`; ids without a row are left out."""
    found = {row["id"]: ingestion_of(row) for row in rows}
    return [found.pop(request_id) for request_id in request_ids if request_id in found]


def ingestion_of(row: Mapping[str, Any]) -> Ingestion:
    """The ingestion of a row that has COLUMNS."""
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


def extraction_of(row: Mapping[str, Any]) -> StoredExtraction:
    """The extraction of a row of `extractions`."""
    return StoredExtraction(
        invoice=from_document(row["document"]),
        text=row["text"],
        page_count=row["page_count"],
        readers=tuple(row["readers"]),
        extractor_version=row["extractor_version"],
        seconds=row["seconds"],
    )
