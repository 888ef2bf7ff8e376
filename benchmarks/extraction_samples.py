"""Scores `extract` on generated samples: per field right, wrong, missing and spurious, by kind and by language.

Usage: extraction_samples.py [--count N] [--seed S] [--misses FIELD]. Seeds under 1000 are for building, others for reporting.
"""

import argparse
import collections
import sys
from decimal import Decimal
from typing import Any

from invoiceflow.domain.invoice import Invoice
from invoiceflow_reader.extract import extract
from samples.generate import sample_invoices

FIELDS = (
    "number", "issue_date", "payment_due_date", "currency_code", "type_code", "purchase_order_reference", "seller.name",
    "seller.vat_identifier", "buyer.name", "buyer.vat_identifier", "totals.without_tax", "totals.tax", "totals.with_tax",
    "payment.account_id", "payment.bic", "payment.reference", "line_count", "line_sum",
)  # fmt: skip


def value_of(invoice: Invoice, field: str) -> Any:
    """A comparable value: letters and digits only for text, two places for money."""
    if field == "line_count":
        return len(invoice.lines) or None
    if field == "line_sum":
        amounts = [line.net_amount for line in invoice.lines]
        return sum((a for a in amounts if a is not None), Decimal(0)) if amounts and None not in amounts else None
    value: Any = invoice
    for part in field.split("."):
        value = getattr(value, part)
    return "".join(c for c in value.lower() if c.isalnum()) if isinstance(value, str) else value


def verdict(given: Any, truth: Any) -> str:
    if given is None:
        return "empty" if truth is None else "missing"
    if truth is None:
        return "spurious"
    return "right" if given == truth else "wrong"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", default="")
    args = parser.parse_args()
    counts: dict[str, dict[str, collections.Counter[str]]] = collections.defaultdict(
        lambda: collections.defaultdict(collections.Counter)
    )
    for sample in sample_invoices(args.seed, args.count):
        if sample.kind == "scan":
            continue
        got = extract(sample.pdf).invoice
        for field in FIELDS:
            given, truth = value_of(got, field), value_of(sample.truth, field)
            result = verdict(given, truth)
            for group in (sample.kind, *((sample.language, sample.layout) if sample.kind == "plain" else ())):
                counts[group][field][result] += 1
                counts[group]["all"][result] += 1
            if field == args.misses and sample.kind == "plain" and result in ("wrong", "missing", "spurious"):
                sys.stdout.write(f"{sample.name}: {result}, got {given}, truth {truth}\n")
    for group, fields in counts.items():
        shown = fields if group in ("plain", "e-invoice") else {"all": fields["all"]}
        for field, count in shown.items():
            known = count["right"] + count["wrong"] + count["missing"]
            given = count["right"] + count["wrong"] + count["spurious"]
            share, precision = count["right"] / max(1, known), count["right"] / max(1, given)
            rest = f"wrong {count['wrong']} missing {count['missing']} spurious {count['spurious']}"
            sys.stdout.write(
                f"{group:<10} {field:<26} {count['right']:>5}/{known:<5} {share:>7.1%} precision {precision:>7.1%} {rest}\n"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
