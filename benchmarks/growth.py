"""The time per invoice in a system that holds 50,000 of them, against an empty one: rows, documents, partitions, events.

The invoices before are copies, made in SQL, of some that the system read itself.
"""

import asyncio
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from benchmarks.instance import Instance, running
from benchmarks.load import corpus, quantile, seconds_to_searchable, upload_all, wait_final

BEFORE = 50_000
PATTERNS, WARM_UP, BURST, SINGLE = 100, 20, 400, 30

# request ids are UUID version 7 (RFC 9562): 48 bits of milliseconds, then chance
SYSTEM = """
CREATE TEMPORARY TABLE copies AS
SELECT p.id AS old, n, overlay(gen_random_uuid()::text PLACING
    overlay(lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n * 1000), 12, '0') PLACING '-' FROM 9 FOR 0) || '-7'
    FROM 1 FOR 15)::uuid AS new
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS size FROM ingestions) AS p
JOIN generate_series(1, %(count)s) AS n ON mod(n, p.size) = p.place;

INSERT INTO ingestions (id, filename, s3_key, sha256, size, page_count, status, revision, attempts, correlation_id,
                        extractor_version,
                        failure_code, failure_message, failure_transient, published_at, created_at, updated_at, completed_at)
SELECT new, filename, 'raw/' || new || '.pdf', md5(new::text) || md5(new::text), size, page_count, status, revision, attempts,
       correlation_id, extractor_version, failure_code, failure_message, failure_transient, published_at - n * interval '1 s',
       created_at - n * interval '1 s', updated_at - n * interval '1 s', completed_at - n * interval '1 s'
FROM ingestions JOIN copies ON id = old;

INSERT INTO extractions (request_id, extractor_version, document, text, page_count, readers, seconds, created_at)
SELECT new, extractor_version, document, text, page_count, readers, seconds, created_at - n * interval '1 s'
FROM extractions JOIN copies ON request_id = old;

INSERT INTO search_documents (request_id, revision, checksum, received_at, status, number_key, issue_date, payment_due_date,
    currency_code, seller_name, seller_folded, buyer_folded, with_tax, findings, words, hit, body)
SELECT new, revision, checksum, received_at - n * interval '1 s', status, number_key, issue_date, payment_due_date,
    currency_code, seller_name, seller_folded, buyer_folded, with_tax, findings,
    ts_delete(words, old::text) || setweight(to_tsvector('simple', new::text), 'A'),
    replace(hit::text, old::text, new::text)::json, body
FROM search_documents JOIN copies ON request_id = old;
"""

DAGSTER = """
INSERT INTO dynamic_partitions (partitions_def_name, partition) SELECT 'invoices', new FROM copies;
INSERT INTO event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition)
SELECT run_id, replace(event, old, new), dagster_event_type, timestamp - n * interval '1 s', step_key, asset_key, new
FROM event_logs JOIN copies ON partition = old;
"""


def measure(folder: Path, before: int = BEFORE) -> dict[str, object]:
    files = corpus()
    empty, full = folder / "empty", folder / "full"
    with running(full) as instance:
        burst(instance, files, PATTERNS)
        started = time.perf_counter()
        seed(instance, before)
        seeding = time.perf_counter() - started
    bursts: dict[Path, list[float]] = {empty: [], full: []}
    singles: dict[Path, list[float]] = {empty: [], full: []}
    for home in (empty, full, full, empty):  # what drifts on the machine meets both alike
        with running(home) as instance:
            burst(instance, files, WARM_UP)
            bursts[home].append(burst(instance, files, BURST))
            for number in range(SINGLE):
                name, content = files[number % len(files)]
                seconds = seconds_to_searchable(instance.ingest_url, instance.query_url, name, content)
                singles[home].append(asyncio.run(seconds))
    each = {home: sum(bursts[home]) / len(bursts[home]) / BURST for home in bursts}
    return {
        "invoices_before": before,
        "seconds_of_seeding": round(seeding, 1),
        "burst_ms_per_invoice": {"empty": round(each[empty] * 1000, 2), "full": round(each[full] * 1000, 2)},
        "burst_ratio": round(each[full] / each[empty], 3),
        "single_p50_seconds": {home.name: round(quantile(singles[home], 0.5), 3) for home in singles},
        "single_p95_seconds": {home.name: round(quantile(singles[home], 0.95), 3) for home in singles},
        "single_ratio": round(quantile(singles[full], 0.5) / quantile(singles[empty], 0.5), 3),
    }


def burst(instance: Instance, files: list[tuple[str, bytes]], count: int) -> float:
    """Seconds until `count` uploads are searchable."""
    ready = _final(instance)
    started = time.perf_counter()
    asyncio.run(upload_all(instance.ingest_url, (files * (count // len(files) + 1))[:count]))
    asyncio.run(wait_final(instance.ingest_url, ready + count, 600))
    return time.perf_counter() - started


def _final(instance: Instance) -> int:
    counts = asyncio.run(wait_final(instance.ingest_url, 0, 60))
    return counts["completed"] + counts["failed"]


def seed(instance: Instance, count: int) -> None:
    """Adds `count` copies of what the system has read so far."""
    facts = conninfo_to_dict(instance.database_url)
    with psycopg.connect(instance.database_url) as system:
        system.execute(SYSTEM.replace("%(count)s", str(count)))
        copies = system.execute("SELECT old::text, new::text, n FROM copies").fetchall()
    with psycopg.connect(make_conninfo("", **{**facts, "dbname": "dagster"})) as dagster:
        dagster.execute("CREATE TEMPORARY TABLE copies (old text, new text, n integer)")
        with dagster.cursor() as cursor, cursor.copy("COPY copies FROM STDIN") as copy:
            for row in copies:
                copy.write_row(row)
        dagster.execute(DAGSTER)
    for name in (facts["dbname"], "dagster"):
        with psycopg.connect(make_conninfo("", **{**facts, "dbname": name}), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
