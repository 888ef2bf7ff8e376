"""The index's settings and fields, and one invoice as a document of it. Words come ready-made from `domain.search.analysis`,
so that OpenSearch's tokenizers and their versions decide nothing; `words` only takes them apart at blanks.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from invoiceflow.database import storable
from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.document import SearchDocument

SCHEMA_VERSION: Final = 1
LAST: Final = "\U0010ffff"
"""Stands for a missing name or number: sorts behind every other, and no filter can ask for it."""
LARGEST_TOTAL: Final = 2**63 - 2
"""Ten-thousandths that a `long` holds; one less on each side, for Lucene writes a missing value as the outermost."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ONE: Final = timedelta(microseconds=1)

_UNSEARCHED: Final = {"type": "object", "enabled": False}
_WORDS: Final = {
    "type": "text",
    "analyzer": "words",
    "search_analyzer": "folded",  # for people who ask OpenSearch itself: they type `Müller`
    "norms": False,
    "position_increment_gap": 100,  # a phrase never crosses values
}

INDEX: Final[dict[str, Any]] = {
    "settings": {
        "index": {
            "number_of_shards": 1,  # facets and totals are exact on one; enough for ten million invoices
            "auto_expand_replicas": "0-1",
            "refresh_interval": "500ms",  # said, not left out: a default one goes to sleep and the next search waits for it
            "codec": "best_compression",
            "gc_deletes": "24h",  # how long a late older write of a removed invoice is still refused
            "max_result_window": 10_000,
            "mapping.total_fields.limit": 60,
        },
        "analysis": {
            "tokenizer": {
                "blanks": {"type": "whitespace", "max_token_length": 2 * analysis.MAX_LENGTH},
                "letters": {"type": "pattern", "pattern": "[^\\p{L}\\p{N}]+"},
            },
            "filter": {"cut": {"type": "truncate", "length": analysis.MAX_LENGTH}},
            "analyzer": {
                "words": {"type": "custom", "tokenizer": "blanks"},
                "folded": {"type": "custom", "tokenizer": "letters", "filter": ["asciifolding", "lowercase", "cut"]},
            },
        },
    },
    "mappings": {
        "dynamic": "strict",
        "_meta": {"schema_version": SCHEMA_VERSION},
        "_source": {"excludes": ["all", "parties"]},  # rebuilt from the database, never from itself
        "properties": {
            "request_id": {"type": "keyword"},
            "revision": {"type": "long"},
            "checksum": {"type": "long"},
            "received_at": {"type": "date", "format": "strict_date_time"},  # for dashboards; sorted by the next
            "received_us": {"type": "long"},
            "received_day": {"type": "integer"},
            "status": {"type": "keyword"},
            "number_key": {"type": "keyword"},
            "issue_date": {"type": "date", "format": "strict_date"},
            "issue_month": {"type": "keyword"},
            "payment_due_date": {"type": "date", "format": "strict_date"},
            "currency_code": {"type": "keyword"},
            "seller_name": {"type": "keyword"},
            "seller_key": {"type": "keyword"},
            "buyer_key": {"type": "keyword"},
            "total_e4": {"type": "long"},  # not scaled_float: 3.8 sorts those wrongly, opensearch#17833
            "findings": {"type": "keyword"},
            "identifiers": {"type": "keyword", "doc_values": False},
            "parties": _WORDS,
            "all": _WORDS,
            "hit": _UNSEARCHED,
            "text": _UNSEARCHED,
        },
    },
}


class Refused(ValueError):
    """This document can never be indexed; the text says why."""


def source(document: SearchDocument) -> dict[str, Any]:
    """Raises Refused."""
    fields = list(document.searched_fields())
    words = [[_words(value) for value in values] for _, values in fields]
    return {
        "request_id": str(document.request_id),
        "revision": document.revision,
        "checksum": document.checksum,
        "received_at": document.received_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "received_us": microseconds(document.received_at),
        "received_day": days(document.received_at.astimezone(UTC).date()),
        "status": document.status,
        "number_key": document.number_key or LAST,
        "issue_date": document.issue_date and document.issue_date.isoformat(),
        "issue_month": document.issue_date and document.issue_date.isoformat()[:7],
        "payment_due_date": document.payment_due_date and document.payment_due_date.isoformat(),
        "currency_code": _clean(document.currency_code),
        "seller_name": _clean(document.seller_name),
        "seller_key": _clean(document.seller_key) or LAST,
        "buyer_key": _clean(document.buyer_key),
        "total_e4": _total(document.with_tax),
        "findings": [storable(code) for code in document.findings],
        "identifiers": sorted({token for value in document.identifiers for token in analysis.tokens(value)}),
        "parties": words[1],
        "all": [value for values in words for value in values],
        "hit": document.hit(),
        "text": storable(document.text),
    }


def ten_thousandths(amount: Decimal, rounding: str) -> int:
    """What a range asks for, moved to where a total can be: no total lies beyond."""
    if amount.adjusted() > 20:
        return LARGEST_TOTAL if amount > 0 else -LARGEST_TOTAL
    whole = int((amount * 10_000).to_integral_value(rounding))
    return max(-LARGEST_TOTAL, min(LARGEST_TOTAL, whole))


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _ONE


def days(day: date) -> int:
    """Since 1970."""
    return (day - _EPOCH.date()).days


def day_of(number: int) -> date:
    return _EPOCH.date() + timedelta(days=number)


def _total(amount: Decimal | None) -> int | None:
    if amount is None:
        return None
    total = ten_thousandths(amount, ROUND_HALF_EVEN)
    if abs(total) == LARGEST_TOTAL:
        raise Refused("the total with tax is larger than an index can sort")
    return total


def _words(value: str) -> str:
    return " ".join(analysis.tokens(value))


def _clean(value: str | None) -> str | None:
    return None if value is None else storable(value)
