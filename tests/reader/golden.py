"""The golden set: what the present extractor reads from fifty generated samples, kept in `golden.json`.

It holds results still, right or wrong ones; whether they are right is measured elsewhere, against the samples' truth.
"""

from pathlib import Path
from typing import Any, Final

import orjson

from invoiceflow.domain.invoice import Invoice
from invoiceflow.domain.invoice_document import to_document
from invoiceflow_reader.extract import extract
from samples.generate import sample_invoices

FILE: Final = Path(__file__).parent / "golden.json"
SEED: Final = 4711
COUNT: Final = 56
Results = dict[str, dict[str, Any]]


def read_samples() -> Results:
    """By the sample's name. Scans are left out: they take seconds each, and recognition differs among processors."""
    samples = (sample for sample in sample_invoices(SEED, COUNT) if sample.kind != "scan")
    return {sample.name: _result(extract(sample.pdf).invoice) for sample in samples}


def _result(invoice: Invoice) -> dict[str, Any]:
    """The document as it is stored; of the evidence what does not hang on a font's measures."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(to_document(invoice)))
    document["evidence"] = {
        field: f"{found['reader']} {found['page']} {found['confidence']:.2f} {found['text']}"
        for field, found in document["evidence"].items()
    }
    document["findings"] = sorted(finding["code"] for finding in document["findings"])
    return document


def kept() -> tuple[str, Results]:
    """The extractor version that made the set, and the set."""
    stored = orjson.loads(FILE.read_bytes())
    return stored["extractor_version"], stored["samples"]


def keep(version: str, results: Results) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    FILE.write_bytes(orjson.dumps({"extractor_version": version, "samples": results}, option=options))


def differences(before: Any, after: Any, path: str = "") -> list[str]:
    """A line for each value that is not the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted({*before, *after})
        return [line for name in names for line in differences(before.get(name), after.get(name), f"{path}/{name}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [line for i, (one, other) in pairs for line in differences(one, other, f"{path}/{i}")]
    return [] if before == after else [f"{path}: {before!r} -> {after!r}"]
