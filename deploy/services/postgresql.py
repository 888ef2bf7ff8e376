#!/usr/bin/env python3
"""One real PostgreSQL server without a container engine, for trials and tests: `postgresql.py start FOLDER`, `… stop FOLDER`.
Prints the URL of its database `invoices`.

Its programs come out of the wheel that the embedded system uses, so it runs by this project's environment. Not for production.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # run as a script, the project is not on it

import service_process
from service_process import CannotStart, free_ports

from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

DATABASE = "invoices"


def start(folder: Path, port: int = 0) -> str:
    """Starts a server on the data in `folder` and returns its URL when it takes connections. Raises CannotStart."""
    server = EmbeddedPostgres(folder / "data")
    if server.pid is not None:
        raise CannotStart(f"PostgreSQL runs on {folder} already (pid {server.pid})")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        server.start([DATABASE], *free_ports(port))
    except EmbeddedPostgresError as error:
        raise CannotStart(str(error)) from None
    return server.url(DATABASE)


def stop(folder: Path) -> None:
    """Ends the server of `folder`, if one runs; waits until it is gone."""
    EmbeddedPostgres(folder / "data").stop()


def missing() -> list[str]:
    """Nothing: its programs come with the project's environment."""
    return []


if __name__ == "__main__":
    sys.exit(service_process.main(__doc__, start, stop))
