"""A processor whose reading does what the content says, and looks at what it left."""

import os
import time
from collections.abc import Sequence
from datetime import date

from invoiceflow.bootstrap import System
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.domain.search.query import Search
from invoiceflow.sandbox import Sandbox
from invoiceflow_pipeline.work.outcomes import Outcome
from invoiceflow_pipeline.work.processing import Processor
from invoiceflow_reader.page.recognized import Recognition
from tests.rows import now, reading


def read(content: bytes, _recognitions: Sequence[Recognition] = (), today: date | None = None) -> StoredExtraction:
    """Runs in the sandbox: what the content says happens."""
    if content == b"hang":
        time.sleep(60)
    if content == b"kill":
        os._exit(9)
    if content == b"eat":
        bytearray(1 << 34)
    if content == b"fault":
        raise RuntimeError("a fault of ours")
    if content == b"broken":
        raise PermanentFailure("file.corrupted", "The PDF is damaged.")
    if content.startswith(b"copy of "):  # other bytes, the same invoice
        content = content.removeprefix(b"copy of ")
    return reading(number=str(today) if content == b"today" else content.decode())


class Recorded:
    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def record(self, outcomes: Sequence[Outcome]) -> None:
        self.outcomes += outcomes


def make(system: System, sandbox: Sandbox) -> Processor:
    return Processor(
        ingestions=system.ingestions,
        objects=system.objects,
        search=system.search,
        sandbox=sandbox,
        read=read,
        now=now,
        jitter=lambda: 0.5,
        seen=system.seen,
    )


def is_drained(system: System) -> bool:
    """Nothing waits and nobody holds a message."""
    depth = system.queue.depth()
    return (depth.waiting, depth.unacknowledged) == (0, 0)


def found(system: System, ingestion: Ingestion) -> Ingestion:
    row = system.ingestions.get(ingestion.id)
    assert row is not None
    return row


def numbers(system: System) -> dict[str, str]:
    return {hit["request_id"]: hit["status"] for hit in system.search.search(Search(limit=100)).hits}
