"""`python -m benchmarks [--real] [NAME …]`: every measurement, or those named, as one JSON object on standard output."""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks import consumers, end_to_end, growth, latency, memory, reading, real_services, retention, search, upload_rate

MEASUREMENTS = {
    "end_to_end": end_to_end.measure,
    "consumers": consumers.measure,
    "latency": latency.measure,
    "upload_rate": upload_rate.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "retention": retention.measure,
    "search": search.measure,
    "reading": reading.measure,
}
ON_REAL_SERVICES = {"real_services": real_services.measure, "search": search.measure}
"""`--real`: what needs RabbitMQ, Go, a JDK 21 and Maven."""


def main() -> None:
    known = {**MEASUREMENTS, **ON_REAL_SERVICES}
    names = [name for name in sys.argv[1:] if name != "--real"]
    names = names or list(ON_REAL_SERVICES if "--real" in sys.argv else MEASUREMENTS)
    results: dict[str, object] = {}
    for name in names:
        with tempfile.TemporaryDirectory(prefix="invoiceflow-bench-") as folder:
            results[name] = known[name](Path(folder))
        print(f"{name}: done", file=sys.stderr)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
