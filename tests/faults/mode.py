"""How long and how hard: short for every change, full for a release (`make faults`). Read from the environment."""

import os
from dataclasses import dataclass
from typing import Final

from tests.faults.own_services import NAMES, Name

MODE: Final = "INVOICEFLOW_FAULTS"
RATE: Final = "INVOICEFLOW_FAULTS_RATE"


@dataclass(frozen=True, slots=True)
class Mode:
    """Seconds: `before` of steady uploads before the fault, `down` that a killed service stays away, `broken` that a
    connection, the store or the disk is disturbed, `killing` in which processes are killed. `rate` is uploads a second. `dying`
    services are those whose connections die without a word."""

    before: float
    down: float
    broken: float
    killing: float
    rate: float
    dying: tuple[Name, ...]


def chosen() -> Mode:
    """`INVOICEFLOW_FAULTS=full` is the full one. A machine that cannot take 20 uploads a second is told so by
    `INVOICEFLOW_FAULTS_RATE`."""
    rate = float(os.environ.get(RATE, "20"))
    if os.environ.get(MODE) == "full":
        return Mode(before=5.0, down=60.0, broken=30.0, killing=300.0, rate=rate, dying=NAMES)
    return Mode(before=1.0, down=3.0, broken=4.0, killing=12.0, rate=rate, dying=("postgresql",))
