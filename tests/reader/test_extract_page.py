"""What is read from the page alone."""

import pickle
from datetime import date
from decimal import Decimal

import pytest

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow_reader.extract import Extraction, Limits, extract
from tests.reader.conftest import DrawPdf, Word

INVOICE: list[Word] = [
    (60, 60, "Birchwood Tools Ltd"), (60, 74, "12 Mill Lane"), (60, 88, "LS1 4AP Leeds"),
    (360, 60, "Invoice no: BW-2024/0815"), (360, 74, "Invoice date: 5 March 2024"), (360, 88, "Due date: 4 April 2024"),
    (60, 140, "Bill to"), (60, 154, "Harbour Cafe Limited"), (60, 168, "3 Quay Street"), (60, 182, "BS1 5TX Bristol"),
    (60, 260, "Description"), (300, 260, "Qty"), (370, 260, "Unit price"), (480, 260, "Amount"),
    (60, 280, "Hand drill"), (300, 280, "2"), (370, 280, "45.00"), (480, 280, "90.00"),
    (60, 294, "with case"),
    (60, 308, "Screws, box"), (300, 308, "4"), (370, 308, "2.50"), (480, 308, "10.00"),
    (370, 350, "Net total"), (480, 350, "£100.00"), (370, 364, "VAT 20%"), (480, 364, "£20.00"),
    (370, 378, "Total"), (480, 378, "£120.00"),
    (60, 700, "IBAN: GB33BUKB20201555555555"), (60, 714, "BIC: BUKBGB22XXX"),
]  # fmt: skip


@pytest.fixture
def read(draw_pdf: DrawPdf) -> Extraction:
    return extract(draw_pdf(INVOICE), today=date(2024, 3, 10))


def test_the_header_is_read(read: Extraction) -> None:
    invoice = read.invoice
    assert (invoice.number, invoice.issue_date, invoice.payment_due_date) == (
        "BW-2024/0815",
        date(2024, 3, 5),
        date(2024, 4, 4),
    )
    assert invoice.currency_code == "GBP"


def test_the_parties_are_read(read: Extraction) -> None:
    assert (read.invoice.seller.name, read.invoice.buyer.name) == ("Birchwood Tools Ltd", "Harbour Cafe Limited")
    assert read.invoice.buyer.address.city == "Bristol"


def test_the_totals_are_read(read: Extraction) -> None:
    totals = read.invoice.totals
    assert (totals.without_tax, totals.tax, totals.with_tax) == (Decimal("100.00"), Decimal("20.00"), Decimal("120.00"))


def test_the_lines_are_read_with_their_second_row_of_text(read: Extraction) -> None:
    first, second = read.invoice.lines
    assert (first.description, first.quantity, first.unit_price, first.net_amount) == (
        "Hand drill\nwith case", Decimal(2), Decimal("45.00"), Decimal("90.00"),
    )  # fmt: skip
    assert second.net_amount == Decimal("10.00")


def test_the_account_is_read(read: Extraction) -> None:
    assert (read.invoice.payment.account_id, read.invoice.payment.bic) == ("GB33BUKB20201555555555", "BUKBGB22XXX")


def test_evidence_points_at_the_place_on_the_page(read: Extraction) -> None:
    seen = read.invoice.evidence["totals.with_tax"]
    assert seen.page == 1
    assert seen.reader == "page"
    assert seen.box is not None
    x0, y0, x1, y1 = seen.box
    assert x0 == pytest.approx(480 / 595, abs=0.01)
    assert y0 < 378 / 842 < y1 + 0.005
    assert x0 < x1
    assert 0 < seen.confidence <= 1


def test_an_extraction_crosses_process_borders(read: Extraction) -> None:
    assert pickle.loads(pickle.dumps(read)).invoice.number == "BW-2024/0815"


def test_the_text_is_capped(draw_pdf: DrawPdf) -> None:
    assert len(extract(draw_pdf(INVOICE), limits=Limits(text_length=50)).text) == 50


