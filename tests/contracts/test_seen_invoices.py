"""The contract of `SeenInvoices`, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.adapters.postgres_seen_invoices import PostgresSeenInvoices
from invoiceflow.database import Database
from invoiceflow.ports.seen_invoices import SeenInvoice, SeenInvoices
from tests.rows import added


@pytest.fixture
def seen(database: Database) -> SeenInvoices:
    return PostgresSeenInvoices(database)


@pytest.fixture
def three(database: Database) -> list[SeenInvoice]:
    """In order of arrival, all with the same key."""
    rows = PostgresIngestions(database)
    return [SeenInvoice(row.id, row.created_at, frozenset({"k"})) for row in (added(rows) for _ in range(3))]


def test_the_first_that_came_before_is_named(seen: SeenInvoices, three: list[SeenInvoice]) -> None:
    first, second, third = three
    assert [seen.note([one]) for one in three] == [
        {},
        {second.request_id: first.request_id},
        {third.request_id: first.request_id},
    ]


def test_documents_of_one_call_see_each_other(seen: SeenInvoices, three: list[SeenInvoice]) -> None:
    first, second, third = three
    expected = {second.request_id: first.request_id, third.request_id: first.request_id}
    assert seen.note([third, first, second]) == expected
    assert seen.note([third, first, second]) == expected


def test_nothing_names_itself_or_what_came_later(seen: SeenInvoices, three: list[SeenInvoice]) -> None:
    first, second, _ = three
    seen.note([second])
    assert seen.note([first]) == {}
    assert seen.note([first]) == {}


def test_of_two_that_came_at_one_moment_only_one_names_the_other(seen: SeenInvoices, three: list[SeenInvoice]) -> None:
    first, second = three[0], replace(three[1], received_at=three[0].received_at)
    assert len(seen.note([first, second])) == 1


def test_one_shared_key_is_enough_and_another_is_none(seen: SeenInvoices, three: list[SeenInvoice]) -> None:
    first, second, third = three
    seen.note([replace(first, keys=frozenset({"name", "vat"}))])
    assert seen.note([replace(second, keys=frozenset({"name"})), replace(third, keys=frozenset({"other"}))]) == {
        second.request_id: first.request_id
    }
    assert seen.note([]) == {}
    assert seen.note([replace(third, keys=frozenset())]) == {}


def test_keys_are_replaced_when_a_document_is_read_again(seen: SeenInvoices, three: list[SeenInvoice]) -> None:
    first, second, third = three
    seen.note([first])
    seen.note([replace(first, keys=frozenset({"corrected"}))])
    assert seen.note([second]) == {}
    assert seen.note([replace(third, keys=frozenset({"corrected"}))]) == {third.request_id: first.request_id}


def test_of_consumers_at_one_moment_all_but_the_first_find_it_when_the_first_is_there(
    seen: SeenInvoices, three: list[SeenInvoice]
) -> None:
    seen.note([three[0]])
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda n: seen.note([replace(three[1 + n % 2])]), range(20)))
    assert {found for answer in answers for found in answer.values()} == {three[0].request_id}


def test_a_first_received_later_than_the_clock_of_another_is_not_named(seen: SeenInvoices, three: list[SeenInvoice]) -> None:
    seen.note([replace(three[0], received_at=three[1].received_at + timedelta(seconds=1))])
    assert seen.note([three[1]]) == {}
