"""Pages whose text is of no use, and such pages as pictures, through PDFium. What stands in a picture is `readers.ocr`'s.

PDFium is not thread-safe: one process each.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pypdfium2
import pypdfium2.raw as pdfium

from invoiceflow_reader.page.structure import Page

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

FEW_WORDS: Final = 25
"""A page with no more words than this may be a scan with a stamp or a page number set as text."""
PICTURE_SHARE: Final = 0.5
"""Of the page: a picture that covers less is a logo."""
LONGEST_SIDE: Final = 2000
DOTS_PER_INCH: Final = 200
_MOST_OBJECTS: Final = 2000


def pages_without_usable_text(data: bytes, pages: Sequence[Page]) -> tuple[int, ...]:
    """The numbers of the pages that have to be recognised from their picture. A blank page is not one of them.

    The document is opened a second time only where a page's words leave doubt, so ordinary documents pay nothing.
    """
    doubtful = [page for page in pages if _word_count(page) <= FEW_WORDS]
    if not doubtful:
        return ()
    document = pypdfium2.PdfDocument(data)
    try:
        return tuple(page.number for page in doubtful if _is_picture(document, page))
    finally:
        document.close()


def picture_of(data: bytes, number: int) -> "tuple[NDArray[uint8], float]":
    """Page `number` (from 1) as height x width x 3 bytes (BGR), and how many pixels a point has."""
    document = pypdfium2.PdfDocument(data)
    try:
        page = document[number - 1]
        scale = min(DOTS_PER_INCH / 72, LONGEST_SIDE / max(1.0, *page.get_size()))
        picture: NDArray[uint8] = page.render(scale=scale, rev_byteorder=False).to_numpy()[:, :, :3].copy()
        return picture, scale
    finally:
        document.close()


def _word_count(page: Page) -> int:
    return sum(len(cell.words) for cell in page.cells)


def _is_picture(document: pypdfium2.PdfDocument, page: Page) -> bool:
    try:
        shown = document[page.number - 1]
        if not page.rows:
            return int(pdfium.FPDFPage_CountObjects(shown)) > 0
        width, height = shown.get_size()
        for count, item in enumerate(shown.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
            left, bottom, right, top = item.get_bounds()
            if abs((right - left) * (top - bottom)) > PICTURE_SHARE * width * height:
                return True
            if count >= _MOST_OBJECTS:
                break
    except pypdfium2.PdfiumError:  # a page that cannot be loaded has no picture either
        return False
    return False
