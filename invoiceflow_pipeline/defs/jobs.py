"""The jobs: consuming the queue, and the housekeeping that the schedules start. Each op is a shell around plain code."""

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow_pipeline.dagster_storage.event_log import orchestrator
from invoiceflow_pipeline.dagster_storage.events import INVOICES, DagsterJournal
from invoiceflow_pipeline.defs import retention
from invoiceflow_pipeline.defs.resources import Pipeline
from invoiceflow_pipeline.work import housekeeping
from invoiceflow_pipeline.work.consuming import Consumption, stop_on_signals
from invoiceflow_pipeline.work.search_step import bring_in_step

STATE = "invoiceflow/consumer"
BOOTING, CONSUMING, LEAVING, CLOSING = "booting", "consuming", "leaving", "closing"
"""BOOTING until it is a consumer for the queue; LEAVING still is one until a successor is; CLOSING is none any more and
finishes what it has in hand."""
ALIVE_AT = "invoiceflow/alive_at"
UNFINISHED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]

QUIET = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
"""Run configuration: else each event of each invoice is printed as well."""


@dg.op(required_resource_keys={"pipeline"}, description="Works on what the queue brings until it may leave.")
def consume(context: dg.OpExecutionContext) -> None:
    pipeline: Pipeline = context.resources.pipeline
    instance, run_id = context.instance, context.run_id

    def say(state: str | None = None) -> None:
        tags = {STATE: state} if state else {}
        with orchestrator():
            instance.add_run_tags(run_id, {**tags, ALIVE_AT: housekeeping.now().isoformat()})

    def leaving_runs() -> int:
        with orchestrator():
            return instance.get_runs_count(dg.RunsFilter(tags={STATE: LEAVING}, statuses=UNFINISHED))

    with stop_on_signals() as stop, DagsterJournal(context) as journal:
        consumption = Consumption(
            settings=pipeline.system.settings,
            queue=pipeline.system.queue,
            processor=pipeline.processor,
            journal=journal,
            run_id=run_id,
            stop=stop,
            on_alive=say,
            on_consuming=lambda: say(CONSUMING),
            on_leaving=lambda: say(LEAVING),
            on_closing=lambda: say(CLOSING),
            leaving_runs=leaving_runs,
        )
        consumption.run()
    context.log.info("%s invoices, %s failed", consumption.done, consumption.failed)


@dg.op(required_resource_keys={"system"}, description="Puts invoices that ought to be worked on again back into the queue.")
def reprocess(context: dg.OpExecutionContext) -> None:
    system: System = context.resources.system
    context.log.info("%s invoices back in the queue", housekeeping.requeue_due(system, housekeeping.now()))


@dg.op(required_resource_keys={"system"}, description="Ends what gave up, removes what nobody owns.")
def sweep(context: dg.OpExecutionContext) -> None:
    system: System = context.resources.system
    now = housekeeping.now()
    with DagsterJournal(context) as journal:
        failed = housekeeping.fail_dead_letters(system, journal, now)
    removed = housekeeping.remove_orphans(system, now)
    expired = system.ingestions.expire_idempotency_keys(now)
    context.log.info("%s dead letters failed, %s objects and %s idempotency keys removed", failed, removed, expired)


@dg.op(required_resource_keys={"system"}, description="Keeps Dagster's view small; rows and search keep every invoice.")
def expire(context: dg.OpExecutionContext) -> None:
    system: System = context.resources.system
    runs = retention.expire_runs(context.instance, system.settings, housekeeping.now())
    keys = retention.expire_partitions(context.instance, INVOICES, system, housekeeping.now())
    context.log.info("%s runs and %s partition keys removed", runs, keys)


@dg.op(required_resource_keys={"system"}, description="Compares search with the rows, and writes again what differs.")
def compare(context: dg.OpExecutionContext) -> None:
    system: System = context.resources.system
    done = bring_in_step(system.ingestions, system.search)
    context.log.info("%s invoices: %s written, %s removed, %s refused", done.invoices, done.written, done.removed, done.refused)
    if done.ahead:
        context.log.error("%s documents are newer than their rows: run `invoiceflow reindex`", done.ahead)


# never retried by the daemon: the sensor replaces a dead consumer, and a retry would be one too many
@dg.job(executor_def=dg.in_process_executor, tags={"dagster/max_retries": "0"}, description="A consumer of the invoice queue.")
def consume_job() -> None:
    consume()


# a run whose code server died stays "started": Dagster ends it at its longest time
BOUNDED = {"dagster/max_runtime": "3600"}


@dg.job(executor_def=dg.in_process_executor, tags=BOUNDED)
def reprocess_job() -> None:
    reprocess()


@dg.job(executor_def=dg.in_process_executor, tags=BOUNDED)
def sweep_job() -> None:
    sweep()


@dg.job(executor_def=dg.in_process_executor, tags=BOUNDED)
def compare_job() -> None:
    compare()


@dg.job(executor_def=dg.in_process_executor, tags=BOUNDED)
def retention_job() -> None:
    expire()
