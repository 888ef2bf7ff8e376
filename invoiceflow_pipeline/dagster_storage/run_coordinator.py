"""Which runs wait in Dagster's queue: all but the consumers, which the sensor counts by itself and wants at once.

Backfills and housekeeping share limits (dagster.yaml); the daemon starts them from the queue. Extends the queued coordinator
by name of its class in dagster.yaml; launching past the queue is what Dagster's default coordinator
does. The base class and its context are not public.
"""

from typing import Final

from dagster import DagsterRun
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator
from dagster._core.storage.dagster_run import DagsterRunStatus

UNQUEUED_JOBS: Final = frozenset({"consume_job"})


class ConsumersFirstRunCoordinator(QueuedRunCoordinator):
    """Queues every run but those of consumers, which are launched at once."""

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Launches or enqueues the run."""
        run = context.dagster_run
        if run.job_name not in UNQUEUED_JOBS or run.status != DagsterRunStatus.NOT_STARTED:
            return super().submit_run(context)
        self._instance.launch_run(run.run_id, context.workspace)
        return self._instance.get_run_by_id(run.run_id) or run
