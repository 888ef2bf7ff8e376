"""What the pipeline counts of each finished invoice, and how many seconds fall into which bucket of a histogram. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

SEARCHABLE_BUCKETS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 3600.0, 86400.0)
"""Seconds from upload to searchable."""
READING_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 240.0)
"""Seconds of one reading."""

FINISHED: Final = "finished"
FAILURES: Final = "failures"
OCR_PAGES: Final = "ocr_pages"
OCR_SECONDS: Final = "ocr_seconds"
SEARCHABLE: Final = "searchable_seconds"
READING: Final = "reading_seconds"

Counts = Mapping[tuple[str, str], float]
"""By name and label."""


@dataclass(frozen=True, slots=True)
class FinishedInvoice:
    """What is counted of one. `failure_code` is None when it was completed; `searchable_seconds` since its upload, None where
    it was completed before; `reading_seconds` by `readers`, None where it was not read; `ocr_pages` the scanned pages
    that the OCR lane was given, by result; `ocr_seconds` how long it took for them."""

    failure_code: str | None = None
    searchable_seconds: float | None = None
    reading_seconds: float | None = None
    readers: str = "none"
    ocr_pages: Mapping[str, int] = field(default_factory=dict)
    ocr_seconds: float = 0.0


def counts_of(finished: Iterable[FinishedInvoice]) -> Counts:
    """The counts of a batch."""
    counts: Counter[tuple[str, str]] = Counter()
    sums: dict[tuple[str, str], float] = {}

    def observe(name: str, label: str, seconds: float, buckets: tuple[float, ...]) -> None:
        bound = next((bucket for bucket in buckets if seconds <= bucket), None)
        prefix = f"{label}|" if label else ""
        counts[name, f"{prefix}{'+Inf' if bound is None else bound}"] += 1
        sums[f"{name}_sum", label] = sums.get((f"{name}_sum", label), 0.0) + seconds

    for one in finished:
        counts[FINISHED, "COMPLETED" if one.failure_code is None else "FAILED"] += 1
        if one.failure_code is not None:
            counts[FAILURES, one.failure_code] += 1
        for result, pages in one.ocr_pages.items():
            counts[OCR_PAGES, result] += pages
        if one.ocr_seconds:
            sums[OCR_SECONDS, ""] = sums.get((OCR_SECONDS, ""), 0.0) + one.ocr_seconds
        if one.searchable_seconds is not None:
            observe(SEARCHABLE, "", max(0.0, one.searchable_seconds), SEARCHABLE_BUCKETS)
        if one.reading_seconds is not None:
            observe(READING, one.readers, one.reading_seconds, READING_BUCKETS)
    return {**{key: float(value) for key, value in counts.items()}, **sums}
