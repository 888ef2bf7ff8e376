#!/usr/bin/env python3
"""PostgreSQL, RabbitMQ, OpenSearch and an S3 server, all real, on free ports.

    services.py start FOLDER           starts them, prints the variables that name them (kept in FOLDER/environment as well)
    services.py stop FOLDER            ends them; their data stay in FOLDER
    services.py run FOLDER COMMAND …   runs a command on them; those that did not run before are ended afterwards

They run as programs of this machine; where one is not installed and there is `docker compose` or `podman compose`, all of
them in containers. `--with native` or `--with compose`, before the action, decides it otherwise.

For trials and tests, not for production. What each needs is said by the module of its name; runs by this project's environment.
"""

import argparse
import os
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

import boto3
import compose
import opensearch
import postgresql
import rabbitmq
import versitygw
from botocore.exceptions import ClientError
from service_process import CannotStart

ENVIRONMENT: Final = "environment"
BUCKET: Final = "invoices"
REGION: Final = "us-east-1"


class Service(Protocol):
    """A module that starts and stops one service on a folder."""

    def start(self, folder: Path, port: int = 0) -> str: ...

    def stop(self, folder: Path) -> None: ...

    def missing(self) -> list[str]:
        """What is not installed and has to be, each in words that say how."""
        ...


SERVICES: Final[Mapping[str, Service]] = {
    "postgresql": postgresql,
    "rabbitmq": rabbitmq,
    "opensearch": opensearch,
    "s3": versitygw,
}


def start(folder: Path, way: str | None = None) -> dict[str, str]:
    """Starts all of them and returns the variables that name them. Raises CannotStart; none runs then.

    `way` is "native" or "compose"; None: native where all is installed, else compose.
    """
    folder.mkdir(parents=True, exist_ok=True)
    engine = None if way == "native" else choose(way)
    try:
        if engine is None:
            environment = variables(start_native(folder), versitygw.ACCESS_KEY, versitygw.SECRET_KEY)
        else:
            environment = variables(compose.start(folder, engine), compose.USER, compose.secret_key(folder))
        make_bucket(environment)
    except BaseException:
        with suppress(CannotStart):  # what has kept them from starting is to be told
            stop(folder)
        raise
    file = folder / ENVIRONMENT
    file.touch(mode=0o600)
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()))
    return environment


def choose(way: str | None) -> str | None:
    """The container engine that is to run them; None: they run natively. Raises CannotStart when neither can be."""
    missing = [] if way == "compose" else all_missing()
    if way is None and not missing:
        return None
    if engine := compose.find_engine():
        if missing:
            print(f"By {engine} compose, because natively they lack something:", *missing, sep="\n", file=sys.stderr)
        return engine
    none = "neither `docker compose` nor `podman compose` is installed"
    raise CannotStart("\n".join([f"For containers: {none}.", *(["To do without them:", *missing] if missing else [])]))


def all_missing() -> list[str]:
    return [words for service in SERVICES.values() for words in service.missing()]


def start_native(folder: Path) -> dict[str, str]:
    """Their URLs by name. Raises CannotStart."""
    if missing := all_missing():
        raise CannotStart("\n".join(missing))
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        started = {name: pool.submit(service.start, folder / name) for name, service in SERVICES.items()}
    return {name: future.result() for name, future in started.items()}


def stop(folder: Path) -> None:
    """Ends those that run; waits until they are gone. Raises CannotStart when a container engine does not let it."""
    (folder / ENVIRONMENT).unlink(missing_ok=True)
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        for future in [pool.submit(service.stop, folder / name) for name, service in SERVICES.items()]:
            future.result()
    compose.stop(folder)


def running(folder: Path) -> dict[str, str] | None:
    """The variables of those that `start` has started in `folder`; None when it has not, or they were stopped."""
    try:
        lines = (folder / ENVIRONMENT).read_text().splitlines()
    except FileNotFoundError:
        return None
    words = [shlex.split(line)[1] for line in lines]
    return dict(word.split("=", 1) for word in words)


def variables(urls: Mapping[str, str], access_key: str, secret_key: str) -> dict[str, str]:
    """What InvoiceFlow reads, none of it embedded."""
    return {
        "INVOICEFLOW_EMBEDDED": "false",
        "DATABASE_URL": urls["postgresql"],
        "RABBITMQ_URL": urls["rabbitmq"],
        "OPENSEARCH_URL": urls["opensearch"],
        "S3_BUCKET": BUCKET,
        "S3_PATH_STYLE": "true",
        "AWS_ENDPOINT_URL_S3": urls["s3"],
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret_key,
        "INVOICEFLOW_CURSOR_SECRET": secrets.token_hex(32),
    }


def make_bucket(environment: Mapping[str, str]) -> None:
    session = boto3.session.Session(
        environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"], region_name=environment["AWS_REGION"]
    )
    client = session.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL_S3"])
    try:
        client.create_bucket(Bucket=environment["S3_BUCKET"])
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise CannotStart(f"the bucket could not be made: {error}") from None
    finally:
        client.close()


def run(folder: Path, command: Sequence[str], way: str | None = None) -> int:
    """The command's exit code. Ctrl-C and SIGTERM end the command, then the services. Raises CannotStart."""
    before = running(folder)
    environment = before or start(folder, way)
    try:
        process = subprocess.Popen(command, env={**os.environ, **environment})
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C reaches the command by itself
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()
    finally:
        if before is None:
            stop(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="way", choices=["native", "compose"], help="programs of this machine, or containers")
    parser.add_argument("action", choices=["start", "stop", "run"])
    parser.add_argument("folder", type=Path, help="where the services keep their data, logs and pids")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    if given.command and given.action != "run":
        parser.error(f"{' '.join(given.command)}: options come before the action, and only `run` takes a command")
    folder = given.folder.absolute()
    try:
        if given.action == "stop":
            stop(folder)
        elif given.action == "run":
            return run(folder, given.command, given.way)
        else:
            environment = running(folder) or start(folder, given.way)
            print("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()), end="")
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
