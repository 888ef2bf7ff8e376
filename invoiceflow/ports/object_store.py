"""Where the original bytes live. Keys are forward-slashed paths such as `raw/<request_id>.pdf`."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO


class NoSuchObject(Exception):
    """There is no object under that key (looked, and it is not there)."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What is known of an object without reading it. `size` in bytes."""

    key: str
    size: int
    modified_at: datetime


class ObjectStore(ABC):
    """Every method raises `Unavailable` when the store cannot be reached."""

    @abstractmethod
    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str, metadata: Mapping[str, str]) -> None:
        """Stores `size` bytes of `content` from its current position, durably: they survive a crash right after.

        Whole or not at all; a second put of the same key replaces. `sha256` (hex) is kept and checked where the store can.
        """

    @abstractmethod
    def get(self, key: str) -> bytes:
        """The whole object. Raises NoSuchObject."""

    @abstractmethod
    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes [start, end) in pieces, opened at the call (so that NoSuchObject comes before the first piece)."""

    @abstractmethod
    def head(self, key: str) -> StoredObject:
        """Raises NoSuchObject."""

    @abstractmethod
    def download_url(self, key: str, *, disposition: str, seconds: int) -> str | None:
        """A URL by which whoever has it gets the object as a PDF for `seconds`, without asking us again, under a
        Content-Disposition of `disposition`; None from a store that gives none. Does not look whether the object is there."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Removes the object; a key that is not there is no error."""

    @abstractmethod
    def list(self, prefix: str) -> Iterator[StoredObject]:
        """The objects whose key starts with `prefix`, in no order, without holding them all in memory."""

    @abstractmethod
    def check(self) -> None:
        """Returns when the store can be used now; else raises Unavailable, within two seconds."""
