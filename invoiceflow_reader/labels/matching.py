"""Where the vocabulary's words stand in a text: longest phrase first, at word borders, accents and punctuation forgiven."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from invoiceflow_reader.labels.vocabulary import VOCABULARY
from invoiceflow_reader.page.folding import folded

_KEY: Final = 2
_TOKEN: Final = re.compile(r"(?:[CSI]?GST|VAT|TVA|IVA|MwSt|USt|BTW|Moms|DPH|MVA)(?=\d)|[^\W_]+|#|%", re.IGNORECASE)  # "TVA20"
_MAX_TEXT: Final = 400
_TITLE_ENDINGS: Final = ("rechnung", "gutschrift", "factuur", "faktura", "fakturan", "quittung")  # Baurechnung, verkoopfactuur


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase of the vocabulary in a text, from `start` to `end`; it can mean any of `fields`."""

    fields: frozenset[str]
    start: int
    end: int
    phrase: str


def find_labels(text: str) -> list[Label]:
    """The labels in a text, left to right, none overlapping another."""
    phrases, longest = _phrases()
    tokens = [(folded(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text[:_MAX_TEXT])]
    count = len(tokens)
    found: list[Label] = []
    first = 0
    while first < count:
        token, begins, stops = tokens[first]
        best: tuple[str, int] | None = None
        phrase = ""
        for last in range(first, count):
            phrase += tokens[last][0]
            if len(phrase) > longest.get(token[:_KEY], 0):
                break
            if phrase in phrases and not _is_within_a_value(text, *tokens[last][1:]):
                best = phrase, last
        if best is not None:
            phrase, last = best
            found.append(Label(phrases[phrase], begins, tokens[last][2], phrase))
            first = last + 1
            continue
        if token.endswith(_TITLE_ENDINGS):
            found.append(Label(frozenset(("title",)), begins, stops, token))
        first += 1
    return found


def _is_within_a_value(text: str, start: int, end: int) -> bool:
    """Whether the token is one letter with a hyphen or slash: "Factura: A-25/0033" does not say "factura a" (billed to). Or
    goes on after an underscore: "invoice_no_17" is a number, not the name of one."""
    if text[end : end + 1] == "_" and text[end + 1 : end + 2].isalnum():
        return True
    return end - start == 1 and text[end : end + 1] in ("-", "/") and text[start].isupper()


@cache
def _phrases() -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    """Each phrase with the fields it can mean, and how long the longest one is that begins with the same letters."""
    fields: dict[str, set[str]] = {}
    for field, phrases in VOCABULARY.items():
        for phrase in phrases.split(","):
            compact = "".join(folded(m.group()) for m in _TOKEN.finditer(phrase))
            if compact:
                fields.setdefault(compact, set()).add(field)
    longest: dict[str, int] = {}
    for phrase in fields:
        for key in (phrase[:1], phrase[:_KEY]):
            longest[key] = max(longest.get(key, 0), len(phrase))
    return {phrase: frozenset(names) for phrase, names in fields.items()}, longest
