"""DLM, EC2, RDS, DynamoDB, EFS, S3, KMS and STS: operations that moto lacks or answers differently from AWS."""

from __future__ import annotations

import json

from .harness import ACCOUNT, Emulator, days_ago

ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
LOGIN = {"MasterUsername": "admin1", "MasterUserPassword": "not-a-secret"}


def dlm(emulator: Emulator) -> None:
    client = emulator.client("dlm")
    schedule = {"Name": "s", "CreateRule": {"Interval": 12}, "RetainRule": {"Count": 7}}
    details = {"ResourceTypes": ["VOLUME"], "TargetTags": [{"Key": "k", "Value": "v"}], "Schedules": [schedule]}
    common = {"ExecutionRoleArn": ROLE, "Description": "d", "State": "ENABLED"}
    policy = client.create_lifecycle_policy(PolicyDetails=details, Tags={"a": "b"}, **common)["PolicyId"]
    default = client.create_lifecycle_policy(DefaultPolicy="VOLUME", CreateInterval=2, **common)["PolicyId"]
    read = client.get_lifecycle_policy(PolicyId=policy)["Policy"]
    rule = read["PolicyDetails"]["Schedules"][0]["CreateRule"]
    emulator.expect("create rule", (rule["IntervalUnit"], rule["Times"], read["DefaultPolicy"]), ("HOURS", ["09:00"], False))
    emulator.expect("default policies", [p["PolicyId"] for p in client.get_lifecycle_policies(DefaultPolicyType="ALL")["Policies"]], [default])
    emulator.expect("by tag", [p["PolicyId"] for p in client.get_lifecycle_policies(TargetTags=["k=v"])["Policies"]], [policy])
    simple = client.get_lifecycle_policy(PolicyId=default)["Policy"]["PolicyDetails"]
    emulator.expect("default policy", (simple["PolicyLanguage"], simple["CreateInterval"], simple["RetainInterval"]), ("SIMPLIFIED", 2, 7))
    client.update_lifecycle_policy(PolicyId=policy, State="DISABLED")
    emulator.seed("dlm", "policy", {"PolicyId": default, "State": "ERROR", "StatusMessage": "no role"})
    emulator.expect("states", sorted(p["State"] for p in client.get_lifecycle_policies()["Policies"]), ["DISABLED", "ERROR"])
    client.tag_resource(ResourceArn=read["PolicyArn"], Tags={"c": "d"})
    client.untag_resource(ResourceArn=read["PolicyArn"], TagKeys=["a"])
    emulator.expect("tags", client.list_tags_for_resource(ResourceArn=read["PolicyArn"])["Tags"], {"c": "d"})
    client.delete_lifecycle_policy(PolicyId=policy)
    emulator.expect_error("deleted", "ResourceNotFoundException", lambda: client.get_lifecycle_policy(PolicyId=policy))


def ec2(emulator: Emulator) -> None:
    client = emulator.client("ec2")
    names = [r["RegionName"] for r in client.describe_regions()["Regions"]]
    emulator.expect("enabled Regions", ("us-east-1" in names, "ap-east-1" in names, "cn-north-1" in names), (True, False, False))
    emulator.expect("all Regions", "ap-east-1" in [r["RegionName"] for r in client.describe_regions(AllRegions=True)["Regions"]], True)
    emulator.seed("ec2", "enabled_regions", {"RegionNames": ["us-east-1", "eu-west-1"]})
    emulator.expect("seeded Regions", len(client.describe_regions()["Regions"]), 2)
    emulator.expect("default key", client.get_ebs_default_kms_key_id()["KmsKeyId"], "alias/aws/ebs")
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    client.modify_ebs_default_kms_key_id(KmsKeyId=key)
    emulator.expect("chosen key", client.get_ebs_default_kms_key_id()["KmsKeyId"], key)
    client.reset_ebs_default_kms_key_id()
    client.enable_ebs_encryption_by_default()
    emulator.expect("by default", client.get_ebs_encryption_by_default()["EbsEncryptionByDefault"], True)
    volume = client.create_volume(Size=8, AvailabilityZone="us-east-1a")
    emulator.expect("encrypted by default", (volume["Encrypted"], "KmsKeyId" in volume), (True, True))
    emulator.seed("ec2", "volume", {"VolumeId": volume["VolumeId"], "CreateTime": days_ago(400)})
    emulator.expect("volumes", len(client.describe_volumes(MaxResults=1000)["Volumes"]), 1)
    block(emulator)
    snapshots(emulator, volume["VolumeId"], volume["KmsKeyId"])
    image = client.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = client.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    emulator.seed("ec2", "tag", {"ResourceId": instance, "Key": "aws:autoscaling:groupName", "Value": "g"})
    emulator.seed("ec2", "instance", {"InstanceId": instance, "LaunchTime": days_ago(9)})
    read = client.describe_instances()["Reservations"][0]["Instances"][0]
    client.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": True})
    protected = client.describe_instance_attribute(InstanceId=instance, Attribute="disableApiTermination")
    emulator.expect("termination protection", protected["DisableApiTermination"], {"Value": True})
    client.modify_instance_attribute(InstanceId=instance, DisableApiTermination={"Value": False})
    emulator.expect("tag of AWS", read["Tags"], [{"Key": "aws:autoscaling:groupName", "Value": "g"}])
    client.attach_volume(VolumeId=volume["VolumeId"], InstanceId=instance, Device="/dev/sdf")
    own = client.create_image(InstanceId=instance, Name="own")["ImageId"]
    client.modify_image_attribute(ImageId=own, LaunchPermission={"Add": [{"UserId": "111122223333"}]})
    emulator.seed("ec2", "image", {"ImageId": own, "CreationDate": "2026-01-01T00:00:00.000Z"})
    images = client.describe_images(Owners=["self"])["Images"]
    emulator.expect("own images", [i["ImageId"] for i in images], [own])
    taken = {m["Ebs"]["SnapshotId"] for m in images[0]["BlockDeviceMappings"]}
    volumes = {m["Ebs"]["VolumeId"] for m in read["BlockDeviceMappings"]} | {volume["VolumeId"]}
    found = client.describe_snapshots(SnapshotIds=list(taken))["Snapshots"]
    emulator.expect("an image has a snapshot of every volume", {s["VolumeId"] for s in found}, volumes)
    shared = client.describe_image_attribute(ImageId=own, Attribute="launchPermission")["LaunchPermissions"]
    emulator.expect("launch permission", shared, [{"UserId": "111122223333"}])


def block(emulator: Emulator) -> None:
    client = emulator.client("ec2")
    emulator.expect("unblocked", client.get_snapshot_block_public_access_state()["State"], "unblocked")
    client.enable_snapshot_block_public_access(State="block-all-sharing")
    emulator.expect("blocked", client.get_snapshot_block_public_access_state()["State"], "block-all-sharing")
    client.disable_snapshot_block_public_access()
    client.enable_image_block_public_access(ImageBlockPublicAccessState="block-new-sharing")
    emulator.expect("images", client.get_image_block_public_access_state()["ImageBlockPublicAccessState"], "block-new-sharing")
    client.disable_image_block_public_access()
    emulator.expect("images again", client.get_image_block_public_access_state()["ImageBlockPublicAccessState"], "unblocked")


