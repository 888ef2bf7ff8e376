"""Dagster's daemon by its former name: `python -m invoiceflow_pipeline.dagster_storage.daemon run -w workspace.yaml`."""

import sys

from invoiceflow_pipeline.dagster_storage.programs import main

if __name__ == "__main__":
    sys.argv.insert(1, "daemon")
    main()
