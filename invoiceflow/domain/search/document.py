"""The search document: built once from a row and what was read of it, the same for every search index."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus
from invoiceflow.domain.invoice import Invoice
from invoiceflow.domain.search import analysis

MAX_LINES: Final = 1000
"""Line descriptions that are searched; the invoice itself keeps every line."""


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One invoice as it is searched. `identifiers` and `text` are only looked through, never shown whole in a list.

    All that is searched together fits `analysis.Allowance`: first the identifiers, then names, descriptions, text.

    `status` is the ingestion's (COMPLETED, FAILED); `findings` are the codes of findings, or the failure's code. `checksum`
    is crc32 of `request_id:revision`, summed by the check that index and database are in step.
    """

    request_id: UUID
    revision: int
    received_at: datetime
    filename: str
    source: str
    status: str
    number: str | None
    issue_date: date | None
    payment_due_date: date | None
    currency_code: str | None
    seller_name: str | None
    seller_vat_identifier: str | None
    buyer_name: str | None
    without_tax: Decimal | None
    tax: Decimal | None
    with_tax: Decimal | None
    descriptions: tuple[str, ...]
    findings: tuple[str, ...]
    identifiers: tuple[str, ...]
    text: str

    @property
    def number_key(self) -> str | None:
        return analysis.compact(self.number or "") or None

    @property
    def seller_key(self) -> str | None:
        return analysis.name_key(self.seller_name or "") or None

    @property
    def buyer_key(self) -> str | None:
        return analysis.name_key(self.buyer_name or "") or None

    @property
    def checksum(self) -> int:
        return zlib.crc32(f"{self.request_id}:{self.revision}".encode())

    def hit(self) -> dict[str, Any]:
        """What a list shows of it: JSON values, amounts as exact strings."""
        return {
            "request_id": str(self.request_id),
            "status": self.status,
            "filename": self.filename,
            "source": self.source,
            "received_at": self.received_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "number": self.number,
            "issue_date": self.issue_date and self.issue_date.isoformat(),
            "payment_due_date": self.payment_due_date and self.payment_due_date.isoformat(),
            "currency_code": self.currency_code,
            "seller": {"name": self.seller_name, "vat_identifier": self.seller_vat_identifier},
            "buyer": {"name": self.buyer_name},
            "totals": {
                "without_tax": _amount(self.without_tax),
                "tax": _amount(self.tax),
                "with_tax": _amount(self.with_tax),
            },
            "findings": list(self.findings),
            "revision": self.revision,
        }

    def searched_fields(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(weight, values): A identifiers, B parties, D the rest; the order in which positions are given."""
        yield "A", self.identifiers
        yield "B", tuple(name for name in (self.seller_name, self.buyer_name) if name)
        yield "D", (*self.descriptions, self.text) if self.text else self.descriptions


def search_document(ingestion: Ingestion, extraction: StoredExtraction | None) -> SearchDocument:
    """The document of a final ingestion. Without an extraction (FAILED) it can be found by file name, id and failure."""
    invoice = extraction.invoice if extraction is not None else Invoice()
    failure = ingestion.failure
    allowance = analysis.Allowance()
    identifiers = tuple(filter(None, map(allowance.cut, sorted(_identifiers(ingestion, invoice)))))
    seller_name, buyer_name = _plain(invoice.seller.name), _plain(invoice.buyer.name)
    for name in (seller_name, buyer_name):
        allowance.cut(name or "")
    codes = (failure.code,) if failure is not None else tuple(dict.fromkeys(finding.code for finding in invoice.findings))
    return SearchDocument(
        request_id=ingestion.id,
        revision=ingestion.revision,
        received_at=ingestion.created_at,
        filename=ingestion.filename,
        source=ingestion.source,
        status=(IngestionStatus.FAILED if failure is not None else IngestionStatus.COMPLETED).value,
        number=_plain(invoice.number),
        issue_date=invoice.issue_date,
        payment_due_date=invoice.payment_due_date,
        currency_code=invoice.currency_code,
        seller_name=seller_name,
        seller_vat_identifier=_plain(invoice.seller.vat_identifier),
        buyer_name=buyer_name,
        without_tax=invoice.totals.without_tax,
        tax=invoice.totals.tax,
        with_tax=invoice.totals.with_tax,
        descriptions=tuple(filter(None, (allowance.cut(line.description or "") for line in invoice.lines[:MAX_LINES]))),
        findings=codes,
        identifiers=identifiers,
        text=allowance.cut(extraction.text) if extraction is not None else "",
    )


def _identifiers(ingestion: Ingestion, invoice: Invoice) -> set[str]:
    terms = analysis.identifier_terms((invoice.number or "")[: analysis.MAX_NAME])
    for value in (invoice.seller.vat_identifier, str(ingestion.id), ingestion.filename, invoice.purchase_order_reference):
        if value and (term := analysis.compact(value)):
            terms.add(term)
    return terms


def _plain(value: str | None) -> str | None:
    return analysis.plain(value) or None if value else None


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
