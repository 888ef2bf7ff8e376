"""The invoice document as OpenAPI describes it, to the last field.

What is sent is `invoice_document.to_document` of the domain's `Invoice`; a test holds both together, field by field.
"""

from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field

from invoiceflow.domain.invoice import Severity

Amount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", description="An exact decimal number.", examples=["119.00"])]


class Address(BaseModel):
    """A postal address (BG-5, BG-8)."""

    line_one: str | None = Field(description="Street and number (BT-35, BT-50).", examples=["Hauptstraße 5"])
    line_two: str | None = Field(description="Further address line (BT-36, BT-51).", examples=[None])
    line_three: str | None = Field(description="Further address line (BT-162, BT-163).", examples=[None])
    city: str | None = Field(description="City (BT-37, BT-52).", examples=["Köln"])
    post_code: str | None = Field(description="Post code (BT-38, BT-53).", examples=["50667"])
    country_subdivision: str | None = Field(description="Region, state or province (BT-39, BT-54).", examples=[None])
    country_code: str | None = Field(description="ISO 3166-1 alpha-2 (BT-40, BT-55).", examples=["DE"])


class Party(BaseModel):
    """The seller (BG-4) or the buyer (BG-7)."""

    name: str | None = Field(description="Name (BT-27, BT-44).", examples=["Müller & Söhne GmbH"])
    vat_identifier: str | None = Field(description="VAT identifier (BT-31, BT-48).", examples=["DE123456788"])
    tax_registration: str | None = Field(description="National tax number (BT-32).", examples=[None])
    address: Address = Field(description="Postal address.")
    electronic_address: str | None = Field(description="Electronic address (BT-34, BT-49).", examples=[None])


class Totals(BaseModel):
    """The document totals (BG-22), in the invoice currency."""

    line_net_total: Amount | None = Field(description="Sum of line net amounts (BT-106).", examples=["100.00"])
    without_tax: Amount | None = Field(description="Total without tax (BT-109).", examples=["100.00"])
    tax: Amount | None = Field(description="Total tax (BT-110).", examples=["19.00"])
    with_tax: Amount | None = Field(description="Total with tax (BT-112).", examples=["119.00"])
    paid: Amount | None = Field(description="Amount already paid (BT-113).", examples=[None])
    amount_due: Amount | None = Field(description="Amount due for payment (BT-115).", examples=["119.00"])


class TaxSubtotal(BaseModel):
    """One row of the VAT breakdown (BG-23)."""

    category_code: str | None = Field(description="VAT category, UNTDID 5305 (BT-118).", examples=["S"])
    rate: Amount | None = Field(description="VAT rate in percent (BT-119).", examples=["19"])
    taxable_amount: Amount | None = Field(description="Taxable amount of this rate (BT-116).", examples=["100.00"])
    tax_amount: Amount | None = Field(description="Tax of this rate (BT-117).", examples=["19.00"])


class InvoiceLine(BaseModel):
    """One invoice line (BG-25)."""

    identifier: str | None = Field(description="Line identifier (BT-126).", examples=["1"])
    description: str | None = Field(description="Item name and description (BT-153, BT-154).", examples=["Wartung"])
    quantity: Amount | None = Field(description="Invoiced quantity (BT-129).", examples=["2"])
    unit_code: str | None = Field(description="Unit of the quantity (BT-130).", examples=["HUR"])
    unit_price: Amount | None = Field(description="Item net price (BT-146).", examples=["50.00"])
    net_amount: Amount | None = Field(description="Line net amount (BT-131).", examples=["100.00"])
    tax_rate: Amount | None = Field(description="VAT rate in percent (BT-152).", examples=["19"])
    status_reason_code: str | None = Field(
        description="BT-X-8 of Factur-X EXTENDED: `DETAIL`, `GROUP` or `INFORMATION`; only `DETAIL` counts in sums.",
        examples=[None],
    )


class Payment(BaseModel):
    """How the invoice is to be paid (BG-16)."""

    account_id: str | None = Field(description="The IBAN, or another account (BT-84).", examples=["DE02120300000000202051"])
    bic: str | None = Field(description="BIC of the bank (BT-86).", examples=["BYLADEM1001"])
    reference: str | None = Field(description="Remittance information (BT-83).", examples=["RE-2026/00123"])
    terms: str | None = Field(description="Payment terms (BT-20).", examples=["30 days net"])


class Evidence(BaseModel):
    """Where one value was seen."""

    page: int | None = Field(description="From 1; null for values from an attached e-invoice.", examples=[1])
    box: tuple[float, float, float, float] | None = Field(
        description="x0, y0, x1, y1 as fractions of the page's width and height, origin at the top left.",
        examples=[[0.7, 0.11, 0.82, 0.13]],
    )
    text: str = Field(description="The text as it stands there.", examples=["119,00"])
    reader: str = Field(description="What read it: `cii`, `ubl`, `page` or `ocr`.", examples=["page"])
    confidence: float = Field(description="Between 0 and 1.", examples=[0.97])


class Finding(BaseModel):
    """Something about a readable invoice that a person should know."""

    code: str = Field(description="Stable, for programs; docs/findings.md lists them.", examples=["totals.do_not_add_up"])
    severity: Severity = Field(description="How much it matters to the person who pays.", examples=["error"])
    message: str = Field(description="For people.", examples=["100.00 + 19.00 is not 118.00."])
    path: str | None = Field(
        description="Path of the value it is about; null for the whole document.",
        examples=["totals.with_tax"],
    )


class Invoice(BaseModel):
    """What was read of one invoice, in terms of EN 16931. A value that the document does not state is null."""

    number: str | None = Field(description="Invoice number (BT-1).", examples=["RE-2026/00123"])
    issue_date: date | None = Field(description="Issue date (BT-2).", examples=["2026-03-01"])
    payment_due_date: date | None = Field(description="Payment due date (BT-9).", examples=["2026-03-31"])
    currency_code: str | None = Field(description="ISO 4217 (BT-5).", examples=["EUR"])
    type_code: str | None = Field(description="UNTDID 1001: 380 invoice, 381 credit note (BT-3).", examples=["380"])
    purchase_order_reference: str | None = Field(description="Purchase order (BT-13).", examples=["PO-7781"])
    buyer_reference: str | None = Field(description="Buyer reference (BT-10).", examples=[None])
    seller: Party = Field(description="Who issued the invoice.")
    buyer: Party = Field(description="Who is to pay it.")
    totals: Totals = Field(description="The document totals.")
    tax_breakdown: list[TaxSubtotal] = Field(description="VAT by rate and category.")
    lines: list[InvoiceLine] = Field(description="The invoice lines, in the order of the document.")
    payment: Payment = Field(description="Where and how to pay.")
    evidence: dict[str, Evidence] = Field(description="By path of the value (`totals.with_tax`, `lines[0].net_amount`).")
    findings: list[Finding] = Field(description="What a person should know about this invoice.")


def example() -> dict[str, Any]:
    """A whole invoice document, of the examples of its fields."""
    return _example(Invoice)


def _example(model: type[BaseModel]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            whole[name] = _example(kind)
        elif name in _LISTS:
            whole[name] = [_example(_LISTS[name])]
        elif name == "evidence":
            whole[name] = {"totals.with_tax": _example(Evidence)}
        else:
            whole[name] = (field.examples or [None])[0]
    return whole


_LISTS: Final[dict[str, type[BaseModel]]] = {"tax_breakdown": TaxSubtotal, "lines": InvoiceLine, "findings": Finding}
