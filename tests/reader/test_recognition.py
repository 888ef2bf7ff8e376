"""Pages without usable text: which they are, and what recognition makes of them, whichever way up they lie."""

import io
from functools import cache

import pikepdf
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from invoiceflow.domain.invoice import Evidence
from invoiceflow_reader.extract import Extraction, extract
from invoiceflow_reader.page.recognized import RecognizedPage, Unread, UnreadPage
from invoiceflow_reader.page.structure import Page, Word
from invoiceflow_reader.readers.ocr import recognize_page, split_line
from invoiceflow_reader.readers.page_pictures import picture_of
from invoiceflow_reader.readers.page_text import PdfDocument, is_unmapped
from samples import hostile
from samples.generate import demo_samples
from samples.sample import Sample
from tests.reader.conftest import DrawPdf
from tests.reader.test_extract_page import INVOICE


@cache
def scan() -> Sample:
    return next(sample for sample in demo_samples() if sample.kind == "scan")


def turned(pdf: bytes, degrees: float) -> bytes:
    """The first page's picture laid on a page at an angle, clockwise."""
    picture, _ = picture_of(pdf, 1)
    from PIL import Image

    image = Image.fromarray(picture).rotate(-degrees, expand=True, fillcolor=(255, 255, 255), resample=Image.Resampling.BICUBIC)
    file = io.BytesIO()
    size = (image.width * 0.42, image.height * 0.42)
    canvas = Canvas(file, pagesize=size)
    canvas.drawImage(ImageReader(image), 0, 0, *size)
    canvas.save()
    return file.getvalue()


def read(pdf: bytes) -> Extraction:
    """Both readings, with recognition between them."""
    return extract(pdf, recognitions=[recognize_page(pdf, number) for number in extract(pdf).pages_to_recognize])


def pages_of(pdf: bytes) -> list[Page]:
    with PdfDocument(pdf) as document:
        return list(document.pages(max_words=10_000))


def middle(seen: Evidence) -> tuple[float, float]:
    assert seen.box is not None
    return (seen.box[0] + seen.box[2]) / 2, (seen.box[1] + seen.box[3]) / 2


@pytest.mark.parametrize("degrees", [0, 7, 180, 268])
def test_a_scan_is_read_whichever_way_up_and_however_skewed_it_lies(degrees: float) -> None:
    pdf = turned(scan().pdf, degrees) if degrees else scan().pdf
    answer = read(pdf)
    truth, invoice = scan().truth, answer.invoice
    assert (invoice.number, invoice.issue_date) == (truth.number, truth.issue_date)
    assert invoice.totals.with_tax == truth.totals.with_tax
    assert invoice.payment.account_id == truth.payment.account_id
    assert len(invoice.lines) == len(truth.lines)
    assert answer.readers == ("ocr",)
    assert {"page.ocr_used"} <= {f.code for f in invoice.findings}
    assert "page.no_text" not in {f.code for f in invoice.findings}
    assert str(truth.number) in answer.text


def test_the_box_of_a_value_lies_where_it_is_on_the_page_as_shown() -> None:
    upright = middle(read(scan().pdf).invoice.evidence["totals.with_tax"])
    sideways = middle(read(turned(scan().pdf, 90)).invoice.evidence["totals.with_tax"])
    assert sideways == pytest.approx((1 - upright[1], upright[0]), abs=0.01)  # clockwise: the top becomes the right


def test_confidence_of_a_recognised_value_is_not_above_what_recognition_says(draw_pdf: DrawPdf) -> None:
    blank = draw_pdf([])
    words = tuple(Word(text, x, y - 8, x + 6 * len(text), y + 2) for x, y, text in INVOICE)

    def of(score: float) -> float:
        page = RecognizedPage(1, 595, 842, words, (score,) * len(words), "", (1, 0, 0, 1, 0, 0), (595, 842))
        return extract(blank, recognitions=[page]).invoice.evidence["totals.with_tax"].confidence

    assert of(0.5) == pytest.approx(of(1.0) / 2, abs=0.001)


