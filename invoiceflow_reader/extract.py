"""The way into extraction: PDF bytes in, an invoice with evidence and findings, and the page text, out.

Limits on memory and time are put around this by the process pool; the limits here are on counts and sizes. A MemoryError
is never swallowed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.invoice import Finding, Invoice
from invoiceflow_reader.assembly.disagreements import disagreements
from invoiceflow_reader.assembly.file_findings import active_content, unreadable_pages
from invoiceflow_reader.assembly.findings import findings_of
from invoiceflow_reader.assembly.from_page import assemble
from invoiceflow_reader.assembly.merge import merged
from invoiceflow_reader.assembly.recognition import on_shown_pages, recognition_findings, with_recognized
from invoiceflow_reader.assembly.several_invoices import several_invoices
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.recognized import Recognition
from invoiceflow_reader.page.structure import Page
from invoiceflow_reader.readers.attachments import AttachedInvoices, read_attachments
from invoiceflow_reader.readers.page_pictures import pages_without_usable_text
from invoiceflow_reader.readers.page_text import PdfDocument
from invoiceflow_reader.readers.pdf_objects import Carried, carried


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may hold. `text_length` in characters, `attachment_size` in bytes; further words are not read."""

    pages: int = 2000
    words: int = 200_000
    text_length: int = 200_000
    attachment_size: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one reading gave. `text` is the page text for search; `readers` names what was used, in order.

    `pages_to_recognize` are the numbers of pages (from 1) whose words are only in their picture and were not handed in.
    `xml` is the electronic invoice that was attached and read.
    """

    invoice: Invoice
    text: str
    page_count: int
    readers: tuple[str, ...]
    pages_to_recognize: tuple[int, ...] = ()
    xml: bytes | None = None


def extract(
    data: bytes, *, limits: Limits = Limits(), today: date | None = None, recognitions: Sequence[Recognition] = ()
) -> Extraction:
    """Reads one PDF. `today` is for the finding on dates in the future; without it that is not looked at.

    Text recognition takes seconds and is not begun here: the answer's `pages_to_recognize` asks for it, and `recognitions`
    hands in what it gave, for a second reading.

    Raises PermanentFailure with file.not_pdf, file.corrupted, file.encrypted, file.no_pages or file.too_many_pages.
    """
    with PdfDocument(data) as document:
        if document.page_count > limits.pages:
            raise PermanentFailure(
                "file.too_many_pages", f"The PDF has {document.page_count} pages; at most {limits.pages} are read."
            )
        page_count = document.page_count
        files = document.attachments(max_size=limits.attachment_size)
        pages = list(document.pages(max_words=limits.words))
    beside = carried(data, has_attachments=bool(files), max_size=limits.attachment_size)
    attached = read_attachments([*files, *(one for one in beside.files if one not in files)])
    known = {recognition.number for recognition in recognitions}
    asked = tuple(number for number in pages_without_usable_text(data, pages) if number not in known)
    pages = with_recognized(pages, recognitions, limits.words)
    reading = Reading(pages)
    proposed = assemble(reading)
    on_page = on_shown_pages(proposed.invoice, recognitions)
    invoice, findings = _joined(on_page, attached, reading, beside)
    findings += several_invoices(proposed.candidates["number"], proposed.candidates["totals.with_tax"])
    findings += [*recognition_findings(recognitions), *findings_of(invoice, today)]
    readers = (*((attached.reader,) if attached.reader else ()), *sorted({page.reader for page in pages if page.rows}))
    invoice = replace(invoice, findings=tuple(findings))
    return Extraction(invoice, _text(pages, limits.text_length), page_count, readers, asked, attached.xml)


def _joined(on_page: Invoice, attached: AttachedInvoices, reading: Reading, beside: Carried) -> tuple[Invoice, list[Finding]]:
    findings = [*attached.findings, *unreadable_pages(reading.pages), *active_content(beside)]
    if attached.invoice is None:
        return replace(on_page, evidence=MappingProxyType(dict(on_page.evidence))), findings
    findings += disagreements(attached.invoice, on_page, reading)
    return merged(attached.invoice, on_page, attached.reader or ""), findings


def _text(pages: list[Page], length: int) -> str:
    return "\n\n".join(page.text.replace("\r\n", "\n").replace("\x00", "") for page in pages)[:length]
