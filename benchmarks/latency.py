"""Seconds from the first byte of an upload to the first search that finds it: idle and warm, and from a cold pipeline."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.instance import running
from benchmarks.load import corpus, quantile, seconds_to_searchable

UPLOADS = 60


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
    return {
        "uploads": UPLOADS,
        "p50_seconds": round(quantile(warm, 0.5), 3),
        "p95_seconds": round(quantile(warm, 0.95), 3),
        "import_dagster_seconds": round(importing, 2),
    }
