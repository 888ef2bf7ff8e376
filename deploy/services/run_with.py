#!/usr/bin/env python3
"""`run_with.py COMMAND …`: runs a command while real OpenSearch, S3 and RabbitMQ servers are up, then stops them.

They live on free ports in a temporary folder; the command finds them by the variables that the contract suites ask for.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import opensearch
import rabbitmq
import versitygw
from service_process import CannotStart


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="invoiceflow-services-") as folder, ExitStack() as running:
        search, objects, queue = (Path(folder) / name for name in ("opensearch", "s3", "rabbitmq"))
        try:
            running.callback(versitygw.stop, objects)
            objects_url = versitygw.start(objects)
            running.callback(opensearch.stop, search)
            search_url = opensearch.start(search)
            running.callback(rabbitmq.stop, queue)
            queue_url = rabbitmq.start(queue)
        except CannotStart as error:
            print(error, file=sys.stderr)
            return 1
        environment = {
            **os.environ,
            "INVOICEFLOW_TEST_OPENSEARCH_URL": search_url,
            "INVOICEFLOW_TEST_S3_URL": objects_url,
            "INVOICEFLOW_TEST_RABBITMQ_URL": queue_url,
            "AWS_ACCESS_KEY_ID": versitygw.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": versitygw.SECRET_KEY,
        }
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
