#!/usr/bin/env python3
"""One real RabbitMQ node without a container engine, for trials and tests: `rabbitmq.py start FOLDER`, `… stop FOLDER`.
Prints its URL.

Needs the package rabbitmq-server (Debian, Ubuntu) or another installation whose `rabbitmq-server` is on the PATH; runs as any
user. Python's standard library only. Production runs RabbitMQ as its own documentation says, as a cluster, with TLS and users.
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

PACKAGED = Path("/usr/lib/rabbitmq/bin")
"""Debian's rabbitmq-server on the PATH insists on root and changes the user; the one in here does not."""
NODE = "invoiceflow@localhost"
START_SECONDS = 90
STOP_SECONDS = 30
CONFIGURATION = """# written by rabbitmq.py
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.relative = 0.3
"""


class CannotStart(Exception):
    """What is missing, and what to do about it."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["start", "stop"])
    parser.add_argument("folder", type=Path, help="where the node keeps its data, log and pid")
    parser.add_argument("--port", type=int, default=0, help="AMQP port; a free one by default")
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
    """Starts a node on the data in `folder` and returns its URL when it takes connections. Raises CannotStart."""
    program, epmd = find_programs()
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if read_pid(folder, "node") is not None:
        raise CannotStart(f"a node runs on {folder} already")
    stop(folder)  # the port mapper of a node that was killed
    port, node_port, mapper_port = free_ports(port)
    environment = node_environment(folder, port, node_port, mapper_port)
    log = folder / "node.log"
    with log.open("ab") as out:
        # a port mapper of its own: one that Erlang starts would stay behind
        mapper = [str(epmd), "-address", "127.0.0.1", "-port", str(mapper_port)]
        launch(folder, "mapper", mapper, environment, out.fileno())
        node = launch(folder, "node", [str(program)], environment, out.fileno())
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if node.poll() is not None or time.monotonic() > deadline:
            stop(folder)
            end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            raise CannotStart(f"RabbitMQ did not start; {log} ends with\n{end}")
        time.sleep(0.1)
    return f"amqp://guest:guest@127.0.0.1:{port}/"


def stop(folder: Path) -> None:
    """Ends the node of `folder`, if one runs; waits until it is gone."""
    for name in ("node", "mapper"):
        if (pid := read_pid(folder, name)) is not None:
            os.kill(pid, signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while read_pid(folder, name) is not None:
                if time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                time.sleep(0.05)
        (folder / f"{name}.pid").unlink(missing_ok=True)


def read_pid(folder: Path, name: str = "node") -> int | None:
    """The pid of what runs on `folder` under `name`; None when nothing does, also when its number is another program's now."""
    try:
        pid = int((folder / f"{name}.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None
    listed = ["ps", "-ww", "-o", "stat=,args=", "-p", str(pid)]  # whole lines, however narrow the terminal
    about = subprocess.run(listed, capture_output=True, text=True, check=False).stdout
    ours = "rabbit" in about if name == "node" else "epmd" in about
    return pid if ours and not about.startswith("Z") else None


def find_programs() -> tuple[Path, Path]:
    """The server and Erlang's port mapper."""
    server = PACKAGED / "rabbitmq-server"
    found = server if server.exists() else shutil.which("rabbitmq-server")
    epmd = shutil.which("epmd")
    if found is None or epmd is None:
        raise CannotStart("RabbitMQ is not installed (on Debian and Ubuntu: apt install rabbitmq-server)")
    return Path(found), Path(epmd)


def node_environment(folder: Path, port: int, node_port: int, mapper_port: int) -> dict[str, str]:
    (folder / "home").mkdir(exist_ok=True)
    (folder / "rabbitmq.conf").write_text(CONFIGURATION)
    (folder / "enabled_plugins").write_text("[].")
    (folder / "environment").touch()
    return {
        **os.environ,
        "HOME": str(folder / "home"),  # of the Erlang cookie
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(mapper_port),
        "RABBITMQ_NODENAME": NODE,  # quorum queues keep it: a data folder is one node's
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(node_port),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "environment"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        # no shell in between, which would stay when the node is killed
        "RUNNING_UNDER_SYSTEMD": "true",
    }


def launch(folder: Path, name: str, command: list[str], environment: dict[str, str], out: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
    )
    (folder / f"{name}.pid").write_text(str(process.pid))
    return process


def free_ports(port: int) -> tuple[int, int, int]:
    with contextlib.ExitStack() as held:
        ports = []
        for wanted in (port, 0, 0):
            one = held.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of a killed node linger on its port
            one.bind(("127.0.0.1", wanted))
            ports.append(one.getsockname()[1])
        return ports[0], ports[1], ports[2]


def answers(port: int) -> bool:
    """Whether the protocol's first word is answered: the port alone is open before the node is ready."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
