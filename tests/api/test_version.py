"""One version: the package's, in every place that tells it; VERSION overrides it."""

import logging
import tomllib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import invoiceflow
from invoiceflow.settings import Settings, load
from invoiceflow_api.ingest import main as ingest
from invoiceflow_api.query import main as query

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())


@pytest.mark.parametrize("program", [ingest, query], ids=["ingest", "query"])
@pytest.mark.parametrize("override", [None, "2.3.4-rc1"], ids=["package", "override"])
def test_every_place_tells_the_same_version(
    program: object, override: str | None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    expected = override or invoiceflow.__version__
    chosen = settings if override is None else settings.model_copy(update={"version": override})
    with TestClient(program.application(chosen)) as api:  # type: ignore[attr-defined]  # both modules have it
        assert api.get("/version").json() == {"version": expected}
        assert api.get("/openapi.json").json()["info"]["version"] == expected
        assert f'invoiceflow_build_info{{version="{expected}"}} 1.0' in api.get("/metrics").text
    assert any(f"API {expected} started" in record.getMessage() for record in caplog.records)


def test_the_package_has_no_version_of_its_own() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "invoiceflow.__version__"}
    assert load({"INVOICEFLOW_EMBEDDED": "true"}).version == invoiceflow.__version__
