#!/usr/bin/env python3
"""PostgreSQL, RabbitMQ, OpenSearch and an S3 server, all real, on free ports, without a container engine.

    services.py start FOLDER           starts them, prints the variables that name them (kept in FOLDER/environment as well)
    services.py stop FOLDER            ends them; their data stay in FOLDER
    services.py run FOLDER COMMAND …   runs a command on them; those that did not run before are ended afterwards

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
from pathlib import Path
from typing import Final, Protocol

import boto3
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


SERVICES: Final[Mapping[str, Service]] = {
    "postgresql": postgresql,
    "rabbitmq": rabbitmq,
    "opensearch": opensearch,
    "s3": versitygw,
}


def start(folder: Path) -> dict[str, str]:
    """Starts all of them and returns the variables that name them. Raises CannotStart; none runs then."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with ThreadPoolExecutor(len(SERVICES)) as pool:
            started = {name: pool.submit(service.start, folder / name) for name, service in SERVICES.items()}
        urls = {name: future.result() for name, future in started.items()}
        environment = variables(urls)
        make_bucket(environment)
    except BaseException:
        stop(folder)
        raise
    file = folder / ENVIRONMENT
    file.touch(mode=0o600)
    file.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()))
    return environment


def stop(folder: Path) -> None:
    """Ends those that run; waits until they are gone."""
    (folder / ENVIRONMENT).unlink(missing_ok=True)
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        for future in [pool.submit(service.stop, folder / name) for name, service in SERVICES.items()]:
            future.result()


def running(folder: Path) -> dict[str, str] | None:
    """The variables of those that `start` has started in `folder`; None when it has not, or they were stopped."""
    try:
        lines = (folder / ENVIRONMENT).read_text().splitlines()
    except FileNotFoundError:
        return None
    words = [shlex.split(line)[1] for line in lines]
    return dict(word.split("=", 1) for word in words)


def variables(urls: Mapping[str, str]) -> dict[str, str]:
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
        "AWS_ACCESS_KEY_ID": versitygw.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": versitygw.SECRET_KEY,
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


def run(folder: Path, command: Sequence[str]) -> int:
    """The command's exit code. Ctrl-C and SIGTERM end the command, then the services. Raises CannotStart."""
    before = running(folder)
    environment = before or start(folder)
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
    parser.add_argument("action", choices=["start", "stop", "run"])
    parser.add_argument("folder", type=Path, help="where the services keep their data, logs and pids")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    folder = given.folder.absolute()
    try:
        if given.action == "stop":
            stop(folder)
        elif given.action == "run":
            return run(folder, given.command)
        else:
            environment = running(folder) or start(folder)
            print("".join(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()), end="")
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
