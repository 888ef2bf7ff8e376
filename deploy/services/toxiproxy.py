#!/usr/bin/env python3
"""A proxy that breaks connections on demand (Shopify's toxiproxy), for tests: `toxiproxy.py start FOLDER`, `… stop FOLDER`.
Prints the URL of its API, by which proxies are made and broken; it knows none when it starts.

Needs Go, which builds it from its module, once. Python's standard library only.
"""

import sys
from pathlib import Path

import service_process
from service_process import ServiceProcess, free_ports
from versitygw import build_by_go, listens

VERSION = "v2.5.0"
MODULE = f"github.com/Shopify/toxiproxy/v2/cmd/server@{VERSION}"
START_SECONDS = 15


def start(folder: Path, port: int = 0) -> str:
    """Starts it and returns the URL of its API. Raises CannotStart."""
    program = build_by_go(MODULE, f"toxiproxy-{VERSION}", "server")
    [port] = free_ports(port)
    running = server(folder)
    process = running.start([str(program), "-host", "127.0.0.1", "-port", str(port)])
    running.wait(process, lambda: listens(port), START_SECONDS)
    return f"http://127.0.0.1:{port}"


def stop(folder: Path) -> None:
    """Ends the one of `folder`, if it runs, and every connection through it; waits until it is gone."""
    server(folder).stop()


def server(folder: Path) -> ServiceProcess:
    return ServiceProcess(folder, "proxy", "toxiproxy")


if __name__ == "__main__":
    sys.exit(service_process.main(__doc__, start, stop))
