"""The jobs: consuming the queue, what the schedules start, what an operator starts. Each op is a shell around plain code."""

from datetime import timedelta
from typing import Final

import dagster as dg
from pydantic import Field

from invoiceflow.bootstrap import System
from invoiceflow_pipeline.dagster_storage.event_log import orchestrator
from invoiceflow_pipeline.dagster_storage.events import INVOICES, DagsterJournal, Links
from invoiceflow_pipeline.dagster_storage.heartbeats import record_heartbeat
from invoiceflow_pipeline.defs import checks, retention
from invoiceflow_pipeline.defs.resources import Pipeline
from invoiceflow_pipeline.work import housekeeping
from invoiceflow_pipeline.work.consuming import Consumption, stop_on_signals
from invoiceflow_pipeline.work.reporting import report_consumer, withdraw_consumer
from invoiceflow_pipeline.work.reprocessing import FailedSelection, reprocess_failed

STATE = "invoiceflow/consumer"
BOOTING, CONSUMING, LEAVING, CLOSING = "booting", "consuming", "leaving", "closing"
"""BOOTING until it is a consumer for the queue; LEAVING still is one until a successor is; CLOSING is none any more and
finishes what it has in hand."""
UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

QUIET = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
"""Run configuration: else each event of each invoice is printed as well."""
HOUSEKEEPING: Final = {"dagster/max_runtime": "3600", "invoiceflow/housekeeping": "true"}
"""A run whose code server died stays "started": Dagster ends it at its longest time. The second tag limits how many run at one
time (dagster.yaml)."""


@dg.op(required_resource_keys={"pipeline"}, description="Processes what the queue delivers until it may leave.")
def consume(context: dg.OpExecutionContext) -> None:
    """One consumer of the queue, for its whole life."""
    pipeline: Pipeline = context.resources.pipeline
    instance, run_id = context.instance, context.run_id

    def report_alive() -> None:
        report_consumer(pipeline.system.reports, run_id, pipeline.processor.ocr_pages_waiting)
        with orchestrator():
            record_heartbeat(instance, run_id, housekeeping.now())

    def report_state(state: str) -> None:
        with orchestrator():
            record_heartbeat(instance, run_id, housekeeping.now())
            instance.add_run_tags(run_id, {STATE: state})

    def leaving_runs() -> int:
        with orchestrator():
            return instance.get_runs_count(dg.RunsFilter(tags={STATE: LEAVING}, statuses=UNFINISHED))

    links = Links(pipeline.system.settings.query_base_url)
    with stop_on_signals() as stop, DagsterJournal(context, links) as journal:
        consumption = Consumption(
            settings=pipeline.system.settings,
            queue=pipeline.system.queue,
            processor=pipeline.processor,
            journal=journal,
            run_id=run_id,
            stop=stop,
            on_alive=report_alive,
            on_consuming=lambda: report_state(CONSUMING),
            on_leaving=lambda: report_state(LEAVING),
            on_closing=lambda: report_state(CLOSING),
            leaving_runs=leaving_runs,
        )
        try:
            consumption.run()
        finally:
            withdraw_consumer(pipeline.system.reports, run_id)
    context.log.info("%s invoices, %s failed", consumption.done, consumption.failed)


@dg.op(required_resource_keys={"system"}, description="Queues invoices again that are due.")
def reprocess(context: dg.OpExecutionContext) -> None:
    """What the schedule `reprocess_due` found due."""
    system: System = context.resources.system
    context.log.info("%s invoices queued again", housekeeping.requeue_due(system, housekeeping.now()))


class FailedInvoices(dg.Config):
    """Which failed invoices to read again; all of them by default."""

    code: str | None = Field(None, description="Only those with this failure code, `extraction.timeout` for instance.")
    within_hours: float | None = Field(None, gt=0, description="Only those that failed within so many hours.")
    limit: int = Field(10_000, ge=1, le=1_000_000, description="At most so many, the oldest first.")


