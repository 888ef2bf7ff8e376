"""The services and systems that the faults break, one system at a time, and the table at the end."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.faults.links import Links
from tests.faults.load import small_invoices
from tests.faults.mode import MODE, Mode, chosen
from tests.faults.own_services import OwnServices, own_services, toxiproxy
from tests.faults.stand import Result, Stand, stand
from tests.faults.table import lines

RESULTS = pytest.StashKey[list[Result]]()


class Stands:
    """One system at a time: that of the last test, or a fresh one when a test left it in disorder or another kind is wanted."""

    def __init__(self, folder: Path, mode: Mode, services: OwnServices, results: list[Result]) -> None:
        self._folder, self._mode, self._services, self._results = folder, mode, services, results
        self._invoices: Sequence[bytes] = small_invoices(20)
        self._numbers = count(1)
        self._opened = ExitStack()
        self._stand: Stand | None = None

    def get(self, links: Links | None) -> Stand:
        if self._stand is None or not self._stand.healthy or self._stand.links is not links:
            self.close()
            home = self._folder / f"faults{next(self._numbers)}"
            made = stand(home, self._mode, self._services, self._invoices, self._results, links)
            self._stand = self._opened.enter_context(made)
        return self._stand

    def close(self) -> None:
        self._stand = None
        self._opened.close()


@pytest.fixture(scope="session")
def mode() -> Mode:
    if "INVOICEFLOW_TEST_SERVICES" not in os.environ and MODE not in os.environ:
        pytest.skip(f"no services are wanted: make test-services, or make faults ({MODE}=short or full)")
    return chosen()


@pytest.fixture(scope="session")
def services(mode: Mode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServices]:
    with own_services(tmp_path_factory.mktemp("services")) as running:
        yield running


@pytest.fixture(scope="session")
def links(services: OwnServices, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Links]:
    with toxiproxy(tmp_path_factory.mktemp("toxiproxy")) as api:
        yield Links.of(api, services)


@pytest.fixture(scope="session")
def stands(
    request: pytest.FixtureRequest, mode: Mode, services: OwnServices, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stands]:
    results = request.config.stash.setdefault(RESULTS, [])
    made = Stands(tmp_path_factory.mktemp("stands"), mode, services, results)
    yield made
    made.close()


@pytest.fixture
def direct(stands: Stands) -> Stand:
    """A system on the services themselves."""
    return stands.get(None)


@pytest.fixture
def linked(stands: Stands, links: Links) -> Stand:
    """A system whose connections to the services can be broken."""
    return stands.get(links)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    results = config.stash.get(RESULTS, [])
    if results:
        terminalreporter.section("faults")
        for line in lines(results):
            terminalreporter.write_line(line)
