"""The query API as a program: settings in, application out.

`python -m invoiceflow_api.query` serves it. `uvicorn --factory invoiceflow_api.query.main:create` and
`uvicorn invoiceflow_api.query.main:app` do so as well, without the limits of invoiceflow_api.server.
"""

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat
from fastapi import FastAPI

from invoiceflow import allocator, logs
from invoiceflow.bootstrap import System, assemble, cursor_keys
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import Settings, SettingsError, load
from invoiceflow_api.health import Dependencies
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.query.app import create_app
from invoiceflow_api.query.app_services import AppServices
from invoiceflow_api.query.originals import Originals
from invoiceflow_api.query.service import QueryService

logger = logging.getLogger(__name__)


def create() -> FastAPI:
    """The application of this environment. Exits with a message when a variable that it needs is missing or wrong."""
    allocator.give_back()
    try:
        settings = load(program="query")
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    logs.configure(settings.service_name, settings.log_level, settings.log_format)
    return application(settings)


def __getattr__(name: str) -> FastAPI:
    """`app`, made when it is first asked for: importing this module must need no environment."""
    if name == "app":
        return create()
    raise AttributeError(name)


def application(settings: Settings, new_id: Callable[[], UUID] = uuid_utils.compat.uuid7) -> FastAPI:
    """The application of these settings. Opens its dependencies when it starts and closes them when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with assemble(settings, application_name="query-service", pool_size=20) as system:
            services = open_services(system, app.state.metrics)
            app.state.services = services
            _restamp_restored(system)
            try:
                yield
            finally:
                del app.state.services
                services.dependencies.close()

    return create_app(lifespan, settings=settings, new_id=new_id)


def open_services(system: System, metrics: RequestMetrics) -> AppServices:
    """What the routes work with, on this system."""

    def now() -> datetime:
        return datetime.now(UTC)

    checks = {"database": system.ingestions.check, "search": system.search.check, "s3": system.objects.check}
    return AppServices(
        service=QueryService(system, cursor_keys(system.settings), now),
        originals=Originals(
            system.objects,
            system.alerts if "originals" in system.settings.alert_kinds else None,
            now,
            system.settings.s3_download_url_seconds,
        ),
        dependencies=Dependencies(checks, metrics, time.monotonic),
    )


def _restamp_restored(system: System) -> None:
    """Where a backup of another database was restored, the change feed begins anew; elsewhere this finds nothing at once."""
    try:
        restored = system.ingestions.restamp_restored()
    except Unavailable as error:
        logger.warning("Whether a backup was restored could not be looked up: %s", error)
    else:
        if restored:
            logger.warning("A backup was restored: %s invoices count as changed now", restored)
