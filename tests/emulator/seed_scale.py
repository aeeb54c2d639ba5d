"""Fills an account of the emulator with resources for measuring the calls, time and memory of an audit.

    python tests/emulator/seed_scale.py --endpoint http://127.0.0.1:PORT

Two Regions, each with 100 volumes, 50 snapshots, 30 RDS instances, 10 Aurora clusters, 60 DynamoDB tables, 10 EFS file
systems, 30 S3 buckets, 15 of every other type, and a backup plan that selects by tag. Unmodified moto has no operations for some
types and gets none of them. Prints the created resources as one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from botocore.config import Config

REGIONS = ("us-east-1", "eu-west-1")
SIZES = {
    "volumes": 100,
    "snapshots": 50,
    "instances": 30,
    "clusters": 10,
    "tables": 60,
    "file_systems": 10,
    "fsx": 15,
    "gateways": 15,
    "buckets": 30,
    "caches": 15,
    "cloud_control": 15,
    "directories": 9,
    "glacier_vaults": 15,
    "lightsail": 15,
    "log_groups": 15,
    "stacks": 15,
    "state_machines": 15,
    "virtual_machines": 15,
    "warehouses": 15,
}
# Services whose types Cloud Control reads.
CLOUD_CONTROL = ("docdb-elastic", "dsql", "eks", "kinesis", "kinesisvideo", "opensearchserverless", "timestream-write")
TAGS = [{"Key": "backup", "Value": "daily"}]
ACCESS = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "not-a-secret"}
CONFIG = Config(retries={"max_attempts": 1}, max_pool_connections=16, s3={"addressing_style": "path"})


def is_plain(endpoint: str) -> bool:
    """Whether the server is unmodified moto."""
    with urllib.request.urlopen(f"{endpoint}/rel9/calls") as answer:
        return bool(json.load(answer)["plain"])


class Seeder:
    def __init__(self, endpoint: str, region: str, pool: ThreadPoolExecutor) -> None:
        self.endpoint, self.region, self.pool, self.plain = endpoint, region, pool, is_plain(endpoint)
        session = boto3.Session(region_name=region, **ACCESS)
        names = ("ec2", "rds", "redshift", "redshift-serverless", "dynamodb", "efs", "elasticache", "fsx", "memorydb", "opensearch", "s3", "backup", "logs", "stepfunctions")
        names = (*names, "scheduler", "ds", "cloudwatch", "backup-gateway", "cloudformation", "glacier", "lightsail", "storagegateway", *CLOUD_CONTROL)
        self.clients = {name: session.client(name, endpoint_url=endpoint, config=CONFIG) for name in names}

    def each(self, count: int, make: Callable[[int], Any]) -> list[Any]:
        return list(self.pool.map(make, range(count)))

    def tags(self, number: int) -> list[dict[str, str]]:
        """Every second resource carries the tag that the plan selects."""
        return TAGS if number % 2 == 0 else []

    def run(self) -> None:
        ec2, rds, s3 = self.clients["ec2"], self.clients["rds"], self.clients["s3"]
        self.plan()
        volumes = self.each(SIZES["volumes"], self.volume)
        self.each(SIZES["snapshots"], lambda i: ec2.create_snapshot(VolumeId=volumes[i], Description="scale"))
        self.each(SIZES["instances"], self.instance)
        login = {"MasterUsername": "admin1", "MasterUserPassword": "not-a-secret"}
        self.each(
            SIZES["clusters"],
            lambda i: rds.create_db_cluster(DBClusterIdentifier=f"cluster-{i}", Engine="aurora-mysql", Tags=self.tags(i), **login),
        )
        self.each(SIZES["tables"], self.table)
        self.each(SIZES["file_systems"], self.file_system)
        self.warehouses()
        self.each(SIZES["fsx"], self.fsx)
        if not self.plain:
            self.volumes_of_fsx()
            self.each(SIZES["caches"], self.caches)
            self.each(SIZES["cloud_control"], self.cloud_control)
            self.directories()
            self.each(SIZES["tables"], self.alarm)
            self.each(SIZES["virtual_machines"], self.virtual_machine)
            self.each(SIZES["glacier_vaults"], lambda i: self.clients["glacier"].create_vault(vaultName=f"vault-{i}"))
            self.each(SIZES["lightsail"], self.lightsail)
            self.each(SIZES["stacks"], lambda i: self.clients["cloudformation"].create_stack(StackName=f"stack-{i}", TemplateBody="{}"))
            self.each(SIZES["gateways"], self.gateway)
        where = {} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        self.each(SIZES["buckets"], lambda i: s3.create_bucket(Bucket=f"scale-{self.region}-{i}", **where))

        self.each(SIZES["log_groups"], lambda i: self.clients["logs"].create_log_group(logGroupName=f"/scale/{i}", tags={"number": str(i)}))

        self.each(SIZES["state_machines"], self.state_machine)

    def state_machine(self, number: int) -> None:
        role = "arn:aws:iam::123456789012:role/drill"
        made = self.clients["stepfunctions"].create_state_machine(name=f"drill-{number}", definition="{}", roleArn=role)
        target = {"Arn": made["stateMachineArn"], "RoleArn": role}
        self.clients["scheduler"].create_schedule(
            Name=f"drill-{number}", ScheduleExpression="rate(30 days)", FlexibleTimeWindow={"Mode": "OFF"}, Target=target
        )

    def directories(self) -> None:
        """AWS allows ten of a kind in a Region."""
        subnets = self.clients["ec2"].describe_subnets()["Subnets"]
        settings = {"VpcId": subnets[0]["VpcId"], "SubnetIds": [subnet["SubnetId"] for subnet in subnets[:2]]}
        for number in range(SIZES["directories"]):
            name = f"scale-{number}.example.com"
            self.clients["ds"].create_microsoft_ad(Name=name, Password="Not-a-s3cret", VpcSettings=settings, Tags=self.tags(number))

    def gateway(self, number: int) -> None:
        """A volume, a tape, and a share of either protocol, of one gateway."""
        client, gateway = self.clients["storagegateway"], f"arn:aws:storagegateway:{self.region}:123456789012:gateway/sgw-12A3456B"
        volume = {"GatewayARN": gateway, "NetworkInterfaceId": "10.0.0.1", "TargetName": f"volume-{number}", "Tags": self.tags(number)}
        if number % 2:
            client.create_stored_iscsi_volume(**volume, DiskId=f"disk-{number}", PreserveExistingData=False)
        else:
            client.create_cached_iscsi_volume(**volume, VolumeSizeInBytes=1 << 30, ClientToken=f"volume-{number}")
        tape = {"TapeSizeInBytes": 100 << 30, "NumTapesToCreate": 1, "TapeBarcodePrefix": "A"}
        client.create_tapes(GatewayARN=gateway, ClientToken=f"tape-{number}", **tape)
        share = {"GatewayARN": gateway, "Role": "arn:aws:iam::123456789012:role/files", "LocationARN": "arn:aws:s3:::files"}
        client.create_nfs_file_share(**share, ClientToken=f"nfs-share-{number}")
        client.create_smb_file_share(**share, ClientToken=f"smb-share-{number}")

    def plan(self) -> None:
        backup = self.clients["backup"]
        backup.create_backup_vault(BackupVaultName="scale")
        rule = {
            "RuleName": "daily",
            "TargetBackupVaultName": "scale",
            "ScheduleExpression": "cron(0 5 ? * * *)",
            "Lifecycle": {"DeleteAfterDays": 35},
        }
        plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "scale", "Rules": [rule]})
        condition = {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}
        role = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole"
        selection = {"SelectionName": "by-tag", "IamRoleArn": role, "ListOfTags": [condition]}
        if not self.plain:
            backup.create_backup_selection(BackupPlanId=plan["BackupPlanId"], BackupSelection=selection)

    def volume(self, number: int) -> str:
        tags = [{"ResourceType": "volume", "Tags": self.tags(number)}] if self.tags(number) else []
        zone = f"{self.region}a"
        made = self.clients["ec2"].create_volume(Size=10, AvailabilityZone=zone, Encrypted=number % 3 != 0, TagSpecifications=tags)
        return str(made["VolumeId"])

    def instance(self, number: int) -> None:
        self.clients["rds"].create_db_instance(
            DBInstanceIdentifier=f"instance-{number}",
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="admin1",
            MasterUserPassword="not-a-secret",
            BackupRetentionPeriod=7 if number % 5 else 0,
            StorageEncrypted=number % 2 == 0,
            Tags=self.tags(number),
        )

    def table(self, number: int) -> None:
        self.clients["dynamodb"].create_table(
            TableName=f"table-{number}",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=self.tags(number),
        )

    def alarm(self, number: int) -> None:
        what = {"Namespace": "AWS/DynamoDB", "MetricName": "ThrottledRequests", "Dimensions": [{"Name": "TableName", "Value": f"table-{number}"}]}
        when = {"Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
        self.clients["cloudwatch"].put_metric_alarm(AlarmName=f"alarm-{number}", Statistic="Sum", **what, **when)

    def virtual_machine(self, number: int) -> None:
        """A virtual machine with a hypervisor and a gateway of its own."""
        client, name = self.clients["backup-gateway"], f"scale-{number}"
        gateway = client.create_gateway(ActivationKey="ABCDE-12345", GatewayDisplayName=name, GatewayType="BACKUP_VM")["GatewayArn"]
        hypervisor = client.import_hypervisor_configuration(Name=name, Host="10.0.0.2")["HypervisorArn"]
        client.associate_gateway_to_server(GatewayArn=gateway, ServerArn=hypervisor)
        machine = {"Name": name, "HypervisorId": hypervisor.rsplit("/", 1)[1]}
        seed = {"region": self.region, "service": "backup-gateway", "kind": "virtual_machine", "values": machine}
        request = urllib.request.Request(f"{self.endpoint}/rel9/seed", json.dumps(seed).encode(), method="POST")
        urllib.request.urlopen(request).close()

    def warehouses(self) -> None:
        redshift = self.clients["redshift"]
        if not self.plain:
            redshift.create_snapshot_schedule(ScheduleIdentifier="scale", ScheduleDefinitions=["rate(12 hours)"])
        login = {"MasterUsername": "admin1", "MasterUserPassword": "not-a-secret"}
        self.each(
            SIZES["warehouses"],
            lambda i: redshift.create_cluster(ClusterIdentifier=f"warehouse-{i}", NodeType="ra3.large", Tags=self.tags(i), **login),
        )
        if not self.plain:
            self.each(SIZES["warehouses"], self.namespace)

    def namespace(self, number: int) -> None:
        """A namespace with a snapshot."""
        client, name = self.clients["redshift-serverless"], f"namespace-{number}"
        client.create_namespace(namespaceName=name)
        client.create_snapshot(namespaceName=name, snapshotName=name)

    def file_system(self, number: int) -> None:
        tags = self.tags(number)
        self.clients["efs"].create_file_system(CreationToken=f"fs-{number}", Encrypted=True, Backup=number % 2 == 0, Tags=tags)

    def cloud_control(self, number: int) -> None:
        """One resource of each type that Cloud Control reads."""
        name, network = f"scale-{number}", {"subnetIds": ["subnet-0a", "subnet-0b"]}
        elastic = {"adminUserName": "admin", "adminUserPassword": "arn", "authType": "SECRET_ARN", "shardCapacity": 2, "shardCount": 1}
        for service, operation, arguments in (
            ("docdb-elastic", "create_cluster", {"clusterName": name, **elastic}),
            ("dsql", "create_cluster", {"deletionProtectionEnabled": number % 2 == 0}),
            ("eks", "create_cluster", {"name": name, "roleArn": "arn:aws:iam::123456789012:role/eks", "resourcesVpcConfig": network}),
            ("kinesis", "create_stream", {"StreamName": name, "ShardCount": 1}),
            ("kinesisvideo", "create_stream", {"StreamName": name}),
            ("opensearchserverless", "create_collection", {"name": name}),
            ("timestream-write", "create_database", {"DatabaseName": name}),
            ("timestream-write", "create_table", {"DatabaseName": name, "TableName": "cpu"}),
        ):
            getattr(self.clients[service], operation)(**arguments)

    def lightsail(self, number: int) -> None:
        """An instance, a disk, a database and a bucket. Every second instance has automatic snapshots."""
        client, name, zone = self.clients["lightsail"], f"scale-{number}", f"{self.region}a"
        add_ons = [{"addOnType": "AutoSnapshot"}] if number % 2 == 0 else []
        instance = {"availabilityZone": zone, "blueprintId": "amazon_linux_2023", "bundleId": "small_3_0", "addOns": add_ons}
        client.create_instances(instanceNames=[name], **instance)
        client.create_disk(diskName=f"{name}-disk", availabilityZone=zone, sizeInGb=8)
        engine = {"relationalDatabaseBlueprintId": "mysql_8_0", "relationalDatabaseBundleId": "small_2_0", "masterDatabaseName": "shop"}
        client.create_relational_database(relationalDatabaseName=f"{name}-db", masterUsername="admin", **engine)
        client.create_bucket(bucketName=f"{name}-{self.region}", bundleId="small_1_0")

    def fsx(self, number: int) -> None:
        """A file system with a backup."""
        fsx, days, tags = self.clients["fsx"], 30 if number % 3 else 0, self.tags(number)
        made = fsx.create_file_system(
            FileSystemType="WINDOWS",
            StorageCapacity=32,
            SubnetIds=["subnet-0123456789abcdef0"],
            WindowsConfiguration={"ThroughputCapacity": 32, "AutomaticBackupRetentionDays": days},
            **({"Tags": tags} if tags else {}),
        )["FileSystem"]["FileSystemId"]
        fsx.create_backup(FileSystemId=made)

    def volumes_of_fsx(self) -> None:
        fsx = self.clients["fsx"]
        made = fsx.create_file_system(
            FileSystemType="ONTAP",
            StorageCapacity=1024,
            SubnetIds=["subnet-0123456789abcdef0"],
            OntapConfiguration={"DeploymentType": "SINGLE_AZ_2", "ThroughputCapacity": 384},
        )["FileSystem"]["FileSystemId"]
        machine = fsx.create_storage_virtual_machine(FileSystemId=made, Name="svm")["StorageVirtualMachine"]["StorageVirtualMachineId"]
        volume = {"VolumeType": "ONTAP", "OntapConfiguration": {"StorageVirtualMachineId": machine, "SizeInBytes": 1 << 30}}
        self.each(SIZES["fsx"], lambda i: fsx.create_volume(Name=f"volume{i}", **volume, **({"Tags": TAGS} if self.tags(i) else {})))

    def caches(self, number: int) -> None:
        """A replication group with a snapshot, a cluster, and a serverless cache with a snapshot."""
        client, node = self.clients["elasticache"], {"CacheNodeType": "cache.t4g.small"}
        kept = {"SnapshotRetentionLimit": 7 if number % 2 == 0 else 0}
        more = {"ReplicationGroupDescription": "scale", "Engine": "valkey", "Tags": self.tags(number)}
        client.create_replication_group(ReplicationGroupId=f"group-{number}", **node, **kept, **more)
        client.create_snapshot(SnapshotName=f"group-{number}", ReplicationGroupId=f"group-{number}")
        client.create_cache_cluster(CacheClusterId=f"cluster-{number}", Engine="redis", NumCacheNodes=1, **node, **kept)
        client.create_serverless_cache(ServerlessCacheName=f"serverless-{number}", Engine="valkey", **kept)
        client.create_serverless_cache_snapshot(ServerlessCacheName=f"serverless-{number}", ServerlessCacheSnapshotName=f"serverless-{number}")
        memory = self.clients["memorydb"]
        memory.create_cluster(ClusterName=f"memory-{number}", NodeType="db.r7g.large", ACLName="open-access", **kept)
        self.clients["opensearch"].create_domain(DomainName=f"domain-{number}", EngineVersion="OpenSearch_2.19")
        memory.create_snapshot(ClusterName=f"memory-{number}", SnapshotName=f"memory-{number}")


def seed(endpoint: str, regions: Iterable[str] = REGIONS) -> dict[str, Any]:
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        for region in regions:
            Seeder(endpoint, region, pool).run()
    return {"regions": list(regions), "each": SIZES, "seconds": round(time.monotonic() - started, 1)}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--endpoint", required=True)
    print(json.dumps(seed(arguments.parse_args().endpoint)))
