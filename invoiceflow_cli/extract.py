"""`invoiceflow extract`: reading files offline, in limited processes; nothing is stored."""

import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.invoice_document import to_document
from invoiceflow.sandbox import Sandbox, SandboxError, SandboxLimits
from invoiceflow_pipeline.work.ocr_lane import OcrLane
from invoiceflow_pipeline.work.reading import latest_date, read_invoice
from invoiceflow_pipeline.work.rules_lane import RulesLane

MEMORY_BYTES = 2 << 30
SECONDS = 60.0
OCR_MEMORY_BYTES = 3 << 30
OCR_PAGE_SECONDS = 60.0
OCR_PAGES = 50
LARGEST_FILE = 100 << 20
AHEAD = 4
"""Files read from disk beyond those in work, for each process."""


def extract_files(given: Sequence[Path], *, jsonl: bool, workers: int, with_rules: bool = True) -> int:
    """The exit code: 1 when a file could not be read."""
    files = pdf_files(given)
    console = Console(stderr=True)
    table = Table("file", "number", "date", "seller", "total", "seconds")
    failed = 0
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=len(files))
        for answer in _answers(files, workers, with_rules=with_rules):
            failed += "failure" in answer
            progress.advance(task)
            if jsonl:
                sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
            else:
                table.add_row(*_cells(answer))
    sys.stdout.flush()
    if not jsonl:
        Console().print(table)
    return 1 if failed else 0


def pdf_files(given: Sequence[Path]) -> list[Path]:
    """The files given, and the PDFs of the folders given, in order of their names."""
    found: list[Path] = []
    for path in given:
        found += (
            sorted(one for one in path.rglob("*") if one.suffix.lower() == ".pdf" and one.is_file())
            if path.is_dir()
            else [path]
        )
    return found


def _answers(files: Sequence[Path], workers: int, *, with_rules: bool) -> Iterator[dict[str, Any]]:
    """One for each file, in their order; at most a few files are held in memory."""
    preload = ("invoiceflow_pipeline.work.reading", "invoiceflow_reader.extract")
    sandbox = Sandbox(workers, SandboxLimits.patient(MEMORY_BYTES, SECONDS), preload)
    ocr = open_ocr_lane(workers, preload)
    rules = RulesLane() if with_rules else None
    waiting: list[tuple[Path, Future[StoredExtraction], float]] = []
    try:
        for path in files:
            waiting.append((path, _submitted(sandbox, path), time.perf_counter()))
            if len(waiting) >= AHEAD * workers:
                yield _answer(*waiting.pop(0), sandbox, ocr, rules)
        for one in waiting:
            yield _answer(*one, sandbox, ocr, rules)
    finally:
        if rules is not None:
            rules.close()
        ocr.close()
        sandbox.close()


def open_ocr_lane(workers: int, preload: Sequence[str] = ()) -> OcrLane:
    """With more time and pages than the pipeline gives: here a person waits for these very files."""
    return OcrLane(
        workers=workers,
        memory_bytes=OCR_MEMORY_BYTES,
        page_seconds=OCR_PAGE_SECONDS,
        max_pages=OCR_PAGES,
        preload=preload,
    )


def _submitted(sandbox: Sandbox, path: Path) -> "Future[StoredExtraction]":
    try:
        return sandbox.submit(read_invoice, file_content(path), (), latest_date(datetime.now(UTC)))
    except PermanentFailure as failure:
        failed: Future[StoredExtraction] = Future()
        failed.set_exception(failure)
        return failed


def file_content(path: Path) -> bytes:
    """Raises PermanentFailure when the file cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise PermanentFailure("file.unreadable", error.strerror or str(error)) from error
    if len(content) > LARGEST_FILE:
        raise PermanentFailure("file.too_large", f"it is larger than {LARGEST_FILE >> 20} MB")
    return content


def _answer(
    path: Path, reading: "Future[StoredExtraction]", started: float, sandbox: Sandbox, ocr: OcrLane, rules: RulesLane | None
) -> dict[str, Any]:
    try:
        extraction = reading.result()
        if extraction.pages_to_recognize:
            extraction = _recognized(path, extraction, sandbox, ocr)
        if rules is not None:
            extraction = rules.checked(extraction)  # not in its seconds: reading is not what takes them
    except PermanentFailure as failure:
        fault = {"code": failure.code, "message": failure.message}
    except SandboxError as error:
        fault = {"code": f"extraction.{type(error).__name__.removeprefix('Sandbox').lower()}", "message": str(error)}
    else:
        return {"id": path.stem, "seconds": round(extraction.seconds, 5), "invoice": to_document(extraction.invoice)}
    return {"id": path.stem, "seconds": round(time.perf_counter() - started, 5), "failure": fault}


def _recognized(path: Path, first: StoredExtraction, sandbox: Sandbox, ocr: OcrLane) -> StoredExtraction:
    content = file_content(path)
    begun = time.perf_counter()
    recognitions = ocr.recognize(content, first.pages_to_recognize)
    second = sandbox.submit(read_invoice, content, recognitions, latest_date(datetime.now(UTC))).result()
    return replace(second, seconds=first.seconds + time.perf_counter() - begun)


def _cells(answer: dict[str, Any]) -> list[str]:
    if "failure" in answer:
        return [answer["id"], "", "", f"[red]{answer['failure']['code']}[/]", "", f"{answer['seconds']:.3f}"]
    invoice = answer["invoice"]
    total = f"{invoice['totals']['with_tax'] or ''} {invoice['currency_code'] or ''}".strip()
    shown = [answer["id"], invoice["number"], invoice["issue_date"], invoice["seller"]["name"], total]
    return [str(value or "") for value in shown] + [f"{answer['seconds']:.3f}"]
