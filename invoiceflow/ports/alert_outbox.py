"""Alerts that must go out once: written down first, sent then, marked when the target took them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlertSeverity(StrEnum):
    """What an alert asks for: ERROR wants somebody now, WARNING a look."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Alert:
    """`key` makes it unique for ever (`check:<event id>`, `run:<run id>`): raised again, it is not sent again. `title` is one
    line; `body` plain text that names the file, the reason and the time; `url` leads to what it is about."""

    key: str
    title: str
    body: str
    severity: AlertSeverity = AlertSeverity.ERROR
    url: str | None = None


class AlertOutbox(ABC):
    """Every method raises `Unavailable` when the database cannot be reached."""

    @abstractmethod
    def add(self, alerts: Sequence[Alert], now: datetime) -> int:
        """Writes down those whose key is new; says how many."""

    @abstractmethod
    def unsent(self, limit: int) -> list[Alert]:
        """What has not gone out, oldest first."""

    @abstractmethod
    def mark_sent(self, keys: Sequence[str], now: datetime) -> None: ...

    @abstractmethod
    def mark_failed(self, keys: Sequence[str], reason: str, now: datetime) -> None:
        """The target did not take them: attempts + 1, the reason kept; they stay unsent."""
