"""What the pipeline's processes report of themselves to the others, by way of the database. Knows no Dagster.

A report never disturbs the work: one that cannot be written is left out, and the next comes seconds later.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Final

from invoiceflow.ports.pipeline_reports import DAEMON, PipelineReport, PipelineReports
from invoiceflow.ports.unavailable import Unavailable

DAEMON_SECONDS: Final = 10.0
FORGOTTEN_AFTER: Final = timedelta(hours=1)

logger = logging.getLogger(__name__)


def report_consumer(reports: PipelineReports, run_id: str, ocr_pages_waiting: int) -> None:
    """What a consumer run says every few seconds."""
    with suppress(Unavailable):
        reports.report(PipelineReport(run_id, ocr_pages_waiting=ocr_pages_waiting))


def withdraw_consumer(reports: PipelineReports, run_id: str) -> None:
    """The end of a consumer run."""
    with suppress(Unavailable):
        reports.withdraw(run_id)


def report_daemon(reports: PipelineReports, stopped: Callable[[], Sequence[str]]) -> None:
    """Once: that the daemon lives, and the names of what is stopped. Raises Unavailable, and whatever `stopped` raises."""
    reports.report(PipelineReport(DAEMON, stopped=tuple(stopped())))
    reports.forget(FORGOTTEN_AFTER)


def report_daemon_regularly(reports: PipelineReports, stopped: Callable[[], Sequence[str]], end: Event) -> Thread:
    """The same every DAEMON_SECONDS from a thread of its own, until `end` is set."""

    def report() -> None:
        failed = False
        while True:
            try:
                report_daemon(reports, stopped)
                failed = False
            except Exception as error:  # noqa: BLE001  the daemon goes on; that it reports nothing is seen in health
                if not failed:  # once for each outage
                    logger.warning("The daemon's state could not be reported: %s", " ".join(str(error).split()))
                failed = True
            if end.wait(DAEMON_SECONDS):
                return

    thread = Thread(target=report, name="daemon report", daemon=True)
    thread.start()
    return thread
