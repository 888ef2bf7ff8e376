"""The object store on S3 and on what speaks its protocol. Does not create or configure buckets: the operator owns those."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from invoiceflow.ports.object_store import NoSuchObject, ObjectStore, StoredObject
from invoiceflow.ports.unavailable import Unavailable

ROLE: Final = "object_store"
PIECE: Final = 256 * 1024
_NAME: Final = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"  # the local folder's rule: a key that one store takes, the other takes as well
_KEY: Final = re.compile(rf"{_NAME}(/{_NAME})*")
_PREFIX: Final = re.compile(rf"({_NAME}/)*({_NAME})?")


@dataclass(frozen=True, slots=True)
class S3Location:
    """Where the bucket is. Without `endpoint_url` it is AWS's own; `encryption` is `AES256`, `aws:kms` or None."""

    bucket: str
    region: str
    endpoint_url: str | None = None
    path_style: bool = False
    encryption: str | None = None
    kms_key_id: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class AccessKey:
    """A key given by name. Without one, boto3's usual chain finds the credentials (environment, web identity, role)."""

    key_id: str
    secret: str
    session_token: str | None = None


class S3ObjectStore(ObjectStore):
    """Tries every call once: when to try again is decided by the callers, who know their deadline. May be shared by threads."""

    def __init__(self, location: S3Location, access_key: AccessKey | None = None, *, timeout_seconds: float = 10) -> None:
        self._location = location
        self._client = _client(location, access_key, timeout_seconds)
        self._quick = _client(location, access_key, 0.9)  # connecting and reading: together below the two seconds of `check`

    def put(self, key: str, content: BinaryIO, *, size: int, sha256: str, metadata: Mapping[str, str]) -> None:
        """`content` must be seekable: its checksum goes ahead of it, and S3 refuses bytes that do not have it."""
        _named(key)
        start = content.tell()
        digest = _digest(content, size)
        if digest is None or digest.hex() != sha256.lower():
            raise ValueError("the content is not what its size and sha256 say")
        content.seek(start)
        about = {name: quote(value, safe=" ") for name, value in metadata.items()}  # S3 takes only ASCII there
        with _translated(key):
            self._client.put_object(
                Bucket=self._location.bucket,
                Key=key,
                Body=content if _ends_at(content, start + size) else content.read(size),
                ContentLength=size,
                ChecksumSHA256=base64.b64encode(digest).decode(),
                Metadata={**about, "sha256": sha256.lower()},
                **_encryption(self._location),
            )

    def get(self, key: str) -> bytes:
        _named(key)
        with _translated(key), closing(self._client.get_object(Bucket=self._location.bucket, Key=key)["Body"]) as body:
            content: bytes = body.read()
            return content

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        _named(key)
        if end is not None and end <= start:
            self.head(key)
            return iter(())
        wanted = {} if start == 0 and end is None else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        try:
            with _translated(key):
                answer = self._client.get_object(Bucket=self._location.bucket, Key=key, **wanted)
        except _PastTheEnd:
            return iter(())
        pieces = _pieces(answer["Body"], key)
        next(pieces)  # begun, so that closing it before its first piece gives the connection back
        return pieces

    def head(self, key: str) -> StoredObject:
        _named(key)
        with _translated(key):
            answer = self._client.head_object(Bucket=self._location.bucket, Key=key)
        return StoredObject(key, answer["ContentLength"], answer["LastModified"])

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


def _client(location: S3Location, access_key: AccessKey | None, timeout_seconds: float) -> Any:
    config = Config(
        connect_timeout=timeout_seconds,
        read_timeout=timeout_seconds,
        retries={"total_max_attempts": 1},
        max_pool_connections=50,
        s3={"addressing_style": "path" if location.path_style else "auto"},
    )
    given: dict[str, Any] = {}
    if access_key is not None:
        given = {
            "aws_access_key_id": access_key.key_id,
            "aws_secret_access_key": access_key.secret,
            "aws_session_token": access_key.session_token,
        }
    session = boto3.session.Session(region_name=location.region, **given)  # one each: boto3's default session is global
    return session.client("s3", endpoint_url=location.endpoint_url, config=config)


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


def _pieces(body: Any, key: str) -> Iterator[bytes]:
    """The first piece is empty (see `stream`)."""
    with closing(body), _translated(key):
        yield b""
        yield from body.iter_chunks(PIECE)


@contextmanager
def _translated(key: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code == "NoSuchKey" or (code == "404" and error.operation_name == "HeadObject"):
            raise NoSuchObject(key) from error
        if code == "InvalidRange":
            raise _PastTheEnd(key) from error
        raise Unavailable(ROLE, f"{error.operation_name} was answered with {code} ({key})") from error
    except BotoCoreError as error:
        raise Unavailable(ROLE, f"{error} ({key})") from error
