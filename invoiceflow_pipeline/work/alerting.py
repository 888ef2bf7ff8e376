"""Recorded alerts are sent, once (sending is apprise's); and the one alert that no failure causes: that nothing moves."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from invoiceflow.ports.alert_outbox import Alert, AlertOutbox, AlertSeverity
from invoiceflow.ports.ingestion_repository import Activity

ALERTS_AT_ONCE: Final = 100
LISTED: Final = 20
"""Alerts named in one message; the rest are counted."""

logger = logging.getLogger(__name__)

Send = Callable[[Sequence[str], str, str, AlertSeverity], bool]
"""(urls, title, body, severity) -> whether every target took it."""


def send_unsent(outbox: AlertOutbox, urls: Sequence[str], now: datetime, send: Send | None = None) -> int:
    """Sends what has not gone out, as one message; returns how many. Without a target each is logged, which counts as sent."""
    unsent = outbox.unsent(ALERTS_AT_ONCE)
    if not unsent:
        return 0
    keys = [alert.key for alert in unsent]
    title, body = message(unsent)
    if urls and not (send or _by_apprise)(urls, title, body, worst(unsent)):
        logger.error("An alert could not be sent and will be tried again: %s", title)
        outbox.mark_failed(keys, "a target did not take it", now)
        return 0
    outbox.mark_sent(keys, now)
    if urls:
        logger.warning("Alert sent: %s", title, extra={"alert": body})
    else:
        _log(unsent)
    return len(unsent)


def message(alerts: Sequence[Alert]) -> tuple[str, str]:
    """One message for all: a title, and a line each for the first ones."""
    lines = [line(alert) for alert in alerts[:LISTED]]
    if len(alerts) > LISTED:
        lines.append(f"… and {len(alerts) - LISTED} more")
    title = alerts[0].title if len(alerts) == 1 else f"InvoiceFlow: {len(alerts)} alerts"
    return title, "\n".join(lines)


def line(alert: Alert) -> str:
    """What happened to what, and where to look."""
    return f"{alert.body} {alert.url}" if alert.url else alert.body


def worst(alerts: Sequence[Alert]) -> AlertSeverity:
    """The severity of a message that holds all of these."""
    return AlertSeverity.ERROR if any(alert.severity is AlertSeverity.ERROR for alert in alerts) else AlertSeverity.WARNING


def stalled(activity: Activity, now: datetime, limit: timedelta) -> Alert | None:
    """The alert that uploads wait and nothing is finished, for longer than `limit`; None while anything moves or nothing waits.

    Its key is the time since when: one stall is one alert.
    """
    waiting_since = activity.waiting_since
    if waiting_since is None or now - waiting_since <= limit:
        return None
    if activity.finished_at is not None and now - activity.finished_at <= limit:
        return None
    minutes = int((now - waiting_since).total_seconds() // 60)
    last = activity.finished_at.isoformat(timespec="seconds") if activity.finished_at else "never"
    body = f"An upload has waited for {minutes} minutes, and nothing was finished since (last: {last})."
    return Alert(f"stalled:{waiting_since.isoformat()}", "Processing has stalled", body, AlertSeverity.ERROR)


def _log(alerts: Sequence[Alert]) -> None:
    for alert in alerts[:LISTED]:
        level = logging.ERROR if alert.severity is AlertSeverity.ERROR else logging.WARNING
        logger.log(level, "Alert: %s: %s", alert.title, line(alert))
    if len(alerts) > LISTED:
        logger.warning("Alert: … and %s more", len(alerts) - LISTED)


def _by_apprise(urls: Sequence[str], title: str, body: str, severity: AlertSeverity) -> bool:
    import apprise  # heavy: only when there is something to send

    target = apprise.Apprise()
    for url in urls:
        if not target.add(url):
            logger.error("An alert URL is not one that apprise knows (INVOICEFLOW_ALERT_URLS)")
            return False
    kind = apprise.NotifyType.FAILURE if severity is AlertSeverity.ERROR else apprise.NotifyType.WARNING
    return bool(target.notify(title=title, body=body, notify_type=kind))
