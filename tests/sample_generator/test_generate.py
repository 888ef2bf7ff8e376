"""What the samples promise: same seed same bytes, right sums, a truth that stands on the page, pages without collisions."""

import json
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Literal

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban
from stdnum.de import leitweg
from typer.testing import CliRunner

from invoiceflow.domain.invoice import Invoice
from invoiceflow.domain.invoice_document import from_document
from samples.__main__ import main
from samples.companies import COMPANIES
from samples.generate import Sample, demo_samples, sample_invoices, write_samples
from samples.invoice_draw import LANGUAGES, Wishes, draw_bill
from samples.label_table import CREDIT_NOTE_LABELS, LABELS
from samples.layouts.registry import LAYOUTS, draw
from samples.layouts.sheet import Sheet
from samples.page_style import draw_style
from samples.vocabulary import KEYS


def page_text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u00a0\ufffe\u0002-]+", "", text)


def test_the_same_seed_gives_the_same_bytes() -> None:
    once, twice = (list(sample_invoices(4, 12)) for _ in range(2))
    assert once == twice
    assert [s.pdf for s in once] != [s.pdf for s in sample_invoices(5, 12)]


def test_a_sample_depends_on_its_place_not_on_how_many_were_asked_for() -> None:
    assert list(sample_invoices(4, 3)) == list(sample_invoices(4, 6))[:3]


def test_every_layout_language_and_kind_occurs(drawn: list[Sample]) -> None:
    assert {s.layout for s in drawn} == set(LAYOUTS)
    assert {s.language for s in drawn} == set(LANGUAGES)
    assert {s.kind for s in drawn} == {"plain", "e-invoice", "scan"}
    assert len({s.name for s in drawn}) == len(drawn)


def test_the_demo_has_what_a_clerk_meets(demo: list[Sample]) -> None:
    assert len(demo) == 12
    assert Counter(s.kind for s in demo) == {"plain": 6, "e-invoice": 5, "scan": 1}
    assert "de-plain-nordlicht-2026-0417" in {s.name for s in demo}
    assert {s.language for s in demo} == {"de", "en", "fr", "es", "it", "nl"}
    assert any(s.truth.type_code == "381" for s in demo)
    assert any(len(pypdfium2.PdfDocument(s.pdf)) > 1 for s in demo)
    assert not any("Leitweg-ID" in page_text(s.pdf) and not leitweg.is_valid(s.truth.buyer_reference or "") for s in demo)
    assert any(s.truth.totals.line_net_total != s.truth.totals.without_tax for s in demo if s.truth.totals.line_net_total)
    assert demo == demo_samples()


def test_what_the_truth_of_a_plain_sample_says_stands_on_its_page(drawn: list[Sample]) -> None:
    for sample in drawn:
        if sample.kind != "plain":
            continue
        text, truth = squeezed(page_text(sample.pdf)), sample.truth
        wanted = [truth.number, truth.seller.name, truth.buyer.name, truth.payment.account_id, truth.payment.bic]
        wanted += [truth.purchase_order_reference, truth.buyer_reference, truth.payment.terms]
        wanted += [line.description for line in truth.lines]
        missing = [value for value in wanted if value and squeezed(value) not in text]
        assert not missing, (sample.name, missing)
        for amount in (truth.totals.without_tax, truth.totals.tax, truth.totals.with_tax):
            assert amount is not None, sample.name
            assert re.sub(r"\D", "", str(amount)) in re.sub(r"[.,' ]", "", text), (sample.name, amount)


def test_what_a_page_does_not_say_is_absent_from_its_truth(drawn: list[Sample]) -> None:
    without_bank = [s for s in drawn if s.kind == "plain" and "IBAN" not in page_text(s.pdf)]
    assert without_bank
    assert all(s.truth.payment.account_id is None for s in without_bank)
    receipts = [s for s in drawn if s.kind == "plain" and s.layout == "receipt"]
    assert receipts
    assert all(line.tax_rate is None and "\n" not in (line.description or "") for s in receipts for line in s.truth.lines)
    assert all(row.category_code is None for s in drawn if s.kind != "e-invoice" for row in s.truth.tax_breakdown)


def test_a_scan_has_a_picture_and_no_text(drawn: list[Sample]) -> None:
    scans = [s for s in drawn if s.kind == "scan"]
    assert scans
    for sample in scans:
        assert page_text(sample.pdf).strip() == ""
        assert b"/DCTDecode" in sample.pdf
        assert sample.truth.number


def test_samples_are_written_with_their_truth(tmp_path: Path, demo: list[Sample]) -> None:
    folder = tmp_path / "new" / "folder"
    assert write_samples(folder, demo) == 12
    for sample in demo:
        assert (folder / f"{sample.name}.pdf").read_bytes() == sample.pdf
        document = json.loads((folder / f"{sample.name}.json").read_text(encoding="utf-8"))
        assert from_document(document) == sample.truth


