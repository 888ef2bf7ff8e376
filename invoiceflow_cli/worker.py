"""`invoiceflow worker`: carries out Dagster's runs on this machine, as one of the Celery workers that share a queue."""

import os
from typing import Final

from rich.console import Console

from invoiceflow import settings
from invoiceflow.settings import SettingsError
from invoiceflow_cli.databases import for_dagster, plain

RUN_SECONDS: Final = 1500
"""RabbitMQ takes a task back that is not acknowledged for 30 minutes, and tasks are acknowledged when they end (see below)."""
VARIABLES: Final = ("DAGSTER_HOME", "DAGSTER_POSTGRES_URL", "DAGSTER_CELERY_BROKER", "DAGSTER_CELERY_BACKEND")


def work(runs: int) -> int:
    """Works until it is told to stop. The exit code: 2 when the environment is not usable.

    SIGTERM to its whole process group (as systemd sends it) ends consumer runs in order: they give their messages back.
    """
    console = Console(stderr=True)
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    try:
        settings.load(program="pipeline")
    except SettingsError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    if missing:
        console.print(f"A worker needs {', '.join(missing)} too; deploy/celery/dagster.yaml says what for.", style="red")
        return 2
    os.environ.setdefault("INVOICEFLOW_RUN_MAX_SECONDS", str(RUN_SECONDS))
    os.environ["DAGSTER_POSTGRES_URL"] = for_dagster(plain(os.environ["DAGSTER_POSTGRES_URL"]))
    from invoiceflow_pipeline.dagster_storage.celery_tasks import celery_application

    application = celery_application(os.environ["DAGSTER_CELERY_BROKER"], os.environ["DAGSTER_CELERY_BACKEND"])
    application.backend.cleanup()  # states of runs that ended more than a day ago
    name = f"--hostname=invoiceflow-{os.getpid()}@%h"  # two of one name on a machine take each other's orders
    application.worker_main(
        ["worker", name, f"--concurrency={runs}", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    )
    return 0
