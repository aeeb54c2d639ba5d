"""Operations that the commands of findings call and an audit does not (tests/rules/commands)."""

from __future__ import annotations

from .harness import ACCOUNT, Emulator, days_ago

ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
LOGIN = {"MasterUsername": "admin1", "MasterUserPassword": "not-a-secret"}


def lifecycle(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    backup.create_backup_vault(BackupVaultName="remedies")
    volume = f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume/vol-0000000000000beef"
    point = {"BackupVaultName": "remedies", "ResourceArn": volume, "CreationDate": days_ago(2)}
    arn = emulator.seed("backup", "recovery_point", point)["RecoveryPointArn"]
    which = {"BackupVaultName": "remedies", "RecoveryPointArn": arn}
    changed = backup.update_recovery_point_lifecycle(**which, Lifecycle={"DeleteAfterDays": 40})
    emulator.expect("lifecycle", (changed["Lifecycle"]["DeleteAfterDays"], "DeleteAt" in changed["CalculatedLifecycle"]), (40, True))
    soon = {"MoveToColdStorageAfterDays": 30, "DeleteAfterDays": 40}
    call = lambda: backup.update_recovery_point_lifecycle(**which, Lifecycle=soon)  # noqa: E731
    emulator.expect_error("90 days in cold storage", "InvalidParameterValueException", call)
    job = emulator.seed("backup", "restore_job", {"RecoveryPointArn": arn, "CreationDate": days_ago(1)})["RestoreJobId"]
    backup.put_restore_validation_result(RestoreJobId=job, ValidationStatus="SUCCESSFUL", ValidationStatusMessage="counted")
    read = backup.list_restore_jobs_by_protected_resource(ResourceArn=volume, ByStatus="COMPLETED")["RestoreJobs"]
    emulator.expect("validated", [(found["RestoreJobId"], found["ValidationStatus"]) for found in read], [(job, "SUCCESSFUL")])
    plan = {"BackupPlanName": "remedies", "Rules": [{"RuleName": "daily", "TargetBackupVaultName": "remedies"}]}
    made = backup.create_backup_plan(BackupPlan=plan)["BackupPlanId"]
    selection = {"SelectionName": "one", "IamRoleArn": ROLE, "Resources": [volume]}
    chosen = backup.create_backup_selection(BackupPlanId=made, BackupSelection=selection)["SelectionId"]
    emulator.seed("backup", "selection", {"BackupPlanId": made, "SelectionId": chosen, "CreationDate": days_ago(9)})
    age = backup.get_backup_selection(BackupPlanId=made, SelectionId=chosen)["CreationDate"]
    emulator.expect("an older selection", age.isoformat() < days_ago(8), True)


def restore_testing(emulator: Emulator) -> None:
    backup = emulator.client("backup")
    choice = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    plan = {"RestoreTestingPlanName": "remedies", "ScheduleExpression": "cron(0 1 1 * ? *)", "RecoveryPointSelection": choice}
    backup.create_restore_testing_plan(RestoreTestingPlan=plan)
    selection = {"RestoreTestingSelectionName": "one", "ProtectedResourceType": "EBS", "IamRoleArn": ROLE, "ProtectedResourceArns": []}
    backup.create_restore_testing_selection(RestoreTestingPlanName="remedies", RestoreTestingSelection=selection)
    which = {"RestoreTestingPlanName": "remedies", "RestoreTestingSelectionName": "one"}
    backup.update_restore_testing_selection(**which, RestoreTestingSelection={"ProtectedResourceArns": ["*"]})
    read = backup.get_restore_testing_selection(**which)["RestoreTestingSelection"]
    emulator.expect("selection", (read["ProtectedResourceArns"], read["ProtectedResourceType"]), (["*"], "EBS"))


def ec2(emulator: Emulator) -> None:
    client = emulator.client("ec2", "eu-west-2")
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = client.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    volume = client.describe_volumes()["Volumes"][0]["VolumeId"]
    made = client.create_image(InstanceId=instance, Name="plain")["ImageId"]
    copy = client.copy_image(SourceImageId=made, SourceRegion="eu-west-2", Name="encrypted", Encrypted=True)["ImageId"]
    devices = client.describe_images(ImageIds=[copy])["Images"][0]["BlockDeviceMappings"]
    emulator.expect("a copied image", [device["Ebs"]["Encrypted"] for device in devices], [True])
    emulator.expect("detached", client.detach_volume(VolumeId=volume)["InstanceId"], instance)
    emulator.expect_error("detached already", "IncorrectState", lambda: client.detach_volume(VolumeId=volume))
    snapshot = client.create_snapshot(VolumeId=volume)["SnapshotId"]
    copy = client.copy_snapshot(SourceSnapshotId=snapshot, SourceRegion="eu-west-2", Description="d", Encrypted=True)["SnapshotId"]
    read = client.describe_snapshots(SnapshotIds=[copy])["Snapshots"][0]
    emulator.expect("a copied snapshot", (read["Encrypted"], "KmsKeyId" in read, read["VolumeId"]), (True, True, "vol-ffffffff"))
    which = {"SnapshotId": snapshot, "Attribute": "createVolumePermission"}
    client.modify_snapshot_attribute(**which, CreateVolumePermission={"Add": [{"Group": "all"}, {"UserId": ACCOUNT}]})
    emulator.expect("shared", len(client.describe_snapshot_attribute(**which)["CreateVolumePermissions"]), 2)
    client.modify_snapshot_attribute(**which, CreateVolumePermission={"Remove": [{"Group": "all"}]})
    emulator.expect("not with all", client.describe_snapshot_attribute(**which)["CreateVolumePermissions"], [{"UserId": ACCOUNT}])


def databases(emulator: Emulator) -> None:
    rds, key = emulator.client("rds"), emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    for engine in ("aurora-mysql", "neptune"):
        name = f"remedies-{engine}"
        rds.create_db_cluster(DBClusterIdentifier=name, Engine=engine, **LOGIN)
        rds.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-1")
        restored = {"DBClusterIdentifier": f"{name}-2", "SnapshotIdentifier": f"{name}-1", "Engine": engine, "KmsKeyId": key}
        rds.restore_db_cluster_from_snapshot(**restored)
        read = rds.describe_db_clusters(DBClusterIdentifier=f"{name}-2")["DBClusters"][0]
        emulator.expect(f"a restored cluster of {engine}", (read["StorageEncrypted"], read["KmsKeyId"]), (True, key))
    latest = {"DBClusterIdentifier": "remedies-3", "SourceDBClusterIdentifier": "remedies-aurora-mysql", "UseLatestRestorableTime": True}
    emulator.expect("to a point in time", rds.restore_db_cluster_to_point_in_time(**latest)["DBCluster"]["DBClusterIdentifier"], "remedies-3")
    rds.create_global_cluster(GlobalClusterIdentifier="remedies", Engine="aurora-mysql")
    changed = rds.modify_global_cluster(GlobalClusterIdentifier="remedies", DeletionProtection=True)["GlobalCluster"]
    emulator.expect("global cluster", changed["DeletionProtection"], True)
    missing = lambda: rds.modify_global_cluster(GlobalClusterIdentifier="no")  # noqa: E731
    emulator.expect_error("no global cluster", "GlobalClusterNotFoundFault", missing)
    keys = emulator.client("kms")
    keys.schedule_key_deletion(KeyId=key.rsplit("/", 1)[1], PendingWindowInDays=7)
    emulator.expect_error("pending deletion", "KMSInvalidStateException", lambda: keys.enable_key(KeyId=key))
    keys.cancel_key_deletion(KeyId=key)
    keys.enable_key(KeyId=key)
    emulator.expect("enabled", keys.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "Enabled")


def stores(emulator: Emulator) -> None:
    s3, dynamodb = emulator.client("s3"), emulator.client("dynamodb")
    s3.create_bucket(Bucket="remedies")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    s3.put_bucket_encryption(Bucket="remedies", ServerSideEncryptionConfiguration={"Rules": [rule]})
    read = s3.get_bucket_encryption(Bucket="remedies")["ServerSideEncryptionConfiguration"]["Rules"][0]
    emulator.expect("blocked", read["BlockedEncryptionTypes"]["EncryptionType"], ["SSE-C"])
    s3.put_bucket_versioning(Bucket="remedies", VersioningConfiguration={"Status": "Enabled"})
    rule = {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "Destination": {"Bucket": "arn:aws:s3:::remedies-2"}}
    rule |= {"DeleteMarkerReplication": {"Status": "Disabled"}, "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}}}
    s3.create_bucket(Bucket="remedies-2")
    s3.put_bucket_versioning(Bucket="remedies-2", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_replication(Bucket="remedies", ReplicationConfiguration={"Role": ROLE, "Rules": [rule]})
    read = s3.get_bucket_replication(Bucket="remedies")["ReplicationConfiguration"]["Rules"][0]
    emulator.expect("replication", read["SourceSelectionCriteria"], {"SseKmsEncryptedObjects": {"Status": "Enabled"}})
    keys = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    dynamodb.create_table(TableName="remedies", BillingMode="PAY_PER_REQUEST", **keys)
    dynamodb.update_table(TableName="remedies", SSESpecification={"Enabled": True, "SSEType": "KMS"})
    read = dynamodb.describe_table(TableName="remedies")["Table"]["SSEDescription"]
    emulator.expect("a table's key", (read["SSEType"], read["KMSMasterKeyArn"].startswith("arn:aws:kms:us-east-1:")), ("KMS", True))


CHECKS = (lifecycle, restore_testing, ec2, databases, stores)
