"""Where invoices are found again. Its contract (analysis, ranking, cursors) is `invoiceflow.domain.search`'s."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from invoiceflow.domain.search.document import SearchDocument
from invoiceflow.domain.search.query import Found, Search


@dataclass(frozen=True, slots=True)
class DaySum:
    """How many documents were received on one day (UTC), and the sum of their `checksum`s: alike where the documents are."""

    documents: int
    checksum: int


class Projection(ABC):
    """Documents made from the rows, as far as they are written. Every method raises `Unavailable` when it cannot be reached."""

    @abstractmethod
    def write(self, documents: Sequence[SearchDocument]) -> dict[UUID, str]:
        """Puts each document in over an older or equal revision; an older one is passed over without error.

        Returns the documents the index refused for good (id -> reason); all others are durable and soon visible.
        """

    @abstractmethod
    def remove(self, revisions: Mapping[UUID, int]) -> None:
        """Takes the documents out that are not newer than the revision given. Ids without a document are passed over."""

    @abstractmethod
    def day_sums(self) -> Mapping[date, DaySum]:
        """What is written now, by the day it was received (UTC). Days without a document are left out."""

    @abstractmethod
    def revisions(self, day: date) -> Iterator[tuple[UUID, int]]:
        """Id and revision of each document of a day, by id; read page by page."""


class Rebuild(Projection):
    """An index that is being built beside the one that answers."""

    @abstractmethod
    def go_live(self) -> None:
        """From now on this one answers, and the one before is gone. At no moment does none answer."""


class SearchIndex(Projection):
    """Safe to use from many threads."""

    @abstractmethod
    def search(self, search: Search) -> Found: ...

    @abstractmethod
    def scan(self, search: Search, page_size: int) -> Iterator[dict[str, object]]:
        """Every hit in the search's order, fetched page by page: for exports. Memory does not grow with the number of hits."""

    @abstractmethod
    def rebuild(self) -> Rebuild:
        """Begins a rebuild, or goes on with one that was cut off. From now on what is written here is written there too."""

    @abstractmethod
    def check(self) -> None:
        """Returns when searches can be answered now; else raises Unavailable, within two seconds."""
