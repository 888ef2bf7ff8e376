"""The contract of the change feed: everything once, in the order of commits, and never anything behind a position later."""

import threading
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


class Mirror:
    """Somebody who follows the feed, a few at a time."""

    def __init__(self, rows: IngestionRepository, page: int = 2, position: ChangePosition | None = None) -> None:
        self.rows, self.page, self.position = rows, page, position

    def read_on(self) -> list[Change]:
        """All that there is now behind the position."""
        found: list[Change] = []
        while True:
            batch = self.rows.changes(self.position, None, self.page)
            found += batch.changes
            self.position = batch.position
            if not batch.is_more:
                return found


def test_each_ingestion_comes_once_with_its_newest_extraction(rows: IngestionRepository) -> None:
    pending, read = added(rows), completed(rows)
    changes = Mirror(rows).read_on()
    assert [change.ingestion.id for change in changes] == [pending.id, read.id]
    assert [change.extraction and change.extraction.invoice.number for change in changes] == [None, "RE-2026/00123"]
    assert changes[1].ingestion == rows.get(read.id)


def test_what_changes_again_comes_again_behind_the_position(rows: IngestionRepository) -> None:
    first, second = completed(rows), completed(rows)
    mirror = Mirror(rows)
    assert len(mirror.read_on()) == 2
    assert mirror.read_on() == []
    rows.reopen([first.id], "again")
    [change] = mirror.read_on()
    assert (change.ingestion.id, change.ingestion.status) == (first.id, IngestionStatus.PENDING)
    assert [one.ingestion.id for one in Mirror(rows).read_on()] == [second.id, first.id]


def test_an_uncommitted_change_holds_back_those_behind_it(rows: IngestionRepository, database_url: str) -> None:
    early, late = added(rows), added(rows)
    mirror = Mirror(rows)
    mirror.read_on()
    with psycopg.connect(database_url) as slow:
        slow.execute("UPDATE ingestions SET attempts = 7 WHERE id = %s", [early.id])
        rows.claim([late.id], "run")  # begun later, committed first
        assert mirror.read_on() == []
        slow.commit()
    assert {change.ingestion.id for change in mirror.read_on()} == {early.id, late.id}


def test_a_mirror_is_exact_while_many_write(rows: IngestionRepository) -> None:
    def write() -> None:
        for _ in range(25):
            [claimed] = rows.claim([added(rows).id], "run")
            rows.finish([Completed(claimed.id, claimed.revision, reading())], now())

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    mirror, mirrored = Mirror(rows, page=7), dict[UUID, Ingestion]()
    done = False
    while not done:
        done = not any(writer.is_alive() for writer in writers)  # before the look: nothing comes after the last one
        mirrored |= {change.ingestion.id: change.ingestion for change in mirror.read_on()}
    assert len(mirrored) == 100
    assert {one.status for one in mirrored.values()} == {IngestionStatus.COMPLETED}
    assert mirrored == dict(rows.get_many(list(mirrored)))


def test_only_those_updated_since_then_are_given(rows: IngestionRepository) -> None:
    row = added(rows)
    assert [change.ingestion.id for change in rows.changes(None, now() - timedelta(minutes=1), 10).changes] == [row.id]
    assert rows.changes(None, now() + timedelta(minutes=1), 10).changes == []


def test_after_a_restore_every_row_counts_as_changed_and_old_positions_are_refused(
    rows: IngestionRepository, database_url: str
) -> None:
    row = added(rows)
    far = 1 << 40
    with psycopg.connect(database_url) as connection:  # as pg_restore leaves it in a cluster that has done less
        connection.execute("ALTER TABLE ingestions DISABLE TRIGGER stamp_ingestion_change")
        connection.execute("UPDATE ingestions SET changed_in = %s::text::xid8", [far])
        connection.execute("ALTER TABLE ingestions ENABLE TRIGGER stamp_ingestion_change")
    assert Mirror(rows).read_on() == []
    with pytest.raises(ChangesFromTheFuture):
        rows.changes(ChangePosition(far, new_id()), None, 10)
    assert rows.restamp_restored() == 1
    assert rows.restamp_restored() == 0
    assert [change.ingestion.id for change in Mirror(rows).read_on()] == [row.id]


def test_many_are_looked_up_at_once(rows: IngestionRepository) -> None:
    one, other = added(rows), completed(rows)
    assert rows.get_many([one.id, other.id, new_id()]) == {one.id: rows.get(one.id), other.id: rows.get(other.id)}
