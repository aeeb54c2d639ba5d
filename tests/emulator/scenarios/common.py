"""Shared by the scenarios: clients, seeds, and the usual resources in one line each.

A scenario is a script with a function of an `Account` that creates resources, and returns a dictionary of facts that the test needs.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/AWSBackupDefaultServiceRole"
LOGIN = {"MasterUsername": "admin1", "MasterUserPassword": "not-a-secret"}
NOW = datetime.now(timezone.utc).replace(microsecond=0)
SESSION = boto3.Session()
CONFIG = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, read_timeout=20)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


def millis(**span: float) -> int:
    """The time of `ago` in milliseconds since 1970."""
    return int((NOW - timedelta(**span)).timestamp() * 1000)


def tags(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def arn(service: str, resource: str, region: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


class Account:
    def __init__(self, endpoint: str, number: str = ACCOUNT) -> None:
        self.endpoint = endpoint
        self.number = number
        self.keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "not-a-secret"}
        if number != ACCOUNT:
            self.keys = self._keys_of(number)
        self.client = cache(self._client)
        self.gateways: dict[str, str] = {}

    def _keys_of(self, number: str) -> dict[str, str]:
        """The emulator tells accounts apart by access keys, and makes these by AssumeRole."""
        role = f"arn:aws:iam::{number}:role/scenarios"
        made = Account(self.endpoint).client("sts").assume_role(RoleArn=role, RoleSessionName="scenarios")["Credentials"]
        return {
            "aws_access_key_id": made["AccessKeyId"],
            "aws_secret_access_key": made["SecretAccessKey"],
            "aws_session_token": made["SessionToken"],
        }

    def _client(self, service: str, region: str = "us-east-1") -> Any:
        return SESSION.client(service, region_name=region, endpoint_url=self.endpoint, config=CONFIG, **self.keys)

    def arn(self, service: str, resource: str, region: str = "us-east-1") -> str:
        return arn(service, resource, region, self.number)

    def directory(self, name: str, region: str = "us-east-1", simple: bool = False, days_old: float = 100, **labels: str) -> str:
        """A directory in the default VPC; returns its id."""
        ec2, ds = self.client("ec2", region), self.client("ds", region)
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
        settings = {"VpcId": vpc, "SubnetIds": [subnet["SubnetId"] for subnet in subnets[:2]]}
        what = {"Name": name, "Password": "Not-a-s3cret", "VpcSettings": settings, "Tags": tags(labels)}
        made = ds.create_directory(**what, Size="Small") if simple else ds.create_microsoft_ad(**what, Edition="Standard")
        self.seed("ds", "directory", {"DirectoryId": made["DirectoryId"], "LaunchTime": ago(days=days_old)}, region)
        return str(made["DirectoryId"])

    def stack(self, name: str, region: str = "us-east-1", owns: str | None = None, root: str | None = None, **more: Any) -> str:
        """A stack, nested in another if there is a root, that owns a volume of this name if there is one; returns its ARN."""
        stack = str(self.client("cloudformation", region).create_stack(StackName=name, TemplateBody="{}", **more)["StackId"])
        if root:
            self.seed("cloudformation", "stack", {"StackId": stack, "RootId": root, "ParentId": root}, region)
        if owns:
            what = [{"ResourceType": "volume", "Tags": tags({"Name": owns})}]
            volume = self.client("ec2", region).create_volume(AvailabilityZone=f"{region}a", Size=8, TagSpecifications=what)["VolumeId"]
            self.seed("ec2", "tag", {"ResourceId": volume, "Key": "aws:cloudformation:stack-id", "Value": stack}, region)
        return stack

    def glacier_vault(self, name: str, policy: str | None = None, **labels: str) -> str:
        client = self.client("glacier")
        client.create_vault(vaultName=name)
        if policy:
            client.set_vault_access_policy(vaultName=name, policy={"Policy": policy})
        if labels:
            client.add_tags_to_vault(vaultName=name, Tags=labels)
        return name

    def provisioned_table(self, name: str) -> str:
        self.client("dynamodb").create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        )
        return name

    def scaled_table(self, name: str) -> None:
        """A table whose reads scale; the target of its writes has no policy."""
        self.provisioned_table(name)
        client = self.client("application-autoscaling")
        for capacity in ("Read", "Write"):
            what = {"ServiceNamespace": "dynamodb", "ResourceId": f"table/{name}", "ScalableDimension": f"dynamodb:table:{capacity}CapacityUnits"}
            client.register_scalable_target(**what, MinCapacity=5, MaxCapacity=50)
            if capacity == "Read":
                tracking = {"TargetValue": 70.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}}
                more = {"PolicyName": "reads", "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking}
                client.put_scaling_policy(**what, **more)

    def alarm(self, name: str, table: str, metric: str = "ReadThrottleEvents", **more: Any) -> None:
        """An alarm on a metric of a DynamoDB table."""
        what = {"Namespace": "AWS/DynamoDB", "MetricName": metric, "Dimensions": [{"Name": "TableName", "Value": table}], "Statistic": "Sum"}
        when = {"Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}
        self.client("cloudwatch").put_metric_alarm(AlarmName=name, **what, **when, **more)

    def hypervisor(self, name: str, gateway: str) -> str:
        """A hypervisor that a gateway of this name serves; returns its id."""
        client = self.client("backup-gateway")
        served_by = client.create_gateway(ActivationKey="ABCDE-12345", GatewayDisplayName=gateway, GatewayType="BACKUP_VM")["GatewayArn"]
        made = client.import_hypervisor_configuration(Name=name, Host="10.0.0.2")["HypervisorArn"]
        client.associate_gateway_to_server(GatewayArn=served_by, ServerArn=made)
        self.gateways[gateway] = served_by
        return str(made).rsplit("/", 1)[1]

    def virtual_machine(self, name: str, hypervisor: str, **labels: str) -> str:
        """A virtual machine; returns its ARN."""
        made = self.seed("backup-gateway", "virtual_machine", {"Name": name, "HostName": name, "HypervisorId": hypervisor})["ResourceArn"]
        if labels:
            self.client("backup-gateway").tag_resource(ResourceARN=made, Tags=tags(labels))
        return str(made)

    def make_role(self, name: str, service: str, path: str = "/") -> str:
        """Creates a role that a service may assume; returns its ARN."""
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return str(self.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust)["Role"]["Arn"])

    @property
    def role(self) -> str:
        return ROLE.replace(ACCOUNT, self.number)

    def seed(self, service: str, kind: str, values: dict[str, Any], region: str = "us-east-1") -> Any:
        """Creates state that otherwise arises only over time."""
        body = {"account": self.number, "region": region, "service": service, "kind": kind, "values": values}
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/rel9/seed", json.dumps(body).encode())) as answer:
                return json.load(answer)["seeded"][0]
        except urllib.error.HTTPError as error:
            sys.exit(f"{service} {kind}: {json.load(error)['error']}")

    def enable(self, *regions: str) -> None:
        self.seed("ec2", "enabled_regions", {"RegionNames": list(regions)})

    # Resources

    def volume(
        self, name: str, region: str = "us-east-1", days_old: float = 100, encrypted: bool = True, more: dict[str, Any] | None = None, **labels: str
    ) -> str:
        """Creates a volume with its name as Name tag; returns its ARN."""
        made = self.client("ec2", region).create_volume(
            Size=8,
            AvailabilityZone=f"{region}a",
            Encrypted=encrypted,
            **(more or {}),
            TagSpecifications=[{"ResourceType": "volume", "Tags": tags({"Name": name, **labels})}],
        )["VolumeId"]
        self.seed("ec2", "volume", {"VolumeId": made, "CreateTime": ago(days=days_old)}, region)
        return self.arn("ec2", f"volume/{made}", region)

    def instance(self, region: str = "us-east-1", **labels: str) -> tuple[str, str]:
        """Creates an EC2 instance with one volume; returns the ARNs of both."""
        ec2 = self.client("ec2", region)
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        specifications = [{"ResourceType": "instance", "Tags": tags(labels)}] if labels else []
        made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=specifications)["Instances"][0]["InstanceId"]
        read = ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]
        volume = read["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        self.seed("ec2", "volume", {"VolumeId": volume, "CreateTime": ago(days=100)}, region)
        return self.arn("ec2", f"instance/{made}", region), self.arn("ec2", f"volume/{volume}", region)

    def table(self, name: str, region: str = "us-east-1", **labels: str) -> str:
        made = self.client("dynamodb", region).create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            Tags=tags(labels),
        )
        self.seed("dynamodb", "table", {"TableName": name, "CreationDateTime": ago(days=100)}, region)
        return str(made["TableDescription"]["TableArn"])

    def database(self, name: str, region: str = "us-east-1", retention: int = 0, **more: Any) -> str:
        made = self.client("rds", region).create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20,
            BackupRetentionPeriod=retention,
            **LOGIN,
            **more,
        )
        self.seed("rds", "db_instance", {"DBInstanceIdentifier": name, "InstanceCreateTime": ago(days=100)}, region)
        return str(made["DBInstance"]["DBInstanceArn"])

    def cluster(self, name: str, engine: str = "aurora-mysql", region: str = "us-east-1", **more: Any) -> str:
        made = self.client("rds", region).create_db_cluster(DBClusterIdentifier=name, Engine=engine, **LOGIN, **more)
        return str(made["DBCluster"]["DBClusterArn"])

    def warehouse(self, name: str, region: str = "us-east-1", newest: dict[str, float] | None = None, **more: Any) -> str:
        """A Redshift cluster of 100 days ago; `newest` is the age of its one automated snapshot, if it keeps any."""
        client = self.client("redshift", region)
        client.create_cluster(ClusterIdentifier=name, **{"NodeType": "dc2.large", **LOGIN, **more})
        self.seed("redshift", "cluster", {"ClusterIdentifier": name, "ClusterCreateTime": ago(days=100)}, region)
        for snapshot in client.describe_cluster_snapshots(ClusterIdentifier=name, SnapshotType="automated")["Snapshots"]:
            dated = {"SnapshotIdentifier": snapshot["SnapshotIdentifier"], "SnapshotCreateTime": ago(**(newest or {"hours": 5}))}
            self.seed("redshift", "snapshot", dated, region)
        return name

    def file_system(self, name: str, region: str = "us-east-1", **more: Any) -> str:
        made = self.client("efs", region).create_file_system(CreationToken=name, Tags=tags({"Name": name}), **more)
        self.seed("efs", "file_system", {"FileSystemId": made["FileSystemId"], "CreationTime": ago(days=100)}, region)
        return str(made["FileSystemId"])

    def fsx(self, kind: str, name: str, region: str = "us-east-1", **more: Any) -> str:
        """Creates an FSx file system; the configuration of its kind is `settings`. Returns its id."""
        required = {
            "WINDOWS": ("WindowsConfiguration", {"ThroughputCapacity": 32}),
            "LUSTRE": ("LustreConfiguration", {}),
            "ONTAP": ("OntapConfiguration", {"DeploymentType": "SINGLE_AZ_2", "ThroughputCapacity": 384}),
            "OPENZFS": ("OpenZFSConfiguration", {"DeploymentType": "SINGLE_AZ_HA_2", "ThroughputCapacity": 160}),
        }
        member, settings = required[kind]
        made = self.client("fsx", region).create_file_system(
            FileSystemType=kind,
            StorageCapacity=1200,
            SubnetIds=["subnet-0123456789abcdef0"],
            Tags=tags({"Name": name}),
            **{member: {**settings, **more.pop("settings", {})}},
            **more,
        )["FileSystem"]["FileSystemId"]
        self.seed("fsx", "file_system", {"FileSystemId": made, "CreationTime": ago(days=100)}, region)
        return str(made)

    def fsx_volume(self, file_system: str, name: str, region: str = "us-east-1", **settings: Any) -> str:
        """Creates a storage virtual machine with a volume; returns the volume's id."""
        fsx = self.client("fsx", region)
        machine = fsx.create_storage_virtual_machine(FileSystemId=file_system, Name=f"svm-{name}")["StorageVirtualMachine"]
        of = {"StorageVirtualMachineId": machine["StorageVirtualMachineId"], "SizeInBytes": 1 << 30, **settings}
        made = fsx.create_volume(VolumeType="ONTAP", Name=name, OntapConfiguration=of)["Volume"]["VolumeId"]
        self.seed("fsx", "volume", {"VolumeId": made, "CreationTime": ago(days=100)}, region)
        return str(made)

    def bucket(self, name: str, region: str = "us-east-1", **more: Any) -> str:
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.client("s3", region).create_bucket(Bucket=name, **where, **more)
        self.seed("s3", "bucket", {"Name": name, "CreationDate": ago(days=100)}, region)
        return name

    # AWS Backup

    def vault(self, name: str = "main", region: str = "us-east-1", **more: Any) -> str:
        return str(self.client("backup", region).create_backup_vault(BackupVaultName=name, **more)["BackupVaultArn"])

    def plan(self, name: str, region: str = "us-east-1", vault: str = "main", **rule: Any) -> str:
        """Creates a daily plan with a retention of 35 days."""
        daily = {
            "RuleName": "daily",
            "TargetBackupVaultName": vault,
            "ScheduleExpression": "cron(0 5 ? * * *)",
            "StartWindowMinutes": 60,
            "CompletionWindowMinutes": 180,
            "Lifecycle": {"DeleteAfterDays": 35},
            **rule,
        }
        made = self.client("backup", region).create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [daily]})["BackupPlanId"]
        self.seed("backup", "plan", {"BackupPlanId": made, "CreationDate": ago(days=90)}, region)
        return str(made)

    def select(self, plan: str, region: str = "us-east-1", name: str = "chosen", by_tag: dict[str, str] | None = None, **selection: Any) -> None:
        """Adds a selection to a plan; `by_tag` is its ListOfTags."""
        if by_tag:
            selection["ListOfTags"] = [
                {"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": value} for key, value in by_tag.items()
            ]
        chosen = {"SelectionName": name, "IamRoleArn": self.role, **selection}
        self.client("backup", region).create_backup_selection(BackupPlanId=plan, BackupSelection=chosen)

    def point(self, resource: str, region: str = "us-east-1", vault: str = "main", age: dict[str, float] | None = None, **more: Any) -> str:
        """Creates a recovery point; returns its ARN."""
        values = {"BackupVaultName": vault, "ResourceArn": resource, "CreationDate": ago(**(age or {"hours": 3})), **more}
        return str(self.seed("backup", "recovery_point", values, region)["RecoveryPointArn"])


def main(scenario: Callable[[Account], dict[str, Any]]) -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--endpoint", required=True)
    print(json.dumps(scenario(Account(arguments.parse_args().endpoint))))
