"""Alerts that were written down are sent, once. Sending is apprise's."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from invoiceflow.ports.alert_outbox import Alert, AlertOutbox

ALERTS_AT_ONCE: Final = 100
LISTED: Final = 20
"""Failures named in one message; the rest are counted."""

logger = logging.getLogger(__name__)

Send = Callable[[Sequence[str], str, str], bool]
"""(urls, title, body) -> whether every target took it."""


def send_unsent(outbox: AlertOutbox, urls: Sequence[str], now: datetime, send: Send | None = None) -> int:
    """Sends what has not gone out, as one message; without a target it is logged, which counts as sent. Says how many."""
    unsent = outbox.unsent(ALERTS_AT_ONCE)
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
