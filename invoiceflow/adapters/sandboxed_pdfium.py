"""The first look at an uploaded PDF, by PDFium in a limited process: `PdfInspector`."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Final

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.group_commit import GroupCommit
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.sandbox import Sandbox, SandboxCrashed, SandboxError, SandboxOutOfMemory, SandboxTimeout

TOGETHER: Final = 16
"""Files in one call: a look takes 0.1 ms, the way to another process and back several times that."""
TOGETHER_SECONDS: Final = 0.5
"""After which no further file of a call is begun on: a slow one takes its own time, and no other's."""
_PASSWORD_ERROR: Final = 4  # FPDF_ERR_PASSWORD
_SECURITY_ERROR: Final = 5  # FPDF_ERR_SECURITY

logger = logging.getLogger(__name__)

Look = int | PermanentFailure
"""Pages, or why it cannot be opened."""


class SandboxedPdfium(PdfInspector):
    """`max_pages` is the largest document that is taken; the sandbox brings its limits of memory and time."""

    def __init__(self, sandbox: Sandbox, max_pages: int) -> None:
        self._sandbox = sandbox
        self._max_pages = max_pages
        self._look = GroupCommit(self._look_at, limit=TOGETHER, writers=sandbox.workers)

    def page_count(self, file: Path | bytes) -> int:
        pages = self._look(file)
        if isinstance(pages, PermanentFailure):
            raise pages
        if pages == 0:
            raise PermanentFailure("file.no_pages", "The PDF has no pages.")
        if pages > self._max_pages:
            raise PermanentFailure("file.too_many_pages", f"The PDF has {pages} pages; at most {self._max_pages} are taken.")
        return pages

    def _look_at(self, files: Sequence[Path | bytes]) -> list[Look]:
        looks: list[Look | None] = [None] * len(files)
        if len(files) > 1:
            with suppress(SandboxError):  # one of them ended the process: whose fault it was is found out one by one
                looks = self._sandbox.submit(look_at_each, files).result()
        return [self._look_at_one(file) if look is None else look for file, look in zip(files, looks, strict=True)]

    def _look_at_one(self, file: Path | bytes) -> Look:
        try:
            try:
                return self._sandbox.submit(count_pages, file).result()
            except SandboxCrashed:  # killed from outside, perhaps; a file that kills its process does it twice
                return self._sandbox.submit(count_pages, file).result()
        except PermanentFailure as failure:
            return failure
        except (SandboxTimeout, SandboxOutOfMemory, SandboxCrashed) as error:
            logger.warning("A file was too much for the limits of its inspection: %s", error)
            return PermanentFailure("file.too_complex", "The file takes more time or memory to open than an invoice may.")

    def close(self) -> None:
        self._sandbox.close()


def look_at_each(files: Sequence[Path | bytes]) -> list[Look | None]:
    """None for those that there was no time for. Runs inside the sandbox."""
    looks: list[Look | None] = []
    end = time.monotonic() + TOGETHER_SECONDS
    for file in files:
        try:
            looks.append(count_pages(file) if time.monotonic() < end else None)
        except PermanentFailure as failure:
            looks.append(failure)
    return looks


def count_pages(file: Path | bytes) -> int:
    """How many pages the PDF has. Runs inside the sandbox. Raises PermanentFailure when it cannot be opened."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if _is_without_pages(file):  # asked first: PDFium then leaves its error code as the file before this one made it
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


def _is_without_pages(file: Path | bytes) -> bool:
    """PDFium does not open a sound document that has no page; qpdf does."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(file) if isinstance(file, bytes) else file) as document:
            return len(document.pages) == 0
    except (pikepdf.PasswordError, pikepdf.PdfError, ValueError, RuntimeError):
        return False
