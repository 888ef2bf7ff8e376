"""Uploads and looks: the client side of every measurement, asynchronous, with bounded concurrency."""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

import httpx


def corpus() -> list[tuple[str, bytes]]:
    """The files to measure on: $INVOICEFLOW_CORPUS, ../shared/corpus/as-is, or the project's own samples."""
    folder = Path(os.environ.get("INVOICEFLOW_CORPUS", Path(__file__).parents[2] / "shared" / "corpus" / "as-is"))
    if folder.is_dir():
        return [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.pdf"))]
    from samples.generate import sample_invoices

    return [(f"{sample.name}.pdf", sample.pdf) for sample in sample_invoices(seed=1, count=60)]


async def upload_all(url: str, files: Sequence[tuple[str, bytes]], concurrency: int = 16) -> list[str]:
    """Uploads every file as fast as it is accepted; a 429 or 503 is retried after its Retry-After. Returns the request ids."""
    waiting = list(enumerate(files))[::-1]
    ids: list[str] = [""] * len(files)

    async def work() -> None:
        # a client each: the connections of one pool wait for each other, and the waiting would count as the service's
        async with httpx.AsyncClient(base_url=url, timeout=60, verify=False) as client:
            while waiting:
                position, (name, data) = waiting.pop()
                ids[position] = await upload(client, name, data)

    await asyncio.gather(*(work() for _ in range(concurrency)))
    return ids


async def upload(client: httpx.AsyncClient, name: str, data: bytes) -> str:
    while True:
        answer = await client.post("/api/v1/ingest/upload", files={"file": (name, data, "application/pdf")})
        if answer.status_code in (429, 503):
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
            continue
        answer.raise_for_status()
        return str(answer.json()["request_id"])


async def wait_final(url: str, total: int, seconds: float) -> dict[str, int]:
    """Waits until `total` ingestions are final (searchable, or failed); returns the counts. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        while True:
            counts: dict[str, int] = (await client.get("/api/v1/ingest/stats")).json()
            if counts["completed"] + counts["failed"] >= total:
                return counts
            if time.monotonic() > deadline:
                raise TimeoutError(f"not final after {seconds} s: {counts}")
            await asyncio.sleep(0.1)


async def seconds_to_searchable(ingest_url: str, query_url: str, name: str, data: bytes) -> float:
    """From the first byte of one upload to the first search that finds it."""
    async with httpx.AsyncClient(timeout=60) as client:
        started = time.perf_counter()
        answer = await client.post(f"{ingest_url}/api/v1/ingest/upload", files={"file": (name, data, "application/pdf")})
        answer.raise_for_status()
        request_id = answer.json()["request_id"]
        while True:
            found = (await client.get(f"{query_url}/api/v1/invoices", params={"q": request_id, "limit": 1})).json()
            if found["items"]:
                return time.perf_counter() - started
            if time.perf_counter() - started > 120:
                raise TimeoutError(f"{request_id} is not searchable after two minutes")
            await asyncio.sleep(0.01)


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
