"""What goes over the wire of the query API: bodies of responses, as OpenAPI describes them. The invoice: `invoice_schema`."""

from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from invoiceflow_api.ingestion_schema import EXAMPLE_ID, EXAMPLE_METADATA, IngestionMetadata
from invoiceflow_api.query import invoice_schema
from invoiceflow_api.query.invoice_schema import Amount, Invoice

EXAMPLE_INVOICE: Final[dict[str, Any]] = {
    **EXAMPLE_METADATA,
    "extractor_version": "1",
    "readers": ["page"],
    "invoice": invoice_schema.example(),
}
EXAMPLE_HIT: Final[dict[str, Any]] = {
    **EXAMPLE_METADATA,
    "number": "RE-2026/00123",
    "issue_date": "2026-03-01",
    "payment_due_date": "2026-03-31",
    "currency_code": "EUR",
    "seller": {"name": "Müller & Söhne GmbH", "vat_identifier": "DE123456788"},
    "buyer": {"name": "Électricité Générale SA"},
    "totals": {"without_tax": "100.00", "tax": "19.00", "with_tax": "119.00"},
    "findings": ["totals.do_not_add_up"],
    "highlights": {"number": {"text": "RE-2026/00123", "marks": [[0, 2]]}},
}


def _whole(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class Highlight(BaseModel):
    """Where words of the query stand in one field."""

    text: str = Field(description="The field's text.", examples=["Müller & Söhne GmbH"])
    marks: list[tuple[int, int]] = Field(description="[start, end) offsets into `text`.", examples=[[[0, 6]]])


class SellerSummary(BaseModel):
    """The seller in a list."""

    name: str | None = Field(description="Name (BT-27).", examples=["Müller & Söhne GmbH"])
    vat_identifier: str | None = Field(description="VAT identifier (BT-31).", examples=["DE123456788"])


class BuyerSummary(BaseModel):
    """The buyer in a list."""

    name: str | None = Field(description="Name (BT-44).", examples=["Électricité Générale SA"])


class TotalsSummary(BaseModel):
    """The totals in a list, in the invoice currency."""

    without_tax: Amount | None = Field(description="Total without tax (BT-109).", examples=["100.00"])
    tax: Amount | None = Field(description="Total tax (BT-110).", examples=["19.00"])
    with_tax: Amount | None = Field(description="Total with tax (BT-112).", examples=["119.00"])


class SearchHit(IngestionMetadata):
    """One invoice in a list: its metadata as they are now, and its main values as they were last indexed."""

    number: str | None = Field(description="Invoice number (BT-1).", examples=["RE-2026/00123"])
    issue_date: date | None = Field(description="Issue date (BT-2).", examples=["2026-03-01"])
    payment_due_date: date | None = Field(description="Payment due date (BT-9).", examples=["2026-03-31"])
    currency_code: str | None = Field(description="ISO 4217 (BT-5).", examples=["EUR"])
    seller: SellerSummary = Field(description="Who issued it.")
    buyer: BuyerSummary = Field(description="Who is to pay it.")
    totals: TotalsSummary = Field(description="The main totals.")
    findings: list[str] = Field(description="Codes of findings, or the failure's code.", examples=[["BR-CO-15"]])
    highlights: dict[str, Highlight] | None = Field(
        None,
        description="By field, where words of `q` stand in it.",
        examples=[{"number": {"text": "RE-2026/00123", "marks": [[0, 2]]}}],
    )


class TotalCount(BaseModel):
    """How many invoices match."""

    value: int = Field(description="Exact up to 10,000.", examples=[128])
    relation: Literal["eq", "gte"] = Field(description="`gte`: there are more than `value`.", examples=["eq"])


class FacetValue(BaseModel):
    """One value of a facet."""

    value: str = Field(description="What to pass as the filter.", examples=["EUR"])
    count: int = Field(description="How many invoices match with it.", examples=[97])


class SearchPage(BaseModel):
    """One page of a search."""

    model_config = _whole(
        {
            "items": [EXAMPLE_HIT],
            "total": {"value": 1, "relation": "eq"},
            "relaxed": False,
            "next_cursor": None,
            "facets": {"currency": [{"value": "EUR", "count": 97}]},
        }
    )

    items: list[SearchHit] = Field(description="The invoices, in the order of `sort`.")
    total: TotalCount = Field(description="How many match on all pages.")
    relaxed: bool = Field(description="Nothing matched as typed; these match with one typo a word.", examples=[False])
    next_cursor: str | None = Field(description="Pass it as `cursor` for the next page; null on the last.", examples=[None])
    facets: dict[str, list[FacetValue]] = Field(
        description="By facet, its most frequent values, each counted without its own filter.",
        examples=[{"currency": [{"value": "EUR", "count": 97}]}],
    )


class InvoiceResponse(IngestionMetadata):
    """One ingestion and what was read of it."""

    model_config = _whole(EXAMPLE_INVOICE)

    extractor_version: str | None = Field(description="The reader's version; null until it was read.", examples=["1"])
    readers: list[str] | None = Field(description="What contributed to the reading, in order.", examples=[["page"]])
    invoice: Invoice | None = Field(
        description="What was read; null until the first successful reading. When a later reading fails (`status` is `FAILED`),"
        " the last successful one stays here."
    )


class ChangePage(BaseModel):
    """One page of the change feed."""

    model_config = _whole({"items": [EXAMPLE_INVOICE], "next_cursor": "kZ0…", "has_more": False})

    items: list[InvoiceResponse] = Field(description="Each invoice as its latest change left it, in the order of changes.")
    next_cursor: str = Field(
        description="Pass it as `cursor` for what changes after this page: at once while `has_more`, else whenever you like.",
        examples=["kZ0…"],
    )
    has_more: bool = Field(description="Whether more changes can be fetched now.", examples=[False])


class ReprocessAccepted(BaseModel):
    """The invoice will be read again."""

    model_config = _whole({"request_id": EXAMPLE_ID, "status": "PENDING", "message": "The invoice will be read again"})

    request_id: UUID = Field(description="The invoice.", examples=[EXAMPLE_ID])
    status: Literal["PENDING"] = Field(description="Its new state.", examples=["PENDING"])
    message: str = Field(description="For people.", examples=["The invoice will be read again"])
