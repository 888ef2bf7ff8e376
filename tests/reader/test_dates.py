"""Dates as they are printed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoiceflow_reader.parsing.dates import find_dates, month_comes_first


@pytest.mark.parametrize(
    "text",
    [
        "05.03.2024", "5.3.24", "5. März 2024", "5 mars 2024", "2024-03-05", "05/03/2024", "March 5, 2024", "5th March 2024",
        "5 de marzo de 2024", "5 maart 2024", "5 marca 2024", "5. března 2024", "05-Mar-2024", "5 marzo 2024",
        "5 de março de 2024", "2024/03/05", "Mar 5 2024", "March 5 , 2024",
    ],
)  # fmt: skip
def test_every_usual_form_of_a_date_is_read(text: str) -> None:
    assert [d.value for d in find_dates(f"am {text} hier")] == [date(2024, 3, 5)]


def test_slashes_are_read_as_the_document_writes_them() -> None:
    assert find_dates("03/04/2021", month_first=True)[0].value == date(2021, 3, 4)
    assert find_dates("03/04/2021")[0].value == date(2021, 4, 3)
    assert find_dates("03/04/2021")[0].ambiguous


def test_a_day_above_twelve_tells_which_comes_first() -> None:
    assert month_comes_first("10/18/18 and 01/02/18") is True
    assert month_comes_first("18/10/2018") is False
    assert month_comes_first("01/02/2018") is None


@pytest.mark.parametrize("text", ["31.02.2024", "13/13/2024", "1234567", "10.000,00", "IBAN DE12 1234", "0.5.2024.1"])
def test_what_is_no_date_gives_none(text: str) -> None:
    assert find_dates(text) == []


@given(
    st.dates(min_value=date(1971, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y"])
)
def test_what_is_written_is_read_back(day: date, form: str) -> None:
    assert [d.value for d in find_dates(day.strftime(form))] == [day]


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    for found in find_dates(text, compact=True):
        assert text[found.start : found.end] == found.text
