"""The two databases of a system that `up` starts (InvoiceFlow's and Dagster's): embedded ones, or those that are named."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

import psycopg
from psycopg import errors, sql

from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from invoiceflow.database import leaving_nothing_behind
from invoiceflow_cli.children import MAX_QUICK_EXITS, pause_before_restart

logger = logging.getLogger("invoiceflow.up")

CONNECT_SECONDS: Final = 10


class NoDatabase(Exception):
    """A database is missing or refuses the connection; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Urls:
    """Both as `postgresql://…`."""

    invoiceflow: str
    dagster: str


class Databases(Protocol):
    """`start`, then `restart_exited` again and again, then `stop`."""

    def start(self) -> Urls:
        """Returns when both take connections. Raises NoDatabase, EmbeddedPostgresError."""

    def restart_exited(self) -> None:
        """Restarts what has exited. Raises EmbeddedPostgresError when it keeps failing."""

    def stop(self) -> None:
        """Stops those that `start` has started."""


class EmbeddedDatabases:
    """A server of our own in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._postgres = EmbeddedPostgres(folder)
        self._failures = 0
        self._again_at = 0.0

    def start(self) -> Urls:
        """Starts the server, with both databases in it."""
        self._postgres.start(["invoiceflow", "dagster"])
        return Urls(self._postgres.url("invoiceflow"), self._postgres.url("dagster"))

    def restart_exited(self) -> None:
        """Restarts the server; one that exits while it starts is tried again after a pause, as every child is."""
        if self._postgres.pid is not None or time.monotonic() < self._again_at:
            return
        logger.warning("postgres exited; it is restarted")
        try:
            self._postgres.start([], self._postgres.port)
        except EmbeddedPostgresError as error:
            self._failures += 1
            if self._failures > MAX_QUICK_EXITS:
                raise
            pause = pause_before_restart(self._failures)
            self._again_at = time.monotonic() + pause
            logger.warning("postgres did not start and is retried in %.1f s: %s", pause, error)
        else:
            self._failures = 0
            logger.info("postgres was restarted")

    def stop(self) -> None:
        """Stops the server."""
        self._postgres.stop()


class NamedDatabases:
    """Databases that others run. Where Dagster's is not named it is `<database>_dagster` on the same server, made at the first
    start: in one database its tables and ours would collide (both keep alembic's version)."""

    def __init__(self, database_url: str, dagster_url: str | None) -> None:
        self._url = database_url
        self._dagster_url = dagster_url

    def start(self) -> Urls:
        """Connects to both, and makes Dagster's if need be."""
        dagster_url = self._dagster_url
        with _connected(self._url, "DATABASE_URL") as connection:
            if dagster_url is None:
                dagster_url = beside(self._url, "_dagster")
                _make(_name(dagster_url), connection)
        _connected(dagster_url, "DAGSTER_POSTGRES_URL").close()
        return Urls(self._url, dagster_url)

    def restart_exited(self) -> None:
        """Nothing: whoever runs them restarts them."""

    def stop(self) -> None:
        """Nothing: others run them."""


def databases(folder: Path, environment: Mapping[str, str], *, embedded: bool) -> Databases:
    """Embedded ones in `folder`, or those that DATABASE_URL and DAGSTER_POSTGRES_URL name."""
    if embedded:
        return EmbeddedDatabases(folder)
    dagster = environment.get("DAGSTER_POSTGRES_URL") or None
    return NamedDatabases(environment["DATABASE_URL"], dagster and plain(dagster))


def plain(url: str) -> str:
    """Without a driver's name in the scheme."""
    scheme, separator, rest = url.partition("://")
    return scheme.partition("+")[0] + separator + rest


def for_dagster(url: str) -> str:
    """As Dagster's storage takes it, with its driver. Its sessions leave no locks behind either, unless the URL has options of
    its own: all consumers write the same few rows of Dagster's."""
    parts = urlsplit(url)
    query = parts.query
    if "options" not in parse_qs(query):
        query = f"{query}&options={quote(leaving_nothing_behind())}".lstrip("&")
    return with_driver(urlunsplit(parts._replace(query=query)))


def with_driver(url: str) -> str:
    """As SQLAlchemy takes a `postgresql://…`."""
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql+psycopg2"))


def beside(database_url: str, suffix: str) -> str:
    """The URL of the database of that name with `suffix`, on the same server."""
    parts = urlsplit(database_url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + suffix))


def _name(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _connected(url: str, variable: str) -> psycopg.Connection:
    """Raises NoDatabase."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        raise NoDatabase(f"the database of {variable} refuses the connection: {error}") from None


def _make(name: str, connection: psycopg.Connection) -> None:
    """Raises NoDatabase."""
    try:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            logger.info("the database %s was made for Dagster", name)
    except errors.DuplicateDatabase:
        return  # another has made it in the meantime
    except psycopg.Error as error:
        raise NoDatabase(
            f"Dagster needs a database of its own, and {name} could not be made ({error}); make it, or name one by"
            " DAGSTER_POSTGRES_URL"
        ) from None
