"""What the pipeline's processes report of themselves: who lives, what waits inside a process, which sensors are stopped."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

DAEMON: Final = "daemon"
"""The source that Dagster's daemon reports as; a consumer run reports as its run id."""


@dataclass(frozen=True, slots=True)
class PipelineReport:
    """`ocr_pages_waiting`: scanned pages that a consumer has in hand and that are not recognised yet. `stopped`: names of
    sensors and schedules that somebody has stopped (the daemon's report)."""

    source: str
    ocr_pages_waiting: int = 0
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceivedReport:
    """The latest report of a source, and its age by the database's clock."""

    report: PipelineReport
    age: timedelta


class PipelineReports(ABC):
    """Every method raises `Unavailable` when the database cannot be reached. Safe to use from many threads."""

    @abstractmethod
    def report(self, report: PipelineReport) -> None:
        """Takes the place of what this source reported before."""

    @abstractmethod
    def latest(self) -> Sequence[ReceivedReport]:
        """The latest report of each source, of whatever age."""

    @abstractmethod
    def withdraw(self, source: str) -> None:
        """Removes what a source reported that ends in order."""

    @abstractmethod
    def forget(self, older_than: timedelta) -> None:
        """Removes reports of consumers that ended without a word. The daemon's stays: its silence is news."""
