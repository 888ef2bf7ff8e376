"""A load test of a running system for locust (`pip install locust`), at 500 uploads a minute unless told otherwise:

    locust -f tests/load_test.py --headless -u 20 -t 10m --host http://localhost:8003

At the end it waits until every accepted upload is final. It fails (exit code 1) when one was refused or is lost, or when the
99th percentile of the uploads is not below 250 ms. INVOICEFLOW_LOAD_PER_MINUTE: another rate, for all users together.
"""

import logging
import os
import random
import time
from typing import Any

import httpx
from locust import HttpUser, constant_throughput, events, task

from samples.generate import sample_invoices

PER_MINUTE = float(os.environ.get("INVOICEFLOW_LOAD_PER_MINUTE", "500"))
P99_MILLISECONDS = 250
SETTLED_SECONDS = 600
UPLOAD = "/api/v1/ingest/upload"
FILES = [(f"{sample.name}.pdf", sample.pdf) for sample in sample_invoices(seed=5, count=24)]

accepted: list[str] = []
logger = logging.getLogger(__name__)


class Uploader(HttpUser):
    """One of the users that upload, each at its share of the rate."""

    def wait_time(self) -> float:
        users = self.environment.runner.target_user_count if self.environment.runner else 1
        return float(constant_throughput(PER_MINUTE / 60 / max(users, 1))(self))

    @task
    def upload(self) -> None:
        name, content = random.choice(FILES)
        file = ("file", (name, content, "application/pdf"))
        with self.client.post(UPLOAD, files=[file], catch_response=True) as answer:
            if answer.status_code == httpx.codes.ACCEPTED:
                accepted.append(answer.json()["request_id"])
            else:
                answer.failure(f"{answer.status_code}: {answer.text[:200]}")


@events.test_stop.add_listener
def wait_until_final(environment: Any, **_: object) -> None:
    deadline = time.monotonic() + SETTLED_SECONDS
    open_ones = set(accepted)
    with httpx.Client(base_url=environment.host, timeout=30) as client:
        while open_ones and time.monotonic() < deadline:
            for request_id in list(open_ones)[:50]:
                answer = client.get(f"/api/v1/ingest/status/{request_id}")
                if answer.status_code == httpx.codes.OK and answer.json()["status"] in ("COMPLETED", "FAILED"):
                    open_ones.remove(request_id)
                else:
                    time.sleep(0.05)
    p99 = environment.stats.get(UPLOAD, "POST").get_response_time_percentile(0.99) or 0
    refused = environment.stats.total.num_failures
    logger.info("accepted %s, refused %s, lost %s, p99 %s ms", len(accepted), refused, len(open_ones), p99)
    environment.process_exit_code = 1 if open_ones or refused or p99 >= P99_MILLISECONDS or not accepted else 0
