"""The documents of one or more indexes: written to all of them, compared with the rows in one. Answers no searches."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from opensearchpy import OpenSearch

from invoiceflow.adapters.opensearch.bulk import Action, TargetGone, send
from invoiceflow.adapters.opensearch.connection import ROLE, translated
from invoiceflow.adapters.opensearch.mapping import Refused, day_of, days, source
from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.ports.search_index import DaySum, Projection
from invoiceflow.ports.unavailable import Unavailable

PAGE: Final = 5000
MOST_DAYS: Final = 20_000


class OpenSearchProjection(Projection):
    """`name` is what is read, an index or an alias; `targets` says which aliases are written to at this moment."""

    def __init__(
        self,
        client: OpenSearch,
        name: str,
        targets: Callable[[], Sequence[str]],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._name = name
        self._targets = targets
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
        revisions = {request_id: newest[request_id].revision for request_id in sources}
        return refused | self._send(
            lambda alias: [Action.index(i, alias, str(i), revisions[i], made) for i, made in sources.items()]
        )

    def remove(self, revisions: Mapping[UUID, int]) -> None:
        self._send(lambda alias: [Action.delete(i, alias, str(i), revision) for i, revision in revisions.items()])

    def day_sums(self) -> Mapping[date, DaySum]:
        self.refresh()
        # the number of the day, not a date histogram: with sums inside those fail on 3.8 where documents were deleted
        by_day = {"terms": {"field": "received_day", "size": MOST_DAYS}, "aggs": {"sum": {"sum": {"field": "checksum"}}}}
        answer = self._asked({"size": 0, "aggs": {"days": by_day}})
        return {
            day_of(bucket["key"]): DaySum(bucket["doc_count"], int(bucket["sum"]["value"]))
            for bucket in answer["aggregations"]["days"]["buckets"]
        }

    def revisions(self, day: date) -> Iterator[tuple[UUID, int]]:
        question: dict[str, Any] = {
            "query": {"bool": {"filter": [{"term": {"received_day": days(day)}}]}},
            "sort": [{"request_id": "asc"}],
            "size": PAGE,
            "_source": ["request_id", "revision"],
            "track_total_hits": False,
        }
        while rows := self._asked(question)["hits"]["hits"]:
            yield from ((UUID(row["_source"]["request_id"]), row["_source"]["revision"]) for row in rows)
            question["search_after"] = rows[-1]["sort"]

    def refresh(self) -> None:
        """Makes what is written visible at once."""
        with translated():
            self._client.indices.refresh(index=self._name)

    def _asked(self, question: dict[str, Any]) -> Any:
        with translated():
            return self._client.search(index=self._name, body=question, params={"allow_partial_search_results": "false"})

    def _send(self, actions: Callable[[str], list[Action]]) -> dict[UUID, str]:
        """To every target; when one goes away meanwhile, they are asked for again."""
        for _ in range(3):
            sent = [action for alias in self._targets() for action in actions(alias)]
            try:
                return send(self._client, sent, self._sleep)
            except TargetGone:
                continue
        raise Unavailable(ROLE, "its indexes are being changed")
