"""What an invoice shows of itself: each finding where it belongs, and none on sound invoices."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from invoiceflow.domain.invoice import Address, Evidence, Finding, Invoice, InvoiceLine, Party, Severity, TaxSubtotal, Totals
from invoiceflow_reader.assembly.findings import findings_of
from samples.generate import sample_invoices
from samples.invoice_draw import Wishes, draw_bill

TODAY = date(2030, 1, 1)
IN_XML = {"number": Evidence(None, None, "1", "cii", 0.99)}


def sound() -> Invoice:
    """Drawn in euro, with two rates; its data are attached."""
    bill = draw_bill("de", Random(4), Wishes(country="DE", allowance=False, several_rates=True, prepaid=True, has_vat=True))
    return replace(bill.invoice, evidence=IN_XML)


def found(invoice: Invoice, today: date | None = TODAY) -> list[tuple[str, Severity, str | None]]:
    return [(f.code, f.severity, f.path) for f in findings_of(invoice, today)]


def the_one(invoice: Invoice, code: str) -> Finding:
    [finding] = [f for f in findings_of(invoice, TODAY) if f.code == code]
    return finding


def with_totals(**values: Decimal | None) -> Invoice:
    invoice = sound()
    return replace(invoice, totals=replace(invoice.totals, **values))


def test_a_sound_invoice_has_no_findings() -> None:
    assert found(sound()) == []


def test_generated_truth_has_no_findings_of_arithmetic() -> None:
    for sample in sample_invoices(41, 40):
        codes = {f.code for f in findings_of(sample.truth, TODAY)}
        assert codes <= {"content.missing", "seller.no_vat_identifier"}, sample.name


def test_net_and_tax_that_do_not_give_the_total_are_an_error() -> None:
    invoice = sound()
    raised = (invoice.totals.with_tax or Decimal(0)) + 1
    finding = the_one(with_totals(with_tax=raised), "totals.do_not_add_up")
    assert (finding.severity, finding.path) == (Severity.ERROR, "totals.with_tax")
    assert str(raised) in finding.message


def test_lines_that_do_not_sum_to_their_total_are_an_error() -> None:
    invoice = sound()
    lines = (replace(invoice.lines[0], net_amount=(invoice.lines[0].net_amount or Decimal(0)) + 5), *invoice.lines[1:])
    assert the_one(replace(invoice, lines=lines), "lines.do_not_add_up").severity is Severity.ERROR


def test_a_cent_for_each_line_is_a_rounding_difference() -> None:
    totals = Totals(line_net_total=Decimal("10.01"))
    lines = tuple(InvoiceLine(net_amount=Decimal("5.00")) for _ in range(2))
    finding = the_one(Invoice(totals=totals, lines=lines), "lines.do_not_add_up")
    assert finding.severity is Severity.INFO
    assert finding.message.endswith(": a rounding difference.")


def test_lines_that_only_explain_are_not_summed() -> None:
    invoice = sound()
    told = replace(invoice.lines[0], status_reason_code="INFORMATION")
    assert found(replace(invoice, lines=(told, *invoice.lines))) == []


def breakdown(*rows: tuple[str, str, str]) -> tuple[TaxSubtotal, ...]:
    return tuple(TaxSubtotal("S", Decimal(rate), Decimal(base), Decimal(tax)) for rate, base, tax in rows)


@pytest.mark.parametrize(
    ("rows", "code", "path"),
    [
        ([("19", "100.00", "19.00"), ("7", "50.00", "3.50")], "tax.does_not_add_up", "totals.tax"),
        ([("19", "100.00", "19.00"), ("7", "10.00", "0.70")], "tax.base_does_not_add_up", "totals.without_tax"),
        ([("19", "100.00", "18.00"), ("7", "50.00", "3.50")], "tax.rate_does_not_fit", "tax_breakdown[0].tax_amount"),
    ],
)
def test_a_breakdown_that_does_not_fit_is_told(rows: list[tuple[str, str, str]], code: str, path: str) -> None:
    tax = Decimal("99.99") if code == "tax.does_not_add_up" else sum(Decimal(t) for _, _, t in rows)
    totals = Totals(without_tax=Decimal("150.00"), tax=Decimal(tax), with_tax=150 + Decimal(tax))
    invoice = Invoice(totals=totals, tax_breakdown=breakdown(*rows), evidence=IN_XML)
    assert the_one(invoice, code).path == path


def test_a_page_may_leave_out_what_is_not_taxed() -> None:
    totals = Totals(without_tax=Decimal("150.00"), tax=Decimal("19.00"), with_tax=Decimal("169.00"))
    invoice = Invoice(totals=totals, tax_breakdown=breakdown(("19", "100.00", "19.00")))
    assert "tax.base_does_not_add_up" not in {f.code for f in findings_of(invoice, None)}


def test_tax_rounded_for_each_line_is_no_finding() -> None:
    lines = tuple(InvoiceLine(net_amount=Decimal("0.03")) for _ in range(6))
    invoice = Invoice(lines=lines, tax_breakdown=breakdown(("19", "0.18", "0.06")))  # 6 times 0.0057, rounded each
    assert "tax.rate_does_not_fit" not in {f.code for f in findings_of(invoice, None)}


def test_what_is_left_to_pay_must_be_what_was_not_paid() -> None:
    invoice = sound()
    due = invoice.totals.amount_due or Decimal(0)
    assert found(with_totals(amount_due=due + 100)) == [("totals.amount_due_does_not_fit", Severity.ERROR, "totals.amount_due")]
    assert found(with_totals(amount_due=due + Decimal("0.03"))) == []  # rounded to five cents


def test_a_payment_printed_with_a_minus_is_a_payment() -> None:
    assert found(with_totals(paid=-(sound().totals.paid or Decimal(0)))) == []


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("number", Severity.WARNING), ("issue_date", Severity.WARNING), ("currency_code", Severity.WARNING),
        ("lines", Severity.INFO), ("tax_breakdown", Severity.INFO),
    ],
)  # fmt: skip
def test_missing_content_is_told(path: str, severity: Severity) -> None:
    values = {name: getattr(sound(), name) for name in Invoice.__slots__}
    values[path] = () if path in ("lines", "tax_breakdown") else None
    assert found(Invoice(**values)) == [("content.missing", severity, path)]


@pytest.mark.parametrize("path", ["totals.with_tax", "totals.without_tax", "totals.tax"])
def test_missing_totals_are_told(path: str) -> None:
    assert path in {p for code, _, p in found(with_totals(**{path.removeprefix("totals."): None})) if code == "content.missing"}


@pytest.mark.parametrize("whose", ["seller", "buyer"])
def test_missing_names_and_addresses_are_told(whose: str) -> None:
    invoice = sound()
    party: Party = getattr(invoice, whose)
    without = replace(party, name=None, address=Address())
    nameless = replace(invoice, seller=without) if whose == "seller" else replace(invoice, buyer=without)
    assert found(nameless) == [
        ("content.missing", Severity.WARNING, f"{whose}.name"),
        ("content.missing", Severity.INFO, f"{whose}.address"),
    ]


def test_a_seller_without_any_tax_number_is_told() -> None:
    invoice = sound()
    seller = replace(invoice.seller, vat_identifier=None, tax_registration=None)
    assert found(replace(invoice, seller=seller)) == [("seller.no_vat_identifier", Severity.INFO, "seller.vat_identifier")]


def test_a_buyer_who_owes_the_tax_needs_a_vat_identifier() -> None:
    invoice = sound()
    rows = tuple(replace(row, category_code="AE") for row in invoice.tax_breakdown)
    buyer = replace(invoice.buyer, vat_identifier=None)
    finding = the_one(replace(invoice, buyer=buyer, tax_breakdown=rows), "content.missing")
    assert (finding.path, finding.severity) == ("buyer.vat_identifier", Severity.WARNING)


def with_account(account: str) -> Invoice:
    invoice = sound()
    return replace(invoice, payment=replace(invoice.payment, account_id=account))


def test_wrong_check_digits_of_an_iban_are_told() -> None:
    assert found(with_account("DE89 3704 0044 0532 0130 01")) == [("iban.checksum", Severity.WARNING, "payment.account_id")]


@pytest.mark.parametrize("account", ["DE89370400440532013000", "12-3456-7", "DEPOT12345"])
def test_other_accounts_are_no_finding(account: str) -> None:
    assert found(with_account(account)) == []


@pytest.mark.parametrize(
    ("identifier", "told"),
    [
        ("DE123456789", True),
        ("DE136695976", False),
        ("FR00123456789", True),
        ("US-TAXID-77", False),
        ("12345678", False),
        ("CHE646724695", False),
        ("CHE646724695MWST", False),
        ("CHE-646.724.696 TVA", True),
    ],
)
def test_wrong_vat_identifiers_of_a_known_country_are_told(identifier: str, told: bool) -> None:
    invoice = sound()
    codes = found(replace(invoice, seller=replace(invoice.seller, vat_identifier=identifier)))
    assert codes == ([("vat_identifier.checksum", Severity.WARNING, "seller.vat_identifier")] if told else [])


def test_dates_out_of_order_are_told() -> None:
    invoice = replace(sound(), issue_date=date(2024, 5, 2), payment_due_date=date(2024, 5, 1))
    assert found(invoice) == [("dates.out_of_order", Severity.WARNING, "payment_due_date")]


def test_a_date_in_the_future_is_told_where_today_is_known() -> None:
    invoice = replace(sound(), issue_date=date(2030, 1, 2), payment_due_date=date(2030, 2, 1))
    assert found(invoice) == [("dates.in_the_future", Severity.WARNING, "issue_date")]
    assert found(invoice, None) == []
