"""The Dagster definitions: one Dagster concept a module."""
