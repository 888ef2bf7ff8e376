"""Asset checks that are about all invoices, not one: what an operator wants to be sure of. Each can be run from the UI.

The checks of single invoices (`extraction_ok`, `no_error_findings`) belong to the multi-asset and are recorded with its events.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow_pipeline.dagster_storage.progress import load_progress, store_progress
from invoiceflow_pipeline.work import verification
from invoiceflow_pipeline.work.alerting import stalled
from invoiceflow_pipeline.work.outcomes import EXTRACTED, INDEXED, RAW
from invoiceflow_pipeline.work.reconciliation import reconcile
from invoiceflow_pipeline.work.verification import Progress, verify_originals

VERIFICATION: Final = "originals_verification"
VERIFY_SECONDS: Final = 45 * 60.0
"""One run's share, below the longest time of a run; what is left is verified by the next."""
FEW: Final = 5
"""Finished invoices below which a share of failures says nothing."""
MANY_FAILURES, MOST_FAILURES = 0.2, 0.5
"""Shares of failures in the last hour that are a warning and an error."""


@dg.asset_check(
    asset=RAW,
    name="originals_intact",
    required_resource_keys={"system"},
    description="Every stored original has the SHA-256 that it was uploaded with. Goes through all of them once a week;"
    " altered and missing ones raise an alert each, and fail with `file.altered` or `file.missing` when they are read.",
)
def originals_intact(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Verifies on from where the last run ended."""
    system: System = context.resources.system
    progress = verify_originals(
        system,
        Progress.parse(load_progress(context.instance, VERIFICATION)),
        now=_now,
        clock=time.monotonic,
        pause=verification.wait,
        seconds=VERIFY_SECONDS,
        on_progress=lambda reached: store_progress(context.instance, VERIFICATION, reached.text()),
    )
    metadata: dict[str, Any] = {
        "verified": progress.verified,
        "altered_or_missing": progress.faults,
        "all_verified": progress.finished_at is not None,
    }
    if progress.named:
        metadata["named"] = dg.MetadataValue.md("\n".join(f"- {one}" for one in progress.named))
    return dg.AssetCheckResult(passed=progress.is_intact, severity=dg.AssetCheckSeverity.ERROR, metadata=metadata)


@dg.asset_check(
    asset=EXTRACTED,
    name="few_failures",
    required_resource_keys={"system"},
    description="Of the invoices that were finished in the last hour, less than a fifth failed (a warning), or than half (an"
    " error). One unreadable file among many is no alarm here; `extraction_ok` lists it.",
)
def few_failures(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Counts the outcomes of the last hour."""
    system: System = context.resources.system
    activity = system.ingestions.activity(_now())
    finished = activity.completed + activity.failed
    share = activity.failed / finished if finished else 0.0
    return dg.AssetCheckResult(
        passed=finished < FEW or share < MANY_FAILURES,
        severity=dg.AssetCheckSeverity.ERROR if share >= MOST_FAILURES else dg.AssetCheckSeverity.WARN,
        metadata={"finished": finished, "failed": activity.failed, "share": round(share, 4)},
    )


@dg.asset_check(
    asset=INDEXED,
    name="search_matches_database",
    required_resource_keys={"system"},
    description="Search holds exactly what the database says. What differs is written again; documents that are newer than"
    " their rows cannot be repaired this way (run `invoiceflow reindex`).",
)
def search_matches_database(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Compares and repairs."""
    system: System = context.resources.system
    done = reconcile(system.ingestions, system.search)
    context.log.info("%s invoices: %s written, %s removed, %s refused", done.invoices, done.written, done.removed, done.refused)
    return dg.AssetCheckResult(
        passed=not done.ahead and not done.refused,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "invoices": done.invoices,
            "written": done.written,
            "removed": done.removed,
            "refused": done.refused,
            "newer_than_their_rows": done.ahead,
        },
    )


@dg.asset_check(
    asset=INDEXED,
    name="processing_moves",
    required_resource_keys={"system"},
    description="No upload waits for longer than INVOICEFLOW_STALLED_MINUTES while nothing is finished. Quiet days pass.",
)
def processing_moves(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Looks at what waits and what was finished last."""
    system: System = context.resources.system
    at = _now()
    activity = system.ingestions.activity(at)
    alert = stalled(activity, at, timedelta(minutes=system.settings.stalled_minutes))
    metadata: dict[str, Any] = {}
    if activity.waiting_since is not None:
        metadata["waiting_since"] = dg.MetadataValue.timestamp(activity.waiting_since)
    if activity.finished_at is not None:
        metadata["last_finished"] = dg.MetadataValue.timestamp(activity.finished_at)
    return dg.AssetCheckResult(passed=alert is None, description=None if alert is None else alert.body, metadata=metadata)


HOURLY: Final = (few_failures, search_matches_database, processing_moves)
ALL: Final = (originals_intact, *HOURLY)


def _now() -> datetime:
    return datetime.now(UTC)
