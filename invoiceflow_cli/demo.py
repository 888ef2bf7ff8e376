"""`invoiceflow up` and `invoiceflow demo` at the terminal: what is shown while the system starts, works and stops."""

import logging
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from rich.box import SIMPLE_HEAD
from rich.progress import Progress
from rich.table import Table

from invoiceflow.adapters.embedded_postgres import EmbeddedPostgresError
from invoiceflow_cli import terminal
from invoiceflow_cli.children import GaveUp
from invoiceflow_cli.client import upload_all
from invoiceflow_cli.instance import InstanceFacts
from invoiceflow_cli.preflight import CannotStart, Ports
from invoiceflow_cli.supervisor import QUEUE_SENSOR, Supervisor, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from samples.generate import Sample

WAIT_SECONDS = 120.0

console = terminal.console()


def serve(home: Path, port: int, query_port: int, dagster_port: int, host: str) -> int:
    """Runs until it is stopped. The exit code: 1 when it could not start or gave up."""
    with _reported() as code, _started(home, Ports(port, query_port, dagster_port), host) as up:
        up.open_ui()
        _show_urls(up.facts)
        console.print("Press Ctrl-C to stop.")
        up.monitor()
    return code[0]


def demonstrate(home: Path, port: int, query_port: int, dagster_port: int, host: str, *, once: bool) -> int:
    """The exit code: 1 when it could not start, or a sample did not end as expected."""
    began = time.monotonic()
    with ThreadPoolExecutor(1) as aside, _reported() as code:
        drawing = aside.submit(_samples)  # while the services start
        with _started(home, Ports(port, query_port, dagster_port), host) as up:
            code[0] = _show_what_is_read(up, drawing.result(), began)
            if not once and not up.stop_now.is_set():
                console.print("Press Ctrl-C to stop.")
                up.monitor()
                code[0] = 0
    return code[0]


def _show_what_is_read(up: Supervisor, samples: "Sequence[Sample]", began: float) -> int:
    faults = _ingest(up, samples, began)
    if not up.stop_now.is_set():
        up.open_ui()  # only now: until the samples are read, its start would take their time
        up.wait_for_ui()
        _show_urls(up.facts)
    for fault in faults:
        console.print(fault, style="red", markup=False, highlight=False)
    return 1 if faults else 0


def _samples() -> "list[Sample]":
    from samples.generate import demo_samples

    return demo_samples()


def _ingest(up: Supervisor, samples: "Sequence[Sample]", began: float) -> list[str]:
    """Uploads the samples, waits until they can be found, shows them. What did not end as expected, one sentence each."""
    if up.facts is None:
        return ["the system did not start"]
    if any(one.name == QUEUE_SENSOR for one in up.stopped):
        return [f"the samples were not uploaded, as nothing would read them: the sensor `{QUEUE_SENSOR}` is stopped"]
    by_name = {f"{sample.name}.pdf": sample for sample in samples}
    files = [(name, partial(_pdf, sample)) for name, sample in by_name.items()]
    started: dict[str, float] = {}
    accepted: set[str] = set()
    found: dict[str, tuple[Mapping[str, Any], float]] = {}
    faults: list[str] = []
    with (
        Progress(console=console, transient=True, disable=not console.is_terminal) as progress,
        httpx.Client(base_url=up.facts.query_url, timeout=30) as client,
    ):
        uploading = progress.add_task("uploading", total=len(files))
        reading = progress.add_task("reading and indexing", total=len(files))
        for uploaded in upload_all(up.facts.ingest_url, files, secrets.token_hex(8)):
            up.restart_exited()
            progress.advance(uploading)
            if uploaded.request_id is None:
                faults.append(f"{uploaded.name} was refused: {uploaded.code} {uploaded.detail}")
            else:
                started[uploaded.request_id] = time.monotonic()
                accepted.add(uploaded.name)
        deadline = time.monotonic() + WAIT_SECONDS
        while len(found) < len(started) and time.monotonic() < deadline and not up.stop_now.wait(0.05):
            up.restart_exited()
            for request_id in started.keys() - found.keys():
                hit = _find(client, request_id)
                if hit is None:
                    continue
                if not found:
                    console.print(f"First invoice searchable {time.monotonic() - began:.1f} s after the start.")
                found[request_id] = (hit, time.monotonic() - started[request_id])
                progress.advance(reading)
    _show_table(found.values())
    if up.stop_now.is_set() and len(found) < len(started):
        return [*faults, "it was stopped before every sample could be found"]
    names = {hit["filename"]: hit for hit, _ in found.values()}
    faults += [f"{name} was not searchable after {WAIT_SECONDS:.0f} s" for name in sorted(accepted - names.keys())]
    faults += [fault for name, hit in names.items() if (fault := fault_of(by_name[name], hit))]
    return faults


