"""Where uploads lie while they are checked: a folder for each process, locked while that process lives.

The lock is the kernel's and goes with the process, so that what a killed one left can be told from what others are using.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "uploads-"


@contextmanager
def opened(root: Path) -> Iterator[Path]:
    """This process's folder under `root`, removed at the end; removes those of dead processes first. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / "lock"):  # nobody sweeps between the making of a folder and its lock
        for left in root.glob(f"{_PREFIX}*"):
            _remove_if_left(left)
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


def _remove_if_left(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        with suppress(BlockingIOError):  # a living process holds it
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(held)
