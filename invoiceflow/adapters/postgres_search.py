"""The embedded search index in PostgreSQL: `SearchIndex` on a projection table with ready-made tsvectors.

The statements of a search are put together in `_Question`; what a search means stands in `invoiceflow.domain.search`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from invoiceflow.database import Database, storable, storable_json
from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.highlight import Highlight, highlight
from invoiceflow.domain.search.query import FACET_SIZE, TOTAL_CAP, Chunk, Found, Search, chunks
from invoiceflow.ports.search_index import SearchIndex

ROLE: Final = "search"
RELAXED: Final = "~"
"""The first part of a page's place when the search went on with forgiven typos."""
KNOWN_WORDS: Final = 200_000

# name -> (key expression, its type, direction); missing values come last in both directions
_SORT: Final = {
    "-received_at": ("received_at", "timestamptz", "DESC"),
    "received_at": ("received_at", "timestamptz", "ASC"),
    "-issue_date": ("coalesce(issue_date, '0001-01-01'::date)", "date", "DESC"),
    "issue_date": ("coalesce(issue_date, '9999-12-31'::date)", "date", "ASC"),
    "-payment_due_date": ("coalesce(payment_due_date, '0001-01-01'::date)", "date", "DESC"),
    "payment_due_date": ("coalesce(payment_due_date, '9999-12-31'::date)", "date", "ASC"),
    "-total": ("coalesce(with_tax, '-Infinity'::numeric)", "numeric", "DESC"),
    "total": ("coalesce(with_tax, 'Infinity'::numeric)", "numeric", "ASC"),
    "seller": ("coalesce(seller_folded, U&'\\+10FFFF')", "text", "ASC"),
    "number": ("coalesce(number_key, U&'\\+10FFFF')", "text", "ASC"),
}
_FACET: Final = {
    "seller": 'seller_name COLLATE "C"',
    "currency": 'currency_code COLLATE "C"',
    "status": 'status COLLATE "C"',
    "month": "to_char(issue_date, 'YYYY-MM') COLLATE \"C\"",
    "finding": "findings",
}
_COLUMNS: Final = (
    "request_id",
    "revision",
    "checksum",
    "received_at",
    "status",
    "number_key",
    "issue_date",
    "payment_due_date",
    "currency_code",
    "seller_name",
    "seller_folded",
    "buyer_folded",
    "with_tax",
    "findings",
    "words",
    "hit",
    "body",
)


class PostgresSearch(SearchIndex):
    """Good for about 100,000 invoices. A write is visible when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[str] = set()  # spellings this process has already written: saves asking again

    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        if not documents:
            return {}
        newest = {d.request_id: d for d in sorted(documents, key=lambda d: d.revision)}
        spellings: set[str] = set()
        rows = [_row(document, spellings) for document in newest.values()]
        fresh = spellings - self._known
        names = ", ".join(_COLUMNS)
        updates = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
        with self._database.transaction(ROLE) as connection:
            connection.execute(
                "CREATE TEMPORARY TABLE IF NOT EXISTS search_incoming (LIKE search_documents) ON COMMIT DELETE ROWS"
            )
            with connection.cursor().copy(f"COPY search_incoming ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            connection.execute(
                f"""INSERT INTO search_documents ({names}) SELECT {names} FROM search_incoming ORDER BY request_id
                    ON CONFLICT (request_id) DO UPDATE SET {updates} WHERE excluded.revision >= search_documents.revision"""
            )
            if fresh:
                connection.execute(
                    "INSERT INTO search_spellings SELECT unnest(%s::text[]) ORDER BY 1 ON CONFLICT DO NOTHING", [sorted(fresh)]
                )
        if len(self._known) + len(fresh) > KNOWN_WORDS:
            self._known = set()
        self._known |= fresh
        return {}

    def search(self, search: Search) -> Found:
        asked = chunks(search.q)
        relaxed = bool(search.after) and search.after is not None and search.after[0] == RELAXED
        if relaxed and search.after is not None:
            search = replace(search, after=search.after[1:])
        with self._database.transaction(ROLE) as connection:
            # the planner does not price what reading a long tsvector costs, and scans where an index serves
            connection.execute("SET LOCAL enable_seqscan = off")
            if not relaxed:
                found = _answer(connection, _Question.of(search, asked, ((),) * len(asked)), relaxed=False)
                if found.total or search.after or not any(chunk.forgives_a_typo for chunk in asked):
                    return found
            spellings = [_spellings(connection, chunk) for chunk in asked]
            if not relaxed and not any(spellings):
                return found
            return _answer(connection, _Question.of(search, asked, spellings), relaxed=True)

    def scan(self, search: Search, page_size: int) -> Iterator[dict[str, object]]:
        page: Search | None = replace(search, limit=page_size, facets=(), after=None)
        while page is not None:
            found = self.search(page)
            yield from (dict(hit) for hit in found.hits)
            page = None if found.after is None else replace(page, after=found.after)

    def check(self) -> None:
        with self._database.transaction(ROLE, wait=2) as connection:
            connection.execute("SELECT 1 FROM search_documents LIMIT 1")


@dataclass(frozen=True, slots=True)
class _Question:
    """A search as conditions. `conditions` maps a filter's name to (SQL, parameters), so that a facet can leave out its own."""

    search: Search
    chunks: Sequence[Chunk]
    spellings: Sequence[Sequence[str]]
    conditions: dict[str, tuple[str, list[Any]]]

    @classmethod
    def of(cls, search: Search, asked: Sequence[Chunk], spellings: Sequence[Sequence[str]]) -> "_Question":
        conditions = _filters(search)
        if asked:
            text = " & ".join(_chunk_query(chunk, words) for chunk, words in zip(asked, spellings, strict=True))
            conditions["q"] = ("words @@ %s::tsquery", [text])
        return cls(search, asked, spellings, conditions)

    def where(self, without: str = "") -> tuple[str, list[Any]]:
        kept = [condition for name, condition in self.conditions.items() if name != without]
        return " AND ".join(text for text, _ in kept) or "true", [value for _, values in kept for value in values]

    def ordering(self) -> tuple[str, list[Any], tuple[str, ...], str]:
        """(key expression, its parameters, the types of a page's place, direction)."""
        if self.search.order != "relevance":
            expression, kind, direction = _SORT[self.search.order]
            return expression, [], (kind, "uuid"), direction
        # tiers, not BM25: the same on every index and every replica
        whole = "".join(chunk.compact for chunk in self.chunks)[: analysis.MAX_LENGTH]
        parties = " & ".join(f"'{token}':B" for chunk in self.chunks for token in chunk.tokens)
        expression = (
            "(CASE WHEN number_key = %s THEN 8 ELSE 0 END + CASE WHEN heads @@ %s::tsquery THEN 4 ELSE 0 END"
            " + CASE WHEN heads @@ %s::tsquery THEN 2 ELSE 0 END)"
        )
        return expression, [whole, f"'{whole}':A", parties], ("integer", "timestamptz", "uuid"), "DESC"


