"""Memory of each process after 200 invoices, after 1,100 and after 2,000: what levels off does so before the second half."""

import asyncio
from pathlib import Path

from benchmarks.instance import running
from benchmarks.load import corpus, upload_all, wait_final

POINTS = (200, 1100, 2000)


def measure(folder: Path) -> dict[str, object]:
    files = (corpus() * (POINTS[-1] // 10))[: POINTS[-1]]
    sizes: list[dict[str, float]] = []
    with running(folder / "home") as instance:
        for since, until in zip((0, *POINTS), POINTS, strict=False):
            asyncio.run(upload_all(instance.ingest_url, files[since:until]))
            asyncio.run(wait_final(instance.ingest_url, until, 1200))
            sizes.append(instance.memory())
    few, middle, many = sizes
    return {
        **{f"megabytes_after_{count}": size for count, size in zip(POINTS, sizes, strict=True)},
        "growth": _growth(few, many),
        "growth_in_second_half": _growth(middle, many),
    }


def _growth(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    return {name: round(after[name] / size, 2) for name, size in before.items() if size and name in after}
