"""Where a bucket is, who asks for it, and how long is waited for an answer; the clients of both libraries from that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config, S3Credential

CREDENTIALS_FOR: Final = timedelta(minutes=5)
"""Then boto3 is asked again: it renews temporary keys a quarter of an hour before they end."""
NO_CREDENTIALS: Final = (
    "no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role"
)
BODY_SECONDS: Final = 300.0
"""The longest that one object may take, however steadily its bytes come."""


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


def session(location: S3Location, access_key: AccessKey | None) -> Any:
    """A session of boto3, one each: its default session is global."""
    given: dict[str, Any] = {}
    if access_key is not None:
        given = {
            "aws_access_key_id": access_key.key_id,
            "aws_secret_access_key": access_key.secret,
            "aws_session_token": access_key.session_token,
        }
    return boto3.session.Session(region_name=location.region, **given)


def boto_client(session: Any, location: S3Location, timeout_seconds: float) -> Any:
    """boto3's client, which tries every call once."""
    config = Config(
        connect_timeout=timeout_seconds,
        read_timeout=timeout_seconds,
        retries={"total_max_attempts": 1},
        max_pool_connections=50,
        signature_version="s3v4",  # said, for presigned URLs: the default of some regions is the older one
        # not `auto`, which signs URLs for the host of all regions: new buckets outside of us-east-1 are not found there
        s3={"addressing_style": "path" if location.path_style else "virtual"},
    )
    return session.client("s3", endpoint_url=location.endpoint_url, config=config)


def byte_store(session: Any, location: S3Location, endpoint: str, timeout_seconds: float) -> S3Store:
    """obstore's store at boto3's `endpoint`, which tries every call once and has each body's SHA-256 checked by S3."""
    # every choice is written out: what is not, obstore would take from AWS_… in the environment
    config: S3Config = {
        "bucket": location.bucket,
        "region": location.region,
        "endpoint": endpoint if location.path_style else _with_bucket(endpoint, location.bucket),
        "virtual_hosted_style_request": not location.path_style,
        "checksum_algorithm": "SHA256",
    }
    if location.encryption is not None:
        config["server_side_encryption"] = location.encryption
    if location.kms_key_id is not None:
        config["sse_kms_key_id"] = location.kms_key_id
    client: ClientConfig = {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=timeout_seconds),
        "read_timeout": timedelta(seconds=timeout_seconds),
        "timeout": timedelta(seconds=BODY_SECONDS),
    }
    return S3Store(
        config=config,
        client_options=client,
        retry_config={"max_retries": 0, "retry_timeout": timedelta(seconds=timeout_seconds)},
        credential_provider=_credentials(session),
    )


def _with_bucket(endpoint: str, bucket: str) -> str:
    scheme, separator, rest = endpoint.partition("://")
    return f"{scheme}{separator}{bucket}.{rest}"


def _credentials(session: Any) -> "Callable[[], S3Credential]":
    """boto3's chain, first asked when a request is to be signed: it may go over the network."""

    def current() -> "S3Credential":
        found = session.get_credentials()
        if found is None:
            raise ValueError(NO_CREDENTIALS)
        frozen = found.get_frozen_credentials()
        return {
            "access_key_id": frozen.access_key,
            "secret_access_key": frozen.secret_key,
            "token": frozen.token,
            "expires_at": datetime.now(UTC) + CREDENTIALS_FOR,
        }

    return current
