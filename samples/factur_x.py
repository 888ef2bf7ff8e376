"""An invoice as Cross Industry Invoice XML: Factur-X/ZUGFeRD 2 profile EN 16931, XRechnung, and the older ZUGFeRD 1.0.

Element order follows the UN/CEFACT schemas D16B (and D13B for ZUGFeRD 1.0). How it gets into a PDF is `attachment`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from lxml import etree

from invoiceflow.domain.invoice import Invoice, InvoiceLine, Party
from samples.invoice_draw import Bill

Profile = Literal["en16931", "xrechnung"]
GUIDELINES: Final[dict[str, str]] = {
    "en16931": "urn:cen.eu:en16931:2017",
    "xrechnung": "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
    "zugferd1": "urn:ferd:CrossIndustryDocument:invoice:1p0:comfort",
}
_PEPPOL_BILLING: Final = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_PAYMENT_NOT_DEFINED: Final = "1"  # UNTDID 4461


@dataclass(frozen=True)
class _Names:
    """Where the two generations of the schema differ in names."""

    namespaces: dict[str, str]
    root: str
    context: str
    document: str
    transaction: str
    agreement: str
    delivery: str
    settlement: str
    line_agreement: str
    line_delivery: str
    line_settlement: str
    line_summation: str
    summation: str
    percent: str


_D16B: Final = _Names(
    namespaces={
        "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
        "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
        "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    },
    root="rsm:CrossIndustryInvoice",
    context="rsm:ExchangedDocumentContext",
    document="rsm:ExchangedDocument",
    transaction="rsm:SupplyChainTradeTransaction",
    agreement="ram:ApplicableHeaderTradeAgreement",
    delivery="ram:ApplicableHeaderTradeDelivery",
    settlement="ram:ApplicableHeaderTradeSettlement",
    line_agreement="ram:SpecifiedLineTradeAgreement",
    line_delivery="ram:SpecifiedLineTradeDelivery",
    line_settlement="ram:SpecifiedLineTradeSettlement",
    line_summation="ram:SpecifiedTradeSettlementLineMonetarySummation",
    summation="ram:SpecifiedTradeSettlementHeaderMonetarySummation",
    percent="ram:RateApplicablePercent",
)
_D13B: Final = _Names(
    namespaces={
        "rsm": "urn:ferd:CrossIndustryDocument:invoice:1p0",
        "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12",
        "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15",
    },
    root="rsm:CrossIndustryDocument",
    context="rsm:SpecifiedExchangedDocumentContext",
    document="rsm:HeaderExchangedDocument",
    transaction="rsm:SpecifiedSupplyChainTradeTransaction",
    agreement="ram:ApplicableSupplyChainTradeAgreement",
    delivery="ram:ApplicableSupplyChainTradeDelivery",
    settlement="ram:ApplicableSupplyChainTradeSettlement",
    line_agreement="ram:SpecifiedSupplyChainTradeAgreement",
    line_delivery="ram:SpecifiedSupplyChainTradeDelivery",
    line_settlement="ram:SpecifiedSupplyChainTradeSettlement",
    line_summation="ram:SpecifiedTradeSettlementMonetarySummation",
    summation="ram:SpecifiedTradeSettlementMonetarySummation",
    percent="ram:ApplicablePercent",
)


def cii_xml(bill: Bill, profile: Profile = "en16931") -> bytes:
    """The bill as CII D16B, UTF-8. XRechnung adds the process and the seller's contact that it asks for."""
    return _Writer(bill, _D16B, profile).xml()


def credit_transfer(currency_code: str | None) -> str:
    """The means of payment (BT-81, UNTDID 4461): SEPA moves euros only."""
    return "58" if currency_code == "EUR" else "30"


def zugferd1_xml(bill: Bill) -> bytes:
    """The bill as ZUGFeRD 1.0, profile COMFORT, which knows no electronic addresses."""
    return _Writer(bill, _D13B, "zugferd1").xml()


