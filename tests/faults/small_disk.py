"""A data folder on a file system of its own that can be filled: a tmpfs, where the test may mount one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

MEGABYTES: Final = 256
FILLER: Final = "filler"


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mounted on `folder` for as long as the context lasts; its logs are kept beside it. Where that is not allowed, the folder
    stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = _done("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        if mounted:
            _keep_logs(folder, folder.with_name(f"{folder.name}-logs"))
        if mounted and not _done("umount", str(folder)):
            _done("umount", "--lazy", str(folder))  # a process that ended badly still holds something of it


def is_small(folder: Path) -> bool:
    """Whether it can be filled without filling the machine's disk."""
    return folder.is_mount()


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Not a byte more goes into `folder`."""
    filler = folder / FILLER
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while True:
                        file.write(os.urandom(size))
        yield
    finally:
        filler.unlink(missing_ok=True)


def _keep_logs(folder: Path, kept: Path) -> None:
    for log in folder.rglob("*.log"):
        kept.mkdir(exist_ok=True)
        shutil.copyfile(log, kept / log.name)


def _done(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
