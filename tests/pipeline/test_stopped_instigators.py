"""A sensor that somebody stopped is named, without Dagster being loaded for it."""

import psycopg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget

from invoiceflow_pipeline.dagster_storage.stopped_instigators import StoppedInstigator, stopped_instigators
from tests.pipeline.test_events import stored_in


def test_a_stopped_sensor_and_a_stopped_schedule_are_named_until_they_are_started(empty_database_url: str) -> None:
    assert stopped_instigators(empty_database_url) == []  # before there are any tables
    module = "invoiceflow_pipeline.definitions"
    target = ModuleTarget(module_name=module, attribute=None, working_directory=None, location_name="invoiceflow")
    with stored_in(empty_database_url) as instance, WorkspaceProcessContext(instance, target) as workspace:
        assert stopped_instigators(empty_database_url) == []
        [location] = workspace.create_request_context().code_locations
        [repository] = location.get_repositories().values()
        sensor, schedule = repository.get_sensor("invoice_queue"), repository.get_schedule("retention")
        instance.stop_sensor(sensor.get_remote_origin_id(), sensor.selector_id, sensor)
        instance.stop_schedule(schedule.get_remote_origin_id(), schedule.selector_id, schedule)
        found = stopped_instigators(empty_database_url)
        assert found == [StoppedInstigator("retention", "schedule"), StoppedInstigator("invoice_queue", "sensor")]
        assert "invoice_queue" in found[1].how_to_start
        instance.start_sensor(sensor)
        assert [one.name for one in stopped_instigators(empty_database_url)] == ["retention"]


def test_a_database_that_cannot_be_reached_is_an_error() -> None:
    with pytest.raises(psycopg.Error):
        stopped_instigators("postgresql://nobody@127.0.0.1:1/none")
