"""What the pipeline's code is given by Dagster: the assembled system, and the processor with its sandbox.

Opened once for each run and closed at its end; sensors and schedules share one that stays open.
"""

import atexit
import os
import random
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import dagster as dg
from pydantic import Field

from invoiceflow import allocator, logs
from invoiceflow.bootstrap import System, assemble
from invoiceflow.sandbox import Sandbox, SandboxLimits
from invoiceflow.settings import Settings, load
from invoiceflow_pipeline.dagster_storage.storage_deadline import bound as bound_storage_waits
from invoiceflow_pipeline.work.ocr_lane import OcrLane
from invoiceflow_pipeline.work.processing import Processor
from invoiceflow_pipeline.work.reading import read_invoice
from invoiceflow_pipeline.work.rules_lane import RulesLane

PRELOADED = ("invoiceflow_pipeline.work.reading", "invoiceflow_reader.extract")
READING_NICENESS = 10
"""On one machine uploads, searches and the database come first: in a burst they are answered while reading waits its turn."""
STATEMENT_SECONDS = 12.0
"""Each statement of a batch touches a hundred rows by their keys; a connection that went silent holds the batch so long."""


@dataclass(frozen=True)
class Pipeline:
    """The system, and what works on invoices in it."""

    system: System
    processor: Processor


class SystemResource(dg.ConfigurableResource[System]):
    """The database, the object store, the queue and the search index, as the environment names them."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[System, None, None]:
        """Opens them for one run. Raises SettingsError."""
        bound_storage_waits()
        with assemble(load(program="pipeline"), application_name="pipeline", pool_size=2) as system:
            yield system


class PipelineResource(dg.ConfigurableResource[Pipeline]):
    """Reads invoices in limited processes. What is not set here is as the environment says; a run may be launched with other
    values, for a backfill of difficult documents for instance."""

    extract_workers: int | None = Field(
        default=None, ge=0, le=256, description="Processes that read (INVOICEFLOW_EXTRACT_WORKERS)."
    )
    extract_memory_mb: int | None = Field(default=None, ge=128, description="Memory of each (INVOICEFLOW_EXTRACT_MEMORY_MB).")
    extract_seconds: float | None = Field(default=None, gt=0, description="Time for one invoice (INVOICEFLOW_EXTRACT_SECONDS).")
    ocr_workers: int | None = Field(
        default=None, ge=0, le=64, description="Processes that recognise scans (INVOICEFLOW_OCR_WORKERS)."
    )
    ocr_max_pages: int | None = Field(
        default=None, ge=1, description="Scanned pages of one document (INVOICEFLOW_OCR_MAX_PAGES)."
    )
    en16931_rules: bool | None = Field(default=None, description="Check e-invoices by EN 16931 (INVOICEFLOW_EN16931_RULES).")
    micro_batch: int | None = Field(default=None, ge=1, description="Invoices finished together (INVOICEFLOW_MICRO_BATCH).")

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Pipeline, None, None]:
        """Opens everything for one run. Raises SettingsError."""
        allocator.give_back()
        bound_storage_waits()
        chosen: dict[str, Any] = {name: value for name in type(self).model_fields if (value := getattr(self, name)) is not None}
        settings = load(program="pipeline").model_copy(update=chosen)
        logs.configure("pipeline", settings.log_level, settings.log_format)
        with (
            assemble(settings, application_name="pipeline-run", pool_size=8, statement_seconds=STATEMENT_SECONDS) as system,
            ExitStack() as opened,
        ):
            yield open_pipeline(system, opened)


def open_pipeline(system: System, opened: ExitStack) -> Pipeline:
    """The processor on this system, with its lanes as the settings say; `opened` closes them."""
    settings = system.settings
    # closed in the opposite order: the processor first
    ocr = open_ocr_lane(settings)
    if ocr is not None:
        opened.callback(ocr.close)
    rules = RulesLane(niceness=READING_NICENESS) if settings.en16931_rules else None
    if rules is not None:
        opened.callback(rules.close)
    sandbox = open_sandbox(settings)
    opened.callback(sandbox.close)
    processor = Processor(
        ingestions=system.ingestions,
        objects=system.objects,
        search=system.search,
        sandbox=sandbox,
        read=read_invoice,
        ocr=ocr,
        rules=rules,
        seen=system.seen,
        now=lambda: datetime.now(UTC),
        jitter=random.random,
    )
    opened.callback(processor.close)
    return Pipeline(system, processor)


class CachedResources:
    """For sensors and schedules, which look every second in one process: the system with its connections, and Dagster's
    instance, opened at the first use. An instance of its own for each look, as Dagster gives it, asks the database for its
    tables, and SQLAlchemy remembers what it asked for: the code server grew by half a megabyte a minute."""

    def __init__(self, open_system: Callable[[], AbstractContextManager[System]]) -> None:
        """`open_system` is called at the first use."""
        self._open_system = open_system
        self._lock = Lock()
        self._opened = ExitStack()
        self._system: System | None = None
        self._instance: dg.DagsterInstance | None = None

    def system(self) -> System:
        """Raises SettingsError."""
        with self._lock:
            if self._system is None:
                self._system = self._opened.enter_context(self._open_system())
                atexit.register(self.close)
            return self._system

    def instance(self, context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext) -> dg.DagsterInstance:
        """The instance of this context."""
        if context.instance_ref is None:  # there is only the one in memory
            return context.instance
        with self._lock:
            if self._instance is None:
                bound_storage_waits()
                self._instance = self._opened.enter_context(dg.DagsterInstance.from_ref(context.instance_ref))
            return self._instance

    def close(self) -> None:
        """Closes both; the next use opens them again."""
        with self._lock:
            self._system = self._instance = None
            self._opened.close()


def open_for_sensors() -> AbstractContextManager[System]:
    """The system of sensors and schedules, in the code server; its log lines become the system's. Raises SettingsError."""
    settings = load(program="pipeline")
    logs.configure("code-server", settings.log_level, settings.log_format)
    return assemble(settings, application_name="sensors", pool_size=4)


def cached_system_resource(cached: CachedResources) -> dg.ResourceDefinition:
    """The system that stays open, as a resource of schedules."""
    return dg.ResourceDefinition(lambda _: cached.system(), description="The same, kept open between evaluations of schedules.")


def open_sandbox(settings: Settings) -> Sandbox:
    """The processes that read."""
    workers = settings.extract_workers or os.cpu_count() or 1
    memory = settings.extract_memory_mb * 1024 * 1024
    return Sandbox(workers, SandboxLimits.patient(memory, settings.extract_seconds, niceness=READING_NICENESS), PRELOADED)


def open_ocr_lane(settings: Settings) -> OcrLane | None:
    """The processes that recognise scanned pages; None where none are wanted."""
    if settings.ocr_workers == 0:
        return None
    return OcrLane(
        workers=settings.ocr_workers,
        memory_bytes=settings.ocr_memory_mb * 1024 * 1024,
        page_seconds=settings.ocr_page_seconds,
        max_pages=settings.ocr_max_pages,
        niceness=READING_NICENESS,
        preload=PRELOADED,
    )
