"""Seconds from the first byte of an upload to the first search that finds it: idle and warm, and from a cold pipeline."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from benchmarks.instance import running
from benchmarks.load import corpus, quantile, seconds_to_searchable

UPLOADS = 60
COLD_UPLOADS = 5
COLD = {"INVOICEFLOW_MIN_CONSUMERS": "0", "INVOICEFLOW_RUN_IDLE_SECONDS": "1"}


def measure(folder: Path) -> dict[str, object]:
    files = corpus()
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import dagster"], check=True)
    importing = time.perf_counter() - started
    warm: list[float] = []
    with running(folder / "warm") as instance:
        for number in range(UPLOADS + 5):
            name, content = files[number % len(files)]
            seconds = asyncio.run(seconds_to_searchable(instance.ingest_url, instance.query_url, name, content))
            if number >= 5:
                warm.append(seconds)
            time.sleep(0.2)
    cold: list[float] = []
    with running(folder / "cold", COLD) as instance:
        for number in range(COLD_UPLOADS):
            _wait_until_nobody_consumes(instance.database_url)
            name, content = files[number % len(files)]
            cold.append(asyncio.run(seconds_to_searchable(instance.ingest_url, instance.query_url, name, content)))
    return {
        "uploads": UPLOADS,
        "p50_seconds": round(quantile(warm, 0.5), 3),
        "p95_seconds": round(quantile(warm, 0.95), 3),
        "cold_seconds": [round(seconds, 2) for seconds in cold],
        "import_dagster_seconds": round(importing, 2),
    }


def _wait_until_nobody_consumes(url: str) -> None:
    """A consumer run has ended: neither its connections nor its process are there. Raises TimeoutError after a minute."""
    deadline = time.monotonic() + 60
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute("SELECT 1 FROM pg_stat_activity WHERE application_name = 'pipeline-run'").fetchone():
            if time.monotonic() > deadline:
                raise TimeoutError("a consumer run is still there after a minute")
            time.sleep(0.2)
    time.sleep(2)
