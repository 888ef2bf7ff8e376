"""The one error that every port raises when what stands behind it cannot be reached. Safe to try again."""


class Unavailable(Exception):
    """A service did not answer, refused, or answered that it cannot now. `role` names the port (`object_store`, …).

    `in_doubt`: the service had been asked for a change, and whether it made it is not known. False says nothing of calls to
    which it makes no difference.
    """

    def __init__(self, role: str, message: str, *, in_doubt: bool = False) -> None:
        super().__init__(role, message)
        self.role = role
        self.message = message
        self.in_doubt = in_doubt

    def __str__(self) -> str:
        return f"{self.role}: {self.message}"
