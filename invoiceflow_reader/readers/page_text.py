"""A PDF's words with their boxes, and its attachments, through PDFium's C interface.

PDFium is not thread-safe: one process each. The per-character calls are the cost of reading a page, so the text is taken
in one call and a box only for the first and the last letter of each word.
"""

import ctypes
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final, Self

import pypdfium2.raw as pdfium

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow_reader.page.structure import Page, Word, build_page

READER: Final = "page"
_WORD: Final = re.compile(r"[^\s\x00-\x1f\u00a0\u2000-\u200b\u202f\ufeff\ufffe\uffff]+[\x02\ufffe]?")
_HYPHEN: Final = re.compile("[\x02\ufffe]")  # PDFium's signs for a hyphen at a line's end; no line break follows them
_UNMAPPED: Final = re.compile("[\ue000-\uf8ff\ufffd]")
_MOST_UNMAPPED: Final = 0.3  # of a page's characters; icons are a hundredth
_GLYPH_NUMBER: Final = re.compile("[\x00\x01\x03-\x08\x0e-\x1f]")  # not \x02, PDFium's hyphen at a line's end
_MOST_GLYPH_NUMBERS: Final = 0.05  # text has none; where glyph 3 is the blank, as usual, every sixth or so
_MISREAD_EURO: Final = re.compile(r"(?<![^\s(])Ä(?=\d)")
"""Windows' € in a font that is declared as Mac's: byte 128 is Ä there. No word begins so."""
_MAX_ATTACHMENTS: Final = 32


class PdfDocument:
    """An open PDF. Use as a context manager.

    Raises PermanentFailure with file.not_pdf, file.corrupted, file.encrypted or file.no_pages.
    """

    def __init__(self, data: bytes) -> None:
        if b"%PDF-" not in data[:1024]:
            raise PermanentFailure("file.not_pdf", "The file is not a PDF: it does not start with %PDF-.")
        pdfium.FPDF_InitLibrary()
        self._data = data  # PDFium reads from this memory for as long as the document is open
        self._document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
        if not self._document:
            raise _load_failure(pdfium.FPDF_GetLastError(), data)
        self.page_count: int = pdfium.FPDF_GetPageCount(self._document)
        if self.page_count < 1:
            self.close()
            raise PermanentFailure("file.no_pages", "The PDF has no page.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        if self._document:
            pdfium.FPDF_CloseDocument(self._document)
            self._document = None

    def pages(self, *, max_words: int) -> Iterator[Page]:
        """The pages in order; one that cannot be loaded, or whose fonts are unmapped, comes without words. Stops after
        `max_words` words in all."""
        left = max_words
        for index in range(self.page_count):
            page = self._page(index, left)
            left -= sum(len(cell.words) for cell in page.cells)
            yield page
            if left <= 0:
                return

    def attachments(self, *, max_size: int) -> list[tuple[str, bytes | None]]:
        """The embedded files of the name tree; None for the content of those above `max_size` bytes, or unreadable."""
        found: list[tuple[str, bytes | None]] = []
        for index in range(min(_MAX_ATTACHMENTS, pdfium.FPDFDoc_GetAttachmentCount(self._document))):
            handle = pdfium.FPDFDoc_GetAttachment(self._document, index)
            if handle:
                found.append((_attachment_name(handle), _attachment_content(handle, max_size)))
        return found

    def _page(self, index: int, max_words: int) -> Page:
        page = pdfium.FPDF_LoadPage(self._document, index)
        if not page:
            return build_page(index + 1, 0.0, 0.0, (), "", READER)
        try:
            width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
            text_page = pdfium.FPDFText_LoadPage(page)
            if not text_page:
                return build_page(index + 1, width, height, (), "", READER)
            try:
                text = _MISREAD_EURO.sub("€", _text(text_page))
                if is_unmapped(text):
                    return build_page(index + 1, width, height, (), "", READER)
                words = _words(text_page, text, _to_screen(page, width, height), max_words)
            finally:
                pdfium.FPDFText_ClosePage(text_page)
        finally:
            pdfium.FPDF_ClosePage(page)
        return build_page(index + 1, width, height, words, _HYPHEN.sub("-\n", text), READER)


def is_unmapped(text: str) -> bool:
    """Whether a page's fonts have no Unicode map. PDFium then gives glyph numbers or private characters for letters: words
    and amounts that nobody wrote (glyph 48, mostly an M, comes as "0")."""
    count = sum(map(len, text.split()))
    unmapped, numbers = len(_UNMAPPED.findall(text)), len(_GLYPH_NUMBER.findall(text))
    return unmapped > _MOST_UNMAPPED * count or numbers > _MOST_GLYPH_NUMBERS * count


def _load_failure(code: int, data: bytes) -> PermanentFailure:
    """PDFium's last error can be an earlier file's: encrypted is only what also names its encryption."""
    if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY) and b"/Encrypt" in data:
        return PermanentFailure("file.encrypted", "The PDF is encrypted: send it without a password.")
    return PermanentFailure("file.corrupted", "The PDF cannot be opened: the file is damaged or incomplete.")


