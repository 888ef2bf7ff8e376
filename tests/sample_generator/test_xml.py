"""The XML that e-invoices carry: where it is, and that it says what the truth says."""

from io import BytesIO
from random import Random

import pikepdf
import pytest
from lxml import etree

from samples.attachment import with_attachment
from samples.factur_x import cii_xml, zugferd1_xml
from samples.generate import Sample
from samples.hostile import one_page
from samples.invoice_draw import LANGUAGES, Bill, Wishes, draw_bill
from samples.ubl import ubl_xml

RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def attachments(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(pdf)) as document:
        return {name: specification.get_file().read_bytes() for name, specification in document.attachments.items()}


def texts(xml: bytes, path: str) -> list[str]:
    found = etree.fromstring(xml).xpath("//" + "/".join(f"*[local-name()='{step}']" for step in path.split("/")))
    assert isinstance(found, list)
    return [str(element.text) for element in found if isinstance(element, etree._Element)]


@pytest.fixture(params=range(24))
def bill(request: pytest.FixtureRequest) -> Bill:
    return draw_bill(LANGUAGES[request.param % len(LANGUAGES)], Random(request.param), Wishes(has_vat=True))


def test_e_invoices_carry_one_xml_as_associated_file_and_say_so_in_xmp(drawn: list[Sample]) -> None:
    names = set()
    for sample in drawn:
        if sample.kind != "e-invoice":
            assert not attachments(sample.pdf)
            continue
        (name, xml), *more = attachments(sample.pdf).items()
        assert not more
        names.add(name)
        assert sample.truth.number in texts(xml, "ID")
        with pikepdf.open(BytesIO(sample.pdf)) as document:
            assert document.Root.AF[0].AFRelationship == pikepdf.Name.Alternative
            assert name.encode() in document.Root.Metadata.read_bytes()
    assert names == {"factur-x.xml", "xrechnung.xml", "ZUGFeRD-invoice.xml", "ubl-invoice.xml"}


def test_the_cii_says_what_the_invoice_says(bill: Bill) -> None:
    invoice, xml = bill.invoice, cii_xml(bill)
    totals = "SpecifiedTradeSettlementHeaderMonetarySummation"
    assert texts(xml, "ExchangedDocument/ID") == [invoice.number]
    assert texts(xml, f"{totals}/GrandTotalAmount") == [str(invoice.totals.with_tax)]
    assert texts(xml, f"{totals}/TaxTotalAmount") == [str(invoice.totals.tax)]
    assert texts(xml, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount") == [
        str(x.net_amount) for x in invoice.lines
    ]
    assert texts(xml, "SellerTradeParty/Name") == [invoice.seller.name]
    assert texts(xml, "PayeePartyCreditorFinancialAccount/IBANID") == [invoice.payment.account_id]
    assert len(texts(xml, "ApplicableHeaderTradeSettlement/ApplicableTradeTax")) == len(invoice.tax_breakdown)


def test_elements_stand_in_the_order_of_the_schema(bill: Bill) -> None:
    """The order that xs:sequence asks for; the official schema and Schematron are not part of the project."""
    transaction = etree.fromstring(cii_xml(bill))[-1]
    order = [child.tag.removeprefix(RAM) for child in transaction]
    assert order[: len(bill.invoice.lines)] == ["IncludedSupplyChainTradeLineItem"] * len(bill.invoice.lines)
    header = ["ApplicableHeaderTradeAgreement", "ApplicableHeaderTradeDelivery", "ApplicableHeaderTradeSettlement"]
    assert order[len(bill.invoice.lines) :] == header
    known = [
        "PaymentReference", "InvoiceCurrencyCode", "SpecifiedTradeSettlementPaymentMeans", "ApplicableTradeTax",
        "SpecifiedTradeAllowanceCharge", "SpecifiedTradePaymentTerms", "SpecifiedTradeSettlementHeaderMonetarySummation",
    ]  # fmt: skip
    places = [known.index(child.tag.removeprefix(RAM)) for child in transaction[-1]]
    assert places == sorted(places)


def test_zugferd_1_puts_its_lines_last_and_knows_no_electronic_address(bill: Bill) -> None:
    xml = zugferd1_xml(bill)
    root = etree.fromstring(xml)
    assert root.tag == "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument"
    assert "IncludedSupplyChainTradeLineItem" in root[-1][-1].tag
    assert not texts(xml, "URIUniversalCommunication")
    assert texts(xml, "SpecifiedTradeProduct/Name") == list(bill.names)


def test_xrechnung_names_a_contact_and_the_process(bill: Bill) -> None:
    xml = cii_xml(bill, "xrechnung")
    assert texts(xml, "DefinedTradeContact/PersonName") == [bill.seller.manager]
    assert texts(xml, "BusinessProcessSpecifiedDocumentContextParameter/ID")
    assert "xrechnung" in texts(xml, "GuidelineSpecifiedDocumentContextParameter/ID")[0]


def test_the_ubl_says_what_the_invoice_says(bill: Bill) -> None:
    invoice, xml = bill.invoice, ubl_xml(bill)
    assert texts(xml, "LegalMonetaryTotal/TaxInclusiveAmount") == [str(invoice.totals.with_tax)]
    assert texts(xml, "TaxSubtotal/TaxAmount") == [str(row.tax_amount) for row in invoice.tax_breakdown]
    assert texts(xml, "Item/Name") == list(bill.names)
    assert texts(xml, "PayeeFinancialAccount/ID") == [invoice.payment.account_id]


def test_only_euros_are_paid_by_sepa(bill: Bill) -> None:
    wanted = ["58" if bill.invoice.currency_code == "EUR" else "30"]
    assert texts(cii_xml(bill), "SpecifiedTradeSettlementPaymentMeans/TypeCode") == wanted
    assert texts(ubl_xml(bill), "PaymentMeans/PaymentMeansCode") == wanted


def test_a_ubl_credit_note_has_a_root_of_its_own() -> None:
    bill = draw_bill("nl", Random(2), Wishes(credit_note=True))
    xml = ubl_xml(bill)
    assert etree.fromstring(xml).tag.endswith("}CreditNote")
    assert texts(xml, "CreditNoteLine/CreditedQuantity")
    assert not texts(xml, "DueDate")


def test_a_small_business_gives_its_reason_and_its_tax_number_only() -> None:
    bill = draw_bill("de", Random(3), Wishes(seller="Grünspecht Gartenbau"))
    xml = cii_xml(bill)
    assert texts(xml, "SellerTradeParty/SpecifiedTaxRegistration/ID") == [bill.invoice.seller.tax_registration]
    assert "§ 19" in texts(xml, "ApplicableTradeTax/ExemptionReason")[0]
    assert bill.invoice.totals.tax == 0


def test_attaching_twice_gives_the_same_bytes() -> None:
    bill = draw_bill("de", Random(3))
    assert bill.invoice.issue_date
    once, twice = (
        with_attachment(one_page(), cii_xml(bill), file_name="factur-x.xml", level="EN 16931", made=bill.invoice.issue_date)
        for _ in range(2)
    )
    assert once == twice
