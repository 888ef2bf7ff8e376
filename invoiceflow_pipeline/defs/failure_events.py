"""Failed checks and failed runs, read from Dagster's event log as alerts."""

import json
import logging
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Final

import dagster as dg

from invoiceflow.ports.alert_outbox import Alert, AlertSeverity
from invoiceflow_pipeline.dagster_storage.events import CHECK_KEY, FINDINGS_CHECK_KEY

EVENTS_AT_ONCE: Final = 100
LOOKS: Final = 200
"""Times that so many events are looked through in one go: passed checks are among them, two for each invoice."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the event log was read: the last check evaluation, the last failed run."""

    check: int = 0
    run: int = 0

    @classmethod
    def parse(cls, text: str | None) -> "Cursor":
        """The cursor of a text; the beginning for none."""
        return cls(**json.loads(text)) if text else cls()

    def text(self) -> str:
        """As the sensor stores it."""
        return json.dumps(asdict(self))


def failed_checks(
    instance: dg.DagsterInstance, cursor: Cursor, kinds: Collection[str] = ("failures", "findings")
) -> tuple[list[Alert], Cursor]:
    """An alert for each failed evaluation behind the cursor, of the kinds asked for, and how far the log was read."""
    found = []
    for _ in range(LOOKS):
        wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=cursor.check)
        records = instance.event_log_storage.get_event_records(wanted, limit=EVENTS_AT_ONCE, ascending=True)
        for record in records:
            event = record.event_log_entry.dagster_event
            evaluation = event.asset_check_evaluation_data if event else None
            if evaluation is not None and not evaluation.passed:
                found += _alerts(record.storage_id, record.event_log_entry.timestamp, evaluation, kinds)
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
        body = f"{_time(record.event_log_entry.timestamp)} {job} ({record.run_id})"
        found.append(Alert(f"run:{record.run_id}", "Dagster run failed", body))
    return found, replace(cursor, run=records[-1].storage_id if records else cursor.run)


def _alerts(event_id: int, at: float, evaluation: dg.AssetCheckEvaluation, kinds: Collection[str]) -> list[Alert]:
    filename, url = _text(evaluation, "filename"), _text(evaluation, "invoice") or None
    body = f"{_time(at)} {filename} ({evaluation.partition}): {evaluation.description}"
    if evaluation.asset_check_key == CHECK_KEY and "failures" in kinds:
        return [Alert(f"check:{event_id}", "Invoice could not be processed", body, AlertSeverity.ERROR, url)]
    if evaluation.asset_check_key == FINDINGS_CHECK_KEY and "findings" in kinds:
        # the same findings in another reading are no news
        key = f"findings:{evaluation.partition}:{_text(evaluation, 'codes')}"
        return [Alert(key, "Invoice with findings of severity error", body, AlertSeverity.WARNING, url)]
    return []


def _text(evaluation: dg.AssetCheckEvaluation, name: str) -> str:
    return str(evaluation.metadata[name].value) if name in evaluation.metadata else ""


def _time(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
