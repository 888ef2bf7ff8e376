"""Embedded e-invoices are read whole."""

import pytest

from invoiceflow.domain.invoice import Invoice
from invoiceflow_reader.extract import extract
from samples.generate import sample_invoices
from samples.sample import Sample

SAMPLES = [s for s in sample_invoices(11, 40) if s.kind == "e-invoice"]


def told(invoice: Invoice) -> dict[str, object]:
    parties = {
        f"{n}.{f}": getattr(getattr(invoice, n), f) for n in ("seller", "buyer") for f in ("name", "vat_identifier", "address")
    }
    return {
        "number": invoice.number, "issued": invoice.issue_date, "due": invoice.payment_due_date,
        "currency": invoice.currency_code,
        "type": invoice.type_code, "totals": invoice.totals, "account": invoice.payment.account_id, **parties,
        "lines": [(line.quantity, line.unit_price, line.net_amount, line.tax_rate) for line in invoice.lines],
        "taxes": [(t.rate, t.taxable_amount, t.tax_amount) for t in invoice.tax_breakdown],
    }  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: str(s.name))
def test_every_value_of_the_xml_is_read(sample: Sample) -> None:
    read = extract(sample.pdf)
    assert told(read.invoice) == told(sample.truth)
    assert read.readers[0] in ("cii", "ubl")


@pytest.mark.parametrize("sample", SAMPLES[:5], ids=lambda s: str(s.name))
def test_sound_e_invoices_show_no_disagreement(sample: Sample) -> None:
    codes = {f.code for f in extract(sample.pdf).invoice.findings}
    assert not codes & {"totals.do_not_add_up", "lines.do_not_add_up", "tax.does_not_add_up", "xml.disagrees_with_page"}
