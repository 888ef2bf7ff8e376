"""Where in a text the words of a query stand: a snippet and offsets, never markup."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.query import Chunk

SNIPPET: Final = 160
"""Characters of a snippet, about."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """`marks` are [start, end) offsets into `text`, in order, not overlapping."""

    text: str
    marks: tuple[tuple[int, int], ...]


def highlight(text: str, chunks: Sequence[Chunk], spellings: Sequence[str] = ()) -> Highlight | None:
    """The part of `text` around the first word that matches, or None when no word does. Every marked word matches."""
    exact = {token for chunk in chunks for token in chunk.tokens} | {chunk.compact for chunk in chunks} | set(spellings)
    beginnings = tuple(chunk.compact for chunk in chunks if chunk.prefix)
    folded = analysis.fold(text)
    if not any(term in folded for term in (*exact, *beginnings)):  # many times quicker than looking at word after word
        return None
    first = next((match for match in _WORD.finditer(text) if _matches(match[0], exact, beginnings)), None)
    if first is None:
        return None
    start = _blank_before(text, max(0, first.start() - SNIPPET // 3))
    end = _blank_after(text, min(len(text), start + SNIPPET))
    snippet = text[start:end]
    marks = tuple(match.span() for match in _WORD.finditer(snippet) if _matches(match[0], exact, beginnings))
    return Highlight(snippet, marks)


def _matches(word: str, exact: set[str], beginnings: tuple[str, ...]) -> bool:
    token = analysis.compact(word)
    return token in exact or (bool(beginnings) and token.startswith(beginnings))


def _blank_before(text: str, at: int) -> int:
    return text.rfind(" ", max(0, at - 24), at + 1) + 1 or at


def _blank_after(text: str, at: int) -> int:
    found = text.find(" ", at, at + 24)
    return at if found < 0 else found


_WORD: Final = re.compile(r"[^\W_]+")
