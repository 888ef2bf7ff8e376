"""Failed checks and failed runs, read from Dagster's event log as alerts."""

import json
import logging
from dataclasses import asdict, dataclass, replace
from typing import Final

import dagster as dg

from invoiceflow.ports.alert_outbox import Alert

EVENTS_AT_ONCE: Final = 100
LOOKS: Final = 100
"""Times that so many events are looked through in one go: passed checks are among them, one for each invoice."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the event log was read: the last check evaluation, the last failed run."""

    check: int = 0
    run: int = 0

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        return cls(**json.loads(text)) if text else cls()

    def text(self) -> str:
        return json.dumps(asdict(self))


def failed_checks(instance: dg.DagsterInstance, cursor: Cursor) -> tuple[list[Alert], Cursor]:
    found = []
    for _ in range(LOOKS):
        wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=cursor.check)
        records = instance.event_log_storage.get_event_records(wanted, limit=EVENTS_AT_ONCE, ascending=True)
        for record in records:
            event = record.event_log_entry.dagster_event
            evaluation = event.asset_check_evaluation_data if event else None
            if evaluation is not None and not evaluation.passed:
                filename = evaluation.metadata["filename"].value if "filename" in evaluation.metadata else ""
                body = f"{filename} ({evaluation.partition}): {evaluation.description}"
                found.append(Alert(f"check:{record.storage_id}", "Invoice could not be processed", body))
        if records:
            cursor = replace(cursor, check=records[-1].storage_id)
        if len(records) < EVENTS_AT_ONCE:
            break
    return found, cursor


def failed_runs(instance: dg.DagsterInstance, cursor: Cursor) -> tuple[list[Alert], Cursor]:
    """Failed runs; a consumer's end is not one of them, since the sensor replaces it and nothing is lost."""
    wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.RUN_FAILURE, after_cursor=cursor.run)
    records = instance.event_log_storage.get_event_records(wanted, limit=EVENTS_AT_ONCE, ascending=True)
    found = []
    for record in records:
        job = record.event_log_entry.job_name
        if job == "consume_job":
            logger.warning("A consumer run ended by failure and is replaced: %s", record.run_id)
            continue
        found.append(Alert(f"run:{record.run_id}", "Dagster run failed", f"{job} ({record.run_id})"))
    return found, replace(cursor, run=records[-1].storage_id if records else cursor.run)
