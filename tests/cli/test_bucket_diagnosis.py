"""What the doctor says of a bucket: what may be done there, its region, versioning and encryption."""

import os
from collections.abc import Callable, Iterator
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from invoiceflow.adapters.s3.location import AccessKey, S3Location
from invoiceflow.adapters.s3.store import S3ObjectStore
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_cli.bucket_diagnosis import bucket_diagnoses
from invoiceflow_cli.diagnosis import Diagnosis
from tests.cli.conftest import Answer, Asked, Service

REFUSED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
KEY = AccessKey("test", "test")


@pytest.fixture
def moto_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def look(url: str, bucket: str, region: str = "eu-central-1") -> dict[str, Diagnosis]:
    location = S3Location(bucket, region, endpoint_url=url, path_style=True)
    return {one.what: one for one in bucket_diagnoses(location, KEY, f"raw/doctor-{uuid4()}")}


def test_a_bucket_is_looked_through_and_left_as_it_was(moto_url: str) -> None:
    bucket = f"test-{uuid4().hex}"
    client = boto3.session.Session("test", "test", region_name="eu-central-1").client("s3", endpoint_url=moto_url)
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    found = look(moto_url, bucket)
    assert not any(one.mend for one in found.values())
    assert "can be put, read, listed and deleted" in found["Bucket"].found
    assert (found["Bucket's versioning"].found, bool(found["Bucket's versioning"].advice)) == ("off", True)
    assert "Bucket's region" not in found
    assert client.list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    found = look(moto_url, bucket, "us-east-1")
    assert found["Bucket's region"].mend.startswith("set AWS_REGION=eu-central-1")
    assert found["Bucket's versioning"] == Diagnosis("Bucket's versioning", "on")
    assert found["Bucket's encryption"] == Diagnosis("Bucket's encryption", "aws:kms")
    client.close()


def test_every_action_that_is_refused_is_named(serve: Callable[[Callable[[Asked, int], Answer]], Service]) -> None:
    service = serve(lambda asked, _: Answer(200 if asked.method == "HEAD" else 403, REFUSED))
    location = S3Location("bucket", "eu-central-1", endpoint_url=service.url, path_style=True)
    found = list(bucket_diagnoses(location, KEY, "raw/doctor"))
    mends = [one.mend for one in found if one.what == "Bucket"]
    assert mends == [f"allow s3:{action} on bucket" for action in ("PutObject", "GetObject", "ListBucket", "DeleteObject")]
    assert "not told to us" in next(one.found for one in found if one.what == "Bucket's versioning")


def test_a_bucket_that_is_not_there_is_left_to_the_object_stores_own_check(moto_url: str) -> None:
    assert look(moto_url, f"none-{uuid4().hex}") == {}


@pytest.mark.services
def test_a_real_server_is_looked_through_as_well() -> None:
    url = os.environ.get("INVOICEFLOW_TEST_S3_URL")
    if url is None:
        pytest.skip("no S3 server is started (make test-services)")
    key = AccessKey(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    client = boto3.session.Session(key.key_id, key.secret, region_name="us-east-1").client("s3", endpoint_url=url)
    buckets = [f"test-{uuid4().hex}" for _ in range(2)]
    client.create_bucket(Bucket=buckets[0])
    client.create_bucket(Bucket=buckets[1], ObjectLockEnabledForBucket=True)
    client.close()
    for bucket, versioning in zip(buckets, ("off", "on"), strict=True):
        location = S3Location(bucket, "us-east-1", endpoint_url=url, path_style=True)
        found = {one.what: one for one in bucket_diagnoses(location, key, f"raw/doctor-{uuid4()}")}
        assert "can be put, read, listed and deleted" in found["Bucket"].found
        assert found["Bucket's versioning"].found.startswith(versioning)
    wrong = S3Location(buckets[0], "us-east-1", endpoint_url=url, path_style=True)
    assert list(bucket_diagnoses(wrong, AccessKey(key.key_id, "wrong"), "raw/doctor")) == []
    store = S3ObjectStore(wrong, AccessKey(key.key_id, "wrong"))
    with pytest.raises(Unavailable):
        store.check()
    store.close()
