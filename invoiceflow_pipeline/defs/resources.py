"""What the pipeline's code is given by Dagster: the assembled system, and the processor with its sandbox.

Opened once for each run and closed at its end; sensors and schedules share one that is kept.
"""

import atexit
import os
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

import dagster as dg

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


@dg.resource(description="The database, the object store, the queue and the search index.")
def system_resource(_context: dg.InitResourceContext) -> Iterator[System]:
    bound_storage_waits()
    with assemble(load(program="pipeline"), application_name="pipeline", pool_size=2) as system:
        yield system


class Kept:
    """For what looks every second in one process, opened when it is first asked for: the system with its connections, and
    Dagster's instance. An instance of its own for each look, as Dagster gives it, asks the database what tables there are,
    and SQLAlchemy remembers what it asked for: the code server grew by half a megabyte a minute."""

    def __init__(self, open_system: Callable[[], AbstractContextManager[System]]) -> None:
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

    def instance(self, context: dg.SensorEvaluationContext) -> dg.DagsterInstance:
        if context.instance_ref is None:  # there is only the one in memory
            return context.instance
        with self._lock:
            if self._instance is None:
                bound_storage_waits()
                self._instance = self._opened.enter_context(dg.DagsterInstance.from_ref(context.instance_ref))
            return self._instance

    def close(self) -> None:
        with self._lock:
            self._system = self._instance = None
            self._opened.close()


def open_for_sensors() -> AbstractContextManager[System]:
    """Raises SettingsError."""
    return assemble(load(program="pipeline"), application_name="sensors", pool_size=4)


def kept_system_resource(kept: Kept) -> dg.ResourceDefinition:
    return dg.ResourceDefinition(lambda _: kept.system(), description="The same, kept open between the looks of schedules.")


@dg.resource(description="Reads invoices in limited processes.")
def pipeline_resource(_context: dg.InitResourceContext) -> Iterator[Pipeline]:
    allocator.give_back()
    bound_storage_waits()
    settings = load(program="pipeline")
    logs.configure("pipeline", settings.log_level, settings.log_format)
    with assemble(settings, application_name="pipeline-run", pool_size=8, statement_seconds=STATEMENT_SECONDS) as system:
        sandbox = open_sandbox(settings)
        ocr = open_ocr_lane(settings)
        rules = RulesLane(niceness=READING_NICENESS) if settings.en16931_rules else None
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
        try:
            yield Pipeline(system, processor)
        finally:
            processor.close()
            sandbox.close()
            if rules is not None:
                rules.close()
            if ocr is not None:
                ocr.close()


def open_sandbox(settings: Settings) -> Sandbox:
    workers = settings.extract_workers or os.cpu_count() or 1
    memory = settings.extract_memory_mb * 1024 * 1024
    return Sandbox(workers, SandboxLimits.patient(memory, settings.extract_seconds, niceness=READING_NICENESS), PRELOADED)


def open_ocr_lane(settings: Settings) -> OcrLane | None:
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
