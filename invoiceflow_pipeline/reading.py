"""One reading of one file, as it runs inside the sandbox: the extraction, timed and stamped with its version."""

import time

from invoiceflow.domain.extraction import StoredExtraction


def read_invoice(content: bytes) -> StoredExtraction:
    """Raises PermanentFailure. Imports the extraction when it is first used: a worker has it preloaded."""
    from invoiceflow_pipeline.extraction.extract import extract
    from invoiceflow_pipeline.extraction.version import EXTRACTOR_VERSION

    started = time.perf_counter()
    extraction = extract(content)
    return StoredExtraction(
        invoice=extraction.invoice,
        text=extraction.text,
        page_count=extraction.page_count,
        readers=extraction.readers,
        extractor_version=EXTRACTOR_VERSION,
        seconds=time.perf_counter() - started,
    )