def test_a_page_without_an_invoice_gives_no_values(draw_pdf: DrawPdf) -> None:
    invoice = extract(draw_pdf([(60, 60, "minutes of the meeting"), (60, 80, "everybody was there")])).invoice
    assert (invoice.number, invoice.issue_date, invoice.totals.with_tax, invoice.lines) == (None, None, None, ())
    assert {f.code for f in invoice.findings} >= {"content.missing"}


def test_lines_that_explain_no_total_are_not_given(draw_pdf: DrawPdf) -> None:
    words = [w for w in INVOICE if w[2] not in ("2", "4")]
    words = [(x, y, "77.00" if text == "10.00" else text) for x, y, text in words]
    assert extract(draw_pdf(words)).invoice.lines == ()


def test_totals_that_do_not_add_up_are_a_finding_or_absent(draw_pdf: DrawPdf) -> None:
    words = [(x, y, "£121.00" if text == "£120.00" else text) for x, y, text in INVOICE]
    totals = extract(draw_pdf(words)).invoice.totals
    assert totals.with_tax == Decimal("121.00")
    assert totals.tax is None


def test_a_date_in_the_future_is_a_finding(draw_pdf: DrawPdf) -> None:
    codes = {f.code for f in extract(draw_pdf(INVOICE), today=date(2024, 1, 1)).invoice.findings}
    assert "dates.in_the_future" in codes


def test_a_table_goes_on_over_pages(draw_pdf: DrawPdf) -> None:
    head: list[Word] = [(60, 60, "Description"), (300, 60, "Qty"), (370, 60, "Unit price"), (480, 60, "Amount")]
    one: list[Word] = [*head, (60, 80, "Bolt"), (300, 80, "1"), (370, 80, "30.00"), (480, 80, "30.00")]
    two: list[Word] = [
        *head,
        (60, 80, "Nut"),
        (300, 80, "1"),
        (370, 80, "70.00"),
        (480, 80, "70.00"),
        (370, 120, "Total"),
        (480, 120, "100.00"),
    ]
    assert [line.description for line in extract(draw_pdf(one, two)).invoice.lines] == ["Bolt", "Nut"]


def test_a_page_without_text_is_a_finding(draw_pdf: DrawPdf) -> None:
    read = extract(draw_pdf([]))
    assert "page.no_text" in {f.code for f in read.invoice.findings}
    assert read.readers == ()


def test_too_many_pages_are_refused(draw_pdf: DrawPdf) -> None:
    with pytest.raises(PermanentFailure) as caught:
        extract(draw_pdf([], [], []), limits=Limits(pages=2))
    assert caught.value.code == "file.too_many_pages"


@pytest.mark.parametrize("amount", ["1234,56", "1.234,56", "234,50"])
def test_an_amount_beside_the_title_is_no_invoice_number(draw_pdf: DrawPdf, amount: str) -> None:
    assert extract(draw_pdf([(60, 60, "Invoice"), (300, 60, amount)])).invoice.number is None


def test_a_euro_sign_in_a_font_of_the_wrong_encoding_is_one(draw_pdf: DrawPdf) -> None:
    lines = [(60, 60, "Invoice 245625"), (60, 90, "VAT"), (300, 90, "Ä9,50"), (60, 110, "TOTAL"), (300, 110, "Ä59,50")]
    invoice = extract(draw_pdf(lines)).invoice
    assert (invoice.currency_code, invoice.totals.with_tax, invoice.totals.tax) == ("EUR", Decimal("59.50"), Decimal("9.50"))


@pytest.mark.parametrize(("printed", "number"), [("12345 F", "12345 F"), ("12345, F", "12345")])
def test_what_follows_a_comma_is_not_of_the_number(draw_pdf: DrawPdf, printed: str, number: str) -> None:
    assert extract(draw_pdf([(60, 60, "Invoice number"), (300, 60, printed)])).invoice.number == number


def test_a_dash_where_the_number_would_be_is_no_beginning_of_the_text_below(draw_pdf: DrawPdf) -> None:
    assert extract(draw_pdf([(60, 60, "Invoice number"), (300, 60, "-"), (300, 74, "2024")])).invoice.number is None
