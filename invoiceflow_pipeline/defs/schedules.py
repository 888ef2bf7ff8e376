"""When the housekeeping runs. Each evaluates cheaply and starts a run only when there is something to do."""

from typing import Final

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow_pipeline.dagster_storage.progress import load_progress
from invoiceflow_pipeline.defs.checks import VERIFICATION
from invoiceflow_pipeline.defs.jobs import (
    QUIET,
    compare_job,
    reprocess_job,
    retention_job,
    sweep_job,
    verify_originals_job,
)
from invoiceflow_pipeline.work import housekeeping
from invoiceflow_pipeline.work.verification import Progress, is_due


@dg.schedule(
    job=reprocess_job,
    cron_schedule="*/2 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Transient failures whose time has come, stale or unpublished invoices, those read by another version.",
)
def reprocess_due(cached: dg.ResourceParam[System]) -> dg.RunRequest | dg.SkipReason:
    """Every two minutes, if anything is due."""
    if not housekeeping.is_anything_due(cached, housekeeping.now()):
        return dg.SkipReason("nothing is due")
    return dg.RunRequest(run_config=QUIET)


@dg.schedule(
    job=sweep_job,
    cron_schedule="*/5 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Dead letters become FAILED; once a day objects without a row are removed.",
)
def sweeper(context: dg.ScheduleEvaluationContext, cached: dg.ResourceParam[System]) -> dg.RunRequest | dg.SkipReason:
    """Every five minutes, if there are dead letters; at two o'clock in any case."""
    at = context.scheduled_execution_time
    is_daily = (at.hour, at.minute) == (2, 0)
    if not is_daily and not cached.queue.depth().dead:
        return dg.SkipReason("no dead letters")
    return dg.RunRequest(run_config=QUIET)


@dg.schedule(
    job=verify_originals_job,
    cron_schedule="7 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a week every original is verified, in as many runs as it takes.",
)
def originals_verification(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Every hour, until all originals are verified; then a week later again."""
    progress = Progress.parse(load_progress(context.instance, VERIFICATION))
    if not is_due(progress, housekeeping.now()):
        return dg.SkipReason(f"all originals were verified at {progress.finished_at}")
    return dg.RunRequest(run_config=QUIET)


index_reconciliation = dg.ScheduleDefinition(
    name="index_reconciliation",
    job=compare_job,
    cron_schedule="37 * * * *",
    run_config=QUIET,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Search holds what the database says: missing, stale and orphaned documents are repaired; with it run the other"
    " checks that are about all invoices.",
)

retention = dg.ScheduleDefinition(
    name="retention",
    job=retention_job,
    cron_schedule="17 3 * * *",
    run_config=QUIET,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Partition keys and runs older than INVOICEFLOW_RETENTION_DAYS are removed from Dagster.",
)

ALL: Final = (reprocess_due, sweeper, index_reconciliation, originals_verification, retention)
