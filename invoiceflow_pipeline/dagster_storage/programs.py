"""Dagster's own programs with InvoiceFlow's log lines: `python -m invoiceflow_pipeline.dagster_storage.programs PROGRAM …`.

PROGRAM is `daemon`, `code-server` or `webserver`; what follows is handed to Dagster's command line. Their lines get the form of
LOG_FORMAT, and the daemon no longer logs every look at a sensor that has nothing to do (9 MB a day). The daemon's process also
serves the pipeline's metrics.

Rests on `configure_loggers`, which each program calls by that name, on the names of the daemon's loggers, and on the entry
points of Dagster's command lines; none is public.
"""

import importlib
import logging
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from invoiceflow import logs
from invoiceflow.bootstrap import assemble
from invoiceflow.settings import load
from invoiceflow_pipeline.dagster_storage.stopping import end_code_server_with_its_runs, end_daemon_soon

PROGRAMS: Final[dict[str, tuple[str, str]]] = {
    "daemon": ("dagster._daemon.cli", "dagster._daemon.controller"),
    "code-server": ("dagster._cli", "dagster._cli.api"),
    "webserver": ("dagster_webserver.cli", "dagster_webserver.cli"),
}
"""The module whose `main` starts the program, and the one that sets up its loggers."""
LOGGERS: Final = ("dagster", "dagster-webserver", "dagit")
LOOKS: Final = ("Checking for new runs for ", "Sensor ", "Checking run ", "Not checking for any runs", "Resuming ")
UNEVENTFUL: Final = (" skipped", " skipped: ", "Checking for new runs for ", "Checking run ", "Not checking for any runs")


class Eventful(logging.Filter):
    """Passes what an operator wants to read: nothing of a look that found nothing to do."""

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a line that only says that somebody looked."""
        if record.levelno > logging.INFO:
            return True
        text = record.getMessage()
        return not (text.startswith(LOOKS) and any(part in text for part in UNEVENTFUL))


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

    return configure


def main() -> None:
    """Starts the program that the first argument names."""
    program = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if program not in PROGRAMS:
        sys.exit(f"usage: python -m invoiceflow_pipeline.dagster_storage.programs {{{'|'.join(PROGRAMS)}}} …")
    start, sets_up_loggers = PROGRAMS[program]
    module = importlib.import_module(sets_up_loggers)
    module.configure_loggers = logger_setup(program)  # type: ignore[attr-defined]  # see the module's docstring
    if program == "code-server":
        end_code_server_with_its_runs()
    if program == "daemon":
        end_daemon_soon()
        _prepare_daemon()
    importlib.import_module(start).main()


def _prepare_daemon() -> None:
    from invoiceflow_pipeline.dagster_storage.code_server_port import wait_for_code_server
    from invoiceflow_pipeline.dagster_storage.storage_deadline import bound
    from invoiceflow_pipeline.work import metrics

    bound()
    settings = load(program="pipeline")
    if settings.metrics_port:
        metrics.serve(
            lambda: assemble(settings, application_name="metrics", pool_size=1),
            settings.host,
            settings.metrics_port,
            settings.version,
            lambda: datetime.now(UTC),
        )
    wait_for_code_server()


if __name__ == "__main__":
    main()
