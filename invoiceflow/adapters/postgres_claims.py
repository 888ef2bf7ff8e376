"""`UploadClaims` by PostgreSQL's advisory locks, all of one process in one session: the server frees them when it ends."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from threading import Lock
from typing import Final

import psycopg

from invoiceflow.database import CHECK_SECONDS, Database
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.ports.upload_claims import ClaimHeld, UploadClaims

ROLE: Final = "database"
_KEYSPACE: Final = 1
"""Seed of the hash: other advisory locks of this database use other seeds."""


class PostgresUploadClaims(UploadClaims):
    """Connects when the first claim is made. Within a session a lock can be taken twice, so this process's own are in a set."""

    def __init__(self, database: Database) -> None:
        """`database` gives the session, outside of its pool."""
        self._database = database
        self._lock = Lock()
        self._held: set[str] = set()
        self._session: AbstractContextManager[psycopg.Connection] | None = None
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def hold(self, name: str) -> Iterator[Callable[[], bool]]:
        """As the port says. Costs a round trip at either end."""
        with self._lock:
            if name in self._held:
                raise ClaimHeld(name)
            connection = self._locked(name)
            self._held.add(name)
        try:
            yield lambda: self._is_alive(connection)
        finally:
            with self._lock:
                self._held.discard(name)
                if connection is self._connection:
                    with suppress(Unavailable):  # the lock went with the session
                        self._ask(connection, "SELECT pg_advisory_unlock(hashtextextended(%s, %s))", name)

    def close(self) -> None:
        """Ends the session, and all claims with it."""
        with self._lock:
            self._disconnect()

    def _locked(self, name: str) -> psycopg.Connection:
        statement = "SELECT pg_try_advisory_lock(hashtextextended(%s, %s))"
        known = self._connection
        try:
            connection = known or self._connect()
            locked = self._ask(connection, statement, name)
        except Unavailable:
            if known is None:
                raise
            connection = self._connect()  # the old session had ended, perhaps hours ago
            locked = self._ask(connection, statement, name)
        if not locked:
            raise ClaimHeld(name)
        return connection

    def _connect(self) -> psycopg.Connection:
        self._session = self._database.session(ROLE, patience=CHECK_SECONDS)
        self._connection = self._session.__enter__()
        return self._connection

    def _disconnect(self) -> None:
        session, self._session, self._connection = self._session, None, None
        if session is not None:
            with suppress(Unavailable):
                session.__exit__(None, None, None)

    def _ask(self, connection: psycopg.Connection, statement: str, name: str) -> bool:
        try:
            row = connection.execute(statement, [name, _KEYSPACE]).fetchone()
        except psycopg.Error as error:
            self._disconnect()
            raise Unavailable(ROLE, " ".join(str(error).split())) from error
        return bool(row and row[0])

    def _is_alive(self, connection: psycopg.Connection) -> bool:
        with self._lock:
            if connection is not self._connection:
                return False
            with suppress(Unavailable):
                return self._ask(connection, "SELECT %s::text IS NOT NULL AND %s > 0", "")
            return False
