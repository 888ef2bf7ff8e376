"""The query API as a program: `uvicorn --factory invoiceflow_api.query.main:create`. Settings in, application out."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import uuid_utils.compat
from fastapi import FastAPI

from invoiceflow import allocator, logs
from invoiceflow.bootstrap import System, assemble, cursor_keys
from invoiceflow.settings import Settings, load
from invoiceflow_api.health import Dependencies
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.query.app import AppServices, create_app
from invoiceflow_api.query.service import QueryService


def create() -> FastAPI:
    """The application of this environment. Raises SettingsError."""
    allocator.give_back()
    settings = load(program="query")
    logs.configure(settings.service_name, settings.log_level, settings.log_format)
    return application(settings)


def application(settings: Settings, new_id: Callable[[], UUID] = uuid_utils.compat.uuid7) -> FastAPI:
    """Opens what it needs when it starts, closes it when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with assemble(settings, application_name="query-service", pool_size=20) as system:
            services = open_services(system, app.state.metrics)
            app.state.services = services
            try:
                yield
            finally:
                del app.state.services
                services.dependencies.close()

    app = create_app(lambda: services_of(app), lifespan, settings=settings, new_id=new_id)
    return app


def services_of(app: FastAPI) -> AppServices:
    """What the lifespan opened."""
    return cast(AppServices, app.state.services)


def open_services(system: System, metrics: RequestMetrics) -> AppServices:
    """What the routes work with, on this system."""
    service = QueryService(system, cursor_keys(system.settings), lambda: datetime.now(UTC))
    checks = {"database": system.ingestions.check, "search": system.search.check, "s3": system.objects.check}
    return AppServices(service, Dependencies(checks, metrics, time.monotonic))
