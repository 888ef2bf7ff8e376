"""The failure that is the document's own, by type: whatever else is raised is transient, and one place decides about retries.

What is wrong with a readable invoice is a finding (see `invoice`), not a failure.
"""


class PermanentFailure(Exception):
    """The document itself is at fault (broken, encrypted, not an invoice): trying again cannot help.

    It carries a stable, dotted `code` (`file.encrypted`) and a sentence a person understands. Picklable, because it crosses
    process borders.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
