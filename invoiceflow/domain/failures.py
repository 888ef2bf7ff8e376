"""The two ways in which work on an invoice can fail, and nothing else: by type, so that one place decides about retries.

A failure carries a stable, dotted `code` (`file.encrypted`) and a sentence a person understands. What is wrong with a
readable invoice is a finding (see `invoice`), not a failure.
"""


class Failure(Exception):
    """Base of both. Picklable, because it crosses process borders."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class PermanentFailure(Failure):
    """The document itself is at fault (broken, encrypted, not an invoice): trying again cannot help."""


class TransientFailure(Failure):
    """The machinery is at fault (a service is away, a time limit was hit on a busy machine): trying again may help."""
