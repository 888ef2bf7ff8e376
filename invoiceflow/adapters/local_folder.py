"""The embedded object store: a folder on this machine, with S3's promise that a put is whole or not at all."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from invoiceflow.ports.object_store import NoSuchObject, ObjectStore, StoredObject
from invoiceflow.ports.unavailable import Unavailable

T = TypeVar("T")

ROLE: Final = "object_store"
PIECE: Final = 256 * 1024
_NAME: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"  # never starts with a dot: those folders are the store's own
_KEY: Final = re.compile(rf"{_NAME}(/{_NAME})*")
_PREFIX: Final = re.compile(rf"({_NAME}/)*({_NAME})?")
_UNFINISHED: Final = ".unfinished"


class LocalFolderStore(ObjectStore):
    """Objects are files under `root`. Several processes may use one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str, metadata: Mapping[str, str]) -> None:
        """`metadata` is not kept: the row has the same, and a second file for it would cost as much as the first."""
        path = self._path(key)
        with _translated(key), self._written(_checked(content, size, sha256), synced=True) as unfinished:
            _in_folder(path, lambda: unfinished.rename(path))
            _sync_folder(path.parent)

    def get(self, key: str) -> bytes:
        with _translated(key):
            return self._path(key).read_bytes()

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        with _translated(key):
            file = self._path(key).open("rb")
        pieces = _pieces(file, key, start, end)
        next(pieces)  # begun, so that closing it before its first piece closes the file
        return pieces

    def head(self, key: str) -> StoredObject:
        with _translated(key):
            status = self._path(key).stat()
        if not stat.S_ISREG(status.st_mode):
            raise NoSuchObject(key)
        return _stored(key, status)

    def download_url(self, key: str, *, disposition: str, seconds: int) -> None:
        return None

    def delete(self, key: str) -> None:
        path = self._path(key)
        with suppress(NoSuchObject), _translated(key):
            path.unlink()

    def list(self, prefix: str) -> Iterator[StoredObject]:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"not the beginning of an object key: {prefix[:80]!r}")
        folder, slash, start = prefix.rpartition("/")
        return self._walk(self._root / folder, folder + slash, start)

    def check(self) -> None:
        with _translated("the folder"), self._written([b"ok"], synced=False) as path:
            path.unlink()

    def sweep(self, before: datetime) -> int:
        """Removes what interrupted puts left, when older than `before`; says how many files. Raises Unavailable."""
        count = 0
        with suppress(NoSuchObject), _translated(_UNFINISHED), os.scandir(self._root / _UNFINISHED) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):  # its put has just ended
                    if entry.stat().st_mtime < before.timestamp():
                        Path(entry).unlink()
                        count += 1
        return count

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key) or len(key) > 512:
            raise ValueError(f"not an object key: {key[:80]!r}")
        return self._root / key

    @contextmanager
    def _written(self, pieces: Iterable[bytes], *, synced: bool) -> Iterator[Path]:
        """A file with these bytes, to be renamed; it is removed if that fails."""
        path = self._root / _UNFINISHED / f"{os.getpid()}-{os.urandom(8).hex()}"
        # no file object, no look whether the folder is there: under load each system call may wait for a turn of the
        # interpreter, and a put has few that it needs
        descriptor = _in_folder(path, lambda: os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        try:
            try:
                for piece in pieces:
                    _write_whole(descriptor, piece)
                if synced:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            yield path
        except BaseException:
            path.unlink(missing_ok=True)
            raise

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


def _in_folder(path: Path, work: Callable[[], T]) -> T:
    """Makes the folder of `path` when `work` finds it missing."""
    try:
        return work()
    except FileNotFoundError:
        _make_folder(path.parent)
        return work()


def _make_folder(folder: Path) -> None:
    """A new folder's name must be as durable as what is put into it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_whole(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


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
    """The first piece is empty (see `stream`)."""
    with file, _translated(key):
        yield b""
        file.seek(start)
        left = None if end is None else end - start
        while (left is None or left > 0) and (piece := file.read(PIECE if left is None else min(PIECE, left))):
            left = None if left is None else left - len(piece)
            yield piece


@contextmanager
def _translated(key: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NoSuchObject(key) from error
    except OSError as error:
        raise Unavailable(ROLE, f"{error.strerror or error} ({key})") from error
