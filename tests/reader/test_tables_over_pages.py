"""A table of lines that goes on over pages: letterheads, footers and carried sums between its parts are no lines."""

import re
from decimal import Decimal

from invoiceflow_reader.assembly.from_page import assemble
from invoiceflow_reader.locators.reading import Reading
from invoiceflow_reader.page.structure import Page, Word, build_page

HEADING = "Pos   Bezeichnung            Menge      Preis      Betrag EUR"
FOOTER = "Antriebstechnik mbH       AG Münster HRA 8812       Sparkasse DE33 4805 0161 0000 3382 21"
FIRST = f"""Antriebstechnik mbH                        Rechnung 617 40 2238

Landmaschinen Kröger GmbH
48282 Emsdetten
{HEADING}
10    Spannrolle                 4      85,30          341,20
20    Fettpresse                 2      11,85           23,70
      Übertrag                                        364,90"""
SECOND = f"""Antriebstechnik mbH      28-40917     114      11.02. - 20.02.2025              2
{HEADING}
      Übertrag                                        364,90
30    Keilriemen                 5       2,20           11,00

      Nettobetrag                                     375,90
      MwSt 19 %                                        71,42
      Rechnungsbetrag EUR                             447,32"""


def page(number: int, text: str) -> Page:
    lines = text.splitlines()
    lines += [""] * (58 - len(lines)) + [FOOTER]
    words = [
        Word(m.group(), 40 + m.start() * 5.0, 40 + y * 12.0, 40 + m.end() * 5.0, 49.5 + y * 12.0)
        for y, line in enumerate(lines)
        for m in re.finditer(r"\S+", line)
    ]
    return build_page(number, 595, 842, words, "\n".join(lines), "page")


def test_only_the_lines_of_both_pages_are_lines() -> None:
    invoice = assemble(Reading([page(1, FIRST), page(2, SECOND)])).invoice
    assert [line.identifier for line in invoice.lines] == ["10", "20", "30"]
    assert [line.net_amount for line in invoice.lines] == [Decimal("341.20"), Decimal("23.70"), Decimal("11.00")]


def test_a_line_above_repeated_headings_stays_one() -> None:
    """A page may begin with lines of the last section before its own headings come."""
    second = SECOND.replace(HEADING, f"25    Dichtring               1       5,00            5,00\n{HEADING}", 1)
    second = second.replace("375,90", "380,90").replace("71,42", "72,37").replace("447,32", "453,27")
    invoice = assemble(Reading([page(1, FIRST), page(2, second)])).invoice
    assert [line.identifier for line in invoice.lines] == ["10", "20", "25", "30"]
