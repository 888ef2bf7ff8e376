"""The object store on S3. Does not create or configure buckets: the operator owns those."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Final
from urllib.parse import quote

import obstore
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from obstore.exceptions import BaseError

from invoiceflow.adapters.s3.location import NO_CREDENTIALS, AccessKey, S3Location, boto_client, byte_store, session
from invoiceflow.ports.object_store import NoSuchObject, ObjectStore, StoredObject
from invoiceflow.ports.unavailable import Unavailable

ROLE: Final = "object_store"
PIECE: Final = 256 * 1024
IN_MEMORY: Final = 16 * 1024 * 1024
"""Up to here a put holds its bytes in memory, which obstore wants; boto3 streams larger ones, at five times the work."""
LONGEST_VALUE: Final = 1024
"""Bytes of one metadata value, percent-encoded."""
_NAME: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"  # the local folder's rule: a key that one store takes, the other takes as well
_KEY: Final = re.compile(rf"{_NAME}(/{_NAME})*")
_PREFIX: Final = re.compile(rf"({_NAME}/)*({_NAME})?")
_CODE: Final = re.compile(r"<Code>(\w{1,64})</Code>")


class S3ObjectStore(ObjectStore):
    """Tries every call once: when to try again is decided by the callers, who know their deadline. May be shared by threads."""

    def __init__(self, location: S3Location, access_key: AccessKey | None = None, *, timeout_seconds: float = 10) -> None:
        self._location = location
        asking = session(location, access_key)
        self._client = boto_client(asking, location, timeout_seconds)
        self._bytes = byte_store(asking, location, self._client.meta.endpoint_url, timeout_seconds)
        self._quick = boto_client(asking, location, 0.9)  # connecting and reading: together below the two seconds of `check`

    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str, metadata: Mapping[str, str]) -> None:
        """`content` must be seekable where it is larger than IN_MEMORY: its checksum goes ahead of it, and S3 refuses bytes
        that do not have it."""
        _named(key)
        about = {name: _metadata_value(value) for name, value in metadata.items()}
        about["sha256"] = sha256.lower()
        if size > IN_MEMORY:
            self._put_large(key, content, size, about)
            return
        whole = content.read(size)
        if len(whole) != size or hashlib.sha256(whole).hexdigest() != about["sha256"]:
            raise _not_as_said()
        try:
            with _moved(key):
                attributes = {**about, "Content-Type": _content_type(key)}
                obstore.put(self._bytes, key, whole, attributes=attributes, use_multipart=False)
        except NoSuchObject as error:
            raise Unavailable(ROLE, f"PutObject was answered with 404 ({key})") from error

    def _put_large(self, key: str, content: BinaryIO, size: int, about: Mapping[str, str]) -> None:
        start = content.tell()
        digest = _digest(content, size)
        if digest is None or digest.hex() != about["sha256"]:
            raise _not_as_said()
        content.seek(start)
        with _translated(key):
            self._client.put_object(
                Bucket=self._location.bucket,
                Key=key,
                Body=content if _ends_at(content, start + size) else content.read(size),
                ContentLength=size,
                ContentType=_content_type(key),
                ChecksumSHA256=base64.b64encode(digest).decode(),
                Metadata=about,
                **_encryption(self._location),
            )

    def get(self, key: str) -> bytes:
        _named(key)
        with _moved(key):
            return bytes(obstore.get(self._bytes, key).bytes())

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        _named(key)
        if end is not None and end <= start:
            self.head(key)
            return iter(())
        try:
            with _moved(key):
                if end is not None:
                    answer = obstore.get(self._bytes, key, options={"range": (start, end)})
                elif start:
                    answer = obstore.get(self._bytes, key, options={"range": {"offset": start}})
                else:
                    answer = obstore.get(self._bytes, key)
        except _PastTheEnd:
            return iter(())
        return _pieces(answer, key)

    def head(self, key: str) -> StoredObject:
        _named(key)
        with _translated(key):
            answer = self._client.head_object(Bucket=self._location.bucket, Key=key)
        return StoredObject(key, answer["ContentLength"], answer["LastModified"])

    def download_url(self, key: str, *, disposition: str, seconds: int) -> str:
        _named(key)
        asked = {
            "Bucket": self._location.bucket,
            "Key": key,
            "ResponseContentType": "application/pdf",
            "ResponseContentDisposition": disposition,
        }
        with _translated(key):
            return str(self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))

    def delete(self, key: str) -> None:
        _named(key)
        with _translated(key):
            self._client.delete_object(Bucket=self._location.bucket, Key=key)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        if not _PREFIX.fullmatch(prefix):
            raise ValueError(f"not the beginning of an object key: {prefix[:80]!r}")
        return self._walk(prefix)

    def check(self) -> None:
        with _translated("the bucket"):
            self._quick.head_bucket(Bucket=self._location.bucket)

    def close(self) -> None:
        """Closes the connections. Nothing may be called afterwards."""
        self._client.close()
        self._quick.close()

    def _walk(self, prefix: str) -> Iterator[StoredObject]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._location.bucket, Prefix=prefix)
        with _translated(prefix):
            for page in pages:
                for item in page.get("Contents", ()):
                    yield StoredObject(item["Key"], item["Size"], item["LastModified"])


class _PastTheEnd(Exception):
    """The range begins behind the last byte."""


def _metadata_value(value: str) -> str:
    """S3 takes only ASCII there, and 2 KB in all: a long name loses its end (the row has it whole)."""
    while len(encoded := quote(value, safe=" ")) > LONGEST_VALUE:
        value = value[:-1]
    return encoded.strip()


def _content_type(key: str) -> str:
    return "application/pdf" if key.endswith(".pdf") else "application/octet-stream"


def _not_as_said() -> ValueError:
    return ValueError("the content is not what its size and sha256 say")


def _encryption(location: S3Location) -> dict[str, str]:
    asked = {"ServerSideEncryption": location.encryption, "SSEKMSKeyId": location.kms_key_id}
    return {name: value for name, value in asked.items() if value is not None}


def _named(key: str) -> None:
    if not _KEY.fullmatch(key) or len(key) > 512:
        raise ValueError(f"not an object key: {key[:80]!r}")


def _digest(content: BinaryIO, size: int) -> bytes | None:
    """The SHA-256 of the next `size` bytes, or None when there are fewer."""
    digest, left = hashlib.sha256(), size
    while left > 0 and (piece := content.read(min(PIECE, left))):
        digest.update(piece)
        left -= len(piece)
    return None if left else digest.digest()


def _ends_at(content: BinaryIO, position: int) -> bool:
    here = content.tell()
    end = content.seek(0, 2)
    content.seek(here)
    return end == position


def _pieces(answer: Any, key: str) -> Iterator[bytes]:
    with _moved(key):
        for piece in answer.stream(PIECE):
            yield bytes(piece)


@contextmanager
def _moved(key: str) -> Iterator[None]:
    """obstore's errors as the port's. S3's own code stands only in their text."""
    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        said = str(error).partition("Debug source:")[0].strip()
        found = _CODE.search(said)
        code = found[1] if found else None
        if code == "NoSuchKey" or (code is None and isinstance(error, FileNotFoundError)):
            raise NoSuchObject(key) from error
        if code == "InvalidRange":
            raise _PastTheEnd(key) from error
        raise Unavailable(ROLE, f"S3 answered with {code} ({key})" if code else f"{said[:300]} ({key})") from error


@contextmanager
def _translated(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code == "NoSuchKey" or (code == "404" and error.operation_name == "HeadObject"):
            raise NoSuchObject(key) from error
        raise Unavailable(ROLE, f"{error.operation_name} was answered with {code} ({key})") from error
    except NoCredentialsError as error:
        raise Unavailable(ROLE, NO_CREDENTIALS) from error
    except BotoCoreError as error:
        raise Unavailable(ROLE, f"{error} ({key})") from error