def test_only_the_pages_without_text_are_asked_for_and_the_others_keep_theirs(draw_pdf: DrawPdf) -> None:
    mixed = pikepdf.open(io.BytesIO(draw_pdf(INVOICE, [])))
    scanned = pikepdf.open(io.BytesIO(scan().pdf))  # its pages live no longer than it
    mixed.pages.append(scanned.pages[0])
    file = io.BytesIO()
    mixed.save(file)
    first = extract(file.getvalue())
    assert first.pages_to_recognize == (3,)  # page 2 is blank: there is nothing to recognise
    page = RecognizedPage(3, 595, 842, (Word("Appendix", 10, 10, 60, 20),), (0.9,), "Appendix", (1, 0, 0, 1, 0, 0), (595, 842))
    second = extract(file.getvalue(), recognitions=[page])
    assert second.pages_to_recognize == ()
    assert second.invoice.number == first.invoice.number
    assert second.readers == ("ocr", "page")
    assert "Appendix" in second.text


def test_a_scan_with_a_stamp_set_as_text_is_still_a_scan() -> None:
    stamped = pikepdf.open(io.BytesIO(scan().pdf))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    stamped.pages[0].Resources.Font = pikepdf.Dictionary(F=font)
    stamped.pages[0].contents_add(b"BT /F 9 Tf 20 20 Td (Received 2026-03-02) Tj ET")
    file = io.BytesIO()
    stamped.save(file)
    assert extract(file.getvalue()).pages_to_recognize == (1,)


def test_a_short_page_with_text_is_no_scan(draw_pdf: DrawPdf) -> None:
    assert extract(draw_pdf([(60, 60, "Thank you")])).pages_to_recognize == ()


def shifted(text: str) -> str:
    """What a font must be asked to show for its glyph numbers to come out as these letters."""
    return "".join(chr(ord(character) + 29) for character in text)


def test_glyph_numbers_of_a_font_without_a_unicode_map_are_not_taken_for_values() -> None:
    blank = " "  # glyph 3: the one control character there is, and few of them
    lines = (["INVOICE", "NUMBER", "AB4711"], ["TOTAL", "99.50"])
    read = extract(hostile.unmapped_font(*(blank.join(map(shifted, line)) for line in lines)))
    assert (read.invoice.number, read.invoice.totals.with_tax, read.text) == (None, None, "")
    assert read.pages_to_recognize == (1,)


@pytest.mark.parametrize("text", ["\ue012\ue034 \ufffd\ufffd 12", "\x13\x14\x0f\x18 DUFK", "one\x03two\x03three\x03four"])
def test_private_and_control_characters_are_no_text(text: str) -> None:
    assert is_unmapped(text)


@pytest.mark.parametrize("text", ["", "Invoice 12,50", "\ue012 call us at 040 123456 or write", "a hy\x02phen in a line"])
def test_an_icon_or_a_hyphen_leaves_text_usable(text: str) -> None:
    assert not is_unmapped(text)


@pytest.mark.parametrize("reason", list(Unread))
def test_a_page_that_could_not_be_recognised_is_told_and_not_asked_for_again(reason: Unread) -> None:
    answer = extract(scan().pdf, recognitions=[UnreadPage(1, reason)])
    assert {"page.ocr_failed", "page.no_text"} <= {f.code for f in answer.invoice.findings}
    assert answer.pages_to_recognize == ()


def test_a_sign_that_the_engine_parts_from_its_amount_stays_with_it() -> None:
    box = [(0, 0), (100, 0), (100, 10), (0, 10)]
    pieces = [("Total", 1.0, [(0, 0), (40, 0), (40, 10), (0, 10)]), ("£", 1.0, [(60, 0), (65, 0), (65, 10), (60, 10)]),
              ("9.50", 1.0, [(65, 0), (99, 0), (99, 10), (65, 10)])]  # fmt: skip
    assert [(w.text, w.x0, w.x1) for w in split_line("Total £9.50", box, pieces)] == [("Total", 0, 40), ("£9.50", 60, 99)]


def test_letters_that_the_engine_lost_do_not_move_the_others_out_of_the_line() -> None:
    box = [(0, 0), (110, 0), (110, 10), (0, 10)]
    assert [(w.text, w.x0, w.x1) for w in split_line("Total £9.50", box, [])] == [("Total", 0, 50), ("£9.50", 60, 110)]
