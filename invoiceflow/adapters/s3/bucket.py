"""What `invoiceflow doctor` wants to know of a bucket. Only looks, but for one small object that it puts and removes."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from invoiceflow.adapters.s3.location import AccessKey, S3Location, boto_client, session
from invoiceflow.adapters.s3.store import S3ObjectStore
from invoiceflow.ports.object_store import NoSuchObject
from invoiceflow.ports.unavailable import Unavailable

SECONDS: Final = 5.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CouldNotLook:
    """The server does not tell, or not to us; `reason` is its own word for it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """`region`: None where the server does not say it. `versioning`: whether a deleted or replaced object is kept.
    `encryption`: the algorithm that objects are stored with when none is asked for, None without. `refused`: what we may not
    do with objects, in S3's words for it, by action."""

    region: str | None
    versioning: bool | CouldNotLook
    encryption: str | CouldNotLook | None
    refused: dict[str, str]


def examine(location: S3Location, access_key: AccessKey | None, probe_key: str) -> Bucket:
    """Looks at the bucket, and puts, reads, lists and deletes `probe_key` in it. Raises Unavailable when it is not there."""
    store = S3ObjectStore(location, access_key, timeout_seconds=SECONDS)
    client = boto_client(session(location, access_key), location, SECONDS)
    try:
        store.check()
        return Bucket(
            region=client.head_bucket(Bucket=location.bucket).get("BucketRegion"),
            versioning=_looked(lambda: client.get_bucket_versioning(Bucket=location.bucket).get("Status") == "Enabled"),
            encryption=_encryption(client, location.bucket),
            refused=_refused(store, probe_key),
        )
    finally:
        store.close()
        client.close()


def _looked(look: Callable[[], T]) -> T | CouldNotLook:
    try:
        return look()
    except ClientError as error:
        return CouldNotLook(_code(error))
    except BotoCoreError as error:
        return CouldNotLook(str(error))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) or "an error without a code"


def _encryption(client: Any, bucket: str) -> str | CouldNotLook | None:
    try:
        rules = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        code = _code(error)
        return None if code == "ServerSideEncryptionConfigurationNotFoundError" else CouldNotLook(code)
    except BotoCoreError as error:
        return CouldNotLook(str(error))
    return str(rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]) if rules else None


def _refused(store: S3ObjectStore, key: str) -> dict[str, str]:
    content = b"invoiceflow doctor looked whether it may write here"
    digest = hashlib.sha256(content).hexdigest()
    attempts: dict[str, Callable[[], object]] = {
        "PutObject": lambda: store.put(key, io.BytesIO(content), size=len(content), sha256=digest, metadata={}),
        "GetObject": lambda: store.get(key),
        "ListBucket": lambda: list(store.list(key)),
        "DeleteObject": lambda: store.delete(key),
    }
    refused: dict[str, str] = {}
    for action, attempt in attempts.items():
        try:
            attempt()
        except Unavailable as error:
            refused[action] = error.message
        except NoSuchObject:
            refused[action] = "the object that was put is not there"
    return refused
