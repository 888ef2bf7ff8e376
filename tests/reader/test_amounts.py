"""Amounts as they are printed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoiceflow_reader.parsing.amounts import decimal_sign_of, find_amounts, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1'234.56", "1234.56"), ("1 234,56", "1234.56"),
        ("1\u202f234,56 €", "1234.56"), ("12,50", "12.50"), ("0.10", "0.10"), ("1.234.567,89", "1234567.89"),
        ("€ -4,10", "-4.10"), ("-218,48 €", "-218.48"), ("(1,000.00)", "-1000.00"), ("100,00-", "-100.00"),
        ("$2140.00", "2140.00"), ("1,23,456.00", "123456.00"), ("EUR 99", "99"), ("- 2,00 €", "-2.00"),
    ],
)  # fmt: skip
def test_every_usual_form_of_an_amount_is_read(text: str, value: str) -> None:
    assert [a.value for a in find_amounts(text)] == [Decimal(value)]


@pytest.mark.parametrize(
    "text", ["31.01.2024", "192.168.0.1", "A123", "12:30", "1.2.3", "", "1,2,3.4.5", "info@12.de", "2024/17"]
)
def test_what_is_no_amount_gives_none(text: str) -> None:
    assert find_amounts(text) == []


def test_a_lone_group_of_three_is_settled_by_the_documents_decimal_sign() -> None:
    assert parse_number("1.234", ",") == (Decimal(1234), 0)
    assert parse_number("1.234", ".") == (Decimal("1.234"), 3)


def test_the_documents_decimal_sign_is_what_most_amounts_use() -> None:
    assert decimal_sign_of(["1.234,56", "7,00", "12,30"]) == ","
    assert decimal_sign_of(["1,234.56"]) == "."
    assert decimal_sign_of(["no numbers"]) is None


def test_percentages_are_told_apart() -> None:
    assert [a.is_percent for a in find_amounts("19 % 5,00")] == [True, False]


@given(
    st.integers(min_value=0, max_value=10**12),
    st.sampled_from([(".", ","), (",", "."), ("'", "."), (" ", ","), ("", ",")]),
    st.booleans(),
)
def test_what_is_written_is_read_back(cents: int, signs: tuple[str, str], negative: bool) -> None:
    group, point = signs
    whole, rest = divmod(cents, 100)
    text = f"{'-' if negative else ''}{whole:,}".replace(",", group) + f"{point}{rest:02d}"
    value = Decimal(cents) / 100
    assert [a.value for a in find_amounts(text, point)] == [-value if negative else value]


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    for amount in find_amounts(text):
        assert amount.value.is_finite()
        assert 0 <= amount.start <= amount.end <= len(text)
