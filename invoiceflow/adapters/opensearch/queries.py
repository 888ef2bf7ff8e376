"""A search as OpenSearch's query language, and its answer read. What a search means stands in `invoiceflow.domain.search`."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any, Final

from invoiceflow.adapters.opensearch.mapping import ten_thousandths
from invoiceflow.database import storable
from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.highlight import highlight
from invoiceflow.domain.search.query import FACET_SIZE, TOTAL_CAP, Chunk, Found, Search, chunks

HIGHLIGHTED: Final = 20_000
"""Characters of the page text in which a highlight is looked for."""
MONTHS: Final = 10_000

_BY_ID: Final = {"asc": {"request_id": "asc"}, "desc": {"request_id": "desc"}}
_SORT: Final = {
    "received_at": "received_us",
    "issue_date": "issue_date",
    "payment_due_date": "payment_due_date",
    "total": "total_e4",
    "seller": "seller_key",
    "number": "number_key",
}
_FACET: Final = {
    "seller": "seller_name",
    "currency": "currency_code",
    "status": "status",
    "month": "issue_month",
    "finding": "findings",
}


def body(search: Search, *, relaxed: bool, whole: bool) -> dict[str, Any]:
    """`whole`: with the total, facets and what highlights are made of."""
    asked, filters = chunks(search.q), _filters(search)
    facets = search.facets if whole else ()
    # a facet leaves out its own filter: those of facets are applied after the facets are counted
    late = {name: clause for name, clause in filters.items() if name in facets}
    early = [clause for name, clause in filters.items() if name not in late]
    query: dict[str, Any] = {"filter": [*(_chunk(chunk, relaxed=relaxed) for chunk in asked), *early]}
    if search.order == "relevance" and asked:
        query["should"] = _tiers(asked)
    made: dict[str, Any] = {
        "query": {"bool": query},
        "sort": _sort(search),
        "size": search.limit + 1,
        "track_total_hits": TOTAL_CAP + 1 if whole else False,
        "_source": ["hit", "text"] if whole and asked else ["hit"],
    }
    if late:
        made["post_filter"] = {"bool": {"filter": list(late.values())}}
    if search.after is not None:
        made["search_after"] = list(search.after[1:])
    if facets:
        made["aggs"] = {name: _facet(name, [c for other, c in late.items() if other != name]) for name in facets}
    return made


def found(answer: Mapping[str, Any], search: Search, *, relaxed: bool, whole: bool) -> Found:
    rows = answer["hits"]["hits"]
    page = rows[: search.limit]
    total = answer["hits"]["total"]["value"] if whole else len(page)
    asked = chunks(search.q) if whole else []
    return Found(
        total=min(total, TOTAL_CAP),
        exact=whole and total <= TOTAL_CAP,
        relaxed=relaxed and total > 0,
        hits=[_hit(row["_source"], asked, relaxed=relaxed) for row in page],
        after=(relaxed, *page[-1]["sort"]) if len(rows) > search.limit and page else None,
        facets={name: _counts(answer["aggregations"][name]) for name in search.facets} if whole else {},
    )


def _chunk(chunk: Chunk, *, relaxed: bool) -> dict[str, Any]:
    either: list[dict[str, Any]] = []
    if len(chunk.tokens) > 1:
        either.append({"match_phrase": {"all": {"query": " ".join(chunk.tokens), "analyzer": "words"}}})
    either.append({"prefix" if chunk.prefix else "term": {"all": {"value": chunk.compact}}})
    if relaxed and chunk.forgives_a_typo:
        typo = {"value": chunk.compact, "fuzziness": 1, "prefix_length": 1, "max_expansions": 1000, "transpositions": True}
        either.append({"fuzzy": {"all": {**typo, "rewrite": "constant_score"}}})
    return either[0] if len(either) == 1 else {"bool": {"should": either, "minimum_should_match": 1}}


def _tiers(asked: Sequence[Chunk]) -> list[dict[str, Any]]:
    """Tiers, not BM25: the same score on every index and every replica, so that a cursor on it holds."""
    whole = "".join(chunk.compact for chunk in asked)[: analysis.MAX_LENGTH]
    parties = [{"term": {"parties": token}} for token in dict.fromkeys(token for chunk in asked for token in chunk.tokens)]
    tiers: list[tuple[int, dict[str, Any]]] = [
        (8, {"term": {"number_key": whole}}),
        (4, {"term": {"identifiers": whole}}),
        (2, {"bool": {"filter": parties}}),
    ]
    return [{"constant_score": {"filter": clause, "boost": boost}} for boost, clause in tiers]


def _filters(search: Search) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {}
    for name, names in (("seller", search.seller), ("buyer", search.buyer)):
        if names:
            made[name] = {"terms": {f"{name}_key": [storable(analysis.name_key(value)) for value in names]}}
    exact = (("status", search.status, "status"), ("currency", search.currency, "currency_code"))
    for name, values, field in (*exact, ("finding", search.finding, "findings")):
        if values:
            made[name] = {"terms": {field: [storable(value) for value in values]}}
    if search.has_finding is not None:
        there = {"exists": {"field": "findings"}}
        made["has_finding"] = there if search.has_finding else {"bool": {"must_not": there}}
    least = None if search.total_min is None else ten_thousandths(search.total_min, ROUND_CEILING)
    most = None if search.total_max is None else ten_thousandths(search.total_max, ROUND_FLOOR)
    for field, low, high in (
        ("issue_date", search.issued_from, search.issued_to),
        ("payment_due_date", search.due_from, search.due_to),
        ("total_e4", least, most),
    ):
        bounds = {name: str(bound) for name, bound in (("gte", low), ("lte", high)) if bound is not None}
        if bounds:
            made[field] = {"range": {field: bounds}}
    return made


def _sort(search: Search) -> list[dict[str, Any]]:
    if search.order == "relevance":
        return [{"_score": "desc"}, {"received_us": "desc"}, _BY_ID["desc"]]
    direction = "desc" if search.order.startswith("-") else "asc"
    return [{_SORT[search.order.lstrip("-")]: {"order": direction, "missing": "_last"}}, _BY_ID[direction]]


def _facet(name: str, others: list[dict[str, Any]]) -> dict[str, Any]:
    by_count = [{"_count": "desc"}, {"_key": "asc"}]
    counted: dict[str, Any] = {"field": _FACET[name], "size": FACET_SIZE, "shard_size": 1000, "order": by_count}
    if name == "month":
        counted = {"field": _FACET[name], "size": MONTHS, "order": {"_key": "asc"}}
    return {"filter": {"bool": {"filter": others}}, "aggs": {"values": {"terms": counted}}}


def _counts(aggregation: Mapping[str, Any]) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in aggregation["values"]["buckets"]]


def _hit(source: Mapping[str, Any], asked: Sequence[Chunk], *, relaxed: bool) -> dict[str, Any]:
    hit: dict[str, Any] = dict(source["hit"])
    if asked:
        fields = {"number": hit["number"], "seller.name": hit["seller"]["name"], "buyer.name": hit["buyer"]["name"]}
        texts = {path: text for path, text in {**fields, "text": source["text"][:HIGHLIGHTED]}.items() if text}
        words = _meant(texts.values(), asked) if relaxed else []
        marked = {path: highlight(text, asked, words) for path, text in texts.items()}
        hit["highlights"] = {
            path: {"text": mark.text, "marks": [list(span) for span in mark.marks]}
            for path, mark in marked.items()
            if mark is not None
        }
    return hit


def _meant(texts: Any, asked: Sequence[Chunk]) -> list[str]:
    """The words of the texts that the query may have meant: one typo away, with the same first letter."""
    typed = [chunk.compact for chunk in asked if chunk.forgives_a_typo]
    words = {word for text in texts for word in analysis.tokens(text)}
    return [word for word in words if any(word[0] == one[0] and analysis.one_edit(word, one) for one in typed)]
