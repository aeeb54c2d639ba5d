"""S3: moto's buckets, with Regions as AWS enforces them, default encryption, MFA delete, and whole configurations of encryption and replication."""

from __future__ import annotations

from typing import Any

from moto.s3.models import s3_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import amends, backends_of, seeds

Params = dict[str, Any]

backends_of("s3", s3_backends)

# Since January 2023, every bucket encrypts new objects.
DEFAULT_ENCRYPTION = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}}
ANY_REGION = {"CreateBucket", "ListBuckets", "GetBucketLocation", "HeadBucket"}


def wrong_region(backend: Any, operation: str, bucket: str | None, region: str) -> str | None:
    """The bucket's Region, if the call went to another one; AWS answers such a call with a redirect."""
    if bucket is None or operation in ANY_REGION or bucket not in backend.buckets:
        return None
    home = backend.buckets[bucket].region_name
    return home if home != region else None


@amends("s3", "CreateBucket")
def create_bucket(backend: Any, params: Params, answer: Params) -> None:
    backend.put_bucket_encryption(params["Bucket"], DEFAULT_ENCRYPTION)
    for kind in ("encryption", "replication"):
        memory_of("s3", backend).records[kind].pop(params["Bucket"], None)


@amends("s3", "DeleteBucketEncryption")
def delete_bucket_encryption(backend: Any, params: Params, answer: Params) -> None:
    backend.put_bucket_encryption(params["Bucket"], DEFAULT_ENCRYPTION)
    memory_of("s3", backend).records["encryption"].pop(params["Bucket"], None)


def _keep(kind: str, put: str, get: str, member: str) -> None:
    """moto keeps only some members of these configurations; AWS returns what was put."""

    @amends("s3", put)
    def put_configuration(backend: Any, params: Params, answer: Params) -> None:
        memory_of("s3", backend).records[kind][params["Bucket"]] = params[member]

    @amends("s3", get)
    def get_configuration(backend: Any, params: Params, answer: Params) -> None:
        answer[member] = memory_of("s3", backend).records[kind].get(params["Bucket"], answer[member])


_keep("encryption", "PutBucketEncryption", "GetBucketEncryption", "ServerSideEncryptionConfiguration")
_keep("replication", "PutBucketReplication", "GetBucketReplication", "ReplicationConfiguration")


@amends("s3", "ListBuckets")
def list_buckets(backend: Any, params: Params, answer: Params) -> None:
    """AWS returns the Region of a bucket if the request has any parameter."""
    for bucket in answer.get("Buckets", []):
        if params:
            bucket["BucketRegion"] = backend.buckets[bucket["Name"]].region_name
        bucket["BucketArn"] = f"arn:{backend.partition}:s3:::{bucket['Name']}"
        memory_of("s3", backend).apply("bucket", bucket["Name"], bucket)


@amends("s3", "PutBucketVersioning")
def put_bucket_versioning(backend: Any, params: Params, answer: Params) -> None:
    mfa_delete = params["VersioningConfiguration"].get("MFADelete")
    if mfa_delete is not None:
        memory_of("s3", backend).override("versioning", params["Bucket"], {"MFADelete": mfa_delete})


@amends("s3", "GetBucketVersioning")
def get_bucket_versioning(backend: Any, params: Params, answer: Params) -> None:
    memory_of("s3", backend).apply("versioning", params["Bucket"], answer)


@amends("s3", "GetObjectLockConfiguration")
def get_object_lock_configuration(backend: Any, params: Params, answer: Params) -> None:
    retention = answer["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
    for unit in ("Days", "Years"):
        if not retention.get(unit):
            retention.pop(unit, None)


@seeds("s3", "bucket", "Bucket")
def seed_bucket(backend: Any, values: Params) -> Params:
    """Shows a bucket with another CreationDate."""
    name = values.get("Name")
    if name not in backend.buckets:
        raise ServiceError("NoSuchBucket", f"Bucket {name} does not exist")
    return memory_of("s3", backend).override("bucket", str(name), values)
