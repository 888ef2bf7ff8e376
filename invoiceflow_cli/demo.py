"""`invoiceflow up` and `invoiceflow demo` at the terminal: what is shown while the system starts, works and stops."""

import logging
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from invoiceflow.adapters.embedded_postgres import EmbeddedPostgresError
from invoiceflow_cli.client import upload_all
from invoiceflow_cli.instance import InstanceFacts
from invoiceflow_cli.supervisor import GaveUp
from invoiceflow_cli.up import CannotStart, Ports, Up, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samples.generate import Sample

WAIT_SECONDS = 120.0

console = Console(width=None if sys.stdout.isatty() else 140)


def serve(home: Path, port: int, query_port: int, dagster_port: int, host: str) -> int:
    """Runs until it is told to stop. The exit code: 1 when it could not start or gave up."""
    with _reported() as code, _started(home, Ports(port, query_port, dagster_port), host) as up:
        _show_urls(up.facts)
        console.print("Ctrl-C stops it.")
        up.watch()
    return code[0]


def demonstrate(home: Path, port: int, query_port: int, dagster_port: int, host: str, *, once: bool) -> int:
    """The exit code: 1 when it could not start, or a sample did not end as expected."""
    began = time.monotonic()
    with _reported() as code, _started(home, Ports(port, query_port, dagster_port), host) as up:
        from samples.generate import demo_samples

        samples = demo_samples()
        faults = _ingest(up.facts, samples, began)
        for fault in faults:
            console.print(f"[red]{fault}[/]")
        _show_urls(up.facts)
        if once:
            code[0] = 1 if faults else 0
        else:
            console.print("Ctrl-C stops it.")
            up.watch()
    return code[0]


def _ingest(facts: InstanceFacts | None, samples: "Sequence[Sample]", began: float) -> list[str]:
    if facts is None:
        return ["the system did not start"]
    started: dict[str, float] = {}
    found: dict[str, tuple[Mapping[str, Any], float]] = {}
    faults: list[str] = []
    by_name = {f"{sample.name}.pdf": sample for sample in samples}
    files = [(name, lambda sample=sample: sample.pdf) for name, sample in by_name.items()]
    with Progress(console=console, transient=True) as progress, httpx.Client(base_url=facts.query_url, timeout=30) as client:
        uploading = progress.add_task("uploading", total=len(files))
        reading = progress.add_task("reading and indexing", total=len(files))
        for uploaded in upload_all(facts.ingest_url, files, secrets.token_hex(8)):
            progress.advance(uploading)
            if uploaded.request_id is None:
                faults.append(f"{uploaded.name} was refused: {uploaded.code} {uploaded.detail}")
            else:
                started[uploaded.request_id] = time.monotonic()
        deadline = time.monotonic() + WAIT_SECONDS
        while len(found) < len(started) and time.monotonic() < deadline:
            for request_id in started.keys() - found.keys():
                items = client.get("/api/v1/invoices", params={"q": request_id, "limit": 1}).json()["items"]
                if items:
                    if not found:
                        console.print(f"First invoice searchable {time.monotonic() - began:.1f} s after the start.")
                    found[request_id] = (items[0], time.monotonic() - started[request_id])
                    progress.advance(reading)
            time.sleep(0.05)
    _show_table(found.values())
    names = {hit["filename"]: hit for hit, _ in found.values()}
    faults += [f"{name} was not searchable after {WAIT_SECONDS:.0f} s" for name in by_name if name not in names]
    faults += [fault for name, hit in names.items() if (fault := _fault(by_name[name], hit))]
    return faults


def _fault(sample: "Sample", hit: Mapping[str, Any]) -> str | None:
    """What is not as expected: every sample must be read; an e-invoice's number and total must be its XML's."""
    if hit["status"] != "COMPLETED":
        return f"{hit['filename']} is {hit['status']}: {', '.join(hit['findings'])}"
    if sample.kind == "e-invoice" and hit["number"] != sample.truth.number:
        return f"{hit['filename']}: number {hit['number']} was read, {sample.truth.number} is right"
    return None


def _show_table(found: "Any") -> None:
    table = Table("file", "number", "date", "seller", "total", "status", "seconds", title="What was read")
    for hit, seconds in sorted(found, key=lambda one: one[0]["filename"]):
        total = f"{hit['totals']['with_tax'] or ''} {hit['currency_code'] or ''}".strip()
        status = hit["status"] if hit["status"] == "COMPLETED" else f"[red]{hit['status']}[/]"
        cells = [hit["filename"], hit["number"], hit["issue_date"], hit["seller"]["name"], total]
        table.add_row(*(str(cell or "–") for cell in cells), status, f"{seconds:.2f}")
    console.print(table)


def _show_urls(facts: InstanceFacts | None) -> None:
    if facts is None:
        return
    console.print(f"Upload:    {facts.ingest_url}/docs")
    console.print(f"Search:    {facts.query_url}/docs    e.g. {facts.query_url}/api/v1/invoices?q=gmbh&facets=seller")
    console.print(f"Dagster:   {facts.dagster_url}    (lineage, partitions, checks; answers a few seconds after the rest)")


@contextmanager
def _started(home: Path, ports: Ports, host: str) -> "Iterator[Up]":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    began = time.monotonic()

    def tell(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  starting: {what}")

    with running(home, ports, host, tell) as up:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  ready")
        yield up
        console.print("Stopping.")


@contextmanager
def _reported() -> "Iterator[list[int]]":
    """Gives the exit code's place; what keeps the system from running is told in one sentence."""
    code = [0]
    try:
        yield code
    except (CannotStart, EmbeddedPostgresError, GaveUp) as error:
        console.print(f"InvoiceFlow cannot run: {error}", style="red", markup=False, highlight=False)
        code[0] = 1
