"""DynamoDB, EFS, FSx, KMS and S3."""

from __future__ import annotations

import json
from typing import Any

from framework import FAR, Aws, Failing, Told, proves

ROLE = {"REPLICATION_ROLE": "replication"}


@proves("data-policy-not-open")
def data_policy_not_open(aws: Aws) -> Failing:
    aws.bucket("open")
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"}
    aws.client("s3").put_bucket_policy(Bucket="open", Policy=json.dumps({"Version": "2012-10-17", "Statement": [everyone]}))

    def edit(document: dict[str, Any]) -> None:
        document["Statement"][0]["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}

    return Failing("open", edit={"policy.json": edit})


@proves("directory-snapshot-current")
def directory_snapshot_current(aws: Aws) -> str:
    return aws.directory("corp.example.com")


@proves("directory-snapshot-quota")
def directory_snapshot_quota(aws: Aws) -> str:
    made = aws.directory("lab.example.com")
    for _ in range(4):
        aws.client("ds").create_snapshot(DirectoryId=made)
    return made


@proves("dynamodb-table-alarms")
def dynamodb_table_alarms(aws: Aws) -> Failing:
    return Failing(aws.table("unwatched"), fill={"TOPIC_ARN": aws.arn("sns", "on-call")})


GATEWAY = "gateway/sgw-12A3456B"


@proves("storage-gateway-customer-key")
def storage_gateway_customer_key(aws: Aws) -> Failing:
    share = {"GatewayARN": aws.arn("storagegateway", GATEWAY), "Role": aws.role, "LocationARN": "arn:aws:s3:::files"}
    made = aws.client("storagegateway").create_nfs_file_share(**share, ClientToken="token-key")["FileShareARN"]
    return Failing(made, fill={"KEY_ARN": aws.key()})


@proves("storage-gateway-volume-snapshots")
def storage_gateway_volume_snapshots(aws: Aws) -> str:
    volume = {"GatewayARN": aws.arn("storagegateway", GATEWAY), "NetworkInterfaceId": "10.0.0.1", "TargetName": "unscheduled"}
    made = aws.client("storagegateway").create_cached_iscsi_volume(**volume, VolumeSizeInBytes=1 << 30, ClientToken="token-volume")
    return str(made["VolumeARN"])


@proves("dynamodb-table-auto-scaling")
def dynamodb_table_auto_scaling(aws: Aws) -> str:
    return aws.provisioned_table("fixed")


@proves("dynamodb-table-customer-key")
def dynamodb_table_customer_key(aws: Aws) -> str:
    return aws.table("managed-key")


@proves("dynamodb-table-deletion-protection")
def dynamodb_table_deletion_protection(aws: Aws) -> str:
    return aws.table("deletable")


@proves("dynamodb-table-encrypted-with-kms")
def dynamodb_table_encrypted_with_kms(aws: Aws) -> str:
    return aws.table("owned-key")


def pitr(aws: Aws, name: str, days: int) -> str:
    made = aws.table(name)
    specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    aws.client("dynamodb").update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=specification)
    return made


@proves("dynamodb-table-pitr-window")
def dynamodb_table_pitr_window(aws: Aws) -> str:
    return pitr(aws, "short", 7)


@proves("dynamodb-table-pitr")
def dynamodb_table_pitr(aws: Aws) -> str:
    return aws.table("without-pitr")


