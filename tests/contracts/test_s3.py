"""What the S3 adapter promises beyond the contract of `ObjectStore`: what it says when S3 is away, refuses, has no bucket."""

import base64
import hashlib
import io
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from uuid import uuid4

import boto3
import pytest

from invoiceflow.adapters.s3.location import AccessKey, S3Location
from invoiceflow.adapters.s3.store import S3ObjectStore
from invoiceflow.ports.unavailable import Unavailable
from tests.contracts.conftest import ENDPOINT
from tests.contracts.test_object_store import put

KEY = AccessKey("test", "test")


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def at(url: str, bucket: str = "bucket", encryption: str | None = None) -> S3ObjectStore:
    location = S3Location(bucket, "us-east-1", endpoint_url=url, path_style=True, encryption=encryption)
    return S3ObjectStore(location, KEY, timeout_seconds=1)


def test_a_server_that_is_away_is_unavailable_for_every_call() -> None:
    store = at("http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="object_store"):
        put(store, "raw/a.pdf", b"a")
    for call in (store.get, store.stream, store.head, store.delete):
        with pytest.raises(Unavailable):
            call("raw/a.pdf")
    with pytest.raises(Unavailable):
        list(store.list("raw/"))
    store.close()


def test_the_check_of_a_server_that_never_answers_ends_within_two_seconds(silent_url: str) -> None:
    store = at(silent_url)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        store.check()
    assert time.monotonic() - started < 2
    store.close()


def test_a_bucket_that_is_not_there_is_unavailable_and_no_missing_object(moto_url: str) -> None:
    store = at(moto_url, f"none-{uuid4().hex}")
    with pytest.raises(Unavailable):
        store.check()
    with pytest.raises(Unavailable, match="NoSuchBucket"):
        store.get("raw/a.pdf")
    store.close()


def test_metadata_checksum_and_encryption_arrive_at_the_server(moto_url: str) -> None:
    bucket = f"test-{uuid4().hex}"
    session = boto3.session.Session("test", "test", region_name="us-east-1")
    client = session.client("s3", endpoint_url=moto_url)
    client.create_bucket(Bucket=bucket)
    store = at(moto_url, bucket, encryption="AES256")
    store.check()
    digest = hashlib.sha256(b"bytes").hexdigest()
    store.put("raw/a.pdf", io.BytesIO(b"bytes"), size=5, sha256=digest, metadata={"filename": "Müller 1.pdf"})
    head = client.head_object(Bucket=bucket, Key="raw/a.pdf")
    assert head["ContentType"] == "application/pdf"
    assert head["Metadata"] == {"filename": "M%C3%BCller 1.pdf", "sha256": digest}
    assert head["ServerSideEncryption"] == "AES256"
    client.close()
    store.close()


@pytest.mark.services
def test_a_server_that_checks_keeps_the_checksum_the_name_and_the_type() -> None:
    url = os.environ.get(ENDPOINT)
    if url is None:
        pytest.skip(f"no S3 server is started: {ENDPOINT} names one")
    bucket = f"test-{uuid4().hex}"
    client = boto3.session.Session(region_name="us-east-1").client("s3", endpoint_url=url)
    client.create_bucket(Bucket=bucket)
    store = S3ObjectStore(S3Location(bucket, "us-east-1", endpoint_url=url, path_style=True))
    digest = hashlib.sha256(b"bytes").digest()
    about = {"filename": "Müller №7.pdf"}
    store.put("raw/a.pdf", io.BytesIO(b"bytes"), size=5, sha256=digest.hex(), metadata=about)
    head = client.head_object(Bucket=bucket, Key="raw/a.pdf", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == base64.b64encode(digest).decode()
    assert (unquote(head["Metadata"]["filename"]), head["Metadata"]["sha256"]) == ("Müller №7.pdf", digest.hex())
    client.close()
    store.close()


@pytest.mark.parametrize("name", ["請求書" * 85, "Rechnung für Müller & Söhne №7 🧾.pdf", " a  b ", "%41.pdf", 'a"b\\c.pdf'])
def test_any_file_name_is_kept_as_metadata_as_far_as_s3_has_room_for_it(moto_url: str, name: str) -> None:
    bucket = f"test-{uuid4().hex}"
    client = boto3.session.Session("test", "test", region_name="us-east-1").client("s3", endpoint_url=moto_url)
    client.create_bucket(Bucket=bucket)
    store = at(moto_url, bucket)
    digest = hashlib.sha256(b"bytes").hexdigest()
    about = {"filename": name, "correlation-id": "c" * 128}
    store.put("raw/a.pdf", io.BytesIO(b"bytes"), size=5, sha256=digest, metadata=about)
    kept = client.head_object(Bucket=bucket, Key="raw/a.pdf")["Metadata"]
    assert sum(len(key) + len(value) for key, value in kept.items()) < 2048
    assert name.strip().startswith(unquote(kept["filename"]))
    assert len(unquote(kept["filename"])) >= min(len(name.strip()), 100)
    client.close()
    store.close()


def test_what_is_too_large_for_memory_is_streamed_and_comes_back_whole(moto_url: str) -> None:
    bucket = f"test-{uuid4().hex}"
    client = boto3.session.Session("test", "test", region_name="us-east-1").client("s3", endpoint_url=moto_url)
    client.create_bucket(Bucket=bucket)
    store = at(moto_url, bucket)
    content = bytes(range(256)) * 4096 * 17  # 17 MiB
    put(store, "raw/large.pdf", content)
    assert b"".join(store.stream("raw/large.pdf")) == content
    with pytest.raises(ValueError, match="sha256"):
        store.put("raw/other.pdf", io.BytesIO(content), size=len(content), sha256="0" * 64, metadata={})
    client.close()
    store.close()


def test_a_role_is_taken_on_by_a_web_identity_as_in_kubernetes(
    moto_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the usual chain, with no key of ours anywhere."""
    bucket = f"test-{uuid4().hex}"
    client = boto3.session.Session("test", "test", region_name="us-east-1").client("s3", endpoint_url=moto_url)
    client.create_bucket(Bucket=bucket)
    token = tmp_path / "token"
    token.write_text("header.body.signature")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(token))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/invoiceflow")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", moto_url)
    store = S3ObjectStore(S3Location(bucket, "us-east-1", endpoint_url=moto_url, path_style=True), timeout_seconds=5)
    put(store, "raw/a.pdf", b"bytes")
    assert store.get("raw/a.pdf") == b"bytes"
    url = store.download_url("raw/a.pdf", disposition="inline", seconds=60)
    assert "X-Amz-Security-Token=" in url  # of the role, not of a key
    store.close()
    client.close()


def test_a_download_url_names_the_bucket_in_the_host_or_in_the_path_and_is_signed_for_its_time() -> None:
    for path_style, endpoint, start in (
        (False, None, "https://bills.s3.eu-central-1.amazonaws.com/raw/a.pdf?"),
        (True, None, "https://s3.eu-central-1.amazonaws.com/bills/raw/a.pdf?"),
        (False, "https://s3.example:9000", "https://bills.s3.example:9000/raw/a.pdf?"),
        (True, "https://s3.example:9000", "https://s3.example:9000/bills/raw/a.pdf?"),
    ):
        store = S3ObjectStore(S3Location("bills", "eu-central-1", endpoint_url=endpoint, path_style=path_style), KEY)
        url = store.download_url("raw/a.pdf", disposition="inline", seconds=90)
        assert url.startswith(start)
        for part in ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Expires=90", "response-content-type=application%2Fpdf"):
            assert part in url
        store.close()


def test_without_any_credentials_it_says_what_to_set(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", "/nonexistent")
    store = S3ObjectStore(S3Location("bucket", "us-east-1", endpoint_url=moto_url, path_style=True), timeout_seconds=1)
    for ask in (
        store.check,
        lambda: store.get("raw/a.pdf"),
        lambda: list(store.list("raw/")),
        lambda: put(store, "raw/a.pdf", b"a"),
    ):
        with pytest.raises(Unavailable, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
            ask()
    store.close()


def test_without_path_style_the_bucket_stands_in_the_host_name() -> None:
    """Nothing listens there; what counts is whom it asked for."""
    location = S3Location("bills", "eu-central-1", endpoint_url="http://s3.localhost:1")
    store = S3ObjectStore(location, KEY, timeout_seconds=1)
    with pytest.raises(Unavailable, match=r"bills\.s3\.localhost:1/raw/a\.pdf"):
        store.get("raw/a.pdf")
    store.close()
