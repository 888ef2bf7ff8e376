"""The sensors: they start consumers, end ghosts, send alerts. Shells around decisions."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import dagster as dg

from invoiceflow.settings import Settings
from invoiceflow_pipeline.dagster_storage.heartbeats import latest_heartbeats
from invoiceflow_pipeline.defs import failure_events, scaling
from invoiceflow_pipeline.defs.jobs import UNFINISHED, consume_job
from invoiceflow_pipeline.defs.resources import CachedResources
from invoiceflow_pipeline.work import alerting, housekeeping

GHOST_AFTER = timedelta(seconds=180)
LOOK_SECONDS = 5
"""The daemon evaluates sensors every five seconds; a shorter interval would only be a claim."""


def is_ghost(alive_at: datetime | None, started_at: datetime, now: datetime) -> bool:
    """Whether a consumer run has not reported for three minutes that it lives: its process is gone and nobody told Dagster."""
    return now - max(alive_at or started_at, started_at) > GHOST_AFTER


def invoice_queue(cached: CachedResources) -> dg.SensorDefinition:
    """Starts consumers."""

    @dg.sensor(
        job=consume_job,
        minimum_interval_seconds=LOOK_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Keeps as many consumer runs alive as the queue needs. Stopped, uploads are accepted and wait.",
    )
    def invoice_queue(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        result, cursor = scaling.keep_consumers(cached.system(), cached.instance(context), context.cursor)
        context.update_cursor(cursor)
        return result

    return invoice_queue


def ghost_runs(cached: CachedResources) -> dg.SensorDefinition:
    """Ends ghosts."""

    @dg.sensor(
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks consumer runs failed whose process is gone: Dagster would show them as running for ever.",
    )
    def ghost_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        ended, cursor = end_ghosts(cached.instance(context), context.cursor or "")
        context.update_cursor(cursor)
        return dg.SkipReason(f"{ended} ghosts")

    return ghost_runs


def end_ghosts(instance: dg.DagsterInstance, cursor: str) -> tuple[int, str]:
    """How many were ended, and who has to be silent at the next look as well: after an outage of Dagster's database a living
    consumer needs a moment to report that it lives."""
    now = housekeeping.now()
    filters = dg.RunsFilter(job_name=consume_job.name, statuses=[*UNFINISHED, dg.DagsterRunStatus.CANCELING])
    records = instance.get_run_records(filters, limit=50)
    heartbeats = latest_heartbeats(instance, [record.dagster_run.run_id for record in records])
    silent = {
        record.dagster_run.run_id: record.dagster_run
        for record in records
        if is_ghost(heartbeats.get(record.dagster_run.run_id), record.create_timestamp, now)
    }
    ghosts = silent.keys() & set(cursor.split())
    for run_id in ghosts:
        instance.report_run_failed(silent[run_id], "Its process is gone; the queue has given its messages to another.")
    return len(ghosts), " ".join(sorted(silent.keys() - ghosts))


def alerts(cached: CachedResources) -> dg.SensorDefinition:
    """Sends alerts."""

    @dg.sensor(
        minimum_interval_seconds=15,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Records alerts (failed invoices, findings of severity error, failed runs, stalled processing:"
        " INVOICEFLOW_ALERT_ON) and sends what was not sent to INVOICEFLOW_ALERT_URLS.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        system, instance = cached.system(), cached.instance(context)
        kinds, now = system.settings.alert_kinds, housekeeping.now()
        checks, cursor = failure_events.failed_checks(instance, failure_events.Cursor.parse(context.cursor), kinds)
        runs, cursor = failure_events.failed_runs(instance, cursor)
        found = [*checks, *(runs if "runs" in kinds else ())]
        if "stalled" in kinds:
            limit = timedelta(minutes=system.settings.stalled_minutes)
            stall = alerting.stalled(system.ingestions.activity(now), now, limit)
            found += [stall] if stall is not None else []
        system.alerts.add(found, now)
        context.update_cursor(cursor.text())  # only now: what was not recorded is looked at again
        sent = alerting.send_unsent(system.alerts, _urls(system.settings), housekeeping.now())
        return dg.SkipReason(f"{len(checks)} failed checks, {len(runs)} failed runs; {sent} alerts sent")

    return alerts


def _urls(settings: Settings) -> Sequence[str]:
    return settings.alert_urls.get_secret_value().split() if settings.alert_urls else ()
