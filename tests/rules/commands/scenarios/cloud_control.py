"""DocumentDB elastic clusters, DSQL, EKS, Kinesis, Lightsail, OpenSearch Serverless and Timestream."""

from __future__ import annotations

from framework import Aws, Failing, proves

KEY = {"KEY_ARN": lambda told: told("Arn")}
NETWORK = {"subnetIds": ["subnet-0a", "subnet-0b"]}


@proves("dsql-cluster-customer-key")
def dsql_cluster_customer_key(aws: Aws) -> Failing:
    made = aws.client("dsql").create_cluster(deletionProtectionEnabled=True)
    return Failing(made["arn"], fill=KEY)


@proves("dsql-cluster-deletion-protection")
def dsql_cluster_deletion_protection(aws: Aws) -> str:
    return str(aws.client("dsql").create_cluster(deletionProtectionEnabled=False)["arn"])


def eks_cluster(aws: Aws, name: str, **more: object) -> str:
    role = "arn:aws:iam::123456789012:role/eks"
    return str(aws.client("eks").create_cluster(name=name, roleArn=role, resourcesVpcConfig=NETWORK, **more)["cluster"]["arn"])


@proves("eks-cluster-backup-access")
def eks_cluster_backup_access(aws: Aws) -> str:
    arn = eks_cluster(aws, "closed", accessConfig={"authenticationMode": "CONFIG_MAP"})
    aws.own_vault("of-eks")
    aws.select(aws.plan("of-eks", vault="of-eks"), Resources=[arn])
    return arn


@proves("eks-cluster-customer-key")
def eks_cluster_customer_key(aws: Aws) -> Failing:
    return Failing(eks_cluster(aws, "plain"), fill=KEY)


@proves("eks-cluster-deletion-protection")
def eks_cluster_deletion_protection(aws: Aws) -> str:
    return eks_cluster(aws, "deletable")


@proves("kinesis-stream-retention")
def kinesis_stream_retention(aws: Aws) -> str:
    aws.client("kinesis").create_stream(StreamName="short", ShardCount=1)
    return aws.arn("kinesis", "stream/short")


@proves("lightsail-automatic-snapshots")
def lightsail_automatic_snapshots(aws: Aws) -> str:
    place = {"availabilityZone": "us-east-1a", "blueprintId": "amazon_linux_2023", "bundleId": "small_3_0"}
    aws.client("lightsail").create_instances(instanceNames=["bare"], **place)
    return "bare"


@proves("lightsail-bucket-versioning")
def lightsail_bucket_versioning(aws: Aws) -> str:
    return str(aws.client("lightsail").create_bucket(bucketName="raw", bundleId="small_1_0")["bucket"]["arn"])


@proves("opensearch-collection-deletion-protection")
def opensearch_collection_deletion_protection(aws: Aws) -> str:
    return str(aws.client("opensearchserverless").create_collection(name="bare")["createCollectionDetail"]["arn"])


@proves("timestream-database-customer-key")
def timestream_database_customer_key(aws: Aws) -> Failing:
    made = aws.client("timestream-write").create_database(DatabaseName="metrics")
    return Failing(made["Database"]["Arn"], fill=KEY)


@proves("docdb-elastic-cluster-retention")
def docdb_elastic_cluster_retention(aws: Aws) -> str:
    login = {"adminUserName": "admin", "adminUserPassword": "arn", "authType": "SECRET_ARN"}
    made = aws.client("docdb-elastic").create_cluster(clusterName="one-day", shardCapacity=2, shardCount=1, **login)
    return str(made["cluster"]["clusterArn"])
