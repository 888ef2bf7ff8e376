"""The seller where the page says in a sentence whose trading name or brand the letterhead bears."""

import re
from typing import Final

from invoiceflow_reader.locators.names import LEGAL_FORM, name_in
from invoiceflow_reader.locators.reading import Candidate, Reading

_IS_A_NAME_OF: Final = re.compile(
    r"\b(?:(?:is|are) (?:a |the )?(?:registered )?(?:trading (?:name|style|division)|trade name|brand|division)s? of|"
    r"(?:ist|sind) (?:eine |die )?(?:marke|handelsmarke|geschäftsbezeichnung|niederlassung)n? (?:der|des|von)|"
    r"est une (?:marque|enseigne) (?:commerciale )?(?:de la société|de la|de|d')|es una marca (?:comercial )?de|"
    r"è un marchio (?:di|della)|is een (?:handelsnaam|merk) van)\s+",
    re.IGNORECASE,
)
_TRADES_AS: Final = re.compile(
    r"\s+(?:t/a|trading as|d/b/a|dba|h\.?o\.?d\.?n\.?|handelend onder de naam|handelnd unter)\s", re.IGNORECASE
)
_SAYS: Final = 0.93
_LONGEST: Final = 90


def named_in_a_sentence(reading: Reading) -> list[Candidate[str]]:
    """Names with their legal form: "Fenland Power is a trading name of Fenland Energy Supply plc"."""
    found: list[Candidate[str]] = []
    for cell in reading.cells():
        for match in _IS_A_NAME_OF.finditer(cell.text):
            whole = cell.text[match.end() : match.end() + _LONGEST]
            if match.end() >= len(cell.text) - 1:  # it goes on in the next line
                under = reading.below(cell, rows=1)[:1]
                whole = under[0].text[:_LONGEST] if under else ""
            form = LEGAL_FORM.search(whole)
            name = name_in(whole[: form.end()]) if form else None
            if name:
                found.append(Candidate(name, cell, name, _SAYS, "by its own words whose name the letterhead bears"))
        trades = _TRADES_AS.search(cell.text)
        forms = [f for f in LEGAL_FORM.finditer(cell.text) if trades and f.end() <= trades.start()]
        if trades and forms and trades.start() - forms[-1].end() < 2:
            name = name_in(cell.text[: forms[-1].end()])
            if name:
                found.append(Candidate(name, cell, name, _SAYS, "by its own words who trades under this name"))
    return found
