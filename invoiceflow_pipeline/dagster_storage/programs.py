"""Dagster's own programs with InvoiceFlow's log lines: `python -m invoiceflow_pipeline.dagster_storage.programs PROGRAM …`.

PROGRAM is `daemon`, `code-server` or `webserver`; what follows is handed to Dagster's command line. Their lines get the form of
LOG_FORMAT, and the daemon no longer logs every look at a sensor that has nothing to do (9 MB a day). The daemon's process also
serves the pipeline's metrics, and reports to the other programs that it lives and which sensors are stopped.

Rests on `configure_loggers`, which each program calls by that name, on the names of the daemon's loggers, and on the entry
points of Dagster's command lines; none is public.
"""

import importlib
import logging
import os
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from threading import Event
from typing import Final

from invoiceflow import logs
from invoiceflow.bootstrap import System, assemble
from invoiceflow.settings import load
from invoiceflow_pipeline.dagster_storage.stopped_instigators import stopped_instigators
from invoiceflow_pipeline.dagster_storage.stopping import end_code_server_with_its_runs, end_daemon_soon

PROGRAMS: Final[dict[str, tuple[str, str]]] = {
    "daemon": ("dagster._daemon.cli", "dagster._daemon.controller"),
    "code-server": ("dagster._cli", "dagster._cli.api"),
    "webserver": ("dagster_webserver.cli", "dagster_webserver.cli"),
}
"""The module whose `main` starts the program, and the one that sets up its loggers."""
LOGGERS: Final = ("dagster", "dagster-webserver", "dagit")
UNEVENTFUL: Final = re.compile(
    r"(Sensor|Schedule) \S+ skipped\b|Checking for new runs for |Checking run |Not checking for any runs|Evaluating schedule `"
    r"|Collected \d+ runs for monitoring"
)
"""Beginnings of lines that only say that somebody looked."""
FOR_DEVELOPERS: Final = "py.warnings"
"""Python's warnings: about code, not about what an operator could change."""
_opened: Final = ExitStack()


class Eventful(logging.Filter):
    """Passes what an operator wants to read: nothing of a look that found nothing to do."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a line that only says that somebody looked."""
        if record.name == FOR_DEVELOPERS:
            record.levelno, record.levelname = logging.INFO, "INFO"
        return record.levelno > logging.INFO or not UNEVENTFUL.match(record.getMessage())


def logger_setup(service: str) -> Callable[..., None]:
    """What a program of Dagster calls in place of its `configure_loggers`."""

    def configure(*_: object, **__: object) -> None:
        level, form = os.environ.get("LOG_LEVEL", "INFO"), os.environ.get("LOG_FORMAT", "json")
        logs.configure(service, level, "text" if form == "text" else "json")
        [handler] = logging.getLogger().handlers
        handler.addFilter(Eventful())
        for name in LOGGERS:
            logger = logging.getLogger(name)
            logger.handlers[:] = []  # the root's writes them
            logger.propagate = True
            logger.setLevel(level)
        logging.captureWarnings(True)  # as lines of the same form
        logging.getLogger("alembic").setLevel(logging.WARNING)  # a dozen lines at each look at Dagster's schema

    return configure


def main() -> None:
    """Starts the program that the first argument names."""
    program = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if program not in PROGRAMS:
        sys.exit(f"usage: python -m invoiceflow_pipeline.dagster_storage.programs {{{'|'.join(PROGRAMS)}}} …")
    start, sets_up_loggers = PROGRAMS[program]
    module = importlib.import_module(sets_up_loggers)
    set_up = logger_setup(program)
    set_up()  # for what is said before Dagster does it
    module.configure_loggers = set_up  # type: ignore[attr-defined]  # see the module's docstring
    if program == "code-server":
        end_code_server_with_its_runs()
    if program == "daemon":
        end_daemon_soon()
        _prepare_daemon()
    importlib.import_module(start).main()


def _prepare_daemon() -> None:
    from invoiceflow_pipeline.dagster_storage.code_server_port import wait_for_code_server
    from invoiceflow_pipeline.dagster_storage.storage_deadline import bound
    from invoiceflow_pipeline.work.metrics import PipelineMetrics
    from invoiceflow_pipeline.work.metrics_server import serve_metrics
    from invoiceflow_pipeline.work.reporting import report_daemon_regularly

    bound()
    settings = load(program="pipeline")
    system = open_until_exit(assemble(settings, application_name="daemon", pool_size=2))
    report_daemon_regularly(system.reports, _stopped_names, Event())
    if settings.metrics_port:
        collector = PipelineMetrics(system, settings.version, lambda: datetime.now(UTC))
        serve_metrics(collector, settings.host, settings.metrics_port)
    wait_for_code_server()


def open_until_exit(context: AbstractContextManager[System]) -> System:
    """Enters it and holds it for the life of this process: a context manager that nobody holds is closed by the collector."""
    return _opened.enter_context(context)


def _stopped_names() -> list[str]:
    """Sensors and schedules that are stopped, as far as Dagster's database is named."""
    url = os.environ.get("DAGSTER_POSTGRES_URL", "")
    return [one.name for one in stopped_instigators(url.replace("postgresql+psycopg2://", "postgresql://", 1))] if url else []


if __name__ == "__main__":
    main()
