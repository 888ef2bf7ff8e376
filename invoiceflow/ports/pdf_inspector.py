"""The first look at an uploaded file: is it a PDF that can be opened? What stands in it is the pipeline's work."""

from abc import ABC, abstractmethod
from pathlib import Path


class PdfInspector(ABC):
    @abstractmethod
    def page_count(self, file: Path | bytes) -> int:
        """The number of pages, at least 1, of a file or of its bytes. May be called by many threads.

        Raises PermanentFailure (`file.corrupted`, `file.encrypted`, `file.no_pages`, `file.too_many_pages`,
        `file.too_complex` when a limit of time or memory was hit) or `Unavailable` when no inspection could be made.
        """

    @abstractmethod
    def close(self) -> None:
        """Stops whatever runs behind it."""
