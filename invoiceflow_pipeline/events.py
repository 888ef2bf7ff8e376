"""Outcomes as Dagster events, for each invoice's partition, in multi-row inserts; partition keys removed many at once.

The only module that touches names of Dagster which are not public: `DagsterEventBatchMetadata` (what Dagster's own
partition ranges use to write one insert for many events when DAGSTER_EVENT_BATCH_SIZE > 0), `DagsterEvent` and the step's
context, and the table of partition keys. Without the environment variable it stays correct and is only slower.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventBatchMetadata, generate_event_batch_id
from dagster._core.storage.event_log.schema import DynamicPartitionsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import InterfaceError, OperationalError

from invoiceflow.domain.invoice import Invoice
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_pipeline.partitions import INVOICES
from invoiceflow_pipeline.processing import EXTRACTED, INDEXED, RAW, Outcome

CHECK = "extraction_ok"
FROM_RAW = {f"dagster/input_data_version/{RAW}": "INITIAL", f"dagster/input_event_pointer/{RAW}": "NULL"}
"""What Dagster itself notes of an input that never changes. Beside a code version and without them it calls every invoice
"unsynced"; with them only those that another version of the extractor has read."""


class DagsterJournal:
    """Records outcomes in the step of `context`."""

    def __init__(self, context: dg.OpExecutionContext) -> None:
        self._instance = context.instance
        self._step = context.get_step_execution_context()

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Raises Unavailable when Dagster's own database is away. Done again, some events stand twice: nothing is lost."""
        with orchestrator():
            self._record(outcomes)

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        # one upsert, known keys are passed over; a key that retention removed comes back
        self._instance.add_dynamic_partitions(INVOICES, [str(outcome.ingestion.id) for outcome in outcomes])
        by_asset: dict[str, list[dg.AssetMaterialization]] = defaultdict(list)
        for outcome in outcomes:
            for step in _done(outcome):
                by_asset[step].append(_materialization(step, outcome))
        for events in by_asset.values():  # a batch updates the summary of its last event's asset only: one batch for each
            batch = generate_event_batch_id()  # type: ignore[no-untyped-call]  # Dagster's own, without annotations
            for number, event in enumerate(events, start=1):
                DagsterEvent.asset_materialization(self._step, event, DagsterEventBatchMetadata(batch, number == len(events)))
        for outcome in outcomes:
            # each costs a write of its own: failures, and the pass that clears an earlier failure
            if outcome.failure is not None or outcome.ingestion.revision > 1:
                DagsterEvent.asset_check_evaluation(self._step, _check(outcome))


@contextmanager
def orchestrator() -> Iterator[None]:
    """Turns the errors of Dagster's storage that say "it is away" into Unavailable, so that callers wait for it."""
    try:
        yield
    except (OperationalError, InterfaceError, DagsterPostgresException) as error:
        raise Unavailable("orchestrator", " ".join(str(error).split())[:300]) from error


def delete_partition_keys(instance: dg.DagsterInstance, name: str, keys: Sequence[str]) -> None:
    """Many keys in one statement. The public call takes one key, and with it a connection, at a time: minutes for 50,000."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        for key in keys:
            instance.delete_dynamic_partition(name, key)
        return
    columns = DynamicPartitionsTable.c
    for start in range(0, len(keys), 1000):
        chunk = list(keys[start : start + 1000])
        with orchestrator(), storage.index_connection() as connection:
            connection.execute(
                DynamicPartitionsTable.delete().where(columns.partitions_def_name == name, columns.partition.in_(chunk))
            )


def _done(outcome: Outcome) -> list[str]:
    if outcome.failure is None:
        return list(outcome.steps)
    return [step for step in outcome.steps if step == RAW]


def _materialization(step: str, outcome: Outcome) -> dg.AssetMaterialization:
    ingestion, extraction = outcome.ingestion, outcome.extraction
    # each entry costs as much as a column: what an operator looks for stands on `extracted`
    metadata: dict[str, Any] = {}
    tags = None
    if step == RAW:
        metadata = {"filename": ingestion.filename, "sha256": ingestion.sha256, "bytes": ingestion.size}
    if step == EXTRACTED and extraction is not None:
        tags = {"dagster/code_version": extraction.extractor_version, **FROM_RAW}
        seconds, readers = round(extraction.seconds, 4), ", ".join(extraction.readers)
        metadata = {"filename": ingestion.filename, **_summary(extraction.invoice), "seconds": seconds, "readers": readers}
    if step == INDEXED:
        metadata = {"revision": ingestion.revision}
    return dg.AssetMaterialization(step, partition=str(ingestion.id), metadata=metadata, tags=tags)


def _summary(invoice: Invoice) -> dict[str, str]:
    total = invoice.totals.with_tax
    values = {
        "number": invoice.number,
        "issue_date": invoice.issue_date and invoice.issue_date.isoformat(),
        "seller": invoice.seller.name,
        "total": None if total is None else f"{total} {invoice.currency_code or ''}".strip(),
        "findings": ", ".join(finding.code for finding in invoice.findings),
    }
    return {name: value for name, value in values.items() if value}


def _check(outcome: Outcome) -> dg.AssetCheckEvaluation:
    failure, ingestion = outcome.failure, outcome.ingestion
    metadata: dict[str, Any] = {"request_id": str(ingestion.id), "filename": ingestion.filename, "attempt": ingestion.attempts}
    if failure is not None:
        metadata |= {"code": failure.code, "transient": failure.transient}
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(EXTRACTED),
        check_name=CHECK,
        passed=failure is None,
        partition=str(ingestion.id),
        description=None if failure is None else f"{failure.code}: {failure.message}",
        metadata=metadata,
    )