def test_nothing_is_written_when_no_sample_is_given(tmp_path: Path) -> None:
    assert write_samples(tmp_path / "empty", []) == 0


def test_the_command_writes_as_many_as_it_was_asked_for(tmp_path: Path) -> None:
    import typer

    app = typer.Typer()
    app.command()(main)
    result = CliRunner().invoke(app, [str(tmp_path / "out"), "--count", "3", "--seed", "9"])
    assert result.exit_code == 0, result.output
    assert "3 samples" in result.output
    assert len(list((tmp_path / "out").glob("*.pdf"))) == len(list((tmp_path / "out").glob("*.json"))) == 3


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), language=st.sampled_from(LANGUAGES))
def test_the_amounts_of_every_drawn_invoice_agree(seed: int, language: str) -> None:
    bill = draw_bill(language, Random(seed))
    invoice: Invoice = bill.invoice
    zero = Decimal(0)
    line_sum = sum((line.net_amount or zero for line in invoice.lines), zero)
    adjusted = sum((a.amount if a.is_charge else -a.amount for a in bill.adjustments), zero)
    assert invoice.totals.line_net_total == line_sum
    assert invoice.totals.without_tax == line_sum + adjusted
    assert invoice.totals.without_tax == sum((row.taxable_amount or zero for row in invoice.tax_breakdown), zero)
    assert invoice.totals.tax == sum((row.tax_amount or zero for row in invoice.tax_breakdown), zero)
    assert invoice.totals.with_tax == (invoice.totals.without_tax or zero) + (invoice.totals.tax or zero)
    assert invoice.totals.amount_due == invoice.totals.with_tax - (invoice.totals.paid or zero)
    for line in invoice.lines:
        assert abs((line.quantity or zero) * (line.unit_price or zero) - (line.net_amount or zero)) <= Decimal("0.005")
    for row in invoice.tax_breakdown:
        exact = (row.taxable_amount or zero) * (row.rate or zero) / 100
        assert abs(exact - (row.tax_amount or zero)) <= Decimal("0.005")
    assert invoice.issue_date
    assert invoice.payment_due_date is None or invoice.payment_due_date >= invoice.issue_date >= bill.delivery_date


def test_every_company_has_identifiers_with_right_check_digits() -> None:
    for company in COMPANIES:
        if company.country == "US":
            assert company.vat_identifier is None
            assert company.iban is None
            continue
        assert company.vat_identifier, company.name
        assert company.iban is not None
        assert iban.is_valid(company.iban), company.name
        assert company.iban.startswith(company.country)
    assert len({c.vat_identifier for c in COMPANIES if c.vat_identifier}) == len([c for c in COMPANIES if c.vat_identifier])


def test_every_language_has_a_word_for_every_label() -> None:
    for language, table in LABELS.items():
        assert set(table) == set(KEYS), language
        assert all(word for words in table.values() for word in words), language


def test_a_credit_note_has_words_of_its_own_for_number_and_total() -> None:
    for seed in range(90):
        random, language = Random(seed), LANGUAGES[seed % len(LANGUAGES)]
        bill = draw_bill(language, random, Wishes(credit_note=True))
        style = draw_style(bill.seller, language, random, is_credit_note=True)
        for key, words in CREDIT_NOTE_LABELS[language].items():
            assert style.label(key) in words, (language, key)
        text = page_text(draw(LAYOUTS["ledger"], bill, style).pdf)
        assert style.label("number") in text
        assert style.label("gross") in text


def test_credit_notes_among_the_samples_never_speak_of_an_invoice_number(drawn: list[Sample], demo: list[Sample]) -> None:
    given_back = [s for s in drawn + demo if s.kind != "scan" and s.truth.type_code == "381"]
    assert len(given_back) > 5
    for sample in given_back:
        own = CREDIT_NOTE_LABELS[sample.language]["number"]
        of_invoices = [w for w in LABELS[sample.language]["number"] if not any(w in word for word in own)]
        text = page_text(sample.pdf)
        assert not [word for word in of_invoices if word in text], sample.name


def test_every_language_has_words_for_a_credit_note() -> None:
    assert set(CREDIT_NOTE_LABELS) == set(LABELS)
    for language, table in CREDIT_NOTE_LABELS.items():
        assert set(table) == {"number", "issue_date", "gross", "due"}, language
        assert not any("rechnungs" in word.lower() for words in table.values() for word in words)


def test_only_german_buyers_have_a_leitweg_id_and_it_bears_its_name() -> None:
    seen = 0
    for seed in range(900):
        random, language = Random(seed), LANGUAGES[seed % len(LANGUAGES)]
        bill = draw_bill(language, random, Wishes(lines=1))
        reference = bill.invoice.buyer_reference or ""
        if reference.startswith("04011000"):
            seen += 1
            assert bill.buyer.country == "DE"
            assert leitweg.is_valid(reference)
            style = draw_style(bill.seller, language, random)
            assert "Leitweg-ID" in page_text(draw(LAYOUTS["din_letter"], bill, style).pdf)
        else:
            assert not leitweg.is_valid(reference), reference
    assert seen > 3


