"""One thing that `invoiceflow doctor` looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """`mend` is empty when all is well; `advice` is what could be better and keeps nothing from working."""

    what: str
    found: str
    mend: str = ""
    advice: str = ""
