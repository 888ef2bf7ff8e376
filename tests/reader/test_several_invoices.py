"""A file that holds several invoices is told; one invoice on several pages is not."""

from io import BytesIO

import pikepdf

from invoiceflow.domain.invoice import Finding
from invoiceflow_reader.extract import extract
from samples.generate import sample_invoices
from tests.reader.conftest import DrawPdf, Word


def page(number: str, total: str | None, *more: Word) -> list[Word]:
    words: list[Word] = [(60, 60, "Birchwood Tools Ltd"), (360, 60, f"Invoice no: {number}"), (60, 200, "Hand drill"), *more]
    return words + ([(370, 378, "Total"), (480, 378, total)] if total else [])


def told(pdf: bytes) -> list[Finding]:
    return [f for f in extract(pdf).invoice.findings if f.code == "file.several_invoices"]


def joined(*pdfs: bytes) -> bytes:
    target = BytesIO()
    with pikepdf.new() as whole:
        for pdf in pdfs:
            with pikepdf.open(BytesIO(pdf)) as part:
                whole.pages.extend(part.pages)
        whole.save(target)
    return target.getvalue()


def test_invoices_on_pages_of_their_own_are_told_with_their_pages(draw_pdf: DrawPdf) -> None:
    pages = [page("A-1001", "120.00"), page("A-1002", None), page("A-1002", "30.00"), page("A-1003", "7.00")]
    [finding] = told(draw_pdf(*pages))
    assert "3 invoices, which begin on pages 1, 2, 4" in finding.message


def test_one_invoice_on_two_pages_is_one(draw_pdf: DrawPdf) -> None:
    assert told(draw_pdf(page("A-1001", None), page("A-1001", "120.00"))) == []


def test_a_second_number_without_a_total_of_its_own_is_no_invoice(draw_pdf: DrawPdf) -> None:
    assert told(draw_pdf(page("A-1001", "120.00"), page("B-77", None))) == []


def test_generated_invoices_are_told_when_joined_and_not_when_alone() -> None:
    samples = [s.pdf for s in sample_invoices(31, 60) if s.kind == "plain"]
    assert [told(pdf) for pdf in samples if told(pdf)] == []
    pairs = list(zip(samples[::2], samples[1::2], strict=False))
    assert sum(bool(told(joined(*pair))) for pair in pairs) >= 0.6 * len(pairs)  # both numbers must have been read
