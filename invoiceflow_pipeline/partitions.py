"""The partitions of the invoice assets: one for each invoice, its key the request_id."""

import dagster as dg

INVOICES = "invoices"

invoices = dg.DynamicPartitionsDefinition(name=INVOICES)
