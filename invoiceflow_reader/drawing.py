"""The pages as pictures with a box around every value that was read, for `extract --image`."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from invoiceflow.domain.invoice import Evidence

DOTS_PER_INCH: Final = 130
LONGEST_SIDE: Final = 2400
MOST_PAGES: Final = 20
_SURE: Final = 0.9
_GREEN, _ORANGE = (0, 130, 60), (200, 90, 0)


def draw(data: bytes, evidence: Mapping[str, Evidence]) -> list[tuple[int, bytes]]:
    """Page number (from 1) and PNG of each page with a value on it (the first page where none has), MOST_PAGES at most.

    Green boxes are values with a confidence of 0.9 or more, orange ones are less sure.
    """
    numbers = sorted({seen.page for seen in evidence.values() if seen.page and seen.box}) or [1]
    document = pypdfium2.PdfDocument(data)
    try:
        return [
            (number, _drawn(document[number - 1], {p: e for p, e in evidence.items() if e.page == number}))
            for number in numbers[:MOST_PAGES]
            if number <= len(document)
        ]
    finally:
        document.close()


def _drawn(page: pypdfium2.PdfPage, evidence: Mapping[str, Evidence]) -> bytes:
    scale = min(DOTS_PER_INCH / 72, LONGEST_SIDE / max(1.0, *page.get_size()))
    picture: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(11)
    for path, seen in evidence.items():
        if seen.box is None:
            continue
        x0, x1 = seen.box[0] * picture.width - 2, seen.box[2] * picture.width + 2
        y0, y1 = seen.box[1] * picture.height - 2, seen.box[3] * picture.height + 2
        colour = _GREEN if seen.confidence >= _SURE else _ORANGE
        pen.rectangle((x0, y0, x1, y1), outline=colour, width=2)
        pen.text((x0, max(0.0, y0 - 13)), path, fill=colour, font=font)
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
