"""The restore drill: back up, restore elsewhere, everything is there under the same ids and found; damage is refused."""

import hashlib
import io
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres
from invoiceflow.bootstrap import System, assemble
from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.settings import load
from invoiceflow_cli.main import app
from tests.rows import added

CONTENT = b"%PDF-1.7 an invoice"


def run(system: System, *words: str, home: Path | None = None) -> Result:
    settings = system.settings
    assert settings.database_url is not None
    environment = {
        "INVOICEFLOW_EMBEDDED": "true",
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "INVOICEFLOW_HOME": str(home or settings.home),
    }
    return CliRunner().invoke(app, list(words), env=environment)


@pytest.fixture
def stored(system: System) -> Ingestion:
    one = added(system.ingestions)
    digest = hashlib.sha256(CONTENT).hexdigest()
    system.objects.put(one.s3_key, io.BytesIO(CONTENT), size=len(CONTENT), sha256=digest, metadata={})
    return one


def test_what_was_backed_up_is_there_again_under_the_same_ids(system: System, stored: Ingestion, tmp_path: Path) -> None:
    folder, home = tmp_path / "backup", tmp_path / "new"
    result = run(system, "backup", str(folder))
    assert result.exit_code == 0, result.output
    assert folder.stat().st_mode & 0o777 == 0o700
    assert run(system, "backup", str(folder)).exit_code == 2  # never overwritten
    result = run(system, "restore", str(folder), home=home)
    assert result.exit_code == 0, result.output
    server = EmbeddedPostgres(home / "postgres")
    server.start([])
    try:
        environment = {"INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_HOME": str(home), "DATABASE_URL": server.url("invoiceflow")}
        with assemble(load(environment), application_name="test", pool_size=1) as restored:
            assert restored.ingestions.get(stored.id) == system.ingestions.get(stored.id)
            assert restored.objects.get(stored.s3_key) == CONTENT
    finally:
        server.stop()
    assert run(system, "restore", str(folder), home=home).exit_code == 1  # nor is a home


def test_a_damaged_backup_is_refused_before_anything_is_written(system: System, stored: Ingestion, tmp_path: Path) -> None:
    folder, home = tmp_path / "backup", tmp_path / "new"
    assert run(system, "backup", str(folder)).exit_code == 0
    (folder / "originals" / stored.s3_key).write_bytes(b"something else")
    result = run(system, "restore", str(folder), home=home)
    assert (result.exit_code, "sha256 differs" in result.output) == (1, True)
    assert not (home / "postgres").exists()


def test_a_backup_that_fails_leaves_nothing(system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("invoiceflow_cli.archive.write_manifest", full)
    result = run(system, "backup", str(tmp_path / "backup"))
    assert (result.exit_code, "No space left" in result.output) == (1, True)
    assert not list(tmp_path.glob("*backup*"))
    assert not list(tmp_path.glob(".*backup*"))
