"""Originals as they are handed out: only after their bytes were verified against the SHA-256 of the upload."""

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO, Final, cast

from invoiceflow.domain.ingestion import Ingestion
from invoiceflow.ports.alert_outbox import Alert, AlertOutbox
from invoiceflow.ports.object_store import ObjectStore
from invoiceflow.ports.unavailable import Unavailable

IN_MEMORY: Final = 2 << 20
"""Bytes of one original that are held in memory; the rest lies in a temporary file."""
PIECE: Final = 1 << 18

logger = logging.getLogger(__name__)


class FileAltered(Exception):
    """The stored bytes are not those that were uploaded."""


class Originals:
    """Verifies and hands out originals. An altered one raises an alert, once."""

    def __init__(
        self, objects: ObjectStore, alerts: AlertOutbox | None, now: Callable[[], datetime], download_url_seconds: int = 0
    ) -> None:
        """`alerts` is None where altered originals raise none; `download_url_seconds`: how long signed URLs are valid, 0 for
        none."""
        self._objects = objects
        self._alerts = alerts
        self._now = now
        self._url_seconds = download_url_seconds

    def verified(self, ingestion: Ingestion) -> BinaryIO:
        """The whole original, at its beginning; the caller closes it. What is read from it are the very bytes verified.

        Raises NoSuchObject, FileAltered, Unavailable.
        """
        copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  the caller closes it
        digest = hashlib.sha256()
        try:
            for piece in self._objects.stream(ingestion.s3_key):
                digest.update(piece)
                copy.write(piece)
            if digest.hexdigest() != ingestion.sha256:
                self._report(ingestion)
                raise FileAltered(ingestion.s3_key)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def download_url(self, ingestion: Ingestion, disposition: str) -> str | None:
        """Where the client may fetch the file by itself; None where that is not wanted, or the store cannot."""
        if not self._url_seconds:
            return None
        return self._objects.download_url(ingestion.s3_key, disposition=disposition, seconds=self._url_seconds)

    def _report(self, ingestion: Ingestion) -> None:
        logger.error(
            "An original is not what was uploaded", extra={"request_id": str(ingestion.id), "s3_key": ingestion.s3_key}
        )
        if self._alerts is None:
            return
        body = f"{ingestion.filename} ({ingestion.id}): the stored file is not what was uploaded; its checksum differs."
        try:
            self._alerts.add([Alert(f"file.altered:{ingestion.id}", "Original altered", body)], self._now())
        except Unavailable:
            logger.warning("The alert about an altered original could not be recorded")


def part_of(original: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """The bytes [start, end) in pieces; closes the original at the end."""
    with original:
        original.seek(start)
        while start < end and (piece := original.read(min(PIECE, end - start))):
            start += len(piece)
            yield piece
