"""The multipart body of an upload, checked while it streams into a spool. Knows nothing of rows, objects or queues.

Uses python-multipart's push parser directly: Starlette's form parser writes a whole body to disk before it can be checked.
"""

import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from invoiceflow.domain.failures import PermanentFailure
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_api.ingest.spool import Spool

SIGNATURE: Final = b"%PDF-"
SIGNATURE_WITHIN: Final = 1024
"""The signature must occur within this many first bytes (ISO 32000-1, Annex H, note 13)."""
OVERHEAD: Final = 64 * 1024
"""Bytes allowed in a body beside the file: boundaries, part headers, small other fields."""
MAX_PART_HEADERS: Final = 48 * 1024
"""Bytes: a file name of 10,000 characters is shortened, not refused."""
MAX_PARTS: Final = 10
CONTENT_TYPES: Final = frozenset(
    {"application/pdf", "application/x-pdf", "application/octet-stream", "binary/octet-stream", ""}
)
_UNFIT: Final = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_DIRECTION: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reverse the text around them: a name with them shows another ending than it has."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A whole file that looks like a PDF, in memory or as a temporary file. `filename` is fit for display."""

    content: Path | bytes
    filename: str
    size: int

    def sha256(self) -> str:
        """Hexadecimal. Not for the event loop: hashing releases the interpreter lock and waits to get it back, so that hashing
        there, piece by piece as the body arrived, was a tenth of an upload's cost."""
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()
        with self.content.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def open(self) -> BinaryIO:
        """The file, to be read from its start."""
        return BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")


class ReceivedUpload:
    """An async context in which the upload exists; it is removed when the context is left, however that happens."""

    def __init__(
        self, content_type: str, content_length: int | None, stream: AsyncIterator[bytes], folder: Path, limit: int
    ) -> None:
        """`stream` gives the body; `limit` is the largest file in bytes; files too large for memory lie in `folder`."""
        self._content_type = content_type
        self._content_length = content_length
        self._stream = stream
        self._spool = Spool(folder)
        self._limit = limit

    async def __aenter__(self) -> Upload:
        """Receives the whole body. Raises PermanentFailure, Unavailable (a full disk)."""
        boundary = _boundary(self._content_type)
        if self._content_length is not None and self._content_length > self._limit + OVERHEAD:
            raise too_large(self._limit)
        with ExitStack() as cleared:
            cleared.enter_context(self._spool)
            upload = await self._received(boundary)
            cleared.pop_all()  # kept until the context is left
            return upload

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes the upload."""
        self._spool.__exit__(kind, error, trace)

    async def _received(self, boundary: bytes) -> Upload:
        parts = _Parts(self._spool, self._limit)
        parser = MultipartParser(boundary, parts.callbacks(), max_header_size=MAX_PART_HEADERS)  # type: ignore[arg-type]  # its TypedDict takes any subset
        received = 0
        try:
            async for chunk in self._stream:
                received += len(chunk)
                if received > self._limit + OVERHEAD:
                    raise too_large(self._limit)
                try:
                    parser.write(chunk)
                except FormParserError as error:
                    raise malformed("The body is not well-formed multipart/form-data.") from error
            return parts.finished()
        except OSError as error:  # a full disk
            raise Unavailable("spool", str(error)) from error


def display_filename(given: str) -> str:
    """The client's file name, fit for display: no folders, no control characters, at most 255 characters with its ending."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    if not (name.isascii() and name.isprintable()):  # most names need no look at each letter
        name = "".join(letter for letter in name if letter not in _DIRECTION and unicodedata.category(letter) not in _UNFIT)
    name = name.strip(" .")
    if not name:
        return "invoice.pdf"
    stem, dot, ending = name.rpartition(".")
    if len(name) > 255 and dot and len(ending) <= 10:
        return f"{stem[: 254 - len(ending)]}.{ending}"
    return name[:255]


def too_large(limit: int) -> PermanentFailure:
    """The refusal of a file larger than `limit` bytes."""
    return PermanentFailure("file.too_large", f"The file is larger than {limit / 1024 / 1024:g} MB.")


