"""The pipeline's metrics for Prometheus: read from the queue and the database at each scrape, since the processes that work
come and go. Served by the daemon's process."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from invoiceflow.bootstrap import System
from invoiceflow.domain.pipeline_counters import (
    FAILURES,
    FINISHED,
    OCR_PAGES,
    READING,
    READING_BUCKETS,
    SEARCHABLE,
    SEARCHABLE_BUCKETS,
    Counts,
)
from invoiceflow.ports.unavailable import Unavailable

ALERTS_COUNTED: Final = 10_000

logger = logging.getLogger(__name__)
_open_until_exit: Final = ExitStack()
"""Held here: a context manager that nobody holds is closed by the collector."""


class PipelineMetrics(Collector):
    """Collects at each scrape. What cannot be reached is left out, and `invoiceflow_pipeline_up` is 0 for it."""

    def __init__(self, system: System, version: str, now: Callable[[], datetime]) -> None:
        """`version` is the label of the build; `now` gives the time in UTC."""
        self._system = system
        self._version = version
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """The families, in a fixed order."""
        build = GaugeMetricFamily(
            "invoiceflow_build_info", "Always 1; the label names the running version.", labels=["version"]
        )
        build.add_metric([self._version], 1)
        yield build
        up = GaugeMetricFamily("invoiceflow_pipeline_up", "1 when these metrics' source could be read.", labels=["source"])
        for source, families in (("queue", self._queue), ("database", self._database)):
            try:
                found = list(families())
            except Unavailable as error:
                logger.warning("The %s cannot be read for metrics: %s", source, error)
                up.add_metric([source], 0)
            else:
                up.add_metric([source], 1)
                yield from found
        yield up

    def _queue(self) -> Iterator[Metric]:
        depth = self._system.queue.depth()
        waiting = GaugeMetricFamily("invoiceflow_queue_messages", "Messages in the queue by state.", labels=["state"])
        waiting.add_metric(["waiting"], depth.waiting)
        if depth.unacknowledged is not None:  # RabbitMQ does not say
            waiting.add_metric(["unacknowledged"], depth.unacknowledged)
        waiting.add_metric(["dead"], depth.dead)
        yield waiting
        yield GaugeMetricFamily("invoiceflow_consumers", "Consumers connected to the queue.", value=depth.consumers)

    def _database(self) -> Iterator[Metric]:
        rows, now = self._system.ingestions, self._now()
        counts = rows.status_counts()
        by_status = GaugeMetricFamily("invoiceflow_invoices", "Invoices by status.", labels=["status"])
        for status in ("pending", "processing", "completed", "failed"):
            by_status.add_metric([status.upper()], getattr(counts, status))
        yield by_status
        activity = rows.activity(now)
        oldest = 0.0 if activity.waiting_since is None else (now - activity.waiting_since).total_seconds()
        yield GaugeMetricFamily("invoiceflow_oldest_waiting_seconds", "Age of the oldest upload never finished.", value=oldest)
        unsent = len(self._system.alerts.unsent(ALERTS_COUNTED))
        yield GaugeMetricFamily("invoiceflow_alerts_unsent", "Alerts recorded and not sent yet.", value=unsent)
        yield from _counted(rows.pipeline_counts())


def serve(
    open_system: Callable[[], AbstractContextManager[System]], host: str, port: int, version: str, now: Callable[[], datetime]
) -> None:
    """Serves `/metrics` from a thread of its own, for the life of this process. A port that is taken is logged, no error: the
    daemon must run all the same."""
    registry = CollectorRegistry()
    system = _open_until_exit.enter_context(open_system())
    registry.register(PipelineMetrics(system, version, now))
    try:
        start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        logger.warning("The pipeline's metrics are not served: port %s of %s: %s", port, host, error.strerror)


def _counted(counts: Counts) -> Iterator[Metric]:
    finished = CounterMetricFamily("invoiceflow_processed", "Processings of invoices by result.", labels=["status"])
    failures = CounterMetricFamily("invoiceflow_failures", "Failed processings by failure code.", labels=["code"])
    pages = CounterMetricFamily("invoiceflow_ocr_pages", "Scanned pages recognised.")
    pages.add_metric([], counts.get((OCR_PAGES, ""), 0.0))
    for (name, label), value in sorted(counts.items()):
        if name == FINISHED:
            finished.add_metric([label], value)
        if name == FAILURES:
            failures.add_metric([label], value)
    yield from (finished, failures, pages)
    searchable = HistogramMetricFamily("invoiceflow_searchable_seconds", "Seconds from upload to searchable.")
    buckets = {label: value for (name, label), value in counts.items() if name == SEARCHABLE}
    searchable.add_metric([], _cumulated(buckets, SEARCHABLE_BUCKETS), counts.get((f"{SEARCHABLE}_sum", ""), 0.0))
    yield searchable
    reading = HistogramMetricFamily("invoiceflow_reading_seconds", "Seconds of one reading, by what read.", labels=["readers"])
    for readers in sorted(label for name, label in counts if name == f"{READING}_sum"):
        own = {
            label.rpartition("|")[2]: value
            for (name, label), value in counts.items()
            if name == READING and label.rpartition("|")[0] == readers
        }
        reading.add_metric([readers], _cumulated(own, READING_BUCKETS), counts[f"{READING}_sum", readers])
    yield reading


def _cumulated(buckets: Mapping[str, float], bounds: tuple[float, ...]) -> list[tuple[str, float]]:
    """As Prometheus has them: each bucket holds those below it as well."""
    total, cumulated = 0.0, []
    for bound in (*map(str, bounds), "+Inf"):
        total += buckets.get(bound, 0.0)
        cumulated.append((bound, total))
    return cumulated
