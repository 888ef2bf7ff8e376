"""Documents in and out: what became of each upload of one fault, in the rows, the bucket, the queue and the index."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from opensearchpy import OpenSearch

from invoiceflow.adapters.opensearch.mapping import INDEX, source
from invoiceflow.bootstrap import System, assemble
from invoiceflow.domain.search.document import search_document
from invoiceflow.settings import load
from invoiceflow_pipeline.work import housekeeping
from tests.faults.load import Sent

FINAL: Final = ("COMPLETED", "FAILED")
LATER: Final = timedelta(minutes=20)
"""By then everything is due that the schedules put back into the queue."""
NEXT_DAYS: Final = timedelta(days=2)
NEVER_SHOWN: Final = tuple(INDEX["mappings"]["_source"]["excludes"])


@dataclass(frozen=True, slots=True)
class Row:
    request_id: UUID
    correlation_id: str
    status: str
    failure_code: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """Lists name uploads or invoices. `lost`: accepted and not final in the end. `uncoded`: FAILED without a code. `doubled`:
    found more than once, or not at all. `different`: what search holds is not what the database says. `kept`: refused, and
    something of it is still there after the sweeper came. `swept`: objects and rows without an answer that it took away or
    finished. `dead`: dead letters."""

    accepted: int
    completed: int
    lost: Sequence[str]
    uncoded: Sequence[str]
    doubled: Sequence[str]
    different: Sequence[str]
    kept: Sequence[str]
    swept: int
    dead: int


class Books:
    """The other side of a running system's uploads. Asks the services themselves, not through what is broken."""

    def __init__(self, system: System, index: OpenSearch) -> None:
        self._system = system
        self._index = index

    def rows(self, fault: str) -> list[Row]:
        """Of the uploads whose names begin with `fault`."""
        with self._system.database.statement("database") as connection:
            found = connection.execute(
                "SELECT id, correlation_id, status, failure_code FROM ingestions WHERE correlation_id LIKE %s", [f"{fault}-%"]
            ).fetchall()
        return [Row(*row) for row in found]

    def unfinished(self, fault: str) -> set[str]:
        """Their request ids."""
        return {str(row.request_id) for row in self.rows(fault) if row.status not in FINAL}

    def first_completed_after(self, at: float) -> float | None:
        """When (`time.time()`) the first invoice was completed after `at`; None when none was yet."""
        moment = datetime.fromtimestamp(at, UTC)
        with self._system.database.statement("database") as connection:
            row = connection.execute(
                "SELECT min(completed_at) FROM ingestions WHERE status = 'COMPLETED' AND completed_at > %s", [moment]
            ).fetchone()
        return row[0].timestamp() if row is not None and row[0] is not None else None

    def let_the_schedules_come(self) -> int:
        """What `reprocess_due` does, when its time has come. How many invoices it put back."""
        return housekeeping.requeue_due(self._system, datetime.now(UTC) + LATER)

    def counted(self, fault: str, uploads: Sequence[Sent]) -> Counted:
        """Once nothing of it is unfinished any more, or never will be finished."""
        rows = self.rows(fault)
        by_name = {row.correlation_id: row for row in rows}
        accepted = [sent for sent in uploads if sent.accepted]
        final = {str(row.request_id) for row in rows if row.status in FINAL}
        removed = self._sweep()
        orphans = self._objects() - {row.request_id for row in self._all_rows()}
        doubled, different = self._compared([row for row in rows if row.status in FINAL])
        return Counted(
            accepted=len(accepted),
            completed=sum(row.status == "COMPLETED" for row in rows),
            lost=[f"{sent.name}: {_state(sent, rows)}" for sent in accepted if sent.request_id not in final],
            uncoded=[row.correlation_id for row in rows if row.status == "FAILED" and not row.failure_code],
            doubled=[*doubled, *(name for name, count in Counter(row.correlation_id for row in rows).items() if count > 1)],
            different=different,
            kept=[*(sent.name for sent in uploads if sent.refused and sent.name in by_name), *map(str, orphans)],
            swept=removed,
            dead=self._system.queue.depth().dead,
        )

    def _sweep(self) -> int:
        """What the sweeper does, a day later. How many objects it removed."""
        return housekeeping.remove_orphans(self._system, datetime.now(UTC) + NEXT_DAYS)

    def _objects(self) -> set[UUID]:
        return {UUID(found.key.removeprefix("raw/").removesuffix(".pdf")) for found in self._system.objects.list("raw/")}

    def _all_rows(self) -> list[Row]:
        return self.rows("%")

    def _compared(self, rows: Sequence[Row]) -> tuple[list[str], list[str]]:
        """Names of invoices that are not found exactly once, and of those that are found with other content."""
        names = {row.request_id: row.correlation_id for row in rows}
        self._index.indices.refresh(index=f"{self._system.settings.opensearch_index}-v*")
        found: dict[UUID, list[Mapping[str, Any]]] = {request_id: [] for request_id in names}
        ids = list(names)
        for start in range(0, len(ids), 500):
            for hit in self._hits(ids[start : start + 500]):
                found[UUID(hit["request_id"])].append(hit)
        doubled = [names[request_id] for request_id, hits in found.items() if len(hits) != 1]
        completed = [row.request_id for row in rows if row.status == "COMPLETED"]
        different: list[str] = []
        for start in range(0, len(completed), 500):
            for ingestion, extraction in self._system.ingestions.final_documents(completed[start : start + 500]):
                expected = orjson.loads(orjson.dumps(source(search_document(ingestion, extraction))))
                shown = {name: value for name, value in expected.items() if name not in NEVER_SHOWN}
                if any(hit != shown for hit in found[ingestion.id]):
                    different.append(names[ingestion.id])
        return doubled, different

    def _hits(self, ids: Sequence[UUID]) -> Iterator[Mapping[str, Any]]:
        """In every index that there is, searched or not."""
        question = {"size": 5000, "query": {"terms": {"request_id": [str(one) for one in ids]}}}
        answer = self._index.search(index=f"{self._system.settings.opensearch_index}-v*", body=question)
        yield from (hit["_source"] for hit in answer["hits"]["hits"])


def _state(sent: Sent, rows: Sequence[Row]) -> str:
    """What there is instead of a final row."""
    found = [f"{row.request_id} {row.status}" for row in rows if row.correlation_id == sent.name]
    return f"answered with {sent.request_id}, the rows say {', '.join(found) or 'nothing'}"


@contextmanager
def books(environment: Mapping[str, str]) -> Iterator[Books]:
    """Of the system that `environment` names."""
    settings = load(environment)
    index = OpenSearch(environment["OPENSEARCH_URL"], timeout=60)
    with assemble(settings, application_name="fault-suite", pool_size=2) as system:
        try:
            yield Books(system, index)
        finally:
            index.close()
