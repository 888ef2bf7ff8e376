"""`python -m benchmarks [NAME …]`: every measurement, or those named, as one JSON object on standard output."""

import json
import sys
import tempfile
from pathlib import Path

from benchmarks import end_to_end, growth, latency, memory, search, upload_rate

MEASUREMENTS = {
    "end_to_end": end_to_end.measure,
    "latency": latency.measure,
    "upload_rate": upload_rate.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "search": search.measure,
}


def main() -> None:
    names = sys.argv[1:] or list(MEASUREMENTS)
    results: dict[str, object] = {}
    for name in names:
        with tempfile.TemporaryDirectory(prefix="invoiceflow-bench-") as folder:
            results[name] = MEASUREMENTS[name](Path(folder))
        print(f"{name}: done", file=sys.stderr)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
