"""The search's rules: words, names, what is indexed of a document, cursors, highlights."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.cursor import MAX_LENGTH, CursorInvalid, CursorMismatch, sign, unsign
from invoiceflow.domain.search.highlight import highlight
from invoiceflow.domain.search.query import MAX_CHUNKS, Search, chunks

WORD = st.text("abc", max_size=6)


def edits(word: str) -> set[str]:
    """Everything one edit away, by doing every edit."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    inserted = {left + letter + right for left, right in splits for letter in "abc"}
    changed = {left + letter + right[1:] for left, right in splits if right for letter in "abc"}
    deleted = {left + right[1:] for left, right in splits if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    return {word} | inserted | changed | deleted | swapped


@given(WORD, WORD)
def test_one_edit_is_what_doing_every_edit_reaches(one: str, other: str) -> None:
    assert analysis.one_edit(one, other) == (other in edits(one))


@given(st.text())
@example("Ↄ")
def test_words_are_folded_cut_and_found_again_in_themselves(text: str) -> None:
    for token in analysis.tokens(text):
        assert 0 < len(token) <= analysis.MAX_LENGTH
        assert token.replace("_", "").isalnum()
        assert analysis.tokens(token) == [token]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Müller & Söhne", ["muller", "sohne"]),
        ("Straße GRÖSSE œuvre Łódź", ["strasse", "grosse", "oeuvre", "lodz"]),
        ("1.190,00", ["1", "190", "00"]),
        ("e\u0301te\u0301 ﬁnance", ["ete", "finance"]),
        ("a_b", ["a", "b"]),
    ],
)
def test_letters_are_folded_as_written_down_here(text: str, words: list[str]) -> None:
    assert analysis.tokens(text) == words


def test_an_identifier_is_found_by_each_of_its_parts() -> None:
    assert analysis.identifier_terms("RE-2024/00123") == {"re202400123", "202400123", "re", "2024", "00123", "123"}


@given(st.text(max_size=700))
def test_a_name_fits_an_index_row_and_is_its_own_plain_form(name: str) -> None:
    plain = analysis.plain(name)
    assert len(plain) <= analysis.MAX_NAME
    assert len(analysis.name_key(name).encode()) <= 4 * analysis.MAX_NAME
    assert all(letter.isprintable() for letter in plain)


@pytest.mark.parametrize("word", ["wort", "a.b.c.d", "東" * 300])
def test_what_is_indexed_of_a_text_is_bounded(word: str) -> None:
    allowance = analysis.Allowance()
    kept = [allowance.cut(f"{word}{number} " * 50) for number in range(1000)]
    words = [token for value in kept for token in analysis.tokens(value)]
    assert 1000 < len(words) <= analysis.MAX_TOKENS or word.startswith("東")
    assert sum(len(token.encode()) for token in words) <= analysis.MAX_BYTES
    assert kept[-1] == ""


@given(st.text(max_size=600))
def test_every_query_can_be_taken_apart(query: str) -> None:
    asked = chunks(query)
    assert len(asked) <= MAX_CHUNKS
    assert all(chunk.tokens for chunk in asked)
    assert not any(chunk.prefix for chunk in asked[:-1])


KEY = st.tuples(st.one_of(st.text('é"\\東', max_size=analysis.MAX_NAME), st.integers()), st.uuids().map(str))


@given(st.booleans(), KEY)
def test_a_cursor_leads_back_to_its_place(relaxed: bool, key: tuple[object, ...]) -> None:
    search, place = Search(q="kabel", sort="seller"), (relaxed, *key)
    cursor = sign(search, place, b"old")
    assert len(cursor) <= MAX_LENGTH
    assert unsign(search, cursor, [b"new", b"old"]) == place


def test_a_cursor_of_another_search_or_key_is_refused() -> None:
    cursor = sign(Search(q="kabel"), (1,), b"key")
    for refused in (cursor[:-1], "A" * (MAX_LENGTH + 1), "é", "", "A"):
        with pytest.raises(CursorInvalid):
            unsign(Search(q="kabel"), refused, [b"key"])
    with pytest.raises(CursorInvalid):
        unsign(Search(q="kabel"), cursor, [b"other"])
    with pytest.raises(CursorMismatch):
        unsign(Search(q="papier"), cursor, [b"key"])


def test_limit_and_facets_may_change_between_pages() -> None:
    cursor = sign(Search(q="kabel"), (1,), b"key")
    assert unsign(Search(q="kabel", limit=3, facets=("seller",)), cursor, [b"key"]) == (1,)


@given(st.text("abc ß<é", max_size=300), st.text("abcß é", min_size=1, max_size=5))
def test_marks_lie_in_the_snippet_in_order_on_words_that_match(text: str, query: str) -> None:
    asked = chunks(query)
    found = highlight(text, asked)
    if found is None:
        return
    assert found.text in text
    end = 0
    for start, stop in found.marks:
        assert end <= start < stop <= len(found.text)
        word = analysis.compact(found.text[start:stop])
        assert any(
            word in (*chunk.tokens, chunk.compact) or (chunk.prefix and word.startswith(chunk.compact)) for chunk in asked
        )
        end = stop


def test_a_word_far_down_is_shown_with_what_stands_around_it() -> None:
    found = highlight("wort " * 2000 + "Straße ende", chunks("strasse "))
    assert found is not None
    [(start, end)] = found.marks
    assert found.text[start:end] == "Straße"
    assert highlight("wort", chunks("fehlt ")) is None
