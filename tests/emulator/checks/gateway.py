"""Faults, counters, pages, answers of the wrong shape, reset: in every protocol, for every operation that rel9 calls."""

from __future__ import annotations

import threading
import time
from typing import Any

from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from .harness import ACCOUNT, Emulator, error_code

BUCKET = {"Bucket": "near"}
VAULT = {"BackupVaultName": "main"}
TABLE = {"TableName": "one-table"}
FILE_SYSTEM = {"FileSystemId": "fs-12345678"}
KEY = {"KeyId": "12345678-1234-1234-1234-123456789012"}

GATEWAY = f"arn:aws:storagegateway:us-east-1:{ACCOUNT}:gateway/sgw-12A3456B"

# Every operation that rel9 calls, with the parameters that it needs.
OPERATIONS: dict[str, dict[str, dict[str, Any]]] = {
    "application-autoscaling": {
        "DescribeScalableTargets": {"ServiceNamespace": "dynamodb"},
        "DescribeScalingPolicies": {"ServiceNamespace": "dynamodb"},
    },
    "backup": {
        "DescribeRegionSettings": {},
        "DescribeGlobalSettings": {},
        "GetSupportedResourceTypes": {},
        "ListBackupPlans": {},
        "GetBackupPlan": {"BackupPlanId": "p"},
        "ListBackupSelections": {"BackupPlanId": "p"},
        "GetBackupSelection": {"BackupPlanId": "p", "SelectionId": "s"},
        "ListBackupVaults": {},
        "GetBackupVaultAccessPolicy": VAULT,
        "GetBackupVaultNotifications": VAULT,
        "ListRecoveryPointsByBackupVault": VAULT,
        "ListProtectedResources": {},
        "ListBackupJobs": {},
        "ListCopyJobs": {},
        "ListRestoreJobs": {},
        "ListRestoreTestingPlans": {},
        "GetRestoreTestingPlan": {"RestoreTestingPlanName": "r"},
        "ListRestoreTestingSelections": {"RestoreTestingPlanName": "r"},
        "GetRestoreTestingSelection": {"RestoreTestingPlanName": "r", "RestoreTestingSelectionName": "s"},
        "ListFrameworks": {},
        "DescribeFramework": {"FrameworkName": "f"},
        "ListReportPlans": {},
        "ListReportJobs": {},
        "ListTags": {"ResourceArn": f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:main"},
    },
    "backup-gateway": {"ListGateways": {}, "ListHypervisors": {}, "ListVirtualMachines": {}},
    "cloudformation": {"DescribeStacks": {}},
    "cloudtrail": {"LookupEvents": {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "DeleteBackup"}]}},
    "cloudwatch": {"DescribeAlarms": {}},
    "ec2": {
        "DescribeRegions": {},
        "DescribeVolumes": {},
        "DescribeInstances": {},
        "DescribeInstanceAttribute": {"InstanceId": "i-1", "Attribute": "disableApiTermination"},
        "DescribeSnapshots": {},
        "DescribeSnapshotAttribute": {"SnapshotId": "snap-1", "Attribute": "createVolumePermission"},
        "DescribeImages": {},
        "DescribeImageAttribute": {"ImageId": "ami-1", "Attribute": "launchPermission"},
        "GetEbsEncryptionByDefault": {},
        "GetEbsDefaultKmsKeyId": {},
        "GetSnapshotBlockPublicAccessState": {},
        "GetImageBlockPublicAccessState": {},
        "DescribeLockedSnapshots": {},
        "DescribeSnapshotTierStatus": {},
    },
    "dlm": {"GetLifecyclePolicies": {}, "GetLifecyclePolicy": {"PolicyId": "policy-1"}},
    "ds": {
        "DescribeDirectories": {},
        "DescribeSnapshots": {},
        "GetSnapshotLimits": {"DirectoryId": "d-0123456789"},
    },
    "rds": {
        "DescribeDBInstances": {},
        "DescribeDBClusters": {},
        "DescribeDBSnapshots": {},
        "DescribeDBClusterSnapshots": {},
        "DescribeDBSnapshotAttributes": {"DBSnapshotIdentifier": "s"},
        "DescribeDBClusterSnapshotAttributes": {"DBClusterSnapshotIdentifier": "s"},
        "DescribeDBInstanceAutomatedBackups": {},
        "DescribeDBClusterAutomatedBackups": {},
        "DescribeGlobalClusters": {},
        "DescribeEventSubscriptions": {},
    },
    "redshift": {
        "DescribeClusters": {},
        "DescribeClusterSnapshots": {},
        "DescribeSnapshotSchedules": {},
        "DescribeSnapshotCopyGrants": {},
    },
    "redshift-serverless": {
        "ListNamespaces": {},
        "ListSnapshots": {},
        "ListRecoveryPoints": {},
        "ListScheduledActions": {},
        "GetScheduledAction": {"scheduledActionName": "nightly"},
        "ListSnapshotCopyConfigurations": {},
    },
    "dynamodb": {
        "ListTables": {},
        "DescribeTable": TABLE,
        "DescribeContinuousBackups": TABLE,
        "DescribeTimeToLive": TABLE,
        "ListBackups": {},
        "GetResourcePolicy": {"ResourceArn": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/one-table"},
    },
    "elasticache": {
        "DescribeReplicationGroups": {},
        "DescribeCacheClusters": {},
        "DescribeServerlessCaches": {},
        "DescribeSnapshots": {},
        "DescribeServerlessCacheSnapshots": {},
    },
    "elasticfilesystem": {"DescribeFileSystems": {}, "DescribeBackupPolicy": FILE_SYSTEM, "DescribeFileSystemPolicy": FILE_SYSTEM, "DescribeReplicationConfigurations": {}},
    "glacier": {"ListVaults": {}, "GetVaultAccessPolicy": {"vaultName": "archive"}},
    "fsx": {"DescribeFileSystems": {}, "DescribeVolumes": {}, "DescribeBackups": {}, "DescribeDataRepositoryAssociations": {}},
    "s3": {
        "ListBuckets": {},
        "GetBucketLocation": BUCKET,
        "GetBucketEncryption": BUCKET,
        "GetBucketVersioning": BUCKET,
        "GetBucketLifecycleConfiguration": BUCKET,
        "GetBucketReplication": BUCKET,
        "GetObjectLockConfiguration": BUCKET,
        "GetBucketPolicy": BUCKET,
    },
    "es": {"ListDomainNames": {}, "DescribeDomains": {"DomainNames": ["search"]}, "DescribeDomainHealth": {"DomainName": "search"}},
    "memorydb": {"DescribeClusters": {}, "DescribeSnapshots": {}},
    "logs": {
        "DescribeLogGroups": {},
        "DescribeExportTasks": {},
        "DescribeAccountPolicies": {"policyType": "SUBSCRIPTION_FILTER_POLICY"},
        "DescribeSubscriptionFilters": {"logGroupName": "g"},
    },
    "events": {"ListRules": {}, "ListTargetsByRule": {"Rule": "r"}},
    "scheduler": {"ListSchedules": {}, "GetSchedule": {"Name": "s"}},
    "states": {
        "ListStateMachines": {},
        "ListExecutions": {"stateMachineArn": f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:m"},
    },
    "organizations": {
        "DescribeOrganization": {},
        "DescribeEffectivePolicy": {"PolicyType": "BACKUP_POLICY"},
        "ListEffectivePolicyValidationErrors": {"AccountId": ACCOUNT, "PolicyType": "BACKUP_POLICY"},
    },
    "kinesisvideo": {"ListStreams": {}},
    "lightsail": {
        "GetBuckets": {},
        "GetDisks": {},
        "GetInstances": {},
        "GetRelationalDatabases": {},
    },
    "storagegateway": {
        "ListVolumes": {},
        "ListTapes": {},
        "ListFileShares": {},
        "DescribeCachediSCSIVolumes": {"VolumeARNs": [f"{GATEWAY}/volume/vol-1122AABB"]},
        "DescribeStorediSCSIVolumes": {"VolumeARNs": [f"{GATEWAY}/volume/vol-1122AABB"]},
        "DescribeSnapshotSchedule": {"VolumeARN": f"{GATEWAY}/volume/vol-1122AABB"},
        "DescribeTapes": {"GatewayARN": GATEWAY},
        "DescribeTapeArchives": {},
        "DescribeNFSFileShares": {"FileShareARNList": [f"arn:aws:storagegateway:us-east-1:{ACCOUNT}:share/share-1122AABB"]},
        "DescribeSMBFileShares": {"FileShareARNList": [f"arn:aws:storagegateway:us-east-1:{ACCOUNT}:share/share-1122AABB"]},
    },
    "kms": {"DescribeKey": KEY, "GetKeyRotationStatus": KEY, "ListAliases": {}},
    "tag": {"GetResources": {}},
    "sts": {"GetCallerIdentity": {}},
}
# boto3's names of services.
CLIENTS = {"elasticfilesystem": "efs", "es": "opensearch", "states": "stepfunctions", "tag": "resourcegroupstaggingapi"}
DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
BROKEN = {"InternalError", "InternalFailure", "InternalServerError", "InternalServerException", "KMSInternalException"}
BROKEN |= {"ServiceUnavailableException"}
THROTTLED = {"ThrottlingException", "Throttling", "RequestLimitExceeded", "SlowDown"}
EXPIRED = {"ExpiredTokenException", "ExpiredToken", "RequestExpired"}


def call(emulator: Emulator, service: str, operation: str, region: str = "us-east-1") -> Any:
    client = emulator.client(CLIENTS.get(service, service), region)
    names = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
    return lambda: getattr(client, names[operation])(**OPERATIONS[service][operation])


def faults(emulator: Emulator) -> None:
    """Every mode on every operation; each call is counted under its own name and no other."""
    for mode, codes in (("deny", DENIED), ("error", BROKEN), ("throttle", THROTTLED), ("expired", EXPIRED)):
        emulator.post("reset_calls")
        emulator.fault("*", mode)
        expected = {}
        for service, operations in OPERATIONS.items():
            for operation in operations:
                code = error_code(call(emulator, service, operation))
                emulator.expect(f"{mode} {service}:{operation} ({code})", code in codes, True)
                expected[f"{service}:{operation}"] = {"us-east-1": 1}
        emulator.fault("*", None)
        emulator.expect(f"counts ({mode})", emulator.get("calls")["calls"], dict(sorted(expected.items())))


def single_faults(emulator: Emulator) -> None:
    emulator.fault("rds:DescribeDBInstances", "deny", region="eu-west-1")
    emulator.expect("another Region", error_code(call(emulator, "rds", "DescribeDBInstances")), None)
    emulator.expect("this Region", error_code(call(emulator, "rds", "DescribeDBInstances", "eu-west-1")), "AccessDenied")
    emulator.expect("another operation", error_code(call(emulator, "rds", "DescribeDBClusters", "eu-west-1")), None)
    emulator.fault("rds:DescribeDBInstances", None)
    emulator.expect("cleared", error_code(call(emulator, "rds", "DescribeDBInstances", "eu-west-1")), None)
    emulator.fault("backup:ListBackupVaults", "throttle", times=2)
    codes = [error_code(call(emulator, "backup", "ListBackupVaults")) for _ in range(3)]
    emulator.expect("two times", codes, ["ThrottlingException", "ThrottlingException", None])
    emulator.fault("backup:ListBackupVaults", "error", after=1, times=1, code="ResourceNotFoundException")
    codes = [error_code(call(emulator, "backup", "ListBackupVaults")) for _ in range(3)]
    emulator.expect("after one, with its own code", codes, [None, "ResourceNotFoundException", None])
    emulator.fault("ec2:DescribeVolumes", "hang")
    started = time.monotonic()
    try:
        emulator.client("ec2", read_timeout=1).describe_volumes()
        emulator.expect("hang", "an answer", "none")
    except ReadTimeoutError:
        emulator.expect("hang", time.monotonic() - started > 0.9, True)
    waiting: list[str | None] = []
    thread = threading.Thread(target=lambda: waiting.append(error_code(call(emulator, "ec2", "DescribeVolumes"))))
    thread.start()
    time.sleep(0.3)
    emulator.fault("ec2:DescribeVolumes", None)
    thread.join(5)
    emulator.expect("hanging ends when it is cleared", waiting, ["InternalError"])
    emulator.fault("s3:ListBuckets", "disconnect")
    try:
        call(emulator, "s3", "ListBuckets")()
        emulator.expect("disconnect", "an answer", "none")
    except ConnectionClosedError:
        pass
    emulator.fault("s3:ListBuckets", None)
    emulator.expect("a wrong mode", "error" in emulator.post("fault", {"operation": "s3:ListBuckets", "mode": "explode"}), True)


def spoiled_answers(emulator: Emulator) -> None:
    """Correct answers that are damaged in transit, in each form."""
    import urllib.request

    from rel9_emulator.faults import SPOILED, spoil

    xml = b'<?xml version="1.0"?><R xmlns="x"><set><item><id>1</id></item></set></R>'
    given = b'{"Set": [{"Id": 1}]}'
    for mode, of_xml, of_json in (
        ("cut", xml[:-4], given[:-1]),
        ("empty", b"", b""),
        ("no-content", b"", b""),
        ("hollow", b'<?xml version="1.0"?><R/>', b"{}"),
        ("other", xml.replace(b"<R", b"<OtherR").replace(b"</R", b"</OtherR"), b'{"OtherSet": [{"OtherId": 1}]}'),
        ("null-items", b'<?xml version="1.0"?><R xmlns="x"><set><item/></set></R>', b'{"Set": [null]}'),
    ):
        emulator.expect(f"{mode} XML", spoil(mode, (200, {}, xml))[2], of_xml)
        emulator.expect(f"{mode} JSON", spoil(mode, (200, {}, given))[2], of_json)
    emulator.expect("errors stay", [spoil(mode, (403, {}, xml)) for mode in SPOILED], [(403, {}, xml)] * len(SPOILED))
    emulator.fault("ec2:DescribeVolumes", "html")
    request = urllib.request.Request(f"{emulator.endpoint}/", b"Action=DescribeVolumes&Version=2016-11-15")
    request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20270101/us-east-1/ec2/aws4_request, Signature=x")
    with urllib.request.urlopen(request) as answer:
        emulator.expect("a web page", b"<html>" in answer.read(), True)
    emulator.fault("ec2:DescribeVolumes", None)
    emulator.fault("backup:ListBackupVaults", "adrift")
    tokens = [emulator.client("backup").list_backup_vaults()["NextToken"] for _ in range(3)]
    emulator.expect("ever new tokens", len(set(tokens)), 3)
    emulator.fault("backup:ListBackupVaults", None)


def pages(emulator: Emulator) -> None:
    """With a cap of 2, every paged operation of rel9 shows the same items, in pages of at most 2."""
    found: dict[str, int] = {}
    for size in (None, 2):
        emulator.post("page_size", {"n": size})
        for service, operations in OPERATIONS.items():
            client = emulator.client(CLIENTS.get(service, service))
            names = {operation: method for method, operation in client.meta.method_to_api_mapping.items()}
            for operation, params in operations.items():
                if params not in ({}, VAULT) or not client.can_paginate(names[operation]):
                    continue
                if (service, operation) == ("ec2", "DescribeSnapshots"):
                    params = {"OwnerIds": ["self"]}
                paginator = client.get_paginator(names[operation])
                keys = [str(key.expression) for key in paginator.result_keys]
                lengths = [sum(len(page.get(key) or []) for key in keys) for page in paginator.paginate(**params)]
                action = f"{service}:{operation}"
                if size is None:
                    found[action] = sum(lengths)
                    continue
                emulator.expect(f"{action} in pages", sum(lengths), found[action])
                emulator.expect(f"{action} pages of 2", max(lengths) <= 2 and len(lengths) == max(1, -(-sum(lengths) // 2)), True)
    emulator.post("page_size", {"n": None})
    emulator.expect("enough to page", sum(1 for n in found.values() if n > 2) >= 4, True)
    backup = emulator.client("backup")
    emulator.expect_error("too large", "ValidationException", lambda: backup.list_backup_vaults(MaxResults=1001))
    emulator.expect_error("too small", "InvalidParameterValue", lambda: emulator.client("rds").describe_db_instances(MaxRecords=10))
    emulator.expect_error("bad token", "InvalidParameterValueException", lambda: backup.list_backup_vaults(NextToken="nonsense"))


def repeated_calls(emulator: Emulator) -> None:
    emulator.post("reset_calls")
    client = emulator.client("backup")
    for _ in range(3):
        client.list_backup_plans()
    client.list_backup_vaults()
    report = emulator.get("calls")
    emulator.expect("repeated", [(r["operation"], r["count"]) for r in report["repeated"]], [("backup:ListBackupPlans", 3)])
    emulator.expect("total", (report["total"], report["accounts"]), (4, {ACCOUNT: 4}))


def wrong_answers(emulator: Emulator) -> None:
    """The emulator refuses requests and answers that do not have the shape of the service's model."""
    for values, why in (
        ({"BackupVaultName": "main", "NoSuchMember": 1}, "no such member"),
        ({"BackupVaultName": "main", "CreationDate": "yesterday"}, "not a time"),
        ({"BackupVaultName": 7}, "not a string"),
    ):
        answer = emulator.post("seed", {"service": "backup", "kind": "recovery_point", "values": values})
        emulator.expect(f"seed {why}", why in answer.get("error", ""), True)
    from rel9_emulator.identify import service_model
    from rel9_emulator.shapes import ShapeError, check

    shape = service_model("backup").operation_model("ListRestoreTestingPlans").output_shape
    for answer in ({}, {"RestoreTestingPlans": [{}]}, {"RestoreTestingPlans": "x"}, {"RestoreTestingPlans": [], "Extra": 1}):
        try:
            check(shape, answer, "answer")
            emulator.expect(f"answer {answer}", "accepted", "refused")
        except ShapeError:
            pass


def wrong_answers_to_a_caller(emulator: Emulator) -> None:
    """A handler with a wrong answer makes its caller fail with the reason. (Runs in this process, because the server has no such handler.)"""
    from rel9_emulator import registry
    from rel9_emulator.gateway import Gateway
    from werkzeug.test import Client

    scope = "AKIAIOSFODNN7EXAMPLE/20270101/us-east-1/backup/aws4_request"
    client = Client(Gateway())
    registry.load("backup")
    key = ("backup", "GetSupportedResourceTypes")
    right = registry.HANDLERS[key]
    for answer, why in (({"Extra": 1}, "no such member"), ({"ResourceTypes": "EBS"}, "not a list"), ({"ResourceTypes": [1]}, "not a string")):
        registry.HANDLERS[key] = lambda backend, params, answer=answer: answer
        got = client.get("/supported-resource-types", headers={"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=x"})
        emulator.expect(f"answer {answer}", (got.status_code, why in got.text), (500, True))
    registry.HANDLERS[key] = right


def strict_xml(emulator: Emulator) -> None:
    """Some SDKs check the root of an XML answer, which boto3 does not."""
    import urllib.request

    for path, root in (("/near/?versioning", "VersioningConfiguration"), ("/?x-id=ListBuckets", "ListAllMyBucketsResult")):
        request = urllib.request.Request(emulator.endpoint + path)
        scope = "AKIAIOSFODNN7EXAMPLE/20270101/us-east-1/s3/aws4_request"
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, Signature=x")
        with urllib.request.urlopen(request) as answer:
            emulator.expect(f"root of {path}", f"<{root} " in answer.read().decode(), True)


def reset(emulator: Emulator) -> None:
    emulator.fault("*", "deny")
    emulator.post("page_size", {"n": 1})
    emulator.post("reset")
    emulator.expect("no calls", emulator.get("calls")["total"], 0)
    for service, operation, member in (
        ("backup", "ListBackupVaults", "BackupVaultList"),
        ("ec2", "DescribeVolumes", "Volumes"),
        ("ec2", "DescribeLockedSnapshots", "Snapshots"),
        ("dlm", "GetLifecyclePolicies", "Policies"),
        ("rds", "DescribeDBInstanceAutomatedBackups", "DBInstanceAutomatedBackups"),
        ("dynamodb", "ListBackups", "BackupSummaries"),
        ("s3", "ListBuckets", "Buckets"),
    ):
        emulator.expect(f"{service}:{operation} after a reset", call(emulator, service, operation)()[member], [])


def coverage(emulator: Emulator) -> None:
    """Every operation of the extensions was called by a check."""
    operations = emulator.get("operations")
    called = set(emulator.get("calls")["calls"])
    # Cloud Control's calls are counted by type.
    called |= {f"cloudcontrolapi:{action.split(':')[1].split('(')[0]}" for action in called if action.startswith("cloudformation:")}
    for action in operations["handled"] + operations["amended"]:
        emulator.expect(f"{action} is checked", action in called, True)


STATEFUL = (coverage,)
CHECKS = (single_faults, spoiled_answers, pages, repeated_calls, strict_xml, wrong_answers, wrong_answers_to_a_caller, faults, reset)
