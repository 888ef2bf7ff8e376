"""What is odd about a file beside what its invoice says: active content, and pages that cannot be read."""

from collections.abc import Sequence
from typing import Final

from invoiceflow.domain.invoice import Finding, Severity
from invoiceflow_reader.page.structure import Page
from invoiceflow_reader.readers.pdf_objects import JAVASCRIPT, LAUNCH, Carried

_SHOWN: Final = 10


def active_content(found: Carried) -> list[Finding]:
    """Scripts and programs that the PDF starts, and whatever else it does beside showing pages."""
    findings = []
    if JAVASCRIPT in found.actions:
        message = "The PDF carries JavaScript. Invoices have no need of it."
        findings.append(Finding("file.javascript", Severity.WARNING, message))
    if LAUNCH in found.actions:
        message = "The PDF tries to start a program or to open another file. Do not allow it."
        findings.append(Finding("file.launch_action", Severity.ERROR, message))
    if others := sorted(found.actions - {JAVASCRIPT, LAUNCH}):
        message = f"The PDF does more than show pages: it {' and '.join(others)}. Invoices have no need of it."
        findings.append(Finding("file.active_content", Severity.WARNING, message))
    if not found.is_complete:
        message = "The PDF is damaged or too large to be searched for scripts and hidden files."
        findings.append(Finding("file.not_searched", Severity.INFO, message))
    return findings


def unreadable_pages(pages: Sequence[Page]) -> list[Finding]:
    """One finding where pages carry no text."""
    empty = [str(page.number) for page in pages if not page.rows]
    if not empty:
        return []
    pages_named = f"Page {empty[0]} carries" if len(empty) == 1 else f"Pages {', '.join(empty[:_SHOWN])} carry"
    where = "The PDF carries" if len(empty) == len(pages) else pages_named
    return [Finding("page.no_text", Severity.WARNING, f"{where} no text that can be read: it may be a scan.")]
