"""A small account with findings for every service that rel9 reads: us-east-1, and copies in eu-west-1.

Resource names show the expected result: covered, late, never backed up, exposed.
"""

from __future__ import annotations

import json
from typing import Any

from common import ACCOUNT, ROLE, Account, ago, arn, main, millis, tags

REGION, FAR = "us-east-1", "eu-west-1"
OTHER_ACCOUNT = "111122223333"


def settings(account: Account) -> None:
    account.enable(REGION, FAR)
    backup, ec2 = account.client("backup"), account.client("ec2")
    backup.update_region_settings(ResourceTypeOptInPreference={"EFS": False})
    backup.update_global_settings(GlobalSettings={"isCrossAccountBackupEnabled": "true"})
    organization(account)
    deletions(account)
    ec2.enable_ebs_encryption_by_default()
    account.seed("tag", "resource", {"ResourceARN": arn("neptune-graph", "graph/g-0123456789", REGION), "Tags": [{"Key": "team", "Value": "search"}]})
    ec2.enable_snapshot_block_public_access(State="block-new-sharing")


def deletions(account: Account) -> None:
    """One snapshot was deleted by a person, others by a service, without permission, or of another service."""
    person = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/anna"}
    lifecycle = {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/backup/s", "invokedBy": "backup.amazonaws.com"}
    event = {"EventName": "DeleteSnapshot", "EventSource": "ec2.amazonaws.com", "EventTime": ago(days=3), "UserIdentity": person}
    for more in (
        {"Resources": ["snap-0123"]},
        {"UserIdentity": lifecycle},
        {"ErrorCode": "Client.UnauthorizedOperation"},
        {"EventSource": "lightsail.amazonaws.com"},
        {"EventTime": ago(days=40)},
    ):
        account.seed("cloudtrail", "event", {**event, **more})


def organization(account: Account) -> None:
    """The account manages an organisation with a backup policy for this Region."""
    client = account.client("organizations")
    client.create_organization()
    selection = {"iam_role_arn": {"@@assign": ROLE}, "tag_key": {"@@assign": "backup"}, "tag_value": {"@@assign": ["daily"]}}
    plan = {"regions": {"@@assign": [REGION]}, "rules": {"night": {"target_backup_vault_name": {"@@assign": "main"}}}}
    content = {"plans": {"daily": {**plan, "selections": {"tags": {"daily": selection}}}}}
    made = client.create_policy(Content=json.dumps(content), Description="backups", Name="backups", Type="BACKUP_POLICY")["Policy"]
    client.attach_policy(PolicyId=made["PolicySummary"]["Id"], TargetId=client.list_roots()["Roots"][0]["Id"])


def vaults(account: Account) -> None:
    """The role of plans exists; a DLM policy names it too, which its trust policy does not allow."""
    backup = account.client("backup")
    account.make_role(ROLE.rsplit("/", 1)[1], "backup.amazonaws.com", "/service-role/")
    key = account.client("kms").create_key(Description="vault")["KeyMetadata"]
    account.client("kms").enable_key_rotation(KeyId=key["KeyId"])
    account.vault("main", EncryptionKeyArn=key["Arn"])
    backup.put_backup_vault_lock_configuration(BackupVaultName="main", MinRetentionDays=7, MaxRetentionDays=365, ChangeableForDays=3)
    account.seed("backup", "vault", {"BackupVaultName": "main", "LockDate": ago(days=60)})
    deny = {"Effect": "Deny", "Principal": "*", "Action": ["backup:DeleteRecoveryPoint"], "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    backup.put_backup_vault_access_policy(BackupVaultName="main", Policy=json.dumps(policy))
    topic = arn("sns", "backups", REGION)
    backup.put_backup_vault_notifications(BackupVaultName="main", SNSTopicArn=topic, BackupVaultEvents=["BACKUP_JOB_FAILED"])
    account.vault("open")
    everyone = {"Effect": "Allow", "Principal": "*", "Action": ["backup:CopyIntoBackupVault"], "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [everyone]}
    backup.put_backup_vault_access_policy(BackupVaultName="open", Policy=json.dumps(policy))
    account.vault("copies", FAR)


def volumes(account: Account) -> dict[str, str]:
    copy = {"DestinationBackupVaultArn": arn("backup", "backup-vault:copies", FAR), "Lifecycle": {"DeleteAfterDays": 90}}
    plan = account.plan("daily", CopyActions=[copy])
    account.select(plan, by_tag={"backup": "daily"})
    covered = account.volume("covered", backup="daily")
    late = account.volume("late", backup="daily")
    partial = account.volume("partial", backup="daily")
    account.volume("alone")
    account.volume("unencrypted", encrypted=False)
    points(account, covered, late, partial)
    account.point(arn("ec2", "volume/vol-0000000000000dead", REGION), age={"days": 20})  # its volume is gone
    return {"covered": covered, "late": late, "partial": partial}


def points(account: Account, covered: str, late: str, partial: str) -> None:
    kept = {"Lifecycle": {"DeleteAfterDays": 35}}
    copied = {"SourceBackupVaultArn": arn("backup", "backup-vault:main", REGION), "EncryptionKeyArn": arn("kms", "key/far", FAR)}
    for days in range(8):
        account.point(covered, age={"days": days, "hours": 3}, **kept)
    newest = account.point(covered, age={"hours": 2}, **kept)
    copy = account.point(covered, FAR, "copies", age={"hours": 3}, **copied)
    job = {"ResourceArn": covered, "BackupVaultName": "main", "CreationDate": ago(hours=3), "CompletionDate": ago(hours=2, minutes=30)}
    account.seed("backup", "backup_job", {**job, "RecoveryPointArn": newest})
    both = {"SourceBackupVaultArn": arn("backup", "backup-vault:main", REGION), "DestinationBackupVaultArn": copy_vault()}
    account.seed("backup", "copy_job", {"ResourceArn": covered, "CreationDate": ago(hours=2), "DestinationRecoveryPointArn": copy, **both})
    restore = {"RecoveryPointArn": newest, "CreationDate": ago(days=9, minutes=42), "CompletionDate": ago(days=9)}
    account.seed("backup", "restore_job", {**restore, "ValidationStatus": "SUCCESSFUL"})
    account.point(late, age={"days": 12}, **kept)
    account.point(partial, Status="PARTIAL", **kept)
    failed = {"ResourceArn": partial, "BackupVaultName": "main", "CreationDate": ago(hours=4), "State": "FAILED"}
    account.seed("backup", "backup_job", {**failed, "StatusMessage": "the role may not"})


def copy_vault() -> str:
    return arn("backup", "backup-vault:copies", FAR)


def restore_testing(account: Account) -> None:
    backup = account.client("backup")
    choice = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    plan = {"RestoreTestingPlanName": "monthly", "ScheduleExpression": "cron(0 1 1 * ? *)", "RecoveryPointSelection": choice}
    backup.create_restore_testing_plan(RestoreTestingPlan=plan)
    account.seed("backup", "restore_testing_plan", {"RestoreTestingPlanName": "monthly", "LastExecutionTime": ago(days=9)})
    selection = {"RestoreTestingSelectionName": "ebs", "ProtectedResourceType": "EBS", "IamRoleArn": ROLE, "ProtectedResourceArns": ["*"]}
    backup.create_restore_testing_selection(RestoreTestingPlanName="monthly", RestoreTestingSelection=selection)


def audit_manager(account: Account) -> None:
    backup = account.client("backup")
    backup.create_framework(FrameworkName="controls", FrameworkControls=[{"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}])
    channel, setting = {"S3BucketName": "reports"}, {"ReportTemplate": "BACKUP_JOB_REPORT"}
    backup.create_report_plan(ReportPlanName="jobs", ReportDeliveryChannel=channel, ReportSetting=setting)


def snapshotted(account: Account, name: str) -> str:
    """A volume. Volumes under the default EBS key cannot be shared, so the shared one has a customer managed key, and the public one no key."""
    ec2 = account.client("ec2")
    key = {"KmsKeyId": account.client("kms").create_key(Description="shared")["KeyMetadata"]["Arn"]} if name == "shared" else {}
    if name == "public":
        ec2.disable_ebs_encryption_by_default()
    volume = account.volume(f"{name}-volume", encrypted=name != "public", more=key, **({"dlm": "yes"} if name == "dlm" else {}))
    ec2.enable_ebs_encryption_by_default()
    return volume.rsplit("/", 1)[1]


def snapshots(account: Account) -> dict[str, str]:
    ec2, dlm = account.client("ec2"), account.client("dlm")
    schedule = {"Name": "daily", "CreateRule": {"Interval": 24}, "RetainRule": {"Count": 14}}
    details = {"ResourceTypes": ["VOLUME"], "TargetTags": [{"Key": "dlm", "Value": "yes"}], "Schedules": [schedule]}
    policy = dlm.create_lifecycle_policy(PolicyDetails=details, ExecutionRoleArn=ROLE, Description="daily", State="ENABLED")["PolicyId"]
    account.seed("dlm", "policy", {"PolicyId": policy, "DateCreated": ago(days=80)})
    made = {}
    for name, age, sharing, labels in (
        ("dlm", {"hours": 5}, None, {"aws:dlm:lifecycle-policy-id": policy, "aws:dlm:lifecycle-schedule-name": "daily", "dlm:managed": "true"}),
        ("by-hand", {"days": 3}, None, {}),
        ("public", {"days": 4}, {"GroupNames": ["all"]}, {}),
        ("shared", {"days": 5}, {"UserIds": [OTHER_ACCOUNT]}, {}),
    ):
        volume = snapshotted(account, name)
        snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        account.seed("ec2", "snapshot", {"SnapshotId": snapshot, "StartTime": ago(**age)})
        for key, value in labels.items():
            account.seed("ec2", "tag", {"ResourceId": snapshot, "Key": key, "Value": value})
        if sharing:
            what = {"Attribute": "createVolumePermission", "OperationType": "add"}
            ec2.modify_snapshot_attribute(SnapshotId=snapshot, **what, **sharing)
        made[f"{name}_snapshot"] = snapshot
    ec2.lock_snapshot(SnapshotId=made["by-hand_snapshot"], LockMode="governance", LockDuration=10)
    instance, _ = account.instance(Name="server")
    guarded, _ = account.instance(Name="guarded")
    ec2.modify_instance_attribute(InstanceId=guarded.rsplit("/", 1)[1], DisableApiTermination={"Value": True})
    made |= {"server": instance, "guarded": guarded}
    # The snapshot of an image that is no longer registered, of an instance that is gone.
    gone = account.volume("gone").rsplit("/", 1)[1]
    orphan = ec2.create_snapshot(VolumeId=gone, Description="Created by CreateImage(i-0123456789abcdef0) for ami-0123456789abcdef0")["SnapshotId"]
    account.seed("ec2", "snapshot", {"SnapshotId": orphan, "StartTime": ago(days=400)})
    ec2.delete_volume(VolumeId=gone)
    made["orphan_snapshot"] = orphan
    image = ec2.create_image(InstanceId=instance.rsplit("/", 1)[1], Name="image")["ImageId"]
    ec2.modify_image_attribute(ImageId=image, LaunchPermission={"Add": [{"UserId": OTHER_ACCOUNT}]})
    return {**made, "image": image, "policy": policy}


def databases(account: Account) -> None:
    rds = account.client("rds")
    doomed = account.client("kms").create_key(Description="doomed")["KeyMetadata"]
    topic = arn("sns", "on-call", REGION)
    failures = {"SourceType": "db-instance", "EventCategories": ["failure"], "Enabled": True}
    rds.create_event_subscription(SubscriptionName="failures", SnsTopicArn=topic, **failures)
    account.database("orders", retention=7, StorageEncrypted=True, DeletionProtection=True, CopyTagsToSnapshot=True)
    account.database("doomed", retention=7, StorageEncrypted=True, KmsKeyId=doomed["Arn"])
    account.database("no-backups", retention=0)
    account.database("stuck", retention=7, StorageEncrypted=True)
    account.seed("rds", "db_instance", {"DBInstanceIdentifier": "stuck", "LatestRestorableTime": ago(days=2)})
    account.client("kms").schedule_key_deletion(KeyId=doomed["KeyId"], PendingWindowInDays=7)
    # Snapshots under the default RDS key cannot be shared, so the cluster with the shared snapshot has a customer managed key, and the cluster
    # with the public snapshot has no key.
    shared_key = {"KmsKeyId": account.client("kms").create_key(Description="shared databases")["KeyMetadata"]["Arn"]}
    account.database("published", retention=7)
    for name, engine in (("aurora", "aurora-mysql"), ("graph", "neptune"), ("documents", "docdb")):
        key = shared_key if name == "aurora" else {}
        account.cluster(name, engine, BackupRetentionPeriod=7, StorageEncrypted=True, **key)
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=f"{name}-snapshot", DBClusterIdentifier=name)
    rds.create_global_cluster(
        GlobalClusterIdentifier="world", SourceDBClusterIdentifier=arn("rds", "cluster:aurora", REGION), DeletionProtection=True
    )
    rds.create_global_cluster(GlobalClusterIdentifier="document-world", Engine="docdb")
    account.cluster("far-documents", "docdb", FAR, GlobalClusterIdentifier="document-world", BackupRetentionPeriod=7)
    rds.create_global_cluster(GlobalClusterIdentifier="empty", Engine="neptune")
    rds.create_db_snapshot(DBSnapshotIdentifier="orders-private", DBInstanceIdentifier="orders")
    taken = {"SnapshotCreateTime": ago(days=2), "OriginalSnapshotCreateTime": ago(days=2)}
    account.seed("rds", "db_snapshot", {"DBSnapshotIdentifier": "orders-private", **taken})
    rds.create_db_snapshot(DBSnapshotIdentifier="published-snapshot", DBInstanceIdentifier="published")
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="published-snapshot", AttributeName="restore", ValuesToAdd=["all"])
    shared = {"AttributeName": "restore", "ValuesToAdd": [OTHER_ACCOUNT]}
    rds.modify_db_cluster_snapshot_attribute(DBClusterSnapshotIdentifier="aurora-snapshot", **shared)
    account.seed("rds", "db_instance_automated_backup", {"DBInstanceIdentifier": "gone", "DbiResourceId": "db-GONE"})
    key = account.client("kms", FAR).create_key(Description="copies")["KeyMetadata"]["Arn"]
    source = arn("rds", "db:orders", REGION)
    account.client("rds", FAR).start_db_instance_automated_backups_replication(SourceDBInstanceArn=source, KmsKeyId=key)


def warehouses(account: Account) -> None:
    redshift, far = account.client("redshift"), account.client("redshift", FAR)
    key = account.client("kms").create_key(Description="warehouses")["KeyMetadata"]["Arn"]
    far_key = account.client("kms", FAR).create_key(Description="copies of warehouses")["KeyMetadata"]["Arn"]
    far.create_snapshot_copy_grant(SnapshotCopyGrantName="warehouses", KmsKeyId=far_key)
    account.warehouse("sales", KmsKeyId=key, AutomatedSnapshotRetentionPeriod=7, Tags=[{"Key": "tier", "Value": "gold"}])
    redshift.enable_snapshot_copy(ClusterIdentifier="sales", DestinationRegion=FAR, SnapshotCopyGrantName="warehouses")
    there = {"ClusterIdentifier": "sales", "ClusterCreateTime": ago(days=100), "SourceRegion": REGION, "Encrypted": True, "KmsKeyId": far_key}
    copied = {"SnapshotIdentifier": "copy:rs:sales-night", "SnapshotType": "automated", "SnapshotCreateTime": ago(hours=5)}
    account.seed("redshift", "snapshot", {**there, **copied}, FAR)
    redshift.create_cluster_snapshot(SnapshotIdentifier="sales-shared", ClusterIdentifier="sales")
    redshift.authorize_snapshot_access(SnapshotIdentifier="sales-shared", AccountWithRestoreAccess=OTHER_ACCOUNT)
    account.seed("redshift", "snapshot", {"SnapshotIdentifier": "sales-shared", "SnapshotCreateTime": ago(days=20)})
    # AWS Backup's recovery point of a cluster is one of its manual snapshots.
    name, made = "awsbackup:job-0123", ago(days=2)
    account.seed("redshift", "snapshot", {"SnapshotIdentifier": name, "ClusterIdentifier": "sales", "SnapshotCreateTime": made})
    point = {"RecoveryPointArn": arn("redshift", f"snapshot:sales/{name}", REGION), "EncryptionKeyArn": key, "ResourceType": "Redshift"}
    account.point(arn("redshift", "cluster:sales", REGION), age={"days": 2}, **point)
    redshift.create_snapshot_schedule(ScheduleIdentifier="nightly", ScheduleDefinitions=["cron(30 1 *)"])
    account.warehouse("scheduled", newest={"hours": 20}, SnapshotScheduleIdentifier="nightly")
    account.warehouse("stalled", newest={"days": 3}, SnapshotScheduleIdentifier="nightly")
    account.seed("redshift", "cluster", {"ClusterIdentifier": "stalled", "SnapshotScheduleState": "FAILED"})
    account.warehouse("second", AutomatedSnapshotRetentionPeriod=0)
    redshift.modify_cluster(ClusterIdentifier="second", Encrypted=False)
    # None of these is a backup of it: of an earlier cluster of its name, of another account, one that is not complete.
    first = {"ClusterIdentifier": "second", "SnapshotCreateTime": ago(days=5)}
    account.seed("redshift", "snapshot", {"SnapshotIdentifier": "of-the-first", "ClusterCreateTime": ago(days=400), **first})
    account.seed("redshift", "snapshot", {"SnapshotIdentifier": "of-others", "OwnerAccount": OTHER_ACCOUNT, **first})
    account.seed("redshift", "snapshot", {"SnapshotIdentifier": "not-complete", "Status": "final snapshot", **first})


def serverless_warehouses(account: Account) -> None:
    client, far = account.client("redshift-serverless"), account.client("redshift-serverless", FAR)
    key = account.client("kms").create_key(Description="serverless warehouses")["KeyMetadata"]["Arn"]
    create = lambda name, **more: client.create_namespace(namespaceName=name, **more)["namespace"]["namespaceArn"]  # noqa: E731
    kept = create("kept-wares", kmsKeyId=key, tags=[{"key": "tier", "value": "gold"}])
    planned, spare = create("planned-wares", tags=[{"key": "backup", "value": "daily"}]), create("spare-wares")
    for name in ("kept-wares", "planned-wares", "spare-wares"):
        account.seed("redshift-serverless", "namespace", {"namespaceName": name, "creationDate": ago(days=100)})
    for name in ("kept-wares", "planned-wares"):
        for hours in (0.5, 23):
            account.seed("redshift-serverless", "recovery_point", {"namespaceName": name, "recoveryPointCreateTime": ago(hours=hours)})
    nightly = {"createSnapshot": {"namespaceName": "kept-wares", "snapshotNamePrefix": "kept-wares-", "retentionPeriod": 30}}
    action = {"namespaceName": "kept-wares", "roleArn": ROLE, "schedule": {"cron": "(0 1 * * ? *)"}, "targetAction": nightly}
    client.create_scheduled_action(scheduledActionName="kept-nightly", **action)
    client.create_scheduled_action(scheduledActionName="kept-hourly", enabled=False, **action)
    client.create_snapshot_copy_configuration(namespaceName="kept-wares", destinationRegion=FAR, snapshotRetentionPeriod=14)
    taken = {"namespaceName": "kept-wares", "snapshotRetentionPeriod": 30, "snapshotCreateTime": ago(hours=20)}
    account.seed("redshift-serverless", "snapshot", {"snapshotName": "kept-wares-2026-11-22-01", **taken})
    account.seed("redshift-serverless", "snapshot", {"snapshotName": "copied-wares", "namespaceArn": kept, **taken}, FAR)
    lent = client.create_snapshot(namespaceName="spare-wares", snapshotName="lent-wares")["snapshot"]["snapshotArn"]
    client.put_resource_policy(resourceArn=lent, policy=allow({"AWS": OTHER_ACCOUNT}, "redshift-serverless:RestoreFromSnapshot"))
    # None of these is a backup of it: of a namespace that is gone, of another account.
    gone = {"namespaceName": "gone-wares", "namespaceArn": spare.rsplit("/", 1)[0] + "/0b1c2d3e-1111-4222-8333-444455556666"}
    account.seed("redshift-serverless", "snapshot", {"snapshotName": "of-gone-wares", "snapshotCreateTime": ago(days=400), **gone})
    account.seed("redshift-serverless", "snapshot", {"snapshotName": "of-other-wares", "ownerAccount": OTHER_ACCOUNT, "namespaceName": "spare-wares"})
    # AWS Backup's recovery point of a namespace is one of its snapshots.
    made = account.seed("redshift-serverless", "snapshot", {"snapshotName": "awsbackup:job-4567", "namespaceName": "planned-wares", "snapshotCreateTime": ago(days=1)})
    name = arn("redshift-serverless", f"snapshot:resource/{made['snapshotName']}", REGION)
    point = {"RecoveryPointArn": name, "EncryptionKeyArn": key, "ResourceType": "Redshift Serverless"}
    account.point(planned, age={"days": 1}, **point)
    far.create_namespace(namespaceName="far-wares")


def allow(principal: Any, action: str, **more: Any) -> str:
    """A resource policy with one statement."""
    statement = {"Sid": "Let", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def tables(account: Account) -> dict[str, str]:
    dynamodb = account.client("dynamodb")
    account.table("events", tier="gold")
    dynamodb.update_continuous_backups(TableName="events", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    dynamodb.update_time_to_live(TableName="events", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    account.table("bare")
    account.table("lent")
    dynamodb.put_resource_policy(ResourceArn=arn("dynamodb", "table/lent", REGION), Policy=allow({"AWS": OTHER_ACCOUNT}, "dynamodb:GetItem"))
    account.table("dumped")
    backup = dynamodb.create_backup(TableName="dumped", BackupName="by-hand")["BackupDetails"]["BackupArn"]
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=backup)
    on_demand = {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
    account.seed("dynamodb", "table", {"TableName": "restored", "RestoreSummary": {"RestoreDateTime": ago(days=8)}, **on_demand})
    account.scaled_table("scaled")
    account.alarm("events-reads", "events")
    account.alarm("muted", "bare", ActionsEnabled=False)
    account.table("global-table")
    dynamodb.update_table(TableName="global-table", ReplicaUpdates=[{"Create": {"RegionName": FAR}}])
    return {"backup": backup}


def directories(account: Account) -> dict[str, str]:
    """A directory with automatic snapshots, one whose snapshots stopped and whose quota is nearly used up, and an AD Connector."""
    daily = account.directory("corp.example.com", tier="gold")
    for days in range(3):
        account.seed("ds", "snapshot", {"DirectoryId": daily, "StartTime": ago(days=days, hours=2)})
    account.seed("ds", "snapshot", {"DirectoryId": daily, "StartTime": ago(hours=1), "Status": "Failed"})
    simple = account.directory("lab.example.com", simple=True)
    for days in (9, 19, 29):
        account.seed("ds", "snapshot", {"DirectoryId": simple, "StartTime": ago(days=days), "Type": "Manual"})
    subnets = account.client("ec2").describe_subnets()["Subnets"]
    settings = {"VpcId": subnets[0]["VpcId"], "SubnetIds": [subnet["SubnetId"] for subnet in subnets[:2]]}
    settings |= {"CustomerDnsIps": ["10.0.0.2"], "CustomerUserName": "admin"}
    account.client("ds").connect_directory(Name="far.example.com", Password="Not-a-s3cret", Size="Small", ConnectSettings=settings)
    return {"daily_directory": daily, "simple_directory": simple}


def virtual_machines(account: Account) -> None:
    """One rack is online; AWS has not seen the other for days. One machine is selected by tag."""
    near, far = account.hypervisor("esx-near", "rack-near"), account.hypervisor("esx-far", "rack-far")
    account.client("backup-gateway").create_gateway(ActivationKey="ABCDE-12345", GatewayDisplayName="rack-spare", GatewayType="BACKUP_VM")
    account.seed("backup-gateway", "gateway", {"GatewayArn": account.gateways["rack-near"], "LastSeenTime": ago(hours=1)})
    account.seed("backup-gateway", "gateway", {"GatewayArn": account.gateways["rack-far"], "LastSeenTime": ago(days=3)})
    account.seed("backup-gateway", "hypervisor", {"HypervisorArn": arn("backup-gateway", f"hypervisor/{far}", REGION), "State": "OFFLINE"})
    billed = account.virtual_machine("billing-vm", near, backup="daily")
    account.point(billed, age={"hours": 2})
    account.virtual_machine("bare-vm", far)


def gateways(account: Account) -> dict[str, str]:
    """Volumes with a schedule, without one, in a plan, and made from a snapshot; a tape in the library and one on the shelf; two shares."""
    client, ec2 = account.client("storagegateway"), account.client("ec2")
    key = {"KMSEncrypted": True, "KMSKey": account.client("kms").create_key(Description="gateway")["KeyMetadata"]["Arn"]}
    gateway = arn("storagegateway", "gateway/sgw-12A3456B", REGION)
    at = {"GatewayARN": gateway, "NetworkInterfaceId": "10.0.0.1"}
    labels = {"Tags": tags({"tier": "gold"})}
    stored = client.create_stored_iscsi_volume(**at, **key, **labels, DiskId="disk-1", PreserveExistingData=False, TargetName="stored-files")["VolumeARN"]
    # EC2 writes the ids of gateway volumes in lowercase.
    snapshot = ec2.create_snapshot(VolumeId=account.volume("behind-the-gateway").rsplit("/", 1)[1])["SnapshotId"]
    of_volume = {"SnapshotId": snapshot, "VolumeId": stored.rsplit("/", 1)[1].lower(), "StartTime": ago(hours=6)}
    account.seed("ec2", "snapshot", of_volume)
    cached = {**at, "VolumeSizeInBytes": 1 << 40}
    bare = client.create_cached_iscsi_volume(**cached, TargetName="bare-files", ClientToken="token-bare")["VolumeARN"]
    planned = client.create_cached_iscsi_volume(**cached, TargetName="planned-files", ClientToken="token-planned", Tags=tags({"backup": "daily"}))["VolumeARN"]
    account.point(planned, age={"hours": 6}, RecoveryPointArn=f"arn:aws:ec2:{REGION}::snapshot/snap-0123456789abcdef0")
    drill = client.create_cached_iscsi_volume(**cached, TargetName="drill-files", ClientToken="token-drill", SnapshotId=snapshot)["VolumeARN"]
    for made, age in ((stored, 100), (bare, 100), (planned, 100), (drill, 0.1)):
        account.seed("storagegateway", "volume", {"VolumeARN": made, "CreatedDate": ago(days=age)})
    tape = {"GatewayARN": gateway, "TapeSizeInBytes": 100 << 30, "NumTapesToCreate": 1}
    client.create_tapes(**tape, **key, ClientToken="token-tape", TapeBarcodePrefix="LIB")
    shelf = client.create_tapes(**tape, ClientToken="token-shelf", TapeBarcodePrefix="OLD")["TapeARNs"][0]
    account.seed("storagegateway", "archived_tape", {"TapeARN": shelf})
    share = {"GatewayARN": gateway, "Role": ROLE, "LocationARN": "arn:aws:s3:::plain"}
    client.create_nfs_file_share(**share, ClientToken="token-nfs", EncryptionType="DsseKms", KMSKey=key["KMSKey"], FileShareName="double")
    client.create_smb_file_share(**share, ClientToken="token-smb", FileShareName="owned")
    return {"stored_volume": stored, "bare_volume": bare, "planned_volume": planned, "shelf_tape": shelf}


def file_systems(account: Account) -> dict[str, str]:
    efs = account.client("efs")
    backed_up = account.file_system("with-backups", Encrypted=True, Backup=True)
    account.point(arn("elasticfilesystem", f"file-system/{backed_up}", REGION), age={"hours": 6}, Lifecycle={"DeleteAfterDays": 35})
    bare = account.file_system("without-backups")
    mount = "elasticfilesystem:ClientMount"
    efs.put_file_system_policy(FileSystemId=bare, Policy=allow({"AWS": "*"}, mount))
    through_vpc = {"Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}}
    efs.put_file_system_policy(FileSystemId=backed_up, Policy=allow({"AWS": "*"}, mount, **through_vpc))
    replicated = account.file_system("replicated", Encrypted=True)
    efs.create_replication_configuration(SourceFileSystemId=replicated, Destinations=[{"Region": FAR}])
    return {"backed_up": backed_up, "bare_fs": bare, "replicated": replicated}


def fsx(account: Account) -> dict[str, str]:
    """Windows with daily backups, one of which is copied; persistent Lustre with a backup by AWS Backup, scratch Lustre, Lustre that is linked to a
    bucket; ONTAP with a data volume and a mirror; OpenZFS without backups."""
    client = account.client("fsx")
    key = {"KmsKeyId": account.client("kms").create_key(Description="shares")["KeyMetadata"]["Arn"]}
    shares = account.fsx("WINDOWS", "shares", settings={"AutomaticBackupRetentionDays": 30, "CopyTagsToBackups": True}, **key)
    for day in range(3):
        taken = {"Type": "AUTOMATIC", "CreationTime": ago(days=day, hours=6)}
        made = account.seed("fsx", "backup", {"FileSystem": {"FileSystemId": shares}, **taken})["BackupId"]
    account.client("fsx", FAR).copy_backup(SourceBackupId=made, SourceRegion=REGION)
    persistent = {"settings": {"DeploymentType": "PERSISTENT_2"}}
    compute = account.fsx("LUSTRE", "compute", **persistent)
    by_plan = {"BackupId": "backup-0123456789abcdef0", "Type": "AWS_BACKUP", "CreationTime": ago(hours=6)}
    account.seed("fsx", "backup", {"FileSystem": {"FileSystemId": compute}, **by_plan})
    same = {"RecoveryPointArn": arn("fsx", f"backup/{by_plan['BackupId']}", REGION), "Lifecycle": {"DeleteAfterDays": 35}}
    account.point(arn("fsx", f"file-system/{compute}", REGION), age={"hours": 6}, **same)
    scratch = account.fsx("LUSTRE", "scratch", settings={"DeploymentType": "SCRATCH_2"})
    linked = account.fsx("LUSTRE", "linked", **persistent)
    client.create_data_repository_association(FileSystemId=linked, FileSystemPath="/data", DataRepositoryPath="s3://kept/data")
    ontap = account.fsx("ONTAP", "ontap", settings={"AutomaticBackupRetentionDays": 0})
    home = account.fsx_volume(ontap, "home")
    mirror = account.fsx_volume(ontap, "mirror", OntapVolumeType="DP")
    client.create_backup(VolumeId=home)
    projects = account.fsx("OPENZFS", "projects", settings={"AutomaticBackupRetentionDays": 0})
    found = {"shares": shares, "compute": compute, "scratch": scratch, "linked": linked, "ontap": ontap, "projects": projects}
    return {**found, "home": home, "mirror": mirror}


def caches(account: Account) -> None:
    """Data is what has snapshots, or is to have them, or writes to a transaction log; the others are judged by their own rules only."""
    client = account.client("elasticache")
    node = {"CacheNodeType": "cache.r7g.large"}
    key = account.client("kms").create_key(Description="caches")["KeyMetadata"]["Arn"]
    group = {"ReplicationGroupDescription": "d", "NumCacheClusters": 2, **node}
    kept = {"SnapshotRetentionLimit": 15, "AtRestEncryptionEnabled": True}
    client.create_replication_group(ReplicationGroupId="sessions", Engine="valkey", KmsKeyId=key, Tags=tags({"tier": "gold"}), **group, **kept)
    client.create_replication_group(ReplicationGroupId="pages", Engine="redis", **group)
    client.create_replication_group(ReplicationGroupId="durable", Engine="valkey", Durability="sync", AtRestEncryptionEnabled=False, **group)
    client.create_replication_group(ReplicationGroupId="reborn", Engine="valkey", **group)
    client.create_cache_cluster(CacheClusterId="lonely", Engine="redis", NumCacheNodes=1, SnapshotRetentionLimit=3, **node)
    client.create_cache_cluster(CacheClusterId="fragments", Engine="memcached", NumCacheNodes=2, **node)
    client.create_serverless_cache(ServerlessCacheName="carts", Engine="memcached", SnapshotRetentionLimit=7, DailySnapshotTime="03:00")
    client.create_serverless_cache(ServerlessCacheName="throwaway", Engine="valkey")
    for name in ("sessions", "pages", "durable"):
        account.seed("elasticache", "replication_group", {"ReplicationGroupId": name, "ReplicationGroupCreateTime": ago(days=90)})
    account.seed("elasticache", "replication_group", {"ReplicationGroupId": "reborn", "ReplicationGroupCreateTime": ago(days=2)})
    account.seed("elasticache", "cache_cluster", {"CacheClusterId": "lonely", "CacheClusterCreateTime": ago(days=90)})
    account.seed("elasticache", "serverless_cache", {"ServerlessCacheName": "carts", "CreateTime": ago(days=90)})
    # The daily snapshots of a group name the node that they were taken of.
    for name, of, age in (
        ("automatic.sessions-001-1", {"CacheClusterId": "sessions-001"}, {"hours": 5}),
        ("automatic.lonely-1", {"CacheClusterId": "lonely"}, {"days": 4}),
        ("old-reborn", {"ReplicationGroupId": "reborn", "SnapshotSource": "manual"}, {"days": 30}),
    ):
        nodes = [{"CacheNodeId": "0001", "SnapshotCreateTime": ago(**age)}]
        account.seed("elasticache", "snapshot", {"SnapshotName": name, "NodeSnapshots": nodes, **of})
    daily = {"CreateTime": ago(hours=6), "ExpiryTime": ago(days=-7), "ServerlessCacheConfiguration": {"ServerlessCacheName": "carts", "Engine": "memcached"}}
    account.seed("elasticache", "serverless_cache_snapshot", {"ServerlessCacheSnapshotName": "automatic.carts-1", **daily})


def memory(account: Account) -> None:
    """MemoryDB tells no date of a cluster: only its nodes have one."""
    client = account.client("memorydb")
    key = account.client("kms").create_key(Description="memory")["KeyMetadata"]["Arn"]
    kind = {"NodeType": "db.r7g.large", "ACLName": "open-access"}
    client.create_cluster(ClusterName="ledger", SnapshotRetentionLimit=7, KmsKeyId=key, Tags=tags({"tier": "gold"}), **kind)
    client.create_cluster(ClusterName="volatile", **kind)
    client.create_cluster(ClusterName="namesake", SnapshotRetentionLimit=1, **kind)
    for name, age in (("ledger", 60), ("volatile", 60), ("namesake", 1)):
        nodes = [{"Name": f"{name}-0001-001", "CreateTime": ago(days=age)}]
        account.seed("memorydb", "cluster", {"Name": name, "Shards": [{"Name": "0001", "Nodes": nodes}]})
    for name, age in (("ledger", {"hours": 4}), ("namesake", {"days": 20})):
        of = {"Name": name, "Shards": [{"Name": "0001", "SnapshotCreationTime": ago(**age)}]}
        account.seed("memorydb", "snapshot", {"Name": f"automatic.{name}", "ClusterConfiguration": of})


def domains(account: Account) -> None:
    """Six, because AWS describes five at once."""
    client = account.client("opensearch")
    key = account.client("kms").create_key(Description="search")["KeyMetadata"]["Arn"]
    own = {"Enabled": True, "KmsKeyId": key}
    client.create_domain(DomainName="search", EngineVersion="OpenSearch_2.19", EncryptionAtRestOptions=own, TagList=tags({"tier": "gold"}))
    client.create_domain(DomainName="legacy", EngineVersion="Elasticsearch_7.10")
    client.create_domain(DomainName="ancient", EngineVersion="Elasticsearch_2.3")
    client.create_domain(DomainName="paused", EngineVersion="OpenSearch_2.19", EncryptionAtRestOptions={"Enabled": True})
    client.create_domain(DomainName="red", EngineVersion="OpenSearch_2.19")
    client.create_domain(DomainName="leaving", EngineVersion="OpenSearch_2.19")
    client.update_domain_config(DomainName="paused", AutomatedSnapshotPauseOptions={"Enabled": True, "StartTime": ago(days=2)})
    account.seed("es", "health", {"DomainName": "red", "ClusterHealth": "Red"})
    account.seed("es", "domain", {"DomainName": "leaving", "Deleted": True})


def buckets(account: Account) -> None:
    s3 = account.client("s3")
    versioned = {"VersioningConfiguration": {"Status": "Enabled"}}
    for name, where in (("kept", REGION), ("kept-far", FAR), ("plain", REGION), ("somewhere", REGION)):
        account.bucket(name, where)
    account.bucket("locked", ObjectLockEnabledForBucket=True)
    s3.put_bucket_versioning(Bucket="kept", **versioned)
    account.client("s3", FAR).put_bucket_versioning(Bucket="kept-far", **versioned)
    s3.put_bucket_tagging(Bucket="kept", Tagging={"TagSet": [{"Key": "tier", "Value": "gold"}]})
    expire = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
    s3.put_bucket_lifecycle_configuration(Bucket="kept", LifecycleConfiguration={"Rules": [expire]})
    rule = {"ID": "far", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "Destination": {"Bucket": "arn:aws:s3:::kept-far"}}
    rule["DeleteMarkerReplication"] = {"Status": "Disabled"}
    s3.put_bucket_replication(Bucket="kept", ReplicationConfiguration={"Role": f"arn:aws:iam::{ACCOUNT}:role/replication", "Rules": [rule]})
    secure = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::kept/*"}
    secure["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(Bucket="kept", Policy=json.dumps({"Version": "2012-10-17", "Statement": [secure]}))
    s3.put_bucket_policy(Bucket="locked", Policy=allow("*", "s3:GetObject"))
    retention = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}}
    s3.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=retention)
    account.seed("s3", "bucket", {"Name": "somewhere", "BucketRegion": None})  # so rel9 must read its Region with a separate call


def log_groups(account: Account) -> None:
    logs = account.client("logs")
    key = account.client("kms").create_key(Description="logs")["KeyMetadata"]["Arn"]
    stream = arn("firehose", "deliverystream/archive", REGION)
    for name, kind, more in (
        ("/app/kept", "STANDARD", {"kmsKeyId": key, "deletionProtectionEnabled": True, "tags": {"tier": "gold"}}),
        ("/app/short", "STANDARD", {}),
        ("/app/exported", "STANDARD", {}),
        ("/app/endless", "STANDARD", {}),
        ("/app/rare", "INFREQUENT_ACCESS", {}),
        ("/aws/lambda/delivered", "DELIVERY", {}),
    ):
        logs.create_log_group(logGroupName=name, logGroupClass=kind, **more)
        account.seed("logs", "log_group", {"logGroupName": name, "creationTime": millis(days=100), "storedBytes": 4096})
    logs.put_retention_policy(logGroupName="/app/kept", retentionInDays=731)
    logs.put_retention_policy(logGroupName="/app/short", retentionInDays=14)
    logs.put_subscription_filter(logGroupName="/app/kept", filterName="archive", filterPattern="", destinationArn=stream, roleArn=ROLE)
    logs.put_subscription_filter(
        logGroupName="/app/short", filterName="search", filterPattern="", destinationArn=arn("lambda", "function:search", REGION)
    )
    account.bucket("log-archive")
    for days in (2, 300):
        span = {"fromTime": millis(days=days + 30), "to": millis(days=days)}
        task = logs.create_export_task(logGroupName="/app/exported", destination="log-archive", destinationPrefix="app", **span)["taskId"]
        account.seed("logs", "export_task", {"taskId": task, "executionInfo": {"creationTime": millis(days=days), "completionTime": millis(days=days)}})
    # An account policy in the other Region, which leaves one log group out.
    far = account.client("logs", FAR)
    for name in ("/app/covered", "/app/left-out"):
        far.create_log_group(logGroupName=name)
        account.seed("logs", "log_group", {"logGroupName": name, "creationTime": millis(days=100)}, FAR)
    document = {"DestinationArn": arn("firehose", "deliverystream/archive", FAR), "RoleArn": ROLE, "FilterPattern": ""}
    far.put_account_policy(
        policyName="everything",
        policyType="SUBSCRIPTION_FILTER_POLICY",
        policyDocument=json.dumps(document),
        selectionCriteria='LogGroupName NOT IN ["/app/left-out"]',
    )


def stacks(account: Account) -> None:
    account.stack("orders-stack", owns="orders-disk", EnableTerminationProtection=True)
    account.stack("carts-stack", owns="carts-disk")
    root = account.stack("tree")
    account.stack("tree-leaf", owns="leaf-disk", root=root)
    account.stack("network")
    account.stack("StackSet-baseline-0a1b2c3d-1111-2222-3333-444455556666", owns="baseline-disk")
    # In the other Region, the list of stacks does not tell all.
    account.seed("cloudformation", "short_list", {}, FAR)
    root = account.stack("far-tree", FAR, EnableTerminationProtection=True)
    account.stack("far-leaf", FAR, owns="far-disk", root=root, EnableTerminationProtection=True)
    account.stack("far-bare", FAR, owns="far-bare-disk")
    account.stack("far-network", FAR)


def archives(account: Account) -> None:
    everyone = allow("*", "glacier:UploadArchive")
    account.glacier_vault("ledgers", tier="gold")
    account.glacier_vault("lent-ledgers", everyone)


def restore_automation(account: Account) -> None:
    states, scheduler, events = (account.client(name) for name in ("stepfunctions", "scheduler", "events"))
    machine = {"definition": '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}', "roleArn": ROLE}
    made = {name: states.create_state_machine(name=name, **machine)["stateMachineArn"] for name in ("drill", "broken", "runbook", "idle")}
    made["express"] = states.create_state_machine(name="express", type="EXPRESS", **machine)["stateMachineArn"]
    for name, ends in (("drill", (("SUCCEEDED", 5), ("FAILED", 40))), ("broken", (("FAILED", 3), ("SUCCEEDED", 33)))):
        for status, days in ends:
            execution = states.start_execution(stateMachineArn=made[name])["executionArn"]
            dates = {"startDate": ago(days=days, minutes=20), "stopDate": ago(days=days)}
            account.seed("states", "execution", {"executionArn": execution, "status": status, **dates})
    schedule = {"FlexibleTimeWindow": {"Mode": "OFF"}}
    scheduler.create_schedule(Name="weekly-drill", ScheduleExpression="rate(7 days)", Target={"Arn": made["drill"], "RoleArn": ROLE}, **schedule)
    # A universal target names what it starts in its input.
    start = {"Arn": "arn:aws:scheduler:::aws-sdk:sfn:startExecution", "RoleArn": ROLE, "Input": json.dumps({"StateMachineArn": made["runbook"], "Input": "{}"})}
    scheduler.create_schedule(Name="once", ScheduleExpression="at(2030-01-01T00:00:00)", Target=start, **schedule)
    scheduler.create_schedule(Name="queue", ScheduleExpression="rate(1 hour)", Target={"Arn": arn("sqs", "queue", REGION), "RoleArn": ROLE}, **schedule)
    for name, target in (("nightly", f"{made['broken']}:PROD"), ("express-nightly", made["express"]), ("mail", arn("sns", "mail", REGION))):
        events.put_rule(Name=name, ScheduleExpression="cron(0 3 * * ? *)")
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": target, "RoleArn": ROLE}])
    events.put_rule(Name="off", ScheduleExpression="rate(1 day)", State="DISABLED")
    events.put_rule(Name="pattern", EventPattern=json.dumps({"source": ["aws.backup"]}))


def cloud_control(account: Account) -> dict[str, Any]:
    """What rel9 reads through Cloud Control."""
    key = account.client("kms").create_key(Description="tail")["KeyMetadata"]["Arn"]
    dsql, eks, kinesis = account.client("dsql"), account.client("eks"), account.client("kinesis")
    dsql.create_cluster(deletionProtectionEnabled=True, kmsEncryptionKey=key, tags={"backup": "daily"})
    dsql.create_cluster(deletionProtectionEnabled=False)
    tables = {"kept-carts": (True, {"EncryptionType": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyIdentifier": key}), "bare-carts": (False, {"EncryptionType": "AWS_OWNED_KMS_KEY"})}
    for name, (recovery, encryption) in tables.items():
        table = {"KeyspaceName": "shop", "TableName": name, "PointInTimeRecoveryEnabled": recovery, "EncryptionSpecification": encryption, "Tags": []}
        account.seed("cloudcontrolapi", "resource", {"TypeName": "AWS::Cassandra::Table", "Identifier": f"shop|{name}", "Properties": table})
    account.seed("cloudcontrolapi", "resource", {"TypeName": "AWS::Cassandra::Table", "Identifier": "system_schema|tables", "Properties": {}})
    elastic = account.client("docdb-elastic")
    login = {"adminUserName": "admin", "adminUserPassword": "arn", "authType": "SECRET_ARN", "shardCapacity": 2, "shardCount": 1}
    elastic.create_cluster(clusterName="kept-catalog", backupRetentionPeriod=7, kmsKeyId=key, tags={"tier": "gold"}, **login)
    elastic.create_cluster(clusterName="short-catalog", **login)
    untold = elastic.create_cluster(clusterName="untold-catalog", **login)["cluster"]["clusterArn"]
    account.seed("cloudcontrolapi", "resource", {"TypeName": "AWS::DocDBElastic::Cluster", "Identifier": untold, "Properties": {"BackupRetentionPeriod": None}})
    network = {"subnetIds": ["subnet-0a", "subnet-0b"]}
    role = f"arn:aws:iam::{ACCOUNT}:role/eks"
    secrets = [{"resources": ["secrets"], "provider": {"keyArn": key}}]
    for name, mode, tags in (("entered", "API", {"backup": "daily"}), ("closed", "CONFIG_MAP", {"backup": "daily"}), ("unplanned", "CONFIG_MAP", {})):
        config = {"encryptionConfig": secrets, "deletionProtection": True} if name == "entered" else {}
        eks.create_cluster(name=name, roleArn=role, resourcesVpcConfig=network, accessConfig={"authenticationMode": mode}, tags=tags, **config)
    kinesis.create_stream(StreamName="short", ShardCount=1)
    kinesis.create_stream(StreamName="long", ShardCount=1)
    kinesis.increase_stream_retention_period(StreamName="long", RetentionPeriodHours=168)
    account.client("kinesisvideo").create_stream(StreamName="live")
    lightsail = account.client("lightsail")
    snapshots = [{"addOnType": "AutoSnapshot"}]
    place = {"availabilityZone": f"{REGION}a", "blueprintId": "amazon_linux_2023", "bundleId": "small_3_0"}
    lightsail.create_instances(instanceNames=["kept"], addOns=snapshots, **place)
    lightsail.create_instances(instanceNames=["bare"], **place)
    for disk in ("bare-disk", "kept-disk"):
        lightsail.create_disk(diskName=disk, availabilityZone=f"{REGION}a", sizeInGb=8)
    lightsail.attach_disk(diskName="kept-disk", instanceName="kept", diskPath="/dev/xvdf")
    engine = {"relationalDatabaseBlueprintId": "mysql_8_0", "relationalDatabaseBundleId": "small_2_0", "masterDatabaseName": "shop"}
    lightsail.create_relational_database(relationalDatabaseName="shop", masterUsername="admin", **engine)
    lightsail.create_bucket(bucketName="media", bundleId="small_1_0", enableObjectVersioning=True)
    lightsail.create_bucket(bucketName="raw", bundleId="small_1_0")
    search = account.client("opensearchserverless")
    search.create_collection(name="kept", deletionProtection="ENABLED", encryptionConfig={"kmsKeyArn": key})
    search.create_collection(name="bare")
    timestream = account.client("timestream-write")
    timestream.create_database(DatabaseName="metrics")
    timestream.create_table(DatabaseName="metrics", TableName="cpu")
    return {}


def scenario(account: Account) -> dict[str, Any]:
    told: dict[str, Any] = {}
    parts = (settings, vaults, volumes, restore_testing, audit_manager, snapshots, databases, warehouses, tables, file_systems, fsx, buckets)
    parts = (*parts, serverless_warehouses, caches, memory, domains, directories, gateways, virtual_machines, stacks, archives)
    for part in (*parts, cloud_control, log_groups, restore_automation):
        told |= part(account) or {}
    return told


if __name__ == "__main__":
    main(scenario)
