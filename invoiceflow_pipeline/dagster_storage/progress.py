"""How far a long housekeeping job has come, in Dagster's key-value table, so that the next run goes on there.

Rests on the run storage's cursor values, which are not public.
"""

from typing import Final

import dagster as dg

_PREFIX: Final = "invoiceflow/progress/"


def load_progress(instance: dg.DagsterInstance, job: str) -> str | None:
    """What `store_progress` stored last; None before."""
    return instance.run_storage.get_cursor_values({_PREFIX + job}).get(_PREFIX + job)


def store_progress(instance: dg.DagsterInstance, job: str, text: str) -> None:
    """Replaces it."""
    instance.run_storage.set_cursor_values({_PREFIX + job: text})
