"""What Dagster shows as lineage: raw -> extracted -> indexed."""