def snapshots(emulator: Emulator, volume: str, key: str) -> None:
    client = emulator.client("ec2")
    own = [client.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(3)]
    emulator.seed("ec2", "snapshot", {"SnapshotId": own[0], "StartTime": days_ago(100)})
    read = client.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    emulator.expect("own snapshots only", (len(read), {s["KmsKeyId"] for s in read}), (3, {key}))
    emulator.expect("seeded date", min(s["StartTime"] for s in read).isoformat()[:10], days_ago(100)[:10])
    client.modify_snapshot_attribute(SnapshotId=own[1], Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    public = client.describe_snapshots(OwnerIds=["self"], RestorableByUserIds=["all"])["Snapshots"]
    emulator.expect("public", [s["SnapshotId"] for s in public], [own[1]])
    shared = client.describe_snapshot_attribute(SnapshotId=own[1], Attribute="createVolumePermission")["CreateVolumePermissions"]
    emulator.expect("shared", shared, [{"Group": "all"}])
    client.lock_snapshot(SnapshotId=own[0], LockMode="governance", LockDuration=10)
    client.lock_snapshot(SnapshotId=own[1], LockMode="compliance", CoolOffPeriod=2, LockDuration=10)
    emulator.seed("ec2", "snapshot_lock", {"SnapshotId": own[1], "LockState": "compliance", "CoolOffPeriod": None})
    states = {s["SnapshotId"]: s["LockState"] for s in client.describe_locked_snapshots()["Snapshots"]}
    emulator.expect("locks", states, {own[0]: "governance", own[1]: "compliance"})
    client.unlock_snapshot(SnapshotId=own[0])
    client.modify_snapshot_tier(SnapshotId=own[2], StorageTier="archive")
    emulator.seed("ec2", "snapshot_tier", {"SnapshotId": own[2], "ArchivalCompleteTime": days_ago(50)})
    tiers = {s["SnapshotId"]: s["StorageTier"] for s in client.describe_snapshot_tier_status()["SnapshotTierStatuses"]}
    emulator.expect("tiers", tiers, {own[0]: "standard", own[1]: "standard", own[2]: "archive"})
    client.delete_snapshot(SnapshotId=own[0])


def rds(emulator: Emulator) -> None:
    client, far = emulator.client("rds"), emulator.client("rds", "eu-west-1")
    make = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20, **LOGIN}
    client.create_db_instance(DBInstanceIdentifier="on", BackupRetentionPeriod=7, StorageEncrypted=True, **make)
    client.create_db_instance(DBInstanceIdentifier="off", BackupRetentionPeriod=0, **make)
    client.create_db_instance_read_replica(DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="on")
    client.modify_db_instance(DBInstanceIdentifier="replica", BackupRetentionPeriod=0)
    for name, engine, more in (
        ("aurora", "aurora-mysql", {}),
        ("multi-az", "mysql", {"AllocatedStorage": 100, "DBClusterInstanceClass": "db.m5d.large", "Iops": 1000, "StorageType": "io1"}),
        ("graph", "neptune", {}),
        ("documents", "docdb", {}),
    ):
        client.create_db_cluster(DBClusterIdentifier=name, Engine=engine, **LOGIN, **more)
    client.create_db_instance(DBInstanceIdentifier="member", DBInstanceClass="db.r5.large", Engine="docdb", DBClusterIdentifier="documents")
    items = {i["DBInstanceIdentifier"]: i for i in client.describe_db_instances()["DBInstances"]}
    emulator.expect("resource ids differ", len({i["DbiResourceId"] for i in items.values()}), len(items))
    restorable = [name for name, i in items.items() if "LatestRestorableTime" in i]
    emulator.expect("restorable only with retention, members by their cluster", restorable, ["on"])
    key = emulator.client("kms").describe_key(KeyId=items["on"]["KmsKeyId"])["KeyMetadata"]
    emulator.expect("key", (key["KeyManager"], "KmsKeyId" in items["off"]), ("AWS", False))
    engines = sorted(c["Engine"] for c in client.describe_db_clusters()["DBClusters"])
    emulator.expect("engines", engines, ["aurora-mysql", "docdb", "mysql", "neptune"])
    source = f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:aurora"
    client.create_global_cluster(GlobalClusterIdentifier="world", SourceDBClusterIdentifier=source, Tags=[{"Key": "a", "Value": "b"}])
    client.create_global_cluster(GlobalClusterIdentifier="spread", Engine="docdb", StorageEncrypted=True, DeletionProtection=True)
    for where, name in ((far, "first"), (client, "second")):
        where.create_db_cluster(DBClusterIdentifier=name, Engine="docdb", GlobalClusterIdentifier="spread", **LOGIN)
    spread, world = sorted(far.describe_global_clusters()["GlobalClusters"], key=lambda cluster: str(cluster["GlobalClusterIdentifier"]))
    flags = [(cluster["Engine"], cluster["StorageEncrypted"], cluster["DeletionProtection"]) for cluster in (spread, world)]
    emulator.expect("global clusters", flags, [("docdb", True, True), ("aurora-mysql", False, False)])
    emulator.expect("global ARN", world["GlobalClusterArn"], f"arn:aws:rds::{ACCOUNT}:global-cluster:world")
    emulator.expect("global tags", world["TagList"], [{"Key": "a", "Value": "b"}])
    members = [(m["DBClusterArn"], m["IsWriter"]) for cluster in (world, spread) for m in cluster["GlobalClusterMembers"]]
    places = (("us-east-1", "aurora", True), ("eu-west-1", "first", True), ("us-east-1", "second", False))
    placed = [(f"arn:aws:rds:{region}:{ACCOUNT}:cluster:{name}", writer) for region, name, writer in places]
    emulator.expect("members", members, placed)
    client.delete_db_cluster(DBClusterIdentifier="second", SkipFinalSnapshot=True)
    emulator.seed("rds", "db_instance", {"DBInstanceIdentifier": "on", "LatestRestorableTime": days_ago(2)})
    emulator.seed("rds", "db_cluster", {"DBClusterIdentifier": "aurora", "EarliestRestorableTime": days_ago(1)})
    snapshot = {"DBSnapshotIdentifier": "rds:on-old", "DBInstanceIdentifier": "on", "SnapshotType": "automated"}
    emulator.seed("rds", "db_snapshot", {**snapshot, "SnapshotCreateTime": days_ago(6)})
    automated = client.describe_db_snapshots(SnapshotType="automated")["DBSnapshots"]
    emulator.expect("automated snapshots", {(s["DBInstanceIdentifier"]) for s in automated}, {"on"})
    cluster_snapshot = {"DBClusterSnapshotIdentifier": "byhand", "DBClusterIdentifier": "aurora", "SnapshotCreateTime": days_ago(3)}
    emulator.seed("rds", "db_cluster_snapshot", cluster_snapshot)
    emulator.expect("cluster snapshots", len(client.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]), 1)
    client.create_db_snapshot(DBSnapshotIdentifier="hand", DBInstanceIdentifier="on")
    client.modify_db_snapshot_attribute(DBSnapshotIdentifier="hand", AttributeName="restore", ValuesToAdd=["all"])
    shared = client.describe_db_snapshot_attributes(DBSnapshotIdentifier="hand")["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
    emulator.expect("shared", shared[0]["AttributeValues"], ["all"])
    result = client.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier="byhand")["DBClusterSnapshotAttributesResult"]
    emulator.expect("not shared", result["DBClusterSnapshotAttributes"][0]["AttributeValues"], [])
    client.restore_db_instance_from_db_snapshot(DBInstanceIdentifier="back", DBSnapshotIdentifier="hand")
    remote_key = emulator.client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]
    source = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:on"
    far.start_db_instance_automated_backups_replication(SourceDBInstanceArn=source, KmsKeyId=remote_key)
    emulator.seed("rds", "db_instance_automated_backup", {"DBInstanceIdentifier": "gone", "DbiResourceId": "db-GONE"})
    emulator.seed("rds", "db_cluster_automated_backup", {"DBClusterIdentifier": "gone"})
    backups = client.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    kept = {b["DBInstanceIdentifier"]: b["Status"] for b in backups}
    emulator.expect("automated backups", kept, {"on": "active", "back": "active", "gone": "retained"})
    remote = far.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"][0]
    emulator.expect("remote backups", (remote["Region"], remote["Status"], remote["KmsKeyId"]), ("us-east-1", "replicating", remote_key))
    again = client.describe_db_instances(DBInstanceIdentifier="on")["DBInstances"][0]
    emulator.expect("replication shown", len(again["DBInstanceAutomatedBackupsReplications"]), 1)
    far.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=source)
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:on-call"
    client.create_event_subscription(SubscriptionName="failures", SnsTopicArn=topic, SourceType="db-instance", EventCategories=["failure"], Enabled=True)
    told = client.describe_event_subscriptions()["EventSubscriptionsList"][0]
    seen = (told["CustSubscriptionId"], told["Enabled"], told["Status"], told["SourceType"], told["EventCategoriesList"], told["SourceIdsList"])
    emulator.expect("event subscription", seen, ("failures", True, "active", "db-instance", ["failure"], []))
    emulator.expect("cluster backups", len(client.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"]), 5)


def redshift_serverless(emulator: Emulator) -> None:
    client = emulator.client("redshift-serverless")
    made = client.create_namespace(namespaceName="sales", tags=[{"key": "a", "value": "b"}])["namespace"]
    emulator.expect("key", made["kmsKeyId"], "AWS_OWNED_KMS_KEY")
    emulator.expect_error("twice", "ConflictException", lambda: client.create_namespace(namespaceName="sales"))
    own = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    client.update_namespace(namespaceName="sales", kmsKeyId=own)
    emulator.seed("redshift-serverless", "namespace", {"namespaceName": "sales", "creationDate": days_ago(9)})
    shown = client.list_namespaces()["namespaces"][0]
    emulator.expect("namespace", (shown["kmsKeyId"], shown["creationDate"].isoformat()[:10]), (own, days_ago(9)[:10]))
    tagged = emulator.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["redshift-serverless"])["ResourceTagMappingList"]
    emulator.expect("tags", tagged, [{"ResourceARN": made["namespaceArn"], "Tags": [{"Key": "a", "Value": "b"}]}])
    emulator.seed("redshift-serverless", "recovery_point", {"namespaceName": "sales", "recoveryPointCreateTime": days_ago(1)})
    point = client.list_recovery_points()["recoveryPoints"][0]
    emulator.expect("recovery point", (point["namespaceArn"], point["recoveryPointCreateTime"].isoformat()[:10]), (made["namespaceArn"], days_ago(1)[:10]))
    target = {"createSnapshot": {"namespaceName": "sales", "snapshotNamePrefix": "sales-", "retentionPeriod": 7}}
    action = {"namespaceName": "sales", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "schedule": {"cron": "(0 1 * * ? *)"}, "targetAction": target}
    client.create_scheduled_action(scheduledActionName="nightly", **action)
    emulator.expect("actions", client.list_scheduled_actions()["scheduledActions"], [{"namespaceName": "sales", "scheduledActionName": "nightly"}])
    shown = client.get_scheduled_action(scheduledActionName="nightly")["scheduledAction"]
    emulator.expect("action", (shown["state"], shown["schedule"], shown["targetAction"]), ("ACTIVE", {"cron": "(0 1 * * ? *)"}, target))
    client.create_snapshot_copy_configuration(namespaceName="sales", destinationRegion="eu-west-1")
    copy = client.list_snapshot_copy_configurations()["snapshotCopyConfigurations"][0]
    emulator.expect("copy", (copy["destinationRegion"], copy["snapshotRetentionPeriod"]), ("eu-west-1", -1))
    arn = client.create_snapshot(namespaceName="sales", snapshotName="hand")["snapshot"]["snapshotArn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "redshift-serverless:RestoreFromSnapshot"}]}
    client.put_resource_policy(resourceArn=arn, policy=json.dumps(policy))
    emulator.expect("policy", client.get_resource_policy(resourceArn=arn)["resourcePolicy"]["policy"], json.dumps(policy))
    emulator.seed("redshift-serverless", "snapshot", {"snapshotName": "hand", "snapshotCreateTime": days_ago(3)})
    hand = client.list_snapshots(namespaceName="sales")["snapshots"][0]
    emulator.expect("snapshot", (hand["accountsWithRestoreAccess"], hand["snapshotRetentionPeriod"], hand["kmsKeyId"]), (["111122223333"], -1, own))
    emulator.expect_error("no snapshot", "ResourceNotFoundException", lambda: client.get_snapshot(snapshotName="gone"))


def redshift(emulator: Emulator) -> None:
    client, far = emulator.client("redshift"), emulator.client("redshift", "eu-west-1")
    make = {"NodeType": "dc2.large", **LOGIN}
    refused = lambda **more: client.create_cluster(ClusterIdentifier="refused", **{**make, **more})  # noqa: E731
    emulator.expect_error("plain text", "InvalidParameterValue", lambda: refused(Encrypted=False))
    emulator.expect_error("RA3 without", "InvalidParameterValue", lambda: refused(NodeType="ra3.large", AutomatedSnapshotRetentionPeriod=0))
    client.create_snapshot_schedule(ScheduleIdentifier="twice", ScheduleDefinitions=["rate(12 hours)"], Tags=[{"Key": "a", "Value": "b"}])
    client.create_cluster(ClusterIdentifier="sales", SnapshotScheduleIdentifier="twice", Tags=[{"Key": "a", "Value": "b"}], **make)
    client.create_cluster(ClusterIdentifier="off", AutomatedSnapshotRetentionPeriod=0, **make)
    client.modify_cluster(ClusterIdentifier="off", Encrypted=False)
    items = {c["ClusterIdentifier"]: c for c in client.describe_clusters()["Clusters"]}
    flags = [(c["Encrypted"], "KmsKeyId" in c, c["AutomatedSnapshotRetentionPeriod"]) for c in (items["sales"], items["off"])]
    emulator.expect("encryption and retention", flags, [(True, True, 1), (False, False, 0)])
    key = emulator.client("kms").describe_key(KeyId=items["sales"]["KmsKeyId"])["KeyMetadata"]
    emulator.expect("key", key["KeyManager"], "AWS")
    own = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    client.modify_cluster(ClusterIdentifier="off", Encrypted=True, KmsKeyId=own)
    emulator.expect("new key", client.describe_clusters(ClusterIdentifier="off")["Clusters"][0]["KmsKeyId"], own)
    emulator.expect("schedule", (items["sales"]["SnapshotScheduleIdentifier"], items["sales"]["SnapshotScheduleState"]), ("twice", "ACTIVE"))
    client.modify_snapshot_schedule(ScheduleIdentifier="twice", ScheduleDefinitions=["cron(30 12 *)"])
    schedule = client.describe_snapshot_schedules(ClusterIdentifier="sales")["SnapshotSchedules"][0]
    emulator.expect("definitions", (schedule["ScheduleDefinitions"], schedule["AssociatedClusterCount"]), (["cron(30 12 *)"], 1))
    emulator.expect_error("in use", "InvalidClusterSnapshotScheduleState", lambda: client.delete_snapshot_schedule(ScheduleIdentifier="twice"))
    emulator.seed("redshift", "cluster", {"ClusterIdentifier": "sales", "SnapshotScheduleState": "FAILED", "ClusterCreateTime": days_ago(9)})
    state = client.describe_clusters(ClusterIdentifier="sales")["Clusters"][0]["SnapshotScheduleState"]
    emulator.expect("failed", state, "FAILED")
    client.modify_cluster_snapshot_schedule(ClusterIdentifier="sales", DisassociateSchedule=True)
    emulator.expect("none", "SnapshotScheduleIdentifier" in client.describe_clusters(ClusterIdentifier="sales")["Clusters"][0], False)
    client.delete_snapshot_schedule(ScheduleIdentifier="twice")
    emulator.expect_error("gone", "SnapshotScheduleNotFound", lambda: client.describe_snapshot_schedules(ScheduleIdentifier="twice"))
    client.create_cluster_snapshot(SnapshotIdentifier="hand", ClusterIdentifier="sales", ManualSnapshotRetentionPeriod=30)
    client.authorize_snapshot_access(SnapshotIdentifier="hand", AccountWithRestoreAccess="111122223333")
    client.authorize_snapshot_access(SnapshotIdentifier="hand", AccountWithRestoreAccess="444455556666")
    client.revoke_snapshot_access(SnapshotIdentifier="hand", AccountWithRestoreAccess="444455556666")
    night = {"ClusterIdentifier": "sales", "SnapshotType": "automated", "SnapshotCreateTime": days_ago(1)}
    emulator.seed("redshift", "snapshot", {"SnapshotIdentifier": "rs:sales-night", **night})
    emulator.seed("redshift", "snapshot", {"SnapshotIdentifier": "hand", "SnapshotCreateTime": days_ago(3)})
    snapshots = {s["SnapshotIdentifier"]: s for s in client.describe_cluster_snapshots(ClusterIdentifier="sales")["Snapshots"]}
    hand = snapshots["hand"]
    emulator.expect("snapshots", sorted(s["SnapshotType"] for s in snapshots.values()), ["automated", "automated", "manual"])
    emulator.expect("of the cluster", {s["ClusterCreateTime"].isoformat()[:10] for s in snapshots.values()}, {days_ago(9)[:10]})
    emulator.expect("ARN", hand["SnapshotArn"], f"arn:aws:redshift:us-east-1:{ACCOUNT}:snapshot:sales/hand")
    shown = (hand["AccountsWithRestoreAccess"], hand["ManualSnapshotRetentionPeriod"], hand["OwnerAccount"], hand["Encrypted"])
    emulator.expect("manual", shown, ([{"AccountId": "111122223333"}], 30, ACCOUNT, True))
    emulator.expect("dated", hand["SnapshotCreateTime"].isoformat()[:10], days_ago(3)[:10])
    enable = lambda grant: client.enable_snapshot_copy(ClusterIdentifier="sales", DestinationRegion="eu-west-1", **grant)  # noqa: E731
    emulator.expect_error("no grant there", "SnapshotCopyGrantNotFoundFault", lambda: enable({"SnapshotCopyGrantName": "copies"}))
    far.create_snapshot_copy_grant(SnapshotCopyGrantName="copies")
    emulator.expect("grant", "KmsKeyId" in far.describe_snapshot_copy_grants()["SnapshotCopyGrants"][0], True)
    enable({"SnapshotCopyGrantName": "copies", "ManualSnapshotRetentionPeriod": 90})
    client.modify_snapshot_copy_retention_period(ClusterIdentifier="sales", RetentionPeriod=14)
    copy = client.describe_clusters(ClusterIdentifier="sales")["Clusters"][0]["ClusterSnapshotCopyStatus"]
    wanted = {"DestinationRegion": "eu-west-1", "RetentionPeriod": 14, "ManualSnapshotRetentionPeriod": 90, "SnapshotCopyGrantName": "copies"}
    emulator.expect("copy", copy, wanted)
    client.restore_from_cluster_snapshot(ClusterIdentifier="back", SnapshotIdentifier="hand", Encrypted=True, KmsKeyId=own)
    back = client.describe_clusters(ClusterIdentifier="back")["Clusters"][0]
    emulator.expect("restored", (back["KmsKeyId"], back["RestoreStatus"]["Status"]), (own, "completed"))
    emulator.expect("a cluster without any", client.describe_cluster_snapshots(ClusterIdentifier="off")["Snapshots"], [])
    client.delete_cluster(ClusterIdentifier="sales", SkipFinalClusterSnapshot=True)
    left = {s["SnapshotIdentifier"]: s["ClusterCreateTime"] for s in client.describe_cluster_snapshots()["Snapshots"]}
    emulator.expect("a manual one stays", left["hand"].isoformat()[:10], days_ago(9)[:10])


def dynamodb(emulator: Emulator) -> None:
    client, far = emulator.client("dynamodb"), emulator.client("dynamodb", "eu-west-1")
    schema = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}]}
    for name in ("one", "two"):
        client.create_table(TableName=name + "-table", BillingMode="PAY_PER_REQUEST", Tags=[{"Key": "a", "Value": "b"}], **schema)
    client.update_table(TableName="one-table", ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}])
    there = far.describe_table(TableName="one-table")["Table"]["Replicas"]
    emulator.expect("replica", [r["RegionName"] for r in there], ["us-east-1"])
    emulator.expect("tables", client.list_tables()["TableNames"], ["one-table", "two-table"])
    arn = client.describe_table(TableName="two-table")["Table"]["TableArn"]
    emulator.expect("tags", client.list_tags_of_resource(ResourceArn=arn)["Tags"], [{"Key": "a", "Value": "b"}])
    scaled = {"ServiceNamespace": "dynamodb", "ResourceId": "table/two-table", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    autoscaling = emulator.client("application-autoscaling")
    autoscaling.register_scalable_target(MinCapacity=1, MaxCapacity=9, **scaled)
    targets = autoscaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    emulator.expect("scalable target", [(t["MaxCapacity"], t["RoleARN"].rsplit("_", 1)[1]) for t in targets], [(9, "DynamoDBTable")])
    client.update_continuous_backups(TableName="one-table", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    emulator.seed("dynamodb", "continuous_backups", {"TableName": "one-table", "EarliestRestorableDateTime": days_ago(20)})
    read = client.describe_continuous_backups(TableName="one-table")["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    window = (read["RecoveryPeriodInDays"], read["EarliestRestorableDateTime"].isoformat()[:10])
    emulator.expect("window", window, (35, days_ago(20)[:10]))
    backup = client.create_backup(TableName="two-table", BackupName="byhand")["BackupDetails"]["BackupArn"]
    emulator.seed("dynamodb", "backup", {"TableName": "two-table", "BackupType": "AWS_BACKUP", "BackupCreationDateTime": days_ago(3)})
    emulator.expect("backups", [b["BackupName"] for b in client.list_backups()["BackupSummaries"]], ["byhand"])
    emulator.expect("all backups", len(client.list_backups(BackupType="ALL")["BackupSummaries"]), 2)
    client.restore_table_from_backup(TargetTableName="restored", BackupArn=backup)
    emulator.seed("dynamodb", "table", {"TableName": "restored", "RestoreSummary": {"RestoreDateTime": days_ago(8)}})
    summary = client.describe_table(TableName="restored")["Table"]["RestoreSummary"]
    emulator.expect("restore", (summary["SourceBackupArn"], summary["RestoreDateTime"].isoformat()[:10]), (backup, days_ago(8)[:10]))
    policy = '{"Version": "2012-10-17", "Statement": []}'
    client.put_resource_policy(ResourceArn=arn, Policy=policy)
    emulator.expect("resource policy", client.get_resource_policy(ResourceArn=arn)["Policy"], policy)
    other = arn.replace("two-table", "one-table")
    emulator.expect_error("no policy", "PolicyNotFoundException", lambda: client.get_resource_policy(ResourceArn=other))
    emulator.expect("ttl", client.describe_time_to_live(TableName="one-table")["TimeToLiveDescription"]["TimeToLiveStatus"], "DISABLED")
    client.update_table(TableName="one-table", ReplicaUpdates=[{"Delete": {"RegionName": "eu-west-1"}}])
    emulator.expect("no replica", "Replicas" in client.describe_table(TableName="one-table")["Table"], False)


def efs(emulator: Emulator) -> None:
    client, far = emulator.client("efs"), emulator.client("efs", "eu-west-1")
    first = client.create_file_system(CreationToken="a", Encrypted=True, Backup=True)["FileSystemId"]
    second = client.create_file_system(CreationToken="b")["FileSystemId"]
    emulator.expect("on", client.describe_backup_policy(FileSystemId=first)["BackupPolicy"]["Status"], "ENABLED")
    emulator.expect_error("none", "PolicyNotFound", lambda: client.describe_backup_policy(FileSystemId=second))
    client.put_backup_policy(FileSystemId=second, BackupPolicy={"Status": "DISABLED"})
    emulator.expect("off", client.describe_backup_policy(FileSystemId=second)["BackupPolicy"]["Status"], "DISABLED")
    policy = '{"Version": "2012-10-17", "Statement": []}'
    client.put_file_system_policy(FileSystemId=first, Policy=policy)
    emulator.expect("file system policy", client.describe_file_system_policy(FileSystemId=first)["Policy"], policy)
    emulator.expect_error("no policy", "PolicyNotFound", lambda: client.describe_file_system_policy(FileSystemId=second))
    emulator.seed("efs", "file_system", {"FileSystemId": second, "CreationTime": days_ago(30)})
    items = {f["FileSystemId"]: f for f in client.describe_file_systems()["FileSystems"]}
    tag = {"Key": "aws:elasticfilesystem:default-backup", "Value": "enabled"}
    emulator.expect("tag and key", (tag in items[first]["Tags"], "KmsKeyId" in items[first], "KmsKeyId" in items[second]), (True, True, False))
    made = client.create_replication_configuration(SourceFileSystemId=first, Destinations=[{"Region": "eu-west-1"}])
    emulator.seed("efs", "replication", {"SourceFileSystemId": first, "Destinations": [{"Status": "ERROR"}]})
    seen = far.describe_replication_configurations()["Replications"]
    emulator.expect("seen in both Regions", [r["Destinations"][0]["Status"] for r in seen], ["ERROR"])
    emulator.expect("destination", far.describe_file_systems()["FileSystems"][0]["FileSystemId"], made["Destinations"][0]["FileSystemId"])
    client.delete_replication_configuration(SourceFileSystemId=first)
    emulator.expect_error("gone", "ReplicationNotFound", lambda: client.describe_replication_configurations(FileSystemId=first))


def fsx(emulator: Emulator) -> None:
    client, far = emulator.client("fsx"), emulator.client("fsx", "eu-west-1")
    subnets = {"SubnetIds": ["subnet-0123456789abcdef0"]}
    windows = client.create_file_system(FileSystemType="WINDOWS", WindowsConfiguration={"ThroughputCapacity": 8}, **subnets)["FileSystem"]
    emulator.expect("default retention", windows["WindowsConfiguration"]["AutomaticBackupRetentionDays"], 30)
    emulator.expect("key", ":key/" in windows["KmsKeyId"], True)
    one = {"FileSystemId": windows["FileSystemId"]}
    client.update_file_system(**one, WindowsConfiguration={"AutomaticBackupRetentionDays": 7})
    emulator.seed("fsx", "file_system", {**one, "CreationTime": days_ago(30)})
    read = client.describe_file_systems(FileSystemIds=[windows["FileSystemId"]])["FileSystems"][0]
    shown = (read["WindowsConfiguration"]["AutomaticBackupRetentionDays"], read["CreationTime"].isoformat()[:10])
    emulator.expect("updated", shown, (7, days_ago(30)[:10]))
    lustre = client.create_file_system(FileSystemType="LUSTRE", **subnets)["FileSystem"]
    emulator.expect("scratch", ("KmsKeyId" in lustre, lustre["LustreConfiguration"]["DeploymentType"]), (False, "SCRATCH_1"))
    scratch = {"FileSystemId": lustre["FileSystemId"]}
    emulator.expect_error("no backup of scratch", "UnsupportedOperation", lambda: client.create_backup(**scratch))
    link = client.create_data_repository_association(**scratch, DataRepositoryPath="s3://data")["Association"]
    emulator.seed("fsx", "association", {"AssociationId": link["AssociationId"], "Lifecycle": "MISCONFIGURED"})
    links = client.describe_data_repository_associations()["Associations"]
    emulator.expect("link", [(a["DataRepositoryPath"], a["Lifecycle"]) for a in links], [("s3://data", "MISCONFIGURED")])
    ontap = client.create_file_system(FileSystemType="ONTAP", OntapConfiguration={"DeploymentType": "SINGLE_AZ_1"}, **subnets)["FileSystem"]
    emulator.expect_error("no backup of ONTAP", "UnsupportedOperation", lambda: client.create_backup(FileSystemId=ontap["FileSystemId"]))
    machine = client.create_storage_virtual_machine(FileSystemId=ontap["FileSystemId"], Name="svm")["StorageVirtualMachine"]
    of = {"StorageVirtualMachineId": machine["StorageVirtualMachineId"], "JunctionPath": "/home", "SizeInBytes": 1 << 30}
    home = client.create_volume(VolumeType="ONTAP", Name="home", OntapConfiguration=of)["Volume"]
    client.update_volume(VolumeId=home["VolumeId"], OntapConfiguration={"CopyTagsToBackups": True})
    emulator.seed("fsx", "volume", {"VolumeId": home["VolumeId"], "CreationTime": days_ago(20)})
    volumes = client.describe_volumes()["Volumes"]
    roots = {v["Name"]: v["OntapConfiguration"]["StorageVirtualMachineRoot"] for v in volumes}
    emulator.expect("volumes", roots, {"svm_root": True, "home": False})
    client.create_backup(VolumeId=home["VolumeId"])
    made = client.create_backup(**one)["Backup"]
    old = {"BackupId": "backup-0123456789abcdef0", "Type": "AWS_BACKUP", "CreationTime": days_ago(3)}
    emulator.seed("fsx", "backup", {**old, "FileSystem": one})
    backups = client.describe_backups(Filters=[{"Name": "file-system-id", "Values": [windows["FileSystemId"]]}])["Backups"]
    emulator.expect("backups", sorted(b["Type"] for b in backups), ["AWS_BACKUP", "USER_INITIATED"])
    copy = far.copy_backup(SourceBackupId=made["BackupId"], SourceRegion="us-east-1")["Backup"]
    emulator.expect("copy", (copy["SourceBackupRegion"], copy["FileSystem"]["FileSystemId"]), ("us-east-1", windows["FileSystemId"]))
    restored = client.create_file_system_from_backup(BackupId=made["BackupId"], KmsKeyId="11111111-2222-3333-4444-555555555555", **subnets)
    read = restored["FileSystem"]
    shown = (read["WindowsConfiguration"]["AutomaticBackupRetentionDays"], read["KmsKeyId"].rsplit("/", 1)[1][:8])
    emulator.expect("restored", shown, (7, "11111111"))


def elasticache(emulator: Emulator) -> None:
    client = emulator.client("elasticache")
    group = {"ReplicationGroupDescription": "d", "CacheNodeType": "cache.t4g.small", "NumCacheClusters": 2}
    for name, more in (
        ("plain", {"Engine": "redis"}),
        ("valkey", {"Engine": "valkey", "SnapshotRetentionLimit": 3, "Tags": [{"Key": "tier", "Value": "gold"}]}),
        ("durable", {"Engine": "valkey", "Durability": "sync", "AtRestEncryptionEnabled": False}),
    ):
        client.create_replication_group(ReplicationGroupId=name, **group, **more)
    client.create_cache_cluster(CacheClusterId="alone", Engine="redis", CacheNodeType="cache.t4g.small", NumCacheNodes=1)
    client.create_cache_cluster(CacheClusterId="pages", Engine="memcached", CacheNodeType="cache.t4g.small", NumCacheNodes=2)
    read = {g["ReplicationGroupId"]: g for g in client.describe_replication_groups(MaxRecords=100)["ReplicationGroups"]}
    kinds = {name: (g["StorageEncryptionType"], g["EffectiveDurability"]) for name, g in read.items()}
    expected = {"plain": ("none", "disabled"), "valkey": ("sse-elasticache", "disabled"), "durable": ("sse-elasticache", "sync")}
    emulator.expect("encryption and durability", kinds, expected)
    emulator.seed("elasticache", "replication_group", {"ReplicationGroupId": "plain", "ReplicationGroupCreateTime": days_ago(50)})
    created = client.describe_replication_groups(ReplicationGroupId="plain")["ReplicationGroups"][0]["ReplicationGroupCreateTime"]
    emulator.expect("seeded date", created.isoformat()[:10], days_ago(50)[:10])
    alone = client.describe_cache_clusters(ShowCacheClustersNotInReplicationGroups=True)["CacheClusters"]
    emulator.expect("without nodes of groups", sorted(c["CacheClusterId"] for c in alone), ["alone", "pages"])
    emulator.expect("with nodes of groups", len(client.describe_cache_clusters()["CacheClusters"]), 5)
    emulator.seed("elasticache", "cache_cluster", {"CacheClusterId": "alone", "CacheClusterCreateTime": days_ago(9)})
    client.modify_cache_cluster(CacheClusterId="alone", SnapshotRetentionLimit=5)
    emulator.expect("limit", client.describe_cache_clusters(CacheClusterId="alone")["CacheClusters"][0]["SnapshotRetentionLimit"], 5)
    client.create_snapshot(SnapshotName="by-hand", ReplicationGroupId="plain")
    node = {"CacheNodeId": "0001", "SnapshotCreateTime": days_ago(1)}
    emulator.seed("elasticache", "snapshot", {"SnapshotName": "automatic.1", "CacheClusterId": "valkey-001", "NodeSnapshots": [node]})
    emulator.seed("elasticache", "snapshot", {"SnapshotName": "by-hand", "NodeSnapshots": [node]})
    snapshots = {s["SnapshotName"]: s for s in client.describe_snapshots(MaxRecords=50)["Snapshots"]}
    sources = {name: (s["SnapshotSource"], s.get("ReplicationGroupId"), s.get("CacheClusterId")) for name, s in snapshots.items()}
    expected = {"by-hand": ("manual", "plain", None), "automatic.1": ("automated", None, "valkey-001")}
    emulator.expect("snapshots", sources, expected)
    emulator.expect("date", snapshots["by-hand"]["NodeSnapshots"][0]["SnapshotCreateTime"].isoformat()[:10], days_ago(1)[:10])
    serverless(emulator)
    tagged = emulator.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["elasticache", "memorydb"])["ResourceTagMappingList"]
    tags = {t["ResourceARN"].rsplit(":", 1)[1]: [pair["Value"] for pair in t["Tags"]] for t in tagged if t["Tags"]}
    emulator.expect("tags", tags, {"valkey": ["gold"], "one": ["silver"]})


def serverless(emulator: Emulator) -> None:
    client = emulator.client("elasticache")
    client.create_serverless_cache(ServerlessCacheName="one", Engine="memcached", Tags=[{"Key": "tier", "Value": "silver"}])
    client.modify_serverless_cache(ServerlessCacheName="one", SnapshotRetentionLimit=7, DailySnapshotTime="03:00")
    emulator.seed("elasticache", "serverless_cache", {"ServerlessCacheName": "one", "CreateTime": days_ago(40)})
    read = client.describe_serverless_caches(MaxResults=50)["ServerlessCaches"][0]
    emulator.expect("serverless", (read["SnapshotRetentionLimit"], read["StorageEncryptionType"]), (7, "sse-elasticache"))
    client.create_serverless_cache_snapshot(ServerlessCacheName="one", ServerlessCacheSnapshotName="by-hand")
    of = {"ServerlessCacheName": "one", "Engine": "memcached"}
    seed = {"ServerlessCacheSnapshotName": "daily", "CreateTime": days_ago(1), "ServerlessCacheConfiguration": of}
    emulator.seed("elasticache", "serverless_cache_snapshot", seed)
    listed = client.describe_serverless_cache_snapshots(ServerlessCacheName="one")["ServerlessCacheSnapshots"]
    emulator.expect("serverless snapshots", sorted(s["SnapshotType"] for s in listed), ["automated", "manual"])
    client.create_serverless_cache(ServerlessCacheName="two", Engine="valkey", SnapshotArnsToRestore=[listed[0]["ARN"]])
    emulator.expect("restored", len(client.describe_serverless_caches()["ServerlessCaches"]), 2)


def memorydb(emulator: Emulator) -> None:
    client = emulator.client("memorydb")
    label = [{"Key": "tier", "Value": "gold"}]
    client.create_cluster(ClusterName="carts", NodeType="db.r7g.large", ACLName="open-access", SnapshotRetentionLimit=3, Tags=label)
    read = client.describe_clusters(MaxResults=50)["Clusters"][0]
    emulator.expect("without nodes", ("Shards" in read, read["SnapshotRetentionLimit"]), (False, 3))
    shard = {"Name": "0001", "Nodes": [{"Name": "carts-0001-001", "CreateTime": days_ago(50)}]}
    emulator.seed("memorydb", "cluster", {"Name": "carts", "Shards": [shard]})
    node = client.describe_clusters(ShowShardDetails=True)["Clusters"][0]["Shards"][0]["Nodes"][0]
    emulator.expect("date of a node", node["CreateTime"].isoformat()[:10], days_ago(50)[:10])
    client.create_snapshot(ClusterName="carts", SnapshotName="by-hand")
    daily = {"Name": "carts", "Shards": [{"Name": "0001", "SnapshotCreationTime": days_ago(1)}]}
    emulator.seed("memorydb", "snapshot", {"Name": "automatic.1", "ClusterConfiguration": daily})
    plain = {s["Name"]: "Shards" in s["ClusterConfiguration"] for s in client.describe_snapshots()["Snapshots"]}
    emulator.expect("without shards", plain, {"by-hand": False, "automatic.1": False})
    detailed = {s["Name"]: s for s in client.describe_snapshots(ShowDetail=True)["Snapshots"]}
    taken = detailed["automatic.1"]["ClusterConfiguration"]["Shards"][0]["SnapshotCreationTime"]
    emulator.expect("date of a shard", taken.isoformat()[:10], days_ago(1)[:10])
    tagged = emulator.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["memorydb"])["ResourceTagMappingList"]
    emulator.expect("tags", [t["ResourceARN"].rsplit("/", 1)[1] for t in tagged], ["carts"])


def opensearch(emulator: Emulator) -> None:
    client = emulator.client("opensearch")
    label = [{"Key": "tier", "Value": "gold"}]
    client.create_domain(DomainName="search", EngineVersion="OpenSearch_2.19", EncryptionAtRestOptions={"Enabled": True}, TagList=label)
    client.create_domain(DomainName="legacy", EngineVersion="Elasticsearch_7.10")
    emulator.expect("names", sorted(d["DomainName"] for d in client.list_domain_names()["DomainNames"]), ["legacy", "search"])
    read = {d["DomainName"]: d for d in client.describe_domains(DomainNames=["search", "legacy"])["DomainStatusList"]}
    encryption = read["search"]["EncryptionAtRestOptions"]
    emulator.expect("encryption", (encryption["Enabled"], "KmsKeyId" in encryption), (True, True))
    emulator.expect("no pause", read["legacy"]["AutomatedSnapshotPauseOptions"]["State"], "Disabled")
    client.update_domain_config(DomainName="legacy", AutomatedSnapshotPauseOptions={"Enabled": True, "StartTime": days_ago(1)})
    paused = client.describe_domains(DomainNames=["legacy"])["DomainStatusList"][0]["AutomatedSnapshotPauseOptions"]
    emulator.expect("paused", (paused["State"], paused["StartTime"].isoformat()[:10]), ("Active", days_ago(1)[:10]))
    emulator.expect_error("six names", "ValidationException", lambda: client.describe_domains(DomainNames=[f"name{i}" for i in range(6)]))
    emulator.expect("health", client.describe_domain_health(DomainName="search")["ClusterHealth"], "Green")
    emulator.seed("es", "health", {"DomainName": "search", "ClusterHealth": "Red"})
    emulator.expect("red", client.describe_domain_health(DomainName="search")["ClusterHealth"], "Red")
    emulator.seed("es", "domain", {"DomainName": "search", "Deleted": True})
    emulator.expect("deleted", client.describe_domains(DomainNames=["search"])["DomainStatusList"][0]["Deleted"], True)
    tagged = emulator.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["es"])["ResourceTagMappingList"]
    emulator.expect("tags", [t["ResourceARN"].rsplit("/", 1)[1] for t in tagged], ["search"])


