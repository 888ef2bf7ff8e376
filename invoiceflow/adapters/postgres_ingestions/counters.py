"""What the pipeline's metrics count, beside the rows: changes are only added, and folded into sums now and then.

Consumers add in the transaction that finishes their rows, so a row that was written is counted exactly once, whoever is killed.
Nobody waits for another's lock: rows are inserted, and a fold passes over those that another fold holds.
"""

from itertools import count
from typing import Final

from psycopg import Connection

from invoiceflow.domain.pipeline_counters import Counts

FOLD_EVERY: Final = 50
"""Batches of one process after which the counters are folded."""
_batches = count()


def add_counts(connection: Connection, counts: Counts) -> None:
    """Adds them, in the connection's transaction."""
    if not counts:
        return
    connection.execute(
        """INSERT INTO pipeline_counters (name, label, change)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::double precision[])""",
        [[name for name, _ in counts], [label for _, label in counts], list(counts.values())],
    )
    if next(_batches) % FOLD_EVERY == 0:  # a few hundred small rows are read as quickly as thirty
        connection.execute(
            """WITH folded AS (
                   DELETE FROM pipeline_counters WHERE ctid IN (SELECT ctid FROM pipeline_counters FOR UPDATE SKIP LOCKED)
                   RETURNING name, label, change
               )
               INSERT INTO pipeline_counters SELECT name, label, sum(change) FROM folded GROUP BY name, label"""
        )


def sum_counts(connection: Connection) -> Counts:
    """The sums of all that was ever added."""
    rows = connection.execute("SELECT name, label, sum(change) FROM pipeline_counters GROUP BY name, label").fetchall()
    return {(name, label): total for name, label, total in rows}
