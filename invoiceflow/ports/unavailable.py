"""The one error that every port raises when what stands behind it cannot be reached. Safe to try again."""


class Unavailable(Exception):
    """A service did not answer, refused, or answered that it cannot now. `role` names the port (`object_store`, …)."""

    def __init__(self, role: str, message: str) -> None:
        super().__init__(role, message)
        self.role = role
        self.message = message

    def __str__(self) -> str:
        return f"{self.role}: {self.message}"
