"""Types that rel9 reads through the Cloud Control API: AWS Cloud Control, and the write operations of their own services. (moto has those of IAM.)

Every service's write operation stores the resource in CloudFormation's form, and Cloud Control shows it. `PROPERTIES` has the properties of
each type that the emulator uses, from the type's resource schema; it refuses others, and shows no write-only property.
"""

from __future__ import annotations

import json
import random
import string
import uuid
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from ..errors import ServiceError
from ..registry import backends_of, handles, seeds
from ..shapes import now

Params = dict[str, Any]

TEXT, FLAG, NUMBER, LIST, OBJECT = str, bool, int, list, dict
PROPERTIES: dict[str, dict[str, type]] = {
    "AWS::Cassandra::Table": {
        "EncryptionSpecification": OBJECT,
        "KeyspaceName": TEXT,
        "PointInTimeRecoveryEnabled": FLAG,
        "TableName": TEXT,
        "Tags": LIST,
    },
    "AWS::DSQL::Cluster": {
        "CreationTime": TEXT,
        "DeletionProtectionEnabled": FLAG,
        "EncryptionDetails": OBJECT,
        "Identifier": TEXT,
        "PolicyDocument": TEXT,
        "ResourceArn": TEXT,
        "Status": TEXT,
        "Tags": LIST,
    },
    "AWS::DocDBElastic::Cluster": {"BackupRetentionPeriod": NUMBER, "ClusterArn": TEXT, "ClusterName": TEXT, "KmsKeyId": TEXT, "Tags": LIST},
    "AWS::EKS::Cluster": {
        "AccessConfig": OBJECT,
        "Arn": TEXT,
        "DeletionProtection": FLAG,
        "EncryptionConfig": LIST,
        "Name": TEXT,
        "Tags": LIST,
        "Version": TEXT,
    },
    "AWS::Kinesis::Stream": {"Arn": TEXT, "Name": TEXT, "RetentionPeriodHours": NUMBER, "ShardCount": NUMBER, "Tags": LIST},
    "AWS::OpenSearchServerless::Collection": {"Arn": TEXT, "DeletionProtection": TEXT, "Id": TEXT, "KmsKeyArn": TEXT, "Name": TEXT, "Type": TEXT},
    "AWS::Timestream::Database": {"Arn": TEXT, "DatabaseName": TEXT, "KmsKeyId": TEXT, "Tags": LIST},
    "AWS::Timestream::Table": {"Arn": TEXT, "DatabaseName": TEXT, "Name": TEXT, "RetentionProperties": OBJECT, "TableName": TEXT, "Tags": LIST},
}


class CloudControlBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.resources: dict[str, dict[str, Params]] = {name: {} for name in PROPERTIES}

    def arn(self, service: str, rest: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region_name}:{self.account_id}:{rest}"

    def put(self, type_name: str, identifier: str, properties: Params) -> Params:
        """Stores a resource, or changes the properties given. `None` removes a property."""
        known = PROPERTIES[type_name]
        resource = self.resources[type_name].setdefault(identifier, {})
        for name, value in properties.items():
            if name not in known:
                raise ServiceError("ValidationException", f"{type_name} has no property {name}")
            if value is None:
                resource.pop(name, None)
            elif not isinstance(value, known[name]):
                raise ServiceError("ValidationException", f"{type_name}.{name} is no {known[name].__name__}")
            else:
                resource[name] = value
        return resource

    def get(self, type_name: str, identifier: str) -> Params:
        if identifier not in self.resources[type_name]:
            raise ServiceError("ResourceNotFoundException", f"{type_name} {identifier} was not found")
        return self.resources[type_name][identifier]


cloud_control_backends = BackendDict(CloudControlBackend, "ec2")
for service in ("cloudcontrolapi", "aoss", "docdb-elastic", "dsql", "eks", "kinesis", "timestream"):
    backends_of(service, cloud_control_backends)


def _type(backend: CloudControlBackend, params: Params) -> str:
    if params["TypeName"] not in backend.resources:
        raise ServiceError("TypeNotFoundException", f"The type {params['TypeName']} cannot be found")
    return str(params["TypeName"])


