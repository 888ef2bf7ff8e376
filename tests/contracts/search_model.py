"""The search contract as plainly as it can be said: every document looked at, one by one. What an index must answer."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.query import FACET_SIZE, Chunk, Search, chunks


def answer(documents: Sequence[SearchDocument], search: Search) -> dict[str, Any]:
    """total, relaxed, ids of the first page in order, facets."""
    asked = chunks(search.q)
    tried = False
    found = [d for d in documents if _holds(d, search) and all(_matches(d, c, relaxed=False) for c in asked)]
    if not found and any(c.forgives_a_typo for c in asked):
        found = [d for d in documents if _holds(d, search) and all(_matches(d, c, relaxed=True) for c in asked)]
        tried = True
    return {
        "total": len(found),
        "relaxed": tried and bool(found),
        "ids": [str(d.request_id) for d in _ordered(found, search)][: search.limit],
        "facets": {name: _facet(documents, search, name, relaxed=tried) for name in search.facets},
    }


def _values(document: SearchDocument) -> list[list[str]]:
    texts = [text for _, values in document.searched_fields() for text in values]
    return [analysis.tokens(text) for text in texts]


def _matches(document: SearchDocument, chunk: Chunk, *, relaxed: bool) -> bool:
    values = _values(document)
    words = {word for value in values for word in value}
    if chunk.compact in words or (chunk.prefix and any(word.startswith(chunk.compact) for word in words)):
        return True
    if len(chunk.tokens) > 1 and any(
        list(chunk.tokens) == value[i : i + len(chunk.tokens)] for value in values for i in range(len(value))
    ):
        return True
    if relaxed and chunk.forgives_a_typo:
        return any(word[0] == chunk.compact[0] and analysis.one_edit(word, chunk.compact) for word in words)
    return False


def _holds(document: SearchDocument, search: Search, without: str = "") -> bool:
    folded = analysis.fold
    tests = {
        "seller": not search.seller or folded(document.seller_name or "") in map(folded, search.seller),
        "buyer": not search.buyer or folded(document.buyer_name or "") in map(folded, search.buyer),
        "status": not search.status or document.status in search.status,
        "currency": not search.currency or document.currency_code in search.currency,
        "finding": not search.finding or bool(set(search.finding) & set(document.findings)),
        "has_finding": search.has_finding in (None, bool(document.findings)),
        "issued": _within(document.issue_date, search.issued_from, search.issued_to),
        "due": _within(document.payment_due_date, search.due_from, search.due_to),
        "total": _within(document.with_tax, search.total_min, search.total_max),
    }
    return all(held for name, held in tests.items() if name != without)


def _within(value: Any, low: Any, high: Any) -> bool:
    if low is None and high is None:
        return True
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


def _ordered(found: list[SearchDocument], search: Search) -> list[SearchDocument]:
    if search.order == "relevance":
        return sorted(found, key=lambda d: (_tier(d, search), d.received_at, d.request_id), reverse=True)
    name = search.order.lstrip("-")
    descending = search.order.startswith("-")
    last: Any = {
        "issue_date": date.min if descending else date.max,
        "payment_due_date": date.min if descending else date.max,
        "total": Decimal("-Infinity") if descending else Decimal("Infinity"),
    }.get(name, "\U0010ffff")
    keys: dict[str, Callable[[SearchDocument], Any]] = {
        "received_at": lambda d: d.received_at,
        "issue_date": lambda d: d.issue_date or last,
        "payment_due_date": lambda d: d.payment_due_date or last,
        "total": lambda d: last if d.with_tax is None else d.with_tax,
        "seller": lambda d: last if d.seller_name is None else analysis.fold(d.seller_name),
        "number": lambda d: d.number_key or last,
    }
    return sorted(found, key=lambda d: (keys[name](d), d.request_id), reverse=descending)


def _tier(document: SearchDocument, search: Search) -> int:
    asked = chunks(search.q)
    whole = "".join(chunk.compact for chunk in asked)
    parties = {word for name in (document.seller_name, document.buyer_name) if name for word in analysis.tokens(name)}
    identifiers = {word for value in document.identifiers for word in analysis.tokens(value)}
    in_parties = all(word in parties for chunk in asked for word in chunk.tokens)
    return 8 * (document.number_key == whole) + 4 * (whole in identifiers) + 2 * in_parties


def _facet(documents: Sequence[SearchDocument], search: Search, name: str, *, relaxed: bool) -> list[tuple[str, int]]:
    asked = chunks(search.q)
    counts: Counter[str] = Counter()
    for document in documents:
        if not _holds(document, search, without=name) or not all(_matches(document, c, relaxed=relaxed) for c in asked):
            continue
        shown: dict[str, list[str | None]] = {
            "seller": [document.seller_name],
            "currency": [document.currency_code],
            "status": [document.status],
            "month": [document.issue_date.strftime("%Y-%m") if document.issue_date else None],
            "finding": list(document.findings),
        }
        counts.update(value for value in shown[name] if value)
    pairs = [(value, count) for value, count in counts.items()]
    if name == "month":
        return sorted(pairs)
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:FACET_SIZE]
