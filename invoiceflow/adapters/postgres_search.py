"""The embedded search index in PostgreSQL: `SearchIndex` on a projection table with ready-made tsvectors.

The statements of a search are put together in `_Question`; what a search means stands in `invoiceflow.domain.search`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import Connection, DataError
from psycopg.errors import ProgramLimitExceeded

from invoiceflow.database import Database, storable, storable_json
from invoiceflow.domain.search import analysis
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.highlight import Highlight, highlight
from invoiceflow.domain.search.query import FACET_SIZE, TOTAL_CAP, Chunk, Found, Search, chunks
from invoiceflow.ports.search_index import DaySum, Rebuild, SearchIndex

ROLE: Final = "search"
SEARCH_SECONDS: Final = 10
"""A search that takes longer is given up: Unavailable, and the connection is free for others."""
KNOWN_WORDS: Final = 200_000
HIGHLIGHTED: Final = 20_000
"""Characters of the page text in which a highlight is looked for."""

_DAY: Final = "(received_at AT TIME ZONE 'UTC')::date"
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
    """Good for about 100,000 invoices. A write is visible when it returns.

    A phrase is not found after the 255th time that one of its words stands in a document: a tsvector keeps no more places.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[str] = set()  # spellings this process has already written: saves asking again

    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        newest = {d.request_id: d for d in sorted(documents, key=lambda d: d.revision)}
        return self._write_what_is_taken(list(newest.values()))

    def _write_what_is_taken(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        """All in one transaction; halves when a document is refused, so that it does not hold up the others."""
        if not documents:
            return {}
        try:
            self._write(documents)
        except (DataError, _Refused) as error:
            if len(documents) == 1:
                return {documents[0].request_id: " ".join(str(error).split())[:500]}
            half = len(documents) // 2
            return {**self._write_what_is_taken(documents[:half]), **self._write_what_is_taken(documents[half:])}
        return {}

    def _write(self, documents: Sequence[SearchDocument]) -> None:
        spellings: set[str] = set()
        rows = [_row(document, spellings) for document in documents]
        fresh = spellings - self._known
        names = ", ".join(_COLUMNS)
        updates = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
        with self._database.transaction(ROLE) as connection, _refusals():
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

    def remove(self, revisions: Mapping[UUID, int]) -> None:
        with self._database.statement(ROLE) as connection:
            connection.execute(
                """DELETE FROM search_documents USING unnest(%s::uuid[], %s::bigint[]) AS given (id, revision)
                   WHERE request_id = given.id AND search_documents.revision <= given.revision""",
                [list(revisions), list(revisions.values())],
            )

    def day_sums(self) -> Mapping[date, DaySum]:
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                f"SELECT {_DAY} AS day, count(*), sum(checksum)::bigint FROM search_documents GROUP BY day"
            ).fetchall()
        return {day: DaySum(count, checksum) for day, count, checksum in rows}

    def revisions(self, day: date) -> Iterator[tuple[UUID, int]]:
        begins = datetime.combine(day, time(), UTC)
        last = UUID(int=0)
        while True:
            with self._database.statement(ROLE) as connection:
                rows = connection.execute(
                    """SELECT request_id, revision FROM search_documents
                        WHERE received_at >= %s AND received_at < %s AND request_id > %s ORDER BY request_id LIMIT 5000""",
                    [begins, begins + timedelta(days=1), last],
                ).fetchall()
            if not rows:
                return
            yield from ((request_id, revision) for request_id, revision in rows)
            last = rows[-1][0]

    def rebuild(self) -> Rebuild:
        return _InPlace(self)

    def search(self, search: Search) -> Found:
        return self._found(search, whole=True)

    def scan(self, search: Search, page_size: int) -> Iterator[dict[str, object]]:
        page: Search | None = replace(search, limit=page_size, facets=(), after=None)
        while page is not None:
            found = self._found(page, whole=False)
            yield from (dict(hit) for hit in found.hits)
            page = None if found.after is None else replace(page, after=found.after)

    def _found(self, search: Search, *, whole: bool) -> Found:
        """`whole`: with the total, facets and highlights. A page's place begins with whether typos were forgiven before it."""
        asked = chunks(search.q)
        as_typed = _Question.of(search, asked, ((),) * len(asked))
        with self._database.transaction(ROLE) as connection:
            # the planner does not price what reading a long tsvector costs, and scans where an index serves
            connection.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL statement_timeout = {SEARCH_SECONDS * 1000}")
            if search.after is not None:
                spellings = [_spellings(connection, chunk) for chunk in asked] if search.after[0] else as_typed.spellings
                return _answer(connection, _Question.of(search, asked, spellings), relaxed=search.after[0], whole=whole)
            found = _answer(connection, as_typed, relaxed=False, whole=whole)
            if found.hits or not any(chunk.forgives_a_typo for chunk in asked):
                return found
            spellings = [_spellings(connection, chunk) for chunk in asked]
            if not any(spellings):
                return found
            return _answer(connection, _Question.of(search, asked, spellings), relaxed=True, whole=whole)

    def check(self) -> None:
        with self._database.statement(ROLE, wait=2) as connection:
            connection.execute("SELECT 1 FROM search_documents LIMIT 1")


