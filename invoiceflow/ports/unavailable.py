"""The error that every port raises when what stands behind it cannot be reached, safe to try again; and its kind that waiting
does not end."""


class Unavailable(Exception):
    """A service did not answer, refused, or answered that it cannot now. `role` names the port (`object_store`, …)."""

    def __init__(self, role: str, message: str) -> None:
        super().__init__(role, message)
        self.role = role
        self.message = message

    def __str__(self) -> str:
        return f"{self.role}: {self.message}"


class Misconfigured(Unavailable):
    """A service answers, and is not set up as it must be: the message says what somebody has to change."""
