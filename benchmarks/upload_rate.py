"""Uploads a second of the ingest API, against the same uvicorn serving an endpoint that only parses the multipart body."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import httpx
from fastapi import FastAPI, UploadFile

from benchmarks.instance import free_ports, running
from benchmarks.load import corpus, upload_all

UPLOADS = 600
ROUNDS = 5
"""In turn, and the medians are compared: one round's baseline differs by a half from another's."""


def parse_only() -> FastAPI:
    """The baseline: takes the same request, does nothing with it."""
    app = FastAPI()

    @app.post("/api/v1/ingest/upload", status_code=202)
    def upload(file: UploadFile) -> dict[str, str]:
        return {"request_id": file.filename or ""}

    return app


def measure(folder: Path) -> dict[str, object]:
    files = (corpus() * 10)[:UPLOADS]
    parsed: list[float] = []
    accepted: list[float] = []
    for number in range(ROUNDS):
        parsed.append(_parse_only_rate(files))
        with running(folder / f"home{number}") as instance:
            accepted.append(_rate(instance.ingest_url, files))
    return {
        "uploads": len(files),
        "accepted_per_second": [round(rate, 1) for rate in accepted],
        "parsed_per_second": [round(rate, 1) for rate in parsed],
        "ratio": round(median(accepted) / median(parsed), 3),
    }


def _parse_only_rate(files: list[tuple[str, bytes]]) -> float:
    [port] = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.upload_rate:parse_only", "--port", str(port)]
    baseline = subprocess.Popen([*command, "--no-access-log", "--log-level", "warning"])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        return _rate(url, files)
    finally:
        baseline.terminate()
        baseline.wait()


def _rate(url: str, files: list[tuple[str, bytes]]) -> float:
    asyncio.run(upload_all(url, files[:20]))
    started = time.perf_counter()
    asyncio.run(upload_all(url, files))
    return len(files) / (time.perf_counter() - started)


def _wait(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/openapi.json", timeout=1)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)
