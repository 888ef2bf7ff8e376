"""The contract of `AlertOutbox`, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from invoiceflow.adapters.postgres_alerts import PostgresAlerts
from invoiceflow.database import Database
from invoiceflow.ports.alert_outbox import Alert, AlertOutbox
from invoiceflow.ports.unavailable import Unavailable
from tests.rows import now

ONE = Alert("check:1", "title", "one")
TWO = Alert("check:2", "title", "two")


@pytest.fixture
def outbox(database: Database) -> AlertOutbox:
    return PostgresAlerts(database)


def test_an_alert_is_written_down_once_for_ever(outbox: AlertOutbox) -> None:
    assert outbox.add([ONE, TWO], now()) == 2
    assert outbox.add([ONE], now()) == 0
    outbox.mark_sent([ONE.key], now())
    assert outbox.add([ONE], now()) == 0
    assert outbox.unsent(10) == [TWO]


def test_what_a_target_did_not_take_stays_unsent(outbox: AlertOutbox) -> None:
    outbox.add([ONE, TWO], now())
    outbox.mark_failed([ONE.key], "refused", now())
    assert outbox.unsent(10) == [ONE, TWO]
    assert outbox.unsent(1) == [ONE]


def test_nothing_to_add_is_nothing_added(outbox: AlertOutbox) -> None:
    assert outbox.add([], now()) == 0


def test_any_text_can_be_an_alert(outbox: AlertOutbox) -> None:
    assert outbox.add([Alert("check:1", "a\0b", "c\ud800d")], now()) == 1
    outbox.mark_failed(["check:1"], "e\0f", now())
    assert outbox.unsent(10) == [Alert("check:1", "ab", "c?d")]


def test_two_writers_of_one_alert_write_it_once(outbox: AlertOutbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: outbox.add([ONE, TWO], now()), range(16))) == 2


def test_an_outbox_that_is_away_says_so() -> None:
    away = PostgresAlerts(Database("postgresql://nobody@127.0.0.1:1/none", application_name="t", size=1, wait=0.3))
    with pytest.raises(Unavailable):
        away.unsent(1)
