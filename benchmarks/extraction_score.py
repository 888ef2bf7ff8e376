"""Reads the public corpus through `extract` and writes predictions for its score.py. Families can be held back.

Usage: extraction_score.py OUT_FOLDER [--held | --open]. The corpus: INVOICEFLOW_CORPUS, or ../shared/corpus beside the project.

Families that one program drew look alike, so they are held back together or not at all: a group is what hangs together by
family or by the PDF's creator and producer, and it is held back only if each of its families is by the hash of its name.
"""

import argparse
import hashlib
import json
import os
import re
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.invoice_document import to_document
from invoiceflow_reader.extract import extract

CORPUS = Path(os.environ.get("INVOICEFLOW_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
HELD_BACK_PERCENT = 35


def held_back(rows: Sequence[dict[str, Any]]) -> frozenset[str]:
    """The ids of the documents that may only be counted, never looked at."""
    members: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for key in (f"family {row['family']}", f"renderer {_renderer(row)}"):
            members[key].add(row["id"])
    group = {row["id"]: {row["id"]} for row in rows}
    for ids in members.values():
        joined = set().union(*(group[i] for i in ids))
        for i in joined:
            group[i] = joined
    families = {row["id"]: row["family"] for row in rows}
    return frozenset(i for i, ids in group.items() if all(_chosen(families[other]) for other in ids))


def _chosen(family: str) -> bool:
    """By the hash of the name, so that nobody chooses."""
    return int(hashlib.sha256(family.encode()).hexdigest(), 16) % 100 < HELD_BACK_PERCENT


def _renderer(row: dict[str, Any]) -> str:
    if row["kind"] == "stylesheet":
        return "stylesheet"  # one by the corpus's own words, whatever the file says
    document = pypdfium2.PdfDocument(CORPUS / "as-is" / f"{row['id']}.pdf")
    try:
        facts = document.get_metadata_dict()
    finally:
        document.close()
    names = f"{facts.get('Creator', '')} {facts.get('Producer', '')}"
    return re.sub(r"[\d.]+", "", names).strip() or row["id"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--held", action="store_true", help="only the held-back families")
    parser.add_argument("--open", action="store_true", help="only the families one may look at")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in (CORPUS / "truth.jsonl").read_text().splitlines()]
    held = held_back(rows)
    rows = [row for row in rows if not (args.held and row["id"] not in held) and not (args.open and row["id"] in held)]
    (args.out / "truth.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    for mode in ("visible", "as-is"):
        with (args.out / f"{mode}.jsonl").open("w") as out:
            for row in rows:
                path = CORPUS / mode / f"{row['id']}.pdf"
                if not path.exists():
                    path = CORPUS / "as-is" / f"{row['id']}.pdf"
                data = path.read_bytes()
                started = time.perf_counter()
                try:
                    invoice = to_document(extract(data).invoice)
                except PermanentFailure as failure:
                    sys.stderr.write(f"{row['id']}: {failure}\n")
                    invoice = {}
                seconds = time.perf_counter() - started
                out.write(json.dumps({"id": row["id"], "seconds": seconds, "invoice": invoice}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
