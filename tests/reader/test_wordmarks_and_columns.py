"""What the size of letters and the places of words tell: wordmarks, headings set closely, tables that go on, broken lines."""

from collections.abc import Sequence

from invoiceflow.domain.invoice import Invoice
from invoiceflow_reader.assembly.from_page import assemble
from invoiceflow_reader.extract import extract
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Page, Word, build_page

from .conftest import DrawPdf

Line = tuple[float, float, float, str]
"""Left, top, height of the letters, text."""


def _page(lines: Sequence[Line]) -> Page:
    words = []
    for x, y, height, text in lines:
        left = x
        for word in text.split(" "):
            words.append(Word(word, left, y, left + len(word) * height / 2, y + height))
            left += (len(word) + 0.6) * height / 2
    return build_page(1, 595, 842, words, "\n".join(text for *_, text in lines), "page")


def _read(*lines: Line) -> Invoice:
    return assemble(Reading([_page(lines)])).invoice


_REST: Sequence[Line] = (
    (40, 150, 10, "Bill To:"),
    (40, 162, 10, "Aaron Bergman"),
    (40, 174, 10, "12 Elm Road"),
    (40, 186, 10, "Leeds LS1 4BR"),
    (350, 150, 10, "Invoice no. 36258"),
)


def test_the_largest_letters_at_the_top_are_the_seller_where_nothing_else_tells() -> None:
    read = _read((40, 40, 20, "OfficeHub"), *_REST)
    assert (read.seller.name, read.buyer.name) == ("OfficeHub", "Aaron Bergman")


def test_a_name_on_two_lines_of_the_same_large_letters_is_one() -> None:
    address: Sequence[Line] = ((40, 82, 10, "Kanaalweg 3"), (40, 94, 10, "3512 PN Utrecht"))
    read = _read((40, 40, 16, "De Gouden Spaak"), (40, 58, 16, "Fietsen VOF"), *address, *_REST)
    assert read.seller.name == "De Gouden Spaak Fietsen VOF"


def test_two_lines_that_are_all_of_a_letterhead_are_one_name() -> None:
    read = _read((40, 40, 10, "Mutual Society"), (40, 52, 10, "Northern Bakers Ltd"), *_REST)
    assert read.seller.name == "Mutual Society Northern Bakers Ltd"


def test_a_short_name_over_the_full_one_is_not_part_of_it() -> None:
    read = _read((40, 40, 10, "Northern Bakers"), (40, 52, 10, "Northern Bakers Mutual Ltd"), *_REST)
    assert read.seller.name == "Northern Bakers Mutual Ltd"


def test_a_sentence_about_paying_may_end_on_the_next_line() -> None:
    first = "Der Betrag von EUR 529,87 wird am 20.03.2025 von Ihrem Konto bei der"
    read = _read((40, 300, 10, first), (40, 312, 10, "Bundesbank, Filiale Leipzig, per SEPA-Lastschrift eingezogen."))
    assert str(read.payment_due_date) == "2025-03-20"


def test_a_name_on_two_lines_that_spell_the_domain_is_one() -> None:
    read = _read(
        (40, 40, 10, "Grünspecht"),
        (40, 52, 10, "Gartenbau"),
        (40, 70, 10, "Lindenweg 3"),
        (40, 82, 10, "85354 Freising"),
        (40, 94, 10, "post@gruenspecht-gartenbau.example"),
        *_REST,
    )
    assert read.seller.name == "Grünspecht Gartenbau"


def test_headings_set_closely_are_parted_by_the_values_under_them() -> None:
    words = [
        Word("Sum", 100, 40, 120, 50), Word("eks.", 123, 40, 140, 50), Word("mva", 143, 40, 160, 50),
        Word("Å", 166, 40, 172, 50), Word("betale", 175, 40, 200, 50),
        Word("400,00", 130, 55, 160, 65), Word("500,00", 170, 55, 200, 65),
    ]  # fmt: skip
    page = build_page(1, 595, 842, words, "", "page")
    assert [cell.text for cell in page.rows[0].cells] == ["Sum eks. mva", "Å betale"]


def test_words_set_closely_over_one_value_stay_one_cell() -> None:
    words = [
        Word("Sum", 100, 40, 120, 50), Word("eks.", 125, 40, 140, 50), Word("mva", 145, 40, 160, 50),
        Word("400,00", 130, 55, 160, 65), Word("500,00", 270, 55, 300, 65),
    ]  # fmt: skip
    page = build_page(1, 595, 842, words, "", "page")
    assert [cell.text for cell in page.rows[0].cells] == ["Sum eks. mva"]


def test_a_table_goes_on_over_pages_on_which_its_columns_are_wider(draw_pdf: DrawPdf) -> None:
    def table(shift: float, *rows: tuple[str, str, str, str]) -> list[tuple[float, float, str]]:
        places = (50, 300 + shift, 380 + shift, 480)
        return [
            (x, 100 + 15 * n, text)
            for n, row in enumerate((("Bezeichnung", "Menge", "Preis", "Betrag"), *rows))
            for x, text in zip(places, row, strict=True)
        ]

    first = table(0, ("Schrauben", "2", "10,00", "20,00"), ("Muttern", "1", "30,00", "30,00"))
    second = table(-25, ("Dübel", "5", "10,00", "50,00"))
    sums = [(400.0, 200.0, "Nettobetrag"), (480.0, 200.0, "100,00"), (400.0, 215.0, "MwSt. 19 %"), (480.0, 215.0, "19,00"),
            (400.0, 230.0, "Gesamtbetrag"), (480.0, 230.0, "119,00")]  # fmt: skip
    read = extract(draw_pdf(first, [*second, *sums])).invoice
    assert [line.description for line in read.lines] == ["Schrauben", "Muttern", "Dübel"]


def test_a_number_that_a_narrow_column_broke_after_its_hyphen_is_read_whole(draw_pdf: DrawPdf) -> None:
    page = [(50, 100, "Rechnungsnummer"), (200, 100, "Rechnungsdatum"), (50, 114, "DSZ-"), (200, 114, "05.03.2025"),
            (50, 127, "2025/00018")]  # fmt: skip
    assert extract(draw_pdf(page)).invoice.number == "DSZ-2025/00018"


def test_a_hyphen_at_a_lines_end_stays_in_the_text(draw_pdf: DrawPdf) -> None:
    text = extract(draw_pdf([(50, 100, "Lieferung von Zusatz-"), (50, 113, "material")])).text
    assert "Zusatz-" in text
    assert "\ufffe" not in text


def test_an_english_house_number_with_its_street_is_no_post_code_with_its_city() -> None:
    invoice = _read(
        (40, 40, 10, "Summit Thread Co."),
        (350, 40, 10, "Invoice no. 36258"),
        (40, 150, 10, "Bill To:"),
        (40, 162, 10, "Dana Kowalski"),
        (40, 174, 10, "4410 Juniper Loop"),
        (40, 186, 10, "Bend, OR 97701"),
    )
    address = invoice.buyer.address
    assert (address.line_one, address.city, address.post_code) == ("4410 Juniper Loop", "Bend", "97701")


def test_day_and_month_are_told_by_the_due_date_that_cannot_come_before_the_issue() -> None:
    invoice = _read(
        *_REST,
        (350, 162, 10, "Invoice date: 07/03/2024"),
        (350, 174, 10, "Due date: 08/02/2024"),
    )
    assert (str(invoice.issue_date), str(invoice.payment_due_date)) == ("2024-07-03", "2024-08-02")
