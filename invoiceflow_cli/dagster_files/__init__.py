"""Dagster's configuration files as `invoiceflow up` uses them, inside the package so that a wheel needs no checkout.

The checkout has them for people too: `dagster.yaml`, `workspace.yaml` and `deploy/dagster.yaml` (`dagster-s3.yaml` here).
A test keeps them equal.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
WORKSPACE: Final = FOLDER / "workspace.yaml"
INSTANCE: Final = FOLDER / "dagster.yaml"
INSTANCE_WITH_S3: Final = FOLDER / "dagster-s3.yaml"
