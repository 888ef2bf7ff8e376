"""The contract of `SearchIndex`, on PostgreSQL and OpenSearch: the answers the plain model gives, in the same order."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.cursor import sign, unsign
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.query import FACETS, SORTS, Search, chunks
from invoiceflow.ports.search_index import SearchIndex
from tests.contracts import search_model

WORDS = ["Straßenbau", "Kabel", "Müller", "Söhne", "électricité", "größe", "papier", "träger", "montage", "wartung", "œuvre"]


def document(serial: int, **changes: Any) -> SearchDocument:
    base = SearchDocument(
        request_id=UUID(f"01890000-0000-7000-8000-{serial:012d}"),
        revision=1,
        received_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=serial),
        filename=f"f{serial}.pdf",
        source="upload",
        status="COMPLETED",
        number=f"RE-2024/{serial:05d}",
        issue_date=date(2026, 1, 1) + timedelta(days=serial % 90),
        payment_due_date=None,
        currency_code="EUR",
        seller_name="Müller & Söhne GmbH",
        seller_vat_identifier="DE123456788",
        buyer_name="Électricité Générale",
        without_tax=Decimal("100.00"),
        tax=Decimal("19.00"),
        with_tax=Decimal("119.00") + serial % 7,
        descriptions=("Straßenbau",),
        findings=(),
        identifiers=(),
        text="eins zwei drei",
    )
    made = replace(base, **changes)
    identifiers = analysis.identifier_terms(made.number or "") | {
        analysis.compact(value) for value in (made.seller_vat_identifier, str(made.request_id), made.filename) if value
    }
    return replace(made, identifiers=tuple(sorted(identifiers)))


DOCUMENTS = [document(number) for number in range(1, 31)] + [
    document(
        40,
        seller_name="Dupont SAS",
        seller_vat_identifier=None,
        text="Facture montant total 1.190,00 EUR payé Œuvre cœur finance",
        number="F2024/0040",
        findings=("BR-16", "duplicate.same_file"),
    ),
    document(
        41,
        seller_name="Rossi S.r.l.",
        currency_code="USD",
        with_tax=Decimal("0.01"),
        text="DE-123 456 été ΟΔΟΣ 東京 it's don't",
    ),
    document(
        42,
        with_tax=Decimal("99999999999.99"),
        number=None,
        issue_date=None,
        payment_due_date=date(2026, 3, 1),
        currency_code="KWD",
    ),
    document(43, with_tax=Decimal("1.005"), payment_due_date=date(2026, 2, 1), buyer_name=None, text=""),
    document(
        44, seller_name=None, with_tax=None, descriptions=(), text="muler mueller " + "x" * 40_000 + " nachher wort wort ende"
    ),
    document(45, with_tax=Decimal("-59.50"), number="INV2024-000123", text="Gutschrift zu RE-2024/00007"),
    document(
        46,
        status="FAILED",
        number=None,
        seller_name=None,
        buyer_name=None,
        with_tax=None,
        findings=("file.corrupted",),
        text="",
    ),
]

QUERIES = """muller|Müller|MÜLLER söhne|mul|m|strassenbau|strass|Straßen|"eins zwei"|"zwei eins"|zwei eins|RE-2024/00007|
re-2024/0000|RE202400007|2024/00007|00007|7 |007|INV2024-000123|000123|123|inv2024 123 |1.190,00|1.190|coeur|
oeuvre|finance|été|ete|οδος|東京|de123456788|DE 123456788|f7.pdf|it's|don't|xxxxx|nachher|wort|"nachher wort"|mullre|
muellr|söhen gmhb|electricte|dreii|zzzz|&|  |"|"eins zwe|eins dre|e|ei|GmbH "drei"|Söhne GmbH Électricité|
sohne electricite |gmbh eins|müller rossi|01890000-0000-7000-8000-000000000005""".replace("\n", "").split("|")

NARROWINGS: list[dict[str, Any]] = [
    {},
    {"seller": ("Dupont SAS",)},
    {"status": ("COMPLETED",), "currency": ("EUR",)},
    {"finding": ("BR-16",)},
]

SEARCHES = (
    [Search(q=query) for query in QUERIES]
    + [
        Search(seller=("MULLER & SOHNE GMBH",)),
        Search(seller=("Dupont SAS", "Rossi S.r.l.")),
        Search(buyer=("electricite generale",)),
        Search(status=("FAILED",)),
        Search(status=("FAILED", "COMPLETED")),
        Search(currency=("USD", "KWD")),
        Search(issued_from=date(2026, 1, 5), issued_to=date(2026, 1, 9)),
        Search(due_from=date(2026, 2, 1), due_to=date(2026, 2, 28)),
        Search(has_finding=True),
        Search(has_finding=False),
        Search(finding=("X", "BR-16")),
        Search(total_min=Decimal("1.005"), total_max=Decimal("1.005")),
        Search(total_min=Decimal("1.006"), total_max=Decimal(2)),
        Search(total_min=Decimal("99999999999.99")),
        Search(total_max=Decimal(0)),
    ]
    + [Search(q=query, sort=sort) for query in ("", "gmbh") for sort in SORTS if sort != "relevance"]
    + [Search(q=query, facets=FACETS, **filters) for query in ("", "gmbh", "mullre") for filters in NARROWINGS]
)


@pytest.fixture
def filled(index: SearchIndex) -> SearchIndex:
    assert index.write(DOCUMENTS) == {}
    return index


def shown(index: SearchIndex, search: Search) -> dict[str, Any]:
    found = index.search(search)
    facets = {name: [tuple(pair) for pair in pairs] for name, pairs in found.facets.items()}
    return {
        "total": found.total,
        "relaxed": found.relaxed,
        "ids": [hit["request_id"] for hit in found.hits],
        "facets": facets,
    }


def test_every_search_answers_as_the_model_does(filled: SearchIndex) -> None:
    differing = [(s, shown(filled, s), search_model.answer(DOCUMENTS, s)) for s in SEARCHES]
    assert [one for one in differing if one[1] != one[2]] == []
    assert sum(bool(right["total"]) for _, _, right in differing) > 60
    assert sum(right["relaxed"] for _, _, right in differing) >= 5


def test_random_searches_over_random_documents_answer_as_the_model_does(index: SearchIndex) -> None:
    chance = random.Random(3)
    documents = [
        document(
            number,
            seller_name=" ".join(chance.choices(WORDS, k=2)),
            text=" ".join(chance.choices(WORDS, k=12)),
            currency_code=chance.choice(["EUR", "USD", None]),
            findings=tuple(chance.sample(["a.b", "c.d"], chance.randrange(3))),
        )
        for number in range(1, 201)
    ]
    index.write(documents)
    for _ in range(120):
        word = chance.choice(WORDS)
        typo = word[:2] + word[3:]
        search = Search(
            q=chance.choice([word, f"{word} {chance.choice(WORDS)} ", word[:3], typo, f'"{word} {chance.choice(WORDS)}"']),
            currency=chance.choice([(), ("EUR",)]),
            sort=chance.choice(["", "-total", "seller"]),
            facets=chance.choice([(), FACETS]),
        )
        assert shown(index, search) == search_model.answer(documents, search), search


def pages(index: SearchIndex, search: Search) -> Iterator[list[str]]:
    while True:
        found = index.search(search)
        yield [hit["request_id"] for hit in found.hits]
        if found.after is None:
            return
        cursor = sign(search, found.after, b"key")
        search = replace(search, after=unsign(search, cursor, [b"other", b"key"]))


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("query", ["gmbh", "mullre"])
def test_pages_together_are_the_whole_answer(filled: SearchIndex, sort: str, query: str) -> None:
    search = Search(q=query, sort=sort, limit=7)
    whole = search_model.answer(DOCUMENTS, replace(search, limit=1000))["ids"]
    assert [one for page in pages(filled, search) for one in page] == whole
    assert len(whole) > 7


def test_pages_miss_nothing_and_show_nothing_twice_while_documents_arrive(filled: SearchIndex) -> None:
    seen: list[str] = []
    for number, page in enumerate(pages(filled, Search(sort="-received_at", limit=5))):
        seen += page
        filled.write([document(100 + number), replace(document(3), revision=number + 2, text="changed")])
    assert len(seen) == len(set(seen))
    assert {str(d.request_id) for d in DOCUMENTS} <= set(seen)


def test_an_older_revision_is_passed_over_and_the_same_again_does_no_harm(index: SearchIndex) -> None:
    new, old = replace(document(1), revision=5, text="neu"), replace(document(1), revision=4, text="alt")
    index.write([new])
    index.write([old, new])
    assert index.search(Search(q="neu")).total == 1
    assert index.search(Search(q="alt ")).total == 0


def test_highlights_mark_words_that_match_and_nothing_else(filled: SearchIndex) -> None:
    for query in ("zwei", "MÜLLER söhne", "stra", '"eins zwei"', "gmbh eins"):
        asked = chunks(query)
        for hit in filled.search(Search(q=query)).hits:
            for found in hit["highlights"].values():
                for start, end in found["marks"]:
                    word = analysis.compact(found["text"][start:end])
                    tokens = {token for chunk in asked for token in chunk.tokens}
                    assert word in tokens or any(c.prefix and word.startswith(c.compact) for c in asked)
    [hit] = filled.search(Search(q="finance")).hits
    assert hit["highlights"]["text"]["marks"]


def test_a_scan_gives_every_hit_once(filled: SearchIndex) -> None:
    hits = [hit["request_id"] for hit in filled.scan(Search(), page_size=4)]
    assert hits == search_model.answer(DOCUMENTS, Search(limit=1000))["ids"]


def test_a_hit_is_what_was_written(filled: SearchIndex) -> None:
    [hit] = filled.search(Search(seller=("Dupont SAS",))).hits
    assert hit == next(d for d in DOCUMENTS if d.seller_name == "Dupont SAS").hit()


def test_an_empty_write_and_a_check_are_no_matter(index: SearchIndex) -> None:
    assert index.write([]) == {}
    index.check()
    assert index.search(Search()).total == 0