def _attachment_name(handle: Any) -> str:
    size = pdfium.FPDFAttachment_GetName(handle, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAttachment_GetName(handle, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _attachment_content(handle: Any, max_size: int) -> bytes | None:
    size = ctypes.c_ulong()
    if not pdfium.FPDFAttachment_GetFile(handle, None, 0, size) or not 0 < size.value <= max_size:
        return None
    buffer = ctypes.create_string_buffer(size.value)
    if not pdfium.FPDFAttachment_GetFile(handle, buffer, size.value, size):
        return None
    return buffer.raw[: size.value]


def _text(text_page: Any) -> str:
    """One character for each of PDFium's, so that an index into the text is an index into its characters."""
    count = pdfium.FPDFText_CountChars(text_page)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: max(0, written - 1) * 2].decode("utf-16-le", "replace")
    if len(text) == count:
        return text
    return "".join(chr(_valid(pdfium.FPDFText_GetUnicode(text_page, i))) for i in range(count))


def _valid(code: int) -> int:
    return code if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else 0xFFFD


Transform = tuple[float, float, float, float, float, float]


def _to_screen(page: Any, width: float, height: float) -> Transform:
    """PDF coordinates to the page as it is shown (crop box, rotation), by asking where three points go."""
    scale = 1000.0
    w, h = int(width * scale), int(height * scale)
    x, y = ctypes.c_int(), ctypes.c_int()

    def shown(px: float, py: float) -> tuple[float, float]:
        pdfium.FPDF_PageToDevice(page, 0, 0, w, h, 0, px, py, x, y)
        return x.value / scale, y.value / scale

    (ox, oy), (ax, ay), (bx, by) = shown(0, 0), shown(100, 0), shown(0, 100)
    return ((ax - ox) / 100, (ay - oy) / 100, (bx - ox) / 100, (by - oy) / 100, ox, oy)


def _words(text_page: Any, text: str, transform: Transform, max_words: int) -> list[Word]:
    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    get_box = pdfium.FPDFText_GetLooseCharBox
    a, b, c, d, e, f = transform
    words: list[Word] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if not get_box(text_page, start, reference):
            continue
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if end - start > 1 and get_box(text_page, end - 1, reference):
            left, right = min(left, box.left), max(right, box.right)
            bottom, top = min(bottom, box.bottom), max(top, box.top)
        x0, x1 = a * left + c * bottom + e, a * right + c * top + e
        y0, y1 = b * left + d * bottom + f, b * right + d * top + f
        x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        if y1 - y0 > 2.5 * (x1 - x0) and end - start > 2:
            continue  # set vertically: stamps and margins, which would tear the rows apart
        words.append(Word(_HYPHEN.sub("-", match.group()), x0, y0, x1, y1))
        if len(words) >= max_words:
            break
    return words
