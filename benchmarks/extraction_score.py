"""Reads the public corpus through `extract` and writes predictions for its score.py. Families can be held back.

Usage: extraction_score.py OUT_FOLDER [--held | --open]. The corpus: INVOICEFLOW_CORPUS, or ../shared/corpus beside the project.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.domain.invoice_document import to_document
from invoiceflow_pipeline.extraction.extract import extract

CORPUS = Path(os.environ.get("INVOICEFLOW_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus")
HELD_BACK_PERCENT = 35


def is_held_back(family: str) -> bool:
    """Chosen by the hash of the name, so that nobody chooses."""
    return int(hashlib.sha256(family.encode()).hexdigest(), 16) % 100 < HELD_BACK_PERCENT


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--held", action="store_true", help="only the held-back families")
    parser.add_argument("--open", action="store_true", help="only the families one may look at")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in (CORPUS / "truth.jsonl").read_text().splitlines()]
    rows = [
        r for r in rows if not (args.held and not is_held_back(r["family"])) and not (args.open and is_held_back(r["family"]))
    ]
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
