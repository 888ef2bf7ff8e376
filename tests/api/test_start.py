"""Starting the programs as their operators do: with the documented variables, and with a clear message when they lack."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from invoiceflow.settings import Settings

TOP = Path(__file__).parents[2]
COMMANDS = {
    "module": ["-m", "invoiceflow_api.ingest"],
    "factory": ["-m", "uvicorn", "--factory", "invoiceflow_api.ingest.main:create"],
    "app": ["-m", "uvicorn", "invoiceflow_api.ingest.main:app"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_start_without_the_required_variables_names_them_and_shows_no_traceback(command: list[str], tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(TOP)}
    ended = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    for name in ("DATABASE_URL", "S3_BUCKET", "RABBITMQ_URL"):
        assert f"{name}: is required and not set" in ended.stderr
    for name in ("OPENSEARCH_URL", "INVOICEFLOW_CURSOR_SECRET", "AWS_REGION"):
        assert name not in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [COMMANDS["module"], COMMANDS["app"]], ids=["module", "app"])
def test_the_ingest_api_starts_with_the_documented_variables_alone(
    command: list[str], settings: Settings, tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    assert settings.database_url is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(TOP),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "S3_BUCKET": "invoiceflow-raw-invoices",
        "RABBITMQ_URL": "amqp://guest:guest@127.0.0.1:1/",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }
    if "uvicorn" in command:
        command = [*command, "--port", str(port)]
    process = subprocess.Popen([sys.executable, *command], cwd=tmp_path, env=environment)
    try:

        def answers() -> bool:
            try:
                return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers, 30)
        health = httpx.get(f"http://127.0.0.1:{port}/api/v1/ingest/health", timeout=10)
        assert health.status_code == 503  # there is no broker
        assert set(health.json()["dependencies"]) == {"rabbitmq", "s3", "database"}
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
