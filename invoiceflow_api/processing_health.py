"""Whether accepted uploads are really processed: the queue and the database are asked every few seconds, never waited for."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Literal

from invoiceflow.ports.ingest_queue import QueueDepth
from invoiceflow.ports.ingestion_repository import Activity
from invoiceflow.ports.pipeline_reports import DAEMON, ReceivedReport
from invoiceflow.ports.unavailable import Unavailable

REFRESH_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 0.7
"""From the moment the queue and the database are asked; the dependencies are checked in the same time."""
STALE_SECONDS: Final = 30.0
"""What was known before is shown for so long while the queue or the database do not answer."""
NO_CONSUMER_AFTER: Final = timedelta(seconds=60)
"""So long uploads may wait for a consumer that starts."""
SILENT_AFTER: Final = timedelta(seconds=90)
"""The daemon reports every ten seconds, and takes half a minute to start on a busy machine."""
QUEUE_SENSOR: Final = "invoice_queue"
"""The sensor that starts consumers."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProcessingState:
    """`reasons` why processing is degraded, in words; empty when it moves or nothing waits. Numbers are None where they could
    not be looked up, and `state` is then unknown."""

    state: Literal["ok", "degraded", "unknown"]
    reasons: tuple[str, ...] = ()
    waiting: int | None = None
    consumers: int | None = None
    dead_letters: int | None = None
    oldest_waiting_seconds: float | None = None


UNKNOWN: Final = ProcessingState("unknown")


def assess(
    depth: QueueDepth, activity: Activity, reports: Sequence[ReceivedReport], now: datetime, limit: timedelta
) -> ProcessingState:
    """What these facts mean: nobody processes, or nobody will; an upload waits too long while nothing is finished; messages
    were given up."""
    waited = None if activity.waiting_since is None else now - activity.waiting_since
    reasons = list(_dagster_reasons(reports))
    if depth.waiting and not depth.consumers and waited is not None and waited > NO_CONSUMER_AFTER:
        cause = "" if reasons else ": is the sensor `invoice_queue` stopped, or Dagster down?"
        reasons.append(f"{depth.waiting} messages wait and no consumer is connected{cause}")
    is_idle = activity.finished_at is None or now - activity.finished_at > limit
    if waited is not None and waited > limit and is_idle:
        reasons.append(f"an upload has waited for {waited.total_seconds() / 60:.0f} minutes and nothing was finished since")
    if depth.dead:
        reasons.append(f"{depth.dead} messages were given up (dead letters); the schedule `sweeper` fails their invoices")
    return ProcessingState(
        state="degraded" if reasons else "ok",
        reasons=tuple(reasons),
        waiting=depth.waiting,
        consumers=depth.consumers,
        dead_letters=depth.dead,
        oldest_waiting_seconds=0.0 if waited is None else round(waited.total_seconds(), 1),
    )


def _dagster_reasons(reports: Sequence[ReceivedReport]) -> Sequence[str]:
    """What the daemon's report says; nothing where no daemon has ever reported to this database."""
    latest = next((one for one in reports if one.report.source == DAEMON), None)
    if latest is None:
        return []
    if latest.age > SILENT_AFTER:
        since = f"{latest.age.total_seconds() / 60:.0f} minutes"
        return [f"Dagster's daemon has not reported for {since}: it starts consumers and schedules; is it running?"]
    if QUEUE_SENSOR in latest.report.stopped:
        return [f"the sensor `{QUEUE_SENSOR}` is stopped: nothing starts consumers; start it in Dagster's UI under Automation"]
    return []


class ProcessingMonitor:
    """Remembers the latest state for REFRESH_SECONDS. Thread-safe."""

    def __init__(
        self,
        depth: Callable[[], QueueDepth],
        activity: Callable[[datetime], Activity],
        reports: Callable[[], Sequence[ReceivedReport]],
        *,
        limit: timedelta,
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        """`limit` is how long an upload may wait while nothing is finished."""
        self._depth = depth
        self._activity = activity
        self._reports = reports
        self._limit = limit
        self._now = now
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health processing")
        self._lock = Lock()
        self._asking: Future[ProcessingState] | None = None
        self._known = UNKNOWN
        self._asked_at: float | None = None
        self._known_at = 0.0

    def ask(self) -> None:
        """Asks anew if what is known is older than REFRESH_SECONDS. Returns at once; `state` has the answer."""
        with self._lock:
            now = self._clock()
            is_old = self._asked_at is None or now - self._asked_at > REFRESH_SECONDS
            if is_old and (self._asking is None or self._asking.done()):
                self._asked_at = now
                self._asking = self._thread.submit(self._ask)

    def state(self) -> ProcessingState:
        """The latest state, at most ANSWER_SECONDS after it was asked for; UNKNOWN where the queue or the database have not
        answered for STALE_SECONDS."""
        self.ask()
        with self._lock:
            asking, asked_at = self._asking, self._asked_at
        if asking is not None and asked_at is not None:
            wait([asking], timeout=max(0.0, asked_at + ANSWER_SECONDS - self._clock()))
            if asking.done():
                return asking.result()
        return self._known if self._clock() - self._known_at <= STALE_SECONDS else UNKNOWN

    def close(self) -> None:
        """A question that still hangs is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self) -> ProcessingState:
        now = self._now()
        try:
            state = assess(self._depth(), self._activity(now), self._reports(), now, self._limit)
        except Unavailable:
            return UNKNOWN  # the dependency's own state says it
        except Exception:
            logger.exception("Whether uploads are processed could not be looked up")  # health answers all the same
            return UNKNOWN
        self._known, self._known_at = state, self._clock()
        return state
