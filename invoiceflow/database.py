"""Connections to PostgreSQL for the adapters that live in it, and the one place where its errors become `Unavailable`.

Holds no SQL of its own; each adapter has its statements.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from invoiceflow.ports.unavailable import Unavailable

CONNECT_SECONDS = 2
TRUSTED_SECONDS = 1.0
"""A connection that was in use so short a time ago is handed out unasked: asking is a round trip each."""
STATEMENT_SECONDS = 20.0
SILENT_SECONDS = 2.0
"""So long after a statement's time the connection is given up: the server would have ended the statement, so the way to it is
broken without a word."""
CHECK_SECONDS = 2.0
ABANDONED_SECONDS = 15.0
"""The server ends a transaction in which nothing comes for so long: a client that went away without a word would keep its
locks until TCP notices, which takes two hours, and whoever does its work again would wait for them."""

_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.IdleInTransactionSessionTimeout,
    PoolTimeout,
    PoolClosed,
)

SERVER_KEEPALIVES = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""Options of a session (libpq's `options`): the server notices within 25 s that a client is gone without a word."""


class _Connection(psycopg.Connection):
    """Knows when it was given back (`time.monotonic`), and waits `patience` seconds for an answer: psycopg itself has no limit,
    and keepalives do not see a stall behind a proxy that answers them."""

    given_back = -TRUSTED_SECONDS
    patience: float | None = STATEMENT_SECONDS + SILENT_SECONDS

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that still comes would be taken for another statement's
            raise

    @classmethod
    def check(cls, connection: psycopg.Connection) -> None:
        """Raises OperationalError when the other end is gone."""
        if not isinstance(connection, cls):
            connection.execute("")
        elif time.monotonic() - connection.given_back > TRUSTED_SECONDS:
            patience, connection.patience = connection.patience, CHECK_SECONDS
            connection.execute("")
            connection.patience = patience


class Database:
    """A pool of at most `size` connections to `url`; opened at once, connected when first needed, safe among threads.

    `wait` is how many seconds a caller waits for a connection before `Unavailable`; `statement_seconds` how long one statement
    may take.
    """

    def __init__(
        self,
        url: str,
        *,
        application_name: str,
        size: int,
        wait: float = 5.0,
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        self.url = url
        self._wait = wait

        def configure(connection: _Connection) -> None:
            connection.patience = statement_seconds + SILENT_SECONDS

        self._pool = ConnectionPool(
            url,
            min_size=0 if size == 1 else 1,
            max_size=size,
            timeout=wait,
            max_idle=300,
            reconnect_timeout=1,
            connection_class=_Connection,
            configure=configure,
            check=_Connection.check,
            kwargs={
                "autocommit": True,
                "application_name": application_name,
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c statement_timeout={statement_seconds * 1000:.0f} -c timezone=UTC {leaving_nothing_behind()}",
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
            },
            open=True,
        )

    @contextmanager
    def transaction(self, role: str, *, wait: float | None = None) -> Iterator[psycopg.Connection]:
        """A connection inside one transaction: committed at the end, rolled back by any exception.

        Raises Unavailable (with `role` and the database's own words) when the database is away or gives up.
        """
        with self.statement(role, wait=wait) as connection, connection.transaction():
            yield connection

    @contextmanager
    def statement(self, role: str, *, wait: float | None = None) -> Iterator[psycopg.Connection]:
        """A connection in autocommit: for one statement, which costs one round trip instead of a transaction's three.

        Raises Unavailable as `transaction` does.
        """
        try:
            with self._pool.connection(timeout=self._wait if wait is None else wait) as connection:
                yield connection
                connection.given_back = time.monotonic()
        except _AWAY as error:
            raise Unavailable(role, _words(error)) from error

    @contextmanager
    def session(self, role: str, *, patience: float | None = None) -> Iterator[psycopg.Connection]:
        """A connection of its own outside the pool, in autocommit: for what belongs to a session (advisory locks, LISTEN).

        `patience`: seconds to wait for the response to a statement; without it there is no limit.
        """
        try:
            with _Connection.connect(
                self.url,
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                application_name="invoiceflow-session",
                keepalives_idle=10,
                options=SERVER_KEEPALIVES,
            ) as connection:
                connection.patience = patience
                yield connection
        except _AWAY as error:
            raise Unavailable(role, _words(error)) from error

    def check(self, role: str) -> None:
        """Returns when a statement can be run now; else raises Unavailable, within about two seconds."""
        with self.statement(role, wait=CONNECT_SECONDS) as connection:
            connection.execute("select 1")

    def close(self) -> None:
        self._pool.close(timeout=2)


def leaving_nothing_behind() -> str:
    """Options of a session (libpq's `options`): the server ends it soon, and its locks, when its client is gone."""
    return f"-c idle_in_transaction_session_timeout={ABANDONED_SECONDS * 1000:.0f} {SERVER_KEEPALIVES}"


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL and no lone surrogate; both come out of broken fonts."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def storable_json(value: Any) -> str:
    """JSON that a jsonb column takes, whatever the strings in `value` hold."""
    try:
        text = orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # a lone surrogate
        text = "\\u0000"
    # not replaced in the text: "\\\\u0000" is an honest backslash before an honest u0000
    return text if "\\u0000" not in text else orjson.dumps(_storable(value)).decode()


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {key: _storable(item) for key, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