def s3(emulator: Emulator) -> None:
    client, far = emulator.client("s3"), emulator.client("s3", "eu-west-1")
    client.create_bucket(Bucket="near")
    far.create_bucket(Bucket="distant", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    emulator.seed("s3", "bucket", {"Name": "near", "CreationDate": days_ago(500)})
    regions = {b["Name"]: b.get("BucketRegion") for b in client.list_buckets(MaxBuckets=1000)["Buckets"]}
    emulator.expect("Regions of buckets", regions, {"near": "us-east-1", "distant": "eu-west-1"})
    rule = client.get_bucket_encryption(Bucket="near")["ServerSideEncryptionConfiguration"]["Rules"][0]
    emulator.expect("default encryption", rule["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"})
    client.delete_bucket_encryption(Bucket="near")
    emulator.expect("always encrypted", "ServerSideEncryptionConfiguration" in client.get_bucket_encryption(Bucket="near"), True)
    both = {"Status": "Enabled", "MFADelete": "Enabled"}
    client.put_bucket_versioning(Bucket="near", VersioningConfiguration=both, MFA="device 123456")
    read = client.get_bucket_versioning(Bucket="near")
    emulator.expect("versioning", {k: read.get(k) for k in both}, both)
    before = emulator.count("s3:GetBucketVersioning")
    client.get_bucket_versioning(Bucket="distant")  # boto3 follows the redirect
    emulator.expect("wrong Region is redirected", emulator.count("s3:GetBucketVersioning") - before, 2)
    client.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True)
    keep = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}}
    client.put_object_lock_configuration(Bucket="locked", ObjectLockConfiguration=keep)
    emulator.expect("object lock", client.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"], keep)
    client.put_object(Bucket="near", Key="folder/key", Body=b"x" * 1000)
    for code, call in (
        ("NoSuchLifecycleConfiguration", client.get_bucket_lifecycle_configuration),
        ("ReplicationConfigurationNotFoundError", client.get_bucket_replication),
        ("ObjectLockConfigurationNotFoundError", client.get_object_lock_configuration),
        ("NoSuchTagSet", client.get_bucket_tagging),
        ("NoSuchBucketPolicy", client.get_bucket_policy),
    ):
        emulator.expect_error(call.__name__, code, lambda call=call: call(Bucket="near"))
    emulator.expect("location", far.get_bucket_location(Bucket="distant")["LocationConstraint"], "eu-west-1")


def logs(emulator: Emulator) -> None:
    client = emulator.client("logs")
    for name, kind in (("web", "STANDARD"), ("rare", "INFREQUENT_ACCESS"), ("lambda", "DELIVERY")):
        client.create_log_group(logGroupName=name, logGroupClass=kind, tags={"tier": name})
    groups = {group["logGroupName"]: group for group in client.describe_log_groups(limit=50)["logGroups"]}
    emulator.expect("classes", {name: group["logGroupClass"] for name, group in groups.items()}, {"web": "STANDARD", "rare": "INFREQUENT_ACCESS", "lambda": "DELIVERY"})
    emulator.expect("for ever", "retentionInDays" in groups["web"], False)
    emulator.expect("an ARN without an asterisk", groups["web"]["logGroupArn"], f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:web")
    client.put_retention_policy(logGroupName="web", retentionInDays=400)
    client.put_log_group_deletion_protection(logGroupIdentifier="web", deletionProtectionEnabled=True)
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    client.associate_kms_key(logGroupName="web", kmsKeyId=key)
    emulator.seed("logs", "log_group", {"logGroupName": "web", "storedBytes": 7, "retentionPolicyName": "all"})
    read = client.describe_log_groups(logGroupNamePrefix="web")["logGroups"][0]
    wanted = (400, True, key, 7, "all")
    members = ("retentionInDays", "deletionProtectionEnabled", "kmsKeyId", "storedBytes", "retentionPolicyName")
    emulator.expect("settings", tuple(read[member] for member in members), wanted)
    emulator.expect_error("a wrong retention", "InvalidParameterException", lambda: client.put_retention_policy(logGroupName="web", retentionInDays=8))
    emulator.expect_error("protected", "ValidationException", lambda: client.delete_log_group(logGroupName="web"))
    client.delete_log_group(logGroupName="lambda")
    stream = f"arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/archive"
    filter = {"filterName": "archive", "filterPattern": "", "destinationArn": stream, "roleArn": ROLE}
    client.put_subscription_filter(logGroupName="web", **filter)
    emulator.expect("subscriptions", client.describe_subscription_filters(logGroupName="web")["subscriptionFilters"][0]["destinationArn"], stream)
    emulator.expect_error("another class", "ValidationException", lambda: client.describe_subscription_filters(logGroupName="rare"))
    emulator.expect_error("no group", "ResourceNotFoundException", lambda: client.describe_subscription_filters(logGroupName="none"))
    kind = {"policyType": "SUBSCRIPTION_FILTER_POLICY"}
    client.put_account_policy(policyName="all", policyDocument="{}", selectionCriteria='LogGroupName NOT IN ["web"]', **kind)
    emulator.expect("policies", [p["policyName"] for p in client.describe_account_policies(**kind)["accountPolicies"]], ["all"])
    emulator.expect("other policies", client.describe_account_policies(policyType="DATA_PROTECTION_POLICY")["accountPolicies"], [])
    task = client.create_export_task(logGroupName="web", fromTime=0, to=9, destination="archive")["taskId"]
    done = {"executionInfo": {"creationTime": 5, "completionTime": 6}}
    emulator.seed("logs", "export_task", {"taskId": task, **done})
    emulator.expect("exports", client.describe_export_tasks(statusCode="COMPLETED")["exportTasks"][0]["executionInfo"], done["executionInfo"])
    emulator.expect("no failed exports", client.describe_export_tasks(statusCode="FAILED")["exportTasks"], [])
    emulator.seed("logs", "export_task", {"taskId": task, "status": {"code": "FAILED"}})
    emulator.expect("a failed export", client.describe_export_tasks(statusCode="COMPLETED")["exportTasks"], [])
    tagged = emulator.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["logs"])["ResourceTagMappingList"]
    emulator.expect("tags", {found["ResourceARN"].rsplit(":", 1)[1]: found["Tags"] for found in tagged}["web"], [{"Key": "tier", "Value": "web"}])


def automation(emulator: Emulator) -> None:
    states, scheduler, events = (emulator.client(name) for name in ("stepfunctions", "scheduler", "events"))
    machine = {"definition": '{"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}', "roleArn": ROLE}
    arn = states.create_state_machine(name="drill", **machine)["stateMachineArn"]
    express = states.create_state_machine(name="express", type="EXPRESS", **machine)["stateMachineArn"]
    kinds = {found["name"]: found["type"] for found in states.list_state_machines(maxResults=1000)["stateMachines"]}
    emulator.expect("types", kinds, {"drill": "STANDARD", "express": "EXPRESS"})
    first = states.start_execution(stateMachineArn=arn)["executionArn"]
    second = states.start_execution(stateMachineArn=arn)["executionArn"]
    emulator.seed("states", "execution", {"executionArn": first, "status": "FAILED", "startDate": days_ago(3), "stopDate": days_ago(2)})
    emulator.seed("states", "execution", {"executionArn": second, "startDate": days_ago(9), "stopDate": days_ago(8)})
    read = states.list_executions(stateMachineArn=arn, maxResults=100)["executions"]
    emulator.expect("newest first", [(e["executionArn"], e["status"]) for e in read], [(first, "FAILED"), (second, "SUCCEEDED")])
    succeeded = states.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"]
    emulator.expect("by status", [e["executionArn"] for e in succeeded], [second])
    emulator.expect_error("express", "StateMachineTypeNotSupported", lambda: states.list_executions(stateMachineArn=express))
    target = {"Arn": arn, "RoleArn": ROLE, "Input": "{}"}
    common = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    scheduler.create_schedule(Name="on", ScheduleExpression="rate(30 days)", **common)
    scheduler.create_schedule(Name="off", ScheduleExpression="rate(30 days)", State="DISABLED", **common)
    emulator.expect("enabled", [found["Name"] for found in scheduler.list_schedules(State="ENABLED", MaxResults=100)["Schedules"]], ["on"])
    read = scheduler.get_schedule(Name="on", GroupName="default")
    emulator.expect("schedule", (read["ScheduleExpression"], read["Target"]["Arn"]), ("rate(30 days)", arn))
    emulator.expect_error("no schedule", "ResourceNotFoundException", lambda: scheduler.get_schedule(Name="none"))
    events.put_rule(Name="nightly", ScheduleExpression="cron(0 3 * * ? *)")
    events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": arn, "RoleArn": ROLE}])
    emulator.expect("rules", [(r["Name"], r["State"]) for r in events.list_rules(Limit=100)["Rules"]], [("nightly", "ENABLED")])
    emulator.expect("targets", [t["Arn"] for t in events.list_targets_by_rule(Rule="nightly", Limit=100)["Targets"]], [arn])
    emulator.expect_error("no rule", "ResourceNotFoundException", lambda: events.list_targets_by_rule(Rule="none"))


def kms_and_sts(emulator: Emulator) -> None:
    client = emulator.client("kms")
    key = client.create_key()["KeyMetadata"]["KeyId"]
    client.enable_key_rotation(KeyId=key)
    emulator.expect("rotation", client.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], True)
    client.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    emulator.expect("state", client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "PendingDeletion")
    emulator.seed("kms", "key", {"KeyId": key, "KeyState": "PendingImport"})
    emulator.expect("seeded state", client.describe_key(KeyId=key)["KeyMetadata"]["KeyState"], "PendingImport")
    targets = [a["TargetKeyId"] for a in client.list_aliases()["Aliases"] if "TargetKeyId" in a]
    emulator.expect("aliases have keys", {client.describe_key(KeyId=t)["KeyMetadata"]["KeyManager"] for t in targets}, {"AWS"})
    role = emulator.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/auditor", RoleSessionName="check")
    other = emulator.client("sts", key=role["Credentials"]["AccessKeyId"])
    emulator.expect("another account", other.get_caller_identity()["Account"], "111122223333")
    vaults = emulator.client("backup", key=role["Credentials"]["AccessKeyId"])
    emulator.expect("accounts are apart", vaults.list_backup_vaults()["BackupVaultList"], [])


