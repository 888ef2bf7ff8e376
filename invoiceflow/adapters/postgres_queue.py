"""The embedded queue: a table in PostgreSQL, `FOR UPDATE SKIP LOCKED`, and a session's advisory lock as the sign of life.

A claim is committed: the message's row names its consumer, and that consumer is alive as long as its connection holds the
advisory lock of its number. So a killed process gives its messages back at once, and how often a message came back persists.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import psycopg
from psycopg import Connection

from invoiceflow.database import Database
from invoiceflow.ports.ingest_queue import DELIVERY_LIMIT, Delivery, IngestQueue, Message, QueueConsumer, QueueDepth
from invoiceflow.ports.unavailable import Unavailable

ROLE: Final = "queue"
CHANNEL: Final = "invoiceflow_queue"
LOCK_CLASS: Final = 0x1F11  # the first half of every consumer's advisory lock; the second is its number

CANCELLED_CLASS: Final = 0x1F12  # held beside it by a consumer that takes no more messages


def _locked(lock_class: int) -> str:
    return f"""SELECT objid::bigint::integer FROM pg_locks WHERE locktype = 'advisory' AND classid = {lock_class}
        AND objsubid = 2 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


_ALIVE: Final = _locked(LOCK_CLASS)


class PostgresQueue(IngestQueue):
    """`redelivery_seconds`: how often a waiting consumer looks for messages of dead ones without being told to."""

    def __init__(self, database: Database, *, delivery_limit: int = DELIVERY_LIMIT, redelivery_seconds: float = 1.0) -> None:
        self._database = database
        self._limit = delivery_limit
        self._redelivery_seconds = redelivery_seconds

    def publish(self, messages: Sequence[Message]) -> None:
        with self._database.statement(ROLE) as connection:
            connection.execute(
                "INSERT INTO queue_messages (request_id, correlation_id) SELECT * FROM unnest(%s::uuid[], %s::text[])",
                [[m.request_id for m in messages], [m.correlation_id for m in messages]],
            )
            # by itself: a commit with a notification in it holds a lock of the whole server while the disk syncs.
            # Lost between the two? A waiting consumer looks by itself as well.
            connection.execute(f"NOTIFY {CHANNEL}")

    def depth(self) -> QueueDepth:
        with self._database.statement(ROLE) as connection:
            row = connection.execute(
                f"""WITH alive AS MATERIALIZED ({_ALIVE}), cancelled AS ({_locked(CANCELLED_CLASS)}), held AS (
                        SELECT count(*) AS n FROM queue_messages
                         WHERE consumer IS NOT NULL AND consumer IN (SELECT objid FROM alive))
                    SELECT (SELECT count(*) FROM queue_messages) - held.n, held.n,
                           (SELECT count(*) FROM alive) - (SELECT count(*) FROM cancelled),
                           (SELECT count(*) FROM queue_dead_letters)
                      FROM held"""
            ).fetchone()
        waiting, held, consumers, dead = row or (0, 0, 0, 0)
        return QueueDepth(waiting, held, consumers, dead)

    @contextmanager
    def consumer(self, prefetch: int) -> Iterator[QueueConsumer]:
        with self._database.session(ROLE) as connection:
            number = connection.execute("SELECT nextval('queue_consumers')::integer").fetchone()
            if number is None:
                raise Unavailable(ROLE, "no consumer number was given")
            connection.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, number[0]])
            connection.execute(f"LISTEN {CHANNEL}")
            consumer = PostgresQueueConsumer(connection, number[0], prefetch, self._limit, self._redelivery_seconds)
            try:
                yield consumer
            finally:
                consumer.leave()

    def take_dead_letters(self, limit: int) -> list[Message]:
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                """WITH taken AS (DELETE FROM queue_dead_letters WHERE id IN (
                       SELECT id FROM queue_dead_letters ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING *)
                   SELECT request_id, correlation_id FROM taken ORDER BY id""",
                [limit],
            ).fetchall()
        return [Message(*row) for row in rows]

    def peek_dead_letters(self, limit: int) -> list[Message]:
        with self._database.statement(ROLE) as connection:
            rows = connection.execute(
                "SELECT request_id, correlation_id FROM queue_dead_letters ORDER BY id LIMIT %s", [limit]
            ).fetchall()
        return [Message(*row) for row in rows]

    def check(self) -> None:
        self._database.check(ROLE)


