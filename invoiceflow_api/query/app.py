"""The query API put together from its routes."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final
from uuid import UUID

from fastapi import FastAPI

from invoiceflow.settings import Settings
from invoiceflow_api import application
from invoiceflow_api.application import Description
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.query import file_routes, routes

DESCRIPTION: Final = Description(
    title="InvoiceFlow query API",
    summary="Searches invoices and returns what was read of them.",
    description="Search invoices, get one with its evidence and findings, follow changes, download originals, export,"
    " reprocess. Errors are problem documents (RFC 9457); their `type` leads to a page that explains them.",
    tags=[{"name": "invoices", "description": "Search, read, export and reprocess invoices."}],
    needs=frozenset({"database", "search"}),
)


def create_app(
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]], *, settings: Settings, new_id: Callable[[], UUID]
) -> FastAPI:
    """The application; `lifespan` opens its AppServices."""
    return application.build(
        DESCRIPTION,
        [routes.router, file_routes.router],
        lifespan,
        settings=settings,
        metrics=RequestMetrics(settings.version),
        new_id=new_id,
    )
