"""Real services that belong to the fault suite, so that it may kill them; they come back on their ports and data."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import boto3
import psutil
import psycopg

SCRIPTS: Final = Path(__file__).parents[2] / "deploy" / "services"
Name = Literal["postgresql", "rabbitmq", "opensearch", "s3"]
NAMES: Final[tuple[Name, ...]] = ("postgresql", "rabbitmq", "opensearch", "s3")
_URL: Final[Mapping[Name, str]] = {
    "postgresql": "DATABASE_URL",
    "rabbitmq": "RABBITMQ_URL",
    "opensearch": "OPENSEARCH_URL",
    "s3": "AWS_ENDPOINT_URL_S3",
}
_SCRIPT: Final[Mapping[Name, str]] = {
    "postgresql": "postgresql",
    "rabbitmq": "rabbitmq",
    "opensearch": "opensearch",
    "s3": "versitygw",
}
_PID: Final[Mapping[Name, str]] = {
    "postgresql": "data/postmaster.pid",
    "rabbitmq": "node.pid",
    "opensearch": "node.pid",
    "s3": "server.pid",
}


@dataclass(frozen=True, slots=True)
class OwnServices:
    """All that run in `folder`; `environment` names them."""

    folder: Path
    environment: Mapping[str, str]

    def address(self, name: Name) -> tuple[str, int]:
        parts = urlsplit(self.environment[_URL[name]])
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def kill(self, name: Name) -> None:
        """SIGKILL, and it is gone when this returns."""
        process = psutil.Process(int((self.folder / name / _PID[name]).read_text().splitlines()[0]))
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=15)  # PostgreSQL's other processes end when they notice

    def start(self, name: Name) -> None:
        """Again, where it was; it takes connections when this returns."""
        port = str(self.address(name)[1])
        _script(_SCRIPT[name], "start", str(self.folder / name), "--port", port)

    def named(self, name: str) -> dict[str, str]:
        """The environment of a system with a database, a bucket, a queue and an index of its own on these services."""
        environment = dict(self.environment)
        with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = urlsplit(environment["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        client = s3_client(environment)
        client.create_bucket(Bucket=name)
        client.close()
        return {**environment, "S3_BUCKET": name, "RABBITMQ_QUEUE": name, "OPENSEARCH_INDEX": name}


@contextmanager
def own_services(folder: Path) -> Iterator[OwnServices]:
    try:
        lines = _script("services", "start", str(folder)).splitlines()
        yield OwnServices(folder, dict(shlex.split(line)[1].split("=", 1) for line in lines))
    finally:
        _script("services", "stop", str(folder))


@contextmanager
def toxiproxy(folder: Path) -> Iterator[str]:
    """The URL of its API."""
    try:
        yield _script("toxiproxy", "start", str(folder)).strip()
    finally:
        _script("toxiproxy", "stop", str(folder))


def s3_client(environment: Mapping[str, str]) -> "boto3.client":
    session = boto3.session.Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    return session.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL_S3"], region_name=environment["AWS_REGION"])


def _script(name: str, *words: str) -> str:
    command = [sys.executable, str(SCRIPTS / f"{name}.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False, env=dict(os.environ))
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout
