"""Paper through a scanner: a PDF of pictures, a little askew and noisy, without any text."""

from io import BytesIO
from random import Random

import pikepdf
import pypdfium2
from PIL import Image

POINTS_PER_INCH = 72


def scanned(pdf: bytes, random: Random, *, dots_per_inch: int = 170) -> bytes:
    """The same pages as grey pictures of the same size. The bytes depend on `random` and the versions of PDFium and Pillow."""
    source = pypdfium2.PdfDocument(pdf)
    try:
        with pikepdf.new() as target:
            for page in source:
                width, height = page.get_size()
                picture = page.render(scale=dots_per_inch / POINTS_PER_INCH, grayscale=True).to_pil()
                _add_page(target, _through_scanner(picture.convert("L"), random), width, height)
                page.close()
            written = BytesIO()
            target.save(written, deterministic_id=True)
    finally:
        source.close()
    return written.getvalue()


def _through_scanner(picture: Image.Image, random: Random) -> Image.Image:
    angle = random.choice((-1, 1)) * random.uniform(0.3, 1.2)
    turned = picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=250)
    noise = Image.frombytes("L", turned.size, random.randbytes(turned.width * turned.height))
    return Image.blend(turned, noise, 0.06)


def _add_page(target: pikepdf.Pdf, picture: Image.Image, width: float, height: float) -> None:
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=62)
    image = pikepdf.Stream(
        target,
        jpeg.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page = target.add_blank_page(page_size=(width, height))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=image))
    page.Contents = pikepdf.Stream(target, f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Scan Do Q".encode())
