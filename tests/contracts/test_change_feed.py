"""The contract of the change feed: everything once, in the order of commits, and never anything behind a position later."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.database import Database
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus
from invoiceflow.ports.ingestion_repository import Change, ChangePosition, ChangesFromTheFuture, Completed, IngestionRepository
from tests.rows import added, completed, new_id, now, reading


@pytest.fixture
def rows(database: Database) -> IngestionRepository:
    return PostgresIngestions(database)


def read_on(rows: IngestionRepository, after: ChangePosition | None = None, page: int = 2) -> Iterator[Change]:
    """All that there is behind a position, page by page."""
    while found := rows.changes(after, None, page):
        yield from found
        after = found[-1].position


def test_each_ingestion_comes_once_with_its_newest_extraction(rows: IngestionRepository) -> None:
    pending, read = added(rows), completed(rows)
    changes = list(read_on(rows))
    assert [change.ingestion.id for change in changes] == [pending.id, read.id]
    assert [change.extraction and change.extraction.invoice.number for change in changes] == [None, "RE-2026/00123"]
    assert changes[1].ingestion == rows.get(read.id)


def test_what_changes_again_comes_again_behind_the_position(rows: IngestionRepository) -> None:
    first, second = completed(rows), completed(rows)
    *_, last = read_on(rows)
    assert rows.changes(last.position, None, 10) == []
    rows.reopen([first.id], "again")
    [change] = rows.changes(last.position, None, 10)
    assert (change.ingestion.id, change.ingestion.status) == (first.id, IngestionStatus.PENDING)
    assert [one.ingestion.id for one in read_on(rows)] == [second.id, first.id]


def test_an_uncommitted_change_holds_back_those_behind_it(rows: IngestionRepository, database_url: str) -> None:
    early, late = added(rows), added(rows)
    *_, last = read_on(rows)
    with psycopg.connect(database_url) as slow:
        slow.execute("UPDATE ingestions SET attempts = 7 WHERE id = %s", [early.id])
        rows.claim([late.id], "run")  # begun later, committed first
        assert rows.changes(last.position, None, 10) == []
        slow.commit()
    assert {change.ingestion.id for change in read_on(rows, last.position)} == {early.id, late.id}


def test_a_mirror_is_exact_while_many_write(rows: IngestionRepository) -> None:
    mirror: dict[UUID, Ingestion] = {}

    def write() -> None:
        for _ in range(25):
            [claimed] = rows.claim([added(rows).id], "run")
            rows.finish([Completed(claimed.id, claimed.revision, reading())], now())

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    position: ChangePosition | None = None
    while True:
        done = not any(writer.is_alive() for writer in writers)
        for change in read_on(rows, position, page=7):
            mirror[change.ingestion.id] = change.ingestion
            position = change.position
        if done:
            break
    for writer in writers:
        writer.join()
    assert len(mirror) == 100
    assert {one.status for one in mirror.values()} == {IngestionStatus.COMPLETED}
    assert mirror == dict(rows.get_many(list(mirror)))


def test_only_those_updated_since_then_are_given(rows: IngestionRepository) -> None:
    row = added(rows)
    assert [change.ingestion.id for change in rows.changes(None, now() - timedelta(minutes=1), 10)] == [row.id]
    assert rows.changes(None, now() + timedelta(minutes=1), 10) == []


def test_after_a_restore_every_row_counts_as_changed_and_old_positions_are_refused(
    rows: IngestionRepository, database_url: str
) -> None:
    row = added(rows)
    far = 1 << 40
    with psycopg.connect(database_url) as connection:  # as pg_restore leaves it in a cluster that has done less
        connection.execute("ALTER TABLE ingestions DISABLE TRIGGER stamp_ingestion_change")
        connection.execute("UPDATE ingestions SET changed_in = %s::text::xid8", [far])
        connection.execute("ALTER TABLE ingestions ENABLE TRIGGER stamp_ingestion_change")
    assert list(read_on(rows)) == []
    with pytest.raises(ChangesFromTheFuture):
        rows.changes(ChangePosition(far, new_id()), None, 10)
    assert rows.restamp_restored() == 1
    assert rows.restamp_restored() == 0
    assert [change.ingestion.id for change in read_on(rows)] == [row.id]


def test_many_are_looked_up_at_once(rows: IngestionRepository) -> None:
    one, other = added(rows), completed(rows)
    assert rows.get_many([one.id, other.id, new_id()]) == {one.id: rows.get(one.id), other.id: rows.get(other.id)}
