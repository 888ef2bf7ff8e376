"""UBL as it comes from outside: two currencies of tax, credit notes, parts that are missing."""

from datetime import date
from decimal import Decimal

import pytest

from invoiceflow.domain.invoice import Invoice
from invoiceflow_reader.readers.ubl import read_ubl
from invoiceflow_reader.readers.xml_tree import parse_safely, without_namespaces

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
WHOLE = """
<cbc:ID>INV-7</cbc:ID><cbc:IssueDate>2026-03-01</cbc:IssueDate><cbc:DueDate>2026-03-31</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>B-9</cbc:BuyerReference><cac:OrderReference><cbc:ID>PO-4</cbc:ID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID>a@example.org</cbc:EndpointID>
  <cac:PartyName><cbc:Name>Trading name</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Main 1</cbc:StreetName><cbc:AdditionalStreetName>Yard</cbc:AdditionalStreetName>
    <cbc:CityName>Utrecht</cbc:CityName><cbc:PostalZone>3511</cbc:PostalZone><cbc:CountrySubentity>UT</cbc:CountrySubentity>
    <cac:AddressLine><cbc:Line>Door 3</cbc:Line></cac:AddressLine>
    <cac:Country><cbc:IdentificationCode>NL</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  <cac:PartyTaxScheme><cbc:CompanyID>NL123</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyTaxScheme><cbc:CompanyID>77/88</cbc:CompanyID><cac:TaxScheme><cbc:ID>TAX</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
  <cac:PartyLegalEntity><cbc:RegistrationName>Legal name B.V.</cbc:RegistrationName></cac:PartyLegalEntity>
</cac:Party></cac:AccountingSupplierParty>
<cac:PaymentMeans><cbc:PaymentID>RF18</cbc:PaymentID><cac:PayeeFinancialAccount><cbc:ID>NL91ABNA0417164300</cbc:ID>
  <cac:FinancialInstitutionBranch><cbc:ID>ABNANL2A</cbc:ID></cac:FinancialInstitutionBranch></cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:PaymentTerms><cbc:Note>30 days</cbc:Note></cac:PaymentTerms>
<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">240.00</cbc:TaxAmount></cac:TaxTotal>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">21.00</cbc:TaxAmount><cac:TaxSubtotal>
  <cbc:TaxableAmount>100.00</cbc:TaxableAmount><cbc:TaxAmount>21.00</cbc:TaxAmount>
  <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount>100.00</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount>100.00</cbc:TaxExclusiveAmount>
  <cbc:TaxInclusiveAmount>121.00</cbc:TaxInclusiveAmount><cbc:PrepaidAmount>21.00</cbc:PrepaidAmount>
  <cbc:PayableAmount>100.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">4</cbc:InvoicedQuantity>
  <cbc:LineExtensionAmount>100.00</cbc:LineExtensionAmount>
  <cac:Item><cbc:Description>oak</cbc:Description><cbc:Name>Chair</cbc:Name>
    <cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>21</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>
  <cac:Price><cbc:PriceAmount>25.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
"""


def read(body: str, root: str = "Invoice") -> Invoice | None:
    namespaces = (
        f'xmlns="{UBL}:{root}-2" xmlns:cac="{UBL}:CommonAggregateComponents-2" xmlns:cbc="{UBL}:CommonBasicComponents-2"'
    )
    tree = parse_safely(f"<{root} {namespaces}>{body}</{root}>".encode())
    assert tree is not None
    return read_ubl(without_namespaces(tree))


def whole() -> Invoice:
    invoice = read(WHOLE)
    assert invoice is not None
    return invoice


def test_the_head_the_parties_and_the_payment_are_read() -> None:
    invoice = whole()
    assert (invoice.number, invoice.issue_date, invoice.payment_due_date) == ("INV-7", date(2026, 3, 1), date(2026, 3, 31))
    assert (invoice.type_code, invoice.purchase_order_reference, invoice.buyer_reference) == ("380", "PO-4", "B-9")
    seller = invoice.seller
    assert (seller.name, seller.vat_identifier, seller.tax_registration) == ("Legal name B.V.", "NL123", "77/88")
    assert (seller.address.line_three, seller.address.country_code, seller.electronic_address) == (
        "Door 3",
        "NL",
        "a@example.org",
    )
    assert invoice.buyer.name is None
    payment = invoice.payment
    assert (payment.account_id, payment.bic, payment.reference) == ("NL91ABNA0417164300", "ABNANL2A", "RF18")
    assert payment.terms == "30 days"


def test_the_tax_is_the_one_in_the_currency_of_the_invoice() -> None:
    invoice = whole()
    assert invoice.totals.tax == Decimal("21.00")
    [subtotal] = invoice.tax_breakdown
    assert (subtotal.category_code, subtotal.rate, subtotal.taxable_amount) == ("S", Decimal(21), Decimal("100.00"))
    only = read(WHOLE.replace('currencyID="EUR"', 'currencyID="NOK"'))
    assert only is not None
    assert only.totals.tax == Decimal("240.00")  # none is in euros: the first there is


def test_a_line_has_its_name_and_its_description() -> None:
    [line] = whole().lines
    assert (line.description, line.quantity, line.unit_code) == ("Chair\noak", Decimal(4), "C62")
    assert (line.unit_price, line.net_amount, line.tax_rate) == (Decimal("25.00"), Decimal("100.00"), Decimal(21))


def test_a_credit_note_has_credited_quantities() -> None:
    body = WHOLE.replace("InvoicedQuantity", "CreditedQuantity").replace("InvoiceLine", "CreditNoteLine")
    invoice = read(body.replace("InvoiceTypeCode", "CreditNoteTypeCode").replace(">380<", ">381<"), "CreditNote")
    assert invoice is not None
    assert invoice.type_code == "381"
    assert [line.quantity for line in invoice.lines] == [Decimal(4)]


def test_what_the_document_leaves_out_is_none() -> None:
    invoice = read("<cac:LegalMonetaryTotal/>")
    assert invoice is not None
    assert (invoice.number, invoice.issue_date, invoice.seller.name, invoice.seller.vat_identifier) == (None, None, None, None)
    assert (invoice.totals.tax, invoice.totals.with_tax, invoice.lines, invoice.tax_breakdown) == (None, None, (), ())


@pytest.mark.parametrize("root", ["Order", "Invoice"])
def test_another_document_is_none(root: str) -> None:
    assert read("<cbc:ID>7</cbc:ID>", root) is None
