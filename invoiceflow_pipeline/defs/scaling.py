"""How many consumer runs there should be, and how many are on their way. Starts none: the sensor does."""

from dataclasses import replace
from datetime import datetime, timedelta

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import QueueDepth
from invoiceflow.settings import Settings
from invoiceflow_pipeline.dagster_storage import run_workers
from invoiceflow_pipeline.defs.jobs import BOOTING, CONSUMING, LEAVING, QUIET, STATE, UNFINISHED
from invoiceflow_pipeline.work import housekeeping

BOOT_TIME = timedelta(seconds=60)
"""So long a consumer run that was asked for counts as one that will come."""
LOCAL_BOOT_TIME = timedelta(seconds=20)
"""The same for a process on this machine. When its code server was killed with it, nobody else says that it will not come."""
LONGEST_BOOT_TIME = timedelta(minutes=5)
"""And so long while its process lives: a small machine that starts several may need minutes, and one more makes it slower."""
MOST_ASKED = 64
"""Of the runs that start slowly: so many consumers the settings allow."""
RECONNECT_TIME = timedelta(seconds=15)
"""So long a consumer that lives and is none for the queue counts as one that connects again: the queue was away. It tries at
least every five seconds."""


def wanted(depth: QueueDepth, booting: int, leaving: int, settings: Settings) -> int:
    """How many consumer runs to start. Alive is what the queue says, never a run's status."""
    needed = max(settings.min_consumers, -(-depth.waiting // settings.backlog_per_consumer))
    staying = max(0, depth.consumers - leaving)
    return max(0, min(settings.max_consumers, needed) - staying - booting)


def keep_consumers(
    system: System, instance: dg.DagsterInstance, cursor: str | None
) -> tuple[dg.SensorResult | dg.SkipReason, str | None]:
    """What to do, and the cursor for the next look: since when there are consumers that live and are none for the queue."""
    is_local = isinstance(instance.run_launcher, dg.DefaultRunLauncher)
    since = housekeeping.now() - (LOCAL_BOOT_TIME if is_local else BOOT_TIME)

    # in this order: a consumer is one for the queue before it ceases to be starting, and ceases to be leaving before it is
    # none for the queue. The other way round one that changes just now counts as neither, and gets another beside it
    booting = _starting(instance, since)
    depth = system.queue.depth()
    count = wanted(depth, booting, _leaving(instance), system.settings)
    cut_since = None
    if count:  # only now those are asked who know the processes
        booting = _starting(instance, since) + _slow_starters(instance, since)
        depth = system.queue.depth()
        depth, cut_since = _with_those_cut_off(depth, instance, datetime.fromisoformat(cursor) if cursor else None)
        count = wanted(depth, booting, _leaving(instance), system.settings)
    new_cursor = cut_since.isoformat() if cut_since else None
    if not count:
        return dg.SkipReason(f"{depth.waiting} waiting, {depth.consumers} consumers, {booting} starting"), new_cursor
    requests = [dg.RunRequest(run_config=QUIET, tags={STATE: BOOTING})] * count
    return dg.SensorResult(run_requests=requests), new_cursor


def _with_those_cut_off(
    depth: QueueDepth, instance: dg.DagsterInstance, cut_since: datetime | None
) -> tuple[QueueDepth, datetime | None]:
    """A queue that comes back has no consumers for a moment. Replaced at once, they would all be there twice."""
    filters = dg.RunsFilter(tags={STATE: [CONSUMING, LEAVING]}, statuses=UNFINISHED)
    living = sum(run_workers.lives(instance, run) for run in instance.get_runs(filters, limit=MOST_ASKED))
    if living <= depth.consumers:
        return depth, None
    cut_since = cut_since or housekeeping.now()
    if housekeeping.now() - cut_since > RECONNECT_TIME:
        return depth, cut_since
    return replace(depth, consumers=living), cut_since


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
