"""What the ingest API's health says while each real service is killed, or stands still, and when it is back."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from invoiceflow import migrations
from samples.generate import sample_invoices
from tests.processes.test_real_services import SERVICES, named  # noqa: F401  a fixture
from tests.processes.test_up import TOP

pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(300)]

PID_FILES: Final = {
    "database": "postgresql/data/postmaster.pid",
    "rabbitmq": "rabbitmq/node.pid",
    "search": "opensearch/node.pid",
    "s3": "s3/server.pid",
}
SCRIPTS: Final = {"database": "postgresql", "rabbitmq": "rabbitmq", "search": "opensearch", "s3": "versitygw"}
URLS: Final = {"database": "DATABASE_URL", "rabbitmq": "RABBITMQ_URL", "search": "OPENSEARCH_URL", "s3": "AWS_ENDPOINT_URL_S3"}
REFUSING: Final = (503, "unhealthy")
SAYS: Final = {"database": REFUSING, "rabbitmq": REFUSING, "s3": REFUSING, "search": (200, "degraded")}


@dataclass(frozen=True)
class IngestApi:
    """A running one, and the folder of the services that it runs on."""

    url: str
    client: httpx.Client
    services: Path
    environment: dict[str, str]

    def health(self) -> tuple[int, dict[str, Any]]:
        answer = self.client.get(f"{self.url}/api/v1/ingest/health")
        return answer.status_code, answer.json()

    def is_well(self) -> bool:
        return bool(self.health()[1]["service"] == "healthy")

    def is_without(self, name: str) -> bool:
        """Whether health says so, of this one alone."""
        status, said = self.health()
        ill = [dependency for dependency, state in said["dependencies"].items() if state == "unhealthy"]
        return (status, said["service"], ill) == (*SAYS[name], [name])

    def is_ready(self) -> bool:
        return self.client.get(f"{self.url}/readyz").status_code == 200

    def accepts(self) -> bool:
        [sample] = sample_invoices(seed=21, count=1)
        return self.client.post(f"{self.url}/api/v1/ingest/upload", files={"file": ("a.pdf", sample.pdf)}).status_code == 202

    def processes(self, name: str) -> list[psutil.Process]:
        """The service's, with all it has started: one that stands still has none that goes on."""
        first = psutil.Process(int((self.services / PID_FILES[name]).read_text().split()[0]))
        return [first, *first.children(recursive=True)]

    @contextmanager
    def standing_still(self, name: str) -> Iterator[None]:
        stopped = self.processes(name)
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in stopped:
                process.resume()

    @contextmanager
    def killed(self, name: str) -> Iterator[None]:
        for process in self.processes(name):
            with suppress(psutil.NoSuchProcess):  # some end by themselves when their parent is gone
                process.kill()
        try:
            yield
        finally:
            script = str(TOP / "deploy" / "services" / f"{SCRIPTS[name]}.py")
            port = str(urlsplit(self.environment[URLS[name]]).port)
            command = [sys.executable, script, "start", str(self.services / SCRIPTS[name].replace("versitygw", "s3"))]
            subprocess.run([*command, "--port", port], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def api(
    named: dict[str, str],  # noqa: F811  the fixture
    tmp_path: Path,
    wait_until: Callable[..., None],
) -> Iterator[IngestApi]:
    migrations.upgrade(named["DATABASE_URL"])
    url = f"http://127.0.0.1:{named['PORT']}"
    command = [sys.executable, "-m", "uvicorn", "--factory", "invoiceflow_api.ingest.main:create", "--port", named["PORT"]]
    environment = {**named, "MAX_RETRIES": "0", "PYTHONPATH": str(TOP)}
    with (tmp_path / "api.log").open("wb") as log, httpx.Client(timeout=30) as client:
        process = subprocess.Popen(command, cwd=TOP, env=environment, stdout=log, stderr=log)
        running = IngestApi(url, client, Path(os.environ[SERVICES]), named)

        def answers() -> bool:
            try:
                return running.is_well()
            except httpx.TransportError:
                return False

        try:
            wait_until(answers, 60)
            yield running
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.mark.parametrize("name", list(PID_FILES))
def test_a_service_that_stands_still_is_told_and_so_is_its_going_on(
    api: IngestApi, name: str, wait_until: Callable[..., None]
) -> None:
    with api.standing_still(name):
        wait_until(lambda: api.is_without(name), 15)
        assert api.is_ready() is (name != "database")
        if name == "search":
            assert api.accepts()  # it is found once search is back
    wait_until(api.is_well, 30)
    assert api.accepts()


def test_a_service_that_is_killed_is_told_and_so_is_its_return(api: IngestApi, wait_until: Callable[..., None]) -> None:
    """One after the other, on one API: it comes back from each by itself."""
    for name in PID_FILES:
        with api.killed(name):
            wait_until(lambda name=name: api.is_without(name), 15)
            assert api.is_ready() is (name != "database")
            if name == "search":
                assert api.accepts()
        wait_until(api.is_well, 60)
        wait_until(api.accepts, 30)


def test_the_metrics_say_what_health_says(api: IngestApi, wait_until: Callable[..., None]) -> None:
    with api.standing_still("s3"):
        wait_until(lambda: api.is_without("s3"), 15)
        metrics = api.client.get(f"{api.url}/metrics").text
    assert 'invoiceflow_dependency_healthy{name="s3"} 0.0' in metrics
    assert 'invoiceflow_dependency_healthy{name="database"} 1.0' in metrics