def _answer(connection: Connection, question: _Question, *, relaxed: bool) -> Found:
    search = question.search
    where, values = question.where()
    expression, key_values, kinds, direction = question.ordering()
    columns = [expression, "received_at", "request_id"] if len(kinds) == 3 else [expression, "request_id"]
    seek, seek_values = "true", []
    if search.after:
        places = ", ".join(f"%s::{kind}" for kind in kinds)
        seek = f"({', '.join(columns)}) {'<' if direction == 'DESC' else '>'} ({places})"
        seek_values = [*key_values, *search.after]
    names = [f"key{i}" for i in range(len(columns))]
    selected = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    order = ", ".join(f"{name} {direction}" for name in names)
    body = ", left(body, 20000)" if question.chunks else ""
    rows = connection.execute(
        f"SELECT {selected}, hit {body} FROM search_documents WHERE {where} AND {seek} ORDER BY {order} LIMIT %s",
        [*key_values, *values, *seek_values, search.limit + 1],
    ).fetchall()
    counted = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM search_documents WHERE {where} LIMIT %s) AS matching", [*values, TOTAL_CAP + 1]
    ).fetchone()
    total = counted[0] if counted else 0
    more, rows = len(rows) > search.limit, rows[: search.limit]
    after: tuple[Any, ...] | None = None
    if more:
        place = tuple(key if isinstance(key, int) else _place(key) for key in rows[-1][: len(kinds)])
        after = ((RELAXED,) if relaxed else ()) + place
    return Found(
        total=min(total, TOTAL_CAP),
        exact=total <= TOTAL_CAP,
        relaxed=relaxed and total > 0,
        hits=[_hit(row[len(kinds) :], question) for row in rows],
        after=after,
        facets=_facets(connection, question),
    )


def _place(key: Any) -> str:
    return str(key.isoformat()) if hasattr(key, "isoformat") else str(key)


def _hit(row: Sequence[Any], question: _Question) -> dict[str, Any]:
    hit: dict[str, Any] = dict(row[0])
    if question.chunks:
        words = [word for some in question.spellings for word in some]
        fields = {"number": hit["number"], "seller.name": hit["seller"]["name"], "buyer.name": hit["buyer"]["name"]}
        marked = {path: highlight(text, question.chunks, words) for path, text in {**fields, "text": row[1]}.items() if text}
        hit["highlights"] = {path: _marks(found) for path, found in marked.items() if found is not None}
    return hit


def _marks(found: Highlight) -> dict[str, Any]:
    return {"text": found.text, "marks": [list(mark) for mark in found.marks]}


