"""What hostile or very long invoices do to a search index: they are taken, cut to what fits, or refused one by one."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invoiceflow.adapters.postgres_search import PostgresSearch
from invoiceflow.database import Database
from invoiceflow.domain.ingestion import Ingestion, IngestionStatus, RecordedFailure
from invoiceflow.domain.invoice import InvoiceLine, Party
from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.cursor import sign, unsign
from invoiceflow.domain.search.document import SearchDocument, search_document
from invoiceflow.domain.search.query import Search
from invoiceflow.ports.search_index import SearchIndex
from tests.rows import new_id, now, reading

LETTERS = [chr(0x4E00 + number * 7 % 20_000) for number in range(6000)]


def ingestion(**changes: Any) -> Ingestion:
    request_id = new_id()
    row = Ingestion(
        id=request_id,
        filename="scan.pdf",
        s3_key=f"raw/{request_id}.pdf",
        status=IngestionStatus.PROCESSING,
        created_at=now(),
        updated_at=now(),
        sha256="0" * 64,
        size=1,
        page_count=1,
        source="upload",
        correlation_id="test",
        revision=1,
        attempts=1,
    )
    return replace(row, **changes)


def document(text: str = "", **invoice: Any) -> SearchDocument:
    extraction = reading(text=text)
    return search_document(ingestion(), replace(extraction, invoice=replace(extraction.invoice, **invoice)))


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(lambda: document(" ".join(f"{n}" * 50 for n in range(100_000, 130_000))), id="long words"),
        pytest.param(lambda: document("a.b.c.d.e " * 20_000), id="words within words"),
        pytest.param(lambda: document(seller=Party(name="".join(LETTERS))), id="a name without end"),
        pytest.param(lambda: document(number="".join(LETTERS)), id="a number without end"),
        pytest.param(lambda: document("a\0b \ud800 'quoted' back\\slash", seller=Party(name="N\0\ud800")), id="no text"),
        pytest.param(lambda: document(currency_code="\0"), id="NUL in a code"),
    ],
)
def test_a_hostile_document_is_taken_and_found(index: SearchIndex, hostile: Callable[[], SearchDocument]) -> None:
    made = hostile()
    assert index.write([made]) == {}
    assert [hit["request_id"] for hit in index.search(Search(q=str(made.request_id))).hits] == [str(made.request_id)]


def test_lines_of_a_long_invoice_and_the_text_after_them_are_found(index: SearchIndex) -> None:
    lines = tuple(InvoiceLine(description=f"art{number} sorte{number}") for number in range(900))
    index.write([document("seitentext am ende", lines=lines)])
    for query in ("sorte0 ", "sorte170 ", "sorte899 ", '"art899 sorte899"', '"am ende"'):
        assert index.search(Search(q=query)).total == 1, query
    assert index.search(Search(q='"sorte1 art2"')).total == 0  # a phrase stays within one line


def test_a_refused_document_does_not_hold_up_the_others(index: SearchIndex) -> None:
    good = [document("gut") for _ in range(7)]
    bad = replace(good[3], request_id=new_id(), with_tax=Decimal("1E+200000"))
    refused = index.write([*good[:3], bad, *good[3:]])
    assert list(refused) == [bad.request_id]
    assert refused[bad.request_id]
    assert index.search(Search(q="gut")).total == 7


def test_pages_follow_one_another_by_the_longest_names(index: SearchIndex) -> None:
    names = ["".join(LETTERS[:700]), '"' * 700, "\x01東" * 600, "~", "😀" * 600]
    index.write([document(seller=Party(name=name)) for name in names for _ in range(2)])
    search, seen = Search(sort="seller", limit=1), []
    while True:
        found = index.search(search)
        seen += [hit["request_id"] for hit in found.hits]
        if found.after is None:
            break
        search = replace(search, after=unsign(search, sign(search, found.after, b"key"), [b"key"]))
    assert len(seen) == len(set(seen)) == 10


def test_filters_with_what_an_index_cannot_hold_match_nothing(index: SearchIndex) -> None:
    index.write([document()])
    odd = ("a\0b\ud800",)
    for search in (Search(seller=odd), Search(buyer=odd), Search(status=odd), Search(currency=odd), Search(finding=odd)):
        assert index.search(search).total == 0
    assert index.search(Search(seller=("muller\u00a0&  SOHNE\ngmbh",))).total == 1


def test_a_scan_forgives_typos_as_a_search_does(index: SearchIndex) -> None:
    index.write([document() for _ in range(5)])
    assert len(list(index.scan(Search(q="mullre"), page_size=2))) == 5
    assert list(index.scan(Search(q="zzzz"), page_size=2)) == []


def test_a_failed_ingestion_is_found_by_its_file_name_and_failure(index: SearchIndex) -> None:
    failure = RecordedFailure("file.corrupted", "damaged", transient=False)
    made = search_document(ingestion(filename="kaputt-7.pdf", failure=failure), None)
    index.write([made])
    [hit] = index.search(Search(q="kaputt-7.pdf", status=("FAILED",), finding=("file.corrupted",))).hits
    assert (hit["filename"], hit["number"], hit["findings"]) == ("kaputt-7.pdf", None, ["file.corrupted"])


def test_many_documents_with_new_words_forget_what_is_known_but_not_what_is_written(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("invoiceflow.adapters.postgres_search.KNOWN_WORDS", 10)
    index = PostgresSearch(database)
    for number in range(5):
        index.write([document(" ".join(f"wort{letter}{'abcde'[number]}" for letter in "abcdefgh"))])
    for letter in "abcde":
        found = index.search(Search(q=f"wortxh{letter}"))
        assert (found.relaxed, found.total) == (True, 1)


def test_a_document_holds_what_is_searched_within_its_allowance() -> None:
    made = document("wort " * 50_000, seller=Party(name=" Müller \n & Söhne "), lines=(InvoiceLine(description="x " * 9000),))
    assert made.seller_name == "Müller & Söhne"
    words = sum(len(analysis.tokens(value)) + 1 for _, values in made.searched_fields() for value in values)
    assert words <= analysis.MAX_TOKENS
