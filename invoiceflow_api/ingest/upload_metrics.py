"""What the ingest API measures beyond requests: accepted and refused uploads, circuit breakers."""

from collections.abc import Callable

from prometheus_client import Counter, Gauge

from invoiceflow_api.metrics import RequestMetrics, gauge_of


class UploadMetrics(RequestMetrics):
    """The metrics of a program that takes uploads."""

    def __init__(self, version: str) -> None:
        """`version` becomes the label of `invoiceflow_build_info`."""
        super().__init__(version)
        self._refused = Counter(
            "invoiceflow_uploads_refused_total", "Refused uploads by problem code.", ["code"], registry=self.registry
        )
        self._accepted = Counter("invoiceflow_uploads_accepted_total", "Accepted uploads.", registry=self.registry)
        self._in_progress = Gauge("invoiceflow_uploads_in_progress", "Uploads in progress now.", registry=self.registry)
        self._breaker = Gauge(
            "invoiceflow_circuit_breaker_open",
            "1 while calls of the dependency are refused without being tried.",
            ["name"],
            registry=self.registry,
        )

    def record_accepted(self) -> None:
        """Counts one accepted upload."""
        self._accepted.inc()

    def record_refused(self, code: str) -> None:
        """Counts one refused upload by the code of its problem."""
        self._refused.labels(code).inc()

    def expose_in_progress(self, count: Callable[[], int]) -> None:
        """Exposes how many uploads are in progress; `count` is called whenever the metrics are read."""
        self._in_progress.set_function(count)

    def expose_breaker(self, name: str, is_open: Callable[[], bool]) -> None:
        """Exposes a circuit breaker's state; `is_open` is called whenever the metrics are read."""
        self._breaker.labels(name).set_function(gauge_of(is_open))
