"""Failed invoices are put back into the queue because a person asks for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import Message

PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class FailedSelection:
    """Which failed invoices: all, or those with this failure code, or that failed at `since` or later; at most `limit`."""

    code: str | None = None
    since: datetime | None = None
    limit: int = 10_000


def reprocess_failed(system: System, selection: FailedSelection, correlation_id: str, now: datetime) -> int:
    """Takes them back to PENDING and wakes the pipeline; returns how many. Raises Unavailable: a row that is reopened without
    its message is published by the schedule."""
    ids = system.ingestions.failed(selection.limit, code=selection.code, since=selection.since)
    count = 0
    for start in range(0, len(ids), PORTION):
        reopened = system.ingestions.reopen(ids[start : start + PORTION], correlation_id)
        if reopened:
            system.queue.publish([Message(ingestion.id, correlation_id) for ingestion in reopened])
            system.ingestions.mark_published([ingestion.id for ingestion in reopened], now)
        count += len(reopened)
    return count
