"""When each consumer run last reported that it lives: in Dagster's key-value table, not in the runs' tags, where it would be
the first thing that an operator sees.

Rests on the run storage's cursor values, which are not public.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import dagster as dg

_PREFIX: Final = "invoiceflow/heartbeat/"


def record_heartbeat(instance: dg.DagsterInstance, run_id: str, at: datetime) -> None:
    """The run's process lives at this time."""
    instance.run_storage.set_cursor_values({_PREFIX + run_id: at.isoformat()})


def latest_heartbeats(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> Mapping[str, datetime]:
    """By run id, for those that ever reported."""
    if not run_ids:
        return {}
    found = instance.run_storage.get_cursor_values({_PREFIX + run_id for run_id in run_ids})
    return {key.removeprefix(_PREFIX): datetime.fromisoformat(at) for key, at in found.items()}
