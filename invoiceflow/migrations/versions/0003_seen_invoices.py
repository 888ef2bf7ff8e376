"""What invoices are known by when they come again: seller, number and total, as keys."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SEEN = """
CREATE TABLE seen_invoices (
    key TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL REFERENCES ingestions (id) ON DELETE CASCADE,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (key, request_id)
);
CREATE INDEX seen_invoices_request ON seen_invoices (request_id);
"""


def upgrade() -> None:
    op.execute(SEEN)


def downgrade() -> None:
    op.execute("DROP TABLE seen_invoices")
