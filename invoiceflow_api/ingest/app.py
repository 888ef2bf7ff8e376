"""The ingest API put together from its routes."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final
from uuid import UUID

from fastapi import FastAPI

from invoiceflow.settings import Settings
from invoiceflow_api import application
from invoiceflow_api.application import Description
from invoiceflow_api.ingest import routes
from invoiceflow_api.ingest.upload_metrics import UploadMetrics

DESCRIPTION: Final = Description(
    title="InvoiceFlow ingest API",
    summary="Accepts invoices and reports their processing status.",
    description="Upload invoices as PDF, poll their status, and count them by status. What was read of them is served by the"
    " query API. Errors are problem documents (RFC 9457); their `type` leads to a page that explains them.",
    tags=[{"name": "ingest", "description": "Upload invoices and follow their processing."}],
    needs=frozenset({"database"}),
)


def create_app(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    *,
    settings: Settings,
    new_id: Callable[[], UUID],
) -> FastAPI:
    """The application; `lifespan` opens its AppServices."""
    metrics = UploadMetrics(settings.version)
    return application.build(DESCRIPTION, [routes.router], lifespan, metrics=metrics, new_id=new_id, settings=settings)
