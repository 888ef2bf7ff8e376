"""The contract of `AlertOutbox`, on PostgreSQL."""

import pytest

from invoiceflow.adapters.postgres_alerts import PostgresAlerts
from invoiceflow.database import Database
from invoiceflow.ports.alert_outbox import Alert, AlertOutbox
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