def test_an_american_address_has_its_state_apart_from_the_zip_code() -> None:
    bill = draw_bill("en", Random(1), Wishes(seller="Copper Mesa Supply Co."))
    address = bill.invoice.seller.address
    assert (address.city, address.country_subdivision, address.post_code) == ("Albuquerque", "NM", "87109")
    sheet = draw(LAYOUTS["ledger"], bill, draw_style(bill.seller, "en", Random(1)))
    assert "Albuquerque, NM 87109" in page_text(sheet.pdf)
    assert "seller.address.country_subdivision" in sheet.said


@pytest.mark.parametrize(
    ("currency", "printed"),
    [("sign before", "-$1,234.50"), ("sign after", "-1,234.50 $"), ("code before", "USD -1,234.50"), ("none", "-1,234.50")],
)
def test_the_minus_stands_before_a_sign_that_clings_to_the_figures(
    currency: Literal["sign before", "sign after", "code before", "none"], printed: str
) -> None:
    seller = next(c for c in COMPANIES if c.country == "US")
    style = replace(draw_style(seller, "en", Random(1)), currency=currency)
    assert style.amount(Decimal("-1234.50"), "USD") == printed
    assert style.amount(Decimal("1234.50"), "USD") == printed.replace("-", "")


def test_wishes_are_granted() -> None:
    bill = draw_bill(
        "de", Random(1), Wishes(country="AT", lines=50, number="X-1", credit_note=True, several_rates=True, domestic=True)
    )
    assert bill.seller.country == bill.buyer.country == "AT"
    assert (bill.invoice.number, bill.invoice.type_code, len(bill.invoice.lines)) == ("X-1", "381", 50)
    assert [row.rate for row in bill.invoice.tax_breakdown] == [Decimal(20), Decimal(10)]


def test_a_long_invoice_carries_its_sum_over_to_the_next_page() -> None:
    for seed in range(60):
        random = Random(seed)
        bill = draw_bill("en", random, Wishes(country="GB", lines=60, allowance=False))
        style = draw_style(bill.seller, "en", random)
        drawn = draw(LAYOUTS["boxed"], bill, style)
        assert drawn.page_count > 1
        text = page_text(drawn.pdf)
        assert (style.label("carried") in text) == style.carries_over
        assert f"Page 2 / {drawn.page_count}" in text
        if style.carries_over:
            return
    pytest.fail("no style that carries over was drawn")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_text_of_a_layout_touches_another_or_leaves_the_paper(layout: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two texts touch when their boxes overlap by more than a hair; neighbours in a row need a point and a half between."""
    boxes: list[tuple[int, float, float, float, float, str]] = []
    printed = Sheet.text

    def spy(self: Sheet, x: float, y: float, words: str, **options: object) -> float:
        width = printed(self, x, y, words, **options)  # type: ignore[arg-type]  # passed on as they came
        size = float(str(options.get("size") or self.style.size))
        left = {"right": x - width, "centre": x - width / 2}.get(str(options.get("align")), x)
        if words.strip():
            boxes.append((self.page, left, y - size * 0.72, left + width, y + size * 0.18, words))
        return width

    monkeypatch.setattr(Sheet, "text", spy)
    kind = LAYOUTS[layout]
    for seed in range(54):
        random = Random(seed)
        language = LANGUAGES[seed % len(LANGUAGES)]
        lines = random.randint(1, 8) if kind.most_lines else None
        bill = draw_bill(language, random, Wishes(lines=lines, credit_note=seed % 4 == 0))
        style = draw_style(bill.seller, language, random, monospaced=kind.monospaced, is_credit_note=bill.is_credit_note)
        width, height = kind.page_size(bill)
        boxes.clear()
        draw(kind, bill, style)
        # A document of several pages is drawn twice, at the same places.
        unique = sorted(set(boxes))
        for i, (page, x0, y0, x1, y1, words) in enumerate(unique):
            assert min(x0, y0) > 8, (seed, words)
            assert x1 < width - 8, (seed, words)
            assert y1 < height - 8, (seed, words)
            for other_page, ox0, oy0, ox1, oy1, other in unique[i + 1 :]:
                if other_page != page or ox0 > x1 + 1.5:
                    break
                if other.startswith(style.label("page")) and words.startswith(style.label("page")):
                    continue  # "Page 1" of the first drawing, "Page 1 / 2" of the second
                overlap = min(x1 + 1.5, ox1) - max(x0, ox0) > 0.5 and min(y1, oy1) - max(y0, oy0) > 0.8
                assert not overlap, (seed, words, other)
