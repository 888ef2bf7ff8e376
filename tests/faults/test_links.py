"""Each connection cut, delayed by two seconds, and stalled half way through a message, under steady uploads."""

from contextlib import AbstractContextManager

import pytest

from tests.faults.links import NAMES, Links
from tests.faults.own_services import Name
from tests.faults.relay import relay
from tests.faults.stand import Stand, wait

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(600)]
SHOWN = {"postgresql": "database", "rabbitmq": "queue", "opensearch": "search", "s3": "S3"}


def during(stand: Stand, broken: AbstractContextManager[None]) -> None:
    with broken:
        wait(stand.mode.broken)


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_that_is_cut_loses_nothing(linked: Stand, links: Links, name: Name) -> None:
    linked.endure(f"{SHOWN[name]} cut", lambda: during(linked, links.cut(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_that_is_late_by_two_seconds_loses_nothing(linked: Stand, links: Links, name: Name) -> None:
    linked.endure(f"{SHOWN[name]} delayed", lambda: during(linked, links.delayed(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_that_stalls_half_way_through_a_message_loses_nothing(linked: Stand, links: Links, name: Name) -> None:
    linked.endure(f"{SHOWN[name]} stalled", lambda: during(linked, links.stalled(name)))


@pytest.mark.parametrize("name", NAMES)
def test_connections_that_die_half_way_through_a_message_without_a_word_lose_nothing(
    linked: Stand, links: Links, name: Name
) -> None:
    with relay(linked.services.address(name)) as between, links.by_way_of(name, between.port):
        with links.cut(name):  # from now on they go by way of it
            pass
        linked.endure(f"{SHOWN[name]} dead", between.let_die)
    with links.cut(name):
        pass
