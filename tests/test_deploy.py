"""What stands in two files for two kinds of machines says the same."""

from pathlib import Path

import yaml

from invoiceflow_cli import dagster_files

TOP = Path(__file__).parents[1]


def test_dagsters_production_settings_are_those_at_the_top_but_for_the_runs_output() -> None:
    embedded = yaml.safe_load((TOP / "dagster.yaml").read_text())
    production = yaml.safe_load((TOP / "deploy" / "dagster.yaml").read_text())
    assert embedded.pop("compute_logs")["class"] == "LocalComputeLogManager"
    assert production.pop("compute_logs")["class"] == "S3ComputeLogManager"
    assert production == embedded


def test_dagsters_settings_for_celery_are_the_production_ones_but_for_the_launcher() -> None:
    production = yaml.safe_load((TOP / "deploy" / "dagster.yaml").read_text())
    celery = yaml.safe_load((TOP / "deploy" / "celery" / "dagster.yaml").read_text())
    assert production.pop("run_launcher")["class"] == "DefaultRunLauncher"
    assert celery.pop("run_launcher")["class"] == "CeleryRunLauncher"
    assert celery == production


def test_the_files_that_a_wheel_brings_along_are_those_of_the_checkout() -> None:
    pairs = {
        dagster_files.INSTANCE: TOP / "dagster.yaml",
        dagster_files.INSTANCE_WITH_S3: TOP / "deploy" / "dagster.yaml",
        dagster_files.WORKSPACE: TOP / "workspace.yaml",
    }
    for packaged, checkout in pairs.items():
        assert packaged.read_text() == checkout.read_text(), f"copy {checkout.relative_to(TOP)} to {packaged}"