@handles("cloudcontrolapi", "ListResources")
def list_resources(backend: CloudControlBackend, params: Params) -> Params:
    name = _type(backend, params)
    return {"TypeName": name, "ResourceDescriptions": [{"Identifier": identifier} for identifier in sorted(backend.resources[name])]}


@handles("cloudcontrolapi", "GetResource")
def get_resource(backend: CloudControlBackend, params: Params) -> Params:
    name = params["TypeName"]
    properties = _role(backend, params["Identifier"]) if name == "AWS::IAM::Role" else backend.get(_type(backend, params), params["Identifier"])
    return {"TypeName": name, "ResourceDescription": {"Identifier": params["Identifier"], "Properties": json.dumps(properties)}}


def _role(backend: CloudControlBackend, name: str) -> Params:
    """A role of IAM, which moto keeps. The read handler decodes the trust policy."""
    from moto.iam.models import iam_backends

    role = next((role for role in iam_backends[backend.account_id][backend.partition].roles.values() if role.name == name), None)
    if role is None:
        raise ServiceError("ResourceNotFoundException", f"AWS::IAM::Role {name} was not found")
    policy = json.loads(role.assume_role_policy_document)
    return {"RoleName": name, "RoleId": role.id, "Arn": role.arn, "Path": role.path, "AssumeRolePolicyDocument": policy}


@seeds("cloudcontrolapi", "resource")
def seed_resource(backend: CloudControlBackend, values: Params) -> Params:
    """Changes properties of a resource that exists: `TypeName`, `Identifier`, `Properties`. Creates tables of Amazon Keyspaces, with which the
    AWS CLI and SDKs speak CBOR."""
    name = _type(backend, values)
    if name != "AWS::Cassandra::Table":
        backend.get(name, values["Identifier"])
    return backend.put(name, values["Identifier"], values["Properties"])


def _tags(tags: Any) -> list[Params]:
    """Tags of a request, a map or a list of pairs in either case, in CloudFormation's form."""
    if isinstance(tags, dict):
        return [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"Key": tag.get("Key", tag.get("key")), "Value": tag.get("Value", tag.get("value", ""))} for tag in tags or []]


# Amazon EKS


def _encryption(config: list[Params] | None) -> list[Params] | None:
    if not config:
        return None
    return [{"Resources": one["resources"], "Provider": {"KeyArn": one["provider"]["keyArn"]}} for one in config]


@handles("eks", "CreateCluster")
def create_eks_cluster(backend: CloudControlBackend, params: Params) -> Params:
    name = params["name"]
    backend.put(
        "AWS::EKS::Cluster",
        name,
        {
            "Name": name,
            "Arn": backend.arn("eks", f"cluster/{name}"),
            "AccessConfig": {"AuthenticationMode": params.get("accessConfig", {}).get("authenticationMode", "CONFIG_MAP")},
            "DeletionProtection": params.get("deletionProtection", False),
            "EncryptionConfig": _encryption(params.get("encryptionConfig")),
            "Tags": _tags(params.get("tags")),
            "Version": params.get("version", "1.34"),
        },
    )
    return {"cluster": {"name": name, "arn": backend.arn("eks", f"cluster/{name}"), "status": "ACTIVE", "createdAt": now()}}


@handles("eks", "UpdateClusterConfig")
def update_eks_cluster(backend: CloudControlBackend, params: Params) -> Params:
    cluster = backend.get("AWS::EKS::Cluster", params["name"])
    if "deletionProtection" in params:
        cluster["DeletionProtection"] = params["deletionProtection"]
    mode = params.get("accessConfig", {}).get("authenticationMode")
    if mode:
        # "You can't … go back": from CONFIG_MAP over API_AND_CONFIG_MAP to API (EKS user guide, "Change authentication mode").
        cluster["AccessConfig"] = {"AuthenticationMode": mode}
    return {"update": {"id": str(uuid.uuid4()), "status": "Successful"}}


@handles("eks", "AssociateEncryptionConfig")
def associate_encryption_config(backend: CloudControlBackend, params: Params) -> Params:
    backend.get("AWS::EKS::Cluster", params["clusterName"])["EncryptionConfig"] = _encryption(params["encryptionConfig"])
    return {"update": {"id": str(uuid.uuid4()), "status": "Successful"}}


