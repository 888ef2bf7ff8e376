"""Where the vocabulary's words stand in a text: longest phrase first, at word borders, accents and punctuation forgiven."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from invoiceflow_pipeline.extraction.labels.vocabulary import VOCABULARY
from invoiceflow_pipeline.extraction.page.folding import folded

_KEY: Final = 2
_TOKEN: Final = re.compile(r"[^\W_]+|#|%")
_MAX_TEXT: Final = 400
_TITLE_ENDINGS: Final = ("rechnung", "gutschrift", "factuur", "faktura", "fakturan")  # Baurechnung, verkoopfactuur


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase of the vocabulary in a text, from `start` to `end`; it can mean any of `fields`."""

    fields: frozenset[str]
    start: int
    end: int
    phrase: str


def find_labels(text: str) -> list[Label]:
    """The labels in a text, left to right, none overlapping another."""
    index = _index()
    tokens = [(folded(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(text[:_MAX_TEXT])]
    compact = "".join(token for token, _, _ in tokens)
    starts, position = [], 0
    for token, _, _ in tokens:
        starts.append(position)
        position += len(token)
    ends = {start + len(tokens[i][0]): i for i, start in enumerate(starts)}
    found: list[Label] = []
    reached = 0
    for i, start in enumerate(starts):
        if start < reached:
            continue
        for phrase, fields in (*index.get(compact[start : start + _KEY], ()), *index.get(compact[start : start + 1], ())):
            last = ends.get(start + len(phrase))
            if last is not None and compact.startswith(phrase, start):
                found.append(Label(fields, tokens[i][1], tokens[last][2], phrase))
                reached = start + len(phrase)
                break
        else:
            token, begins, stops = tokens[i]
            if token.endswith(_TITLE_ENDINGS):
                found.append(Label(frozenset(("title",)), begins, stops, token))
                reached = start + len(token)
    return found


@cache
def _index() -> dict[str, tuple[tuple[str, frozenset[str]], ...]]:
    """Phrases by their first letters, longest first; phrases of one letter under that letter."""
    fields: dict[str, set[str]] = {}
    for field, phrases in VOCABULARY.items():
        for phrase in phrases.split(","):
            compact = "".join(folded(m.group()) for m in _TOKEN.finditer(phrase))
            if compact:
                fields.setdefault(compact, set()).add(field)
    index: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for phrase in sorted(fields, key=lambda p: (-len(p), p)):
        index.setdefault(phrase[:_KEY], []).append((phrase, frozenset(fields[phrase])))
    return {key: tuple(entries) for key, entries in index.items()}
