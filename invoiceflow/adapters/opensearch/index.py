"""`SearchIndex` on OpenSearch: versioned indexes behind aliases.

`invoices` is the alias that is searched. Every index has an alias of its own to be written by (`invoices-v3.write`), so that
while another one is built beside it both get every write; writing by alias only, a write can never make an index by itself.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from opensearchpy.exceptions import NotFoundError, RequestError

from invoiceflow.adapters.opensearch.bulk import Action, TargetGone, send
from invoiceflow.adapters.opensearch.connection import ROLE, OpenSearchLocation, connect, translated
from invoiceflow.adapters.opensearch.mapping import INDEX, Refused, source
from invoiceflow.adapters.opensearch.queries import body, found
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.query import Found, Search, chunks
from invoiceflow.ports.search_index import SearchIndex
from invoiceflow.ports.unavailable import Unavailable

SEARCH_SECONDS: Final = 10
"""A search that takes longer is given up, here and in OpenSearch."""
WRITE: Final = ".write"


class OpenSearchIndex(SearchIndex):
    """For any number of invoices. A write is visible within half a second (`refresh_interval`).

    Makes its first index by itself, when it is first needed. `name` is the alias; indexes are called `name`-v1, -v2 and so on.
    Reaching OpenSearch is tried once a call; only when it says that it is busy is a write tried again for a while.
    """

    def __init__(
        self, location: OpenSearchLocation, name: str = "invoices", *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._name = name
        self._client = connect(location, SEARCH_SECONDS + 1)
        self._quick = connect(location, 0.9)  # connecting and reading: together below the two seconds of `check`
        self._sleep = sleep

    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        newest = {d.request_id: d for d in sorted(documents, key=lambda d: d.revision)}
        refused: dict[UUID, str] = {}
        sources: dict[UUID, dict[str, Any]] = {}
        for request_id, document in newest.items():
            try:
                sources[request_id] = source(document)
            except Refused as error:
                refused[request_id] = str(error)
        if sources:
            revisions = {request_id: newest[request_id].revision for request_id in sources}
            refused |= self._everywhere(
                lambda alias: [Action.index(i, alias, str(i), revisions[i], made) for i, made in sources.items()]
            )
        return refused

    def search(self, search: Search) -> Found:
        return self._found(search, whole=True)

    def scan(self, search: Search, page_size: int) -> Iterator[dict[str, object]]:
        page: Search | None = replace(search, limit=page_size, facets=(), after=None)
        while page is not None:
            answer = self._found(page, whole=False)
            yield from (dict(hit) for hit in answer.hits)
            page = None if answer.after is None else replace(page, after=answer.after)

    def check(self) -> None:
        with translated():
            try:
                self._quick.search(index=self._name, body={"size": 0, "terminate_after": 1})
            except NotFoundError:
                self._create(1, searched=True)

    def refresh(self) -> None:
        """Makes what is written visible at once."""
        with translated():
            self._client.indices.refresh(index=f"{self._name}-v*{WRITE}")

    def close(self) -> None:
        """Closes the connections. Nothing may be called afterwards."""
        self._client.close()
        self._quick.close()

    def _found(self, search: Search, *, whole: bool) -> Found:
        """A page's place begins with whether typos were forgiven before it."""
        if search.after is not None:
            return self._ask(search, relaxed=bool(search.after[0]), whole=whole)
        answer = self._ask(search, relaxed=False, whole=whole)
        if answer.hits or not any(chunk.forgives_a_typo for chunk in chunks(search.q)):
            return answer
        return self._ask(search, relaxed=True, whole=whole)

    def _ask(self, search: Search, *, relaxed: bool, whole: bool) -> Found:
        answer = self._query(body(search, relaxed=relaxed, whole=whole))
        return found(answer, search, relaxed=relaxed, whole=whole)

    def _query(self, question: dict[str, Any]) -> Any:
        # half an answer is no answer: a shard that is away or late is an error, never fewer hits
        limits = {"allow_partial_search_results": "false", "cancel_after_time_interval": f"{SEARCH_SECONDS}s"}
        with translated():
            try:
                answer = self._client.search(index=self._name, body=question, params=limits)
            except NotFoundError:
                self._create(1, searched=True)
                answer = self._client.search(index=self._name, body=question, params=limits)
        if answer["timed_out"]:
            raise Unavailable(ROLE, f"the search took longer than {SEARCH_SECONDS} seconds")
        return answer

    def _everywhere(self, actions: Callable[[str], list[Action]]) -> dict[UUID, str]:
        """Sends the actions to every index there is; an index that goes away meanwhile is asked for again."""
        for _ in range(3):
            targets = self._targets()
            if not targets:
                self._create(1, searched=True)
                continue
            try:
                return send(self._client, [action for alias in targets for action in actions(alias)], self._sleep)
            except TargetGone:
                continue
        raise Unavailable(ROLE, "its indexes are being changed")

    def _targets(self) -> list[str]:
        with translated():
            try:
                answer = self._client.indices.get_alias(name=f"{self._name}-v*{WRITE}")
            except NotFoundError:
                return []
        pattern = re.compile(re.escape(self._name) + r"-v\d+" + re.escape(WRITE))
        return sorted(alias for index in answer.values() for alias in index["aliases"] if pattern.fullmatch(alias))

    def _create(self, number: int, *, searched: bool) -> None:
        index = f"{self._name}-v{number}"
        aliases: dict[str, Any] = {f"{index}{WRITE}": {}}
        if searched:
            aliases[self._name] = {}
        with translated():
            try:
                self._client.indices.create(index=index, body={**INDEX, "aliases": aliases})
            except RequestError as error:
                if error.error != "resource_already_exists_exception":  # another process was quicker
                    raise
