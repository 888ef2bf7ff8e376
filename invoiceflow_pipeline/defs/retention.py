"""What Dagster no longer needs to show: old runs and partition keys. Rows and search keep every invoice."""

import logging
from datetime import datetime, timedelta
from itertools import islice

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow.settings import Settings
from invoiceflow_pipeline.dagster_storage.event_log import delete_partition_keys
from invoiceflow_pipeline.dagster_storage.events import INVOICE_CHECKS
from invoiceflow_pipeline.work.housekeeping import finished_ids

logger = logging.getLogger(__name__)


def expire_runs(instance: dg.DagsterInstance, settings: Settings, at: datetime, limit: int = 5000) -> int:
    """Removes up to `limit` finished runs, with their events and console output, that ended before the retention window."""
    finished = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    before = at - timedelta(days=settings.retention_days)
    records = instance.get_run_records(dg.RunsFilter(statuses=finished, updated_before=before), limit=limit, ascending=True)
    for count, record in enumerate(records):
        run_id = record.dagster_run.run_id
        try:
            instance.compute_log_manager.delete_logs(prefix=[run_id])  # Dagster leaves it for ever
        except Exception as error:  # noqa: BLE001  the store's own; the run is kept, so that the next time finds its output
            logger.warning("The output of run %s could not be removed; retention goes on at the next time: %r", run_id, error)
            return count
        instance.delete_run(run_id)
    return len(records)


def expire_partitions(instance: dg.DagsterInstance, name: str, system: System, at: datetime) -> int:
    """Removes the keys of final invoices that are older than the window, and the oldest beyond the largest number kept."""
    keys = set(instance.get_dynamic_partitions(name))
    before = at - timedelta(days=system.settings.retention_days)
    expired = {key for key in finished_ids(system, before) if key in keys}
    surplus = len(keys) - len(expired) - system.settings.retention_keys
    if surplus > 0:  # request ids are ordered in time
        finished = (key for key in finished_ids(system, at) if key in keys and key not in expired)
        expired.update(islice(finished, surplus))
    delete_partition_keys(instance, name, sorted(expired), INVOICE_CHECKS)
    return len(expired)