@proves("dynamodb-table-ttl-backed-up")
def dynamodb_table_ttl_backed_up(aws: Aws) -> str:
    made = aws.table("expiring")
    aws.client("dynamodb").update_time_to_live(TableName="expiring", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    return made


@proves("efs-automatic-backups")
def efs_automatic_backups(aws: Aws) -> str:
    return aws.file_system("without-backups", Encrypted=True)


def destination(told: Told) -> str:
    """The file system that the replication made."""
    return told("FileSystemId")


@proves("efs-file-system-customer-key")
def efs_file_system_customer_key(aws: Aws) -> Failing:
    return Failing(aws.file_system("managed-key", Encrypted=True), replaced_by=destination)


@proves("efs-file-system-encrypted")
def efs_file_system_encrypted(aws: Aws) -> Failing:
    return Failing(aws.file_system("plain"), replaced_by=destination)


@proves("efs-replication")
def efs_replication(aws: Aws) -> str:
    return aws.file_system("here-only", Encrypted=True)


@proves("fsx-automatic-backups")
def fsx_automatic_backups(aws: Aws) -> str:
    made = aws.fsx("ONTAP", "without-backups", settings={"AutomaticBackupRetentionDays": 0})
    aws.fsx_volume(made, "home")
    return made


@proves("fsx-retention")
def fsx_retention(aws: Aws) -> str:
    return aws.fsx("WINDOWS", "forgetful", settings={"AutomaticBackupRetentionDays": 3})


@proves("fsx-file-system-customer-key")
def fsx_file_system_customer_key(aws: Aws) -> Failing:
    made = aws.fsx("WINDOWS", "managed-key")
    fill = {"FILE_SYSTEM_BACKUP_ID": lambda told: told("BackupId"), "FILE_SYSTEM_SUBNET_ID": "subnet-0123456789abcdef0", "KEY_ARN": aws.key()}
    return Failing(made, fill=fill, replaced_by=lambda told: told("FileSystemId"))


@proves("fsx-file-system-copies-tags")
def fsx_file_system_copies_tags(aws: Aws) -> str:
    return aws.fsx("OPENZFS", "untagged")


@proves("kms-key-rotation")
def kms_key_rotation(aws: Aws) -> str:
    key = aws.key()
    aws.vault("rotation", EncryptionKeyArn=key)
    aws.point(aws.volume("rotation"), vault="rotation")
    return key


@proves("kms-key-usable")
def kms_key_usable(aws: Aws) -> str:
    key = aws.key()
    aws.vault("doomed", EncryptionKeyArn=key)
    aws.point(aws.volume("doomed"), vault="doomed")
    aws.client("kms").schedule_key_deletion(KeyId=key.rsplit("/", 1)[1], PendingWindowInDays=7)
    return key


def bucket(aws: Aws, name: str, region: str = "us-east-1", versioned: bool = False, **more: Any) -> str:
    """Bucket names are global, so they have the account in them."""
    full = f"{name}-{aws.number}"
    aws.bucket(full, region, **more)
    if versioned:
        aws.client("s3", region).put_bucket_versioning(Bucket=full, VersioningConfiguration={"Status": "Enabled"})
    return full


def replicate(aws: Aws, source: str, destination: str) -> None:
    rule = {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "Destination": {"Bucket": f"arn:aws:s3:::{destination}"}}
    rule["DeleteMarkerReplication"] = {"Status": "Disabled"}
    configuration = {"Role": f"arn:aws:iam::{aws.number}:role/replication", "Rules": [rule]}
    aws.client("s3").put_bucket_replication(Bucket=source, ReplicationConfiguration=configuration)


@proves("s3-bucket-cross-region-replication")
def s3_cross_region_replication(aws: Aws) -> Failing:
    far = bucket(aws, "cross-region-far", FAR, versioned=True)
    return Failing(bucket(aws, "cross-region"), fill={"DESTINATION_BUCKET": far, **ROLE})


@proves("s3-bucket-replication")
def s3_replication(aws: Aws) -> Failing:
    far = bucket(aws, "replication-far", FAR, versioned=True)
    return Failing(bucket(aws, "replication"), fill={"DESTINATION_BUCKET": far, **ROLE})


@proves("s3-bucket-replication-destination-exists")
def s3_replication_destination_exists(aws: Aws) -> Failing:
    source, far = bucket(aws, "unversioned", versioned=True), bucket(aws, "unversioned-far", FAR)
    replicate(aws, source, far)
    return Failing(source, fill={"DESTINATION_BUCKET": far}, edit={"replication.json": lambda document: document})


@proves("s3-bucket-replicates-kms-objects")
def s3_replicates_kms_objects(aws: Aws) -> Failing:
    source, far = bucket(aws, "kms-objects", versioned=True), bucket(aws, "kms-objects-far", FAR, versioned=True)
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": aws.key()}}
    aws.client("s3").put_bucket_encryption(Bucket=source, ServerSideEncryptionConfiguration={"Rules": [encryption]})
    replicate(aws, source, far)
    key = aws.key(FAR)

    def edit(document: dict[str, Any]) -> None:
        document["Rules"][0]["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
        document["Rules"][0]["Destination"]["EncryptionConfiguration"] = {"ReplicaKmsKeyID": key}

    return Failing(source, edit={"replication.json": edit})


@proves("s3-bucket-customer-key")
def s3_customer_key(aws: Aws) -> str:
    return bucket(aws, "managed-key")


@proves("s3-bucket-encrypted")
def s3_encrypted(aws: Aws) -> str:
    return bucket(aws, "plain")


@proves("s3-bucket-enforces-encryption")
def s3_enforces_encryption(aws: Aws) -> str:
    return bucket(aws, "any-encryption")


def lifecycle(aws: Aws, name: str, days: int) -> None:
    rule: dict[str, Any] = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": days}}
    aws.client("s3").put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})


@proves("s3-bucket-keeps-noncurrent-versions")
def s3_keeps_noncurrent_versions(aws: Aws) -> Failing:
    made = bucket(aws, "forgetful", versioned=True)
    lifecycle(aws, made, 2)

    def edit(document: dict[str, Any]) -> None:
        document["Rules"][0]["NoncurrentVersionExpiration"]["NoncurrentDays"] = 90

    return Failing(made, edit={"lifecycle.json": edit})


@proves("s3-bucket-lifecycle")
def s3_lifecycle(aws: Aws) -> Failing:
    rule: dict[str, Any] = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
    rule["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": 7}

    def edit(document: dict[str, Any]) -> None:
        document["Rules"].append(rule)

    return Failing(bucket(aws, "endless", versioned=True), edit={"lifecycle.json": edit})


@proves("s3-bucket-mfa-delete")
def s3_mfa_delete(aws: Aws) -> Failing:
    return Failing(bucket(aws, "without-mfa"), fill={"DEVICE_NAME": "root-account-mfa-device", "MFA_CODE": "123456"})


@proves("s3-bucket-object-lock")
def s3_object_lock(aws: Aws) -> str:
    return bucket(aws, "unlocked")


@proves("s3-bucket-versioning")
def s3_versioning(aws: Aws) -> str:
    return bucket(aws, "unversioned-only")
