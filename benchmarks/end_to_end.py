"""The rate from upload to searchable, against the rate of reading alone by as many processes over the same files."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.instance import running
from benchmarks.load import corpus, upload_all, wait_final

TIMES = 10


def measure(folder: Path, times: int = TIMES) -> dict[str, object]:
    files = corpus()
    paths = _written(folder / "files", files)
    workers = os.cpu_count() or 1
    command = [sys.executable, "-m", "invoiceflow_cli", "extract", "--jsonl", "--workers", str(workers)]
    with (folder / "answers.jsonl").open("wb") as out:
        started = time.perf_counter()
        subprocess.run([*command, *(str(path) for path in paths * times)], stdout=out, stderr=subprocess.DEVNULL, check=False)
        alone = time.perf_counter() - started
    with running(folder / "home") as instance:
        asyncio.run(upload_all(instance.ingest_url, files[:10]))
        asyncio.run(wait_final(instance.ingest_url, 10, 120))
        started = time.perf_counter()
        asyncio.run(upload_all(instance.ingest_url, files * times))
        uploaded = time.perf_counter() - started
        counts = asyncio.run(wait_final(instance.ingest_url, len(files) * times + 10, 1200))
        whole = time.perf_counter() - started
    documents = len(files) * times
    return {
        "documents": documents,
        "workers": workers,
        "reading_alone_per_second": round(documents / alone, 1),
        "uploaded_per_second": round(documents / uploaded, 1),
        "end_to_end_per_second": round(documents / whole, 1),
        "ratio": round(alone / whole, 3),
        "failed": counts["failed"],
    }


def _written(folder: Path, files: list[tuple[str, bytes]]) -> list[Path]:
    folder.mkdir()
    for name, content in files:
        (folder / name).write_bytes(content)
    return [folder / name for name, _ in files]
