"""The query API as a program: `uvicorn --factory invoiceflow_api.query.main:create`. Settings in, application out."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat
from fastapi import FastAPI

from invoiceflow import allocator, logs
from invoiceflow.bootstrap import System, assemble, cursor_keys
from invoiceflow.settings import Settings, load
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.operations import Dependencies, monotonic
from invoiceflow_api.query.app import Parts, create_app
from invoiceflow_api.query.service import QueryService


def create() -> FastAPI:
    """The application of this environment. Raises SettingsError."""
    allocator.give_back()
    settings = load()
    logs.configure(settings.service_name, settings.log_level, settings.log_format)
    return application(settings)


def application(settings: Settings, new_id: Callable[[], UUID] = uuid_utils.compat.uuid7) -> FastAPI:
    """Opens what it needs when it starts, closes it when it stops."""
    opened: list[Parts] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with assemble(settings, application_name="query-service", pool_size=20) as system:
            parts = open_parts(system, app.state.metrics)
            opened.append(parts)
            try:
                yield
            finally:
                opened.clear()
                parts.dependencies.close()

    return create_app(lambda: opened[0], version=settings.version, new_id=new_id, lifespan=lifespan, debug=settings.debug)


def open_parts(system: System, metrics: RequestMetrics) -> Parts:
    service = QueryService(system, cursor_keys(system.settings), lambda: datetime.now(UTC))
    checks = {"database": system.ingestions.check, "search": system.search.check, "s3": system.objects.check}
    return Parts(service, Dependencies(checks, metrics, monotonic))
