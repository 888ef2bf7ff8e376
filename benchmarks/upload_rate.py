"""Uploads a second of the ingest API, against the same uvicorn serving an endpoint that only parses the multipart body."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import httpx
from fastapi import FastAPI, UploadFile

from benchmarks.instance import free_ports, running
from benchmarks.load import corpus, upload_all

UPLOADS = 600


def parse_only() -> FastAPI:
    """The baseline: takes the same request, does nothing with it."""
    app = FastAPI()

    @app.post("/api/v1/ingest/upload", status_code=202)
    def upload(file: UploadFile) -> dict[str, str]:
        return {"request_id": file.filename or ""}

    return app


def measure(folder: Path) -> dict[str, object]:
    files = (corpus() * 10)[:UPLOADS]
    [port] = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.upload_rate:parse_only", "--port", str(port)]
    baseline = subprocess.Popen([*command, "--no-access-log", "--log-level", "warning"])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        parsed = _rate(url, files)
    finally:
        baseline.terminate()
        baseline.wait()
    with running(folder / "home") as instance:
        accepted = _rate(instance.ingest_url, files)
    return {
        "uploads": len(files),
        "accepted_per_second": round(accepted, 1),
        "parsed_per_second": round(parsed, 1),
        "ratio": round(accepted / parsed, 3),
    }


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
