"""Search follows the rows: the two are compared day by day, and what differs is written again from the database.

The same comparison repairs the index that answers (`reconcile`) and fills one that is built beside it (`rebuild`), which
is why a rebuild that was cut off goes on where it was. Knows no Dagster and no search engine.
"""

import logging
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from uuid import UUID

from invoiceflow.domain.search.document import search_document
from invoiceflow.ports.ingestion_repository import IngestionRepository
from invoiceflow.ports.search_index import DaySum, Projection, SearchIndex

PORTION: Final = 500
ROUNDS: Final = 5
"""How often a rebuild looks again before it goes live: invoices are read meanwhile."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Differences:
    """What was looked at, and what had to be done. `refused`: what the index does not take is found by file name only.

    `ahead`: documents newer than their row, as after a database came back from a backup; only a rebuild mends those.
    """

    invoices: int = 0
    written: int = 0
    removed: int = 0
    refused: int = 0
    ahead: int = 0


Progress = Callable[[int], None]
"""Told how many invoices were looked at so far."""


def reconcile(ingestions: IngestionRepository, projection: Projection, progress: Progress = lambda _count: None) -> Differences:
    """Writes what is missing or older than its row, takes out what has no row. Safe beside everything else; may be cut off.

    An invoice that is being worked on is left to those who do. Raises Unavailable.
    """
    found = Differences()
    there = dict(projection.day_sums())
    for day, rows in groupby(ingestions.final_revisions(), key=lambda row: row[0]):
        expected = [(request_id, revision) for _, request_id, revision in rows]
        checksum = sum(zlib.crc32(f"{request_id}:{revision}".encode()) for request_id, revision in expected)
        before = found.invoices
        if there.pop(day, None) != DaySum(len(expected), checksum):
            _mend(ingestions, projection, day, expected, found, progress)
        found.invoices = before + len(expected)
        progress(found.invoices)
    for day in there:  # nothing of them is final in the database
        _mend(ingestions, projection, day, [], found, progress)
    return found


def rebuild(ingestions: IngestionRepository, search: SearchIndex, progress: Progress = lambda _count: None) -> Differences:
    """A new index from the database, without a moment in which nothing answers; goes on with one that was cut off.

    Raises Unavailable; may be repeated.
    """
    beside = search.rebuild()
    done = reconcile(ingestions, beside, progress)
    for _ in range(ROUNDS):
        again = reconcile(ingestions, beside)
        done.written, done.removed, done.ahead = done.written + again.written, done.removed + again.removed, again.ahead
        if not again.written and not again.removed:
            break
    beside.go_live()
    reconcile(ingestions, search)  # what was written to the old one alone, by a writer that had not seen the new one
    return done


def _mend(
    ingestions: IngestionRepository,
    projection: Projection,
    day: date,
    expected: Sequence[tuple[UUID, int]],
    found: Differences,
    progress: Progress,
) -> None:
    stale: list[UUID] = []
    surplus: dict[UUID, int] = {}
    looked_at = found.invoices
    for request_id, wanted, there in _side_by_side(iter(expected), projection.revisions(day)):
        looked_at += wanted is not None
        if wanted is None and there is not None:
            surplus[request_id] = there
        elif there is None or (wanted is not None and there < wanted):
            stale.append(request_id)
        elif wanted is not None and there > wanted:
            found.ahead += 1
        if len(stale) == PORTION:
            _write(ingestions, projection, stale, found)
            stale = []
            progress(looked_at)
        if len(surplus) == PORTION:
            _remove(ingestions, projection, surplus, found)
            surplus = {}
    _write(ingestions, projection, stale, found)
    _remove(ingestions, projection, surplus, found)


def _side_by_side(
    expected: Iterator[tuple[UUID, int]], there: Iterator[tuple[UUID, int]]
) -> Iterator[tuple[UUID, int | None, int | None]]:
    """Both in the order of their ids: (id, the row's revision, the document's)."""
    row, document = next(expected, None), next(there, None)
    while row is not None or document is not None:
        if document is None or (row is not None and row[0] < document[0]):
            assert row is not None  # noqa: S101  said to mypy; the loop's condition says it
            yield row[0], row[1], None
            row = next(expected, None)
        elif row is None or document[0] < row[0]:
            yield document[0], None, document[1]
            document = next(there, None)
        else:
            yield row[0], row[1], document[1]
            row, document = next(expected, None), next(there, None)


def _write(ingestions: IngestionRepository, projection: Projection, ids: Sequence[UUID], found: Differences) -> None:
    if not ids:
        return
    rows = ingestions.final_documents(ids)
    refused = projection.write([search_document(ingestion, extraction) for ingestion, extraction in rows])
    for request_id, reason in refused.items():
        logger.warning("The search index refuses an invoice: %s", reason, extra={"request_id": str(request_id)})
    if refused:
        projection.write([search_document(ingestion, None) for ingestion, _ in rows if ingestion.id in refused])
    found.written += len(rows)
    found.refused += len(refused)


def _remove(ingestions: IngestionRepository, projection: Projection, surplus: dict[UUID, int], found: Differences) -> None:
    owned = ingestions.ids_present(list(surplus))  # with a row that is being worked on: it will be written again
    gone = {request_id: revision for request_id, revision in surplus.items() if request_id not in owned}
    if gone:
        projection.remove(gone)
    found.removed += len(gone)
