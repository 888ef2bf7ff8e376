"""Writes of many threads, grouped."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from invoiceflow_api.ingest.group_commit import GroupCommit


class Store:
    """Writes what it is given, one group at a time, and holds the first until it is told."""

    def __init__(self, fails_on: int | None = None) -> None:
        self.groups: list[list[int]] = []
        self.fails_on = fails_on
        self.entered = threading.Event()
        self.go = threading.Event()

    def write(self, items: Sequence[int]) -> None:
        self.entered.set()
        assert self.go.wait(10)
        if self.fails_on in items:
            raise ConnectionError(f"with {self.fails_on}")
        self.groups.append(list(items))


def test_what_comes_while_one_is_written_goes_together_and_everybody_returns_when_his_own_is_written() -> None:
    store = Store()
    commit = GroupCommit(store.write, limit=5)
    with ThreadPoolExecutor(13) as threads:
        first = threads.submit(commit, 0)
        assert store.entered.wait(10)
        rest = [threads.submit(commit, number) for number in range(1, 13)]
        assert not any(each.done() for each in [first, *rest])
        while len(commit._waiting) < 12:
            threading.Event().wait(0.001)
        store.go.set()
        for each in [first, *rest]:
            each.result(10)
    assert [len(group) for group in store.groups] == [1, 5, 5, 2]
    assert sorted(number for group in store.groups for number in group) == list(range(13))


def test_a_failure_is_raised_to_each_of_its_group_and_to_nobody_else() -> None:
    store = Store(fails_on=3)
    commit = GroupCommit(store.write)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(commit, 0)
        assert store.entered.wait(10)
        rest = [threads.submit(commit, number) for number in (1, 2, 3)]
        while len(commit._waiting) < 3:
            threading.Event().wait(0.001)
        store.go.set()
        first.result(10)
        for each in rest:
            with pytest.raises(ConnectionError, match="with 3"):
                each.result(10)
    commit(4)  # and it goes on
    assert store.groups == [[0], [4]]
