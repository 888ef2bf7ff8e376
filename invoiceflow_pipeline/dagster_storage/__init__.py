"""Everything that relies on non-public names of Dagster."""
