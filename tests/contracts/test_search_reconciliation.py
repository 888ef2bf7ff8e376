"""Search and the rows, brought in step and rebuilt: on every index, from rows in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.database import Database
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.domain.search.document import SearchDocument, search_document
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.ingestion_repository import Completed
from invoiceflow.ports.search_index import DaySum, SearchIndex
from invoiceflow_pipeline.work.reconciliation import Differences, rebuild, reconcile
from tests.contracts.test_search_index import document
from tests.rows import added, completed, now, reading


@pytest.fixture
def rows(database: Database) -> PostgresIngestions:
    return PostgresIngestions(database)


def completed_on_days(rows: PostgresIngestions, database: Database, count: int) -> list[Ingestion]:
    """Three a day, back from today."""
    made = [completed(rows) for _ in range(count)]
    with database.transaction("tests") as connection:
        for number, row in enumerate(made):
            at = datetime.now(UTC) - timedelta(days=number // 3)
            connection.execute("UPDATE ingestions SET created_at = %s WHERE id = %s", [at, row.id])
    found = [rows.get(row.id) for row in made]
    return [row for row in found if row is not None]


def ids(index: SearchIndex) -> set[str]:
    return {str(hit["request_id"]) for hit in index.scan(Search(), page_size=50)}


def names(found: Sequence[Ingestion]) -> set[str]:
    return {str(row.id) for row in found}


def test_day_sums_and_revisions_are_those_of_what_is_written(index: SearchIndex) -> None:
    first = datetime(2026, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    documents = [replace(document(number), revision=number, received_at=first) for number in (3, 1, 2)]
    late = replace(document(9), received_at=first + timedelta(microseconds=1))
    assert index.write([*documents, late]) == {}
    assert index.day_sums() == {
        date(2026, 1, 1): DaySum(3, sum(one.checksum for one in documents)),
        date(2026, 1, 2): DaySum(1, late.checksum),
    }
    assert list(index.revisions(date(2026, 1, 1))) == [(document(number).request_id, number) for number in (1, 2, 3)]
    assert list(index.revisions(date(2025, 1, 1))) == []


def test_what_is_removed_is_gone_unless_it_is_newer(index: SearchIndex) -> None:
    index.write([replace(document(1), revision=4), replace(document(2), revision=6)])
    index.remove({document(1).request_id: 4, document(2).request_id: 5, UUID(int=7): 1})
    index.day_sums()  # sees everything that was done before
    assert ids(index) == {str(document(2).request_id)}


def test_missing_stale_and_orphaned_documents_are_mended_and_the_rest_is_left(
    rows: PostgresIngestions, database: Database, index: SearchIndex
) -> None:
    made = completed_on_days(rows, database, 12)
    assert reconcile(rows, index) == Differences(invoices=12, written=12)
    index.day_sums()
    assert ids(index) == names(made)
    missing, stale = made[0], made[4]
    index.remove({missing.id: missing.revision, stale.id: stale.revision})
    orphan = replace(document(77), received_at=made[11].created_at)
    index.write([orphan])
    reopened = rows.reopen([made[7].id], "again")
    assert len(reopened) == 1
    assert reconcile(rows, index) == Differences(invoices=11, written=2, removed=1)
    index.day_sums()
    assert ids(index) == names(made)  # the one that is worked on again can still be found
    assert reconcile(rows, index).written == 0


def test_an_older_document_is_replaced_by_what_the_database_says(rows: PostgresIngestions, index: SearchIndex) -> None:
    row = completed(rows)
    index.write([search_document(row, reading("ALT-1"))])
    rows.reopen([row.id], "again")
    [claimed] = rows.claim([row.id], "run")
    rows.finish([Completed(row.id, claimed.revision, reading("NEU-2", version="2"))], now())
    assert reconcile(rows, index).written == 1
    index.day_sums()
    assert [hit["number"] for hit in index.search(Search()).hits] == ["NEU-2"]


def test_what_the_index_refuses_is_found_by_its_file_name(
    rows: PostgresIngestions, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = completed(rows)
    good = search_document

    def unsortable(ingestion: Ingestion, extraction: object) -> SearchDocument:
        made = good(ingestion, None)
        return replace(made, with_tax=Decimal("1E+200000")) if extraction is not None else made

    monkeypatch.setattr("invoiceflow_pipeline.work.reconciliation.search_document", unsortable)
    assert reconcile(rows, index) == Differences(invoices=1, written=1, refused=1)
    index.day_sums()
    assert [hit["filename"] for hit in index.search(Search(q=str(row.id))).hits] == [row.filename]
    assert reconcile(rows, index) == Differences(invoices=1)


def test_a_rebuild_ends_with_exactly_the_rows_and_answers_all_the_while(
    rows: PostgresIngestions, database: Database, index: SearchIndex
) -> None:
    made = completed_on_days(rows, database, 10)
    reconcile(rows, index)
    index.day_sums()
    looks: list[int] = []

    def look(_count: int) -> None:
        looks.append(index.search(Search()).total)

    assert rebuild(rows, index, look).written == 10
    index.day_sums()
    assert ids(index) == names(made)
    assert set(looks) == {10}


def test_what_is_written_during_a_rebuild_is_in_the_new_index(
    rows: PostgresIngestions, database: Database, index: SearchIndex
) -> None:
    made = completed_on_days(rows, database, 9)
    reconcile(rows, index)
    late: list[Ingestion] = []

    def arrive(_count: int) -> None:
        if len(late) < 3:
            [claimed] = rows.claim([added(rows).id], "run")
            index.write([search_document(claimed, reading())])
            rows.finish([Completed(claimed.id, claimed.revision, reading())], now())
            late.append(claimed)

    rebuild(rows, index, arrive)
    index.day_sums()
    assert ids(index) == names(made) | names(late)
    assert reconcile(rows, index).written == 0


def test_a_rebuild_that_was_cut_off_ends_well_the_next_time(
    rows: PostgresIngestions, database: Database, index: SearchIndex
) -> None:
    made = completed_on_days(rows, database, 12)
    reconcile(rows, index)

    def die(count: int) -> None:
        if count >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(rows, index, die)
    index.day_sums()
    assert ids(index) == names(made)  # as before
    assert rebuild(rows, index).invoices == 12
    index.day_sums()
    assert ids(index) == names(made)


def test_an_index_that_begins_empty_is_in_step_with_no_rows(rows: PostgresIngestions, index: SearchIndex) -> None:
    assert reconcile(rows, index) == Differences()
    assert rebuild(rows, index) == Differences()
    assert index.search(Search()).total == 0
