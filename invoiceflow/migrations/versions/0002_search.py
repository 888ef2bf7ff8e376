"""The embedded search index: one projection table and the table of words for typo tolerance. Stock PostgreSQL, no extension."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEARCH = """
CREATE TABLE search_documents (
    request_id UUID PRIMARY KEY,
    revision BIGINT NOT NULL,
    checksum BIGINT NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status TEXT NOT NULL,
    number_key TEXT COLLATE "C",
    issue_date DATE,
    payment_due_date DATE,
    currency_code TEXT,
    seller_name TEXT,
    seller_folded TEXT COLLATE "C",
    buyer_folded TEXT COLLATE "C",
    with_tax NUMERIC,
    findings TEXT[] NOT NULL DEFAULT '{}',
    words TSVECTOR NOT NULL,
    -- small, in the row itself: ranking reads nothing that is stored out of line
    heads TSVECTOR GENERATED ALWAYS AS (ts_filter(words, '{a,b}')) STORED,
    hit JSON NOT NULL,
    body TEXT NOT NULL DEFAULT ''
);
CREATE INDEX search_words ON search_documents USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 1024);
CREATE INDEX search_findings ON search_documents USING gin (findings);
CREATE INDEX search_received ON search_documents (received_at DESC, request_id DESC);
CREATE INDEX search_issue ON search_documents (coalesce(issue_date, '0001-01-01'::date) DESC, request_id DESC);
CREATE INDEX search_due ON search_documents (coalesce(payment_due_date, '9999-12-31'::date), request_id);
CREATE INDEX search_total ON search_documents (coalesce(with_tax, '-Infinity'::numeric) DESC, request_id DESC);
CREATE INDEX search_seller ON search_documents (seller_folded, received_at DESC, request_id DESC);
CREATE INDEX search_buyer ON search_documents (buyer_folded, received_at DESC, request_id DESC);
CREATE INDEX search_number ON search_documents (number_key);
CREATE INDEX search_status ON search_documents (status, received_at DESC, request_id DESC);

-- words that a typo may have missed: 3 to 25 characters; never deleted from, a stale word finds nothing
CREATE TABLE search_spellings (word TEXT COLLATE "C" PRIMARY KEY);
"""


def upgrade() -> None:
    op.execute(SEARCH)


def downgrade() -> None:
    op.execute("DROP TABLE search_documents, search_spellings")
