"""raw -> extracted -> indexed, a partition for each invoice: the lineage, and the way in for a person at the UI.

New invoices come through `consuming`; the work is the same. One multi_asset with can_subset, not three assets: in a range
some invoices fail, so materialisations are recorded one by one and no output is yielded, and Dagster skips every step that
is downstream of an output not yielded.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import dagster as dg

from invoiceflow_pipeline.dagster_storage.events import CHECK, DagsterJournal
from invoiceflow_pipeline.defs.partitions import invoices
from invoiceflow_pipeline.defs.resources import Pipeline
from invoiceflow_pipeline.work.processing import EXTRACTED, INDEXED, RAW, STEPS
from invoiceflow_reader.version import EXTRACTOR_VERSION


@dg.multi_asset(
    name="invoice",
    specs=[
        dg.AssetSpec(
            RAW, partitions_def=invoices, skippable=True, kinds={"pdf"}, description="The file as it came, unchanged."
        ),
        dg.AssetSpec(
            EXTRACTED,
            deps=[RAW],
            partitions_def=invoices,
            skippable=True,
            code_version=EXTRACTOR_VERSION,
            kinds={"python"},
            description="What was read of it.",
        ),
        dg.AssetSpec(
            INDEXED,
            deps=[EXTRACTED],
            partitions_def=invoices,
            skippable=True,
            kinds={"search"},
            description="Found by search.",
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset=EXTRACTED,
            partitions_def=invoices,
            description="The file could be read and indexed. Partitions lists the invoices of which it could not.",
        )
    ],
    partitions_def=invoices,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
    required_resource_keys={"pipeline"},
)
def invoice(context: dg.AssetExecutionContext) -> Iterator[Any]:
    pipeline: Pipeline = context.resources.pipeline
    system = pipeline.system
    chosen = {key.to_user_string() for key in context.op_execution_context.selected_asset_keys}
    steps = tuple(step for step in STEPS if step in chosen)
    keys = list(context.partition_keys)  # each look at partition_keys reads every key there is: once only
    ids = [request_id for key in keys if (request_id := _request_id(key)) is not None]
    failed = 0
    size = system.settings.micro_batch
    with DagsterJournal(context.op_execution_context) as journal:
        for start in range(0, len(ids), size):
            batch = ids[start : start + size]
            system.ingestions.reopen(batch, correlation_id=f"run:{context.run.run_id}")
            outcomes = pipeline.processor.run(batch, context.run.run_id, journal, steps)
            failed += sum(outcome.failure is not None for outcome in outcomes)
    context.log.info("%s: %s invoices, %s failed", " + ".join(steps), len(ids), failed)
    if len(ids) < len(keys):
        context.log.warning("%s partition keys are not request ids and were passed over", len(keys) - len(ids))
    yield from ()


def _request_id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None
