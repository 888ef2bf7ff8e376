"""How many ingestions there are of each status, kept by a trigger: counting a million rows takes a tenth of a second."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# changes are added and never updated: writers of one status would wait for each other's commits
COUNTS = """
CREATE TABLE ingestion_counts (
    status TEXT NOT NULL,
    change BIGINT NOT NULL
) WITH (
    autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_insert_scale_factor = 0.0, autovacuum_vacuum_insert_threshold = 5000
);

CREATE FUNCTION count_ingestions() RETURNS TRIGGER AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM ingestion_counts;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO ingestion_counts SELECT status, count(*) FROM new_rows GROUP BY status;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO ingestion_counts SELECT status, -count(*) FROM old_rows GROUP BY status;
    ELSE
        INSERT INTO ingestion_counts
        SELECT status, sum(change) FROM (
            SELECT status, count(*) AS change FROM new_rows GROUP BY status
            UNION ALL SELECT status, -count(*) FROM old_rows GROUP BY status
        ) AS changes GROUP BY status HAVING sum(change) <> 0;
    END IF;
    IF random() < 0.005 THEN  -- a few hundred small rows are read as quickly as four
        WITH folded AS (
            DELETE FROM ingestion_counts WHERE ctid IN (SELECT ctid FROM ingestion_counts FOR UPDATE SKIP LOCKED)
            RETURNING status, change
        )
        INSERT INTO ingestion_counts SELECT status, sum(change) FROM folded GROUP BY status;
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER count_inserted_ingestions AFTER INSERT ON ingestions
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_ingestions();
CREATE TRIGGER count_updated_ingestions AFTER UPDATE ON ingestions
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_ingestions();
CREATE TRIGGER count_deleted_ingestions AFTER DELETE ON ingestions
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_ingestions();
CREATE TRIGGER count_truncated_ingestions AFTER TRUNCATE ON ingestions FOR EACH STATEMENT EXECUTE FUNCTION count_ingestions();

-- the triggers' lock keeps writers out until this is committed
INSERT INTO ingestion_counts SELECT status, count(*) FROM ingestions GROUP BY status;
"""


def upgrade() -> None:
    op.execute(COUNTS)


def downgrade() -> None:
    for event in ("inserted", "updated", "deleted", "truncated"):
        op.execute(f"DROP TRIGGER count_{event}_ingestions ON ingestions")
    op.execute("DROP FUNCTION count_ingestions()")
    op.execute("DROP TABLE ingestion_counts")
