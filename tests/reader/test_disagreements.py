"""Page against attached data: what was altered is told, what is sound is not."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from invoiceflow.domain.invoice import Severity
from invoiceflow_reader.extract import extract
from samples.attachment import with_attachment, with_other_data
from samples.generate import sample_invoices
from samples.sample import Sample
from tests.reader.conftest import DrawPdf

SAMPLES = [s for s in sample_invoices(21, 90) if s.kind == "e-invoice"]
Alter = Callable[[Sample], tuple[str, str]]
OTHER_IBAN = "NL91ABNA0417164300"


def total(sample: Sample) -> tuple[str, str]:
    value = sample.truth.totals.with_tax or Decimal(0)
    return str(value), str(value + 100)


def number(sample: Sample) -> tuple[str, str]:
    return str(sample.truth.number), f"{sample.truth.number}7"


def day(sample: Sample) -> tuple[str, str]:
    """Only the date of issue is altered, in the form of either syntax."""
    issued = sample.truth.issue_date or date(2025, 1, 1)
    later = issued + timedelta(days=400)
    if "ubl" in str(extract(sample.pdf).readers):
        return f"IssueDate>{issued}", f"IssueDate>{later}"
    return f"{issued:%Y%m%d}", f"{later:%Y%m%d}"


def account(sample: Sample) -> tuple[str, str]:
    return str(sample.truth.payment.account_id), OTHER_IBAN


def altered(sample: Sample, alter: Alter) -> bytes:
    before, after = alter(sample)
    xml = extract(sample.pdf).xml
    assert xml is not None
    assert before.encode() in xml
    return with_other_data(sample.pdf, xml.replace(before.encode(), after.encode()))


def attached(pdf: bytes, xml: bytes) -> bytes:
    return with_attachment(pdf, xml, file_name="factur-x.xml", level="EN 16931", made=date(2026, 1, 1))


def disagreeing(pdf: bytes) -> dict[str | None, Severity]:
    return {f.path: f.severity for f in extract(pdf).invoice.findings if f.code == "xml.disagrees_with_page"}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: str(s.name))
def test_sound_documents_raise_no_alarm(sample: Sample) -> None:
    codes = {f.code for f in extract(sample.pdf).invoice.findings}
    assert not codes & {"xml.disagrees_with_page", "xml.of_another_document"}


@pytest.mark.parametrize(
    ("path", "alter", "severity"),
    [
        ("totals.with_tax", total, Severity.ERROR),
        ("number", number, Severity.WARNING),
        ("issue_date", day, Severity.WARNING),
        ("payment.account_id", account, Severity.ERROR),
    ],
)
def test_altered_data_are_told(path: str, alter: Alter, severity: Severity) -> None:
    """Of nearly all: what the page's own value is must have been read, and not every page is read whole."""
    fitting = [s for s in SAMPLES if path != "payment.account_id" or s.truth.payment.account_id]
    told = [disagreeing(altered(sample, alter)).get(path) for sample in fitting]
    assert told.count(severity) >= 0.9 * len(told)
    assert set(told) <= {severity, None}


def test_the_amount_to_pay_alone_can_be_altered() -> None:
    sample = next(s for s in SAMPLES if s.truth.totals.paid and extract(s.pdf).readers[0] == "cii")
    due = sample.truth.totals.amount_due
    pdf = altered(sample, lambda _: (f"DuePayableAmount>{due}", "DuePayableAmount>77777.77"))
    assert disagreeing(pdf) == {"totals.amount_due": Severity.ERROR}


def test_data_of_another_invoice_are_told_as_such() -> None:
    first, second = SAMPLES[:2]
    xml = extract(second.pdf).xml
    assert xml is not None
    findings = {f.code: f for f in extract(with_other_data(first.pdf, xml)).invoice.findings}
    assert findings["xml.of_another_document"].severity is Severity.ERROR


def test_the_data_stay_the_invoice_whatever_the_page_says() -> None:
    pdf = altered(SAMPLES[0], total)
    assert str(extract(pdf).invoice.totals.with_tax) == total(SAMPLES[0])[1]


def test_an_invoice_number_with_an_addition_is_the_same_number() -> None:
    pdf = altered(SAMPLES[0], lambda s: (f">{s.truth.number}<", f">{s.truth.number} with appendix<"))
    assert "number" not in disagreeing(pdf)


def test_a_number_that_is_printed_nowhere_is_told_though_the_page_gives_none(draw_pdf: DrawPdf) -> None:
    pages = [[(60.0, 60.0 + 14 * i, "a line of some words and no number") for i in range(10)]]
    xml = b"<CrossIndustryInvoice><ExchangedDocument><ID>A-77123</ID></ExchangedDocument></CrossIndustryInvoice>"
    assert disagreeing(attached(draw_pdf(*pages), xml)) == {"number": Severity.WARNING}
    assert disagreeing(attached(draw_pdf([*pages[0], (60.0, 300.0, "our ref. A-77123")]), xml)) == {}
