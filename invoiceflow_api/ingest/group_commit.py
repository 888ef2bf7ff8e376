"""Writes that wait at one moment, done in one: what databases call group commit. Knows nothing of what is written."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class GroupCommit(Generic[T]):
    """`write` is called by one thread at a time, with all that came meanwhile, at most `limit`, in the order they came."""

    def __init__(self, write: Callable[[Sequence[T]], object], limit: int = 100) -> None:
        self._write = write
        self._limit = limit
        self._turn = threading.Lock()
        self._waiting_lock = threading.Lock()
        self._waiting: list[tuple[T, Future[None]]] = []

    def __call__(self, item: T) -> None:
        """Returns when `item` is written; raises what `write` raised for its group."""
        mine: Future[None] = Future()
        with self._waiting_lock:
            self._waiting.append((item, mine))
        with self._turn:  # whoever has it writes for all; who comes after it may find that his own is done
            while not mine.done():
                self._write_next()
        mine.result()

    def _write_next(self) -> None:
        with self._waiting_lock:
            group, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
        try:
            self._write([item for item, _ in group])
        except BaseException as error:  # noqa: BLE001  each of the group is told, and raises it itself
            for _, future in group:
                future.set_exception(error)
        else:
            for _, future in group:
                future.set_result(None)
