"""A backup's folder: database.dump, originals/, secrets/, and manifest.json with the sha256 and size of every file."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from psycopg.conninfo import conninfo_to_dict

from invoiceflow.adapters.embedded_postgres import EmbeddedPostgresError, program

MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
ORIGINALS: Final = "originals"
CURSOR_KEY: Final = "secrets/cursor.key"
FORMAT: Final = 1
NOT_INCLUDED: Final = ("Dagster's database: runs, events and partitions are made anew", "settings in environment variables")
PIECE: Final = 1 << 20
_VARIABLES: Final = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
}  # fmt: skip


class ArchiveError(Exception):
    """A backup cannot be made or restored; the text says why and what to do."""


@dataclass(frozen=True)
class FileFacts:
    """What the manifest says of one file."""

    sha256: str
    size: int


def write_file(folder: Path, name: str, pieces: Iterator[bytes]) -> FileFacts:
    """Writes a file of the backup, durably."""
    path = folder / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return FileFacts(digest.hexdigest(), size)


def facts_of(path: Path) -> FileFacts:
    """The sha256 and the size of a file that is there."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return FileFacts(digest.hexdigest(), path.stat().st_size)


def write_manifest(folder: Path, files: Mapping[str, FileFacts], about: Mapping[str, Any]) -> None:
    """Writes the manifest: a folder without it is no backup."""
    body = {"format": FORMAT, **about, "not_included": NOT_INCLUDED, "files": {k: asdict(v) for k, v in files.items()}}
    write_file(folder, MANIFEST, iter([json.dumps(body, indent=1).encode()]))


def verified(folder: Path) -> dict[str, FileFacts]:
    """The files of a backup, each read and compared with the manifest. Raises ArchiveError."""
    try:
        body = json.loads((folder / MANIFEST).read_text())
        files = {str(name): FileFacts(**facts) for name, facts in body["files"].items()}
        known = body["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(f"{folder} is no backup: its {MANIFEST} cannot be read ({error})") from None
    if not known:
        raise ArchiveError(f"{folder} was made by a newer InvoiceFlow (format {body['format']}); restore it with that")
    for name, facts in files.items():
        path = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise ArchiveError(f"{folder} is no backup: it names {name}")
        try:
            found = facts_of(path)
        except OSError as error:
            raise ArchiveError(
                f"{path} cannot be read ({error.strerror}): the backup is damaged; nothing was restored"
            ) from None
        if found != facts:
            raise ArchiveError(f"{path} is not what was backed up (its sha256 differs); nothing was restored")
    return files


def run_postgres(name: str, arguments: Sequence[str], database_url: str) -> None:
    """Runs pg_dump or pg_restore on a database, the password in its environment. Raises ArchiveError."""
    known = {key: str(value) for key, value in conninfo_to_dict(database_url).items() if value is not None}
    environment = {**os.environ, **{_VARIABLES[key]: value for key, value in known.items() if key in _VARIABLES}}
    try:
        done = subprocess.run(  # noqa: S603  our own words
            [program(name), *arguments], env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, EmbeddedPostgresError) as error:
        raise ArchiveError(f"{name} does not run: {error}") from None
    if done.returncode:
        raise ArchiveError(f"{name} failed: {' '.join(done.stderr.split())[-600:]}")
