"""Alerts have a severity and a link; what was finished lately is found by an index."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Those that are there were all failures."""
    op.execute("ALTER TABLE alerts ADD COLUMN severity TEXT NOT NULL DEFAULT 'error', ADD COLUMN url TEXT")
    op.execute("CREATE INDEX ingestions_finished ON ingestions (completed_at) WHERE completed_at IS NOT NULL")


def downgrade() -> None:
    """Removes both."""
    op.execute("DROP INDEX ingestions_finished")
    op.execute("ALTER TABLE alerts DROP COLUMN severity, DROP COLUMN url")
