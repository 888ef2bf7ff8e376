"""The system on real PostgreSQL, RabbitMQ, OpenSearch and S3, against the embedded stand-ins in the same run.

Starts the services itself (deploy/services/services.py says what they need), fresh ones for each measurement.
INVOICEFLOW_BENCH_MINUTES: how long the steady uploads last; INVOICEFLOW_BENCH_MESSAGES: how many invoices wait for one run.
"""

import asyncio
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from benchmarks.instance import Instance, running
from benchmarks.load import corpus, quantile, seconds_to_searchable, upload, upload_all, wait_final

SCRIPT: Final = Path(__file__).parents[1] / "deploy" / "services" / "services.py"
TIMES: Final = 5
ROUNDS: Final = 5
UPLOADS: Final = 60
PER_MINUTE: Final = 500
MINUTES: Final = float(os.environ.get("INVOICEFLOW_BENCH_MINUTES", "10"))
MESSAGES: Final = int(os.environ.get("INVOICEFLOW_BENCH_MESSAGES", "20000"))


def measure(folder: Path) -> dict[str, object]:
    files = corpus()
    with on_services(folder / "rate") as instance:
        with running(folder / "embedded") as embedded:
            rates = _rates_in_turn(embedded, instance, files)
        latency = _latency(instance, files)
        steady = asyncio.run(_steady(instance, files))
    backlog = _backlog(folder / "backlog", files)
    return {
        "end_to_end_per_second": rates,
        "upload_to_searchable": latency,
        "steady_uploads": steady,
        "backlog": backlog,
    }


@contextmanager
def on_services(folder: Path, extra: dict[str, str] | None = None) -> Iterator[Instance]:
    """A system of its own on services of its own."""
    command = [sys.executable, str(SCRIPT)]
    done = subprocess.run([*command, "start", str(folder)], capture_output=True, text=True, check=False)
    try:
        if done.returncode:
            raise RuntimeError(done.stderr)
        words = [shlex.split(line)[1] for line in done.stdout.splitlines()]
        named = dict(word.split("=", 1) for word in words)
        with running(folder / "home", {**named, **(extra or {})}) as instance:
            yield instance
    finally:
        subprocess.run([*command, "stop", str(folder)], check=False)


def _rates_in_turn(embedded: Instance, real: Instance, files: list[tuple[str, bytes]]) -> dict[str, object]:
    """Invoices a second, from the first upload until all are final, in ROUNDS on each, one after the other: the speed of a
    machine that is shared drifts by more than what is compared. A round each goes before, in which a JVM that was just started
    compiles while it works. The idle one takes two milliseconds of processor of each invoice of the other: that lifts the ratio
    by less than 0.01."""
    rates: dict[str, list[float]] = {"embedded": [], "real": []}
    for done in range(ROUNDS + 1):
        pair = [("embedded", embedded), ("real", real)]
        for name, instance in pair if done % 2 else reversed(pair):
            started = time.perf_counter()
            asyncio.run(upload_all(instance.ingest_url, files * TIMES))
            asyncio.run(wait_final(instance.ingest_url, len(files) * TIMES * (done + 1), 1200))
            rates[name].append(len(files) * TIMES / (time.perf_counter() - started))
    ratios = [on_real / on_embedded for on_embedded, on_real in zip(rates["embedded"], rates["real"], strict=True)]
    return {
        **{name: [round(rate, 1) for rate in measured] for name, measured in rates.items()},
        "first_ratio": round(ratios[0], 3),
        "ratio": round(quantile(ratios[1:], 0.5), 3),
        "ratios": [round(ratio, 3) for ratio in ratios[1:]],
    }


def _latency(instance: Instance, files: list[tuple[str, bytes]]) -> dict[str, float]:
    seconds: list[float] = []
    for number in range(UPLOADS + 5):
        name, content = files[number % len(files)]
        took = asyncio.run(seconds_to_searchable(instance.ingest_url, instance.query_url, name, content))
        if number >= 5:
            seconds.append(took)
        time.sleep(0.2)
    return {"p50_seconds": round(quantile(seconds, 0.5), 3), "p95_seconds": round(quantile(seconds, 0.95), 3)}


async def _steady(instance: Instance, files: list[tuple[str, bytes]]) -> dict[str, object]:
    """PER_MINUTE uploads a minute, each begun at its time whether or not the ones before are answered."""
    before = (await wait_final(instance.ingest_url, 0, 60))["total"]
    count = round(PER_MINUTE * MINUTES)
    seconds: list[float] = []
    refused = 0
    started = time.perf_counter()

    async def one(client: httpx.AsyncClient, number: int) -> None:
        nonlocal refused
        name, content = files[number % len(files)]
        await asyncio.sleep(max(0.0, started + number * 60 / PER_MINUTE - time.perf_counter()))
        begun = time.perf_counter()
        try:
            await upload(client, name, content)
        except httpx.HTTPError:
            refused += 1
        seconds.append(time.perf_counter() - begun)

    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(base_url=instance.ingest_url, timeout=60, verify=False, limits=limits) as client:
        await asyncio.gather(*(one(client, number) for number in range(count)))
        uploaded = time.perf_counter() - started
    counts = await wait_final(instance.ingest_url, before + count - refused, 600)
    return {
        "uploads": count,
        "per_minute": round(count / uploaded * 60, 1),
        "refused": refused,
        "p50_milliseconds": round(quantile(seconds, 0.5) * 1000, 1),
        "p99_milliseconds": round(quantile(seconds, 0.99) * 1000, 1),
        "lost": before + count - refused - counts["completed"] - counts["failed"],
    }


def _backlog(folder: Path, files: Sequence[tuple[str, bytes]]) -> dict[str, object]:
    """MESSAGES wait before a consumer run is there; its memory and rate in each quarter of the work."""
    text_only = [file for file in files if len(file[1]) < 200_000]
    paused = {"INVOICEFLOW_MIN_CONSUMERS": "0", "INVOICEFLOW_MAX_CONSUMERS": "1", "INVOICEFLOW_RUN_MAX_INVOICES": "1000000"}
    with on_services(folder, paused) as instance:
        many = (text_only * (MESSAGES // len(text_only) + 1))[:MESSAGES]
        asyncio.run(upload_all(instance.ingest_url, many))
        started, quarters = time.perf_counter(), []
        done = asyncio.run(wait_final(instance.ingest_url, 0, 60))
        already = done["completed"] + done["failed"]
        for quarter in range(1, 5):
            goal = already + (MESSAGES - already) * quarter // 4
            asyncio.run(wait_final(instance.ingest_url, goal, 3600))
            ended = time.perf_counter()
            quarters.append({"seconds": ended - started, "megabytes": instance.memory().get("consumer run", 0.0)})
            started = ended
    return {
        "messages": MESSAGES,
        "waiting_when_all_were_uploaded": MESSAGES - already,
        "last_quarters_rate_by_the_firsts": round(quarters[0]["seconds"] / quarters[-1]["seconds"], 3),
        "consumer_run_megabytes": [quarter["megabytes"] for quarter in quarters],
    }
