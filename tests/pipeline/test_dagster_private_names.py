"""Everything that the pipeline uses of Dagster without a promise: an upgrade that changes one fails here, with its name.

docs/upgrading-dagster.md says what to do then.
"""

import ast
import importlib
import inspect
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from invoiceflow_pipeline.dagster_storage.programs import PROGRAMS, Eventful, logger_setup

PIPELINE = Path(__file__).parents[2] / "invoiceflow_pipeline"
PRIVATE = ("dagster._", "dagster_postgres.", "dagster_celery.", "dagster_shared.")
SIGNATURES = {
    "dagster._core.storage.event_log.sql_event_log:SqlEventLogStorage._event_to_row": ["self", "event"],
    "dagster._core.storage.event_log.sql_event_log:SqlEventLogStorage._store_asset_event_tags": None,
    "dagster._core.storage.event_log.sql_event_log:SqlEventLogStorage._store_asset_event": [
        "self",
        "conn",
        "event",
        "event_id",
    ],
    "dagster_postgres.utils:create_pg_engine": None,
    "dagster._core.storage.runs.base:RunStorage.get_cursor_values": ["self", "keys"],
    "dagster._core.storage.runs.base:RunStorage.set_cursor_values": ["self", "pairs"],
    "dagster._core.run_coordinator.queued_run_coordinator:QueuedRunCoordinator.submit_run": ["self", "context"],
    "dagster._core.instance:DagsterInstance.launch_run": ["self", "run_id", "workspace"],
    "dagster._utils.log:configure_loggers": ["handler", "formatter", "log_level"],
}
COLUMNS = {
    "AssetCheckExecutionsTable": {
        "asset_key",
        "check_name",
        "partition",
        "run_id",
        "execution_status",
        "evaluation_event",
        "evaluation_event_timestamp",
        "evaluation_event_storage_id",
        "materialization_event_storage_id",
    },
    "DynamicPartitionsTable": {"partitions_def_name", "partition"},
    "SqlEventLogStorageTable": {"id", "run_id", "timestamp", "asset_key", "dagster_event_type", "partition"},
}


def private_imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PRIVATE):
            names |= {f"{node.module}:{alias.name}" for alias in node.names}
    return names


def test_private_names_are_used_in_one_place_only() -> None:
    users = {path for path in PIPELINE.rglob("*.py") if private_imports(path)}
    assert users
    assert {path.parent.name for path in users} == {"dagster_storage"}


@pytest.mark.parametrize("path", sorted((PIPELINE / "dagster_storage").glob("*.py")), ids=lambda path: path.stem)
def test_each_module_there_says_what_it_rests_on(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert not private_imports(path) or "not public" in docstring or "none is public" in docstring, path.name


def test_every_private_name_exists() -> None:
    for path in PIPELINE.rglob("*.py"):
        for name in private_imports(path):
            module, attribute = name.split(":")
            assert hasattr(importlib.import_module(module), attribute), f"{name}, used by {path.name}"


@pytest.mark.parametrize("name", SIGNATURES)
def test_what_is_called_takes_what_it_took(name: str) -> None:
    module, _, path = name.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    parameters = list(inspect.signature(found).parameters)  # type: ignore[arg-type]  # each is a function
    assert SIGNATURES[name] is None or parameters == SIGNATURES[name]


@pytest.mark.parametrize("table", COLUMNS)
def test_the_tables_have_the_columns_that_are_written(table: str) -> None:
    schema = importlib.import_module("dagster._core.storage.event_log.schema")
    assert {column.name for column in getattr(schema, table).c} >= COLUMNS[table]


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_has_its_start_and_sets_up_its_loggers(program: str) -> None:
    start, sets_up_loggers = PROGRAMS[program]
    assert callable(importlib.import_module(start).main)
    assert "configure_loggers(" in inspect.getsource(importlib.import_module(sets_up_loggers))


def test_a_program_that_is_none_is_named_as_such() -> None:
    command = [sys.executable, "-m", "invoiceflow_pipeline.dagster_storage.programs", "nothing"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "daemon|code-server|webserver" in ended.stderr


@pytest.mark.parametrize(
    ("line", "level", "passes"),
    [
        ("Checking for new runs for sensor: invoice_queue", logging.INFO, False),
        ("Sensor invoice_queue skipped: 0 waiting, 1 consumers, 0 starting", logging.INFO, False),
        ("Checking run eb46b536", logging.INFO, False),
        ("Not checking for any runs since no schedules have been started.", logging.INFO, False),
        ("Schedule reprocess_due skipped: nothing is due", logging.INFO, False),
        ("Evaluating schedule `reprocess_due` at 2026-03-01 09:02:00 +0000", logging.INFO, False),
        ("Collected 1 runs for monitoring", logging.INFO, False),
        ("Sensor alerts failed", logging.INFO, True),
        ("Completed launch of run 1 for invoice_queue", logging.INFO, True),
        ("Sensor invoice_queue skipped: odd", logging.ERROR, True),
    ],
)
def test_the_daemon_logs_what_happened_and_no_look_that_found_nothing(line: str, level: int, passes: bool) -> None:
    record = logging.LogRecord("dagster.daemon.SensorDaemon", level, "", 0, line, None, None)
    assert Eventful().filter(record) is passes


def test_dagsters_lines_take_the_systems_form(monkeypatch: pytest.MonkeyPatch) -> None:
    program = """
import logging, warnings
from invoiceflow_pipeline.dagster_storage.programs import logger_setup
logger_setup("daemon")("default", formatter="colored", log_level="INFO")
logging.getLogger("dagster.daemon.SensorDaemon").info("Sensor x skipped: nothing")
logging.getLogger("alembic.runtime.migration").info("Context impl PostgresqlImpl.")
warnings.warn("in preview, and may\\nchange")
logging.getLogger("dagster.daemon.SensorDaemon").error("It broke")
"""
    environment = {"LOG_FORMAT": "json", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PIPELINE.parent)}
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    warned, broke = (json.loads(line) for line in (ended.stdout + ended.stderr).splitlines())
    assert (warned["logger"], warned["level"]) == ("py.warnings", "INFO")  # nothing for the terminal of `up`
    assert (broke["service"], broke["level"], broke["message"]) == ("daemon", "ERROR", "It broke")
    assert callable(logger_setup("daemon"))
