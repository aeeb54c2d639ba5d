"""Cloud Control, and the write operations of the services that it shows."""

from __future__ import annotations

import json
from typing import Any

from .harness import ACCOUNT, Emulator, error_code

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
NETWORK = {"subnetIds": ["subnet-0a", "subnet-0b"]}


def get(emulator: Emulator, type_name: str, identifier: str) -> Any:
    answer = emulator.client("cloudcontrol").get_resource(TypeName=type_name, Identifier=identifier)
    return json.loads(answer["ResourceDescription"]["Properties"])


def identifiers(emulator: Emulator, type_name: str) -> list[str]:
    pages = emulator.client("cloudcontrol").get_paginator("list_resources").paginate(TypeName=type_name)
    return [described["Identifier"] for page in pages for described in page["ResourceDescriptions"]]


def eks(emulator: Emulator) -> None:
    client = emulator.client("eks")
    client.create_cluster(name="shop", roleArn=f"arn:aws:iam::{ACCOUNT}:role/eks", resourcesVpcConfig=NETWORK, tags={"a": "b"})
    made = get(emulator, "AWS::EKS::Cluster", "shop")
    emulator.expect("defaults", (made["DeletionProtection"], made["AccessConfig"]), (False, {"AuthenticationMode": "CONFIG_MAP"}))
    emulator.expect("tags and no key", (made["Tags"], "EncryptionConfig" in made), ([{"Key": "a", "Value": "b"}], False))
    client.update_cluster_config(name="shop", deletionProtection=True)
    client.update_cluster_config(name="shop", accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    client.associate_encryption_config(clusterName="shop", encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": KEY}}])
    changed = get(emulator, "AWS::EKS::Cluster", "shop")
    emulator.expect("changed", (changed["DeletionProtection"], changed["AccessConfig"]["AuthenticationMode"]), (True, "API_AND_CONFIG_MAP"))
    emulator.expect("key", changed["EncryptionConfig"], [{"Resources": ["secrets"], "Provider": {"KeyArn": KEY}}])


def docdb_elastic(emulator: Emulator) -> None:
    client = emulator.client("docdb-elastic")
    login = {"adminUserName": "admin", "adminUserPassword": "arn", "authType": "SECRET_ARN"}
    made = client.create_cluster(clusterName="catalog", shardCapacity=2, shardCount=1, **login)["cluster"]["clusterArn"]
    emulator.expect("default", get(emulator, "AWS::DocDBElastic::Cluster", made)["BackupRetentionPeriod"], 1)
    client.update_cluster(clusterArn=made, backupRetentionPeriod=7)
    emulator.expect("changed", get(emulator, "AWS::DocDBElastic::Cluster", made)["BackupRetentionPeriod"], 7)
    emulator.expect("snapshots", client.list_cluster_snapshots(clusterArn=made)["snapshots"], [])


def dsql(emulator: Emulator) -> None:
    client = emulator.client("dsql")
    made = client.create_cluster(deletionProtectionEnabled=False)["identifier"]
    before = get(emulator, "AWS::DSQL::Cluster", made)
    emulator.expect("owned key", before["EncryptionDetails"]["EncryptionType"], "AWS_OWNED_KMS_KEY")
    client.update_cluster(identifier=made, deletionProtectionEnabled=True, kmsEncryptionKey=KEY)
    after = get(emulator, "AWS::DSQL::Cluster", made)
    emulator.expect("changed", (after["DeletionProtectionEnabled"], after["EncryptionDetails"]["KmsKeyArn"]), (True, KEY))


def kinesis(emulator: Emulator) -> None:
    client = emulator.client("kinesis")
    client.create_stream(StreamName="orders", ShardCount=1)
    client.increase_stream_retention_period(StreamName="orders", RetentionPeriodHours=168)
    emulator.expect("retention", get(emulator, "AWS::Kinesis::Stream", "orders")["RetentionPeriodHours"], 168)
    less = lambda: client.increase_stream_retention_period(StreamName="orders", RetentionPeriodHours=24)  # noqa: E731
    emulator.expect_error("less", "InvalidArgumentException", less)


def opensearch_serverless(emulator: Emulator) -> None:
    client = emulator.client("opensearchserverless")
    made = client.create_collection(name="search")["createCollectionDetail"]["id"]
    client.update_collection(id=made, deletionProtection="ENABLED")
    shown = get(emulator, "AWS::OpenSearchServerless::Collection", made)
    emulator.expect("collection", (shown["KmsKeyArn"], shown["DeletionProtection"]), ("auto", "ENABLED"))


def timestream(emulator: Emulator) -> None:
    client = emulator.client("timestream-write")
    client.create_database(DatabaseName="metrics")
    client.create_table(DatabaseName="metrics", TableName="cpu")
    client.update_database(DatabaseName="metrics", KmsKeyId=KEY)
    emulator.expect("database", get(emulator, "AWS::Timestream::Database", "metrics")["KmsKeyId"], KEY)
    emulator.expect("table", identifiers(emulator, "AWS::Timestream::Table"), ["metrics|cpu"])


def iam(emulator: Emulator) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    emulator.client("iam").create_role(RoleName="backup", Path="/service-role/", AssumeRolePolicyDocument=json.dumps(trust))
    role = get(emulator, "AWS::IAM::Role", "backup")
    emulator.expect("role", (role["Arn"], role["AssumeRolePolicyDocument"]), (f"arn:aws:iam::{ACCOUNT}:role/service-role/backup", trust))
    emulator.expect_error("no role", "ResourceNotFoundException", lambda: get(emulator, "AWS::IAM::Role", "gone"))


def cloud_control(emulator: Emulator) -> None:
    client = emulator.client("cloudcontrol")
    unknown = lambda: client.list_resources(TypeName="AWS::Nobody::Knows")  # noqa: E731
    emulator.expect_error("an unknown type", "TypeNotFoundException", unknown)
    gone = lambda: client.get_resource(TypeName="AWS::EKS::Cluster", Identifier="gone")  # noqa: E731
    emulator.expect_error("a resource that is gone", "ResourceNotFoundException", gone)
    seed = {"TypeName": "AWS::EKS::Cluster", "Identifier": "shop", "Properties": {"DeletionProtection": None}}
    emulator.seed("cloudcontrolapi", "resource", seed)
    emulator.expect("a property that is not shown", "DeletionProtection" in get(emulator, "AWS::EKS::Cluster", "shop"), False)
    wrong = {**seed, "Properties": {"NoSuchProperty": 1}}
    answer = emulator.post("seed", {"service": "cloudcontrolapi", "kind": "resource", "values": wrong})
    emulator.expect("a property that the type lacks", "NoSuchProperty" in answer.get("error", ""), True)
    emulator.fault("cloudformation:ListResources(AWS::EKS::Cluster)", "deny")
    emulator.expect("denied", error_code(lambda: client.list_resources(TypeName="AWS::EKS::Cluster")), "AccessDeniedException")
    emulator.expect("another type", error_code(lambda: client.list_resources(TypeName="AWS::DSQL::Cluster")), None)
    emulator.fault("cloudformation:ListResources(AWS::EKS::Cluster)", None)


CHECKS = (eks, docdb_elastic, dsql, kinesis, opensearch_serverless, timestream, iam, cloud_control)
