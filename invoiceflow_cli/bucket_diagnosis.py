"""What is well and ill with the bucket of the originals, in the doctor's words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from invoiceflow.ports.unavailable import Unavailable
from invoiceflow_cli.diagnosis import Diagnosis

if TYPE_CHECKING:
    from invoiceflow.adapters.s3.location import AccessKey, S3Location

VERSIONING = "turn versioning on: an original that is deleted or replaced by mistake can be had back then"
ENCRYPTION = "set a default encryption for the bucket, or S3_ENCRYPTION=AES256"


def bucket_diagnoses(location: "S3Location", access_key: "AccessKey | None", probe_key: str) -> Iterator[Diagnosis]:
    """Nothing when the bucket cannot be reached: the object store's own check has said so."""
    from invoiceflow.adapters.s3.bucket import CouldNotLook, examine

    try:
        bucket = examine(location, access_key, probe_key)
    except Unavailable:
        return
    for action, words in bucket.refused.items():
        yield Diagnosis("Bucket", f"{action}: {words}", f"allow s3:{action} on {location.bucket}")
    if not bucket.refused:
        yield Diagnosis("Bucket", f"objects of {location.bucket} can be put, read, listed and deleted")
    if bucket.region not in (None, location.region):
        yield Diagnosis("Bucket's region", bucket.region, f"set AWS_REGION={bucket.region} (it is {location.region})")
    if isinstance(bucket.versioning, CouldNotLook):
        yield Diagnosis("Bucket's versioning", f"not told to us ({bucket.versioning.reason})")
    else:
        yield Diagnosis(
            "Bucket's versioning", "on" if bucket.versioning else "off", advice="" if bucket.versioning else VERSIONING
        )
    if isinstance(bucket.encryption, CouldNotLook):
        yield Diagnosis("Bucket's encryption", f"not told to us ({bucket.encryption.reason})")
    else:
        asked = location.encryption or bucket.encryption
        yield Diagnosis("Bucket's encryption", asked or "none", advice="" if asked else ENCRYPTION)
