"""The assembled system: picked by settings, away when its database is away, and back by itself."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from invoiceflow import migrations
from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres
from invoiceflow.bootstrap import System, assemble, cursor_keys
from invoiceflow.ports.alert_outbox import Alert
from invoiceflow.ports.ingest_queue import Message
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import Settings, SettingsError, load
from tests.rows import added, new_id, now

PRODUCTION = {
    "DATABASE_URL": "postgresql://u:p@db/invoices",
    "S3_BUCKET": "b",
    "AWS_REGION": "eu-central-1",
    "RABBITMQ_URL": "amqp://mq",
    "OPENSEARCH_URL": "https://search",
    "INVOICEFLOW_CURSOR_SECRET": "s" * 32,
}


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that a test may stop: the session's serves the others."""
    server = EmbeddedPostgres(tmp_path / "postgres", {"fsync": "off"})
    server.start(["invoices"])
    yield server
    server.stop()


def embedded(home: Path, database_url: str) -> Settings:
    return load({"INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_HOME": str(home), "DATABASE_URL": database_url})


def test_a_stopped_database_is_unavailable_and_everything_comes_back_by_itself(
    own_server: EmbeddedPostgres, tmp_path: Path, wait_until: Callable[..., None]
) -> None:
    migrations.upgrade(own_server.url("invoices"))
    port = own_server.port
    with assemble(embedded(tmp_path, own_server.url("invoices")), application_name="tests", pool_size=4) as system:
        row = added(system.ingestions)
        system.queue.publish([Message(row.id, "before")])
        with system.queue.consumer(10) as consumer:
            [held] = consumer.receive(10, wait=1)
            own_server.stop()
            _assert_away(system)
            with pytest.raises(Unavailable):
                consumer.acknowledge([held])
        own_server.start([], port=port)
        wait_until(lambda: _works(system), 20)
        assert system.ingestions.get(row.id) == row
        with system.queue.consumer(10) as consumer:
            assert [(d.message, d.delivery_count) for d in consumer.receive(10, wait=5)] == [(held.message, 2)]


def _assert_away(system: System) -> None:
    checks = (system.ingestions.check, system.queue.check, system.search.check)
    calls: tuple[Callable[[], object], ...] = (
        system.queue.depth,
        lambda: added(system.ingestions),
        lambda: system.queue.publish([Message(new_id(), "c")]),
        lambda: system.alerts.add([Alert("key", "t", "b")], now()),
    )
    with ThreadPoolExecutor(8) as pool:  # together: each waits a few seconds for the database to come back
        for checked in pool.map(_refusal, checks):
            assert checked < 3
        for called in pool.map(_refusal, calls):
            assert called < 10
    system.objects.check()


def _refusal(call: Callable[[], object]) -> float:
    """After how many seconds it said that the database is away."""
    started = time.monotonic()
    with pytest.raises(Unavailable):
        call()
    return time.monotonic() - started


def _works(system: System) -> bool:
    try:
        system.ingestions.check()
        system.queue.check()
        system.search.check()
    except Unavailable:
        return False
    return True


def test_every_service_that_is_named_is_used_and_none_is_reached_for_it(tmp_path: Path) -> None:
    away = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
        "RABBITMQ_URL": "amqp://127.0.0.1:1/",
        "OPENSEARCH_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "INVOICEFLOW_HOME": str(tmp_path / "home"),
    }
    with assemble(load({**PRODUCTION, **away}), application_name="t", pool_size=1) as system:
        for check in (system.ingestions.check, system.objects.check, system.queue.check, system.search.check):
            with pytest.raises(Unavailable):
                check()
    assert not (tmp_path / "home").exists()  # no stand-in was made


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"RABBITMQ_URL": "http://mq"}, "RABBITMQ_URL"),
        ({"OPENSEARCH_URL": "amqp://search"}, "OPENSEARCH_URL"),
    ],
)
def test_a_service_named_in_part_or_wrongly_is_told_before_it_is_used(given: dict[str, str], missing: str) -> None:
    settings = load({"INVOICEFLOW_EMBEDDED": "true", "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", **given})
    with pytest.raises(SettingsError, match=missing), assemble(settings, application_name="t", pool_size=1):
        pytest.fail("nothing was assembled")


def test_an_embedded_system_needs_its_database_named() -> None:
    settings = load({"INVOICEFLOW_EMBEDDED": "true"})
    with pytest.raises(SettingsError, match="DATABASE_URL"), assemble(settings, application_name="t", pool_size=1):
        pytest.fail("nothing was assembled")


def test_a_system_whose_services_are_away_is_assembled_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    settings = embedded(tmp_path / "home", "postgresql://nobody@127.0.0.1:1/none")
    with assemble(settings, application_name="t", pool_size=1) as system:
        for check in (system.ingestions.check, system.objects.check):
            with pytest.raises(Unavailable):
                check()


def test_what_an_interrupted_put_left_is_removed_at_the_next_start(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "objects" / ".unfinished"
    folder.mkdir(parents=True)
    (folder / "1-old").write_bytes(b"half")
    (folder / "2-now").write_bytes(b"at work")
    os.utime(folder / "1-old", (0, 0))
    with assemble(settings, application_name="t", pool_size=1):
        assert [path.name for path in folder.iterdir()] == ["2-now"]


def test_the_cursor_key_is_made_once_for_all_processes_and_kept(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: tuple(cursor_keys(settings)), range(16)))
    assert len(set(made)) == 1
    assert len(made[0][0]) == 64
    assert stat.S_IMODE((settings.home / "cursor.key").stat().st_mode) == 0o600
    assert [path.name for path in settings.home.iterdir()] == ["cursor.key"]


def test_given_cursor_secrets_are_used_the_newest_first() -> None:
    settings = load({**PRODUCTION, "INVOICEFLOW_CURSOR_SECRET": "new", "INVOICEFLOW_PREVIOUS_CURSOR_SECRET": "old"})
    assert cursor_keys(settings) == [b"new", b"old"]
