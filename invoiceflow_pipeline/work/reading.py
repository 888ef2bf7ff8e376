"""One reading of one file, as it runs inside the sandbox: the extraction, timed and stamped with its version; and the same
reading explained or drawn."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from invoiceflow.domain.extraction import StoredExtraction

if TYPE_CHECKING:
    from invoiceflow_reader.explain import ExplainedDocument
    from invoiceflow_reader.page.recognized import Recognition

FURTHEST_AHEAD = timedelta(hours=14)
"""Of all time zones: what is tomorrow here is today on Kiribati, and no date in the future."""


def latest_date(now: datetime) -> date:
    """The latest date that it is anywhere at `now`."""
    return (now.astimezone(UTC) + FURTHEST_AHEAD).date()


def read_invoice(content: bytes, recognitions: "Sequence[Recognition]" = (), today: date | None = None) -> StoredExtraction:
    """`recognitions` is what the OCR lane gave for the pages that a first reading asked for; dates after `today` are told.

    Raises PermanentFailure. Imports the extraction when it is first used: a worker has it preloaded."""
    from invoiceflow_reader.extract import extract
    from invoiceflow_reader.version import EXTRACTOR_VERSION

    started = time.perf_counter()
    extraction = extract(content, recognitions=recognitions, today=today)
    return StoredExtraction(
        invoice=extraction.invoice,
        text=extraction.text,
        page_count=extraction.page_count,
        readers=extraction.readers,
        extractor_version=EXTRACTOR_VERSION,
        seconds=time.perf_counter() - started,
        pages_to_recognize=extraction.pages_to_recognize,
        xml=extraction.xml,
    )


def explain_invoice(content: bytes, recognitions: "Sequence[Recognition]" = ()) -> "ExplainedDocument":
    """As `read_invoice`, with the candidates."""
    from invoiceflow_reader.explain import explain

    return explain(content, recognitions)


def draw_invoice(content: bytes, document: "ExplainedDocument") -> list[tuple[int, bytes]]:
    """Page numbers and PNGs of the pages with the values' boxes."""
    from invoiceflow_reader.drawing import draw

    return draw(content, {one.path: one.chosen for one in document.explanations if one.chosen is not None})
