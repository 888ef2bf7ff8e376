"""raw -> extracted -> indexed, a partition for each invoice: the lineage, and the way in for a person at the UI.

New invoices come through `consuming`; the work is the same. One multi_asset with can_subset, not three assets: in a range
some invoices fail, so materialisations are recorded one by one and no output is yielded, and Dagster skips every step that
is downstream of an output not yielded.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import dagster as dg

from invoiceflow_pipeline.dagster_storage.events import CHECK, FINDINGS_CHECK, DagsterJournal, Links
from invoiceflow_pipeline.defs.partitions import invoices
from invoiceflow_pipeline.defs.resources import Pipeline
from invoiceflow_pipeline.work.outcomes import EXTRACTED, INDEXED, RAW, STEPS
from invoiceflow_reader.version import EXTRACTOR_VERSION

GROUP = "invoices"
OWNERS = ["team:operations"]


def _spec(name: str, kinds: set[str], description: str, **more: Any) -> dg.AssetSpec:
    return dg.AssetSpec(
        name,
        partitions_def=invoices,
        skippable=True,
        group_name=GROUP,
        owners=OWNERS,
        kinds=kinds,
        tags={"domain": "accounts_payable"},
        description=description,
        **more,
    )


@dg.multi_asset(
    name="invoice",
    specs=[
        _spec(
            RAW,
            {"pdf", "s3"},
            "The original file in the object store, unchanged since its upload; verified against its SHA-256 whenever it is"
            " read, and once a week. A partition is one invoice, its key the request id; file name, size and SHA-256 are"
            " metadata.",
        ),
        _spec(
            EXTRACTED,
            {"python", "postgres"},
            "What was read of the original, in terms of EN 16931, with the evidence for each value and findings. Metadata: file"
            " name, number, seller, total, the seconds it took, and a link to the invoice.",
            deps=[RAW],
            code_version=EXTRACTOR_VERSION,
        ),
        _spec(
            INDEXED,
            {"opensearch"},
            "The invoice in the search index, at the revision given in the metadata; the query API finds it.",
            deps=[EXTRACTED],
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset=EXTRACTED,
            partitions_def=invoices,
            description="The file could be read and indexed. Its Partitions tab lists the invoices that could not; the job"
            " `reprocess_failed` reads them again.",
        ),
        dg.AssetCheckSpec(
            FINDINGS_CHECK,
            asset=EXTRACTED,
            partitions_def=invoices,
            description="Nothing about the invoice itself is wrong (findings of severity error: sums that do not add up, an"
            " IBAN with a wrong checksum …). A person should look before it is paid.",
        ),
    ],
    partitions_def=invoices,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
    required_resource_keys={"pipeline"},
)
def invoice(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Processes the chosen partitions by the same code as the consumers."""
    pipeline: Pipeline = context.resources.pipeline
    system = pipeline.system
    chosen = {key.to_user_string() for key in context.op_execution_context.selected_asset_keys}
    steps = tuple(step for step in STEPS if step in chosen)
    keys = list(context.partition_keys)  # each look at partition_keys reads every key there is: once only
    ids = [request_id for key in keys if (request_id := _request_id(key)) is not None]
    failed = 0
    size = system.settings.micro_batch
    links = Links(system.settings.query_base_url)
    with DagsterJournal(context.op_execution_context, links) as journal:
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