@dg.op(required_resource_keys={"system"}, description="Queues failed invoices again.")
def requeue_failed(context: dg.OpExecutionContext, config: FailedInvoices) -> None:
    """What a person chose in the launchpad."""
    system: System = context.resources.system
    now = housekeeping.now()
    since = None if config.within_hours is None else now - timedelta(hours=config.within_hours)
    selection = FailedSelection(config.code, since, config.limit)
    count = reprocess_failed(system, selection, f"run:{context.run_id}", now)
    context.log.info("%s failed invoices queued again", count)
    context.add_output_metadata({"invoices": count})


@dg.op(required_resource_keys={"system"}, description="Fails dead letters, removes objects without a row and expired keys.")
def sweep(context: dg.OpExecutionContext) -> None:
    """What gave up, and what nobody owns."""
    system: System = context.resources.system
    now = housekeeping.now()
    with DagsterJournal(context, Links(system.settings.query_base_url)) as journal:
        failed = housekeeping.fail_dead_letters(system, journal, now)
    removed = housekeeping.remove_orphans(system, now)
    expired = system.ingestions.expire_idempotency_keys(now)
    context.log.info("%s dead letters failed, %s objects and %s idempotency keys removed", failed, removed, expired)


@dg.op(required_resource_keys={"system"}, description="Keeps Dagster's view small; rows and search keep every invoice.")
def expire(context: dg.OpExecutionContext) -> None:
    """Old runs and partition keys."""
    system: System = context.resources.system
    runs = retention.expire_runs(context.instance, system.settings, housekeeping.now())
    keys = retention.expire_partitions(context.instance, INVOICES, system, housekeeping.now())
    context.log.info("%s runs and %s partition keys removed", runs, keys)


@dg.job(
    executor_def=dg.in_process_executor,
    # never retried by the daemon: the sensor replaces a dead consumer, and a retry would be one too many
    tags={"dagster/max_retries": "0"},
    description="A consumer of the invoice queue: one run processes thousands of invoices, for up to an hour, and records the"
    " materialisations and checks of `raw`, `extracted` and `indexed` for each. A run for each invoice would cost five seconds"
    " of processor time. The sensor `invoice_queue` starts it; an operator need not.",
)
def consume_job() -> None:
    """The consumer."""
    consume()


@dg.job(
    executor_def=dg.in_process_executor,
    tags=HOUSEKEEPING,
    description="Queues invoices again that are due: transient failures whose time has come, stale or unpublished invoices, and"
    " those read by another version of the reader. Started by the schedule `reprocess_due`.",
)
def reprocess_job() -> None:
    """What is due."""
    reprocess()


@dg.job(
    name="reprocess_failed",
    executor_def=dg.in_process_executor,
    tags=HOUSEKEEPING,
    description="Reads failed invoices again: all of them, or those chosen in the launchpad by failure code and age. Their"
    " attempts begin anew.",
)
def reprocess_failed_job() -> None:
    """What failed."""
    requeue_failed()


@dg.job(
    executor_def=dg.in_process_executor,
    tags=HOUSEKEEPING,
    description="Fails invoices whose messages gave up (dead letters), and removes objects of refused uploads. Started by the"
    " schedule `sweeper`.",
)
def sweep_job() -> None:
    """What gave up."""
    sweep()


@dg.job(
    executor_def=dg.in_process_executor,
    tags=HOUSEKEEPING,
    description="Removes old runs and partition keys from Dagster. Started by the schedule `retention`.",
)
def retention_job() -> None:
    """What Dagster need not show any more."""
    expire()


compare_job = dg.define_asset_job(
    "compare_job",
    selection=dg.AssetSelection.checks(*checks.HOURLY),
    executor_def=dg.in_process_executor,
    tags=HOUSEKEEPING,
    description="The checks that are about all invoices: search against the database (differences are repaired), failures of"
    " the last hour, whether processing moves. Started by the schedule `index_reconciliation`.",
)
verify_originals_job = dg.define_asset_job(
    "verify_originals",
    selection=dg.AssetSelection.checks(checks.originals_intact),
    executor_def=dg.in_process_executor,
    tags=HOUSEKEEPING,
    description="Holds every stored original against its SHA-256. Goes on where the last run ended; started by the schedule"
    " `originals_verification` until all are verified, then again a week later.",
)

ALL: Final = (
    consume_job,
    reprocess_job,
    reprocess_failed_job,
    sweep_job,
    compare_job,
    verify_originals_job,
    retention_job,
)
