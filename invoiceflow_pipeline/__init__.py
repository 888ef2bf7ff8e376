"""The Dagster code location, and the reading of invoices that it orchestrates."""
