"""What a second consumer run brings on one machine, and whether any invoice was claimed by both."""

import asyncio
import time
from pathlib import Path

import psycopg

from benchmarks.instance import running
from benchmarks.load import corpus, upload_all, wait_final

TIMES = 3


def measure(folder: Path) -> dict[str, object]:
    files = corpus()
    rates: dict[int, list[float]] = {1: [], 2: []}
    claimed_twice = 0
    for number, consumers in enumerate((1, 2, 2, 1)):  # what drifts on the machine meets both alike
        kept = {"INVOICEFLOW_MIN_CONSUMERS": str(consumers), "INVOICEFLOW_MAX_CONSUMERS": str(consumers)}
        with running(folder / str(number), kept) as instance:
            asyncio.run(upload_all(instance.ingest_url, files[:20]))
            asyncio.run(wait_final(instance.ingest_url, 20, 120))
            started = time.perf_counter()
            asyncio.run(upload_all(instance.ingest_url, files * TIMES))
            asyncio.run(wait_final(instance.ingest_url, len(files) * TIMES + 20, 600))
            rates[consumers].append(len(files) * TIMES / (time.perf_counter() - started))
            with psycopg.connect(instance.database_url) as database:
                row = database.execute("SELECT count(*) FROM ingestions WHERE revision > 1").fetchone()
                claimed_twice += row[0] if row else 0
    one, two = (sum(rates[consumers]) / 2 for consumers in (1, 2))
    return {
        "one_per_second": [round(rate, 1) for rate in rates[1]],
        "two_per_second": [round(rate, 1) for rate in rates[2]],
        "two_to_one": round(two / one, 3),
        "invoices_claimed_twice": claimed_twice,
    }
