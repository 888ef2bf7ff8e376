"""Whether the parts of a starting system are ready, and waiting until they are."""

import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from invoiceflow import settings
from invoiceflow.ports.ingest_queue import IngestQueue
from invoiceflow.ports.unavailable import Unavailable

POLL_SECONDS: Final = 0.05
LOOK_AGAIN_SECONDS: Final = 2.0


def answers(url: str, seconds: float = 2.0) -> bool:
    """Whether a GET of `url` is answered with 200."""
    try:
        with urllib.request.urlopen(url, timeout=seconds) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def comes_true(condition: Callable[[], bool], seconds: float, between: Callable[[], None]) -> bool:
    """Whether `condition` comes true within `seconds`; `between` is called again and again meanwhile, and may raise."""
    deadline = time.monotonic() + seconds
    while not condition():
        between()
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


@contextmanager
def open_queue(environment: Mapping[str, str]) -> Iterator[IngestQueue]:
    """The queue of the system with this environment (over ours)."""
    from invoiceflow.bootstrap import assemble

    with assemble(settings.load({**os.environ, **environment}), application_name="up", pool_size=1) as system:
        yield system.queue


def has_consumer(queue: IngestQueue) -> bool:
    """Whether something consumes the queue; no while the queue is unavailable."""
    try:
        return queue.depth().consumers > 0
    except Unavailable:  # it may still be starting
        return False


def has_consumer_now(environment: Mapping[str, str]) -> bool:
    """`has_consumer`, on a connection of its own."""
    with open_queue(environment) as queue:
        return has_consumer(queue)


@dataclass
class Outstanding:
    """What was not ready when the system went on without it; looked at every LOOK_AGAIN_SECONDS."""

    conditions: list[tuple[str, Callable[[], bool]]] = field(default_factory=list)
    _look_at: float = 0.0

    def add(self, what: str, is_ready: Callable[[], bool]) -> None:
        """`what` will be looked at again."""
        self.conditions.append((what, is_ready))

    def have_all_come(self) -> bool:
        """Looks again, if it is time; whether the last of them has become ready by that."""
        if not self.conditions or time.monotonic() < self._look_at:
            return False
        self.conditions = [(what, is_ready) for what, is_ready in self.conditions if not is_ready()]
        self._look_at = time.monotonic() + LOOK_AGAIN_SECONDS
        return not self.conditions
