"""Writes of many threads, grouped."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from invoiceflow.group_commit import GroupCommit


class Store:
    """Writes what it is given, one group at a time, and holds the first until it is told."""

    def __init__(self, fails_on: int | None = None) -> None:
        self.groups: list[list[int]] = []
        self.fails_on = fails_on
        self.entered = threading.Event()
        self.go = threading.Event()

    def write(self, items: Sequence[int]) -> list[str]:
        self.entered.set()
        assert self.go.wait(10)
        if self.fails_on in items:
            raise ConnectionError(f"with {self.fails_on}")
        self.groups.append(list(items))
        return [f"{number} is written" for number in items]


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
        assert [each.result(10) for each in [first, *rest]] == [f"{number} is written" for number in range(13)]
    assert [len(group) for group in store.groups] == [1, 5, 5, 2]
    assert sorted(number for group in store.groups for number in group) == list(range(13))


def test_a_failure_is_raised_to_each_of_its_group_and_to_nobody_else() -> None:
    store = Store(fails_on=3)
    commit = GroupCommit(store.write, shared=ConnectionError)
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


def test_what_only_one_item_is_to_blame_for_fails_that_one_alone() -> None:
    store = Store(fails_on=2)
    commit = GroupCommit(store.write)
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(commit, 0)
        assert store.entered.wait(10)
        rest = [threads.submit(commit, number) for number in (1, 2, 3)]
        while len(commit._waiting) < 3:
            threading.Event().wait(0.001)
        store.go.set()
        assert [first.result(10), rest[0].result(10), rest[2].result(10)] == ["0 is written", "1 is written", "3 is written"]
        with pytest.raises(ConnectionError, match="with 2"):
            rest[1].result(10)


def test_several_writers_write_at_one_time_and_nothing_is_written_twice_or_not_at_all() -> None:
    together = threading.Barrier(2, timeout=10)
    groups: list[list[int]] = []

    def write(items: Sequence[int]) -> Sequence[int]:
        if items[0] in (0, 1):
            together.wait()  # would never pass with one writer
        groups.append(list(items))
        return items

    commit = GroupCommit(write, writers=2)
    with ThreadPoolExecutor(40) as threads:
        assert list(threads.map(commit, range(200), timeout=20)) == list(range(200))
    assert sorted(number for group in groups for number in group) == list(range(200))


def test_a_write_that_forgets_an_item_is_told_to_its_callers_and_it_goes_on() -> None:
    commit = GroupCommit[int, int](lambda items: list(items) if 1 not in items else [])
    with pytest.raises(ValueError, match="zip"):
        commit(1)
    assert commit(2) == 2
