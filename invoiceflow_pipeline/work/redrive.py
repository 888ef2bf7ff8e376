"""Sending invoices back that were put aside: dead letters, and the FAILED rows that the sweep has made of dead letters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import Message

PORTION: Final = 200


@dataclass(frozen=True, slots=True)
class Redriven:
    """`letters`: dead letters that became messages again; `rows`: FAILED rows that are PENDING again."""

    letters: int
    rows: int


def redrive(
    system: System, code: str, limit: int, correlation_id: str, now: Callable[[], datetime], progress: Callable[[int], None]
) -> Redriven:
    """At most `limit` letters, then at most `limit` FAILED rows with the failure `code`. Raises Unavailable; cut off at any
    line, it has lost nothing: a letter is removed after its message is confirmed, a row reopened without a message is
    published by the schedule."""
    began = now()  # what fails again meanwhile is not sent round and round
    letters = rows = 0
    there = min(limit, system.queue.depth().dead)
    while letters < there and (found := system.queue.peek_dead_letters(min(PORTION, there - letters))):
        system.queue.publish(found)
        system.queue.take_dead_letters(len(found))
        letters += len(found)
        progress(letters)
    while rows < limit and (ids := system.ingestions.failed(min(PORTION, limit - rows), code=code, updated_before=began)):
        rows += _reopen(system, ids, correlation_id, now)
        progress(letters + rows)
    return Redriven(letters, rows)


def _reopen(system: System, ids: list[UUID], correlation_id: str, now: Callable[[], datetime]) -> int:
    reopened = system.ingestions.reopen(ids, correlation_id)
    system.queue.publish([Message(row.id, row.correlation_id) for row in reopened])
    system.ingestions.mark_published([row.id for row in reopened], now())
    return len(reopened)
