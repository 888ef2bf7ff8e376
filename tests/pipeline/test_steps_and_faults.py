"""Any subset of steps keeps row and search together; what one invoice breaks is its own failure; sweeps that are cut off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.sandbox import Sandbox
from invoiceflow_pipeline.work import housekeeping
from invoiceflow_pipeline.work.outcomes import EXTRACTED, INDEXED, RAW, STEPS, Outcome
from invoiceflow_pipeline.work.processing import Processor
from tests.pipeline.working import Recorded, found, make, numbers
from tests.rows import accepted, added, now


class Stumbling:
    """A search index that breaks at one invoice."""

    def __init__(self, system: System, over: UUID) -> None:
        self._system = system
        self._over = over

    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        if any(d.request_id == self._over and d.status == "COMPLETED" for d in documents):
            raise ValueError("never seen before")
        return self._system.search.write(documents)


def test_an_invoice_that_breaks_the_writing_fails_alone(system: System, sandbox: Sandbox) -> None:
    good, bad = accepted(system, b"RE-1"), accepted(system, b"RE-2")
    stumbling = Stumbling(system, bad.id)
    processor = make(replace(system, search=stumbling), sandbox)  # type: ignore[arg-type]  # only write is asked for
    processor.run([bad.id, good.id], "run", Recorded())
    processor.close()
    assert numbers(system) == {str(good.id): "COMPLETED", str(bad.id): "FAILED"}
    after = found(system, bad)
    assert after.failure is not None
    assert (after.failure.code, after.failure.transient) == ("processing.error", True)
    assert found(system, good).status is IngestionStatus.COMPLETED


def test_what_the_index_refuses_is_found_by_its_file_name_at_least(system: System, sandbox: Sandbox) -> None:
    row = accepted(system, b"RE-1", "strange.pdf")

    class Refusing:
        def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
            refused = {d.request_id: "too strange" for d in documents if d.status == "COMPLETED"}
            system.search.write([d for d in documents if d.request_id not in refused])
            return refused

    processor = make(replace(system, search=Refusing()), sandbox)  # type: ignore[arg-type]  # only write is asked for
    processor.run([row.id], "run", Recorded())
    processor.close()
    [hit] = system.search.search(Search(q="strange", finding=("search.refused",))).hits
    assert hit["status"] == "FAILED"


def test_extracted_alone_is_searched_as_well(system: System, processor: Processor) -> None:
    row = accepted(system, b"RE-1")
    [outcome] = processor.run([row.id], "run", Recorded(), (EXTRACTED,))
    assert outcome.steps == (EXTRACTED, INDEXED)
    assert numbers(system) == {str(row.id): "COMPLETED"}


def test_raw_alone_verifies_what_was_read_and_reads_what_was_not(system: System, processor: Processor) -> None:
    never, once = accepted(system, b"RE-1"), accepted(system, b"RE-2")
    processor.run([once.id], "run", Recorded())
    system.ingestions.reopen([once.id], "c")
    first, second = processor.run([never.id, once.id], "run-2", Recorded(), (RAW,))
    assert {first.ingestion.id: first.steps, second.ingestion.id: second.steps} == {never.id: STEPS, once.id: (RAW, INDEXED)}
    assert numbers(system) == {str(never.id): "COMPLETED", str(once.id): "COMPLETED"}
    (system.settings.home / "objects" / once.s3_key).write_bytes(b"RE-9")
    system.ingestions.reopen([once.id], "c")
    processor.run([once.id], "run-3", Recorded(), (RAW,))
    assert numbers(system)[str(once.id)] == "FAILED"


def test_an_object_store_that_is_away_for_a_moment_costs_nothing(system: System, sandbox: Sandbox) -> None:
    row = accepted(system, b"RE-1")
    away = [Unavailable("object_store", "away")] * 2

    class Objects:
        def get(self, key: str) -> bytes:
            if away:
                raise away.pop()
            return system.objects.get(key)

    objects: ObjectStore = Objects()  # type: ignore[assignment]  # only get is asked for
    processor = make(replace(system, objects=objects), sandbox)
    [outcome] = processor.run([row.id], "run", Recorded())
    processor.close()
    assert outcome.failure is None


def dead_letter(system: System) -> Ingestion:
    row = added(system.ingestions)
    system.queue.publish([Message(row.id, "c")])
    for _ in range(6):
        with system.queue.consumer(1) as consumer:
            consumer.receive(1, wait=0.2)
    assert system.queue.depth().dead == 1
    return row


def test_a_dead_letter_is_found_by_search_as_failed(system: System, caplog: pytest.LogCaptureFixture) -> None:
    row = dead_letter(system)
    assert housekeeping.fail_dead_letters(system, Recorded(), now()) == 1
    assert f"Failed to process invoice {row.id}" in caplog.text
    assert numbers(system) == {str(row.id): "FAILED"}
    assert system.queue.depth().dead == 0


def test_a_sweep_that_was_cut_off_is_done_again(system: System) -> None:
    row = dead_letter(system)

    class Killed(Exception):
        pass

    class Killing:
        def record(self, outcomes: Sequence[Outcome]) -> None:
            raise Killed

    with pytest.raises(Killed):
        housekeeping.fail_dead_letters(system, Killing(), now())
    journal = Recorded()
    assert housekeeping.fail_dead_letters(system, journal, now()) == 1
    assert [outcome.ingestion.id for outcome in journal.outcomes] == [row.id]
    assert system.queue.depth().dead == 0


def test_a_dead_letter_of_an_invoice_that_is_done_is_only_taken_out(system: System, processor: Processor) -> None:
    row = accepted(system, b"RE-1")
    system.queue.publish([Message(row.id, "c")])
    for _ in range(6):
        with system.queue.consumer(1) as consumer:
            consumer.receive(1, wait=0.2)
    processor.run([row.id], "run", Recorded())
    assert housekeeping.fail_dead_letters(system, Recorded(), now() + timedelta(minutes=1)) == 0
    assert found(system, row).status is IngestionStatus.COMPLETED
    assert system.queue.depth().dead == 0
