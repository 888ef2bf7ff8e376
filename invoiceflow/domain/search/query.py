"""A search and its answer. How a text is taken apart lives in `analysis`, paging in `cursor`."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from invoiceflow.domain.search import analysis

Sort = Literal[
    "relevance",
    "-received_at",
    "received_at",
    "-issue_date",
    "issue_date",
    "-payment_due_date",
    "payment_due_date",
    "-total",
    "total",
    "seller",
    "number",
]
Facet = Literal["seller", "currency", "status", "month", "finding"]
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
FACETS: Final[tuple[Facet, ...]] = get_args(Facet)
TOTAL_CAP: Final = 10_000
"""Totals are exact up to here; beyond it the answer says `at least`."""
FACET_SIZE: Final = 20
MAX_CHUNKS: Final = 32
"""Pieces of one query that are looked for; what a person types is far shorter."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One blank-separated or quoted piece of a query: its tokens in a row, or all of them as one word.

    `prefix`: the word is still being typed, so that longer words match too.
    """

    tokens: tuple[str, ...]
    prefix: bool

    @property
    def compact(self) -> str:
        return "".join(self.tokens)[: analysis.MAX_LENGTH]

    @property
    def forgives_a_typo(self) -> bool:
        """Words of 4 to 24 letters: shorter ones match too much, and a digit is never a slip of the eye."""
        return len(self.tokens) == 1 and 4 <= len(self.tokens[0]) <= 24 and self.tokens[0].isalpha()


def chunks(query: str) -> list[Chunk]:
    """The pieces of a query, all of which must match. The last unquoted one without a blank after it is a prefix."""
    found = []
    for match in _PIECE.finditer(query):
        quoted = match[1] is not None
        tokens = tuple(analysis.tokens(match[1] if quoted else match[2]))
        if tokens:
            is_last = match.end() == len(query) and not quoted
            found.append(Chunk(tokens, is_last and len("".join(tokens)) >= 2))
        if len(found) == MAX_CHUNKS:
            break
    return found


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked. Inside one filter values are alternatives; filters must all hold. A missing value matches no range.

    `total_min` and `total_max` are inclusive, in each invoice's own currency. `after` is where a page begins (see `cursor`).
    """

    q: str = ""
    seller: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    currency: tuple[str, ...] = ()
    finding: tuple[str, ...] = ()
    has_finding: bool | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    total_min: Decimal | None = None
    total_max: Decimal | None = None
    sort: str = ""
    limit: int = 20
    after: tuple[Any, ...] | None = None
    facets: tuple[str, ...] = ()

    @property
    def order(self) -> str:
        """The sort asked for, or relevance where there is a query, or the newest first. Without words nothing is relevant."""
        if self.sort and self.sort != "relevance":
            return self.sort
        return "relevance" if chunks(self.q) else "-received_at"

    def fingerprint(self) -> str:
        """The same for all pages of one search: limit, facets and the page's place do not count."""
        asked = asdict(self)
        for name in ("after", "limit", "facets"):
            del asked[name]
        text = json.dumps(asked | {"sort": self.order}, default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. `exact` False: there are more than `total`. `relaxed`: nothing matched as typed, these match with
    one typo a word. `after` is where the next page begins, None on the last. `facets` are (value, count) pairs."""

    total: int
    exact: bool
    relaxed: bool
    hits: Sequence[Mapping[str, Any]]
    after: tuple[Any, ...] | None
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)


_PIECE: Final = re.compile(r'"([^"]*)"?|(\S+)')
