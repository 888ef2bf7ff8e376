"""Memory of each process after 200 invoices and after 2,000."""

import asyncio
from pathlib import Path

from benchmarks.instance import running
from benchmarks.load import corpus, upload_all, wait_final

FEW, MANY = 200, 2000


def measure(folder: Path) -> dict[str, object]:
    files = (corpus() * (MANY // 10))[:MANY]
    with running(folder / "home") as instance:
        asyncio.run(upload_all(instance.ingest_url, files[:FEW]))
        asyncio.run(wait_final(instance.ingest_url, FEW, 600))
        few = instance.memory()
        asyncio.run(upload_all(instance.ingest_url, files[FEW:]))
        asyncio.run(wait_final(instance.ingest_url, MANY, 1200))
        many = instance.memory()
    growth = {name: round(many[name] / few[name], 2) for name in few if few[name] and name in many}
    return {f"megabytes_after_{FEW}": few, f"megabytes_after_{MANY}": many, "growth": growth}
