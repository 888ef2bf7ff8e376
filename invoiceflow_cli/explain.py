"""`invoiceflow extract FILE --explain` and `--image OUT.png`: one file, each value with where it was seen and what it beat."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.sandbox import Sandbox, SandboxError, SandboxLimits
from invoiceflow_cli.extract import MEMORY_BYTES, SECONDS, file_content, open_ocr_lane
from invoiceflow_pipeline.work.reading import draw_invoice, explain_invoice
from invoiceflow_reader.explain import ExplainedDocument, Explanation
from invoiceflow_reader.page.recognized import Recognition

MOST_BEATEN: Final = 5
"""Candidates shown for one value."""


def explain_file(path: Path, *, explain: bool, image: Path | None) -> int:
    """The exit code: 1 when the file could not be read or the picture not be written."""
    console, errors = Console(), Console(stderr=True)
    sandbox = Sandbox(1, SandboxLimits.patient(MEMORY_BYTES, SECONDS))
    try:
        content = file_content(path)
        document = _explained(sandbox, content)
        if explain:
            _show(console, document)
        if image is not None:
            for written in _write(image, sandbox.submit(draw_invoice, content, document).result()):
                console.print(f"Written: {written}", markup=False, soft_wrap=True)
    except PermanentFailure as failure:
        errors.print(f"{path}: {failure.code}: {failure.message}", markup=False, soft_wrap=True)
        return 1
    except (SandboxError, OSError) as error:
        errors.print(f"{path}: {error}", markup=False, soft_wrap=True)
        return 1
    finally:
        sandbox.close()
    return 0


def _explained(sandbox: Sandbox, content: bytes) -> ExplainedDocument:
    first = sandbox.submit(explain_invoice, content).result()
    if not first.pages_to_recognize:
        return first
    ocr = open_ocr_lane(1)
    try:
        recognitions: list[Recognition] = ocr.recognize(content, first.pages_to_recognize)
    finally:
        ocr.close()
    return sandbox.submit(explain_invoice, content, recognitions).result()


def _show(console: Console, document: ExplainedDocument) -> None:
    table = Table(Column("field", overflow="fold"), "value", "page", "reader", "confidence", "candidates (score: why)")
    for explanation in document.explanations:
        table.add_row(*_cells(explanation))
    console.print(table)
    for finding in document.findings:
        console.print(f"{finding.severity.value}  {finding.code}: {finding.message}", markup=False, soft_wrap=True)


def _cells(explanation: Explanation) -> Sequence[str]:
    chosen = explanation.chosen
    considered = [
        f"{'->' if one.chosen else '  '} {one.text} ({one.score:.2f}: {one.why})"
        for one in explanation.candidates[:MOST_BEATEN]
    ]
    if (more := len(explanation.candidates) - MOST_BEATEN) > 0:
        considered.append(f"   and {more} more")
    told = escape("\n".join(considered))
    if chosen is None:
        return explanation.path, "[dim]none was sure enough[/]", "", "", "", told
    page = str(chosen.page or "attached")
    return explanation.path, escape(chosen.text), page, chosen.reader, f"{chosen.confidence:.2f}", told


def _write(image: Path, pictures: Sequence[tuple[int, bytes]]) -> list[Path]:
    """The first page drawn goes to the name given, page N to NAME-N. A file is there whole or not at all."""
    written = []
    for index, (number, png) in enumerate(pictures):
        target = image if index == 0 else image.with_stem(f"{image.stem}-{number}")
        partial = target.with_name(target.name + ".part")
        partial.write_bytes(png)
        partial.replace(target)
        written.append(target)
    return written
