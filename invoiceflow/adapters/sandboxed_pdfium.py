"""The first look at an uploaded PDF, by PDFium in a limited process: `PdfInspector`."""

from pathlib import Path
from typing import Final

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.sandbox import Sandbox, SandboxCrashed, SandboxOutOfMemory, SandboxTimeout

_PASSWORD_ERROR: Final = 4  # FPDF_ERR_PASSWORD
_SECURITY_ERROR: Final = 5  # FPDF_ERR_SECURITY


class SandboxedPdfium(PdfInspector):
    """`max_pages` is the largest document that is taken; the sandbox brings its limits of memory and time."""

    def __init__(self, sandbox: Sandbox, max_pages: int) -> None:
        self._sandbox = sandbox
        self._max_pages = max_pages

    def page_count(self, path: Path) -> int:
        try:
            pages = self._counted(path)
        except (SandboxTimeout, SandboxOutOfMemory, SandboxCrashed) as error:
            message = "The file takes more time or memory to open than an invoice may."
            raise PermanentFailure("file.too_complex", message) from error
        if pages == 0:
            raise PermanentFailure("file.no_pages", "The PDF has no pages.")
        if pages > self._max_pages:
            raise PermanentFailure("file.too_many_pages", f"The PDF has {pages} pages; at most {self._max_pages} are taken.")
        return pages

    def _counted(self, path: Path) -> int:
        try:
            return self._sandbox.submit(count_pages, str(path)).result()
        except SandboxCrashed:  # killed from outside, perhaps; a file that kills its process does it twice
            return self._sandbox.submit(count_pages, str(path)).result()

    def close(self) -> None:
        self._sandbox.close()


def count_pages(path: str) -> int:
    """How many pages the PDF at `path` has. Runs inside the sandbox. Raises PermanentFailure when it cannot be opened."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if _is_without_pages(path):  # asked first: PDFium then leaves its error code as the file before this one made it
            return 0
        if getattr(error, "err_code", None) in (_PASSWORD_ERROR, _SECURITY_ERROR):
            raise PermanentFailure(
                "file.encrypted", "The PDF is protected by a password. Please send it without one."
            ) from None
        raise PermanentFailure("file.corrupted", "The PDF is damaged and cannot be opened.") from None
    try:
        pages = len(document)
        if pages:
            document.get_page_size(0)  # a page tree that only pretends to have pages fails; no content is unpacked
    except pypdfium2.PdfiumError:
        raise PermanentFailure("file.corrupted", "The PDF is damaged: its first page cannot be read.") from None
    finally:
        document.close()
    return pages


def _is_without_pages(path: str) -> bool:
    """PDFium does not open a sound document that has no page; qpdf does."""
    import pikepdf

    try:
        with pikepdf.open(path) as document:
            return len(document.pages) == 0
    except (pikepdf.PasswordError, pikepdf.PdfError, ValueError, RuntimeError):
        return False
