"""Each connection cut, delayed by two seconds, and stalled half way through a message, under steady uploads."""

from contextlib import AbstractContextManager

import pytest

from tests.faults.links import NAMES, Links
from tests.faults.own_services import Name
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