BACKUP_POLICY = {
    "plans": {
        "daily": {
            "regions": {"@@assign": ["us-east-1"]},
            "rules": {"night": {"target_backup_vault_name": {"@@assign": "main"}}},
            "selections": {"tags": {"daily": {"tag_key": {"@@assign": "backup"}, "tag_value": {"@@assign": ["daily"]}}}},
        }
    }
}


def organizations(emulator: Emulator) -> None:
    client = emulator.client("organizations")
    about = {"PolicyType": "BACKUP_POLICY"}
    emulator.expect_error("outside", "AWSOrganizationsNotInUseException", lambda: client.describe_effective_policy(**about))
    made = client.create_organization()["Organization"]
    emulator.expect("management account", client.describe_organization()["Organization"]["MasterAccountId"], ACCOUNT)
    emulator.expect_error("none", "EffectivePolicyNotFoundException", lambda: client.describe_effective_policy(**about))
    policy = client.create_policy(Content=json.dumps(BACKUP_POLICY), Description="d", Name="daily", Type="BACKUP_POLICY")["Policy"]
    client.attach_policy(PolicyId=policy["PolicySummary"]["Id"], TargetId=client.list_roots()["Roots"][0]["Id"])
    plan = json.loads(client.describe_effective_policy(**about)["EffectivePolicy"]["PolicyContent"])["plans"]["daily"]
    emulator.expect("effective", (plan["regions"], list(plan["rules"]), list(plan["selections"]["tags"])), (["us-east-1"], ["night"], ["daily"]))
    errors = {"AccountId": ACCOUNT, **about}
    emulator.expect("valid", client.list_effective_policy_validation_errors(**errors)["EffectivePolicyValidationErrors"], [])
    emulator.seed("organizations", "validation_error", {"ErrorCode": "ELEMENTS_TOO_MANY", "PathToError": "plans"})
    read = client.list_effective_policy_validation_errors(**errors)["EffectivePolicyValidationErrors"]
    emulator.expect("invalid", [error["ErrorCode"] for error in read], ["ELEMENTS_TOO_MANY"])
    emulator.expect("organisation", made["Id"].startswith("o-"), True)


