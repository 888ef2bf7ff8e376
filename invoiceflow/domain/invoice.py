"""The invoice as it was read: EN 16931 business terms, the evidence for each value, and what was found wrong.

The JSON form of it (the "invoice document") lives in `invoice_document`; how it is read lives in the pipeline.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters to the person who pays the invoice."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a readable invoice that a person should know. A finding is never a failure.

    `code` is stable and dotted (`totals.do_not_add_up`, or an EN 16931 rule id such as `BR-CO-15`); `path` names the value
    it is about in the invoice document (`totals.with_tax`), or is None when it is about the whole document.
    """

    code: str
    severity: Severity
    message: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where one value was seen.

    `page` counts from 1 and is None for values out of an attachment. `box` is (x0, y0, x1, y1) as fractions of the page's
    width and height, origin at the top left, as the page is shown. `reader` names what read it (`cii`, `ubl`, `page`, `ocr`).
    `confidence` is between 0 and 1.
    """

    page: int | None
    box: tuple[float, float, float, float] | None
    text: str
    reader: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address (BG-5, BG-8)."""

    line_one: str | None = None  # BT-35, BT-50
    line_two: str | None = None  # BT-36, BT-51
    line_three: str | None = None  # BT-162, BT-163
    city: str | None = None  # BT-37, BT-52
    post_code: str | None = None  # BT-38, BT-53
    country_subdivision: str | None = None  # BT-39, BT-54
    country_code: str | None = None  # BT-40, BT-55; ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class Party:
    """The seller (BG-4) or the buyer (BG-7)."""

    name: str | None = None  # BT-27, BT-44
    vat_identifier: str | None = None  # BT-31, BT-48
    tax_registration: str | None = None  # BT-32
    address: Address = Address()
    electronic_address: str | None = None  # BT-34, BT-49


@dataclass(frozen=True, slots=True)
class Totals:
    """The document totals (BG-22), in the invoice currency."""

    line_net_total: Decimal | None = None  # BT-106
    without_tax: Decimal | None = None  # BT-109
    tax: Decimal | None = None  # BT-110
    with_tax: Decimal | None = None  # BT-112
    paid: Decimal | None = None  # BT-113
    amount_due: Decimal | None = None  # BT-115


@dataclass(frozen=True, slots=True)
class TaxSubtotal:
    """One row of the VAT breakdown (BG-23). `rate` is in percent."""

    category_code: str | None = None  # BT-118
    rate: Decimal | None = None  # BT-119
    taxable_amount: Decimal | None = None  # BT-116
    tax_amount: Decimal | None = None  # BT-117


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice line (BG-25). `tax_rate` is in percent."""

    identifier: str | None = None  # BT-126
    description: str | None = None  # BT-153, BT-154
    quantity: Decimal | None = None  # BT-129
    unit_code: str | None = None  # BT-130
    unit_price: Decimal | None = None  # BT-146
    net_amount: Decimal | None = None  # BT-131
    tax_rate: Decimal | None = None  # BT-152
    status_reason_code: str | None = None  # BT-X-8 (Factur-X EXTENDED): DETAIL, GROUP, INFORMATION; only DETAIL counts in sums


@dataclass(frozen=True, slots=True)
class Payment:
    """How the invoice is to be paid (BG-16)."""

    account_id: str | None = None  # BT-84, the IBAN where there is one
    bic: str | None = None  # BT-86
    reference: str | None = None  # BT-83
    terms: str | None = None  # BT-20


@dataclass(frozen=True, slots=True)
class Invoice:
    """What was read of one invoice. A value is None where the document does not say it: nothing is invented.

    `evidence` maps a path of the invoice document (`seller.name`, `lines[0].net_amount`) to where that value was seen.
    """

    number: str | None = None  # BT-1
    issue_date: date | None = None  # BT-2
    payment_due_date: date | None = None  # BT-9
    currency_code: str | None = None  # BT-5, ISO 4217
    type_code: str | None = None  # BT-3, UNTDID 1001 (380 invoice, 381 credit note)
    purchase_order_reference: str | None = None  # BT-13
    buyer_reference: str | None = None  # BT-10
    seller: Party = Party()
    buyer: Party = Party()
    totals: Totals = Totals()
    tax_breakdown: tuple[TaxSubtotal, ...] = ()
    lines: tuple[InvoiceLine, ...] = ()
    payment: Payment = Payment()
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        # a dict of its own: nobody changes it from outside, and it crosses process borders (a mapping proxy does not)
        object.__setattr__(self, "evidence", dict(self.evidence))
