"""Who is handling an upload now: claims that end with the process that holds them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager


class ClaimHeld(Exception):
    """A living process, perhaps this one, holds the claim."""


class UploadClaims(ABC):
    """Claims by name, among all processes on one database. Safe to use from many threads."""

    @abstractmethod
    def hold(self, name: str) -> AbstractContextManager[Callable[[], bool]]:
        """Holds the claim until the context is left; nobody else holds it meanwhile. It ends at once with its process.

        The function that is given tells whether the claim still holds: it is lost when the connection to the database breaks.
        Raises ClaimHeld, Unavailable.
        """

    @abstractmethod
    def close(self) -> None:
        """Gives up all claims."""
