"""UBL 2 Invoice and CreditNote (XRechnung, Peppol) as an EN 16931 invoice. Nothing is checked here."""

from decimal import Decimal
from typing import Final

from lxml import etree

from invoiceflow.domain.invoice import Address, Invoice, InvoiceLine, Party, Payment, TaxSubtotal, Totals
from invoiceflow_reader.readers.xml_tree import amount_of, children, date_of, text_of

READER: Final = "ubl"
MAX_LINES: Final = 20_000


def read_ubl(root: etree._Element) -> Invoice | None:
    """The invoice in a tree whose namespaces are off, or None where the tree is not a UBL invoice."""
    if root.tag not in ("Invoice", "CreditNote") or root.find("LegalMonetaryTotal") is None:
        return None
    totals = root.find("LegalMonetaryTotal")
    currency = text_of(root, "DocumentCurrencyCode")
    tax = _tax_total(root, currency)
    return Invoice(
        number=text_of(root, "ID"),
        issue_date=date_of(text_of(root, "IssueDate")),
        payment_due_date=date_of(text_of(root, "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate")),
        currency_code=currency,
        type_code=text_of(root, "InvoiceTypeCode", "CreditNoteTypeCode"),
        purchase_order_reference=text_of(root, "OrderReference/ID"),
        buyer_reference=text_of(root, "BuyerReference"),
        seller=_party(root.find("AccountingSupplierParty/Party")),
        buyer=_party(root.find("AccountingCustomerParty/Party")),
        totals=Totals(
            line_net_total=amount_of(totals, "LineExtensionAmount"),
            without_tax=amount_of(totals, "TaxExclusiveAmount"),
            tax=amount_of(tax, "TaxAmount"),
            with_tax=amount_of(totals, "TaxInclusiveAmount"),
            paid=amount_of(totals, "PrepaidAmount"),
            amount_due=amount_of(totals, "PayableAmount"),
        ),
        tax_breakdown=tuple(_subtotal(e) for e in children(tax, "TaxSubtotal", 100)),
        lines=tuple(_line(e) for tag in ("InvoiceLine", "CreditNoteLine") for e in children(root, tag, MAX_LINES)),
        payment=Payment(
            account_id=text_of(root, "PaymentMeans/PayeeFinancialAccount/ID"),
            bic=text_of(root, "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID"),
            reference=text_of(root, "PaymentMeans/PaymentID"),
            terms=text_of(root, "PaymentTerms/Note"),
        ),
    )


def _tax_total(root: etree._Element, currency: str | None) -> etree._Element | None:
    """BT-110 is the one in the invoice currency; a second one (BT-111) is in the accounting currency."""
    found = list(children(root, "TaxTotal", 4))
    for total in found:
        amount = total.find("TaxAmount")
        if amount is not None and amount.get("currencyID") == currency:
            return total
    return found[0] if found else None


def _party(party: etree._Element | None) -> Party:
    address = party.find("PostalAddress") if party is not None else None
    return Party(
        name=text_of(party, "PartyLegalEntity/RegistrationName", "PartyName/Name"),
        vat_identifier=_tax_scheme(party, vat=True),
        tax_registration=_tax_scheme(party, vat=False),
        address=Address(
            line_one=text_of(address, "StreetName"),
            line_two=text_of(address, "AdditionalStreetName"),
            line_three=text_of(address, "AddressLine/Line"),
            city=text_of(address, "CityName"),
            post_code=text_of(address, "PostalZone"),
            country_subdivision=text_of(address, "CountrySubentity"),
            country_code=text_of(address, "Country/IdentificationCode"),
        ),
        electronic_address=text_of(party, "EndpointID"),
    )


def _tax_scheme(party: etree._Element | None, *, vat: bool) -> str | None:
    for scheme in children(party, "PartyTaxScheme", 10):
        if (text_of(scheme, "TaxScheme/ID") == "VAT") == vat:
            return text_of(scheme, "CompanyID")
    return None


def _subtotal(subtotal: etree._Element) -> TaxSubtotal:
    return TaxSubtotal(
        category_code=text_of(subtotal, "TaxCategory/ID"),
        rate=amount_of(subtotal, "TaxCategory/Percent"),
        taxable_amount=amount_of(subtotal, "TaxableAmount"),
        tax_amount=amount_of(subtotal, "TaxAmount"),
    )


def _line(line: etree._Element) -> InvoiceLine:
    quantity = line.find("InvoicedQuantity")
    if quantity is None:
        quantity = line.find("CreditedQuantity")
    name, more = text_of(line, "Item/Name"), text_of(line, "Item/Description")
    rate: Decimal | None = amount_of(line, "Item/ClassifiedTaxCategory/Percent")
    return InvoiceLine(
        identifier=text_of(line, "ID"),
        description="\n".join(part for part in (name, more) if part) or None,
        quantity=amount_of(quantity, "."),
        unit_code=quantity.get("unitCode") if quantity is not None else None,
        unit_price=amount_of(line, "Price/PriceAmount"),
        net_amount=amount_of(line, "LineExtensionAmount"),
        tax_rate=rate,
    )
