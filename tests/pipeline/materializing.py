"""What a person at Dagster's UI does with one invoice. Apart from `working`, which processes with tight limits load: importing
Dagster takes seconds of them."""

from collections.abc import Sequence
from contextlib import nullcontext

import dagster as dg

from invoiceflow.bootstrap import System
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow_pipeline.dagster_storage.events import INVOICES
from invoiceflow_pipeline.defs import resources
from invoiceflow_pipeline.defs.assets import invoice
from invoiceflow_pipeline.defs.resources import Pipeline


def keeping(system: System) -> resources.CachedResources:
    return resources.CachedResources(lambda: nullcontext(system))


def materialize(
    instance: dg.DagsterInstance, pipeline: Pipeline, row: Ingestion, selection: Sequence[str] | None = None
) -> None:
    instance.add_dynamic_partitions(INVOICES, [str(row.id)])
    result = dg.materialize(
        [invoice],
        instance=instance,
        partition_key=str(row.id),
        selection=list(selection) if selection else None,
        resources={"pipeline": pipeline},
    )
    assert result.success
