"""Where an upload is buffered while it is checked: in memory if small, else in a folder of this process.

The process holds a lock on its folder for as long as it lives. The kernel releases the lock with the process, so that the
folder of a killed process is distinguishable from one in use.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

IN_MEMORY: Final = 512 * 1024
"""Bytes of one upload that are kept in memory. Most invoices are smaller, and creating and removing a file costs as much as the
rest of an upload's way to the object store."""
_PREFIX: Final = "uploads-"


class Spool:
    """The bytes of one upload so far. From IN_MEMORY bytes on they lie in a file, which is removed when the context is left."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where the file goes, if one is needed."""
        self._folder = folder
        self._pieces: list[bytes] = []
        self._size = 0
        self._file: BinaryIO | None = None
        self._path: Path | None = None

    def __enter__(self) -> Self:
        """Nothing is written before it is needed."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Removes the upload."""
        self._pieces = []
        if self._file is not None:
            with suppress(OSError):  # a full disk: the rest is not needed any more
                self._file.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Appends to the upload. Raises OSError when the disk is full."""
        self._size += len(piece)
        if self._file is None and self._size > IN_MEMORY:
            descriptor, name = tempfile.mkstemp(suffix=".pdf", dir=self._folder)
            self._path, self._file = Path(name), os.fdopen(descriptor, "wb")
            self._file.writelines(self._pieces)
            self._pieces = []
        if self._file is None:
            self._pieces.append(piece)
        else:
            self._file.write(piece)

    def whole(self) -> Path | bytes:
        """The whole upload; nothing may be written afterwards. Raises OSError when the disk is full."""
        if self._file is None or self._path is None:
            return b"".join(self._pieces)
        self._file.close()
        return self._path


@contextmanager
def opened(root: Path) -> Iterator[Path]:
    """This process's folder under `root`, removed at the end. Removes the folders of dead processes first. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / "lock"):  # no other process cleans up between the making of a folder and its lock
        for orphan in root.glob(f"{_PREFIX}*"):
            _remove_if_orphaned(orphan)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=root))
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove_if_orphaned(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        with suppress(BlockingIOError):  # its process lives
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(held)
