"""All services in containers, by `docker compose` or `podman compose`, for machines that lack the programs themselves. What
runs is in compose.yaml; when this way is taken is services.py's to say.
"""

import hashlib
import http.client
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import opensearch
import psycopg
import rabbitmq
from service_process import CannotStart, free_ports

FILE: Final = Path(__file__).with_name("compose.yaml")
ENGINES: Final = ("docker", "podman")
USER: Final = "invoiceflow"
"""Of every service in compose.yaml; also the S3 server's access key."""
PORTS: Final = ("POSTGRESQL_PORT", "RABBITMQ_PORT", "OPENSEARCH_PORT", "S3_PORT")
PASSWORDS: Final = ("POSTGRESQL_PASSWORD", "RABBITMQ_PASSWORD", "S3_SECRET_KEY")
VARIABLES: Final = "compose.env"
"""Kept when the services are stopped: their data know the passwords of the first start."""
ENGINE: Final = "compose.engine"
"""Which one runs the services of the folder; there while they are up."""
START_SECONDS = 180.0
"""From when the containers run; fetching the images is not in it."""


def find_engine() -> str | None:
    """The container engine that has compose; None when there is none."""
    for engine in ENGINES:
        if shutil.which(engine):
            done = subprocess.run([engine, "compose", "version"], capture_output=True, check=False)
            if done.returncode == 0:
                return engine
    return None


def start(folder: Path, engine: str) -> dict[str, str]:
    """Starts the services on the volumes of `folder` and returns their URLs by name, when all answer. Raises CannotStart."""
    given = {**kept_passwords(folder), **dict(zip(PORTS, map(str, free_ports(0, more=len(PORTS) - 1)), strict=True))}
    write(folder / VARIABLES, given)
    (folder / ENGINE).write_text(engine)
    if code := compose(folder, engine, ["up", "--detach"]):
        raise CannotStart(f"`{engine} compose up` could not start the services (exit code {code}); its own words stand above")
    named = urls(given)
    wait(folder, engine, named)
    return named


def stop(folder: Path) -> None:
    """Ends those that `start` has started on `folder`; their volumes stay. Raises CannotStart when the engine refuses."""
    marker = folder / ENGINE
    if not marker.exists():
        return
    engine = marker.read_text()
    if code := compose(folder, engine, ["down"]):
        raise CannotStart(f"`{engine} compose down` failed (exit code {code}); its own words stand above")
    marker.unlink()


def secret_key(folder: Path) -> str:
    """The S3 server's, of the last start."""
    return read(folder / VARIABLES)["S3_SECRET_KEY"]


def kept_passwords(folder: Path) -> dict[str, str]:
    before = read(folder / VARIABLES)
    return {name: before.get(name) or secrets.token_hex(24) for name in PASSWORDS}


def read(file: Path) -> dict[str, str]:
    """Nothing where there is no file."""
    with suppress(FileNotFoundError):
        return dict(line.split("=", 1) for line in file.read_text().splitlines())
    return {}


def write(file: Path, values: Mapping[str, str]) -> None:
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def urls(given: Mapping[str, str]) -> dict[str, str]:
    return {
        "postgresql": f"postgresql://{USER}:{given['POSTGRESQL_PASSWORD']}@127.0.0.1:{given['POSTGRESQL_PORT']}/invoices",
        "rabbitmq": f"amqp://{USER}:{given['RABBITMQ_PASSWORD']}@127.0.0.1:{given['RABBITMQ_PORT']}/",
        "opensearch": f"http://127.0.0.1:{given['OPENSEARCH_PORT']}",
        "s3": f"http://127.0.0.1:{given['S3_PORT']}",
    }


def compose(folder: Path, engine: str, arguments: Sequence[str]) -> int:
    """The exit code. What it says goes to standard error: images take minutes to come, the first time."""
    done = subprocess.run(
        [*command(folder, engine), *arguments],
        env={**os.environ, **read(folder / VARIABLES)},
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        check=False,
    )
    return done.returncode


def command(folder: Path, engine: str) -> list[str]:
    """Its project is named after the folder: two folders' services don't know each other."""
    project = "invoiceflow-" + hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    return [engine, "compose", "--file", str(FILE), "--project-name", project]


def wait(folder: Path, engine: str, named: Mapping[str, str]) -> None:
    """Not compose's own --wait, which podman-compose does not have. Raises CannotStart."""
    answer: dict[str, Callable[[], bool]] = {
        "postgresql": lambda: lets_in(named["postgresql"]),
        "rabbitmq": lambda: rabbitmq.answers(int(named["rabbitmq"].rstrip("/").rsplit(":", 1)[1])),
        "opensearch": lambda: opensearch.answers(named["opensearch"]),
        "s3": lambda: is_well(named["s3"]),
    }
    deadline = time.monotonic() + START_SECONDS
    while silent := [name for name, answers in answer.items() if not answers()]:
        if time.monotonic() > deadline:
            compose(folder, engine, ["logs", "--tail=30", *silent])
            raise CannotStart(
                f"{' and '.join(silent)} did not answer within {START_SECONDS:.0f} s; the end of the logs stands above"
            )
        time.sleep(0.2)


def lets_in(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def is_well(url: str) -> bool:
    """An engine's proxy listens before the server in the container does: only an answer counts."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=1) as answer:  # noqa: S310  the server's own URL
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False
