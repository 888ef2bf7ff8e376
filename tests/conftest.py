"""One embedded PostgreSQL for the whole test run, a fresh migrated database for each test, and the system assembled on it."""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from invoiceflow import migrations
from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres
from invoiceflow.bootstrap import System, assemble
from invoiceflow.database import Database
from invoiceflow.settings import Settings, load

TEMPLATE = "invoiceflow_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="keep what the extractor reads now as the golden set")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """Nothing here must survive a power cut, so nothing is synced."""
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "data", quick)
    server.start([TEMPLATE])
    try:
        migrations.upgrade(server.url(TEMPLATE))
        yield server
    finally:
        server.stop()


_numbers = itertools.count(1)


@pytest.fixture
def empty_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    yield from _created(postgres, "template1")


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    yield from _created(postgres, TEMPLATE)


def _created(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield postgres.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, application_name="tests", size=20)
    yield database
    database.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return load(
        {
            "INVOICEFLOW_EMBEDDED": "true",
            "DATABASE_URL": database_url,
            "INVOICEFLOW_HOME": str(tmp_path / "home"),
            "RETRY_DELAY_SECONDS": "0.01",
            "INVOICEFLOW_EXTRACT_WORKERS": "1",
        }
    )


@pytest.fixture
def system(settings: Settings) -> Iterator[System]:
    with assemble(settings, application_name="tests", pool_size=20) as system:
        yield system


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """Waits for a condition, failing the test when it does not come true in time."""

    def wait(condition: Callable[[], object], seconds: float = 30.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "the condition did not come true in time"
            time.sleep(0.01)

    return wait
