"""What an operator sees of a running system from outside: metrics, log lines, health; also after a consumer was killed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from samples.generate import sample_invoices
from tests.processes.test_up import Running, free_ports, kill, started

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

LOGS = ("ingest", "query", "code-server", "daemon", "webserver")
STOP = """
mutation ($id: String!) {stopSensor(id: $id) {__typename}}"""
SENSOR = """
{sensorOrError(sensorSelector: {repositoryName: "__repository__", repositoryLocationName: "invoiceflow",
  sensorName: "invoice_queue"}) {... on Sensor {sensorState {id}}}}"""


def test_metrics_and_logs_say_what_happened_after_kills_and_reprocessing(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    [port] = free_ports()[:1]
    home = tmp_path / "home"
    samples = [sample.pdf for sample in sample_invoices(seed=51, count=12)]
    with started(home, {"INVOICEFLOW_METRICS_PORT": str(port)}) as running:
        accepted = {upload(running, f"first-{n}", pdf): f"first-{n}" for n, pdf in enumerate(samples)}
        kill(running.pids("spawn_main"))  # the consumer run, in mid-burst
        accepted |= {upload(running, f"second-{n}", pdf): f"second-{n}" for n, pdf in enumerate(samples)}
        wait_until(lambda: running.stats().get("completed") == 24, 180)
        again, *_ = accepted
        headers = {"X-Request-ID": "again"}
        running.client.post(f"{running.query}/api/v1/invoices/{again}/reprocess", headers=headers).raise_for_status()
        wait_until(lambda: scraped(port)["invoiceflow_processed_total[COMPLETED]"] == 25, 60)

        found = scraped(port)
        assert found["invoiceflow_invoices[COMPLETED]"] == found["invoiceflow_searchable_seconds_count"] == 24
        assert sum(value for name, value in found.items() if name.startswith("invoiceflow_reading_seconds_count")) == 25
        assert (found["invoiceflow_queue_messages[waiting]"], found["invoiceflow_queue_messages[dead]"]) == (0, 0)
        assert found["invoiceflow_consumers"] >= 1
        assert {source: found[f"invoiceflow_pipeline_up[{source}]"] for source in ("queue", "database", "reports")} == {
            "queue": 1, "database": 1, "reports": 1,
        }  # fmt: skip

        lines = [json.loads(line) for name in LOGS for line in (home / "logs" / f"{name}.log").read_text().splitlines()]
        assert all({"timestamp", "level", "logger", "message", "service"} <= set(line) for line in lines)
        for request_id, correlation in accepted.items():
            of_one = [line for line in lines if line.get("correlation_id") == correlation and "request_id" in line]
            assert {line["request_id"] for line in of_one} == {request_id}
            assert [line["service"] for line in of_one] == ["ingest-service", "pipeline"]  # accepted, and its outcome
            assert of_one[1]["status"] == "COMPLETED"
        assert [line["request_id"] for line in lines if line.get("correlation_id") == "again" and "request_id" in line] == [
            again
        ]
        assert not [line for line in lines if " skipped" in line["message"]]

        assert running.get(f"{running.ingest}/api/v1/ingest/health")["service"] == "healthy"
        sensor = running.graphql(SENSOR)["sensorOrError"]["sensorState"]["id"]
        assert running.graphql(STOP, {"id": sensor})["stopSensor"]["__typename"] != "PythonError"
        wait_until(lambda: "invoice_queue" in " ".join(health(running)["processing"]["reasons"]), 60)
        assert health(running)["service"] == "degraded"
        assert scraped(port)["invoiceflow_stopped[invoice_queue]"] == 1


def upload(running: Running, correlation: str, content: bytes) -> str:
    files = {"file": (f"{correlation}.pdf", content, "application/pdf")}
    answer = running.client.post(f"{running.ingest}/api/v1/ingest/upload", files=files, headers={"X-Request-ID": correlation})
    answer.raise_for_status()
    return str(answer.json()["request_id"])


def health(running: Running) -> dict[str, Any]:
    return dict(running.get(f"{running.ingest}/api/v1/ingest/health"))


def scraped(port: int) -> dict[str, float]:
    return {
        sample.name + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text)
        for sample in family.samples
    }
