"""The lane in which pages are recognised from their pictures: processes of its own, one page a piece of work, so that a
scan never stands before a document with text, and a page that hangs or is killed costs only that page.

The libraries and models live in these processes only. What the words mean is `extraction`'s.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from invoiceflow.sandbox import Sandbox, SandboxError, SandboxLimits, SandboxOutOfMemory, SandboxTimeout
from invoiceflow_reader.page.recognized import Recognition, RecognizedPage, Unread, UnreadPage

PAGES_PER_PROCESS: Final = 50
"""Native code that leaks is ended with its process; models load anew in under two seconds."""

RECOGNIZED: Final = "recognized"
"""The result of a page whose words were read; the others are named by `Unread`."""

RecognizePage = Callable[[bytes, int], RecognizedPage]
"""The PDF and a page number (from 1) to that page's words. Runs in the lane, so it must be a module-level function."""


def recognize_page(content: bytes, number: int) -> RecognizedPage:
    """Imports the recognition in the process that needs it."""
    from invoiceflow_reader.readers import ocr

    return ocr.recognize_page(content, number)


class OcrLane:
    """`workers` processes, `max_pages` a document. Safe to use from many threads."""

    def __init__(
        self,
        *,
        workers: int,
        memory_bytes: int,
        page_seconds: float,
        max_pages: int,
        niceness: int = 0,
        preload: Sequence[str] = (),
        recognize: RecognizePage = recognize_page,
    ) -> None:
        limits = SandboxLimits.patient(memory_bytes, page_seconds, renew_after=PAGES_PER_PROCESS, niceness=niceness)
        self.workers = workers
        self._sandbox = Sandbox(workers, limits, preload)
        self.max_pages = max_pages
        self._recognize = recognize

    def recognize(self, content: bytes, numbers: Sequence[int]) -> list[Recognition]:
        """One answer for each of these pages (from 1), those above the limit unread. Waits until all are there.

        Raises SandboxCrashed when the lane is closed meanwhile: nothing can then be said of any page.
        """
        pieces = [(number, self._sandbox.submit(self._recognize, content, number)) for number in numbers[: self.max_pages]]
        answers: list[Recognition] = []
        for number, piece in pieces:
            try:
                answers.append(piece.result())
            except SandboxError as error:
                if self._sandbox.closed:
                    raise
                answers.append(UnreadPage(number, _reason(error)))
        return answers + [UnreadPage(number, Unread.TOO_MANY_PAGES) for number in numbers[self.max_pages :]]

    def close(self) -> None:
        """Stops the processes at once."""
        self._sandbox.close()


def pages_by_result(recognitions: Sequence[Recognition]) -> Mapping[str, int]:
    """How many pages were recognised, and how many were not, by reason."""
    return Counter(one.reason.value if isinstance(one, UnreadPage) else RECOGNIZED for one in recognitions)


def _reason(error: SandboxError) -> Unread:
    if isinstance(error, SandboxTimeout):
        return Unread.TIMEOUT
    return Unread.OUT_OF_MEMORY if isinstance(error, SandboxOutOfMemory) else Unread.CRASHED
