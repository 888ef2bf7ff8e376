"""The pipeline's metrics for Prometheus: read from the queue and the database at each scrape, since the processes that work
come and go. `metrics_server` serves them."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from invoiceflow.bootstrap import System
from invoiceflow.domain.pipeline_counters import (
    FAILURES,
    FINISHED,
    OCR_PAGES,
    OCR_SECONDS,
    READING,
    READING_BUCKETS,
    SEARCHABLE,
    SEARCHABLE_BUCKETS,
    Counts,
)
from invoiceflow.ports.unavailable import Unavailable

ALERTS_COUNTED: Final = 10_000
CURRENT_REPORT: Final = timedelta(seconds=30)
"""An older report is of a process that has ended or hangs."""

logger = logging.getLogger(__name__)


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
        for source, families in (("queue", self._queue), ("database", self._database), ("reports", self._reports)):
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

    def _reports(self) -> Iterator[Metric]:
        current = [one.report for one in self._system.reports.latest() if one.age <= CURRENT_REPORT]
        waiting = sum(report.ocr_pages_waiting for report in current)
        yield GaugeMetricFamily("invoiceflow_ocr_pages_waiting", "Scanned pages that consumers have in hand.", value=waiting)
        stopped = GaugeMetricFamily("invoiceflow_stopped", "1 for each sensor and schedule that is stopped.", labels=["name"])
        for name in sorted({name for report in current for name in report.stopped}):
            stopped.add_metric([name], 1)
        yield stopped


def _counted(counts: Counts) -> Iterator[Metric]:
    finished = CounterMetricFamily("invoiceflow_processed", "Processings of invoices by result.", labels=["status"])
    failures = CounterMetricFamily("invoiceflow_failures", "Failed processings by failure code.", labels=["code"])
    pages = CounterMetricFamily("invoiceflow_ocr_pages", "Scanned pages given to the OCR lane, by result.", labels=["result"])
    seconds = CounterMetricFamily("invoiceflow_ocr_seconds", "Seconds in which the OCR lane worked on documents.")
    seconds.add_metric([], counts.get((OCR_SECONDS, ""), 0.0))
    for (name, label), value in sorted(counts.items()):
        if name == FINISHED:
            finished.add_metric([label], value)
        if name == FAILURES:
            failures.add_metric([label], value)
        if name == OCR_PAGES:
            pages.add_metric([label], value)
    yield from (finished, failures, pages, seconds)
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
