"""The sensors: consumers are started, ghosts ended, alerts sent. Shells around decisions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import dagster as dg

from invoiceflow.settings import Settings
from invoiceflow_pipeline.defs import failure_events, scaling
from invoiceflow_pipeline.defs.jobs import ALIVE_AT, UNFINISHED, consume_job
from invoiceflow_pipeline.defs.resources import Kept
from invoiceflow_pipeline.work import alerting, housekeeping

GHOST_AFTER = timedelta(seconds=180)


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
        found, cursor = scaling.keep_consumers(kept.system(), kept.instance(context), context.cursor)
        context.update_cursor(cursor)
        return found

    return invoice_queue


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
        cursor = failure_events.Cursor.parse(context.cursor)
        checks, cursor = failure_events.failed_checks(instance, cursor)
        runs, cursor = failure_events.failed_runs(instance, cursor)
        system.alerts.add([*checks, *runs], housekeeping.now())
        context.update_cursor(cursor.text())  # only now: what was not written down is looked at again
        sent = alerting.send_unsent(system.alerts, _urls(system.settings), housekeeping.now())
        return dg.SkipReason(f"{len(checks)} failed checks, {len(runs)} failed runs; {sent} alerts sent")

    return alerts


def _urls(settings: Settings) -> Sequence[str]:
    return settings.alert_urls.get_secret_value().split() if settings.alert_urls else ()
