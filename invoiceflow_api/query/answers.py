"""The query API's answers as they are described in its OpenAPI. Nothing is decided here."""

from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from invoiceflow.domain.ingestion import IngestionStatus

EXAMPLE_ID: Final = "0192f0c1-8e52-7aaa-9d0c-0f3f7f0d1a11"


class HighlightShown(BaseModel):
    text: str = Field(examples=["Müller & Söhne GmbH"])
    marks: list[tuple[int, int]] = Field(description="[start, end) offsets into `text`.", examples=[[[0, 6]]])


class SellerShown(BaseModel):
    name: str | None = Field(examples=["Müller & Söhne GmbH"])
    vat_identifier: str | None = Field(examples=["DE123456788"])


class BuyerShown(BaseModel):
    name: str | None = Field(examples=["Électricité Générale SA"])


class TotalsShown(BaseModel):
    without_tax: str | None = Field(examples=["100.00"])
    tax: str | None = Field(examples=["19.00"])
    with_tax: str | None = Field(examples=["119.00"])


class HitShown(BaseModel):
    request_id: UUID = Field(examples=[EXAMPLE_ID])
    status: str = Field(examples=["COMPLETED"])
    filename: str = Field(examples=["invoice.pdf"])
    source: str = Field(examples=["upload"])
    received_at: datetime = Field(examples=["2026-03-02T08:15:00Z"])
    number: str | None = Field(examples=["RE-2026/00123"])
    issue_date: date | None = Field(examples=["2026-03-01"])
    payment_due_date: date | None = Field(examples=["2026-03-31"])
    currency_code: str | None = Field(examples=["EUR"])
    seller: SellerShown
    buyer: BuyerShown
    totals: TotalsShown
    findings: list[str] = Field(description="Codes of findings, or of the failure.", examples=[["BR-CO-15"]])
    revision: int = Field(examples=[1])
    highlights: dict[str, HighlightShown] | None = Field(
        None,
        description="By field, where words of `q` stand in it.",
        examples=[{"number": {"text": "RE-2026/00123", "marks": [[0, 2]]}}],
    )


class TotalShown(BaseModel):
    value: int = Field(examples=[128])
    relation: Literal["eq", "gte"] = Field(description="`gte`: there are more than `value`.")


class FacetValue(BaseModel):
    value: str = Field(examples=["EUR"])
    count: int = Field(examples=[97])


class ListShown(BaseModel):
    items: list[HitShown]
    total: TotalShown
    relaxed: bool = Field(description="Nothing matched as typed; these match with one typo a word.", examples=[False])
    next_cursor: str | None = Field(description="Where the next page begins; null on the last.", examples=[None])
    facets: dict[str, list[FacetValue]] = Field(
        description="Counts of the values, each without its own filter.",
        examples=[{"currency": [{"value": "EUR", "count": 97}]}],
    )


class FailureShown(BaseModel):
    code: str = Field(examples=["file.corrupted"])
    message: str = Field(examples=["The PDF is damaged and cannot be opened."])


class InvoiceShown(BaseModel):
    """One ingestion and what was read of it."""

    request_id: UUID = Field(examples=[EXAMPLE_ID])
    status: IngestionStatus = Field(examples=["COMPLETED"])
    filename: str = Field(examples=["invoice.pdf"])
    source: str = Field(examples=["upload"])
    received_at: datetime = Field(examples=["2026-03-02T08:15:00Z"])
    updated_at: datetime = Field(examples=["2026-03-02T08:15:01Z"])
    revision: int = Field(description="Grows whenever it is worked on.", examples=[1])
    attempts: int = Field(examples=[1])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    size: int = Field(description="Bytes.", examples=[48213])
    page_count: int = Field(examples=[1])
    duplicate_of: UUID | None = Field(description="The first ingestion with the same bytes.", examples=[None])
    failure: FailureShown | None = Field(description="Why it is FAILED.", examples=[None])
    extractor_version: str | None = Field(description="What read it; null before it was read.", examples=["1"])
    readers: list[str] | None = Field(examples=[["page"]])
    invoice: dict[str, Any] | None = Field(
        description="The invoice in terms of EN 16931, with the evidence for each value and the findings; null before it was"
        " read, and when it is FAILED. Amounts are exact decimal strings.",
        examples=[
            {
                "number": "RE-2026/00123",
                "issue_date": "2026-03-01",
                "currency_code": "EUR",
                "seller": {"name": "Müller & Söhne GmbH", "vat_identifier": "DE123456788"},
                "totals": {"without_tax": "100.00", "tax": "19.00", "with_tax": "119.00"},
            }
        ],
    )


class ReprocessAccepted(BaseModel):
    request_id: UUID = Field(examples=[EXAMPLE_ID])
    status: Literal["PENDING"]
    message: str = Field(examples=["It is read again"])
