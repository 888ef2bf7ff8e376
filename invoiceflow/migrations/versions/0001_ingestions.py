"""The rows: ingestions with the documented table and trigger, what was read of them, the embedded queue, the alerts."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INGESTIONS = """
CREATE TABLE ingestions (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    filename TEXT NOT NULL,
    s3_key TEXT NOT NULL UNIQUE,
    status TEXT CHECK(status IN ('PENDING','PROCESSING','FAILED','COMPLETED')) NOT NULL DEFAULT 'PENDING',
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW() NOT NULL
);

CREATE OR REPLACE FUNCTION update_updated_at_column()
RETURNS TRIGGER AS $$
BEGIN
    NEW.updated_at = NOW();
    RETURN NEW;
END;
$$ language 'plpgsql';

CREATE TRIGGER update_ingestions_updated_at
    BEFORE UPDATE ON ingestions
    FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
"""

# defaults, so that the documented table's plain INSERT goes on working
MORE_COLUMNS = """
ALTER TABLE ingestions
    ADD COLUMN sha256 TEXT NOT NULL DEFAULT '',
    ADD COLUMN size BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN page_count INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN source TEXT NOT NULL DEFAULT 'upload',
    ADD COLUMN correlation_id TEXT NOT NULL DEFAULT '',
    ADD COLUMN revision BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0,
    ADD COLUMN duplicate_of UUID,
    ADD COLUMN failure_code TEXT,
    ADD COLUMN failure_message TEXT,
    ADD COLUMN failure_transient BOOLEAN,
    ADD COLUMN extractor_version TEXT,
    ADD COLUMN run_id TEXT,
    ADD COLUMN published_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN next_attempt_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN completed_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ingestions_failure_whole CHECK (
        (failure_code IS NULL) = (failure_message IS NULL) AND (failure_code IS NULL) = (failure_transient IS NULL)
    );

CREATE INDEX ingestions_sha256 ON ingestions (sha256, created_at, id) WHERE sha256 <> '';
CREATE INDEX ingestions_open ON ingestions (updated_at) WHERE status IN ('PENDING', 'PROCESSING');
CREATE INDEX ingestions_next_attempt ON ingestions (next_attempt_at) WHERE status = 'FAILED' AND next_attempt_at IS NOT NULL;
CREATE INDEX ingestions_completed_version ON ingestions (extractor_version, id) WHERE status = 'COMPLETED';
CREATE INDEX ingestions_status ON ingestions (status);
CREATE INDEX ingestions_final ON ingestions (id, updated_at) WHERE status IN ('COMPLETED', 'FAILED');
"""

EXTRACTIONS = """
CREATE TABLE extractions (
    request_id UUID NOT NULL REFERENCES ingestions (id) ON DELETE CASCADE,
    extractor_version TEXT NOT NULL,
    document JSONB NOT NULL,
    text TEXT NOT NULL,
    page_count INTEGER NOT NULL,
    readers TEXT[] NOT NULL,
    seconds DOUBLE PRECISION NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (request_id, extractor_version)
);

CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    request_id UUID NOT NULL REFERENCES ingestions (id) ON DELETE CASCADE,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
CREATE INDEX idempotency_keys_ingestion ON idempotency_keys (request_id);
"""

# the embedded stand-ins of the broker and the alert outbox; a row of the queue lives for a second, so vacuum often
QUEUE = """
CREATE SEQUENCE queue_consumers AS INTEGER CYCLE;

CREATE TABLE queue_messages (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id UUID NOT NULL,
    correlation_id TEXT NOT NULL,
    consumer INTEGER,
    delivery_count INTEGER NOT NULL DEFAULT 0,
    enqueued_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp()
) WITH (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = 5000
);
CREATE INDEX queue_messages_claimed ON queue_messages (consumer) WHERE consumer IS NOT NULL;

CREATE TABLE queue_dead_letters (
    id BIGINT PRIMARY KEY,
    request_id UUID NOT NULL,
    correlation_id TEXT NOT NULL,
    died_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE alerts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_error TEXT
);
CREATE INDEX alerts_unsent ON alerts (id) WHERE sent_at IS NULL;
"""


def upgrade() -> None:
    for statements in (INGESTIONS, MORE_COLUMNS, EXTRACTIONS, QUEUE):
        op.execute(statements)


def downgrade() -> None:
    op.execute("DROP TABLE alerts, queue_dead_letters, queue_messages, idempotency_keys, extractions, ingestions")
    op.execute("DROP SEQUENCE queue_consumers")
    op.execute("DROP FUNCTION update_updated_at_column()")
