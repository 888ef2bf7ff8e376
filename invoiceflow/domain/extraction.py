"""What one reading of one file gave, as it is kept: the invoice, the page text, which version read it."""

from dataclasses import dataclass

from invoiceflow.domain.invoice import Invoice


@dataclass(frozen=True, slots=True)
class StoredExtraction:
    """The truth that search is rebuilt from. `text` is the page text for search; `seconds` is the reading's wall time.

    `pages_to_recognize` is not kept: the pages (from 1) whose words are only in their picture, which this reading lacks.
    Nor is `xml`, the electronic invoice as it was attached: it is for the rules of EN 16931, and lies in the original.
    """

    invoice: Invoice
    text: str
    page_count: int
    readers: tuple[str, ...]
    extractor_version: str
    seconds: float
    pages_to_recognize: tuple[int, ...] = ()
    xml: bytes | None = None
