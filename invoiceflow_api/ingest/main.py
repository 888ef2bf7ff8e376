"""The ingest API as a program: settings in, application out.

`python -m invoiceflow_api.ingest` serves it. `uvicorn --factory invoiceflow_api.ingest.main:create` and
`uvicorn invoiceflow_api.ingest.main:app` do so as well, without the limits of invoiceflow_api.server.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import uuid_utils.compat
from fastapi import FastAPI

from invoiceflow import allocator, logs
from invoiceflow.adapters.sandboxed_pdfium import SandboxedPdfium
from invoiceflow.bootstrap import System, assemble
from invoiceflow.ports.pdf_inspector import PdfInspector
from invoiceflow.retries import RetryPolicy
from invoiceflow.sandbox import Sandbox, SandboxLimits
from invoiceflow.settings import Settings, SettingsError, load
from invoiceflow_api.health import Dependencies
from invoiceflow_api.ingest import spool
from invoiceflow_api.ingest.app import create_app
from invoiceflow_api.ingest.app_services import MAX_IN_FLIGHT, AppServices, UploadLimits
from invoiceflow_api.ingest.schemas import DEPENDENCY_NAMES
from invoiceflow_api.ingest.service import IngestService
from invoiceflow_api.ingest.storing import UploadWriter
from invoiceflow_api.ingest.upload_metrics import UploadMetrics
from invoiceflow_api.ingest.upload_slots import UploadSlots
from invoiceflow_api.processing_health import ProcessingMonitor

UPLOAD_THREADS = 16
INSPECTION_MEMORY = 1 << 30
INSPECTION_SECONDS = 10.0
RETAINED_BLOCK = 2 * spool.IN_MEMORY
"""Bytes. An upload in memory is copied a few times on its way; returning these pages to the system and requesting them again
cost a fifth of the whole upload. Retaining them keeps 6 MB more in the process."""
RETAINED = 4 * RETAINED_BLOCK
TRIM_SECONDS = 30.0
"""A flood of 60 files at a time leaves 150 MB in fragments; at the latest after this long they are returned to the system."""
STATEMENT_SECONDS = 6.0
"""Each statement of an upload touches a few rows. On a silent connection there must be time left to retry the upload."""


def create() -> FastAPI:
    """The application of this environment. Exits with a message when a variable that uploads need is missing or wrong."""
    try:
        settings = load(program="ingest")
    except SettingsError as error:
        raise SystemExit(str(error)) from None
    allocator.give_back(large=RETAINED_BLOCK, kept=RETAINED)
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
        sandbox = Sandbox(
            settings.inspection_workers,
            SandboxLimits(INSPECTION_MEMORY, INSPECTION_SECONDS),
            ["pypdfium2", "invoiceflow.adapters.sandboxed_pdfium"],
        )
        inspector = SandboxedPdfium(sandbox, settings.max_pages)
        with (
            assemble(
                settings,
                application_name=settings.service_name,
                pool_size=UPLOAD_THREADS + 4,
                statement_seconds=STATEMENT_SECONDS,
            ) as system,
            spool.opened(settings.home.absolute() / "spool") as folder,
            ThreadPoolExecutor(UPLOAD_THREADS, thread_name_prefix="upload") as threads,
        ):
            services = open_services(system, inspector, threads, folder, new_id, app.state.metrics)
            app.state.services = services
            trimming = asyncio.create_task(_trim_regularly())
            gc.freeze()  # the collector need not walk through what exists by now after every few uploads
            try:
                yield
            finally:
                trimming.cancel()
                del app.state.services
                services.dependencies.close()
                services.processing.close()
                inspector.close()

    return create_app(lifespan, settings=settings, new_id=new_id)


def open_services(
    system: System,
    inspector: PdfInspector,
    threads: Executor,
    spool_folder: Path,
    new_id: Callable[[], UUID],
    metrics: UploadMetrics,
) -> AppServices:
    """What the routes work with, on this system."""
    settings = system.settings
    writer = UploadWriter(
        system.ingestions,
        system.objects,
        system.queue,
        retry=RetryPolicy(settings.max_retries, settings.retry_delay_seconds, settings.retry_backoff_factor),
        now=now,
        clock=time.monotonic,
    )
    service = IngestService(
        ingestions=system.ingestions,
        writer=writer,
        claims=system.claims,
        inspector=inspector,
        key_lifetime=timedelta(hours=settings.idempotency_hours),
        new_id=new_id,
        now=now,
    )
    for role in service.open_breakers():
        metrics.expose_breaker(DEPENDENCY_NAMES[role], partial(_is_open, service, role))
    checks = {
        "rabbitmq": system.queue.check,
        "s3": system.objects.check,
        "database": system.ingestions.check,
    }
    if settings.embedded or settings.opensearch_url is not None:
        checks["search"] = system.search.check  # uploads do not need it, and cannot be searched without it
    slots = UploadSlots(MAX_IN_FLIGHT, settings.max_uploads_per_client, asyncio.get_running_loop().time)
    metrics.expose_in_progress(slots.__len__)
    return AppServices(
        service=service,
        threads=threads,
        dependencies=Dependencies(checks, metrics, time.monotonic),
        processing=ProcessingMonitor(
            system.queue.depth,
            system.ingestions.activity,
            system.reports.latest,
            limit=timedelta(minutes=settings.stalled_minutes),
            now=now,
            clock=time.monotonic,
        ),
        spool=spool_folder,
        limits=UploadLimits(settings.max_file_size_bytes, settings.upload_timeout_seconds),
        metrics=metrics,
        slots=slots,
    )


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


async def _trim_regularly() -> None:
    while True:
        await asyncio.sleep(TRIM_SECONDS)
        await asyncio.to_thread(allocator.trim)


def _is_open(service: IngestService, role: str) -> bool:
    return service.open_breakers()[role]
