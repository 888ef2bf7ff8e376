"""Each row of `ingestions` knows the transaction of its latest change, so that a change feed can follow the commits."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# the rows that are there count as changed long ago; a default that is a constant rewrites no table
CHANGES = """
ALTER TABLE ingestions ADD COLUMN changed_in xid8 NOT NULL DEFAULT '3'::xid8;

CREATE FUNCTION stamp_ingestion_change() RETURNS TRIGGER AS $$
BEGIN
    NEW.changed_in = pg_current_xact_id();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER stamp_ingestion_change BEFORE INSERT OR UPDATE ON ingestions
    FOR EACH ROW EXECUTE FUNCTION stamp_ingestion_change();

CREATE INDEX ingestions_changed ON ingestions (changed_in, id);
"""


def upgrade() -> None:
    """Adds the column, its trigger and its index."""
    op.execute(CHANGES)


def downgrade() -> None:
    """Removes them."""
    op.execute("DROP TRIGGER stamp_ingestion_change ON ingestions")
    op.execute("DROP FUNCTION stamp_ingestion_change()")
    op.execute("ALTER TABLE ingestions DROP COLUMN changed_in")
