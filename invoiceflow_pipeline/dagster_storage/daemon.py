"""Dagster's daemon, started while the code server still starts: the imports take seconds, and both can do them at once.

The daemon looks for a code location that did not answer only every minute, so it must not look before the server listens.
"""

import os
import socket
import time

WAIT_SECONDS = 110.0


def main() -> None:
    """`python -m invoiceflow_pipeline.dagster_storage.daemon run -w workspace.yaml`, with DAGSTER_CODE_SERVER_PORT set."""
    from dagster._daemon.cli import main as dagster_daemon

    from invoiceflow_pipeline.dagster_storage.storage_deadline import bound

    bound()
    port = int(os.environ["DAGSTER_CODE_SERVER_PORT"])
    deadline = time.monotonic() + WAIT_SECONDS
    while not _accepts(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    dagster_daemon()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
