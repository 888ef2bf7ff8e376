"""What a running ingest API holds, and the dependency that gives it to the routes."""

from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from invoiceflow_api.health import Dependencies
from invoiceflow_api.ingest.service import IngestService
from invoiceflow_api.ingest.upload_metrics import UploadMetrics
from invoiceflow_api.ingest.upload_slots import UploadSlots
from invoiceflow_api.processing_health import ProcessingMonitor

MAX_IN_FLIGHT: Final = 64
"""Uploads at one time; a flood of more costs neither disk nor memory."""


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """`file_bytes` limits one file; `seconds` one upload: its body must have arrived by then, and no retry begins later."""

    file_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class AppServices:
    """Opened by the lifespan, closed with it. `threads` store uploads: a pool of their own, so that status and health answer
    while each of these waits for a dependency. `spool` is the folder for uploads too large for memory."""

    service: IngestService
    threads: Executor
    dependencies: Dependencies
    processing: ProcessingMonitor
    spool: Path
    limits: UploadLimits
    metrics: UploadMetrics
    slots: UploadSlots


async def app_services(request: Request) -> AppServices:
    """The running program's services. Async, since FastAPI would hand a plain function to a thread."""
    return cast(AppServices, request.app.state.services)


Services = Annotated[AppServices, Depends(app_services)]
