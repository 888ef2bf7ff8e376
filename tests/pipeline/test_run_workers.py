"""Whether a run that is still starting has a process: asked of the launcher, or of a code server over real gRPC."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import dagster as dg
import grpc  # type: ignore[import-untyped]  # its stubs are a package of their own, for this one file
import pytest
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.__generated__ import dagster_api_pb2 as messages
from dagster._grpc.__generated__ import dagster_api_pb2_grpc as services
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult

from invoiceflow.bootstrap import System
from invoiceflow_pipeline.dagster_storage import run_workers
from invoiceflow_pipeline.defs import jobs, scaling
from invoiceflow_pipeline.work import housekeeping
from tests.rows import now


class CodeServer(services.DagsterApiServicer):
    """Answers one question as Dagster's does."""

    def __init__(self) -> None:
        self.living: set[str] = set()

    def CanCancelExecution(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802  gRPC's name for it
        asked = dg.deserialize_value(request.serialized_can_cancel_execution_request, CanCancelExecutionRequest)
        said = CanCancelExecutionResult(can_cancel=asked.run_id in self.living)
        return messages.CanCancelExecutionReply(serialized_can_cancel_execution_result=dg.serialize_value(said))


class Launcher:
    """One that knows its workers, as those of Celery and Kubernetes do."""

    supports_check_run_worker_health = True

    def __init__(self, status: WorkerStatus) -> None:
        self._status = status

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        return CheckRunHealthResult(self._status)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def code_server() -> Iterator[tuple[CodeServer, dict[str, str]]]:
    """And the tags by which a run says where it was started."""
    known = CodeServer()
    with ThreadPoolExecutor(1) as pool:
        server = grpc.server(pool)
        services.add_DagsterApiServicer_to_server(known, server)  # type: ignore[no-untyped-call]  # generated code
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        yield known, {GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": port})}
        server.stop(None).wait()


def starting(instance: dg.DagsterInstance, tags: dict[str, str]) -> dg.DagsterRun:
    return instance.create_run_for_job(jobs.consume_job, tags={jobs.STATE: jobs.BOOTING, **tags})


def use(launcher: object, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(instance), "run_launcher", property(lambda _: launcher))


def test_the_code_server_that_started_it_is_asked(
    instance: dg.DagsterInstance, code_server: tuple[CodeServer, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(dg.DefaultRunLauncher(), instance, monkeypatch)
    known, tags = code_server
    run, lost = starting(instance, tags), starting(instance, tags)
    known.living.add(run.run_id)
    assert run_workers.lives(instance, run)
    assert not run_workers.lives(instance, lost)


def test_a_code_server_that_is_gone_has_taken_its_runs_along(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(dg.DefaultRunLauncher(), instance, monkeypatch)
    gone = {GRPC_INFO_TAG: json.dumps({"host": "127.0.0.1", "port": 1})}
    assert not run_workers.lives(instance, starting(instance, gone))
    assert not run_workers.lives(instance, starting(instance, {}))


@pytest.mark.parametrize(("status", "alive"), [(WorkerStatus.RUNNING, True), (WorkerStatus.FAILED, False)])
def test_a_launcher_that_knows_its_workers_is_asked(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, status: WorkerStatus, alive: bool
) -> None:
    use(Launcher(status), instance, monkeypatch)
    assert run_workers.lives(instance, starting(instance, {})) is alive


def test_a_launcher_that_fails_to_answer_keeps_no_consumer_from_being_started(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = Launcher(WorkerStatus.RUNNING)
    monkeypatch.setattr(launcher, "check_run_worker_health", lambda run: run.tags["launched"])
    use(launcher, instance, monkeypatch)
    assert not run_workers.lives(instance, starting(instance, {}))


def test_a_consumer_that_starts_slowly_gets_no_second_one_beside_it_but_not_for_ever(
    instance: dg.DagsterInstance,
    system: System,
    code_server: tuple[CodeServer, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(dg.DefaultRunLauncher(), instance, monkeypatch)
    known, tags = code_server
    known.living.add(starting(instance, tags).run_id)

    def tick_after(passed: float) -> object:
        at = now() + timedelta(seconds=passed)
        monkeypatch.setattr(housekeeping, "now", lambda: at)
        return scaling.keep_consumers(system, instance, None)[0]

    assert isinstance(tick_after(30), dg.SkipReason)
    assert isinstance(tick_after(240), dg.SkipReason)
    assert isinstance(tick_after(310), dg.SensorResult)
    known.living.clear()
    assert isinstance(tick_after(30), dg.SensorResult)