def _pdf(sample: "Sample") -> bytes:
    return sample.pdf


def _find(client: httpx.Client, request_id: str) -> Mapping[str, Any] | None:
    """The search's hit for this id; None while there is none, or the query API is unavailable."""
    try:
        answer = client.get("/api/v1/invoices", params={"q": request_id, "limit": 1})
    except httpx.TransportError:
        return None
    items = answer.json()["items"] if answer.status_code == httpx.codes.OK else []
    # a hit may be searchable a moment before its row says so
    items = [item for item in items if item["status"] in ("COMPLETED", "FAILED")]
    return items[0] if items else None


def fault_of(sample: "Sample", hit: Mapping[str, Any]) -> str | None:
    """What is not as expected, or None. Every sample must be read; an e-invoice's values must be those of its XML."""
    if hit["status"] != "COMPLETED":
        return f"{hit['filename']} is {hit['status']}: {', '.join(hit['findings'])}"
    if sample.kind != "e-invoice":
        return None
    truth = sample.truth
    total = hit["totals"]["with_tax"]
    pairs = (
        ("number", hit["number"], truth.number),
        ("date", hit["issue_date"], truth.issue_date.isoformat() if truth.issue_date else None),
        ("currency", hit["currency_code"], truth.currency_code),
        ("seller", hit["seller"]["name"], truth.seller.name),
        ("total", None if total is None else Decimal(total), truth.totals.with_tax),
    )
    wrong = [f"{name} {read} was read, {right} is right" for name, read, right in pairs if read != right]
    return f"{hit['filename']}: {'; '.join(wrong)}" if wrong else None


def _show_table(found: "Any") -> None:
    table = Table(title="What was read", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("file", "number", "date", "seller", "total", "status", "seconds"):
        words = name in ("file", "seller")  # in a narrow terminal these are broken, and no value is cut
        table.add_column(name, no_wrap=not words, overflow="fold", justify="right" if name in ("total", "seconds") else "left")
    for hit, seconds in sorted(found, key=lambda one: one[0]["filename"]):
        total = f"{hit['totals']['with_tax'] or ''} {hit['currency_code'] or ''}".strip()
        status = hit["status"] if hit["status"] == "COMPLETED" else f"[red]{hit['status']}[/]"
        cells = [hit["filename"], hit["number"], hit["issue_date"], hit["seller"]["name"], total]
        table.add_row(*(str(cell or "–") for cell in cells), status, f"{seconds:.2f}")
    console.print(table)
    for hit, _ in found:
        if sentence := missing_in(hit):
            console.print(sentence, style="yellow", markup=False, highlight=False)


def missing_in(hit: Mapping[str, Any]) -> str | None:
    """Which of the table's values an invoice lacks, and its findings, which say why."""
    values = {"number": hit["number"], "date": hit["issue_date"], "seller": hit["seller"]["name"]}
    missing = [name for name, value in {**values, "total": hit["totals"]["with_tax"]}.items() if value is None]
    if not missing:
        return None
    return f"{hit['filename']}: no {', '.join(missing)}; findings: {', '.join(hit['findings']) or 'none'}"


def _show_urls(facts: InstanceFacts | None) -> None:
    if facts is None:
        return
    for line in (
        f"Upload:    {facts.ingest_url}/docs",
        f"Search:    {facts.query_url}/docs",
        f"           {facts.query_url}/api/v1/invoices?q=gmbh&facets=seller",
        f"Dagster:   {facts.dagster_url}    lineage, partitions, checks",
    ):
        console.print(line, soft_wrap=True, highlight=False, markup=False)  # a URL must stay in one piece


@contextmanager
def _started(home: Path, ports: Ports, host: str) -> "Iterator[Supervisor]":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    logging.getLogger("invoiceflow.up").setLevel(logging.INFO)
    # the RabbitMQ client logs each step of a failed connection as an error; what waits for it reports it once
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    began = time.monotonic()

    def on_progress(what: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  starting: {what}")

    with running(home, ports, host, on_progress) as up:
        words = "ready" if up.facts and up.facts.ready else "started, but not ready: see the warnings above"
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  {words}")
        yield up
        console.print("Stopping.")


@contextmanager
def _reported() -> "Iterator[list[int]]":
    """Yields the place of the exit code; reports in one sentence what keeps the system from running."""
    code = [0]
    try:
        yield code
    except (CannotStart, EmbeddedPostgresError, GaveUp) as error:
        console.print(f"InvoiceFlow cannot run: {error}", style="red", markup=False, highlight=False)
        code[0] = 1
