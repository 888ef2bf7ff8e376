#!/usr/bin/env python3
"""One real RabbitMQ node without a container engine, for trials and tests: `rabbitmq.py start FOLDER`, `… stop FOLDER`.
Prints its URL.

Needs the package rabbitmq-server (Debian, Ubuntu) or another installation whose `rabbitmq-server` is on the PATH; runs as any
user. Python's standard library only. Production runs RabbitMQ as its own documentation says, as a cluster, with TLS and users.
"""

import os
import shutil
import socket
import sys
from pathlib import Path

import service_process
from service_process import CannotStart, ServiceProcess, free_ports

PACKAGED = Path("/usr/lib/rabbitmq/bin")
"""Debian's rabbitmq-server on the PATH insists on root and changes the user; the one in here does not."""
NODE = "invoiceflow@localhost"
START_SECONDS = 90
CONFIGURATION = """# written by rabbitmq.py
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.relative = 0.3
"""


def start(folder: Path, port: int = 0) -> str:
    """Starts a node on the data in `folder` and returns its URL when it takes connections. Raises CannotStart."""
    program, epmd = find_programs()
    folder = folder.absolute()
    running = node(folder)
    if running.pid() is None:
        mapper(folder).stop()  # of a node that was killed
    port, node_port, mapper_port = free_ports(port, more=2)
    environment = node_environment(folder, port, node_port, mapper_port)
    # a port mapper of its own: one that Erlang starts would stay behind
    mapper(folder).start([str(epmd), "-address", "127.0.0.1", "-port", str(mapper_port)], environment)
    try:
        running.wait(running.start([str(program)], environment), lambda: answers(port), START_SECONDS)
    except CannotStart:
        mapper(folder).stop()
        raise
    return f"amqp://guest:guest@127.0.0.1:{port}/"


def stop(folder: Path) -> None:
    """Ends the node of `folder` and its port mapper, if they run; waits until they are gone."""
    node(folder).stop()
    mapper(folder).stop()


def missing() -> list[str]:
    """What is not installed and has to be, each in words that say how."""
    try:
        find_programs()
    except CannotStart as error:
        return [str(error)]
    return []


def node(folder: Path) -> ServiceProcess:
    return ServiceProcess(folder, "node", "rabbit")


def mapper(folder: Path) -> ServiceProcess:
    return ServiceProcess(folder, "mapper", "epmd")


def find_programs() -> tuple[Path, Path]:
    """The server and Erlang's port mapper."""
    server = PACKAGED / "rabbitmq-server"
    found = server if server.exists() else shutil.which("rabbitmq-server")
    epmd = shutil.which("epmd")
    if found is None or epmd is None:
        raise CannotStart("RabbitMQ is not installed (on Debian and Ubuntu: apt install rabbitmq-server)")
    return Path(found), Path(epmd)


def node_environment(folder: Path, port: int, node_port: int, mapper_port: int) -> dict[str, str]:
    (folder / "home").mkdir(parents=True, exist_ok=True)
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


def answers(port: int) -> bool:
    """Whether the protocol's first word is answered: the port alone is open before the node is ready."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(service_process.main(__doc__, start, stop))