def directory(emulator: Emulator) -> None:
    ds = emulator.client("ds")
    subnets = emulator.client("ec2").describe_subnets()["Subnets"]
    settings = {"VpcId": subnets[0]["VpcId"], "SubnetIds": [subnet["SubnetId"] for subnet in subnets[:2]]}
    made = ds.create_microsoft_ad(Name="corp.example.com", Password="Not-a-s3cret", VpcSettings=settings)["DirectoryId"]
    emulator.seed("ds", "directory", {"DirectoryId": made, "Stage": "Impaired"})
    emulator.expect("stage", ds.describe_directories()["DirectoryDescriptions"][0]["Stage"], "Impaired")
    for _ in range(5):
        ds.create_snapshot(DirectoryId=made, Name="by-hand")
    emulator.expect_error("a sixth", "SnapshotLimitExceededException", lambda: ds.create_snapshot(DirectoryId=made))
    limits = ds.get_snapshot_limits(DirectoryId=made)["SnapshotLimits"]
    emulator.expect("limits", (limits["ManualSnapshotsCurrentCount"], limits["ManualSnapshotsLimitReached"]), (5, True))
    emulator.seed("ds", "snapshot", {"DirectoryId": made, "StartTime": "2026-11-20T00:00:00Z"})
    emulator.expect("snapshots", {snapshot["Type"] for snapshot in ds.describe_snapshots()["Snapshots"]}, {"Auto", "Manual"})


