"""UN/CEFACT Cross Industry Invoice (Factur-X, ZUGFeRD 1 and 2, XRechnung) as an EN 16931 invoice.

ZUGFeRD 1 uses older names for the same things; they are renamed first. Nothing is checked here: that is for the findings.
"""

from decimal import Decimal
from typing import Final

from lxml import etree

from invoiceflow.domain.invoice import Address, Invoice, InvoiceLine, Party, Payment, TaxSubtotal, Totals
from invoiceflow_reader.readers.xml_tree import amount_of, children, date_of, text_of

READER: Final = "cii"
_ORDER: Final = "BuyerOrderReferencedDocument"
MAX_LINES: Final = 20_000
ROOTS: Final = ("CrossIndustryInvoice", "CrossIndustryDocument")
_NAMES_OF_ZUGFERD_1: Final = {
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "ApplicablePercent": "RateApplicablePercent",
}
_LINE_TOTAL: Final = (
    "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
    "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementMonetarySummation/LineTotalAmount",
)


def read_cii(root: etree._Element) -> Invoice | None:
    """The invoice in a tree whose namespaces are off, or None where the tree is not a CII invoice."""
    if root.tag not in ROOTS:
        return None
    for element in root.iter():
        if element.tag in _NAMES_OF_ZUGFERD_1:
            element.tag = _NAMES_OF_ZUGFERD_1[element.tag]
    document = root.find("ExchangedDocument")
    deal = root.find("SupplyChainTradeTransaction")
    agreement = deal.find("ApplicableHeaderTradeAgreement") if deal is not None else None
    settlement = deal.find("ApplicableHeaderTradeSettlement") if deal is not None else None
    currency = text_of(settlement, "InvoiceCurrencyCode")
    return Invoice(
        number=text_of(document, "ID"),
        issue_date=date_of(text_of(document, "IssueDateTime/DateTimeString", "IssueDateTime/DateTime")),
        payment_due_date=date_of(text_of(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",
                                         "SpecifiedTradePaymentTerms/DueDateDateTime/DateTime")),
        currency_code=currency,
        type_code=text_of(document, "TypeCode"),
        purchase_order_reference=text_of(agreement, f"{_ORDER}/IssuerAssignedID", f"{_ORDER}/ID"),
        buyer_reference=text_of(agreement, "BuyerReference"),
        seller=_party(agreement, "SellerTradeParty"),
        buyer=_party(agreement, "BuyerTradeParty"),
        totals=_totals(settlement, currency),
        tax_breakdown=tuple(_subtotal(e) for e in children(settlement, "ApplicableTradeTax", 100)),
        lines=tuple(_line(e) for e in children(deal, "IncludedSupplyChainTradeLineItem", MAX_LINES) if _is_item(e)),
        payment=_payment(settlement),
    )  # fmt: skip


def _party(agreement: etree._Element | None, name: str) -> Party:
    party = agreement.find(name) if agreement is not None else None
    address = party.find("PostalTradeAddress") if party is not None else None
    return Party(
        name=text_of(party, "Name", "SpecifiedLegalOrganization/TradingBusinessName"),
        vat_identifier=text_of(party, "SpecifiedTaxRegistration/ID[@schemeID='VA']"),
        tax_registration=text_of(party, "SpecifiedTaxRegistration/ID[@schemeID='FC']"),
        address=Address(
            line_one=text_of(address, "LineOne"),
            line_two=text_of(address, "LineTwo"),
            line_three=text_of(address, "LineThree"),
            city=text_of(address, "CityName"),
            post_code=text_of(address, "PostcodeCode"),
            country_subdivision=text_of(address, "CountrySubDivisionName"),
            country_code=text_of(address, "CountryID"),
        ),
        electronic_address=text_of(party, "URIUniversalCommunication/URIID"),
    )


def _totals(settlement: etree._Element | None, currency: str | None) -> Totals:
    found = None
    if settlement is not None:
        found = settlement.find("SpecifiedTradeSettlementHeaderMonetarySummation")
        if found is None:
            found = settlement.find("SpecifiedTradeSettlementMonetarySummation")
    return Totals(
        line_net_total=amount_of(found, "LineTotalAmount"),
        without_tax=amount_of(found, "TaxBasisTotalAmount"),
        tax=_tax_total(found, currency),
        with_tax=amount_of(found, "GrandTotalAmount"),
        paid=amount_of(found, "TotalPrepaidAmount"),
        amount_due=amount_of(found, "DuePayableAmount"),
    )


def _tax_total(summation: etree._Element | None, currency: str | None) -> Decimal | None:
    """BT-110 is the one in the invoice currency; a second one (BT-111) is in the accounting currency."""
    amounts = list(children(summation, "TaxTotalAmount", 4))
    own = [e for e in amounts if e.get("currencyID") in (currency, None)]
    chosen = (own or amounts)[:1]
    return amount_of(chosen[0], ".") if chosen else None


def _subtotal(tax: etree._Element) -> TaxSubtotal:
    return TaxSubtotal(
        category_code=text_of(tax, "CategoryCode"),
        rate=amount_of(tax, "RateApplicablePercent"),
        taxable_amount=amount_of(tax, "BasisAmount"),
        tax_amount=amount_of(tax, "CalculatedAmount"),
    )


def _is_item(line: etree._Element) -> bool:
    """ZUGFeRD 1 knows lines that carry a note only."""
    return text_of(line, "SpecifiedTradeProduct/Name", "SpecifiedTradeProduct/Description", *_LINE_TOTAL) is not None


def _line(line: etree._Element) -> InvoiceLine:
    quantity = line.find("SpecifiedLineTradeDelivery/BilledQuantity")
    name, more = text_of(line, "SpecifiedTradeProduct/Name"), text_of(line, "SpecifiedTradeProduct/Description")
    return InvoiceLine(
        identifier=text_of(line, "AssociatedDocumentLineDocument/LineID"),
        description="\n".join(part for part in (name, more) if part) or None,
        quantity=amount_of(quantity, "."),
        unit_code=quantity.get("unitCode") if quantity is not None else None,
        unit_price=amount_of(line, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount"),
        net_amount=amount_of(line, *_LINE_TOTAL),
        tax_rate=amount_of(line, "SpecifiedLineTradeSettlement/ApplicableTradeTax/RateApplicablePercent"),
        status_reason_code=text_of(line, "AssociatedDocumentLineDocument/LineStatusReasonCode"),
    )


def _payment(settlement: etree._Element | None) -> Payment:
    means = "SpecifiedTradeSettlementPaymentMeans/"
    account = means + "PayeePartyCreditorFinancialAccount/"
    return Payment(
        account_id=text_of(settlement, account + "IBANID", account + "ProprietaryID"),
        bic=text_of(settlement, means + "PayeeSpecifiedCreditorFinancialInstitution/BICID"),
        reference=text_of(settlement, "PaymentReference"),
        terms=text_of(settlement, "SpecifiedTradePaymentTerms/Description"),
    )
