"""PDFs for the extraction tests, drawn word by word so that a test shows what stands on its page."""

import io
from collections.abc import Callable, Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas

Word = tuple[float, float, str]
DrawPdf = Callable[..., bytes]


@pytest.fixture
def draw_pdf() -> DrawPdf:
    """Pages of (x, y from the top, text) as a PDF of A4 pages in Helvetica 10."""

    def draw(*pages: Sequence[Word]) -> bytes:
        file = io.BytesIO()
        canvas = Canvas(file, pagesize=(595, 842), invariant=True)
        for words in pages:
            canvas.setFont("Helvetica", 10)
            for x, y, text in words:
                canvas.drawString(x, 842 - y, text)
            canvas.showPage()
        canvas.save()
        return file.getvalue()

    return draw
