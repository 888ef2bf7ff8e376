"""What the pipeline's metrics count: kept with the rows, since the processes that count come and go."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# changes are added and never updated, as in ingestion_counts: consumers must not wait for each other's commits
COUNTERS = """
CREATE TABLE pipeline_counters (
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    change DOUBLE PRECISION NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = 5000
);
"""


def upgrade() -> None:
    """Adds the table."""
    op.execute(COUNTERS)


def downgrade() -> None:
    """Removes it."""
    op.execute("DROP TABLE pipeline_counters")