def malformed(message: str) -> PermanentFailure:
    """The refusal of a body that is no usable form."""
    return PermanentFailure("upload.malformed", message)


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 256:
        raise malformed("Send the file as multipart/form-data, in a part named `file`.")
    return boundary


@dataclass
class _Parts:
    """The parser's callbacks: keep the one part named `file`, skip small others."""

    file: Spool
    limit: int
    filename: str = ""
    size: int = 0
    seen: int = 0
    parts: int = 0
    ended: bool = False
    is_file: bool = False
    header_bytes: int = 0
    name: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    headers: dict[bytes, bytes] = field(default_factory=dict)
    beginning: bytearray = field(default_factory=bytearray)
    signed: bool = False

    def callbacks(self) -> dict[str, object]:
        """By the names under which the parser calls them."""
        return {
            "on_part_begin": self.on_part_begin,
            "on_header_field": self.on_header_field,
            "on_header_value": self.on_header_value,
            "on_header_end": self.on_header_end,
            "on_headers_finished": self.on_headers_finished,
            "on_part_data": self.on_part_data,
            "on_end": self.on_end,
        }

    def on_part_begin(self) -> None:
        """A part begins; there may be MAX_PARTS."""
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise malformed(f"The body has more than {MAX_PARTS} parts.")
        self.headers, self.header_bytes, self.is_file = {}, 0, False

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        """A piece of a part header's name."""
        self._count(end - start)
        self.name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        """A piece of a part header's value."""
        self._count(end - start)
        self.value += data[start:end]

    def on_header_end(self) -> None:
        """A part header is complete."""
        self.headers[bytes(self.name).lower()] = bytes(self.value)
        self.name.clear()
        self.value.clear()

    def on_headers_finished(self) -> None:
        """All headers of a part are there: decides whether it is the file."""
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        if options.get(b"name") != b"file":
            return
        self.seen += 1
        if self.seen > 1:
            raise PermanentFailure("file.several", "The body has more than one part named `file`; send one file at a time.")
        kind = self.headers.get(b"content-type", b"").split(b";")[0].strip().lower().decode("latin-1")
        if kind not in CONTENT_TYPES:
            raise PermanentFailure("file.wrong_type", f"The file is declared as {kind[:80]}; only application/pdf is accepted.")
        self.is_file = True
        self.filename = display_filename(options.get(b"filename", b"").decode("utf-8", "replace"))

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """A piece of a part's content."""
        if not self.is_file:
            return
        piece = data[start:end]
        self.size += len(piece)
        if self.size > self.limit:
            raise too_large(self.limit)
        if not self.signed:
            self._look_for_signature(piece)
        self.file.write(piece)

    def on_end(self) -> None:
        """The closing boundary was seen."""
        self.ended = True

    def finished(self) -> Upload:
        """The whole upload. Raises PermanentFailure when there is none."""
        if not self.ended:
            raise malformed("The body ends in the middle.")
        if not self.seen:
            raise PermanentFailure("file.missing", "The body has no part named `file`.")
        if not self.size:
            raise PermanentFailure("file.empty", "The file is empty.")
        if not self.signed:
            raise not_a_pdf()
        return Upload(self.file.whole(), self.filename, self.size)

    def _look_for_signature(self, piece: bytes) -> None:
        self.beginning += piece[: SIGNATURE_WITHIN - len(self.beginning)]
        self.signed = SIGNATURE in self.beginning
        if not self.signed and len(self.beginning) >= SIGNATURE_WITHIN:
            raise not_a_pdf()

    def _count(self, size: int) -> None:
        self.header_bytes += size
        if self.header_bytes > MAX_PART_HEADERS:
            raise malformed("A part's headers are too long.")


def not_a_pdf() -> PermanentFailure:
    """The refusal of a file without a PDF's signature."""
    return PermanentFailure("file.not_pdf", "The file is not a PDF.")