def lightsail(emulator: Emulator) -> None:
    client = emulator.client("lightsail")
    client.create_instances(instanceNames=["web"], availabilityZone="us-east-1a", blueprintId="amazon_linux_2023", bundleId="small_3_0")
    client.create_disk(diskName="data", availabilityZone="us-east-1a", sizeInGb=8)
    emulator.expect_error("the name", "InvalidInputException", lambda: client.create_disk(diskName="web", availabilityZone="us-east-1a", sizeInGb=8))
    for name in ("web", "data"):
        client.enable_add_on(resourceName=name, addOnRequest={"addOnType": "AutoSnapshot"})
    client.attach_disk(diskName="data", instanceName="web", diskPath="/dev/xvdf")
    on = [{"name": "AutoSnapshot", "status": "Enabled"}]
    emulator.expect("instance", client.get_instances()["instances"][0]["addOns"], on)
    disks = {disk["name"]: (disk["isSystemDisk"], disk["attachedTo"], disk["addOns"]) for disk in client.get_disks()["disks"]}
    emulator.expect("disks", disks, {"web-system": (True, "web", []), "data": (False, "web", on)})
    login = {"masterDatabaseName": "shop", "masterUsername": "admin"}
    engine = {"relationalDatabaseBlueprintId": "mysql_8_0", "relationalDatabaseBundleId": "small_2_0"}
    client.create_relational_database(relationalDatabaseName="shop", **login, **engine)
    client.update_relational_database(relationalDatabaseName="shop", disableBackupRetention=True)
    emulator.expect("database", client.get_relational_databases()["relationalDatabases"][0]["backupRetentionEnabled"], False)
    client.update_relational_database(relationalDatabaseName="shop", enableBackupRetention=True)
    client.create_bucket(bucketName="media", bundleId="small_1_0")
    client.update_bucket(bucketName="media", versioning="Enabled")
    emulator.expect("bucket", client.get_buckets()["buckets"][0]["objectVersioning"], "Enabled")


