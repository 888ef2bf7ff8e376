#!/usr/bin/env python3
"""`run_with.py COMMAND …`: runs a command, that is a test run, while all real services are up in a temporary folder.

The tests find them by variables of their own: what a test starts on embedded stand-ins must not meet them.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import services
from service_process import CannotStart


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="invoiceflow-services-") as name:
        folder = Path(name)
        try:
            named = services.start(folder, "native")  # the tests stop and kill them by their pids
        except CannotStart as error:
            print(error, file=sys.stderr)
            return 1
        try:
            return subprocess.run(sys.argv[1:], env={**os.environ, **for_tests(folder, named)}, check=False).returncode
        finally:
            services.stop(folder)


def for_tests(folder: Path, named: dict[str, str]) -> dict[str, str]:
    return {
        "INVOICEFLOW_TEST_SERVICES": str(folder),
        "INVOICEFLOW_TEST_OPENSEARCH_URL": named["OPENSEARCH_URL"],
        "INVOICEFLOW_TEST_S3_URL": named["AWS_ENDPOINT_URL_S3"],
        "INVOICEFLOW_TEST_RABBITMQ_URL": named["RABBITMQ_URL"],
        "AWS_ACCESS_KEY_ID": named["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": named["AWS_SECRET_ACCESS_KEY"],
    }


if __name__ == "__main__":
    sys.exit(main())
