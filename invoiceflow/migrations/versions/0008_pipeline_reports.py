"""What the pipeline's processes report of themselves every few seconds, for health and metrics of the other programs."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# a handful of rows that are overwritten all the time: pages with room for it, cleaned early
REPORTS = """
CREATE TABLE pipeline_reports (
    source TEXT PRIMARY KEY,
    reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ocr_pages_waiting INTEGER NOT NULL DEFAULT 0,
    stopped TEXT[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 200);
"""


def upgrade() -> None:
    """Adds the table."""
    op.execute(REPORTS)


def downgrade() -> None:
    """Removes it."""
    op.execute("DROP TABLE pipeline_reports")
