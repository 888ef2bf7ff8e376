"""The whole system on real PostgreSQL, RabbitMQ, OpenSearch and S3, nothing of it embedded (`make test-services`)."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import boto3
import psycopg
import pytest

from invoiceflow_cli.databases import beside
from tests.processes.test_up import TOP, free_ports

SERVICES = "INVOICEFLOW_TEST_SERVICES"
pytestmark = [pytest.mark.services, pytest.mark.processes, pytest.mark.timeout(300)]


@pytest.fixture
def named(tmp_path: Path) -> dict[str, str]:
    """An environment on the services that run, with a database, a queue, an index and a bucket of its own."""
    folder = os.environ.get(SERVICES)
    if folder is None:
        pytest.skip(f"no services are started (make test-services): {SERVICES} names their folder")
    lines = (Path(folder) / "environment").read_text().splitlines()
    environment = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    name = f"test_{uuid4().hex}"
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database = urlsplit(environment["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    bucket = name.replace("_", "-")
    session = boto3.session.Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    client = session.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL_S3"], region_name=environment["AWS_REGION"])
    client.create_bucket(Bucket=bucket)
    ports = dict(zip(("PORT", "QUERY_PORT", "DAGSTER_PORT"), map(str, free_ports()), strict=True))
    return {
        **os.environ,
        **environment,
        **ports,
        "DATABASE_URL": database,
        "S3_BUCKET": bucket,
        "RABBITMQ_QUEUE": name,
        "OPENSEARCH_INDEX": name,
        "INVOICEFLOW_HOME": str(tmp_path / "home"),
    }


def test_the_samples_go_through_and_nothing_is_embedded(named: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "invoiceflow_cli", "demo", "--once"]
    done = subprocess.run(command, env=named, cwd=TOP, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert not (tmp_path / "home" / "postgres").exists()
    assert not (tmp_path / "home" / "objects").exists()
    session = boto3.session.Session(named["AWS_ACCESS_KEY_ID"], named["AWS_SECRET_ACCESS_KEY"])
    client = session.client("s3", endpoint_url=named["AWS_ENDPOINT_URL_S3"], region_name=named["AWS_REGION"])
    stored = client.list_objects_v2(Bucket=named["S3_BUCKET"], Prefix="raw/")["KeyCount"]
    assert client.list_objects_v2(Bucket=named["S3_BUCKET"], Prefix="dagster/")["KeyCount"] > 0  # the runs' output
    with psycopg.connect(named["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT count(*) FROM ingestions WHERE status = 'COMPLETED'").fetchone()
    assert rows == (stored,)
    assert stored > 0
    with psycopg.connect(beside(named["DATABASE_URL"], "_dagster")) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM event_logs").fetchone() == (True,)


def test_a_missing_name_stops_the_start_and_every_one_is_listed(named: dict[str, str]) -> None:
    for name in ("S3_BUCKET", "RABBITMQ_URL"):
        del named[name]
    command = [sys.executable, "-m", "invoiceflow_cli", "up"]
    done = subprocess.run(command, env=named, cwd=TOP, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "S3_BUCKET: is required" in done.stdout
    assert "RABBITMQ_URL: is required" in done.stdout