# Amazon DocumentDB elastic clusters


def _elastic(backend: CloudControlBackend, arn: str) -> Params:
    """The cluster as its own API shows it."""
    cluster = backend.get("AWS::DocDBElastic::Cluster", arn)
    fixed = {"adminUserName": "admin", "authType": "SECRET_ARN", "clusterEndpoint": "", "createTime": "", "preferredMaintenanceWindow": ""}
    sizes = {"shardCapacity": 2, "shardCount": 1, "subnetIds": [], "vpcSecurityGroupIds": []}
    own = {"clusterArn": arn, "clusterName": cluster["ClusterName"], "kmsKeyId": cluster["KmsKeyId"], "status": "ACTIVE"}
    return {"cluster": {**fixed, **sizes, **own, "backupRetentionPeriod": cluster["BackupRetentionPeriod"]}}


@handles("docdb-elastic", "CreateCluster")
def create_elastic_cluster(backend: CloudControlBackend, params: Params) -> Params:
    arn = backend.arn("docdb-elastic", f"cluster/{uuid.uuid4()}")
    properties = {"ClusterArn": arn, "ClusterName": params["clusterName"], "BackupRetentionPeriod": params.get("backupRetentionPeriod", 1)}
    key = params.get("kmsKeyId", "AWS_OWNED_KMS_KEY")
    backend.put("AWS::DocDBElastic::Cluster", arn, {**properties, "KmsKeyId": key, "Tags": _tags(params.get("tags"))})
    return _elastic(backend, arn)


@handles("docdb-elastic", "UpdateCluster")
def update_elastic_cluster(backend: CloudControlBackend, params: Params) -> Params:
    if "backupRetentionPeriod" in params:
        backend.get("AWS::DocDBElastic::Cluster", params["clusterArn"])["BackupRetentionPeriod"] = params["backupRetentionPeriod"]
    return _elastic(backend, params["clusterArn"])


@handles("docdb-elastic", "ListClusterSnapshots")
def list_elastic_snapshots(backend: CloudControlBackend, params: Params) -> Params:
    return {"snapshots": []}


# Amazon Aurora DSQL


def _dsql_encryption(key: str | None) -> Params:
    if key in (None, "AWS_OWNED_KMS_KEY"):
        return {"EncryptionType": "AWS_OWNED_KMS_KEY", "EncryptionStatus": "ENABLED"}
    return {"EncryptionType": "CUSTOMER_MANAGED_KMS_KEY", "EncryptionStatus": "ENABLED", "KmsKeyArn": key}


@handles("dsql", "CreateCluster")
def create_dsql_cluster(backend: CloudControlBackend, params: Params) -> Params:
    identifier = "".join(random.choices(string.ascii_lowercase + string.digits, k=26))
    moment = now()
    protection = params.get("deletionProtectionEnabled", False)
    backend.put(
        "AWS::DSQL::Cluster",
        identifier,
        {
            "Identifier": identifier,
            "ResourceArn": backend.arn("dsql", f"cluster/{identifier}"),
            "Status": "ACTIVE",
            "CreationTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "DeletionProtectionEnabled": protection,
            "EncryptionDetails": _dsql_encryption(params.get("kmsEncryptionKey")),
            "Tags": _tags(params.get("tags")),
        },
    )
    return {
        "identifier": identifier,
        "arn": backend.arn("dsql", f"cluster/{identifier}"),
        "status": "ACTIVE",
        "creationTime": moment,
        "deletionProtectionEnabled": protection,
    }


@handles("dsql", "UpdateCluster")
def update_dsql_cluster(backend: CloudControlBackend, params: Params) -> Params:
    cluster = backend.get("AWS::DSQL::Cluster", params["identifier"])
    if "deletionProtectionEnabled" in params:
        cluster["DeletionProtectionEnabled"] = params["deletionProtectionEnabled"]
    if "kmsEncryptionKey" in params:
        cluster["EncryptionDetails"] = _dsql_encryption(params["kmsEncryptionKey"])
    return {"identifier": params["identifier"], "arn": cluster["ResourceArn"], "status": "ACTIVE", "creationTime": now()}


