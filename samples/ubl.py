"""An invoice as UBL 2.1 Invoice or CreditNote, in the order of its schema, with the EN 16931 customization."""

from decimal import Decimal
from typing import Any, Final

from lxml import etree

from invoiceflow.domain.invoice import InvoiceLine, Party
from samples.factur_x import GUIDELINES, credit_transfer
from samples.invoice_draw import Bill

_CAC: Final = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
_CBC: Final = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
_ROOT: Final = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"


def ubl_xml(bill: Bill) -> bytes:
    """The bill in UTF-8. A credit note has a root of its own, no due date at the top, and credited quantities."""
    return _Writer(bill).xml()


class _Writer:
    def __init__(self, bill: Bill) -> None:
        self._bill, self._invoice = bill, bill.invoice
        self._kind = "CreditNote" if bill.is_credit_note else "Invoice"

    def xml(self) -> bytes:
        invoice = self._invoice
        root_namespace = _ROOT.format(self._kind)
        namespaces: dict[Any, str] = {None: root_namespace, "cac": _CAC, "cbc": _CBC}  # the stubs know no default namespace
        root = etree.Element(f"{{{root_namespace}}}{self._kind}", nsmap=namespaces)
        _basic(root, "CustomizationID", GUIDELINES["en16931"])
        _basic(root, "ID", invoice.number)
        _basic(root, "IssueDate", invoice.issue_date.isoformat() if invoice.issue_date else None)
        if not self._bill.is_credit_note:
            _basic(root, "DueDate", invoice.payment_due_date.isoformat() if invoice.payment_due_date else None)
        _basic(root, f"{self._kind}TypeCode", invoice.type_code)
        _basic(root, "DocumentCurrencyCode", invoice.currency_code)
        _basic(root, "BuyerReference", invoice.buyer_reference)
        if invoice.purchase_order_reference:
            _basic(_aggregate(root, "OrderReference"), "ID", invoice.purchase_order_reference)
        self._party(_aggregate(_aggregate(root, "AccountingSupplierParty"), "Party"), invoice.seller, is_seller=True)
        self._party(_aggregate(_aggregate(root, "AccountingCustomerParty"), "Party"), invoice.buyer, is_seller=False)
        _basic(_aggregate(root, "Delivery"), "ActualDeliveryDate", self._bill.delivery_date.isoformat())
        self._payment(root)
        self._adjustments(root)
        self._taxes(root)
        self._totals(_aggregate(root, "LegalMonetaryTotal"))
        for i, line in enumerate(invoice.lines):
            self._line(root, i, line)
        etree.indent(root)
        return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))

    def _party(self, element: etree._Element, party: Party, *, is_seller: bool) -> None:
        endpoint = _basic(element, "EndpointID", party.electronic_address)
        endpoint.set("schemeID", "EM")
        address = _aggregate(element, "PostalAddress")
        _basic(address, "StreetName", party.address.line_one)
        _basic(address, "CityName", party.address.city)
        _basic(address, "PostalZone", party.address.post_code)
        _basic(_aggregate(address, "Country"), "IdentificationCode", party.address.country_code)
        for scheme, value in (("VAT", party.vat_identifier), ("FC", party.tax_registration if is_seller else None)):
            if value:
                tax = _aggregate(element, "PartyTaxScheme")
                _basic(tax, "CompanyID", value)
                _basic(_aggregate(tax, "TaxScheme"), "ID", scheme)
        entity = _aggregate(element, "PartyLegalEntity")
        _basic(entity, "RegistrationName", party.name)
        _basic(entity, "CompanyID", self._bill.seller.register if is_seller else None)

    def _payment(self, root: etree._Element) -> None:
        payment = self._invoice.payment
        if payment.account_id:
            means = _aggregate(root, "PaymentMeans")
            _basic(means, "PaymentMeansCode", credit_transfer(self._invoice.currency_code))
            _basic(means, "PaymentID", payment.reference)
            account = _aggregate(means, "PayeeFinancialAccount")
            _basic(account, "ID", payment.account_id)
            _basic(_aggregate(account, "FinancialInstitutionBranch"), "ID", payment.bic)
        if payment.terms:
            _basic(_aggregate(root, "PaymentTerms"), "Note", payment.terms)

    def _adjustments(self, root: etree._Element) -> None:
        for one in self._bill.adjustments:
            element = _aggregate(root, "AllowanceCharge")
            _basic(element, "ChargeIndicator", "true" if one.is_charge else "false")
            _basic(element, "AllowanceChargeReason", one.reason)
            if one.percent is not None:
                _basic(element, "MultiplierFactorNumeric", str(one.percent))
            self._amount(element, "Amount", one.amount)
            if one.percent is not None:
                self._amount(element, "BaseAmount", one.base)
            self._category(element, "TaxCategory", one.category_code, one.rate)

    def _taxes(self, root: etree._Element) -> None:
        total = _aggregate(root, "TaxTotal")
        self._amount(total, "TaxAmount", self._invoice.totals.tax)
        for row in self._invoice.tax_breakdown:
            part = _aggregate(total, "TaxSubtotal")
            self._amount(part, "TaxableAmount", row.taxable_amount)
            self._amount(part, "TaxAmount", row.tax_amount)
            self._category(part, "TaxCategory", row.category_code, row.rate, reason=self._bill.exemption_reason)

    def _totals(self, element: etree._Element) -> None:
        totals, zero = self._invoice.totals, Decimal("0.00")
        self._amount(element, "LineExtensionAmount", totals.line_net_total)
        self._amount(element, "TaxExclusiveAmount", totals.without_tax)
        self._amount(element, "TaxInclusiveAmount", totals.with_tax)
        self._amount(element, "AllowanceTotalAmount", sum((a.amount for a in self._bill.adjustments if not a.is_charge), zero))
        self._amount(element, "ChargeTotalAmount", sum((a.amount for a in self._bill.adjustments if a.is_charge), zero))
        self._amount(element, "PrepaidAmount", totals.paid)
        self._amount(element, "PayableAmount", totals.amount_due)

    def _line(self, root: etree._Element, i: int, line: InvoiceLine) -> None:
        element = _aggregate(root, f"{self._kind}Line")
        _basic(element, "ID", line.identifier)
        quantity = _basic(element, "CreditedQuantity" if self._bill.is_credit_note else "InvoicedQuantity", str(line.quantity))
        quantity.set("unitCode", line.unit_code or "C62")
        self._amount(element, "LineExtensionAmount", line.net_amount)
        item = _aggregate(element, "Item")
        _basic(item, "Description", self._bill.details[i])
        _basic(item, "Name", self._bill.names[i])
        self._category(item, "ClassifiedTaxCategory", self._invoice.tax_breakdown[0].category_code, line.tax_rate)
        self._amount(_aggregate(element, "Price"), "PriceAmount", line.unit_price)

    def _category(
        self, parent: etree._Element, name: str, code: str | None, rate: Decimal | None, *, reason: str | None = None
    ) -> None:
        category = _aggregate(parent, name)
        _basic(category, "ID", code)
        _basic(category, "Percent", str(rate))
        _basic(category, "TaxExemptionReason", reason)
        _basic(_aggregate(category, "TaxScheme"), "ID", "VAT")

    def _amount(self, parent: etree._Element, name: str, value: Decimal | None) -> None:
        if value is not None:
            _basic(parent, name, format(value, "f")).set("currencyID", self._invoice.currency_code or "")


def _aggregate(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_CAC}}}{name}")


def _basic(parent: etree._Element, name: str, text: str | None) -> etree._Element:
    """A child with this text; None means the value is absent, and the element is not attached."""
    element = etree.Element(f"{{{_CBC}}}{name}")
    if text is not None:
        element.text = text
        parent.append(element)
    return element
