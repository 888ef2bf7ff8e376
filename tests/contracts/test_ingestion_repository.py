"""The contract of `IngestionRepository`, on PostgreSQL."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.database import Database
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus, RecordedFailure, StatusCounts
from invoiceflow.ports.ingestion_repository import (
    Completed,
    DueLimits,
    Failed,
    IdempotencyKey,
    IdempotencyKeyTaken,
    IngestionRepository,
)
from tests.rows import added, completed, new_id, new_ingestion, now, reading

BROKEN = RecordedFailure("file.corrupted", "The PDF is damaged.", transient=False)
AWAY = RecordedFailure("object_store.unavailable", "A service was away.", transient=True)


@pytest.fixture
def rows(database: Database) -> IngestionRepository:
    return PostgresIngestions(database)


def found(rows: IngestionRepository, ingestion: Ingestion) -> Ingestion:
    row = rows.get(ingestion.id)
    assert row is not None
    return row


def limits(**changes: object) -> DueLimits:
    at = now()
    past = at - timedelta(hours=1)
    base = DueLimits(now=at, stale_before=past, unpublished_before=past, extractor_version="1", max_attempts=5)
    return replace(base, **changes)  # type: ignore[arg-type]  # test values by name


def test_a_new_row_is_pending_and_as_it_was_given(rows: IngestionRepository) -> None:
    new = new_ingestion(filename="Rechnung März.pdf")
    row = rows.add(new)
    assert row == found(rows, row)
    assert (row.id, row.filename, row.s3_key, row.sha256, row.size) == (new.id, new.filename, new.s3_key, new.sha256, new.size)
    assert (row.status, row.revision, row.attempts, row.published_at) == (IngestionStatus.PENDING, 0, 0, None)
    assert rows.get(new_id()) is None


def test_the_same_bytes_again_name_the_first_ingestion(rows: IngestionRepository) -> None:
    first, second, third = (added(rows, content=b"same") for _ in range(3))
    assert (first.duplicate_of, second.duplicate_of, third.duplicate_of) == (None, first.id, first.id)


def test_an_idempotency_key_is_taken_once_until_it_expires(rows: IngestionRepository) -> None:
    key = IdempotencyKey("key", "fingerprint", now() + timedelta(hours=1))
    first = added(rows, key)
    with pytest.raises(IdempotencyKeyTaken):
        added(rows, key)
    known = rows.find_by_idempotency_key("key", now())
    assert known is not None
    assert (known.ingestion.id, known.fingerprint) == (first.id, "fingerprint")
    assert rows.find_by_idempotency_key("key", now() + timedelta(hours=2)) is None
    assert rows.expire_idempotency_keys(now() + timedelta(hours=2)) == 1
    assert added(rows, key).id != first.id


def test_of_two_requests_with_one_key_at_one_moment_one_wins(rows: IngestionRepository) -> None:
    key = IdempotencyKey("race", "f", now() + timedelta(hours=1))
    ends: list[str] = []

    def add() -> None:
        try:
            added(rows, key)
            ends.append("added")
        except IdempotencyKeyTaken:
            ends.append("taken")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["added"] + ["taken"] * 7
    assert rows.status_counts().total == 1


def test_only_a_row_that_was_never_claimed_can_be_withdrawn(rows: IngestionRepository) -> None:
    never, claimed = added(rows), added(rows)
    rows.claim([claimed.id], "run")
    assert rows.withdraw(never.id)
    assert not rows.withdraw(claimed.id)
    assert not rows.withdraw(never.id)
    assert rows.get(never.id) is None


def test_claiming_takes_open_rows_in_the_order_asked_and_passes_over_the_rest(rows: IngestionRepository) -> None:
    one, two, done = added(rows), added(rows), completed(rows)
    claimed = rows.claim([two.id, done.id, new_id(), one.id], "run-1")
    assert [row.id for row in claimed] == [two.id, one.id]
    assert {(row.status, row.revision, row.attempts, row.run_id) for row in claimed} == {
        (IngestionStatus.PROCESSING, 1, 1, "run-1")
    }
    assert [row.revision for row in rows.claim([one.id], "run-2")] == [2]


def test_a_result_is_kept_with_its_reading(rows: IngestionRepository) -> None:
    [claimed] = rows.claim([added(rows).id], "run")
    assert rows.finish([Completed(claimed.id, claimed.revision, reading(text="a\0b \ud800 c"))], now()) == {claimed.id}
    document = rows.document(claimed.id)
    assert document is not None
    row, kept = document
    assert (row.status, row.extractor_version, row.failure) == (IngestionStatus.COMPLETED, "1", None)
    assert kept is not None
    assert kept.invoice == reading().invoice
    assert kept.text == "ab ? c"
    assert rows.extractions([claimed.id, new_id()]) == {claimed.id: kept}


def test_a_result_of_an_older_claim_comes_too_late(rows: IngestionRepository) -> None:
    row = added(rows)
    [old] = rows.claim([row.id], "killed")
    [new] = rows.claim([row.id], "successor")
    assert rows.finish([Completed(new.id, new.revision, reading("NEW"))], now()) == {row.id}
    assert rows.finish([Failed(old.id, old.revision, BROKEN, None)], now()) == set()
    assert rows.finish([Completed(old.id, old.revision, reading("OLD"))], now()) == set()
    assert found(rows, row).status is IngestionStatus.COMPLETED
    assert rows.extractions([row.id])[row.id].invoice.number == "NEW"


def test_a_failure_is_kept_and_cleared_by_the_next_claim(rows: IngestionRepository) -> None:
    [claimed] = rows.claim([added(rows).id], "run")
    rows.finish([Failed(claimed.id, claimed.revision, BROKEN, None)], now())
    assert found(rows, claimed).failure == BROKEN
    [reopened] = rows.reopen([claimed.id], "again")
    assert (reopened.status, reopened.failure, reopened.attempts) == (IngestionStatus.PENDING, None, 0)
    assert rows.reopen([claimed.id], "again") == []


def test_states_are_counted(rows: IngestionRepository) -> None:
    added(rows)
    completed(rows)
    rows.claim([added(rows).id], "run")
    [failing] = rows.claim([added(rows).id], "run")
    rows.finish([Failed(failing.id, failing.revision, BROKEN, None)], now())
    assert rows.status_counts() == StatusCounts(pending=1, processing=1, failed=1, completed=1)
    assert rows.status_counts().total == 4


def test_a_transient_failure_is_due_when_its_time_has_come_and_attempts_are_left(rows: IngestionRepository) -> None:
    [claimed] = rows.claim([added(rows).id], "run")
    rows.finish([Failed(claimed.id, claimed.revision, AWAY, now() + timedelta(minutes=1))], now())
    assert rows.count_due(limits(), 10) == 0
    later = limits(now=now() + timedelta(minutes=2))
    assert rows.count_due(replace(later, max_attempts=1), 10) == 0
    assert rows.count_due(later, 10) == 1
    [taken] = rows.take_due(later, 10)
    assert (taken.id, taken.status, taken.attempts) == (claimed.id, IngestionStatus.PENDING, 1)


def test_a_permanent_failure_is_never_due(rows: IngestionRepository) -> None:
    [claimed] = rows.claim([added(rows).id], "run")
    rows.finish([Failed(claimed.id, claimed.revision, BROKEN, None)], now())
    assert rows.take_due(limits(now=now() + timedelta(days=30), stale_before=now()), 10) == []


def test_stale_and_unpublished_rows_are_due(rows: IngestionRepository) -> None:
    unpublished, published, processing = (added(rows) for _ in range(3))
    rows.mark_published([published.id], now())
    rows.claim([processing.id], "killed")
    soon = now() + timedelta(seconds=1)
    assert [row.id for row in rows.take_due(limits(unpublished_before=soon), 10)] == [unpublished.id]
    assert {row.id for row in rows.take_due(limits(stale_before=soon), 10)} == {unpublished.id, published.id, processing.id}


def test_invoices_read_by_another_version_are_due(rows: IngestionRepository) -> None:
    old, current = completed(rows, "0"), completed(rows, "1")
    assert [row.id for row in rows.take_due(limits(), 10)] == [old.id]
    assert found(rows, current).status is IngestionStatus.COMPLETED


def test_no_more_than_asked_for_is_taken(rows: IngestionRepository) -> None:
    for _ in range(5):
        completed(rows, "0")
    assert rows.count_due(limits(), 3) == 3
    assert len(rows.take_due(limits(), 3)) == 3
    assert len(rows.take_due(limits(), 3)) == 2


def test_dead_letters_fail_open_rows_only_and_late_results_do_not_undo_it(rows: IngestionRepository) -> None:
    done = completed(rows)
    [claimed] = rows.claim([added(rows).id], "killed")
    [failed] = rows.fail_dead_letters([done.id, claimed.id, new_id()], BROKEN, now())
    assert (failed.id, failed.status, failed.failure) == (claimed.id, IngestionStatus.FAILED, BROKEN)
    assert rows.finish([Completed(claimed.id, claimed.revision, reading())], now()) == set()


def test_finished_rows_are_listed_page_by_page(rows: IngestionRepository) -> None:
    done = sorted(completed(rows).id for _ in range(3))
    added(rows)
    soon = now() + timedelta(seconds=1)
    assert rows.finished_before(soon, None, 2) == done[:2]
    assert rows.finished_before(soon, done[1], 2) == done[2:]
    assert rows.finished_before(now() - timedelta(days=1), None, 2) == []


def test_it_tells_which_ids_have_a_row(rows: IngestionRepository) -> None:
    row = added(rows)
    assert rows.ids_present([row.id, new_id()]) == {row.id}
