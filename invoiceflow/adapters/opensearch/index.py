"""`SearchIndex` on OpenSearch: versioned indexes behind aliases.

`invoices` is the alias that is searched. Every index has an alias of its own to be written by (`invoices-v3.write`), so that
while another one is built beside it both get every write; writing by alias only, a write can never make an index by itself.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, RequestError

from invoiceflow.adapters.opensearch.connection import ROLE, OpenSearchLocation, connect, translated
from invoiceflow.adapters.opensearch.mapping import INDEX, SCHEMA_VERSION
from invoiceflow.adapters.opensearch.projection import OpenSearchProjection
from invoiceflow.adapters.opensearch.queries import body, found
from invoiceflow.domain.search.query import Found, Search, chunks
from invoiceflow.ports.search_index import Rebuild, SearchIndex
from invoiceflow.ports.unavailable import Unavailable

SEARCH_SECONDS: Final = 10
"""A search that takes longer is given up, here and in OpenSearch."""
WRITE: Final = ".write"


class OpenSearchIndex(OpenSearchProjection, SearchIndex):
    """For any number of invoices. A write is visible within half a second (`refresh_interval`).

    Makes its first index by itself, when it is first needed. `name` is the alias; indexes are called `name`-v1, -v2 and so on.
    Every call is tried once; only when OpenSearch says that it is busy is a write tried again for a while.
    """

    def __init__(
        self, location: OpenSearchLocation, name: str = "invoices", *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(connect(location, SEARCH_SECONDS + 1), name, self._written, sleep)
        self.name = name
        self._indexes = _Indexes(self._client, name)
        self._quick = connect(location, 0.9)  # connecting and reading: together below the two seconds of `check`

    def search(self, search: Search) -> Found:
        return self._found(search, whole=True)

    def scan(self, search: Search, page_size: int) -> Iterator[dict[str, object]]:
        page: Search | None = replace(search, limit=page_size, facets=(), after=None)
        while page is not None:
            answer = self._found(page, whole=False)
            yield from (dict(hit) for hit in answer.hits)
            page = None if answer.after is None else replace(page, after=answer.after)

    def rebuild(self) -> Rebuild:
        with translated():
            if not self._indexes.exist():
                self._indexes.create(1, searched=True)
            return OpenSearchRebuild(self._client, self._indexes, self._indexes.beside(), self._sleep)

    def check(self) -> None:
        with translated():
            try:
                self._quick.search(index=self._name, body={"size": 0, "terminate_after": 1})
            except NotFoundError:
                self._indexes.create(1, searched=True)

    def refresh(self) -> None:
        with translated():
            try:
                self._client.indices.refresh(index=self._name)
            except NotFoundError:
                self._indexes.create(1, searched=True)

    def close(self) -> None:
        """Closes the connections. Nothing may be called afterwards."""
        self._client.close()
        self._quick.close()

    def _written(self) -> list[str]:
        with translated():
            if not (aliases := self._indexes.written()):
                self._indexes.create(1, searched=True)
                aliases = self._indexes.written()
        return aliases

    def _found(self, search: Search, *, whole: bool) -> Found:
        """A page's place begins with whether typos were forgiven before it."""
        if search.after is not None:
            return self._page(search, relaxed=bool(search.after[0]), whole=whole)
        answer = self._page(search, relaxed=False, whole=whole)
        if answer.hits or not any(chunk.forgives_a_typo for chunk in chunks(search.q)):
            return answer
        return self._page(search, relaxed=True, whole=whole)

    def _page(self, search: Search, *, relaxed: bool, whole: bool) -> Found:
        answer = self._asked(body(search, relaxed=relaxed, whole=whole))
        return found(answer, search, relaxed=relaxed, whole=whole)

    def _asked(self, question: dict[str, Any]) -> Any:
        # half an answer is no answer: a shard that is away or late is an error, never fewer hits
        limits = {"allow_partial_search_results": "false", "cancel_after_time_interval": f"{SEARCH_SECONDS}s"}
        with translated():
            try:
                answer = self._client.search(index=self._name, body=question, params=limits)
            except NotFoundError:
                self._indexes.create(1, searched=True)
                answer = self._client.search(index=self._name, body=question, params=limits)
        if answer["timed_out"]:
            raise Unavailable(ROLE, f"the search took longer than {SEARCH_SECONDS} seconds")
        return answer


class OpenSearchRebuild(OpenSearchProjection, Rebuild):
    """The index with the next number. What the rows are compared with is what it holds: so a rebuild that was cut off goes on
    where it was, with nothing else to remember."""

    def __init__(self, client: OpenSearch, indexes: "_Indexes", number: int, sleep: Callable[[float], None]) -> None:
        super().__init__(client, indexes.index(number), lambda: [indexes.index(number) + WRITE], sleep)
        self._indexes = indexes
        self._number = number

    def go_live(self) -> None:
        with translated():
            self._indexes.swap(self._number)


class _Indexes:
    """The indexes there are, by their aliases. Raises the client's own errors."""

    def __init__(self, client: OpenSearch, name: str) -> None:
        self._client = client
        self._name = name
        self._numbered = re.compile(re.escape(name) + r"-v(\d+)")

    def index(self, number: int) -> str:
        return f"{self._name}-v{number}"

    def written(self) -> list[str]:
        """The aliases to write by. An index with other fields than today's would refuse every document: it gets none.

        Raises Unavailable when there are only such.
        """
        schemas = self._schemas()
        fitting = [self.index(number) + WRITE for number, schema in sorted(schemas.items()) if schema == SCHEMA_VERSION]
        if schemas and not fitting:
            other = max(schemas.values())
            raise Unavailable(
                ROLE, f"the index has fields of version {other}, this program's are {SCHEMA_VERSION}: run `invoiceflow reindex`"
            )
        return fitting

    def create(self, number: int, *, searched: bool) -> None:
        aliases: dict[str, Any] = {self.index(number) + WRITE: {}}
        if searched:
            aliases[self._name] = {}
        try:
            self._client.indices.create(index=self.index(number), body={**INDEX, "aliases": aliases})
        except RequestError as error:
            if error.error != "resource_already_exists_exception":  # another process was quicker
                raise

    def beside(self) -> int:
        """The number of the index that is being built; made where there is none, and anew where its fields are not today's."""
        schemas = self._schemas()
        live, number = max(self._live()), max(schemas)
        if number > live and schemas[number] == SCHEMA_VERSION:
            return number
        if number > live:
            self._client.indices.delete(index=self.index(number))
        self.create(number + 1, searched=False)
        return number + 1

    def swap(self, number: int) -> None:
        others = [other for other in self._live() if other != number]
        actions: list[dict[str, Any]] = [{"add": {"index": self.index(number), "alias": self._name}}]
        actions += [{"remove_index": {"index": self.index(other)}} for other in others]
        self._client.indices.update_aliases(body={"actions": actions})

    def exist(self) -> bool:
        return bool(self._schemas())

    def _live(self) -> list[int]:
        """The numbers of those that are searched: one."""
        answer = self._client.indices.get_alias(name=self._name)
        return sorted(int(match[1]) for index in answer if (match := self._numbered.fullmatch(index)))

    def _schemas(self) -> dict[int, int]:
        """Number -> version of its fields, of all that can be written."""
        answer = self._client.indices.get_mapping(
            index=f"{self._name}-v*{WRITE}", params={"filter_path": "*.mappings.dynamic,*.mappings._meta"}
        )
        return {
            int(match[1]): int(about["mappings"].get("_meta", {}).get("schema_version", 0))
            for index, about in answer.items()
            if (match := self._numbered.fullmatch(index))
        }
