"""Makes samples: a PDF and the invoice that stands in it. The same seed gives the same bytes.

How an invoice is drawn, dressed, laid out and written as XML stands in the modules that are imported here.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

from invoiceflow.domain.invoice import Invoice
from invoiceflow.domain.invoice_document import to_document
from samples.attachment import with_attachment
from samples.demo_set import DEMO
from samples.factur_x import cii_xml, zugferd1_xml
from samples.identifiers import leitweg_id
from samples.invoice_draw import LANGUAGES, Bill, Wishes, draw_bill
from samples.layouts.registry import LAYOUTS, Layout, draw
from samples.page_style import draw_style
from samples.sample import Kind, Sample, Xml
from samples.scan import scanned
from samples.truth import printed_truth
from samples.ubl import ubl_xml

_KINDS: Final[tuple[Kind, ...]] = ("plain",) * 11 + ("e-invoice",) * 7 + ("scan",) * 2
_XML_KINDS: Final[tuple[Xml, ...]] = ("factur-x", "factur-x", "factur-x", "xrechnung", "zugferd1", "ubl")


__all__ = ["Sample", "demo_samples", "sample_invoices", "write_samples"]


def sample_invoices(seed: int, count: int) -> Iterator[Sample]:
    """`count` samples of all layouts, languages and kinds. Each depends on the seed and its own place only."""
    for i in range(count):
        random = Random(f"{seed} {i}")
        kind = random.choice(_KINDS)
        language = random.choice((*LANGUAGES, "en", "de", "de", "fr"))
        layout = random.choice(tuple(LAYOUTS.values()))
        wishes = Wishes(has_vat=kind == "e-invoice")
        made = _sample(random, kind, language, layout, wishes, random.choice(_XML_KINDS))
        yield replace(made, name=f"{seed}-{i:05d}-{language}-{kind}-{layout.name}")


def demo_samples() -> list[Sample]:
    """The twelve of `make demo`: every language a clerk of Western Europe meets, and each kind of trouble once."""
    made = []
    for i, one in enumerate(DEMO):
        sample = _sample(Random(f"demo {i}"), one.kind, one.language, LAYOUTS[one.layout], one.wishes, one.xml)
        made.append(replace(sample, name=f"{one.language}-{one.words}-{one.wishes.number}".replace("/", "-").lower()))
    return made


def write_samples(folder: Path, samples: Iterable[Sample]) -> int:
    """Writes NAME.pdf and NAME.json (the truth as invoice document) and gives back how many samples there were.

    The folder is made; files of the same names are replaced. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for count, sample in enumerate(samples, start=1):  # noqa: B007  the count is the answer
        (folder / f"{sample.name}.pdf").write_bytes(sample.pdf)
        document = json.dumps(to_document(sample.truth), ensure_ascii=False, indent=2)
        (folder / f"{sample.name}.json").write_text(document + "\n", encoding="utf-8")
    return count


def _sample(random: Random, kind: Kind, language: str, layout: Layout, wishes: Wishes, xml: Xml) -> Sample:
    if layout.most_lines is not None:
        wishes = replace(wishes, lines=min(wishes.lines or random.randint(1, 8), layout.most_lines))
    bill = draw_bill(language, random, wishes)
    if kind == "e-invoice" and xml == "xrechnung" and not bill.invoice.buyer_reference:
        # BR-DE-15: an XRechnung has a buyer reference.
        bill = replace(bill, invoice=replace(bill.invoice, buyer_reference=leitweg_id(random.randint(10000, 99999))))
    style = draw_style(bill.seller, language, random, monospaced=layout.monospaced, is_credit_note=bill.is_credit_note)
    drawn = draw(layout, bill, style)
    if kind == "e-invoice":
        pdf, truth = _attached(drawn.pdf, bill, xml), _xml_truth(bill, xml)
    else:
        pdf, truth = drawn.pdf, printed_truth(bill, drawn.said)
        if kind == "scan":
            pdf = scanned(pdf, random)
    return Sample("", pdf, truth, layout.name, language, kind)


def _attached(pdf: bytes, bill: Bill, xml: Xml) -> bytes:
    made = bill.invoice.issue_date or date(2026, 1, 1)
    if xml == "zugferd1":
        return with_attachment(
            pdf, zugferd1_xml(bill), file_name="ZUGFeRD-invoice.xml", level="COMFORT", made=made, is_zugferd1=True
        )
    if xml == "ubl":
        return with_attachment(
            pdf, ubl_xml(bill), file_name="ubl-invoice.xml", level="EN 16931", made=made, mime_type="application/xml"
        )
    if xml == "xrechnung":
        return with_attachment(pdf, cii_xml(bill, "xrechnung"), file_name="xrechnung.xml", level="XRECHNUNG", made=made)
    return with_attachment(pdf, cii_xml(bill), file_name="factur-x.xml", level="EN 16931", made=made)


def _xml_truth(bill: Bill, xml: Xml) -> Invoice:
    """All of the invoice but what its XML cannot hold; the buyer has a tax number in none (only the seller's BT-32 exists)."""
    invoice = replace(bill.invoice, buyer=replace(bill.invoice.buyer, tax_registration=None))
    if xml == "zugferd1":
        seller, buyer = (replace(party, electronic_address=None) for party in (invoice.seller, invoice.buyer))
        invoice = replace(invoice, seller=seller, buyer=buyer)
    if xml == "ubl":
        due = None if bill.is_credit_note else invoice.payment_due_date
        reference = invoice.payment.reference if invoice.payment.account_id else None
        invoice = replace(invoice, payment_due_date=due, payment=replace(invoice.payment, reference=reference))
    return invoice