def storage_gateway(emulator: Emulator) -> None:
    client = emulator.client("storagegateway")
    gateway = f"arn:aws:storagegateway:us-east-1:{ACCOUNT}:gateway/sgw-12A3456B"
    at = {"GatewayARN": gateway, "NetworkInterfaceId": "10.0.0.1"}
    cached = client.create_cached_iscsi_volume(**at, VolumeSizeInBytes=1 << 30, TargetName="cached", ClientToken="token1")["VolumeARN"]
    stored = client.create_stored_iscsi_volume(**at, DiskId="disk-1", PreserveExistingData=False, TargetName="stored")["VolumeARN"]
    emulator.expect("types", {volume["VolumeType"] for volume in client.list_volumes()["VolumeInfos"]}, {"CACHED iSCSI", "STORED iSCSI"})
    described = client.describe_cached_iscsi_volumes(VolumeARNs=[cached])["CachediSCSIVolumes"]
    emulator.expect("cached", [volume["TargetName"] for volume in described], ["cached"])
    emulator.expect_error("not stored", "InvalidGatewayRequestException", lambda: client.describe_stored_iscsi_volumes(VolumeARNs=[cached]))
    emulator.expect("daily", client.describe_snapshot_schedule(VolumeARN=stored)["RecurrenceInHours"], 24)
    try:
        client.describe_snapshot_schedule(VolumeARN=cached)
        emulator.expect("no schedule", "an answer", "none")
    except client.exceptions.InvalidGatewayRequestException as error:
        emulator.expect("no schedule", error.response["error"]["errorCode"], "SnapshotScheduleNotFound")
    client.update_snapshot_schedule(VolumeARN=cached, StartAt=3, RecurrenceInHours=12)
    emulator.expect("a schedule", client.describe_snapshot_schedule(VolumeARN=cached)["RecurrenceInHours"], 12)
    tapes = {"GatewayARN": gateway, "TapeSizeInBytes": 100 << 30, "ClientToken": "token2", "TapeBarcodePrefix": "AB"}
    made = client.create_tapes(**tapes, NumTapesToCreate=2)["TapeARNs"]
    emulator.seed("storagegateway", "archived_tape", {"TapeARN": made[0]})
    emulator.expect("in the library", [tape["TapeARN"] for tape in client.describe_tapes(GatewayARN=gateway)["Tapes"]], made[1:])
    emulator.expect("on the shelf", [tape["TapeARN"] for tape in client.describe_tape_archives()["TapeArchives"]], made[:1])
    where = {"GatewayARN": gateway, "Role": ROLE, "LocationARN": "arn:aws:s3:::files"}
    share = client.create_nfs_file_share(**where, ClientToken="token3")["FileShareARN"]
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    client.update_nfs_file_share(FileShareARN=share, EncryptionType="SseKms", KMSKey=key)
    read = client.describe_nfs_file_shares(FileShareARNList=[share])["NFSFileShareInfoList"][0]
    emulator.expect("a key", (read["EncryptionType"], read["KMSKey"]), ("SseKms", key))
    share = client.create_smb_file_share(**where, ClientToken="token4")["FileShareARN"]
    client.update_smb_file_share(FileShareARN=share, EncryptionType="SseKms", KMSKey=key)
    read = client.describe_smb_file_shares(FileShareARNList=[share])["SMBFileShareInfoList"][0]
    emulator.expect("a key of SMB", (read["EncryptionType"], read["KMSKey"]), ("SseKms", key))
    emulator.expect("both kinds", {read["FileShareType"] for read in client.list_file_shares()["FileShareInfoList"]}, {"NFS", "SMB"})
    emulator.expect("all tapes", {tape["TapeARN"] for tape in client.list_tapes()["TapeInfos"]}, set(made))


