"""What happens to a batch: order, outcomes, and that one bad invoice never fails its batch."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import MAX_ATTEMPTS, IngestionStatus
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.sandbox import Sandbox
from invoiceflow_pipeline.work.finishing import delay_before
from invoiceflow_pipeline.work.outcomes import EXTRACTED, INDEXED, RAW, STEPS, Outcome
from invoiceflow_pipeline.work.processing import Processor, retry_until
from tests.pipeline.working import Recorded, found, make, numbers
from tests.rows import accepted, new_id, now


def test_a_good_invoice_is_read_found_and_completed(system: System, processor: Processor) -> None:
    row = accepted(system, b"RE-77")
    journal = Recorded()
    [outcome] = processor.run([row.id], "run", journal)
    assert outcome.failure is None
    assert journal.outcomes == [outcome]
    after = found(system, row)
    assert (after.status, after.extractor_version, after.run_id) == (IngestionStatus.COMPLETED, "1", "run")
    [hit] = system.search.search(Search(q="RE-77")).hits
    assert (hit["request_id"], hit["status"]) == (str(row.id), "COMPLETED")


@pytest.mark.parametrize(
    ("content", "code", "transient"),
    [
        (b"broken", "file.corrupted", False),
        (b"hang", "extraction.timeout", True),
        (b"kill", "extraction.crashed", True),
        (b"eat", "extraction.out_of_memory", True),
        (b"fault", "extraction.error", True),
    ],
)
def test_one_bad_invoice_fails_with_its_code_and_the_others_go_on(
    system: System, processor: Processor, content: bytes, code: str, transient: bool
) -> None:
    good, bad = accepted(system, b"RE-1"), accepted(system, content)
    processor.run([bad.id, good.id], "run", Recorded())
    assert found(system, good).status is IngestionStatus.COMPLETED
    after = found(system, bad)
    assert after.status is IngestionStatus.FAILED
    assert after.failure is not None
    assert (after.failure.code, after.failure.transient) == (code, transient)
    assert (after.next_attempt_at is not None) == transient
    assert numbers(system) == {str(good.id): "COMPLETED", str(bad.id): "FAILED"}
    [hit] = system.search.search(Search(finding=(code,))).hits
    assert hit["request_id"] == str(bad.id)


def test_an_altered_or_lost_original_is_a_permanent_failure(system: System, processor: Processor, tmp_path: object) -> None:
    altered, lost = accepted(system, b"RE-1"), accepted(system, b"RE-2")
    (system.settings.home / "objects" / altered.s3_key).write_bytes(b"RE-9")
    system.objects.delete(lost.s3_key)
    processor.run([altered.id, lost.id], "run", Recorded())
    codes = [failure.code for row in (altered, lost) if (failure := found(system, row).failure)]
    assert codes == ["file.altered", "file.missing"]


def test_the_last_attempt_of_a_transient_failure_is_not_followed_by_itself(system: System, processor: Processor) -> None:
    row = accepted(system, b"fault")
    for _ in range(MAX_ATTEMPTS - 1):
        system.ingestions.claim([row.id], "killed")
    processor.run([row.id], "run", Recorded())
    assert found(system, row).next_attempt_at is None


def test_the_same_file_again_carries_a_finding(system: System, processor: Processor) -> None:
    first, second = accepted(system, b"RE-1"), accepted(system, b"RE-1")
    processor.run([first.id, second.id], "run", Recorded())
    [hit] = system.search.search(Search(finding=("duplicate.same_file",))).hits
    assert hit["request_id"] == str(second.id)


def test_the_same_invoice_as_another_file_names_the_first_whatever_the_order_of_reading(
    system: System, processor: Processor
) -> None:
    first, second, other = accepted(system, b"RE-1"), accepted(system, b"copy of RE-1"), accepted(system, b"RE-2")
    processor.run([second.id, other.id, first.id], "run", Recorded())
    for again in range(3):
        [hit] = system.search.search(Search(finding=("duplicate.same_invoice",))).hits
        assert hit["request_id"] == str(second.id)
        kept = system.ingestions.extractions([first.id, second.id])
        [finding] = kept[second.id].invoice.findings
        assert str(first.id) in finding.message
        assert kept[first.id].invoice.findings == ()
        system.ingestions.reopen([first.id, second.id], "c")
        processor.run([first.id, second.id], f"run-{again}", Recorded())


def test_indexing_alone_builds_search_from_the_stored_reading(system: System, processor: Processor) -> None:
    row = accepted(system, b"RE-5")
    processor.run([row.id], "run", Recorded())
    system.objects.delete(row.s3_key)
    system.ingestions.reopen([row.id], "c")
    [outcome] = processor.run([row.id], "run-2", Recorded(), (INDEXED,))
    assert outcome.failure is None
    assert found(system, row).status is IngestionStatus.COMPLETED
    [hit] = system.search.search(Search(q="RE-5")).hits
    assert hit["revision"] == 2


def test_indexing_what_was_never_read_says_so(system: System, processor: Processor) -> None:
    row = accepted(system, b"RE-5")
    [outcome] = processor.run([row.id], "run", Recorded(), (INDEXED,))
    assert outcome.failure is not None
    assert outcome.failure.code == "extraction.missing"


def test_a_repaired_invoice_replaces_its_failure_in_search(system: System, processor: Processor) -> None:
    row = accepted(system, b"kill")
    processor.run([row.id], "run", Recorded())
    path = system.settings.home / "objects" / row.s3_key
    import hashlib

    path.write_bytes(b"RE-6")
    with system.database.transaction("test") as connection:
        connection.execute("UPDATE ingestions SET sha256 = %s", [hashlib.sha256(b"RE-6").hexdigest()])
    system.ingestions.reopen([row.id], "c")
    processor.run([row.id], "run-2", Recorded())
    assert numbers(system) == {str(row.id): "COMPLETED"}


def test_ids_that_are_final_or_unknown_are_not_worked_on(system: System, processor: Processor) -> None:
    row = accepted(system, b"RE-1")
    processor.run([row.id], "run", Recorded())
    assert processor.run([row.id, new_id()], "run", Recorded()) == []


def test_events_are_recorded_before_the_row_is_final(system: System, processor: Processor) -> None:
    row = accepted(system, b"RE-1")
    seen: list[IngestionStatus] = []

    class Looking:
        def record(self, outcomes: Sequence[Outcome]) -> None:
            seen.append(found(system, row).status)

    processor.run([row.id], "run", Looking())
    assert seen == [IngestionStatus.PROCESSING]


def test_what_the_index_refuses_is_a_failure(system: System, sandbox: Sandbox) -> None:
    row = accepted(system, b"RE-1")

    class Refusing:
        def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
            return {document.request_id: "too strange" for document in documents}

    processor = make(replace(system, search=Refusing()), sandbox)  # type: ignore[arg-type]  # only write is asked for
    [outcome] = processor.run([row.id], "run", Recorded())
    processor.close()
    assert outcome.failure is not None
    assert outcome.failure.code == "search.refused"
    assert found(system, row).status is IngestionStatus.FAILED


def test_steps_done_tell_what_may_be_materialised(system: System, processor: Processor) -> None:
    good, broken, lost = accepted(system, b"RE-1"), accepted(system, b"broken"), accepted(system, b"RE-2")
    system.objects.delete(lost.s3_key)
    outcomes = {o.ingestion.id: o.steps for o in processor.run([good.id, broken.id, lost.id], "run", Recorded())}
    assert outcomes == {good.id: STEPS, broken.id: (RAW,), lost.id: ()}
    assert EXTRACTED in STEPS


@given(attempt=st.integers(2, 50), jitter=st.floats(0, 1, exclude_max=True))
def test_delays_grow_and_stay_within_their_bounds(attempt: int, jitter: float) -> None:
    assert timedelta(seconds=30) <= delay_before(attempt, jitter) <= timedelta(hours=6)
    assert delay_before(attempt + 1, 0.0) >= delay_before(attempt, 0.0)


def test_work_is_held_until_a_service_is_back() -> None:
    away = [Unavailable("search", "away")] * 3

    def work() -> None:
        if away:
            raise away.pop()

    assert retry_until(work, lambda: False, longest=0.01)
    assert away == []


def test_a_stop_ends_the_holding() -> None:
    def work() -> None:
        raise Unavailable("search", "away")

    stops: Callable[[], bool] = lambda: True  # noqa: E731  shorter than a function
    assert not retry_until(work, stops)


def test_reading_is_given_the_latest_date_that_it_is_anywhere(system: System, processor: Processor) -> None:
    before = now()
    [outcome] = processor.run([accepted(system, b"today").id], "run", Recorded())
    assert outcome.extraction is not None
    assert outcome.extraction.invoice.number in {str((at + timedelta(hours=14)).date()) for at in (before, now())}
