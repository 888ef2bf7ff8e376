"""Fuzzed bytes as choices: numbers, picks and texts. Small and our own, so that a crash can be replayed without atheris."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Choices:
    """Reads choices off the bytes, front to back; when they are used up every number is 0."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def number(self, below: int) -> int:
        """A number from 0 to `below` - 1."""
        size = max(1, ((below - 1).bit_length() + 7) // 8)
        part = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(part, "big") % below

    def pick(self, items: Sequence[Item]) -> Item:
        return items[self.number(len(items))]

    def bytes(self, longest: int) -> bytes:
        size = self.number(longest + 1)
        part = self._data[self._at : self._at + size]
        self._at += size
        return part

    def text(self, longest: int) -> str:
        """Characters of one, two or three bytes, as PDFium could give them (no surrogates)."""
        return self.bytes(longest).decode("utf-8", "replace")
