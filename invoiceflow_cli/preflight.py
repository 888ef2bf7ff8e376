"""What `up` checks before it starts anything: the environment, the home, the address, the ports."""

import errno
import fcntl
import logging
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from invoiceflow import settings

logger = logging.getLogger("invoiceflow.up")


class CannotStart(Exception):
    """Something keeps the system from starting; the text says what and what to do about it."""


@dataclass(frozen=True)
class Ports:
    """The ports that clients and people use."""

    ingest: int
    query: int
    dagster: int


def is_embedded() -> bool:
    """Whether `up` runs a database of its own: yes, unless INVOICEFLOW_EMBEDDED is false. Raises CannotStart."""
    given = {**os.environ, "INVOICEFLOW_EMBEDDED": os.environ.get("INVOICEFLOW_EMBEDDED") or "true"}
    try:
        chosen = settings.load({**given, "INVOICEFLOW_HOME": "."})
    except settings.SettingsError as error:
        raise CannotStart(str(error)) from None
    if chosen.embedded and os.environ.get("DATABASE_URL"):
        logger.warning("DATABASE_URL is set but not used: `up` runs its own database unless INVOICEFLOW_EMBEDDED is false")
    return chosen.embedded


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Makes the home, and holds its lock. Raises CannotStart when it cannot be made or another system runs in it."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (home / "lock").open("w")
    except OSError as error:
        raise CannotStart(
            f"the folder {home} cannot be made or written to ({error.strerror}); choose another with INVOICEFLOW_HOME"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"another InvoiceFlow runs in {home}; stop it, or choose another folder (INVOICEFLOW_HOME)"
            ) from None
        yield


def check_ports(ports: Ports, host: str) -> None:
    """Raises CannotStart when `host` is not an address of this machine, or a port is in use or given twice."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotStart(f"the address {host} cannot be listened on ({error}); choose another with HOST=…") from None
    named: dict[int, str] = {}
    for name, variable, port in (
        ("ingest API", "PORT", ports.ingest),
        ("query API", "QUERY_PORT", ports.query),
        ("Dagster UI", "DAGSTER_PORT", ports.dagster),
    ):
        if port in named:
            raise CannotStart(f"port {port} is given to the {named[port]} and the {name}; choose another with {variable}=…")
        named[port] = name
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address[0], port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise CannotStart(f"port {port} ({name}) of {host} cannot be used: {error.strerror}") from None
                raise CannotStart(f"port {port} ({name}) is in use; free it, or choose another with {variable}=…") from None


def local_host(host: str) -> str:
    """The name by which a service that listens on `host` is reached from this machine, as it stands in a URL."""
    if host in ("0.0.0.0", ""):  # noqa: S104  compared with, not bound
        return "127.0.0.1"
    return {"::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def free_port() -> int:
    """A free port of the loopback address. Raises CannotStart."""
    for _ in range(50):
        port = 20_000 + secrets.randbelow(12_000)  # below the range that the kernel gives to clients
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise CannotStart("no free port was found for the code server")
