"""IBAN, BIC and VAT identifiers in running text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoiceflow_reader.parsing.identifiers import (
    find_bics,
    find_ibans,
    find_vat_identifiers,
    iban_checks,
    vat_checks,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("IBAN: DE89 3704 0044 0532 0130 00 - BIC", "DE89370400440532013000"),
        ("NL91ABNA0417164300", "NL91ABNA0417164300"),
        ("FR14 2004 1010 0505 0001 3M02 606 Banque", "FR1420041010050500013M02606"),
    ],
)
def test_an_iban_is_found_without_the_words_around_it(text: str, value: str) -> None:
    (found,) = find_ibans(text)
    assert (found.value, found.checks) == (value, True)


def test_an_iban_with_a_wrong_checksum_is_found_and_marked() -> None:
    (found,) = find_ibans("DE88 3704 0044 0532 0130 00")
    assert not found.checks


def test_an_unknown_country_has_no_iban() -> None:
    assert find_ibans("ZZ89370400440532013000") == []
    assert not iban_checks("ZZ89370400440532013000")


@pytest.mark.parametrize("text", ["DE136695976", "DE 136 695 976", "ATU13585627", "NL 8104.33.941.B01", "FR 83 404833048"])
def test_a_vat_identifier_is_found_however_it_is_spaced(text: str) -> None:
    (found,) = find_vat_identifiers(f"USt-IdNr: {text}")
    assert found.value == "".join(c for c in text if c.isalnum())


def test_a_vat_checksum_is_a_signal() -> None:
    assert vat_checks("DE136695976")
    assert not vat_checks("DE136695977")
    assert not vat_checks("ZZ1")


def test_a_bic_has_eight_or_eleven_letters() -> None:
    assert [b.value for b in find_bics("COBADEFFXXX, BREDFRPP")] == ["COBADEFFXXX", "BREDFRPP"]


@given(st.text(alphabet="DEFRNL0123456789 ABCXYZ.-", max_size=80))
def test_no_text_breaks_the_finders(text: str) -> None:
    for found in (*find_ibans(text), *find_vat_identifiers(text), *find_bics(text)):
        assert 0 <= found.start <= found.end <= len(text)
