"""The paper: text, lines and boxes on pages whose origin is the top left corner, and the record of what was printed.

No invoice is known here; what is drawn where is `blocks`, `line_table` and the layouts.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Literal

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from samples.page_style import Colour, PageStyle

Align = Literal["left", "right", "centre"]
BLACK: Colour = (0.0, 0.0, 0.0)


class Sheet:
    """Pages in the making. All measures are points; y grows downwards; a text's y is its baseline.

    `said` gathers the paths of the invoice document that were printed; `on_new_page` runs for each page after the first.
    """

    def __init__(
        self, style: PageStyle, title: str, page_size: tuple[float, float] = A4, page_count: int | None = None
    ) -> None:
        self.style = style
        self.width, self.height = page_size
        self.page = 1
        self.page_count = page_count
        self.said: set[str] = set()
        self.on_new_page: Callable[[], None] | None = None
        self._buffer = BytesIO()
        # invariant: no clock and no random id in the file
        self._canvas = Canvas(self._buffer, pagesize=page_size, invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setCreator("invoice sample")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        bold: bool = False,
        size: float | None = None,
        align: Align = "left",
        colour: Colour = BLACK,
        says: str | None = None,
    ) -> float:
        """Prints one line and gives back its width."""
        font, points = self.style.bold if bold else self.style.regular, size or self.style.size
        width = stringWidth(words, font, points)
        self._canvas.setFont(font, points)
        self._canvas.setFillColorRGB(*colour)
        left = x - width if align == "right" else x - width / 2 if align == "centre" else x
        self._canvas.drawString(left, self.height - y, words)
        if says:
            self.said.add(says)
        return float(width)

    def measure(self, words: str, *, bold: bool = False, size: float | None = None) -> float:
        return float(stringWidth(words, self.style.bold if bold else self.style.regular, size or self.style.size))

    def wrapped(self, words: str, width: float, *, bold: bool = False, size: float | None = None) -> list[str]:
        """The lines that `words` takes in this width; a word that is wider stands alone."""
        lines: list[str] = []
        for paragraph in words.split("\n"):
            line = ""
            for word in paragraph.split(" "):
                longer = f"{line} {word}" if line else word
                if line and self.measure(longer, bold=bold, size=size) > width:
                    lines.append(line)
                    line = word
                else:
                    line = longer
            lines.append(line)
        return lines

    def paragraph(
        self, x: float, y: float, words: str, width: float, *, size: float | None = None, leading: float | None = None
    ) -> float:
        """Prints wrapped text and gives back the baseline of the line after it."""
        step = leading or (size or self.style.size) * 1.35
        for line in self.wrapped(words, width, size=size):
            self.text(x, y, line, size=size)
            y += step
        return y

    def rule(self, x0: float, y0: float, x1: float, y1: float, *, weight: float = 0.5, colour: Colour = BLACK) -> None:
        self._canvas.setLineWidth(weight)
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.line(x0, self.height - y0, x1, self.height - y1)

    def box(
        self, x0: float, y0: float, x1: float, y1: float, *, fill: Colour | None = None, stroke: Colour | None = BLACK
    ) -> None:
        if fill:
            self._canvas.setFillColorRGB(*fill)
        if stroke:
            self._canvas.setStrokeColorRGB(*stroke)
        self._canvas.setLineWidth(0.5)
        self._canvas.rect(x0, self.height - y1, x1 - x0, y1 - y0, stroke=int(stroke is not None), fill=int(fill is not None))

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self._canvas.setFillColorRGB(*colour)
        self._canvas.circle(x, self.height - y, radius, stroke=0, fill=1)

    def next_page(self) -> None:
        self._canvas.showPage()
        self.page += 1
        if self.on_new_page:
            self.on_new_page()

    def finish(self) -> bytes:
        self._canvas.save()
        return self._buffer.getvalue()
