"""Alerts out of Dagster's event log: found, written down, sent once. Sending is apprise's."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from invoiceflow.ports.alert_outbox import Alert, AlertOutbox

if TYPE_CHECKING:
    from dagster import DagsterInstance

EVENTS_AT_ONCE: Final = 100
LOOKS: Final = 100
"""Times that so many events are looked through in one go: passed checks are among them, one for each invoice."""
LISTED: Final = 20
"""Failures named in one message; the rest are counted."""

logger = logging.getLogger(__name__)

Send = Callable[[Sequence[str], str, str], bool]
"""(urls, title, body) -> whether every target took it."""


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


def failed_checks(instance: "DagsterInstance", cursor: Cursor) -> tuple[list[Alert], Cursor]:
    from dagster import DagsterEventType, EventRecordsFilter

    found = []
    for _ in range(LOOKS):
        wanted = EventRecordsFilter(event_type=DagsterEventType.ASSET_CHECK_EVALUATION, after_cursor=cursor.check)
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


def failed_runs(instance: "DagsterInstance", cursor: Cursor) -> tuple[list[Alert], Cursor]:
    """Failed runs; a consumer's end is not one of them, since the sensor replaces it and nothing is lost."""
    from dagster import DagsterEventType, EventRecordsFilter

    wanted = EventRecordsFilter(event_type=DagsterEventType.RUN_FAILURE, after_cursor=cursor.run)
    records = instance.event_log_storage.get_event_records(wanted, limit=EVENTS_AT_ONCE, ascending=True)
    found = []
    for record in records:
        job = record.event_log_entry.job_name
        if job == "consume_job":
            logger.warning("A consumer run ended by failure and is replaced: %s", record.run_id)
            continue
        found.append(Alert(f"run:{record.run_id}", "Dagster run failed", f"{job} ({record.run_id})"))
    return found, replace(cursor, run=records[-1].storage_id if records else cursor.run)


def send_unsent(outbox: AlertOutbox, urls: Sequence[str], now: datetime, send: Send | None = None) -> int:
    """Sends what has not gone out, as one message; without a target it is logged, which counts as sent. Says how many."""
    unsent = outbox.unsent(EVENTS_AT_ONCE)
    if not unsent:
        return 0
    keys = [alert.key for alert in unsent]
    title, body = message(unsent)
    if urls and not (send or _by_apprise)(urls, title, body):
        logger.error("An alert could not be sent and will be tried again: %s", title)
        outbox.mark_failed(keys, "a target did not take it", now)
        return 0
    outbox.mark_sent(keys, now)
    logger.warning("Alert %s: %s", "sent" if urls else "(no target is set)", title, extra={"alert": body})
    return len(unsent)


def message(alerts: Sequence[Alert]) -> tuple[str, str]:
    """One message for all: a title, and a line each for the first ones."""
    lines = [alert.body for alert in alerts[:LISTED]]
    if len(alerts) > LISTED:
        lines.append(f"… and {len(alerts) - LISTED} more")
    title = alerts[0].title if len(alerts) == 1 else f"InvoiceFlow: {len(alerts)} failures"
    return title, "\n".join(lines)


def _by_apprise(urls: Sequence[str], title: str, body: str) -> bool:
    import apprise  # heavy: only when there is something to send

    target = apprise.Apprise()
    for url in urls:
        if not target.add(url):
            logger.error("An alert URL is not one that apprise knows (INVOICEFLOW_ALERT_URLS)")
            return False
    return bool(target.notify(title=title, body=body))
