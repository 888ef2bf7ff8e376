"""Prometheus metrics of one web program, in a registry of its own."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest


class RequestMetrics:
    """Requests by method, path template and status; dependencies by name."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._seconds = Histogram(
            "invoiceflow_http_request_seconds",
            "Time from a request's first byte to its answer's last.",
            ["method", "path", "status"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
        )
        self._refused = Counter(
            "invoiceflow_uploads_refused_total", "Uploads that were refused, by code.", ["code"], registry=self.registry
        )
        self._accepted = Counter("invoiceflow_uploads_accepted_total", "Uploads that were accepted.", registry=self.registry)
        self._dependency = Gauge(
            "invoiceflow_dependency_healthy", "1 when the dependency answered its last check.", ["name"], registry=self.registry
        )

        self._breaker = Gauge(
            "invoiceflow_circuit_breaker_open",
            "1 while calls of the dependency are refused without being made.",
            ["name"],
            registry=self.registry,
        )

    def observe(self, method: str, path: str, status: int, seconds: float) -> None:
        self._seconds.labels(method, path, str(status)).observe(seconds)

    def accepted(self) -> None:
        self._accepted.inc()

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def dependency(self, name: str, *, healthy: bool) -> None:
        self._dependency.labels(name).set(1 if healthy else 0)

    def breaker(self, name: str, is_open: Callable[[], bool]) -> None:
        """`is_open` is asked whenever the metrics are."""
        self._breaker.labels(name).set_function(lambda: float(is_open()))

    def text(self) -> bytes:
        return generate_latest(self.registry)
