"""Which invoices were seen before, by what stands in them: the same invoice sent twice is paid twice."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SeenInvoice:
    """A document that was read. `keys` are what it shares with the same invoice sent again; none: it is like no other."""

    request_id: UUID
    received_at: datetime
    keys: frozenset[str]


class SeenInvoices(ABC):
    """Safe to use from many threads; may be told the same again."""

    @abstractmethod
    def note(self, seen: Sequence[SeenInvoice]) -> Mapping[UUID, UUID]:
        """Keeps the keys of these documents in place of those they had, and names for each the first document received
        before it that shares a key; those without one are left out. Raises Unavailable.

        A document never names itself, nor one that came after it, however often and in whatever order they are read.
        """
