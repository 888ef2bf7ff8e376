"""The tax breakdown of the page: what explains the document's net and tax, and nothing else."""

from dataclasses import replace
from decimal import Decimal

import pytest

from invoiceflow_reader.assembly.merge import merged
from invoiceflow_reader.extract import extract
from samples.generate import sample_invoices
from tests.reader.conftest import DrawPdf, Word

Row = tuple[str, str | None, str]
HEAD: list[Word] = [
    (60, 60, "Birchwood Tools Ltd"),
    (360, 60, "Invoice no: BW-2024/0815"),
    (360, 74, "Invoice date: 5 March 2024"),
]


def totals(net: str, tax: str, gross: str, y: float = 400) -> list[Word]:
    rows = (("Net total", net), ("VAT total", tax), ("Total", gross))
    return [w for i, (name, value) in enumerate(rows) for w in ((370, y + 14 * i, name), (480, y + 14 * i, value))]


def table(*rows: Row) -> list[Word]:
    words: list[Word] = [(300, 300, "VAT rate"), (370, 300, "Net"), (480, 300, "VAT")]
    for i, (rate, base, tax) in enumerate(rows, start=1):
        words += [(300, 300 + 14 * i, rate), *([(370, 300 + 14 * i, base)] if base else []), (480, 300 + 14 * i, tax)]
    return words


def breakdown(pdf: bytes) -> list[Row]:
    rows = extract(pdf).invoice.tax_breakdown
    return [(str(r.rate), str(r.taxable_amount) if r.taxable_amount is not None else None, str(r.tax_amount)) for r in rows]


def test_a_table_of_rates_is_read(draw_pdf: DrawPdf) -> None:
    words = HEAD + table(("20%", "100.00", "20.00"), ("5%", "40.00", "2.00")) + totals("140.00", "22.00", "162.00")
    assert breakdown(draw_pdf(words)) == [("20", "100.00", "20.00"), ("5", "40.00", "2.00")]


def test_every_number_of_a_row_is_shown_where_it_stands(draw_pdf: DrawPdf) -> None:
    words = HEAD + table(("20%", "100.00", "20.00"), ("5%", "40.00", "2.00")) + totals("140.00", "22.00", "162.00")
    evidence = extract(draw_pdf(words)).invoice.evidence
    where = {name: evidence[f"tax_breakdown[1].{name}"] for name in ("rate", "taxable_amount", "tax_amount")}
    assert {name: (seen.page, seen.text) for name, seen in where.items()} == {
        "rate": (1, "5%"), "taxable_amount": (1, "40.00"), "tax_amount": (1, "2.00"),
    }  # fmt: skip
    lefts = [seen.box[0] * 595 for seen in where.values() if seen.box]
    assert lefts == pytest.approx([300, 370, 480], abs=2)


def test_a_row_of_no_tax_belongs_to_it_where_it_completes_the_net(draw_pdf: DrawPdf) -> None:
    words = HEAD + table(("20%", "100.00", "20.00"), ("0%", "40.00", "0.00")) + totals("140.00", "20.00", "160.00")
    assert breakdown(draw_pdf(words)) == [("20", "100.00", "20.00"), ("0", "40.00", "0.00")]


def test_a_single_rate_beside_the_tax_is_charged_on_the_net(draw_pdf: DrawPdf) -> None:
    words: list[Word] = [*HEAD, *totals("100.00", "20.00", "120.00")]
    words = [(x, y, "VAT (20%)" if text == "VAT total" else text) for x, y, text in words]
    assert breakdown(draw_pdf(words)) == [("20", "100.00", "20.00")]


def test_rates_without_what_they_are_charged_on_leave_it_absent(draw_pdf: DrawPdf) -> None:
    rates: list[Word] = [(370, 372, "VAT 20%"), (480, 372, "20.00"), (370, 386, "VAT 5%"), (480, 386, "2.00")]
    assert breakdown(draw_pdf(HEAD + rates + totals("140.00", "22.00", "162.00"))) == [
        ("20", None, "20.00"),
        ("5", None, "2.00"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [("20%", "100.00", "21.00"), ("5%", "40.00", "1.00")],  # no rate explains its tax
        [("20%", "100.00", "20.00"), ("5%", "20.00", "1.00")],  # sums to another tax
        [("20%", "100.00", "20.00"), ("20%", "10.00", "2.00"), ("0%", "30.00", "0.00")],  # lines, not rates
    ],
)
def test_rows_that_do_not_explain_the_totals_are_not_given(draw_pdf: DrawPdf, rows: list[Row]) -> None:
    assert breakdown(draw_pdf(HEAD + table(*rows) + totals("140.00", "22.00", "162.00"))) == []


def test_without_totals_there_is_no_breakdown(draw_pdf: DrawPdf) -> None:
    assert breakdown(draw_pdf(HEAD + table(("20%", "100.00", "20.00")))) == []


def test_generated_pages_give_their_breakdown() -> None:
    """None of them may be wrong; a tax total that was not read takes its breakdown with it."""
    right = known = 0
    for sample in sample_invoices(5, 80):
        if sample.kind != "plain":
            continue
        rates = {row.rate: row for row in sample.truth.tax_breakdown if row.tax_amount}
        read = extract(sample.pdf).invoice.tax_breakdown
        known += bool(rates)
        right += bool(rates) and bool(read)
        for row in read:
            if row.tax_amount:
                truth = rates[row.rate]
                assert (row.tax_amount, row.taxable_amount) in (
                    (truth.tax_amount, truth.taxable_amount), (truth.tax_amount, None),
                ), sample.name  # fmt: skip
    assert right >= 0.9 * known


def test_evidence_of_a_row_is_not_taken_from_another_row() -> None:
    sample = next(s for s in sample_invoices(11, 40) if s.kind == "e-invoice" and len(s.truth.lines) > 1)
    read = extract(sample.pdf).invoice
    shown = [i for i in range(len(read.lines)) if (seen := read.evidence.get(f"lines[{i}].net_amount")) and seen.page]
    raised = tuple(replace(line, net_amount=(line.net_amount or Decimal(0)) + 1) for line in read.lines)
    again = merged(replace(read, lines=raised), read, "cii")
    assert shown
    assert all(again.evidence[f"lines[{i}].net_amount"].page is None for i in shown)
