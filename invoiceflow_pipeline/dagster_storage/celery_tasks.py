"""The Celery task by which a run of Dagster reaches a worker machine. Uses names that are not public, as Dagster's own
launchers do: a test on a real broker fails when an upgrade changes them.
"""

import signal
import subprocess
import sys
from typing import Any

from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import serialize_value, unpack_value
from dagster_celery.config import DEFAULT_CONFIG, TASK_EXECUTE_JOB_NAME
from dagster_celery.make_app import make_app


def celery_application(broker: str, backend: str) -> Any:
    """The task that Dagster's Celery launcher asks for. Both must be those of the launcher."""
    application: Any = make_app(  # type: ignore[no-untyped-call]  # the library has no annotations here
        {
            "broker": broker,
            "backend": backend,
            "config_source": {
                **DEFAULT_CONFIG,
                "broker_connection_retry_on_startup": True,
                "worker_hijack_root_logger": False,
                # acknowledged at its start, a run's place in the prefetch is free again: the next run would lie here and wait
                # for this one while another worker is idle. Given to two, Dagster ignores the second
                "task_acks_late": True,
            },
        }
    )
    application.task(execute_run, name=TASK_EXECUTE_JOB_NAME, track_started=True)
    return application


def execute_run(execute_job_args_packed: Any) -> int:
    """Carries out a run and returns its process's exit code.

    In a process of its own, as Dagster's other launchers do it: in Celery's the processes that read are never started.
    """
    arguments = unpack_value(execute_job_args_packed, ExecuteRunArgs)
    command = [sys.executable, "-m", "dagster", "api", "execute_run", serialize_value(arguments)]
    process = subprocess.Popen(command)  # noqa: S603  our own program
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())  # Dagster's UI ends a run by way of the task
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
