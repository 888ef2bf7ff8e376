"""Which sensors and schedules somebody has stopped, read from Dagster's own table: whoever asks need not load Dagster for it.

Rests on the table `instigators` of Dagster's storage, which is not public; a test stops a sensor and asks.
"""

import json
from dataclasses import dataclass
from typing import Final

import psycopg

CONNECT_SECONDS: Final = 2


@dataclass(frozen=True, slots=True)
class StoppedInstigator:
    """A sensor or a schedule that does nothing until somebody starts it. `kind` is `sensor` or `schedule`."""

    name: str
    kind: str

    @property
    def how_to_start(self) -> str:
        """What an operator does about it, as one sentence."""
        return f"Start the {self.kind} `{self.name}` in Dagster's UI under Automation."


def stopped_instigators(dagster_database_url: str) -> list[StoppedInstigator]:
    """Those that are stopped, by name. `dagster_database_url` as libpq takes it (`postgresql://…`).

    An empty list before Dagster has made its tables. Raises psycopg.Error when the database cannot be reached.
    """
    with psycopg.connect(dagster_database_url, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('instigators')").fetchone() == (None,):
            return []
        rows = connection.execute(
            "SELECT instigator_type, instigator_body FROM instigators WHERE status = 'STOPPED'"
        ).fetchall()
    found = [StoppedInstigator(_name(body), str(kind).lower()) for kind, body in rows]
    return sorted(found, key=lambda one: (one.kind, one.name))


def _name(body: str) -> str:
    origin = json.loads(body)["origin"]
    return str(origin.get("instigator_name") or origin["job_name"])
