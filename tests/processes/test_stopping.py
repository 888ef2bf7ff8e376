"""A system whose sensor was stopped starts all the same; a stop is in order and takes less than ten seconds."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from invoiceflow_cli.orphans import of_home
from samples.generate import sample_invoices
from tests.processes.test_up import Running, free_ports, launch, started

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]

SENSORS = """
{sensorsOrError(repositorySelector: {repositoryName: "__repository__", repositoryLocationName: "invoiceflow"}) {
  ... on Sensors {results {name sensorState {id status}}}
}}"""
STOP = "mutation ($id: String!) {stopSensor(id: $id) {... on StopSensorMutationResult {instigationState {status}}}}"
START = """
mutation {startSensor(sensorSelector: {repositoryName: "__repository__", repositoryLocationName: "invoiceflow",
  sensorName: "invoice_queue"}) {... on Sensor {sensorState {status}}}}
"""


def sensor_state(running: Running) -> dict[str, Any] | None:
    results = running.graphql(SENSORS).get("sensorsOrError", {}).get("results", [])
    return next((one["sensorState"] for one in results if one["name"] == "invoice_queue"), None)


def stop_in_order(running: Running) -> str:
    """Ends it; the lines that it wrote meanwhile."""
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert time.monotonic() - began < 10
    assert of_home(running.home) == []
    return (running.home / "up.log").read_text().partition("Stopping.")[2]


def test_a_stopped_sensor_keeps_nothing_from_starting_and_stops_are_in_order(
    tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    home = tmp_path / "home"
    with started(home) as running:
        wait_until(lambda: sensor_state(running) is not None, 60)
        state = sensor_state(running)
        assert state is not None
        running.graphql(STOP, {"id": state["id"]})
        wait_until(lambda: (sensor_state(running) or {}).get("status") == "STOPPED", 30)
        assert "is killed" not in stop_in_order(running)

    ports = free_ports()
    running = Running(home, launch(home, ports), ports)
    with running.client:
        try:
            wait_until(lambda: sensor_state(running) is not None, 90)  # the UI is there
            log = " ".join((home / "up.log").read_text().split())
            assert "The sensor `invoice_queue` is stopped. Start the sensor `invoice_queue` in Dagster's UI" in log
            assert json.loads((home / "instance.json").read_text())["ready"] is False
            [sample] = sample_invoices(seed=61, count=1)
            assert running.upload("a.pdf", sample.pdf) is not None
            running.graphql(START)
            wait_until(lambda: running.stats().get("completed") == 1, 60)
            wait_until(lambda: json.loads((home / "instance.json").read_text())["ready"], 30)
            assert "is killed" not in stop_in_order(running)
        finally:
            running.process.terminate()
            running.process.wait(60)
