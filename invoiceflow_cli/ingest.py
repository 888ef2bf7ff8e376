"""`invoiceflow ingest`: files and folders to a running system, and what was read of them."""

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
from rich.progress import Progress

from invoiceflow_cli import instance
from invoiceflow_cli.client import UNREACHABLE, upload_all, wait_final
from invoiceflow_cli.system_client import CannotAsk, SystemClient, Urls
from invoiceflow_cli.terminal import FAILED, OK, USAGE, console, print_json, report_error, report_note, total_of

WAIT_SECONDS: Final = 600.0
INTERRUPTED: Final = 130
NAMED: Final = 20
"""Skipped files that are named; the rest is counted."""


class Ingest:
    """One call of the command: the results so far, and where they go."""

    def __init__(self, ingest_url: str, query_url: str, *, as_json: bool) -> None:
        self._url = ingest_url
        self._client = SystemClient(Urls(ingest_url, query_url))
        self._as_json = as_json
        self._console = console()
        self.results: list[dict[str, Any]] = []
        self.uploaded: dict[str, str] = {}

    def run(self, files: Sequence[tuple[str, Path]], *, wait: bool) -> int:
        """Uploads the files and waits for them; the exit code."""
        is_plain = self._as_json or not self._console.is_terminal
        with Progress(console=self._console, disable=is_plain) as progress:
            uploading = progress.add_task("uploading", total=len(files))
            jobs = [(name, partial(path.read_bytes)) for name, path in files]
            for uploaded in upload_all(self._url, jobs, secrets.token_hex(8)):
                progress.advance(uploading)
                if uploaded.request_id is not None:
                    self.uploaded[uploaded.request_id] = uploaded.name
                    if not wait:
                        self._add(uploaded.name, uploaded.request_id, "accepted")
                    continue
                if uploaded.code == UNREACHABLE:
                    missing = len(files) - len(self.uploaded) - len(self.results)
                    report_error(f"{_unreachable(self._url, uploaded.detail)} {missing} files were not uploaded.")
                    self._finish()
                    return FAILED
                self._add(uploaded.name, None, "refused", {"code": uploaded.code, "message": uploaded.detail})
            if wait:
                self._wait(progress)
        self._finish()
        return FAILED if any(one["status"] not in ("accepted", "COMPLETED") for one in self.results) else OK

    def interrupted(self) -> int:
        """Says what is still being read; the exit code."""
        done = {one["request_id"] for one in self.results}
        left = [request_id for request_id in self.uploaded if request_id not in done]
        self._finish()
        report_note("")
        if left:
            report_note(
                f"{len(left)} files were uploaded and are still being read. Their state: invoiceflow status {' '.join(left)}"
            )
        else:
            report_note("Nothing that was uploaded is still being read.")
        return INTERRUPTED

    def _wait(self, progress: Progress) -> None:
        left = dict(self.uploaded)
        reading = progress.add_task("reading", total=len(left))
        for status in wait_final(self._url, list(left), WAIT_SECONDS):
            progress.advance(reading)
            self._add(left.pop(status["request_id"]), status["request_id"], status["status"], status.get("failure"))
        for request_id, name in left.items():
            self._add(name, request_id, "not read yet")

    def _add(self, name: str, request_id: str | None, status: str, failure: Mapping[str, Any] | None = None) -> None:
        values = self._values(request_id) if status == "COMPLETED" and request_id else {}
        result = {"file": name, "request_id": request_id, "status": status, "failure": failure, **values}
        self.results.append(result)
        if self._as_json:
            return
        detail = f"{failure['message']} ({failure['code']})" if failure else ""
        cells = [status, name, request_id or "", values.get("number"), values.get("total"), detail or values.get("findings")]
        texts = [", ".join(cell) if isinstance(cell, list) else str(cell or "") for cell in cells]
        if self._console.is_terminal:
            colour = "green" if status in ("COMPLETED", "accepted") else "red"
            self._console.print("  ".join(filter(None, texts)), style=colour if failure else None, markup=False, soft_wrap=True)
        else:
            sys.stdout.write("\t".join(_one_line(text) for text in texts) + "\n")
            sys.stdout.flush()

    def _values(self, request_id: str) -> dict[str, Any]:
        """The values a person looks for first; none when the query API cannot be asked."""
        if not self._client.urls.query:
            return {}
        try:
            invoice = self._client.invoice(request_id)["invoice"]
            findings = [one["code"] for one in invoice["findings"]]
            return {"number": invoice["number"], "total": total_of(invoice), "findings": findings}
        except (CannotAsk, KeyError, TypeError):
            return {}

    def _finish(self) -> None:
        if self._as_json:
            print_json(self.results)
        self._client.close()


def ingest_files(given: Sequence[Path], url: str, home: Path, *, wait: bool, as_json: bool) -> int:
    """The exit code: 1 when a file was refused or could not be read, 2 when there is no system or no file, 130 after Ctrl-C."""
    running = instance.read(home)
    shared = os.environ.get("INVOICEFLOW_URL", "").rstrip("/")
    ingest_url = url or os.environ.get("INVOICEFLOW_INGEST_URL", "") or shared or (running.ingest_url if running else "")
    query_url = os.environ.get("INVOICEFLOW_QUERY_URL", "") or shared or (running.query_url if running and not url else "")
    if not ingest_url:
        report_error(f"No system runs in {home}: start one with `invoiceflow up`, or name one with --url.")
        return USAGE
    files, skipped = collect(given)
    for path in skipped[:NAMED]:
        report_note(f"skipped, not a PDF: {path}")
    if len(skipped) > NAMED:
        report_note(f"skipped, not PDFs: {len(skipped) - NAMED} more files")
    if not files:
        report_error(f"There is no PDF file in {', '.join(str(path) for path in given)}.")
        return USAGE
    if (problem := _probe(ingest_url)) is not None:
        report_error(problem)
        return FAILED
    work = Ingest(ingest_url, query_url, as_json=as_json)
    try:
        return work.run(files, wait=wait)
    except KeyboardInterrupt:
        return work.interrupted()


def collect(given: Sequence[Path]) -> tuple[list[tuple[str, Path]], list[Path]]:
    """The files to upload, each with a name that tells it from the others, and the files of folders that are no PDFs."""
    files: list[tuple[str, Path]] = []
    skipped: list[Path] = []
    for path in given:
        if not path.is_dir():
            files.append((path.name if len(given) == 1 else str(path), path))
            continue
        for one in sorted(one for one in path.rglob("*") if one.is_file()):
            if one.suffix.lower() == ".pdf":
                files.append((str(one.relative_to(path) if len(given) == 1 else one), one))
            else:
                skipped.append(one)
    return files, skipped


def _probe(url: str) -> str | None:
    """Why nothing can be uploaded to `url`, or None: asked once, before every file would fail."""
    try:
        httpx.get(f"{url}/api/v1/ingest/health", timeout=10)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return _unreachable(url, str(error))
    return None


def _unreachable(url: str, error: str) -> str:
    return f"The ingest API at {url} cannot be reached ({error}). Is the system running? `invoiceflow doctor` checks."


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
