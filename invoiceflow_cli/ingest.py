"""`invoiceflow ingest`: files to a running system, with progress."""

import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from invoiceflow_cli import instance
from invoiceflow_cli.client import upload_all, wait_final
from invoiceflow_cli.extract import pdf_files

WAIT_SECONDS = 600.0


def ingest_files(given: Sequence[Path], url: str, home: Path, *, wait: bool) -> int:
    """The exit code: 1 when a file was refused or could not be read, 2 when no system was found."""
    console = Console()
    running = instance.read(home)
    url = url or (running.ingest_url if running else "")
    if not url:
        console.print(f"No system runs in {home}: start one with `invoiceflow up`, or name one with --url.", style="red")
        return 2
    files = [(path.name, partial(path.read_bytes)) for path in pdf_files(given)]
    bad, names = 0, {}
    with Progress(console=console) as progress:
        uploading = progress.add_task("uploading", total=len(files))
        for uploaded in upload_all(url, files, secrets.token_hex(8)):
            progress.advance(uploading)
            if uploaded.request_id is None:
                bad += 1
                progress.console.print(f"[red]refused[/]  {uploaded.name}: {uploaded.detail} ({uploaded.code})")
            else:
                names[uploaded.request_id] = uploaded.name
                if not wait:
                    progress.console.print(f"accepted {uploaded.name}: {uploaded.request_id}")
        if wait:
            reading = progress.add_task("reading", total=len(names))
            for status in wait_final(url, list(names), WAIT_SECONDS):
                progress.advance(reading)
                name = names.pop(status["request_id"])
                failure = status.get("failure")
                bad += failure is not None
                end = f"[red]{status['status']}[/] {failure['code']}" if failure else f"[green]{status['status']}[/]"
                progress.console.print(f"{end}  {name}  {status['request_id']}")
            for request_id, name in names.items():
                bad += 1
                progress.console.print(f"[yellow]not read yet[/]  {name}  {request_id}")
    return 1 if bad else 0
