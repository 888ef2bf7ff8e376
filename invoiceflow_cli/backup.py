"""`invoiceflow backup` and `restore`: all invoices in one folder, taken while the system runs, and a new system made of it.

The database is dumped first and the originals are copied after it: an upload stores its original before its row, so each row
in the dump has its original. On the way back the originals come first, for the same reason.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from invoiceflow import __version__
from invoiceflow.adapters.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from invoiceflow.bootstrap import System, assemble
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.settings import SettingsError, load
from invoiceflow_cli import archive, instance
from invoiceflow_cli.archive import ArchiveError, FileFacts
from invoiceflow_cli.preflight import CannotStart, locked
from invoiceflow_cli.terminal import FAILED, OK, USAGE, report_error, report_note

RAW: Final = "raw/"
_EXPECTED: Final = (ArchiveError, Unavailable, SettingsError, CannotStart, EmbeddedPostgresError, psycopg.Error)


def backup(folder: Path, home: Path) -> int:
    """The exit code: 1 when it failed (nothing is left then), 2 when there is nothing to back up or the folder exists."""
    environment = instance.environment(home)
    if "DATABASE_URL" not in environment:
        report_error(f"No system runs in {home}: start it with `invoiceflow up`, or set DATABASE_URL and the others.")
        return USAGE
    if folder.exists():
        report_error(f"{folder} exists; a backup is never overwritten. Choose another name.")
        return USAGE
    unfinished = folder.absolute().with_name(f".{folder.absolute().name}.unfinished")
    return _reported("backed up", lambda: _backup(folder.absolute(), unfinished, environment, home), [unfinished])


def _backup(folder: Path, unfinished: Path, environment: dict[str, str], home: Path) -> str:
    shutil.rmtree(unfinished, ignore_errors=True)  # of one that was killed
    unfinished.mkdir(mode=0o700, parents=True)
    with assemble(load(environment), application_name="backup", pool_size=1) as system:
        dump = unfinished / archive.DUMP
        url = environment["DATABASE_URL"]
        archive.run_postgres("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"], url)
        dump.chmod(0o600)
        files = {archive.DUMP: archive.facts_of(dump)}
        for stored in system.objects.list(RAW):
            name = f"{archive.ORIGINALS}/{stored.key}"
            files[name] = archive.write_file(unfinished, name, system.objects.stream(stored.key))
        originals = len(files) - 1
        key = home / "cursor.key"
        if key.exists():
            files[archive.CURSOR_KEY] = archive.write_file(unfinished, archive.CURSOR_KEY, iter([key.read_bytes()]))
    about = {"invoiceflow": __version__, "created_at": datetime.now(UTC).isoformat(timespec="seconds")}
    archive.write_manifest(unfinished, files, about)
    unfinished.rename(folder)
    return f"The database and {originals} originals are in {folder}."


def restore(folder: Path, home: Path) -> int:
    """The exit code: 1 when it failed (nothing is left of it then), 2 when the target is not empty."""
    embedded = os.environ.get("INVOICEFLOW_EMBEDDED", "true").lower() not in ("false", "0", "no", "off")
    made: list[Path] = []
    return _reported("restored", lambda: _restore(folder, home, embedded, made), made)


def _restore(folder: Path, home: Path, embedded: bool, made: list[Path]) -> str:
    files = archive.verified(folder)
    with locked(home), _target(home.absolute(), embedded, made) as (system, url):
        if not embedded and _has_tables(url):
            raise ArchiveError("the database of DATABASE_URL is not empty; restore into an empty one")
        originals = _restore_originals(folder, files, system)
        arguments = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--dbname="]
        arguments[-1] += psycopg.conninfo.conninfo_to_dict(url)["dbname"]  # type: ignore[operator]  # both our URLs name one
        archive.run_postgres("pg_restore", [*arguments, str(folder / archive.DUMP)], url)
        if archive.CURSOR_KEY in files and embedded:
            archive.write_file(home, "cursor.key", iter([(folder / archive.CURSOR_KEY).read_bytes()]))
            made.append(home / "cursor.key")
    then = "Start it with `invoiceflow up`." if embedded else "Run `invoiceflow db upgrade` and `invoiceflow reindex` now."
    return f"The database and {originals} originals were restored. {then}"


def _restore_originals(folder: Path, files: dict[str, FileFacts], system: System) -> int:
    names = [name for name in files if name.startswith(f"{archive.ORIGINALS}/")]
    for name in names:
        facts = files[name]
        with (folder / name).open("rb") as content:
            key = name.removeprefix(f"{archive.ORIGINALS}/")
            system.objects.put(key, content, size=facts.size, sha256=facts.sha256, metadata={})
    return len(names)


@contextmanager
def _target(home: Path, embedded: bool, made: list[Path]) -> Iterator[tuple[System, str]]:
    """The empty system to restore into, and its database."""
    if not embedded:
        with assemble(load(), application_name="restore", pool_size=1) as system:
            yield system, os.environ["DATABASE_URL"]
        return
    for name in ("postgres", "objects", "cursor.key"):
        if (home / name).exists():
            raise ArchiveError(f"{home / name} exists: restore into an empty home (INVOICEFLOW_HOME), nothing is overwritten")
    made += [home / name for name in ("postgres", "postgres.password", "postgres.log", "objects")]
    server = EmbeddedPostgres(home / "postgres")
    try:
        server.start(["invoiceflow"])
        url = server.url("invoiceflow")
        environment = {**os.environ, "INVOICEFLOW_EMBEDDED": "true", "INVOICEFLOW_HOME": str(home), "DATABASE_URL": url}
        with assemble(load(environment), application_name="restore", pool_size=1) as system:
            yield system, url
    finally:
        server.stop()


def _has_tables(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=10) as connection:
        return connection.execute("SELECT to_regclass('ingestions')").fetchone() != (None,)


def _reported(done: str, work: Callable[[], str], to_remove: list[Path]) -> int:
    """Does it; on any failure, Ctrl-C included, removes what was written."""
    code = FAILED
    try:
        report_note(work())
        code = OK
    except OSError as error:
        report_error(f"Nothing was {done}: {error.strerror or error} ({error.filename or 'no file'}).")
    except _EXPECTED as error:
        report_error(f"Nothing was {done}: {error}.")
    finally:
        if code != OK:
            for path in to_remove:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    return code
