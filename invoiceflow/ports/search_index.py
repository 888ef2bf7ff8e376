"""Where invoices are found again. Its contract (analysis, ranking, cursors) is `invoiceflow.domain.search`'s."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from uuid import UUID

from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.query import Found, Search


class SearchIndex(ABC):
    """Every method raises `Unavailable` when the index cannot be reached. Safe to use from many threads."""

    @abstractmethod
    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        """Puts each document in over an older or equal revision; an older one is passed over without error.

        Returns the documents the index refused for good (id -> reason); all others are durable and soon visible.
        """

    @abstractmethod
    def search(self, search: Search) -> Found: ...

    @abstractmethod
    def scan(self, search: Search, page_size: int) -> Iterator[dict[str, object]]:
        """Every hit in the search's order, fetched page by page: for exports. Memory does not grow with the number of hits."""

    @abstractmethod
    def check(self) -> None:
        """Returns when searches can be answered now; else raises Unavailable, within two seconds."""
