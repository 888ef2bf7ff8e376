"""The one list of what Dagster is shown. Explicit: scanning a folder costs a second in every process that starts."""

import dagster as dg

from invoiceflow_pipeline.defs import jobs, resources, schedules, sensors
from invoiceflow_pipeline.defs.assets import invoice

kept = resources.Kept(resources.open_for_sensors)
defs = dg.Definitions(
    assets=[invoice],
    jobs=[jobs.consume_job, jobs.reprocess_job, jobs.sweep_job, jobs.compare_job, jobs.retention_job],
    sensors=[sensors.invoice_queue(kept), sensors.ghost_runs(kept), sensors.alerts(kept)],
    schedules=[schedules.reprocess_due, schedules.sweeper, schedules.index_in_step, schedules.retention],
    resources={
        "system": resources.system_resource,
        "kept": resources.kept_system_resource(kept),
        "pipeline": resources.pipeline_resource,
    },
    executor=dg.in_process_executor,  # a run from the UI needs no process for each step
)
