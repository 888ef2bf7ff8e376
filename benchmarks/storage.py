"""What one machine's disk allows: publishing, rows and objects on the embedded adapters, with everything synced.

Run as `python -m benchmarks.storage [rows]`; prints one JSON object. Measures no HTTP, no extraction, no Dagster.
"""

import hashlib
import io
import itertools
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import uuid_utils.compat

from invoiceflow import migrations
from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres
from invoiceflow.adapters.local_folder import LocalFolderStore
from invoiceflow.adapters.postgres_ingestions import PostgresIngestions
from invoiceflow.adapters.postgres_queue import PostgresQueue
from invoiceflow.database import Database
from invoiceflow.domain.extraction import StoredExtraction
from invoiceflow.domain.ingestion import NewIngestion, object_key
from invoiceflow.domain.invoice import Invoice, InvoiceLine
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.ingestion_repository import Completed, DueLimits

FILL = """
INSERT INTO ingestions (id, filename, s3_key, sha256, size, page_count, status, revision, attempts, extractor_version,
                        published_at, created_at, updated_at, completed_at)
SELECT gen_random_uuid(), 'invoice-' || n || '.pdf', 'old/' || n, md5(n::text) || md5(n::text), 50000, 2,
       CASE WHEN mod(n, 50) = 0 THEN 'FAILED' ELSE 'COMPLETED' END, 1, 1, '1', now(), now() - n * interval '1 s',
       now() - n * interval '1 s', now() FROM generate_series(1, %s) AS n
"""


def main(rows: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        server.start(["storage"])
        try:
            migrations.upgrade(server.url("storage"))
            with psycopg.connect(server.url("storage"), autocommit=True) as connection:
                connection.execute(FILL, [rows])
                connection.execute("VACUUM ANALYZE")
            database = Database(server.url("storage"), application_name="benchmark", size=20)
            try:
                return {"rows_before": rows, **_objects(Path(folder)), **_queue(database), **_rows(database)}
            finally:
                database.close()
        finally:
            server.stop()


def _objects(folder: Path) -> dict[str, object]:
    store, content = LocalFolderStore(folder / "objects"), os.urandom(60_000)
    digest = hashlib.sha256(content).hexdigest()

    def put() -> None:
        key = object_key(uuid_utils.compat.uuid7())
        store.put(key, io.BytesIO(content), size=len(content), sha256=digest, metadata={})

    return {"put_ms": _median_ms(put, 200), "puts_per_second_16_threads": _per_second(put, threads=16, each=25)}


def _queue(database: Database) -> dict[str, object]:
    queue = PostgresQueue(database)

    def publish(count: int = 1) -> None:
        queue.publish([Message(uuid_utils.compat.uuid7(), "benchmark") for _ in range(count)])

    figures: dict[str, object] = {
        "publish_ms": _median_ms(publish, 200),
        "publishes_per_second_16_threads": _per_second(publish, threads=16, each=100),
    }
    for _ in range(20):
        publish(1000)
    figures["depth_ms_20000_waiting"] = _median_ms(queue.depth, 20)
    with queue.consumer(200) as consumer:
        spent: list[float] = []
        while True:
            started = time.perf_counter()
            deliveries = consumer.receive(100, wait=0)
            consumer.acknowledge(deliveries)
            if not deliveries:
                break
            spent.append((time.perf_counter() - started) * 1000)
        figures["receive_and_acknowledge_100_ms"] = [round(statistics.median(spent), 2), round(max(spent), 2)]
        with queue.consumer(200) as waiting:
            figures["wake_ms"] = round(statistics.median(_wake_ms(queue, waiting.receive) for _ in range(20)), 2)
    return figures


def _wake_ms(queue: PostgresQueue, receive: Callable[[int, float], Sequence[object]]) -> float:
    sent: list[float] = []

    def publish() -> None:
        sent.append(time.perf_counter())
        queue.publish([Message(uuid_utils.compat.uuid7(), "benchmark")])

    timer = threading.Timer(0.05, publish)
    timer.start()
    receive(1, 5.0)
    woken = time.perf_counter()
    timer.join()
    return (woken - sent[0]) * 1000


def _rows(database: Database) -> dict[str, object]:
    rows = PostgresIngestions(database)
    ids: list[UUID] = []

    def add() -> None:
        request_id = uuid_utils.compat.uuid7()
        content = hashlib.sha256(request_id.bytes).hexdigest()
        rows.add(NewIngestion(request_id, "invoice.pdf", object_key(request_id), content, 60_000, 2, "upload", "benchmark"))
        ids.append(request_id)

    figures: dict[str, object] = {"add_ms": _median_ms(add, 200)}
    figures["adds_per_second_16_threads"] = _per_second(add, threads=16, each=100)
    numbers = iter(ids[:200])
    figures["mark_published_ms"] = _median_ms(lambda: rows.mark_published([next(numbers)], datetime.now(UTC)), 200)
    lines = tuple(InvoiceLine(str(n), f"Item number {n} with a description of usual length") for n in range(20))
    reading = StoredExtraction(Invoice(number="1", lines=lines), "some words " * 300, 2, ("page",), "1", 0.1)
    claims, finishes = [], []
    for start in range(0, len(ids), 100):
        started = time.perf_counter()
        claimed = rows.claim(ids[start : start + 100], "run")
        between = time.perf_counter()
        rows.finish([Completed(row.id, row.revision, reading) for row in claimed], datetime.now(UTC))
        claims.append((between - started) * 1000 / len(claimed))
        finishes.append((time.perf_counter() - between) * 1000 / len(claimed))
    figures["claim_ms_per_row"] = round(statistics.median(claims), 3)
    figures["finish_ms_per_row"] = round(statistics.median(finishes), 3)
    some = itertools.cycle(ids)
    figures["get_ms"] = _median_ms(lambda: rows.get(next(some)), 200)
    figures["document_ms"] = _median_ms(lambda: rows.document(next(some)), 200)
    figures["status_counts_ms"] = _median_ms(rows.status_counts, 10)
    at = datetime.now(UTC)
    limits = DueLimits(at, at - timedelta(minutes=10), at - timedelta(minutes=1), "1", 5)
    figures["count_due_ms"] = _median_ms(lambda: rows.count_due(limits, 1), 20)
    figures["take_due_nothing_ms"] = _median_ms(lambda: rows.take_due(limits, 200), 20)
    return figures


def _median_ms(work: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(spent), 2)


def _per_second(work: Callable[[], object], threads: int, each: int) -> float:
    crew = [threading.Thread(target=lambda: [work() for _ in range(each)]) for _ in range(threads)]
    started = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return round(threads * each / (time.perf_counter() - started), 1)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0), indent=1))  # the measurement's answer
