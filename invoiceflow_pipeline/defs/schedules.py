"""When the housekeeping runs. Each evaluates cheaply and starts a run only when there is something to do."""

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow_pipeline.defs.jobs import QUIET, compare_job, reprocess_job, retention_job, sweep_job
from invoiceflow_pipeline.work import housekeeping


@dg.schedule(
    job=reprocess_job,
    cron_schedule="*/2 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Transient failures whose time has come, stale or unpublished invoices, those read by another version.",
)
def reprocess_due(kept: dg.ResourceParam[System]) -> dg.RunRequest | dg.SkipReason:
    if not housekeeping.is_anything_due(kept, housekeeping.now()):
        return dg.SkipReason("nothing is due")
    return dg.RunRequest(run_config=QUIET)


@dg.schedule(
    job=sweep_job,
    cron_schedule="*/5 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Dead letters become FAILED; once a day objects without a row are removed.",
)
def sweeper(context: dg.ScheduleEvaluationContext, kept: dg.ResourceParam[System]) -> dg.RunRequest | dg.SkipReason:
    at = context.scheduled_execution_time
    is_daily = (at.hour, at.minute) == (2, 0)
    if not is_daily and not kept.queue.depth().dead:
        return dg.SkipReason("no dead letters")
    return dg.RunRequest(run_config=QUIET)


index_in_step = dg.ScheduleDefinition(
    name="index_in_step",
    job=compare_job,
    cron_schedule="37 * * * *",
    run_config=QUIET,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="What search shows is what the rows say: missing, stale and orphaned documents are mended.",
)

retention = dg.ScheduleDefinition(
    name="retention",
    job=retention_job,
    cron_schedule="17 3 * * *",
    run_config=QUIET,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Partition keys and runs older than the window.",
)