def cloudtrail(emulator: Emulator) -> None:
    user = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/anna"}
    event = {"EventName": "DeleteBackup", "EventSource": "fsx.amazonaws.com", "UserIdentity": user}
    for day in (1, 3, 2):
        emulator.seed("cloudtrail", "event", {**event, "EventTime": f"2026-11-0{day}T00:00:00Z"})
    by_name = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "DeleteBackup"}]}
    found = emulator.client("cloudtrail").lookup_events(**by_name, StartTime="2026-11-02T00:00:00Z")["Events"]
    emulator.expect("newest first", [event["EventTime"].day for event in found], [3, 2])
    emulator.expect("the record", json.loads(found[0]["CloudTrailEvent"])["userIdentity"], user)


def kinesis_video(emulator: Emulator) -> None:
    client = emulator.client("kinesisvideo")
    made = client.create_stream(StreamName="doors", Tags={"a": "b"})["StreamARN"]
    stale = {"StreamName": "doors", "CurrentVersion": "old", "Operation": "INCREASE_DATA_RETENTION", "DataRetentionChangeInHours": 168}
    emulator.expect_error("stale", "VersionMismatchException", lambda: client.update_data_retention(**stale))
    client.update_data_retention(**{**stale, "CurrentVersion": client.describe_stream(StreamName="doors")["StreamInfo"]["Version"]})
    emulator.expect("retention", client.list_streams()["StreamInfoList"][0]["DataRetentionInHours"], 168)
    tagged = emulator.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["kinesisvideo"])["ResourceTagMappingList"]
    emulator.expect("tags", tagged, [{"ResourceARN": made, "Tags": [{"Key": "a", "Value": "b"}]}])


def stacks(emulator: Emulator) -> None:
    client = emulator.client("cloudformation")
    root = client.create_stack(StackName="root", Tags=[{"Key": "a", "Value": "b"}])["StackId"]
    leaf = client.create_stack(StackName="leaf")["StackId"]
    emulator.seed("cloudformation", "stack", {"StackId": leaf, "RootId": root, "ParentId": root})
    client.update_termination_protection(StackName="root", EnableTerminationProtection=True)
    nested = {"StackName": leaf, "EnableTerminationProtection": False}
    emulator.expect_error("nested", "ValidationError", lambda: client.update_termination_protection(**nested))
    read = {stack["StackName"]: stack for stack in client.describe_stacks()["Stacks"]}
    emulator.expect("protection", [read[name]["EnableTerminationProtection"] for name in ("root", "leaf")], [True, True])
    emulator.expect("root", (read["leaf"]["RootId"], "RootId" in read["root"], read["root"]["Tags"]), (root, False, [{"Key": "a", "Value": "b"}]))
    emulator.seed("cloudformation", "short_list", {})
    emulator.expect("short list", ["EnableTerminationProtection" in stack for stack in client.describe_stacks()["Stacks"]], [False, False])
    emulator.expect("long description", client.describe_stacks(StackName=root)["Stacks"][0]["EnableTerminationProtection"], True)
    emulator.expect_error("no such stack", "ValidationError", lambda: client.describe_stacks(StackName="gone"))


def glacier(emulator: Emulator) -> None:
    client = emulator.client("glacier")
    for number in range(12):
        client.create_vault(vaultName=f"vault-{number:02}")
    pages = [[vault["VaultName"] for vault in page["VaultList"]] for page in client.get_paginator("list_vaults").paginate()]
    emulator.expect("pages of ten", [len(page) for page in pages], [10, 2])
    emulator.expect_error("no policy", "ResourceNotFoundException", lambda: client.get_vault_access_policy(vaultName="vault-00"))
    client.set_vault_access_policy(vaultName="vault-00", policy={"Policy": "{}"})
    emulator.expect("policy", client.get_vault_access_policy(vaultName="vault-00")["policy"], {"Policy": "{}"})
    client.add_tags_to_vault(vaultName="vault-00", Tags={"a": "b"})
    listed = emulator.client("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"]
    tags = {mapping["ResourceARN"].rsplit("/", 1)[1]: mapping["Tags"] for mapping in listed if ":glacier:" in mapping["ResourceARN"]}
    emulator.expect("tags", tags, {"vault-00": [{"Key": "a", "Value": "b"}]})


SERVICES = (dlm, ec2, rds, redshift, redshift_serverless, dynamodb, efs, fsx, elasticache, memorydb, opensearch, s3, logs, automation, organizations, directory, kinesis_video, lightsail, stacks, glacier, cloudtrail, storage_gateway)
CHECKS = (*SERVICES, kms_and_sts)