class _Writer:
    def __init__(self, bill: Bill, names: _Names, profile: str) -> None:
        self._bill, self._names, self._profile = bill, names, profile
        self._invoice: Invoice = bill.invoice
        self._is_first_generation = names is _D13B

    def xml(self) -> bytes:
        names = self._names
        root = etree.Element(self._tag(names.root), nsmap=names.namespaces)
        context = self._add(root, names.context)
        if self._profile == "xrechnung":
            self._add(self._add(context, "ram:BusinessProcessSpecifiedDocumentContextParameter"), "ram:ID", _PEPPOL_BILLING)
        self._add(self._add(context, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", GUIDELINES[self._profile])
        document = self._add(root, names.document)
        self._add(document, "ram:ID", self._invoice.number)
        if self._is_first_generation:
            self._add(document, "ram:Name", "GUTSCHRIFT" if self._bill.is_credit_note else "RECHNUNG")
        self._add(document, "ram:TypeCode", self._invoice.type_code)
        self._date(self._add(document, "ram:IssueDateTime"), self._invoice.issue_date)
        transaction = self._add(root, names.transaction)
        if not self._is_first_generation:
            self._lines(transaction)
        self._agreement(self._add(transaction, names.agreement))
        occurrence = self._add(self._add(transaction, names.delivery), "ram:ActualDeliverySupplyChainEvent")
        self._date(self._add(occurrence, "ram:OccurrenceDateTime"), self._bill.delivery_date)
        self._settlement(self._add(transaction, names.settlement))
        if self._is_first_generation:
            self._lines(transaction)
        etree.indent(root)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))

    def _lines(self, transaction: etree._Element) -> None:
        for i, line in enumerate(self._invoice.lines):
            item = self._add(transaction, "ram:IncludedSupplyChainTradeLineItem")
            self._add(self._add(item, "ram:AssociatedDocumentLineDocument"), "ram:LineID", line.identifier)
            if not self._is_first_generation:
                self._product(item, i)
            price = self._add(self._add(item, self._names.line_agreement), "ram:NetPriceProductTradePrice")
            self._amount(price, "ram:ChargeAmount", line.unit_price)
            quantity = self._add(self._add(item, self._names.line_delivery), "ram:BilledQuantity", str(line.quantity))
            quantity.set("unitCode", line.unit_code or "C62")
            self._line_settlement(item, line)
            if self._is_first_generation:
                self._product(item, i)

    def _product(self, item: etree._Element, i: int) -> None:
        product = self._add(item, "ram:SpecifiedTradeProduct")
        self._add(product, "ram:Name", self._bill.names[i])
        self._add(product, "ram:Description", self._bill.details[i])

    def _line_settlement(self, item: etree._Element, line: InvoiceLine) -> None:
        settlement = self._add(item, self._names.line_settlement)
        self._tax(settlement, "ram:ApplicableTradeTax", self._invoice.tax_breakdown[0].category_code, line.tax_rate)
        summation = self._add(settlement, self._names.line_summation)
        self._amount(summation, "ram:LineTotalAmount", line.net_amount)

    def _tax(self, parent: etree._Element, name: str, category: str | None, rate: Decimal | None) -> etree._Element:
        tax = self._add(parent, name)
        self._add(tax, "ram:TypeCode", "VAT")
        self._add(tax, "ram:CategoryCode", category)
        self._add(tax, self._names.percent, str(rate))
        return tax

    def _agreement(self, agreement: etree._Element) -> None:
        self._add(agreement, "ram:BuyerReference", self._invoice.buyer_reference)
        self._party(
            self._add(agreement, "ram:SellerTradeParty"), self._invoice.seller, with_contact=self._profile == "xrechnung"
        )
        self._party(self._add(agreement, "ram:BuyerTradeParty"), self._invoice.buyer, with_contact=False)
        if self._invoice.purchase_order_reference:
            order = self._add(agreement, "ram:BuyerOrderReferencedDocument")
            name = "ram:ID" if self._is_first_generation else "ram:IssuerAssignedID"
            self._add(order, name, self._invoice.purchase_order_reference)

    def _party(self, element: etree._Element, party: Party, *, with_contact: bool) -> None:
        self._add(element, "ram:Name", party.name)
        if party is self._invoice.seller and not self._is_first_generation:
            self._add(self._add(element, "ram:SpecifiedLegalOrganization"), "ram:ID", self._bill.seller.register)
        if with_contact:
            contact = self._add(element, "ram:DefinedTradeContact")
            self._add(contact, "ram:PersonName", self._bill.seller.manager)
            self._add(self._add(contact, "ram:TelephoneUniversalCommunication"), "ram:CompleteNumber", self._bill.seller.phone)
            self._add(self._add(contact, "ram:EmailURIUniversalCommunication"), "ram:URIID", self._bill.seller.email)
        address = self._add(element, "ram:PostalTradeAddress")
        self._add(address, "ram:PostcodeCode", party.address.post_code)
        self._add(address, "ram:LineOne", party.address.line_one)
        self._add(address, "ram:CityName", party.address.city)
        self._add(address, "ram:CountryID", party.address.country_code)
        if party.electronic_address and not self._is_first_generation:
            self._add(self._add(element, "ram:URIUniversalCommunication"), "ram:URIID", party.electronic_address).set(
                "schemeID", "EM"
            )
        for scheme, value in (("FC", party.tax_registration), ("VA", party.vat_identifier)):
            # Only the seller has a local tax number in EN 16931 (BT-32).
            if value and (scheme == "VA" or party is self._invoice.seller):
                self._add(self._add(element, "ram:SpecifiedTaxRegistration"), "ram:ID", value).set("schemeID", scheme)

    def _settlement(self, settlement: etree._Element) -> None:
        invoice = self._invoice
        self._add(settlement, "ram:PaymentReference", invoice.payment.reference)
        self._add(settlement, "ram:InvoiceCurrencyCode", invoice.currency_code)
        means = self._add(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
        means_code = credit_transfer(invoice.currency_code) if invoice.payment.account_id else _PAYMENT_NOT_DEFINED
        self._add(means, "ram:TypeCode", means_code)
        if invoice.payment.account_id:
            self._add(self._add(means, "ram:PayeePartyCreditorFinancialAccount"), "ram:IBANID", invoice.payment.account_id)
            self._add(self._add(means, "ram:PayeeSpecifiedCreditorFinancialInstitution"), "ram:BICID", invoice.payment.bic)
        for row in invoice.tax_breakdown:
            tax = self._add(settlement, "ram:ApplicableTradeTax")
            self._amount(tax, "ram:CalculatedAmount", row.tax_amount)
            self._add(tax, "ram:TypeCode", "VAT")
            self._add(tax, "ram:ExemptionReason", self._bill.exemption_reason)
            self._amount(tax, "ram:BasisAmount", row.taxable_amount)
            self._add(tax, "ram:CategoryCode", row.category_code)
            self._add(tax, self._names.percent, str(row.rate))
        self._adjustments(settlement)
        terms = self._add(settlement, "ram:SpecifiedTradePaymentTerms")
        self._add(terms, "ram:Description", invoice.payment.terms)
        if invoice.payment_due_date:
            self._date(self._add(terms, "ram:DueDateDateTime"), invoice.payment_due_date)
        self._summation(self._add(settlement, self._names.summation))

    def _adjustments(self, settlement: etree._Element) -> None:
        for one in self._bill.adjustments:
            element = self._add(settlement, "ram:SpecifiedTradeAllowanceCharge")
            self._add(self._add(element, "ram:ChargeIndicator"), "udt:Indicator", "true" if one.is_charge else "false")
            if one.percent is not None:
                self._add(element, "ram:CalculationPercent", str(one.percent))
                self._amount(element, "ram:BasisAmount", one.base)
            self._amount(element, "ram:ActualAmount", one.amount)
            self._add(element, "ram:Reason", one.reason)
            self._tax(element, "ram:CategoryTradeTax", one.category_code, one.rate)

    def _summation(self, element: etree._Element) -> None:
        totals, zero = self._invoice.totals, Decimal("0.00")
        charges = sum((one.amount for one in self._bill.adjustments if one.is_charge), zero)
        allowances = sum((one.amount for one in self._bill.adjustments if not one.is_charge), zero)
        self._amount(element, "ram:LineTotalAmount", totals.line_net_total)
        self._amount(element, "ram:ChargeTotalAmount", charges)
        self._amount(element, "ram:AllowanceTotalAmount", allowances)
        self._amount(element, "ram:TaxBasisTotalAmount", totals.without_tax)
        self._amount(element, "ram:TaxTotalAmount", totals.tax, with_currency=True)
        self._amount(element, "ram:GrandTotalAmount", totals.with_tax)
        self._amount(element, "ram:TotalPrepaidAmount", totals.paid)
        self._amount(element, "ram:DuePayableAmount", totals.amount_due)

    def _amount(self, parent: etree._Element, name: str, value: Decimal | None, *, with_currency: bool = False) -> None:
        if value is None:
            return
        element = self._add(parent, name, format(value, "f"))
        # ZUGFeRD 1.0 wants the currency on every amount, EN 16931 on the tax total only.
        if with_currency or self._is_first_generation:
            element.set("currencyID", self._invoice.currency_code or "")

    def _date(self, parent: etree._Element, value: date | None) -> None:
        if value:
            self._add(parent, "udt:DateTimeString", f"{value:%Y%m%d}").set("format", "102")

    def _add(self, parent: etree._Element, name: str, text: str | None = "") -> etree._Element:
        """A child with this text. Text None means the value is absent: then the element is not attached."""
        element = etree.Element(self._tag(name))
        if text is not None:
            element.text = text or None
            parent.append(element)
        return element

    def _tag(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        return f"{{{self._names.namespaces[prefix]}}}{local}"
