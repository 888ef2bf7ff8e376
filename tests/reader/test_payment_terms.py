"""Due dates that stand in sentences."""

from datetime import date

import pytest

from invoiceflow_reader.assembly.from_page import assemble
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Word, build_page


def _due(sentence: str) -> date | None:
    words, x = [], 40.0
    for text in sentence.split():
        words.append(Word(text, x, 100, x + 5 * len(text), 110))
        x += 5 * len(text) + 3
    return assemble(Reading([build_page(1, 595, 842, words, sentence, "page")])).invoice.payment_due_date


@pytest.mark.parametrize(
    "sentence",
    [
        "Please pay by 5 March 2024.",
        "Zahlbar innerhalb 30 Tagen netto bis 05.03.2024, 3% Skonto innerhalb 10 Tagen bis 15.02.2024",
        "Der Rechnungsbetrag ist am 05.03.2024 fällig.",
        "Merci de régler avant le 5 mars 2024.",
        "We verzoeken je vriendelijk het bedrag voor 5 maart 2024 te voldoen.",
        "Da pagare entro il 05/03/2024.",
        "Beløbet bedes betalt senest den 05-03-2024.",
    ],
)
def test_a_date_to_pay_by_is_the_due_date(sentence: str) -> None:
    assert _due(sentence) == date(2024, 3, 5)


@pytest.mark.parametrize(
    "sentence",
    ["3% Skonto bei Zahlung bis 15.02.2024", "Delivered on 5 March 2024.", "Ihre Zahlung vom 05.03.2024 wurde verbucht."],
)
def test_a_date_of_a_discount_or_of_something_else_is_none(sentence: str) -> None:
    assert _due(sentence) is None