class PostgresQueueConsumer(QueueConsumer):
    """One connection, one thread. What it holds is in the table; the connection's end gives it back."""

    def __init__(self, connection: Connection, number: int, prefetch: int, limit: int, redelivery_seconds: float) -> None:
        self._connection = connection
        self._number = number
        self._prefetch = prefetch
        self._limit = limit
        self._redelivery_seconds = redelivery_seconds
        self._held: set[int] = set()
        self._cancelled = False

    def receive(self, limit: int, wait: float) -> list[Delivery]:
        with _translated():
            deadline = time.monotonic() + wait
            while True:
                for _ in self._connection.notifies(timeout=0):  # of messages long taken: a busy hour's would fill the memory
                    pass
                free = min(limit, self._prefetch - len(self._held))
                deliveries = self._claim(free) if free > 0 else []
                left = deadline - time.monotonic()
                if deliveries or left <= 0:
                    return deliveries
                # one notification ends the wait; the time-out finds what dead consumers left
                for _ in self._connection.notifies(timeout=min(left, self._redelivery_seconds), stop_after=1):
                    pass

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        tags = [delivery.tag for delivery in deliveries]
        if not tags:
            return
        with _translated():
            self._connection.execute("DELETE FROM queue_messages WHERE id = ANY(%s) AND consumer = %s", [tags, self._number])
        self._held.difference_update(tags)

    def give_back(self, deliveries: Sequence[Delivery]) -> None:
        tags = [delivery.tag for delivery in deliveries]
        if not tags:
            return
        with _translated(), self._connection.transaction():
            self._connection.execute(
                """UPDATE queue_messages SET consumer = NULL, delivery_count = delivery_count - 1
                    WHERE id = ANY(%s) AND consumer = %s""",
                [tags, self._number],
            )
            self._connection.execute(f"NOTIFY {CHANNEL}")
        self._held.difference_update(tags)

    def cancel(self) -> None:
        """Nothing is brought ahead here: it only counts as a consumer no more. Its life still holds what it has in hand."""
        with _translated():
            if not self._cancelled:
                self._connection.execute("SELECT pg_advisory_lock(%s, %s)", [CANCELLED_CLASS, self._number])
                self._cancelled = True

    def keep_alive(self) -> None:
        with _translated():
            self._connection.execute("SELECT 1")

    def leave(self) -> None:
        """Not alive any more from here on; the session's end alone would say so a little later."""
        with suppress(psycopg.Error):  # the connection is gone, and with it the lock
            self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, self._number])
            if self._cancelled:
                self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", [CANCELLED_CLASS, self._number])
            if self._held:
                self._connection.execute(f"NOTIFY {CHANNEL}")

    def _claim(self, limit: int) -> list[Delivery]:
        """Ready messages first come first served: never held, or held by a consumer that is no more."""
        with self._connection.transaction():
            rows = self._connection.execute(
                f"""WITH alive AS MATERIALIZED ({_ALIVE}), ready AS (
                        SELECT id FROM queue_messages
                         WHERE consumer IS NULL OR consumer NOT IN (SELECT objid FROM alive)
                         ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
                    UPDATE queue_messages SET consumer = %(number)s, delivery_count = delivery_count + 1
                      FROM ready WHERE queue_messages.id = ready.id
                    RETURNING queue_messages.id, request_id, correlation_id, delivery_count""",
                {"limit": limit, "number": self._number},
            ).fetchall()
            worn_out = [row[0] for row in rows if row[3] > self._limit]
            if worn_out:
                self._connection.execute(
                    """WITH gone AS (DELETE FROM queue_messages WHERE id = ANY(%s) RETURNING id, request_id, correlation_id)
                       INSERT INTO queue_dead_letters (id, request_id, correlation_id) SELECT * FROM gone""",
                    [worn_out],
                )
        deliveries = [Delivery(row[0], Message(row[1], row[2]), row[3]) for row in sorted(rows) if row[3] <= self._limit]
        self._held.update(delivery.tag for delivery in deliveries)
        return deliveries


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable(ROLE, " ".join(str(error).split()) or type(error).__name__) from error
