"""A running system under test, and the one way in which every fault is endured: load, fault, recovery, count."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from invoiceflow.ports.unavailable import Unavailable
from tests.faults.count import Books, Counted, books
from tests.faults.links import Links
from tests.faults.load import SteadyLoad
from tests.faults.mode import Mode
from tests.faults.own_services import OwnServices
from tests.faults.small_disk import small_disk
from tests.processes.test_up import Running, started

RECOVERY_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 2.0
"""So long every upload must have been accepted before the system counts as recovered."""
DRAIN_SECONDS: Final = 120.0
STUCK_SECONDS: Final = 35.0
"""No accepted upload was finished for so long, though every dead connection was noticed by then: what is left waits for the
schedules."""
UNANSWERED_SECONDS: Final = 3.0
"""The same for uploads whose client got no answer: a process was killed between row and message."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table."""

    fault: str
    uploads: int
    counted: Counted
    seconds: float | None
    refusals: Mapping[str, int]


@dataclass
class Stand:
    """A system that runs: on the services themselves, or through `links`."""

    mode: Mode
    services: OwnServices
    running: Running
    books: Books
    invoices: Sequence[bytes]
    results: list[Result]
    links: Links | None = None
    healthy: bool = field(default=False)

    def endure(self, fault: str, breaking: Callable[[], object]) -> Result:
        """Steady uploads while `breaking` breaks something and mends it again; what is accepted, and what becomes of it.

        Asserts all that is required of every fault."""
        self.healthy = False
        name = "".join(letter if letter.isalnum() else "_" for letter in fault)
        with SteadyLoad(self.running.ingest, name, self.invoices, self.mode.rate) as load:
            time.sleep(self.mode.before)
            self._until_accepted(load)
            breaking()
            returned = time.time()
            seconds = self._recovery(load, returned)
            load.stop()
        stuck = self._drain(name, {sent.request_id for sent in load.sent if sent.request_id is not None})
        counted = self.books.counted(name, load.sent)
        refusals: dict[str, int] = {}
        for sent in load.sent:
            if not sent.accepted:
                key = f"{sent.status or '-'} {sent.code}"
                refusals[key] = refusals.get(key, 0) + 1
        result = Result(fault, len(load.sent), counted, seconds, refusals)
        self.results.append(result)
        found = (stuck, counted.lost, counted.uncoded, counted.doubled, counted.different)
        assert found == ([], [], [], [], []), (stuck, counted)
        assert (counted.kept, counted.dead) == ([], 0), counted
        assert seconds is not None, "it did not recover"
        assert seconds <= RECOVERY_SECONDS
        self.healthy = True
        return result

    def _until_accepted(self, load: SteadyLoad) -> None:
        """A busy machine takes its time, and so do connections that were just cut."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while not any(sent.accepted for sent in load.sent):
            assert time.monotonic() < deadline, "no upload was accepted before anything was broken"
            time.sleep(0.1)

    def _recovery(self, load: SteadyLoad, returned: float) -> float | None:
        """Seconds from `returned` until no upload is refused any more, an invoice is completed, and searches are answered;
        None when it takes far too long."""
        searched: float | None = None
        deadline = time.monotonic() + RECOVERY_SECONDS + 15
        while time.monotonic() < deadline:
            if searched is None and self._searches():
                searched = time.time()
            completed = self._first_completed(returned)
            after = [sent for sent in load.sent if sent.started > returned and sent.ended]
            bad = [sent.ended for sent in after if not sent.accepted]
            since = max(bad, default=returned)
            good = sum(sent.accepted and sent.ended > since for sent in after)
            steady = good >= STEADY_SECONDS * self.mode.rate and time.time() - since > STEADY_SECONDS
            if searched and completed and steady:
                first_good = min(sent.ended for sent in after if sent.accepted and sent.ended > since)
                return max(searched, completed, first_good if bad else returned) - returned
            time.sleep(0.1)
        return None

    def _searches(self) -> bool:
        with suppress(httpx.TransportError):
            return self.running.client.get(f"{self.running.query}/api/v1/invoices?limit=1").status_code == 200
        return False

    def _first_completed(self, at: float) -> float | None:
        with suppress(Unavailable):
            return self.books.first_completed_after(at)
        return None

    def _drain(self, name: str, accepted: set[str]) -> list[str]:
        """Waits until every row of `name` is final. Those without progress are left to the schedules: which is their work for
        uploads whose client got no answer, and a fault for the accepted ones, that are returned."""
        deadline = time.monotonic() + DRAIN_SECONDS
        left, changed, stuck = None, time.monotonic(), set[str]()
        while (now := self.books.unfinished(name)) and time.monotonic() < deadline:
            if now != left:
                left, changed = now, time.monotonic()
            elif time.monotonic() - changed > (STUCK_SECONDS if now & accepted else UNANSWERED_SECONDS):
                stuck |= now & accepted
                self.books.let_the_schedules_come()
                changed = time.monotonic()
            time.sleep(0.2)
        return sorted(stuck | now)


@contextmanager
def stand(
    home: Path, mode: Mode, services: OwnServices, invoices: Sequence[bytes], results: list[Result], links: Links | None
) -> Iterator[Stand]:
    """A system of its own on `services`, stopped at the end."""
    direct = services.named(home.name)
    given = {**(links.through(direct) if links else direct), "INVOICEFLOW_STALE_MINUTES": "10"}
    with small_disk(home), started(home, given) as running, books({**direct, "INVOICEFLOW_HOME": str(home)}) as kept:
        yield Stand(mode, services, running, kept, invoices, results, links, healthy=True)


def wait(seconds: float) -> None:
    """While something is broken."""
    time.sleep(seconds)
