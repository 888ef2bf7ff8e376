"""What the query API does: searching, following changes, one invoice, exports, reprocessing. Knows no web framework."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from invoiceflow.bootstrap import System
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.domain.search.cursor import CursorInvalid, CursorMismatch, opened, seal, sign, unsign
from invoiceflow.domain.search.query import Found, Search
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.ingestion_repository import Change, ChangePosition, ChangesFromTheFuture
from invoiceflow.ports.unavailable import Unavailable

EXPORT_PAGE: Final = 500
CHANGES_VERSION: Final = "changes-1"
EXPORT_COLUMNS: Final = (
    "request_id",
    "status",
    "created_at",
    "filename",
    "number",
    "issue_date",
    "payment_due_date",
    "seller.name",
    "seller.vat_identifier",
    "buyer.name",
    "currency_code",
    "totals.without_tax",
    "totals.tax",
    "totals.with_tax",
    "findings",
)


_INDEXED_AS: Final = {"created_at": "received_at"}


class StillProcessing(Exception):
    """The invoice is already waiting or being processed."""


class PublishedLater(Exception):
    """It is PENDING, but the queue is unavailable: a schedule publishes it once the queue is back."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One invoice of a page: its row as it is now, and what the index holds of it."""

    ingestion: Ingestion
    indexed: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search. `next_cursor` is None on the last."""

    found: Found
    hits: Sequence[Hit]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of the change feed."""

    changes: Sequence[Change]
    next_cursor: str
    is_more: bool


class QueryService:
    """`cursor_keys`: the first signs, any may have signed."""

    def __init__(self, system: System, cursor_keys: Sequence[bytes], now: Callable[[], datetime]) -> None:
        """`now` gives the time in UTC."""
        self._system = system
        self._keys = list(cursor_keys)
        self._now = now

    def search(self, search: Search, cursor: str | None) -> Page:
        """Raises CursorError."""
        if cursor is not None:
            search = replace(search, after=unsign(search, cursor, self._keys))
        found = self._system.search.search(search)
        rows = self._system.ingestions.get_many([UUID(hit["request_id"]) for hit in found.hits])
        # one whose row has gone is only waiting for the index to be reconciled
        hits = [Hit(row, hit) for hit in found.hits if (row := rows.get(UUID(hit["request_id"]))) is not None]
        return Page(found, hits, None if found.after is None else sign(search, found.after, self._keys[0]))

    def changes(self, since: datetime | None, cursor: str | None, limit: int) -> Changes:
        """What changed behind `cursor`, updated at `since` or later. A cursor keeps the `since` of its first page.

        Raises CursorError, also after a backup was restored: what the cursor has seen may never have happened.
        """
        position: ChangePosition | None = None
        if cursor is not None:
            kept_since, position = _change_cursor(opened(cursor, self._keys))
            if since is not None and since != kept_since:
                raise CursorMismatch("the cursor belongs to another `updated_since`")
            since = kept_since
        try:
            batch = self._system.ingestions.changes(position, since, limit)
        except ChangesFromTheFuture:
            raise CursorInvalid("the cursor is newer than this database: a backup was restored") from None
        next_cursor = seal(
            [
                CHANGES_VERSION,
                since and since.isoformat(),
                [str(batch.position.transaction), str(batch.position.request_id)],
            ],
            self._keys[0],
        )
        return Changes(batch.changes, next_cursor, batch.is_more)

    def document(self, request_id: UUID) -> tuple[Ingestion, StoredExtraction | None] | None:
        """One ingestion with its newest extraction."""
        return self._system.ingestions.document(request_id)

    def ingestion(self, request_id: UUID) -> Ingestion | None:
        """One ingestion."""
        return self._system.ingestions.get(request_id)

    def export(self, search: Search) -> Iterator[bytes]:
        """CSV (RFC 4180) in pieces: memory does not grow with the number of rows. The first page is asked for at the call."""
        hits = self._system.search.scan(search, EXPORT_PAGE)
        first = next(hits, None)
        return _csv(first, hits)

    def reprocess(self, request_id: UUID, correlation_id: str, traceparent: str | None = None) -> Ingestion | None:
        """Takes a final ingestion back to PENDING and wakes the pipeline; None when there is none.

        Raises StillProcessing, PublishedLater, Unavailable (the database: nothing has changed).
        """
        reopened = self._system.ingestions.reopen([request_id], correlation_id)
        if not reopened:
            if self._system.ingestions.get(request_id) is None:
                return None
            raise StillProcessing(request_id)
        try:
            self._system.queue.publish([Message(request_id, correlation_id, traceparent)])
        except Unavailable as error:
            raise PublishedLater(request_id) from error
        with suppress(Unavailable):  # published once more by the schedule, which does no harm
            self._system.ingestions.mark_published([request_id], self._now())
        return reopened[0]


def _change_cursor(content: Sequence[Any]) -> tuple[datetime | None, ChangePosition]:
    version, since, position = content
    if version != CHANGES_VERSION:
        raise CursorMismatch("the cursor belongs to a search")
    transaction, request_id = position
    return since and datetime.fromisoformat(since), ChangePosition(int(transaction), UUID(request_id))


def _csv(first: Mapping[str, Any] | None, hits: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(EXPORT_COLUMNS)
    if first is not None:
        writer.writerow(_row(first))
        for number, hit in enumerate(hits, start=1):
            writer.writerow(_row(hit))
            if number % 100 == 0:
                yield _drained(buffer)
    yield _drained(buffer)


def _row(hit: Mapping[str, Any]) -> list[str]:
    return [safe_cell(_at(hit, _INDEXED_AS.get(column, column))) for column in EXPORT_COLUMNS]


def _at(hit: Mapping[str, Any], column: str) -> str:
    value: Any = hit
    for part in column.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, (list, tuple)):
        return " ".join(str(item) for item in value)
    return "" if value is None else str(value)


def safe_cell(value: str) -> str:
    """A spreadsheet runs a cell that begins like a formula (OWASP, CSV injection): such text gets an apostrophe in front.

    Negative amounts stay as they are.
    """
    if value[:1] in _FORMULA or (value[:1] == "-" and not _is_number(value)):
        return "'" + value
    return value


# the full-width signs are taken for the plain ones by spreadsheets in Japanese and Chinese
_FORMULA: Final = frozenset("=+@\t\r\n＝＋－＠")


def _is_number(value: str) -> bool:
    return value[1:].replace(".", "", 1).isdecimal()


def _drained(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