class _InPlace(Rebuild):
    """The table written anew where it is: searches go on meanwhile. A day counts as empty until something of it is written, so
    that everything is; one that was cut off begins again."""

    def __init__(self, index: PostgresSearch) -> None:
        self._index = index
        self._begun: set[date] = set()

    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        refused = self._index.write(documents)
        self._begun |= {document.received_at.astimezone(UTC).date() for document in documents}
        return refused

    def remove(self, revisions: Mapping[UUID, int]) -> None:
        self._index.remove(revisions)

    def day_sums(self) -> Mapping[date, DaySum]:
        return {day: found for day, found in self._index.day_sums().items() if day in self._begun}

    def revisions(self, day: date) -> Iterator[tuple[UUID, int]]:
        return self._index.revisions(day) if day in self._begun else iter(())

    def go_live(self) -> None:
        """It is."""


class _Refused(Exception):
    """PostgreSQL will never take this row, however often it is tried."""


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ProgramLimitExceeded as error:  # an OperationalError for psycopg, which would be taken for a database that is away
        raise _Refused(error) from error


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


def _answer(connection: Connection, question: _Question, *, relaxed: bool, whole: bool) -> Found:
    rows, after = _page(connection, question, highlighted=whole)
    total = _count(connection, question) if whole else len(rows)
    return Found(
        total=min(total, TOTAL_CAP),
        exact=whole and total <= TOTAL_CAP,
        relaxed=relaxed and total > 0,
        hits=[_hit(row, question) for row in rows],
        after=None if after is None else (relaxed, *after),
        facets=_facets(connection, question) if whole else {},
    )


def _count(connection: Connection, question: _Question) -> int:
    where, values = question.where()
    counted = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM search_documents WHERE {where} LIMIT %s) AS matching", [*values, TOTAL_CAP + 1]
    ).fetchone()
    return counted[0] if counted else 0


def _page(
    connection: Connection, question: _Question, *, highlighted: bool
) -> tuple[list[tuple[Any, ...]], tuple[Any, ...] | None]:
    """The rows of a page, (hit, text) or (hit,), and the place where the next begins."""
    search = question.search
    where, values = question.where()
    expression, key_values, kinds, direction = question.ordering()
    columns = [expression, "received_at", "request_id"] if len(kinds) == 3 else [expression, "request_id"]
    seek, seek_values = "true", []
    if search.after:
        places = ", ".join(f"%s::{kind}" for kind in kinds)
        seek = f"({', '.join(columns)}) {'<' if direction == 'DESC' else '>'} ({places})"
        seek_values = [*key_values, *search.after[1:]]
    names = [f"key{i}" for i in range(len(columns))]
    selected = ", ".join(f"{column} AS {name}" for column, name in zip(columns, names, strict=True))
    order = ", ".join(f"{name} {direction}" for name in names)
    body = f", left(body, {HIGHLIGHTED})" if question.chunks and highlighted else ""
    # what is shown is read after the limit: a function of `body` in the inner select would read the text of every match
    rows = connection.execute(
        f"""SELECT {", ".join(names)}, hit {body} FROM (
                SELECT {selected} FROM search_documents WHERE {where} AND {seek} ORDER BY {order} LIMIT %s
            ) AS page JOIN search_documents ON request_id = {names[-1]} ORDER BY {order}""",
        [*key_values, *values, *seek_values, search.limit + 1],
    ).fetchall()
    after = tuple(map(_place, rows[search.limit - 1][: len(kinds)])) if len(rows) > search.limit else None
    return [row[len(kinds) :] for row in rows[: search.limit]], after


def _place(key: Any) -> str | int:
    if isinstance(key, int):
        return key
    return str(key.isoformat()) if hasattr(key, "isoformat") else str(key)


def _hit(row: Sequence[Any], question: _Question) -> dict[str, Any]:
    hit: dict[str, Any] = dict(row[0])
    if len(row) > 1:
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
            found[name] = (f"{name}_folded = ANY(%s)", [[storable(analysis.name_key(value)) for value in values]])
    for name, values, column in (("status", search.status, "status"), ("currency", search.currency, "currency_code")):
        if values:
            found[name] = (f"{column} = ANY(%s)", [[storable(value) for value in values]])
    if search.finding:
        found["finding"] = ("findings && %s", [[storable(value) for value in search.finding]])
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
        _clean(document.currency_code),
        _clean(document.seller_name),
        _clean(document.seller_key),
        _clean(document.buyer_key),
        document.with_tax,
        [storable(code) for code in document.findings],
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
            position += 1  # a hole, so that a phrase never crosses values
    return " ".join(f"'{token}':{','.join(at[:255])}" for token, at in places.items()), spellings


def _is_spelling(word: str) -> bool:
    """3 to 25 characters, at most one of them no letter: one edit away from a word of 4 to 24 letters."""
    return 3 <= len(word) <= 25 and word[0].isalpha() and sum(not letter.isalpha() for letter in word) <= 1


def _clean(value: str | None) -> str | None:
    return None if value is None else storable(value)
