"""Whether a run that was launched still has a process, as its launcher can tell. Knows nothing of what the run does.

The launcher's answers and the client of the code server are not public."""

import json
import logging

import dagster as dg
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher.base import WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult

ANSWER_SECONDS = 5

logger = logging.getLogger(__name__)


def lives(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """False also when nobody can tell. A launcher that has no way to ask about a process is Dagster's own: its code server,
    which started the process, knows it."""
    launcher = instance.run_launcher
    if launcher.supports_check_run_worker_health:
        try:
            return launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
        except Exception as error:  # noqa: BLE001  others' code: Celery's raises KeyError for a run whose launch was cut off
            logger.warning("The launcher cannot tell whether run %s lives: %r", run.run_id, error)
            return False
    if GRPC_INFO_TAG not in run.tags:  # not launched yet
        return False
    client = DagsterGrpcClient(**json.loads(run.tags[GRPC_INFO_TAG]))
    try:
        answer = client.can_cancel_execution(CanCancelExecutionRequest(run_id=run.run_id), timeout=ANSWER_SECONDS)
    except DagsterUserCodeUnreachableError:
        return False
    return dg.deserialize_value(answer, CanCancelExecutionResult).can_cancel
