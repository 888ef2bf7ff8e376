"""Outcomes as Dagster events, for each invoice's partition: materialisations and check evaluations.

Uses `DagsterEvent` and the step's context, which are not public: events are written many at once, and outside of the assets'
own steps.
"""

import logging
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self
from uuid import UUID

import dagster as dg
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster_postgres.event_log import PostgresEventLogStorage

from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.domain.invoice import Invoice, Severity
from invoiceflow_pipeline.dagster_storage.event_log import BatchedEventLog, orchestrator
from invoiceflow_pipeline.work.outcomes import EXTRACTED, INDEXED, RAW, Outcome

INVOICES: Final = "invoices"
"""The name of the dynamic partitions: one key for each invoice, its request id."""
CHECK: Final = "extraction_ok"
FINDINGS_CHECK: Final = "no_error_findings"
CHECK_KEY: Final = dg.AssetCheckKey(dg.AssetKey(EXTRACTED), CHECK)
FINDINGS_CHECK_KEY: Final = dg.AssetCheckKey(dg.AssetKey(EXTRACTED), FINDINGS_CHECK)
INVOICE_CHECKS: Final = (CHECK_KEY, FINDINGS_CHECK_KEY)
"""The checks that are evaluated for each invoice."""
FROM_RAW = {f"dagster/input_data_version/{RAW}": "INITIAL", f"dagster/input_event_pointer/{RAW}": "NULL"}
"""What Dagster itself records of an input that never changes. With a code version and without these it calls every invoice
"unsynced"; with them only those that another version of the reader has read."""
SHOWN_FINDINGS: Final = 5
"""Findings that one evaluation spells out."""


@dataclass(frozen=True, slots=True)
class Links:
    """From an event to what it is about, on the query API at `base`."""

    base: str

    def invoice(self, request_id: UUID) -> str:
        """The invoice as it was read."""
        return f"{self.base}/api/v1/invoices/{request_id}"

    def file(self, request_id: UUID) -> str:
        """The original."""
        return f"{self.invoice(request_id)}/file"


class DagsterJournal:
    """Records outcomes in the step of `context`; to be closed at its end."""

    def __init__(self, context: dg.OpExecutionContext, links: Links) -> None:
        """`links` lead from an event to its invoice."""
        self._links = links
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
        materialisations = [_materialization(step, outcome, self._links) for outcome in outcomes for step in _done(outcome)]
        evaluations = [evaluation for outcome in outcomes for evaluation in _evaluations(outcome, self._links)]
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
        result = "passed." if evaluation.passed else f"did not pass. Description: '{evaluation.description}'"
        message = f"Asset check '{evaluation.check_name}' on '{EXTRACTED}' {result}"
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


def _materialization(step: str, outcome: Outcome, links: Links) -> dg.AssetMaterialization:
    ingestion, extraction = outcome.ingestion, outcome.extraction
    # each entry costs as much as a column: what an operator looks for stands on `extracted`
    metadata: dict[str, Any] = {}
    tags = None
    if step == RAW:
        metadata = {"filename": ingestion.filename, "sha256": ingestion.sha256, "bytes": ingestion.size}
        metadata["correlation_id"] = ingestion.correlation_id
        metadata["dagster/uri"] = links.file(ingestion.id)
    if step == EXTRACTED and extraction is not None:
        tags = {"dagster/code_version": extraction.extractor_version, **FROM_RAW}
        seconds, readers = round(extraction.seconds, 4), ", ".join(extraction.readers)
        metadata = {"filename": ingestion.filename, **_summary(extraction.invoice), "seconds": seconds, "readers": readers}
        metadata["invoice"] = dg.MetadataValue.url(links.invoice(ingestion.id))
    if step == INDEXED:
        metadata = {"revision": ingestion.revision}
    return dg.AssetMaterialization(step, partition=str(ingestion.id), metadata=metadata, tags=tags)


def _summary(invoice: Invoice) -> dict[str, str | float]:
    total = invoice.totals.with_tax
    values: dict[str, str | float | None] = {
        "number": invoice.number,
        "issue_date": None if invoice.issue_date is None else invoice.issue_date.isoformat(),
        "seller": invoice.seller.name,
        "total": None if total is None else float(total),  # a number, so that the UI can plot it; the exact one is in the rows
        "currency": invoice.currency_code,
        "findings": ", ".join(finding.code for finding in invoice.findings),
    }
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _evaluations(outcome: Outcome, links: Links) -> list[dg.AssetCheckEvaluation]:
    """Whether it could be processed; and, if it was read, whether anything about the invoice itself is wrong."""
    failure, ingestion, extraction = outcome.failure, outcome.ingestion, outcome.extraction
    # the attempt as text: of a number the UI draws a curve over all invoices
    metadata: dict[str, Any] = {
        "request_id": str(ingestion.id),
        "filename": ingestion.filename,
        "attempt": str(ingestion.attempts),
        "correlation_id": ingestion.correlation_id,
    }
    if failure is not None:
        metadata |= {"code": failure.code, "transient": failure.transient}
        metadata["invoice"] = dg.MetadataValue.url(links.invoice(ingestion.id))
    fault = None if failure is None else f"{failure.code}: {failure.message}"
    processed = _evaluation(ingestion, CHECK, fault, dg.AssetCheckSeverity.ERROR, metadata)
    if failure is not None or extraction is None or EXTRACTED not in outcome.steps:
        return [processed]
    wrong = [finding for finding in extraction.invoice.findings if finding.severity is Severity.ERROR]
    if not wrong:
        return [processed, _evaluation(ingestion, FINDINGS_CHECK, None, dg.AssetCheckSeverity.WARN, {})]
    about = {
        "filename": ingestion.filename,
        "codes": ", ".join(dict.fromkeys(finding.code for finding in wrong)),
        "invoice": dg.MetadataValue.url(links.invoice(ingestion.id)),
    }
    text = "; ".join(f"{finding.code}: {finding.message}" for finding in wrong[:SHOWN_FINDINGS])
    return [processed, _evaluation(ingestion, FINDINGS_CHECK, text, dg.AssetCheckSeverity.WARN, about)]


def _evaluation(
    ingestion: Ingestion, name: str, fault: str | None, severity: dg.AssetCheckSeverity, metadata: dict[str, Any]
) -> dg.AssetCheckEvaluation:
    """Passed unless there is a fault."""
    return dg.AssetCheckEvaluation(
        asset_key=dg.AssetKey(EXTRACTED),
        check_name=name,
        passed=fault is None,
        partition=str(ingestion.id),
        description=fault,
        severity=severity,
        metadata=metadata,
    )
