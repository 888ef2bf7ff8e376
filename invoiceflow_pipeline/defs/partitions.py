"""A partition for each invoice, its key the request id."""

import dagster as dg

from invoiceflow_pipeline.dagster_storage.events import INVOICES

invoices = dg.DynamicPartitionsDefinition(name=INVOICES)
