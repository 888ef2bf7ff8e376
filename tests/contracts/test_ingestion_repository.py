"""The contract of `IngestionRepository`, on PostgreSQL."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

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
from invoiceflow.ports.unavailable import Unavailable
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


def test_several_new_rows_are_added_in_the_order_given_or_not_at_all(rows: IngestionRepository) -> None:
    first = added(rows, content=b"same")
    news = [new_ingestion(filename=f"{number}.pdf", content=b"same" if number == 3 else b"%d" % number) for number in range(50)]
    answers = rows.add_all(news[::-1])
    assert [answer.id for answer in answers] == [new.id for new in news[::-1]]
    assert answers == [found(rows, answer) for answer in answers]
    assert [answer.filename for answer in answers if answer.duplicate_of == first.id] == ["3.pdf"]
    fresh = new_ingestion(content=b"fresh")
    with pytest.raises(psycopg.errors.UniqueViolation):
        rows.add_all([fresh, news[0]])
    assert rows.get(fresh.id) is None


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
    start = threading.Barrier(8)

    def add() -> None:
        start.wait()
        try:
            added(rows, key)
            ends.append("added")
        except IdempotencyKeyTaken:
            ends.append("taken")

    run_together(*[add] * 8)
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


def test_a_result_of_an_older_claim_does_not_end_the_newer_one(rows: IngestionRepository) -> None:
    row = added(rows)
    [old] = rows.claim([row.id], "cut off")
    [new] = rows.claim([row.id], "successor")
    assert rows.finish([Completed(old.id, old.revision, reading("OLD"))], now()) == set()
    assert found(rows, row).status is IngestionStatus.PROCESSING
    assert rows.extractions([row.id]) == {}
    assert rows.finish([Completed(new.id, new.revision, reading("NEW"))], now()) == {row.id}


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


def test_what_a_run_says_that_it_still_works_on_is_not_stale_and_nothing_else_changes(rows: IngestionRepository) -> None:
    mine, others, waiting = added(rows), added(rows), added(rows)
    rows.claim([mine.id], "run")
    rows.claim([others.id], "other run")
    rows.mark_published([waiting.id], now())
    before = now()
    at_first = rows.get(mine.id)
    rows.touch([mine.id, others.id, waiting.id, new_id()], "run")
    assert {row.id for row in rows.take_due(limits(stale_before=before), 10)} == {others.id, waiting.id}
    touched = rows.get(mine.id)
    assert touched is not None
    assert at_first is not None
    assert touched.updated_at > at_first.updated_at
    assert replace(touched, updated_at=at_first.updated_at) == at_first


def test_invoices_read_by_another_version_are_due(rows: IngestionRepository) -> None:
    old, current = completed(rows, "0"), completed(rows, "1")
    assert [row.id for row in rows.take_due(limits(), 10)] == [old.id]
    assert found(rows, current).status is IngestionStatus.COMPLETED


def test_unannounced_are_open_rows_that_were_neither_published_nor_claimed(rows: IngestionRepository) -> None:
    first, second, published, claimed = (added(rows) for _ in range(4))
    rows.mark_published([published.id], now())
    rows.claim([claimed.id], "run")
    later = now() + timedelta(seconds=1)
    assert [row.id for row in rows.unannounced(later, 10)] == [first.id, second.id]
    assert [row.id for row in rows.unannounced(later, 1)] == [first.id]
    assert rows.unannounced(first.updated_at, 10) == []


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


def test_of_two_uploads_at_one_moment_the_second_is_known_at_its_claim(rows: IngestionRepository, database: Database) -> None:
    first, second = added(rows, content=b"same"), added(rows, content=b"same")
    with database.transaction("test") as connection:  # as if neither had seen the other
        connection.execute("UPDATE ingestions SET duplicate_of = NULL")
    assert [row.duplicate_of for row in rows.claim([second.id, first.id], "run")] == [first.id, None]


def test_a_withdrawn_ingestion_is_nobody_s_original(rows: IngestionRepository) -> None:
    first, second = added(rows, content=b"same"), added(rows, content=b"same")
    assert second.duplicate_of == first.id
    rows.withdraw(first.id)
    assert [row.duplicate_of for row in rows.claim([second.id], "run")] == [None]


def test_a_row_is_withdrawn_or_claimed_but_never_both(rows: IngestionRepository) -> None:
    waiting = [added(rows).id for _ in range(40)]
    withdrawn: list[bool] = []
    claimed: list[Ingestion] = []
    start = threading.Barrier(2)

    def withdraw() -> None:
        start.wait()
        withdrawn.extend(rows.withdraw(request_id) for request_id in waiting)

    def claim() -> None:
        start.wait()
        for at in range(0, 40, 5):
            claimed.extend(rows.claim(list(reversed(waiting[at : at + 5])), "run"))

    run_together(withdraw, claim)
    gone = {request_id for request_id, was in zip(waiting, withdrawn, strict=True) if was}
    assert gone.isdisjoint(row.id for row in claimed)
    assert gone | {row.id for row in claimed} == set(waiting)
    assert rows.ids_present(waiting) == set(waiting) - gone


def test_two_consumers_that_claim_the_same_rows_get_revisions_of_their_own(rows: IngestionRepository) -> None:
    ids = [added(rows).id for _ in range(30)]
    revisions: list[tuple[object, int]] = []

    def claim(order: list[UUID]) -> None:
        for _ in range(5):
            revisions.extend((row.id, row.revision) for row in rows.claim(order, "run"))

    run_together(lambda: claim(ids), lambda: claim(ids[::-1]))
    assert sorted(revisions) == sorted((request_id, revision) for request_id in ids for revision in range(1, 11))


def test_a_result_for_a_row_that_was_put_back_meanwhile_comes_too_late(rows: IngestionRepository) -> None:
    [claimed] = rows.claim([added(rows).id], "slow")
    rows.take_due(limits(stale_before=now() + timedelta(seconds=1)), 10)
    assert rows.finish([Completed(claimed.id, claimed.revision, reading())], now()) == set()
    assert found(rows, claimed).status is IngestionStatus.PENDING


def test_a_row_that_is_finished_while_the_schedule_looks_is_left_alone(rows: IngestionRepository, database: Database) -> None:
    [claimed] = rows.claim([added(rows).id], "slow")
    due = limits(stale_before=now() + timedelta(seconds=1))
    with database.transaction("test") as connection:  # finishing, not yet committed: the row is locked
        connection.execute("UPDATE ingestions SET status = 'COMPLETED', extractor_version = '1'")
        assert rows.count_due(due, 10) == 1
        assert rows.take_due(due, 10) == []
    assert found(rows, claimed).status is IngestionStatus.COMPLETED


def test_nothing_given_is_nothing_done(rows: IngestionRepository) -> None:
    assert rows.claim([], "run") == []
    assert rows.finish([], now()) == set()
    assert rows.reopen([], "c") == []
    assert rows.extractions([]) == {}
    assert rows.ids_present([]) == set()
    assert rows.fail_dead_letters([], BROKEN, now()) == []
    assert rows.document(new_id()) is None
    rows.mark_published([], now())


def test_publishing_again_does_not_move_the_first_time(rows: IngestionRepository) -> None:
    row, first = added(rows), now()
    rows.mark_published([row.id], first)
    rows.mark_published([row.id], first + timedelta(hours=1))
    assert found(rows, row).published_at == first


def test_withdrawing_frees_the_idempotency_key(rows: IngestionRepository) -> None:
    key = IdempotencyKey("key", "f", now() + timedelta(hours=1))
    rows.withdraw(added(rows, key).id)
    assert rows.find_by_idempotency_key("key", now()) is None
    added(rows, key)


def test_an_expired_key_that_is_still_there_can_be_used_again(rows: IngestionRepository) -> None:
    first = added(rows, IdempotencyKey("key", "f", now() - timedelta(seconds=1)))
    second = added(rows, IdempotencyKey("key", "f", now() + timedelta(hours=1)))
    known = rows.find_by_idempotency_key("key", now())
    assert known is not None
    assert known.ingestion.id == second.id != first.id


def test_reading_again_keeps_both_versions_and_gives_the_newest(rows: IngestionRepository) -> None:
    row = completed(rows, "1")
    for version, number in (("2", "SECOND"), ("1", "BACK TO ONE")):
        rows.reopen([row.id], "again")
        [claimed] = rows.claim([row.id], "run")
        rows.finish([Completed(row.id, claimed.revision, reading(number, version))], now())
        assert rows.extractions([row.id])[row.id].invoice.number == number
        assert found(rows, row).extractor_version == version


def test_indexing_again_leaves_the_reading_as_it_was(rows: IngestionRepository) -> None:
    row = completed(rows)
    rows.reopen([row.id], "again")
    [claimed] = rows.claim([row.id], "run")
    assert rows.finish([Completed(row.id, claimed.revision, None)], now()) == {row.id}
    assert found(rows, row).extractor_version == "1"
    assert rows.extractions([row.id])[row.id] == reading()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters() | st.sampled_from("\0\ud800\\u0")), min_size=1, max_size=4))
@example(["a\\u0000b", "c\0d", "\ud800"])
def test_no_text_in_an_invoice_can_spoil_its_batch(rows: IngestionRepository, texts: list[str]) -> None:
    claimed = rows.claim([added(rows).id for _ in texts], "run")
    results = [Completed(row.id, row.revision, reading(text, text=text)) for row, text in zip(claimed, texts, strict=True)]
    assert rows.finish(results, now()) == {row.id for row in claimed}
    kept = rows.extractions([row.id for row in claimed])
    for row, text in zip(claimed, texts, strict=True):
        storable = text.replace("\0", "").encode("utf-8", "replace").decode()
        assert (kept[row.id].invoice.number, kept[row.id].text) == (storable, storable)


def test_a_result_of_many_is_written_in_one_transaction(rows: IngestionRepository, database: Database) -> None:
    claimed = rows.claim([added(rows).id for _ in range(3)], "run")
    with database.transaction("test") as connection:
        connection.execute("ALTER TABLE extractions ADD CHECK (text <> 'refuse me')")
    results = [
        Completed(row.id, row.revision, reading(text=text)) for row, text in zip(claimed, ("a", "b", "refuse me"), strict=True)
    ]
    with pytest.raises(psycopg.IntegrityError):
        rows.finish(results, now())
    assert rows.status_counts() == StatusCounts(processing=3)
    assert rows.extractions([row.id for row in claimed]) == {}


def test_rows_that_are_away_say_so() -> None:
    away = PostgresIngestions(Database("postgresql://nobody@127.0.0.1:1/none", application_name="t", size=1, wait=0.3))
    for call in (away.check, away.status_counts, lambda: away.get(new_id()), lambda: away.add(new_ingestion())):
        with pytest.raises(Unavailable, match="database"):
            call()


def run_together(*works: Callable[[], None]) -> None:
    """Runs each in a thread of its own and raises what went wrong in one."""
    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(work) for work in works]:
            future.result()
