"""Outcomes as Dagster events, for each invoice's partition, in multi-row inserts; partition keys removed many at once.

The only module that touches names of Dagster which are not public: `DagsterEventBatchMetadata` (what Dagster's own
partition ranges use to write one insert for many events when DAGSTER_EVENT_BATCH_SIZE > 0), `DagsterEvent` and the step's
context, and the tables of partition keys and check executions. Without the environment variable it stays correct and is only
slower.
"""

import logging
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster._core.events import DagsterEvent, DagsterEventBatchMetadata, generate_event_batch_id
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, DynamicPartitionsTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy import and_
from sqlalchemy.exc import InterfaceError, OperationalError

from invoiceflow.domain.invoice import Invoice
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_pipeline.partitions import INVOICES
from invoiceflow_pipeline.processing import EXTRACTED, INDEXED, RAW, Outcome

CHECK = "extraction_ok"
PASSED, NOT_PASSED = AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED
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
        storage = self._instance.event_log_storage
        if outcomes and isinstance(storage, SqlEventLogStorage):
            self._record_checks(storage, outcomes)
            return
        for outcome in outcomes:
            DagsterEvent.asset_check_evaluation(self._step, _check(outcome))

    def _record_checks(self, storage: SqlEventLogStorage, outcomes: Sequence[Outcome]) -> None:
        """What Dagster does for each check evaluation in three transactions, for all in one."""
        entries = [self._entry(_check(outcome)) for outcome in outcomes]
        executions = AssetCheckExecutionsTable.c
        of_this_run = and_(
            executions.asset_key == dg.AssetKey(EXTRACTED).to_string(),
            executions.check_name == CHECK,
            executions.run_id == self._step.run_id,
            executions.partition.in_([str(outcome.ingestion.id) for outcome in outcomes]),
        )
        with storage.index_transaction() as connection:
            inserted = storage.prepare_insert_event_batch(entries).returning(SqlEventLogStorageTable.c.id)
            ids = [row[0] for row in connection.execute(inserted).fetchall()]
            # those planned, or of the same work before: a run has one for each partition, and the UI shows the newest
            connection.execute(AssetCheckExecutionsTable.delete().where(of_this_run))
            rows = [_execution(entry, event_id) for entry, event_id in zip(entries, ids, strict=True)]
            connection.execute(AssetCheckExecutionsTable.insert().values(rows))

    def _entry(self, evaluation: dg.AssetCheckEvaluation) -> dg.EventLogEntry:
        step = self._step
        said = "passed." if evaluation.passed else f"did not pass. Description: '{evaluation.description}'"
        message = f"Asset check '{CHECK}' on '{EXTRACTED}' {said}"
        event = DagsterEvent(
            event_type_value=dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
            job_name=step.job_name,
            step_handle=step.step.handle,
            node_handle=step.step.node_handle,
            step_kind_value=step.step.kind.value,
            logging_tags=step.event_tags,
            event_specific_data=evaluation,
            message=message,
            pid=os.getpid(),
            step_key=step.step.key,
        )
        return dg.EventLogEntry(  # type: ignore[no-untyped-call]  # Dagster's own, without annotations
            error_info=None,
            level=logging.DEBUG,
            user_message=message,
            run_id=step.run_id,
            timestamp=time.time(),
            step_key=step.step.key,
            job_name=step.job_name,
            dagster_event=event,
        )


@contextmanager
def orchestrator() -> Iterator[None]:
    """Turns the errors of Dagster's storage that say "it is away" into Unavailable, so that callers wait for it."""
    try:
        yield
    except (OperationalError, InterfaceError, DagsterPostgresException) as error:
        raise Unavailable("orchestrator", " ".join(str(error).split())[:300]) from error


def delete_partition_keys(instance: dg.DagsterInstance, name: str, keys: Sequence[str]) -> None:
    """Many keys in one statement, with what their check said. The public call takes one key, and with it a connection, at a
    time: minutes for 50,000."""
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        for key in keys:
            instance.delete_dynamic_partition(name, key)
        return
    columns, executions = DynamicPartitionsTable.c, AssetCheckExecutionsTable.c
    of_the_check = and_(executions.asset_key == dg.AssetKey(EXTRACTED).to_string(), executions.check_name == CHECK)
    for start in range(0, len(keys), 1000):
        chunk = list(keys[start : start + 1000])
        with orchestrator(), storage.index_connection() as connection:
            connection.execute(
                DynamicPartitionsTable.delete().where(columns.partitions_def_name == name, columns.partition.in_(chunk))
            )
            connection.execute(AssetCheckExecutionsTable.delete().where(of_the_check, executions.partition.in_(chunk)))


def _execution(entry: dg.EventLogEntry, event_id: int) -> dict[str, Any]:
    evaluation = entry.get_dagster_event().asset_check_evaluation_data
    return {
        "asset_key": evaluation.asset_key.to_string(),
        "check_name": evaluation.check_name,
        "partition": evaluation.partition,
        "run_id": entry.run_id,
        "execution_status": (PASSED if evaluation.passed else NOT_PASSED).value,
        "evaluation_event": dg.serialize_value(entry),
        "evaluation_event_timestamp": datetime.fromtimestamp(entry.timestamp, UTC).replace(tzinfo=None),
        "evaluation_event_storage_id": event_id,
    }


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
        metadata["correlation_id"] = ingestion.correlation_id
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
    # the attempt as text: of a number the UI draws a curve over all invoices
    metadata: dict[str, Any] = {
        "request_id": str(ingestion.id),
        "filename": ingestion.filename,
        "attempt": str(ingestion.attempts),
        "correlation_id": ingestion.correlation_id,
    }
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
