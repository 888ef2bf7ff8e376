"""Outcomes as Dagster events, for each invoice's partition: materialisations, and what the check says.

Beside `event_log` the only module that touches names of Dagster which are not public: `DagsterEvent` and the step's context.
"""

import logging
import os
import time
from collections.abc import Sequence
from typing import Any, Final, Self

import dagster as dg
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster_postgres.event_log import PostgresEventLogStorage

from invoiceflow.domain.invoice import Invoice
from invoiceflow_pipeline.dagster_storage.event_log import BatchedEventLog, orchestrator
from invoiceflow_pipeline.work.processing import EXTRACTED, INDEXED, RAW, Outcome

INVOICES: Final = "invoices"
"""The name of the dynamic partitions: one key for each invoice, its request id."""
CHECK: Final = "extraction_ok"
CHECK_KEY: Final = dg.AssetCheckKey(dg.AssetKey(EXTRACTED), CHECK)
FROM_RAW = {f"dagster/input_data_version/{RAW}": "INITIAL", f"dagster/input_event_pointer/{RAW}": "NULL"}
"""What Dagster itself notes of an input that never changes. Beside a code version and without them it calls every invoice
"unsynced"; with them only those that another version of the extractor has read."""


class DagsterJournal:
    """Records outcomes in the step of `context`; to be closed at its end."""

    def __init__(self, context: dg.OpExecutionContext) -> None:
        self._instance = context.instance
        self._step = context.get_step_execution_context()
        storage = context.instance.event_log_storage
        self._log = BatchedEventLog(storage) if isinstance(storage, PostgresEventLogStorage) else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._log is not None:
            self._log.close()

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Raises Unavailable when Dagster's own database is away. Done again, some events may stand twice: nothing is lost."""
        keys = [str(outcome.ingestion.id) for outcome in outcomes]
        materialisations = [_materialization(step, outcome) for outcome in outcomes for step in _done(outcome)]
        evaluations = [_check(outcome) for outcome in outcomes]
        with orchestrator():
            if self._log is None:
                self._record_one_by_one(keys, materialisations, evaluations)
                return
            entries = [*map(self._materialised, materialisations), *map(self._evaluated, evaluations)]
            self._log.store(INVOICES, keys, entries)

    def _record_one_by_one(
        self,
        keys: Sequence[str],
        materialisations: Sequence[dg.AssetMaterialization],
        evaluations: Sequence[dg.AssetCheckEvaluation],
    ) -> None:
        """As Dagster itself does, on a storage that is not PostgreSQL."""
        self._instance.add_dynamic_partitions(INVOICES, keys)
        for materialisation in materialisations:
            DagsterEvent.asset_materialization(self._step, materialisation)
        for evaluation in evaluations:
            DagsterEvent.asset_check_evaluation(self._step, evaluation)

    def _materialised(self, materialisation: dg.AssetMaterialization) -> dg.EventLogEntry:
        said = f"Materialized value {materialisation.label}."
        return self._entry(dg.DagsterEventType.ASSET_MATERIALIZATION, StepMaterializationData(materialisation), said)

    def _evaluated(self, evaluation: dg.AssetCheckEvaluation) -> dg.EventLogEntry:
        said = "passed." if evaluation.passed else f"did not pass. Description: '{evaluation.description}'"
        message = f"Asset check '{CHECK}' on '{EXTRACTED}' {said}"
        return self._entry(dg.DagsterEventType.ASSET_CHECK_EVALUATION, evaluation, message)

    def _entry(self, kind: dg.DagsterEventType, about: Any, message: str) -> dg.EventLogEntry:
        step = self._step
        event = DagsterEvent(
            event_type_value=kind.value,
            job_name=step.job_name,
            step_handle=step.step.handle,
            node_handle=step.step.node_handle,
            step_kind_value=step.step.kind.value,
            logging_tags=step.event_tags,
            event_specific_data=about,
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
