"""What the schedules do, over the ports: re-queue, sweep. The clock is handed in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final
from uuid import UUID

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import MAX_ATTEMPTS, RecordedFailure
from invoiceflow.domain.search.document import search_document
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.ingestion_repository import DueLimits
from invoiceflow.ports.object_store import NoSuchObject
from invoiceflow.settings import Settings
from invoiceflow_pipeline.work.finishing import log_outcome
from invoiceflow_pipeline.work.outcomes import Journal, Outcome
from invoiceflow_reader.version import EXTRACTOR_VERSION

PORTION: Final = 200
SHALLOW: Final = 1000
"""Messages in the queue above which nothing is put back: what is uploaded now goes first."""
UNPUBLISHED_AFTER: Final = timedelta(seconds=60)
ORPHAN_AFTER: Final = timedelta(days=1)
GAVE_UP: Final = RecordedFailure(
    "processing.gave_up", "Every attempt to process it was cut off; it was put aside.", transient=False
)


def now() -> datetime:
    return datetime.now(UTC)


def due_limits(settings: Settings, at: datetime) -> DueLimits:
    return DueLimits(
        now=at,
        stale_before=at - timedelta(minutes=settings.stale_minutes),
        unpublished_before=at - UNPUBLISHED_AFTER,
        extractor_version=EXTRACTOR_VERSION,
        max_attempts=MAX_ATTEMPTS,
    )


def is_anything_due(system: System, at: datetime) -> bool:
    return system.queue.depth().waiting < SHALLOW and system.ingestions.count_due(due_limits(system.settings, at), 1) > 0


def requeue_due(system: System, at: datetime) -> int:
    """Puts due invoices back, portion by portion, while the queue is shallow; says how many."""
    count = 0
    while system.queue.depth().waiting < SHALLOW:
        withdraw_refused(system, at)
        taken = system.ingestions.take_due(due_limits(system.settings, at), PORTION)
        if not taken:
            break
        system.queue.publish([Message(ingestion.id, ingestion.correlation_id) for ingestion in taken])
        system.ingestions.mark_published([ingestion.id for ingestion in taken], at)
        count += len(taken)
    return count


def withdraw_refused(system: System, at: datetime) -> int:
    """Removes rows of uploads that were refused: their object is gone, and the database was away when the row should have
    followed it. Looks at one portion; says how many."""
    count = 0
    for ingestion in system.ingestions.unannounced(at - UNPUBLISHED_AFTER, PORTION):
        try:
            system.objects.head(ingestion.s3_key)
        except NoSuchObject:
            count += system.ingestions.withdraw(ingestion.id)
    return count


def fail_dead_letters(system: System, journal: Journal, at: datetime) -> int:
    """Row, search and check first, then the letters are taken out: a crash in between repeats, and loses nothing."""
    count = 0
    while letters := system.queue.peek_dead_letters(PORTION):
        ids = list(dict.fromkeys(letter.request_id for letter in letters))
        failed = system.ingestions.fail_dead_letters(ids, GAVE_UP, at)
        known = {ingestion.id for ingestion in failed}
        before = (system.ingestions.get(request_id) for request_id in ids if request_id not in known)
        failed += [row for row in before if row is not None and row.failure == GAVE_UP]  # of a sweep that was cut off
        system.search.write([search_document(ingestion, None) for ingestion in failed])
        outcomes = [Outcome(ingestion, (), failure=GAVE_UP) for ingestion in failed]
        journal.record(outcomes)
        for outcome in outcomes:
            log_outcome(outcome, at)
        system.queue.take_dead_letters(len(letters))
        count += len(failed)
    return count


def remove_orphans(system: System, at: datetime) -> int:
    """Removes objects that have no row and are older than a day: their upload was cut off before it was answered."""
    count = 0
    objects = system.objects.list("raw/")
    while batch := list(islice(objects, 1000)):
        old = {owner: o.key for o in batch if o.modified_at < at - ORPHAN_AFTER and (owner := _owner(o.key)) is not None}
        owned = system.ingestions.ids_present(list(old))
        for request_id, key in old.items():
            if request_id not in owned:
                system.objects.delete(key)
                count += 1
    return count


def finished_ids(system: System, before: datetime) -> Iterator[str]:
    last: UUID | None = None
    while page := system.ingestions.finished_before(before, last, 5000):
        yield from (str(request_id) for request_id in page)
        last = page[-1]


def _owner(key: str) -> UUID | None:
    try:
        return UUID(key.removeprefix("raw/").removesuffix(".pdf"))
    except ValueError:
        return None
