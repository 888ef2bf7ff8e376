"""Prometheus metrics of one web program, in a registry of its own."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector, generate_latest


class RequestMetrics:
    """What every program measures: requests by method, path template and status; dependencies by name; the build."""

    def __init__(self, version: str) -> None:
        """`version` becomes the label of `invoiceflow_build_info`."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        build = Gauge(
            "invoiceflow_build_info", "Always 1; the label names the running version.", ["version"], registry=self.registry
        )
        build.labels(version).set(1)
        self._seconds = Histogram(
            "invoiceflow_http_request_seconds",
            "Time from a request's first byte to its answer's last.",
            ["method", "path", "status"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
        )
        self._dependency = Gauge(
            "invoiceflow_dependency_healthy", "1 when the dependency answered its last check.", ["name"], registry=self.registry
        )

    def record_request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Counts one answered request; `path` is the route's template, never what the client sent."""
        self._seconds.labels(method, path, str(status)).observe(seconds)

    def record_dependency(self, name: str, *, healthy: bool) -> None:
        """Records the result of a dependency's latest check."""
        self._dependency.labels(name).set(1 if healthy else 0)

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def gauge_of(condition: Callable[[], bool]) -> Callable[[], float]:
    """A gauge's value that is computed whenever the metrics are read: 1 while `condition` holds."""
    return lambda: float(condition())
