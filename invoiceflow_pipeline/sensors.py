"""The sensors: how many consumers there should be, which runs are ghosts, which alerts go out. Shells around decisions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import QueueDepth
from invoiceflow.settings import Settings
from invoiceflow_pipeline import alerting, housekeeping, run_workers
from invoiceflow_pipeline.jobs import ALIVE_AT, BOOTING, LEAVING, QUIET, STATE, UNFINISHED, consume_job
from invoiceflow_pipeline.resources import Kept

BOOT_TIME = timedelta(seconds=60)
"""So long a consumer run that was asked for counts as one that will come."""
LOCAL_BOOT_TIME = timedelta(seconds=20)
"""The same for a process on this machine. When its code server was killed with it, nobody else says that it will not come."""
LONGEST_BOOT_TIME = timedelta(minutes=5)
"""And so long while its process lives: a small machine that starts several may need minutes, and one more makes it slower."""
MOST_ASKED = 64
"""Of the runs that start slowly: so many consumers the settings allow."""
GHOST_AFTER = timedelta(seconds=180)


def wanted(depth: QueueDepth, booting: int, leaving: int, settings: Settings) -> int:
    """How many consumer runs to start. Alive is what the queue says, never a run's status."""
    needed = max(settings.min_consumers, -(-depth.waiting // settings.backlog_per_consumer))
    staying = max(0, depth.consumers - leaving)
    return max(0, min(settings.max_consumers, needed) - staying - booting)


def is_ghost(alive_at: str | None, started_at: datetime, now: datetime) -> bool:
    """A consumer run that has not said for three minutes that it lives; its process is gone and nobody told Dagster."""
    last = datetime.fromisoformat(alive_at) if alive_at else started_at
    return now - max(last, started_at) > GHOST_AFTER


def invoice_queue(kept: Kept) -> dg.SensorDefinition:
    @dg.sensor(
        job=consume_job,
        minimum_interval_seconds=1,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Keeps as many consumer runs alive as the queue needs.",
    )
    def invoice_queue(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        return keep_consumers(kept.system(), kept.instance(context))

    return invoice_queue


def keep_consumers(system: System, instance: dg.DagsterInstance) -> dg.SensorResult | dg.SkipReason:
    is_local = isinstance(instance.run_launcher, dg.DefaultRunLauncher)
    since = housekeeping.now() - (LOCAL_BOOT_TIME if is_local else BOOT_TIME)

    # in this order: a consumer is one for the queue before it ceases to be starting, and ceases to be leaving before it is
    # none for the queue. The other way round one that changes just now counts as neither, and gets another beside it
    booting = _starting(instance, since)
    depth = system.queue.depth()
    count = wanted(depth, booting, _leaving(instance), system.settings)
    if count:
        booting = _starting(instance, since) + _slow_starters(instance, since)
        depth = system.queue.depth()
        count = wanted(depth, booting, _leaving(instance), system.settings)
    if not count:
        return dg.SkipReason(f"{depth.waiting} waiting, {depth.consumers} consumers, {booting} starting")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_config=QUIET, tags={STATE: BOOTING})] * count)


def _starting(instance: dg.DagsterInstance, since: datetime) -> int:
    return instance.get_runs_count(dg.RunsFilter(tags={STATE: BOOTING}, statuses=UNFINISHED, created_after=since))


def _leaving(instance: dg.DagsterInstance) -> int:
    return instance.get_runs_count(dg.RunsFilter(tags={STATE: LEAVING}, statuses=UNFINISHED))


def _slow_starters(instance: dg.DagsterInstance, since: datetime) -> int:
    filters = dg.RunsFilter(
        tags={STATE: BOOTING},
        statuses=UNFINISHED,
        created_after=housekeeping.now() - LONGEST_BOOT_TIME,
        created_before=since,
    )
    return sum(run_workers.lives(instance, run) for run in instance.get_runs(filters, limit=MOST_ASKED))


def ghost_runs(kept: Kept) -> dg.SensorDefinition:
    @dg.sensor(
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks consumer runs failed whose process is gone: Dagster would show them as running for ever.",
    )
    def ghost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        ended, cursor = end_ghosts(kept.instance(context), context.cursor or "")
        context.update_cursor(cursor)
        return dg.SkipReason(f"{ended} ghosts")

    return ghost_runs


def end_ghosts(instance: dg.DagsterInstance, cursor: str) -> tuple[int, str]:
    """How many, and who has to be silent at the next look as well: after an outage of Dagster's database a living consumer
    needs a moment to say that it lives."""
    now = housekeeping.now()
    filters = dg.RunsFilter(job_name=consume_job.name, statuses=[*UNFINISHED, dg.DagsterRunStatus.CANCELING])
    silent = {
        record.dagster_run.run_id: record.dagster_run
        for record in instance.get_run_records(filters, limit=50)
        if is_ghost(record.dagster_run.tags.get(ALIVE_AT), record.create_timestamp, now)
    }
    ghosts = silent.keys() & set(cursor.split())
    for run_id in ghosts:
        instance.report_run_failed(silent[run_id], "Its process is gone; the queue has given its messages to another.")
    return len(ghosts), " ".join(sorted(silent.keys() - ghosts))


def alerts(kept: Kept) -> dg.SensorDefinition:
    @dg.sensor(
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes down failed extraction checks and failed runs as alerts, and sends what was not sent.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        system, instance = kept.system(), kept.instance(context)
        cursor = alerting.Cursor.parse(context.cursor)
        checks, cursor = alerting.failed_checks(instance, cursor)
        runs, cursor = alerting.failed_runs(instance, cursor)
        system.alerts.add([*checks, *runs], housekeeping.now())
        context.update_cursor(cursor.text())  # only now: what was not written down is looked at again
        sent = alerting.send_unsent(system.alerts, _urls(system.settings), housekeeping.now())
        return dg.SkipReason(f"{len(checks)} failed checks, {len(runs)} failed runs; {sent} alerts sent")

    return alerts


def _urls(settings: Settings) -> Sequence[str]:
    return settings.alert_urls.get_secret_value().split() if settings.alert_urls else ()
