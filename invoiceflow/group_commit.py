"""Work that waits at one moment, done in one: what databases call group commit. Knows nothing of what is done."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """`write` is called by at most `writers` threads at a time, each with what came meanwhile, at most `limit`, in the order it
    came; it returns a result for each. What it raises of the kind `shared` is raised to its whole group. When it raises
    anything else each of the group is written by itself: one item does not fail the others.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Sequence[R]],
        *,
        shared: type[BaseException] | tuple[type[BaseException], ...] = (),
        limit: int = 100,
        writers: int = 1,
    ) -> None:
        self._write = write
        self._shared = shared
        self._limit = limit
        self._lock = threading.Lock()
        self._idle = writers
        self._waiting: list[_Place[T, R]] = []

    def __call__(self, item: T) -> R:
        """The result for `item`, once it is written; raises what `write` raised for it."""
        mine = _Place[T, R](item)
        with self._lock:
            if self._idle:
                self._idle -= 1
                mine.group = [mine]
            else:
                self._waiting.append(mine)
        if not mine.group:
            mine.called.wait()  # written meanwhile, or the first of the next group
        if mine.group:
            self._lead(mine.group)
        if mine.error is not None:
            raise mine.error
        [result] = mine.result
        return result

    def _lead(self, group: "list[_Place[T, R]]") -> None:
        self._try(group)
        with self._lock:
            following, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
            if not following:
                self._idle += 1
        if following:  # before those who are done wake up: the next write need not wait for them
            following[0].group = following
            following[0].called.set()
        for place in group[1:]:
            place.called.set()

    def _try(self, group: "list[_Place[T, R]]") -> None:
        try:
            for place, result in zip(group, self._write([place.item for place in group]), strict=True):
                place.result = [result]
        except BaseException as error:  # noqa: BLE001  whoever it concerns raises it himself
            if len(group) > 1 and not isinstance(error, self._shared):
                for place in group:
                    self._try([place])
                return
            for place in group:
                place.error = error


class _Place(Generic[T, R]):
    """One caller's: what he brought, what became of it, and the group that he is to write, if any."""

    __slots__ = ("called", "error", "group", "item", "result")

    def __init__(self, item: T) -> None:
        self.item = item
        self.called = threading.Event()
        self.group: list[_Place[T, R]] = []
        self.error: BaseException | None = None
        self.result: list[R] = []
