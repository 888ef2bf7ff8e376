"""How many consumers are started: those that change while the sensor looks, start slowly or have lost the queue included."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus

from invoiceflow.bootstrap import System
from invoiceflow.ports.ingest_queue import QueueDepth
from invoiceflow_pipeline.defs import jobs, scaling
from invoiceflow_pipeline.work import housekeeping
from tests.rows import now


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.mark.parametrize(
    ("depth", "booting", "leaving", "wanted"),
    [
        (QueueDepth(0, 0, 0, 0), 0, 0, 1),  # one is always warm
        (QueueDepth(0, 0, 1, 0), 0, 0, 0),
        (QueueDepth(0, 0, 0, 0), 1, 0, 0),  # one starts already
        (QueueDepth(0, 0, 1, 0), 0, 1, 1),  # the only one is leaving: a successor
        (QueueDepth(10_000, 0, 1, 0), 0, 0, 1),  # a backlog
        (QueueDepth(10**6, 0, 2, 0), 0, 0, 0),  # never more than the most
        (QueueDepth(10**6, 0, 0, 0), 1, 0, 1),
        (QueueDepth(0, 0, 3, 0), 0, 0, 0),
    ],
)
def test_the_sensor_starts_as_many_consumers_as_are_missing(
    system: System, depth: QueueDepth, booting: int, leaving: int, wanted: int
) -> None:
    assert scaling.wanted(depth, booting, leaving, system.settings) == wanted


@pytest.mark.parametrize(("is_local", "seconds"), [(True, 25), (False, 65)])
def test_a_consumer_that_died_while_it_started_is_asked_for_again(
    instance: dg.DagsterInstance, system: System, monkeypatch: pytest.MonkeyPatch, is_local: bool, seconds: float
) -> None:
    launcher = dg.DefaultRunLauncher() if is_local else SimpleNamespace(supports_check_run_worker_health=False)
    monkeypatch.setattr(type(instance), "run_launcher", property(lambda _: launcher))
    instance.create_run_for_job(jobs.consume_job, tags={jobs.STATE: jobs.BOOTING})

    def tick_after(passed: float) -> object:
        at = now() + timedelta(seconds=passed)
        monkeypatch.setattr(housekeeping, "now", lambda: at)
        return scaling.keep_consumers(system, instance, None)[0]

    assert isinstance(tick_after(seconds - 10), dg.SkipReason)
    assert isinstance(tick_after(seconds), dg.SensorResult)


class ChangingQueue:
    """What changes while the sensor looks: `asked` before its question is answered, `answered` after it."""

    def __init__(self, consumers: int) -> None:
        self.consumers = consumers
        self.asked: Callable[[], None] = lambda: None
        self.answered: Callable[[], None] = lambda: None

    def depth(self) -> QueueDepth:
        self.asked()
        said = QueueDepth(0, 0, self.consumers, 0)
        self.answered()
        return said


@pytest.mark.parametrize("passed", [1, 30])
def test_a_consumer_that_ceases_to_be_starting_while_the_sensor_looks_gets_no_other_beside_it(
    instance: dg.DagsterInstance, system: System, monkeypatch: pytest.MonkeyPatch, passed: float
) -> None:
    """In a burst of starts a third one ran where two are the most: it was counted as none for a moment."""
    monkeypatch.setattr(type(instance), "run_launcher", property(lambda _: dg.DefaultRunLauncher()))
    run = instance.create_run_for_job(jobs.consume_job, tags={jobs.STATE: jobs.BOOTING})
    later = now() + timedelta(seconds=passed)
    monkeypatch.setattr(housekeeping, "now", lambda: later)
    queue = ChangingQueue(consumers=0)

    def consume() -> None:
        queue.consumers = 1
        instance.add_run_tags(run.run_id, {jobs.STATE: jobs.CONSUMING})

    queue.answered = consume
    looked = scaling.keep_consumers(replace(system, queue=queue), instance, None)[0]  # type: ignore[arg-type]  # only depth is asked for
    assert isinstance(looked, dg.SkipReason)


def test_a_consumer_that_leaves_while_the_sensor_looks_gets_no_second_successor(
    instance: dg.DagsterInstance, system: System
) -> None:
    run = instance.create_run_for_job(jobs.consume_job, tags={jobs.STATE: jobs.LEAVING})
    queue = ChangingQueue(consumers=2)  # its successor consumes already

    def leave() -> None:
        instance.add_run_tags(run.run_id, {jobs.STATE: jobs.CLOSING})
        queue.consumers = 1

    queue.asked = leave
    looked = scaling.keep_consumers(replace(system, queue=queue), instance, None)[0]  # type: ignore[arg-type]  # only depth is asked for
    assert isinstance(looked, dg.SkipReason)


@pytest.mark.parametrize("states", [[jobs.CONSUMING], [jobs.LEAVING, jobs.CONSUMING]])
def test_consumers_that_have_lost_the_queue_are_not_replaced_before_they_had_time_to_connect_again(
    instance: dg.DagsterInstance, system: System, monkeypatch: pytest.MonkeyPatch, states: list[str]
) -> None:
    """RabbitMQ was away for some seconds, and four ran where two are the most."""
    lives = {"yes"}
    launcher = SimpleNamespace(
        supports_check_run_worker_health=True,
        check_run_worker_health=lambda _: CheckRunHealthResult(WorkerStatus.RUNNING if lives else WorkerStatus.FAILED),
    )
    monkeypatch.setattr(type(instance), "run_launcher", property(lambda _: launcher))
    for state in states:
        instance.create_run_for_job(jobs.consume_job, tags={jobs.STATE: state})
    queue = ChangingQueue(consumers=0)
    cursor: str | None = None

    def look_after(passed: float) -> int:
        nonlocal cursor
        at = now() + timedelta(seconds=passed)
        monkeypatch.setattr(housekeeping, "now", lambda: at)
        looking = replace(system, queue=queue, settings=system.settings.model_copy(update={"max_consumers": 1}))  # type: ignore[arg-type]  # only depth is asked for
        found, cursor = scaling.keep_consumers(looking, instance, cursor)
        return len(found.run_requests or []) if isinstance(found, dg.SensorResult) else 0

    assert look_after(0) == look_after(10) == 0
    assert look_after(16) == 1  # it lives and comes not
    queue.consumers = len(states)
    assert look_after(17) == 0
    queue.consumers = 0
    assert look_after(100) == 0  # again, and again it has time
    lives.clear()
    assert look_after(101) == 1  # its process is gone: at once
