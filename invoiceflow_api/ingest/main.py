"""The ingest API as a program: `uvicorn --factory invoiceflow_api.ingest.main:create`. Settings in, application out."""

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
from invoiceflow.settings import Settings, load
from invoiceflow_api.ingest import spool
from invoiceflow_api.ingest.app import SHOWN_AS, Parts, UploadLimits, create_app
from invoiceflow_api.ingest.service import IngestService
from invoiceflow_api.metrics import RequestMetrics
from invoiceflow_api.operations import Dependencies

UPLOAD_THREADS = 16
INSPECTION_MEMORY = 1 << 30
INSPECTION_SECONDS = 10.0
KEPT_BLOCK = 2 * spool.IN_MEMORY
"""Bytes. Every upload in memory is copied a few times on its way; given back and asked for again, its pages were a fifth of all
an upload costs. 6 MB more stay with the process."""
KEPT = 4 * KEPT_BLOCK
TRIM_SECONDS = 30.0
"""A flood of 60 files at a time leaves 150 MB in pieces; this long after it they are the system's again."""
STATEMENT_SECONDS = 6.0
"""Each statement of an upload touches a few rows; on a connection that went silent an upload must still be tried again in its
time."""


def create() -> FastAPI:
    """The application of this environment. Raises SettingsError."""
    allocator.give_back(large=KEPT_BLOCK, kept=KEPT)
    settings = load()
    logs.configure(settings.service_name, settings.log_level, settings.log_format)
    return application(settings)


def application(settings: Settings, new_id: Callable[[], UUID] = uuid_utils.compat.uuid7) -> FastAPI:
    """Opens what it needs when it starts, closes it when it stops."""
    opened: list[Parts] = []

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
            parts = open_parts(system, inspector, threads, folder, new_id, app.state.metrics)
            opened.append(parts)
            trimming = asyncio.create_task(_trim_regularly())
            gc.freeze()  # what is there by now stays: the collector need not walk through it again after every few uploads
            try:
                yield
            finally:
                trimming.cancel()
                opened.clear()
                parts.dependencies.close()
                inspector.close()

    limits = UploadLimits(settings.max_file_size_bytes, settings.upload_timeout_seconds)
    return create_app(
        lambda: opened[0], limits, version=settings.version, new_id=new_id, lifespan=lifespan, debug=settings.debug
    )


async def _trim_regularly() -> None:
    while True:
        await asyncio.sleep(TRIM_SECONDS)
        await asyncio.to_thread(allocator.trim)


def open_parts(
    system: System,
    inspector: PdfInspector,
    threads: Executor,
    spool_folder: Path,
    new_id: Callable[[], UUID],
    metrics: RequestMetrics,
) -> Parts:
    settings = system.settings
    service = IngestService(
        ingestions=system.ingestions,
        objects=system.objects,
        queue=system.queue,
        inspector=inspector,
        retry=RetryPolicy(settings.max_retries, settings.retry_delay_seconds, settings.retry_backoff_factor),
        key_lifetime=timedelta(hours=settings.idempotency_hours),
        new_id=new_id,
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
    )
    for role in service.open_breakers():
        metrics.breaker(SHOWN_AS[role], partial(_is_open, service, role))
    checks = {
        "rabbitmq": system.queue.check,
        "s3": system.objects.check,
        "database": system.ingestions.check,
        "search": system.search.check,  # uploads do not need it, and are not found without it
    }
    return Parts(service, threads, Dependencies(checks, metrics, time.monotonic), spool_folder)


def _is_open(service: IngestService, role: str) -> bool:
    return service.open_breakers()[role]
