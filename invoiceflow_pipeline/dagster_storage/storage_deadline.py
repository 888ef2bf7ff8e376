"""A deadline for Dagster's own database: how long an answer is waited for. Dagster's storage speaks through psycopg2, which
waits for ever on a connection that has gone silent; a consumer, a sensor or the daemon would hang with it.

Knows nothing of InvoiceFlow's own connections: `invoiceflow.database` bounds those.
"""

import select
import time
from typing import Final

from psycopg2 import OperationalError, extensions

ANSWER_SECONDS: Final = 15.0
"""For one statement, or one opening of a connection: Dagster's statements take milliseconds."""


def bound() -> None:
    """From now on, in this process. Done again it changes nothing."""
    extensions.set_wait_callback(_wait)


def _wait(connection: extensions.connection) -> None:
    """Raises OperationalError when the answer has not come in time; psycopg2 closes the connection then."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while (state := connection.poll()) != extensions.POLL_OK:
        left = deadline - time.monotonic()
        waiting = select.poll()  # anew: while it opens, a connection may go from one address to the next
        waiting.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        if left <= 0 or not waiting.poll(left * 1000):
            raise OperationalError(f"Dagster's database gave no answer within {ANSWER_SECONDS:.0f} s")
