"""The one list of what Dagster is shown. Explicit: scanning a folder costs a second in every process that starts."""

import dagster as dg

from invoiceflow_pipeline.defs import checks, jobs, resources, schedules, sensors
from invoiceflow_pipeline.defs.assets import invoice

cached = resources.CachedResources(resources.open_for_sensors)
defs = dg.Definitions(
    assets=[invoice],
    asset_checks=checks.ALL,
    jobs=jobs.ALL,
    sensors=[sensors.invoice_queue(cached), sensors.ghost_runs(cached), sensors.alerts(cached)],
    schedules=schedules.ALL,
    resources={
        "system": resources.SystemResource(),
        "cached": resources.cached_system_resource(cached),
        "pipeline": resources.PipelineResource(),
    },
    executor=dg.in_process_executor,  # a run from the UI needs no process for each step
)
