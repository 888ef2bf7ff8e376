"""When a sample of the demo counts as read."""

from typing import Any

from invoiceflow_cli.demo import fault_of, missing_in
from samples.generate import Sample, demo_samples

SAMPLES = demo_samples()
E_INVOICE = next(sample for sample in SAMPLES if sample.kind == "e-invoice")
SCAN = next(sample for sample in SAMPLES if sample.kind == "scan")


def hit(sample: Sample, **changes: object) -> dict[str, Any]:
    truth = sample.truth
    right: dict[str, Any] = {
        "filename": f"{sample.name}.pdf",
        "status": "COMPLETED",
        "findings": [],
        "number": truth.number,
        "issue_date": truth.issue_date.isoformat() if truth.issue_date else None,
        "currency_code": truth.currency_code,
        "seller": {"name": truth.seller.name},
        "totals": {"with_tax": str(truth.totals.with_tax)},
    }
    return {**right, **changes}


def test_an_e_invoice_read_as_its_xml_says_is_right() -> None:
    assert fault_of(E_INVOICE, hit(E_INVOICE)) is None


def test_an_e_invoice_read_otherwise_is_told_with_both_values() -> None:
    fault = fault_of(E_INVOICE, hit(E_INVOICE, number="X-1", totals={"with_tax": "0.01"}))
    assert fault is not None
    assert f"number X-1 was read, {E_INVOICE.truth.number} is right" in fault
    assert "total 0.01 was read" in fault


def test_an_e_invoice_without_a_total_is_a_fault() -> None:
    assert "total None was read" in str(fault_of(E_INVOICE, hit(E_INVOICE, totals={"with_tax": None})))


def test_a_page_without_xml_must_only_be_completed() -> None:
    assert fault_of(SCAN, hit(SCAN, number=None)) is None
    fault = fault_of(SCAN, hit(SCAN, status="FAILED", findings=["extraction.out_of_time"]))
    assert fault == f"{SCAN.name}.pdf is FAILED: extraction.out_of_time"


def test_what_an_invoice_lacks_is_told_with_its_findings() -> None:
    assert missing_in(hit(SCAN)) is None
    lacking = hit(SCAN, number=None, totals={"with_tax": None}, findings=["page.not_recognized"])
    assert missing_in(lacking) == f"{SCAN.name}.pdf: no number, total; findings: page.not_recognized"
