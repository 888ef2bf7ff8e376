"""The daemon starts while the code server still starts: the imports take seconds, and both can do them at once.

The daemon looks for a code location that did not answer only every minute, so it must not look before the server listens.
"""

import os
import socket
import time

WAIT_SECONDS = 110.0


def wait_for_code_server() -> None:
    """Returns when DAGSTER_CODE_SERVER_PORT accepts connections, or after WAIT_SECONDS; at once without that variable."""
    port = int(os.environ.get("DAGSTER_CODE_SERVER_PORT") or 0)
    deadline = time.monotonic() + WAIT_SECONDS
    while port and not _accepts(port) and time.monotonic() < deadline:
        time.sleep(0.05)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
