"""The environment and the command lines of the processes that `up` starts."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from invoiceflow_cli import dagster_files
from invoiceflow_cli.databases import Urls, for_dagster, with_driver

PROGRAMS: Final = "invoiceflow_pipeline.dagster_storage.programs"
DEFINITIONS: Final = "invoiceflow_pipeline.definitions"
LOWER_PRIORITY: Final = ("nice", "-n", "5")
"""For the code server and the consumer runs, its children: in a burst uploads and searches are answered first."""


def base_environment(home: Path, code_port: int, *, embedded: bool) -> dict[str, str]:
    """What every child gets; the databases are added by `database_environment`. Writes Dagster's instance into the home."""
    region = os.environ.get("AWS_REGION")
    dagster_home = _dagster_home(home, is_logging_to_s3=bool(os.environ.get("S3_BUCKET") and region))
    environment = {
        "INVOICEFLOW_EMBEDDED": str(embedded).lower(),
        "INVOICEFLOW_HOME": str(home),
        "DAGSTER_HOME": str(dagster_home),
        "DAGSTER_COMPUTE_LOGS": str(home / "logs" / "runs"),
        "DAGSTER_CODE_SERVER_PORT": str(code_port),
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "PYTHONUNBUFFERED": "1",
        **import_path(),
    }
    if region:
        environment["AWS_DEFAULT_REGION"] = region  # boto3, as Dagster uses it, reads no other name
    return environment


def database_environment(urls: Urls) -> dict[str, str]:
    """Where the children find the databases, and Celery its broker where it is used."""
    return {
        "DATABASE_URL": urls.invoiceflow,
        "DAGSTER_POSTGRES_URL": for_dagster(urls.dagster),
        "DAGSTER_CELERY_BROKER": os.environ.get("DAGSTER_CELERY_BROKER") or os.environ.get("RABBITMQ_URL", ""),
        "DAGSTER_CELERY_BACKEND": os.environ.get("DAGSTER_CELERY_BACKEND") or f"db+{with_driver(urls.dagster)}",
    }


def import_path() -> Mapping[str, str]:
    """PYTHONPATH with the folder of this package in front; nothing where it is installed, as every child finds it then."""
    top = Path(__file__).parents[1]
    if top == Path(sysconfig.get_path("purelib")):
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(top), os.environ.get("PYTHONPATH", "")]))}


def code_server(port: int) -> list[str]:
    """The command line of Dagster's code server."""
    program = [*LOWER_PRIORITY, sys.executable, "-m", PROGRAMS, "code-server", "api", "grpc", "-m", DEFINITIONS]
    return [*program, "-h", "127.0.0.1", "-p", str(port), "--location-name", "invoiceflow"]


def daemon() -> list[str]:
    """The command line of Dagster's daemon."""
    return [sys.executable, "-m", PROGRAMS, "daemon", "run", "-w", str(dagster_files.WORKSPACE)]


def web_program(name: str) -> list[str]:
    """The command line of the `ingest` or the `query` API; host and port are in its environment."""
    return [sys.executable, "-m", f"invoiceflow_api.{name}"]


def webserver(host: str, port: int, path: str) -> list[str]:
    """The command line of Dagster's UI, which lies below `path`."""
    command = [sys.executable, "-m", PROGRAMS, "webserver", "-h", host, "-p", str(port)]
    command += ["-w", str(dagster_files.WORKSPACE)]
    return [*command, "--path-prefix", path] if path else command


def _dagster_home(home: Path, *, is_logging_to_s3: bool) -> Path:
    folder = home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    own = dagster_files.INSTANCE_WITH_S3 if is_logging_to_s3 else dagster_files.INSTANCE
    shutil.copyfile(os.environ.get("INVOICEFLOW_DAGSTER_YAML") or own, folder / "dagster.yaml")
    return folder
