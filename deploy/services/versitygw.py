#!/usr/bin/env python3
"""One real S3 server (versitygw, on a folder) without a container engine, for trials and tests: `versitygw.py start FOLDER`,
`… stop FOLDER`. Prints its URL; the keys are `test` and `test-secret`.

Needs Go, which builds it from its module, once. Python's standard library only. Not for production.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

VERSION = "v1.8.0"
MODULE = f"github.com/versity/versitygw/cmd/versitygw@{VERSION}"
ACCESS_KEY, SECRET_KEY = "test", "test-secret"
START_SECONDS = 30
STOP_SECONDS = 15


class CannotStart(Exception):
    """What is missing, and what to do about it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path, help="where the server keeps its objects, log and pid")
    parser.add_argument("--port", type=int, default=0, help="a free one by default")
    given = parser.parse_args()
    try:
        if given.action == "stop":
            stop(given.folder)
        else:
            print(start(given.folder, given.port))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def start(folder: Path, port: int = 0) -> str:
    """Starts a server on the objects in `folder` and returns its URL when it listens. Raises CannotStart."""
    program = build()
    (folder / "buckets").mkdir(parents=True, exist_ok=True)
    if read_pid(folder) is not None:
        raise CannotStart(f"a server runs on {folder} already")
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
        port = free.getsockname()[1]
    environment = {**os.environ, "ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}
    # objects' metadata lie beside them: not every file system has extended attributes
    command = [
        str(program),
        "--port",
        f"127.0.0.1:{port}",
        "posix",
        "--sidecar",
        str(folder / "metadata"),
        str(folder / "buckets"),
    ]
    (folder / "metadata").mkdir(exist_ok=True)
    log = folder / "server.log"
    with log.open("ab") as out:
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    (folder / "server.pid").write_text(str(server.pid))
    deadline = time.monotonic() + START_SECONDS
    while not listens(port):
        if server.poll() is not None or time.monotonic() > deadline:
            stop(folder)
            end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise CannotStart(f"versitygw did not start; {log} ends with\n{end}")
        time.sleep(0.1)
    return f"http://127.0.0.1:{port}"


def stop(folder: Path) -> None:
    """Ends the server of `folder`, if one runs; waits until it is gone."""
    if (pid := read_pid(folder)) is not None:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while read_pid(folder) is not None:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.1)
    (folder / "server.pid").unlink(missing_ok=True)


def read_pid(folder: Path) -> int | None:
    """The pid of the server that runs on `folder`; None when none does, also when its number is another program's now."""
    try:
        pid = int((folder / "server.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None
    about = subprocess.run(["ps", "-o", "stat=,args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return pid if "versitygw" in about and not about.startswith("Z") else None


def build() -> Path:
    """The program, built by Go the first time."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "invoiceflow"
    program = cache / f"versitygw-{VERSION}" / "versitygw"
    if program.is_file():
        return program
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if go is None:
        raise CannotStart("Go builds versitygw and is not installed (on Debian and Ubuntu: apt install golang)")
    done = subprocess.run(
        [go, "install", MODULE],
        env={**os.environ, "GOBIN": str(program.parent), "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"Go could not build versitygw:\n{done.stderr[-2000:]}")
    return program


def listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
