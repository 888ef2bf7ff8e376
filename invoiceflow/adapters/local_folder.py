"""The embedded object store: a folder on this machine, with S3's promise that a put is whole or not at all."""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from invoiceflow.ports.object_store import NoSuchObject, ObjectStore, StoredObject
from invoiceflow.ports.unavailable import Unavailable

ROLE: Final = "object_store"
PIECE: Final = 256 * 1024
_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_UNFINISHED: Final = ".put-"  # keys never start with a dot, so a half-written file is never an object


class LocalFolderStore(ObjectStore):
    """Objects are files under `root`; metadata lies beside them in `.meta/`. Several processes may use one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str, metadata: Mapping[str, str]) -> None:
        path = self._path(key)
        with _translated(key):
            self._write(self._metadata_path(key), iter([orjson.dumps({"sha256": sha256, "size": size, **metadata})]))
            self._write(path, _checked(content, size, sha256))

    def get(self, key: str) -> bytes:
        with _translated(key):
            return self._path(key).read_bytes()

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        with _translated(key):
            file = self._path(key).open("rb")
        return _pieces(file, key, start, end)

    def head(self, key: str) -> StoredObject:
        with _translated(key):
            return _stored(key, self._path(key).stat())

    def delete(self, key: str) -> None:
        for path in (self._path(key), self._metadata_path(key)):
            with suppress(NoSuchObject), _translated(key):
                path.unlink()

    def list(self, prefix: str) -> Iterator[StoredObject]:
        folder, _, start = prefix.rpartition("/")
        yield from self._walk(self._root / folder if folder else self._root, f"{folder}/" if folder else "", start)

    def check(self) -> None:
        with _translated("the folder"):
            self._root.mkdir(parents=True, exist_ok=True)
            probe = self._root / f"{_UNFINISHED}check-{os.getpid()}-{os.urandom(4).hex()}"
            probe.write_bytes(b"ok")
            probe.unlink()

    def sweep(self, before: datetime) -> int:
        """Removes what interrupted puts left, when older than `before`; says how many files."""
        count = 0
        for path in self._root.rglob(f"{_UNFINISHED}*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    count += 1
        return count

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key) or len(key) > 512:
            raise ValueError(f"not an object key: {key[:80]!r}")
        return self._root / key

    def _metadata_path(self, key: str) -> Path:
        return self._root / ".meta" / f"{key}.json"

    def _write(self, path: Path, pieces: Iterator[bytes]) -> None:
        """Durable once it returns: the file's bytes, then its name."""
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.parent / f"{_UNFINISHED}{os.getpid()}-{os.urandom(8).hex()}"
        try:
            with unfinished.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _walk(self, folder: Path, base: str, start: str) -> Iterator[StoredObject]:
        with suppress(NoSuchObject), _translated(base), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or not entry.name.startswith(start):
                    continue
                if entry.is_dir():
                    yield from self._walk(folder / entry.name, f"{base}{entry.name}/", "")
                    continue
                with suppress(FileNotFoundError):  # deleted since
                    yield _stored(base + entry.name, entry.stat())


def _stored(key: str, status: os.stat_result) -> StoredObject:
    return StoredObject(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _checked(content: BinaryIO, size: int, sha256: str) -> Iterator[bytes]:
    digest, left = hashlib.sha256(), size
    while left > 0 and (piece := content.read(min(PIECE, left))):
        digest.update(piece)
        left -= len(piece)
        yield piece
    if left or digest.hexdigest() != sha256.lower():
        raise ValueError("the content is not what its size and sha256 say")


def _pieces(file: BinaryIO, key: str, start: int, end: int | None) -> Iterator[bytes]:
    with file, _translated(key):
        file.seek(start)
        left = None if end is None else end - start
        while (left is None or left > 0) and (piece := file.read(PIECE if left is None else min(PIECE, left))):
            left = None if left is None else left - len(piece)
            yield piece


@contextmanager
def _translated(key: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NoSuchObject(key) from error
    except OSError as error:
        raise Unavailable(ROLE, f"{error.strerror or error} ({key})") from error
