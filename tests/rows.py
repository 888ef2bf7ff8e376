"""Rows and readings that tests need, made through the ports."""

import hashlib
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import uuid_utils.compat

from invoiceflow.bootstrap import System
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import Ingestion, NewIngestion, object_key
from invoiceflow.domain.invoice import Invoice, Party, Totals
from invoiceflow.ports.ingestion_repository import Completed, IdempotencyKey, IngestionRepository


def new_id() -> UUID:
    return uuid_utils.compat.uuid7()


def now() -> datetime:
    return datetime.now(UTC)


def new_ingestion(content: bytes = b"%PDF-1.7", filename: str = "invoice.pdf") -> NewIngestion:
    request_id = new_id()
    return NewIngestion(
        id=request_id,
        filename=filename,
        s3_key=object_key(request_id),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        page_count=1,
        source="upload",
        correlation_id="test",
    )


def added(rows: IngestionRepository, key: IdempotencyKey | None = None, content: bytes | None = None) -> Ingestion:
    return rows.add(new_ingestion(content or new_id().bytes), key)


def accepted(system: System, content: bytes, filename: str = "invoice.pdf") -> Ingestion:
    """Object and row, as the ingest API leaves them; no message."""
    new = new_ingestion(content, filename)
    system.objects.put(new.s3_key, io.BytesIO(content), size=len(content), sha256=new.sha256, metadata={})
    ingestion = system.ingestions.add(new)
    system.ingestions.mark_published([new.id], now())
    return ingestion


def reading(number: str = "RE-2026/00123", version: str = "1", text: str = "Rechnung") -> StoredExtraction:
    invoice = Invoice(
        number=number,
        issue_date=date(2026, 3, 1),
        currency_code="EUR",
        seller=Party(name="Müller & Söhne GmbH", vat_identifier="DE123456788"),
        totals=Totals(without_tax=Decimal("100.00"), tax=Decimal("19.00"), with_tax=Decimal("119.00")),
    )
    return StoredExtraction(invoice, text, 1, ("page",), version, 0.01)


def completed(rows: IngestionRepository, version: str = "1") -> Ingestion:
    [claimed] = rows.claim([added(rows).id], "run")
    rows.finish([Completed(claimed.id, claimed.revision, reading(version=version))], now())
    found = rows.get(claimed.id)
    assert found is not None
    return found