def _facets(connection: Connection, question: _Question) -> dict[str, list[tuple[str, int]]]:
    """Counts that leave out the facet's own filter; those without one share a single look at the matching rows."""
    names = question.search.facets
    shared = [name for name in names if name not in question.conditions]
    groups = [(shared, question.where())] if shared else []
    groups += [([name], question.where(without=name)) for name in names if name in question.conditions]
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in names}
    for group, (where, values) in groups:
        columns = ", ".join(f"{_FACET[name]} AS {name}" for name in group)
        parts = " UNION ALL ".join(_facet_counts(name) for name in group)
        statement = f"WITH m AS MATERIALIZED (SELECT {columns} FROM search_documents WHERE {where}) {parts}"
        for name, value, count in connection.execute(statement, values).fetchall():
            found[name].append((value, count))
    return found


def _facet_counts(name: str) -> str:
    source = '(SELECT unnest(finding) COLLATE "C" AS v FROM m)' if name == "finding" else f"(SELECT {name} AS v FROM m)"
    tail = "ORDER BY 2" if name == "month" else f"ORDER BY 3 DESC, 2 LIMIT {FACET_SIZE}"
    return f"(SELECT '{name}', v, count(*) FROM {source} AS x WHERE v IS NOT NULL GROUP BY v {tail})"


def _chunk_query(chunk: Chunk, spellings: Sequence[str]) -> str:
    """tsquery text: tokens are letters and digits only, so nothing in them needs quoting beyond the quotes here."""
    either = []
    if len(chunk.tokens) > 1:
        either.append("(" + " <-> ".join(f"'{token}'" for token in chunk.tokens) + ")")
    either.append(f"'{chunk.compact}':*" if chunk.prefix else f"'{chunk.compact}'")
    either += [f"'{word}'" for word in spellings]
    return "(" + " | ".join(either) + ")"


def _spellings(connection: Connection, chunk: Chunk) -> list[str]:
    """The known words one edit away, with the same first letter."""
    if not chunk.forgives_a_typo:
        return []
    word = chunk.compact
    rows = connection.execute(
        "SELECT word FROM search_spellings WHERE word >= %s AND word < %s AND length(word) BETWEEN %s AND %s",
        [word[0], chr(ord(word[0]) + 1), len(word) - 1, len(word) + 1],
    ).fetchall()
    return [known for (known,) in rows if known != word and analysis.one_edit(known, word)]


def _filters(search: Search) -> dict[str, tuple[str, list[Any]]]:
    found: dict[str, tuple[str, list[Any]]] = {}
    for name, values in (("seller", search.seller), ("buyer", search.buyer)):
        if values:
            found[name] = (f"{name}_folded = ANY(%s)", [[analysis.fold(value) for value in values]])
    for name, values, column in (("status", search.status, "status"), ("currency", search.currency, "currency_code")):
        if values:
            found[name] = (f"{column} = ANY(%s)", [list(values)])
    if search.finding:
        found["finding"] = ("findings && %s", [list(search.finding)])
    if search.has_finding is not None:
        found["has_finding"] = ("findings <> '{}'" if search.has_finding else "findings = '{}'", [])
    for column, low, high in (
        ("issue_date", search.issued_from, search.issued_to),
        ("payment_due_date", search.due_from, search.due_to),
        ("with_tax", search.total_min, search.total_max),
    ):
        for bound, operator in ((low, ">="), (high, "<=")):
            if bound is not None:
                found[f"{column} {operator}"] = (f"{column} {operator} %s", [bound])
    return found


def _row(document: SearchDocument, spellings: set[str]) -> tuple[Any, ...]:
    words, more_spellings = _tsvector(document)
    spellings |= more_spellings
    return (
        document.request_id,
        document.revision,
        document.checksum,
        document.received_at,
        document.status,
        document.number_key,
        document.issue_date,
        document.payment_due_date,
        document.currency_code,
        _clean(document.seller_name),
        document.seller_name and _clean(analysis.fold(document.seller_name)),
        document.buyer_name and _clean(analysis.fold(document.buyer_name)),
        document.with_tax,
        list(document.findings),
        words,
        storable_json(document.hit()),
        _clean(document.text),
    )


def _tsvector(document: SearchDocument) -> tuple[str, set[str]]:
    """The tsvector as text (no parser or dictionary of PostgreSQL is involved) and the words a typo may miss."""
    places: dict[str, list[str]] = {}
    spellings: set[str] = set()
    position = 1
    for weight, values in document.searched_fields():
        for value in values:
            found = analysis.tokens(value)
            for token in found:
                if position > analysis.MAX_TOKENS:
                    break
                places.setdefault(token, []).append(f"{position}{weight}")
                position += 1
            spellings.update(word for word in found if _is_spelling(word))
            position += 1 if weight == "A" else analysis.GAP
    return " ".join(f"'{token}':{','.join(at[:255])}" for token, at in places.items()), spellings


def _is_spelling(word: str) -> bool:
    """3 to 25 characters, at most one of them no letter: one edit away from a word of 4 to 24 letters."""
    return 3 <= len(word) <= 25 and word[0].isalpha() and sum(not letter.isalpha() for letter in word) <= 1


def _clean(value: str | None) -> str | None:
    return None if value is None else storable(value)
