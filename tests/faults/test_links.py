"""Each connection cut, delayed by two seconds, stalled and dead half way through a message, and S3 that fails every fifth call,
under steady uploads."""

from contextlib import AbstractContextManager

import pytest

from tests.faults.failing_s3 import failing_s3
from tests.faults.links import Links
from tests.faults.mode import chosen
from tests.faults.own_services import NAMES, Name
from tests.faults.relay import relay
from tests.faults.stand import Stand, wait

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(600)]
SHOWN = {"postgresql": "database", "rabbitmq": "queue", "opensearch": "search", "s3": "S3"}


def during(stand: Stand, broken: AbstractContextManager[None]) -> None:
    with broken:
        wait(stand.mode.broken)


def renewed(links: Links, name: Name) -> None:
    """Connections that are open end: what comes next goes the way that is set now."""
    with links.cut(name):
        pass


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_that_is_cut_loses_nothing(linked: Stand, links: Links, name: Name) -> None:
    linked.endure(f"{SHOWN[name]} cut", lambda: during(linked, links.cut(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_that_is_late_by_two_seconds_loses_nothing(linked: Stand, links: Links, name: Name) -> None:
    linked.endure(f"{SHOWN[name]} delayed", lambda: during(linked, links.delayed(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_connection_that_stalls_half_way_through_a_message_loses_nothing(linked: Stand, links: Links, name: Name) -> None:
    linked.endure(f"{SHOWN[name]} stalled", lambda: during(linked, links.stalled(name)))


@pytest.mark.parametrize("name", chosen().dying)
def test_connections_that_die_half_way_through_a_message_without_a_word_lose_nothing(
    linked: Stand, links: Links, name: Name
) -> None:
    with relay(linked.services.address(name)) as between, links.by_way_of(name, between.port):
        renewed(links, name)
        linked.endure(f"{SHOWN[name]} dead", between.let_die)
    renewed(links, name)


def test_an_s3_server_that_fails_every_fifth_call_loses_nothing(linked: Stand, links: Links) -> None:
    with failing_s3(linked.services.address("s3")) as failing:

        def broken() -> None:
            with links.by_way_of("s3", failing.port):
                renewed(links, "s3")
                wait(linked.mode.broken)

        linked.endure("S3 fails a fifth", broken)
        assert failing.failed > 0
    renewed(links, "s3")
