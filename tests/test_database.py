"""What PostgreSQL is given, whatever a document held."""

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from invoiceflow.database import Database, storable, storable_json

TEXTS = st.text(st.characters() | st.sampled_from("\0\ud800\\u0"))


@given(TEXTS)
def test_a_text_loses_only_what_cannot_be_kept(text: str) -> None:
    kept = storable(text)
    assert kept.encode().decode() == kept == "".join("?" if "\ud800" <= c <= "\udfff" else c for c in text if c != "\0")


@given(
    st.recursive(TEXTS | st.integers(0, 9) | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.just("a"), inner))
)
@example({"a": ["\\u0000", "b\0", "\ud800"]})
def test_json_is_the_same_value_with_every_text_made_storable(value: object) -> None:
    def expected(item: object) -> object:
        if isinstance(item, list):
            return [expected(part) for part in item]
        if isinstance(item, dict):
            return {key: expected(part) for key, part in item.items()}
        return storable(item) if isinstance(item, str) else item

    assert orjson.loads(storable_json(value)) == expected(value)


@pytest.mark.parametrize("text", ["\\u0000", "\\\\u0000", "a\\\0u0000", "\ud800\\u0000"])
def test_a_jsonb_column_takes_it(database: Database, text: str) -> None:
    with database.transaction("test") as connection:
        row = connection.execute("SELECT %s::jsonb", [storable_json({"a": text})]).fetchone()
    assert row == ({"a": storable(text)},)
