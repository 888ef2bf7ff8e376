"""Why the page was read as it was."""

from invoiceflow_pipeline.extraction.explain import explain
from tests.pipeline.extraction.conftest import DrawPdf
from tests.pipeline.extraction.test_extract_page import INVOICE


def test_each_value_comes_with_the_candidates_it_beat(draw_pdf: DrawPdf) -> None:
    told = {e.path: e for e in explain(draw_pdf(INVOICE))}
    total = told["totals.with_tax"]
    assert total.chosen is not None
    assert total.chosen.text == "£120.00"
    assert total.candidates[0].text == "£120.00"
    assert [c.score for c in total.candidates] == sorted((c.score for c in total.candidates), reverse=True)


def test_a_value_that_is_not_sure_is_not_chosen(draw_pdf: DrawPdf) -> None:
    told = {e.path: e for e in explain(draw_pdf([(60, 60, "nothing here")]))}
    assert told["number"].chosen is None
    assert told["number"].candidates == ()
