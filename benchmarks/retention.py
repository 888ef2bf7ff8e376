"""What the retention schedule's run costs at 50,000 partition keys: time, memory, and what uploads feel of it meanwhile.

The invoices are copies, as in `growth`; all but a thousand of their keys are removed, and then the run that recorded them.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import dagster
import psutil
from psycopg.conninfo import conninfo_to_dict

from benchmarks.growth import BEFORE, PATTERNS, burst, seed
from benchmarks.instance import Instance, running
from benchmarks.load import corpus, quantile, seconds_to_searchable
from invoiceflow.bootstrap import System, assemble
from invoiceflow.settings import load
from invoiceflow_pipeline.dagster_storage.events import INVOICES
from invoiceflow_pipeline.defs import retention

KEPT = 1000


def measure(folder: Path, keys: int = BEFORE) -> dict[str, object]:
    with running(folder / "home") as instance:
        files = corpus()
        burst(instance, files, PATTERNS)
        seed(instance, keys)
        single = partial(_single, instance, files)
        alone = [single(number) for number in range(30)]
        environment = {
            "INVOICEFLOW_EMBEDDED": "true",
            "INVOICEFLOW_HOME": str(instance.home),
            "DATABASE_URL": instance.database_url,
            "INVOICEFLOW_RETENTION_KEYS": str(KEPT),
        }
        with _dagster(instance) as ours, assemble(load(environment), application_name="retention", pool_size=2) as system:
            partitions = _timed(single, lambda: _expire_partitions(ours, system))
            left = len(ours.get_dynamic_partitions(INVOICES))
            runs = _timed(single, lambda: _expire_runs(ours, system))
    return {
        "keys_before": keys,
        "keys_left": left,
        "partitions": partitions,
        "runs": runs,
        "single_p95_seconds_alone": round(quantile(alone, 0.95), 3),
    }


def _expire_partitions(ours: dagster.DagsterInstance, system: System) -> int:
    return retention.expire_partitions(ours, INVOICES, system, datetime.now(UTC))


def _expire_runs(ours: dagster.DagsterInstance, system: System) -> int:
    """The consumer run that is alive is none of them: the one that recorded the copies is made to look finished."""
    [record] = ours.get_run_records(dagster.RunsFilter(job_name="consume_job"), limit=1, ascending=True)
    ours.report_run_canceled(record.dagster_run)
    return retention.expire_runs(ours, system.settings, datetime.now(UTC) + timedelta(days=31))


def _timed(single: Callable[[int], float], work: Callable[[], int]) -> dict[str, object]:
    """Works in a thread, with uploads meanwhile, one after the other."""
    facts: dict[str, object] = {}

    def timed() -> None:
        started = time.perf_counter()
        facts["removed"] = work()
        facts["seconds"] = round(time.perf_counter() - started, 2)

    before = peak = psutil.Process().memory_info().rss
    singles: list[float] = []
    thread = threading.Thread(target=timed)
    thread.start()
    while thread.is_alive():
        singles.append(single(len(singles)))
        peak = max(peak, psutil.Process().memory_info().rss)
    thread.join()
    return {
        **facts,
        "more_megabytes_at_most": round((peak - before) / 1e6, 1),
        "single_seconds_meanwhile": [round(quantile(singles, 0.95), 3), round(max(singles), 3)],
    }


def _single(instance: Instance, files: Sequence[tuple[str, bytes]], number: int) -> float:
    name, content = files[number % len(files)]
    return asyncio.run(seconds_to_searchable(instance.ingest_url, instance.query_url, name, content))


def _dagster(instance: Instance) -> dagster.DagsterInstance:
    facts = conninfo_to_dict(instance.database_url)
    url = f"postgresql+psycopg2://{facts['user']}:{facts['password']}@{facts['host']}:{facts['port']}/dagster"
    os.environ["DAGSTER_POSTGRES_URL"] = url
    os.environ["DAGSTER_COMPUTE_LOGS"] = str(instance.home / "logs" / "runs")
    return dagster.DagsterInstance.from_config(str(instance.home / "dagster"))