# Amazon Kinesis


@handles("kinesis", "CreateStream")
def create_stream(backend: CloudControlBackend, params: Params) -> None:
    name = params["StreamName"]
    properties = {"Name": name, "Arn": backend.arn("kinesis", f"stream/{name}"), "RetentionPeriodHours": 24, "Tags": _tags(params.get("Tags"))}
    backend.put("AWS::Kinesis::Stream", name, properties)


@handles("kinesis", "IncreaseStreamRetentionPeriod")
def increase_stream_retention_period(backend: CloudControlBackend, params: Params) -> None:
    stream = backend.get("AWS::Kinesis::Stream", params["StreamName"])
    if params["RetentionPeriodHours"] < stream["RetentionPeriodHours"]:
        raise ServiceError("InvalidArgumentException", "The retention period must be longer than the present one")
    stream["RetentionPeriodHours"] = params["RetentionPeriodHours"]


# Amazon OpenSearch Serverless


@handles("aoss", "CreateCollection")
def create_collection(backend: CloudControlBackend, params: Params) -> Params:
    identifier = "".join(random.choices(string.ascii_lowercase + string.digits, k=20))
    key = params.get("encryptionConfig", {}).get("kmsKeyArn", "auto")
    protection = params.get("deletionProtection", "DISABLED")
    arn = backend.arn("aoss", f"collection/{identifier}")
    properties = {"Id": identifier, "Arn": arn, "Name": params["name"], "KmsKeyArn": key, "DeletionProtection": protection}
    backend.put("AWS::OpenSearchServerless::Collection", identifier, {**properties, "Type": params.get("type", "TIMESERIES")})
    return {"createCollectionDetail": {"id": identifier, "arn": arn, "name": params["name"], "status": "ACTIVE", "kmsKeyArn": key}}


@handles("aoss", "UpdateCollection")
def update_collection(backend: CloudControlBackend, params: Params) -> Params:
    collection = backend.get("AWS::OpenSearchServerless::Collection", params["id"])
    if "deletionProtection" in params:
        collection["DeletionProtection"] = params["deletionProtection"]
    return {"updateCollectionDetail": {"id": params["id"], "arn": collection["Arn"], "name": collection["Name"], "status": "ACTIVE"}}


# Amazon Timestream


@handles("timestream", "CreateDatabase")
def create_timestream_database(backend: CloudControlBackend, params: Params) -> Params:
    from ..memory import managed_key

    name = params["DatabaseName"]
    key = params.get("KmsKeyId") or managed_key(backend.account_id, backend.region_name, "aws/timestream")
    arn = backend.arn("timestream", f"database/{name}")
    backend.put("AWS::Timestream::Database", name, {"DatabaseName": name, "Arn": arn, "KmsKeyId": key, "Tags": _tags(params.get("Tags"))})
    return {"Database": {"DatabaseName": name, "Arn": arn, "KmsKeyId": key}}


@handles("timestream", "UpdateDatabase")
def update_timestream_database(backend: CloudControlBackend, params: Params) -> Params:
    database = backend.get("AWS::Timestream::Database", params["DatabaseName"])
    database["KmsKeyId"] = params["KmsKeyId"]
    return {"Database": {"DatabaseName": params["DatabaseName"], "Arn": database["Arn"], "KmsKeyId": params["KmsKeyId"]}}


@handles("timestream", "CreateTable")
def create_timestream_table(backend: CloudControlBackend, params: Params) -> Params:
    database, name = params["DatabaseName"], params["TableName"]
    backend.get("AWS::Timestream::Database", database)
    arn = backend.arn("timestream", f"database/{database}/table/{name}")
    properties = {"DatabaseName": database, "TableName": name, "Name": name, "Arn": arn, "Tags": _tags(params.get("Tags"))}
    backend.put("AWS::Timestream::Table", f"{database}|{name}", properties)
    return {"Table": {"DatabaseName": database, "TableName": name, "Arn": arn, "TableStatus": "ACTIVE"}}
