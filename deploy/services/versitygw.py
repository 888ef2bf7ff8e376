#!/usr/bin/env python3
"""One real S3 server (versitygw, on a folder) without a container engine, for trials and tests: `versitygw.py start FOLDER`,
`… stop FOLDER`. Prints its URL; the keys are `test` and `test-secret`.

Needs Go, which builds it from its module, once. Python's standard library only. Not for production.
"""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import service_process
from service_process import CannotStart, ServiceProcess, free_ports

VERSION = "v1.8.0"
MODULE = f"github.com/versity/versitygw/cmd/versitygw@{VERSION}"
BUILT = f"versitygw-{VERSION}"
ACCESS_KEY, SECRET_KEY = "test", "test-secret"
START_SECONDS = 30


def start(folder: Path, port: int = 0) -> str:
    """Starts a server on the objects in `folder` and returns its URL when it listens. Raises CannotStart."""
    program = build()
    for name in ("buckets", "metadata", "versions"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    [port] = free_ports(port)
    environment = {**os.environ, "ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    # objects' metadata lie beside them: not every file system has extended attributes
    beside = ["--sidecar", str(folder / "metadata"), "--versioning-dir", str(folder / "versions")]
    store = ["posix", *beside, str(folder / "buckets")]
    running = server(folder)
    process = running.start([str(program), "--port", f"127.0.0.1:{port}", *store], environment)
    running.wait(process, lambda: listens(port), START_SECONDS)
    return f"http://127.0.0.1:{port}"


def stop(folder: Path) -> None:
    """Ends the server of `folder`, if one runs; waits until it is gone."""
    server(folder).stop()


def missing() -> list[str]:
    """What is not installed and has to be, each in words that say how."""
    if kept(BUILT, "versitygw").is_file() or find_go():
        return []
    return [no_go(BUILT)]


def server(folder: Path) -> ServiceProcess:
    return ServiceProcess(folder, "server", "versitygw")


def build() -> Path:
    return build_by_go(MODULE, BUILT, "versitygw")


def build_by_go(module: str, folder: str, name: str) -> Path:
    """The program `name` of a module of Go, built the first time and kept in `folder` of the cache. Raises CannotStart."""
    program = kept(folder, name)
    if program.is_file():
        return program
    if (go := find_go()) is None:
        raise CannotStart(no_go(folder))
    done = subprocess.run(
        [go, "install", module],
        env={**os.environ, "GOBIN": str(program.parent), "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"Go could not build {folder}:\n{done.stderr[-2000:]}")
    return program


def kept(folder: str, name: str) -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "invoiceflow" / folder / name


def find_go() -> str | None:
    return shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")


def no_go(folder: str) -> str:
    return f"Go builds {folder} and is not installed (on Debian and Ubuntu: apt install golang)"


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(service_process.main(__doc__, start, stop))
