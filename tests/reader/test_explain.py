"""Why the page was read as it was."""

from io import BytesIO

from PIL import Image

from invoiceflow_reader.drawing import draw
from invoiceflow_reader.explain import explain
from invoiceflow_reader.extract import extract
from samples.generate import demo_samples
from tests.reader.conftest import DrawPdf
from tests.reader.test_extract_page import INVOICE


def test_each_value_comes_with_the_candidates_it_beat(draw_pdf: DrawPdf) -> None:
    told = {e.path: e for e in explain(draw_pdf(INVOICE)).explanations}
    total = told["totals.with_tax"]
    assert total.chosen is not None
    assert total.chosen.text == "£120.00"
    assert total.candidates[0].text == "£120.00"
    assert [c.text for c in total.candidates if c.chosen] == ["£120.00"]
    assert [c.score for c in total.candidates] == sorted((c.score for c in total.candidates), reverse=True)


def test_a_value_that_is_not_sure_is_not_chosen(draw_pdf: DrawPdf) -> None:
    told = {e.path: e for e in explain(draw_pdf([(60, 60, "nothing here")])).explanations}
    assert told["number"].chosen is None
    assert told["number"].candidates == ()


def test_a_value_of_the_attached_data_is_explained_by_its_reader_and_still_shows_the_candidates_of_the_page() -> None:
    sample = next(sample for sample in demo_samples() if sample.kind == "e-invoice")
    told = {e.path: e for e in explain(sample.pdf).explanations}
    chosen = told["totals.with_tax"].chosen
    assert chosen is not None
    assert chosen.reader in ("cii", "ubl")
    assert told["totals.with_tax"].candidates


def test_boxes_are_drawn_around_the_values(draw_pdf: DrawPdf) -> None:
    pdf = draw_pdf(INVOICE, [(60, 60, "General terms")])
    evidence = extract(pdf).invoice.evidence
    [(number, png)] = draw(pdf, evidence)  # no value stands on the second page
    [(_, bare)] = draw(pdf, {})
    assert number == 1
    drawn, without = Image.open(BytesIO(png)), Image.open(BytesIO(bare))
    box = evidence["totals.with_tax"].box
    assert box is not None
    edge = (int((box[0] + box[2]) / 2 * drawn.width), round(box[1] * drawn.height - 2))
    assert without.getpixel(edge) == (255, 255, 255)
    assert drawn.getpixel(edge) != (255, 255, 255)
