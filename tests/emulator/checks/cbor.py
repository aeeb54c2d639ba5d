"""Services that the SDK for Rust asks in CBOR, and the protocol itself, which boto3 does not speak with them."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

from .harness import ACCOUNT, Emulator, days_ago

WATCHED = {"Namespace": "AWS/DynamoDB", "MetricName": "ReadThrottleEvents", "Dimensions": [{"Name": "TableName", "Value": "one-table"}]}
LIMITS = {"EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold"}


def ask(emulator: Emulator, service: str, scope: str, operation: str, params: dict[str, Any]) -> tuple[int, Any]:
    """Makes a call in CBOR. Returns the status and the answer's members."""
    from botocore.parsers import RpcV2CBORParser
    from botocore.serialize import RpcV2CBORSerializer
    from rel9_emulator.identify import service_model

    model = service_model(service).operation_model(operation)
    asked = RpcV2CBORSerializer().serialize_to_request(params, model)
    request = urllib.request.Request(emulator.endpoint + asked["url_path"], asked["body"], asked["headers"], method="POST")
    key = f"AKIAIOSFODNN7EXAMPLE/20270101/us-east-1/{scope}/aws4_request"
    request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={key}, Signature=x")
    try:
        with urllib.request.urlopen(request) as answer:
            status, headers, body = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, body = error.code, error.headers, error.read()
    raw = {"status_code": status, "headers": dict(headers.items()), "body": body}
    return status, RpcV2CBORParser().parse(raw, model.output_shape)


def cloudwatch(emulator: Emulator) -> None:
    client = emulator.client("cloudwatch")
    client.put_metric_alarm(AlarmName="throttled", Period=60, Statistic="Sum", **WATCHED, **LIMITS)
    metric = {"Id": "m", "MetricStat": {"Metric": WATCHED, "Period": 60, "Stat": "Sum"}, "ReturnData": False}
    sum_of = {"Id": "e", "Expression": "m * 2", "ReturnData": True}
    client.put_metric_alarm(AlarmName="in-a-sum", Metrics=[metric, sum_of], ActionsEnabled=False, **LIMITS)
    status, answer = ask(emulator, "cloudwatch", "monitoring", "DescribeAlarms", {"AlarmTypes": ["MetricAlarm"], "MaxRecords": 100})
    alarms = {alarm["AlarmName"]: alarm for alarm in answer["MetricAlarms"] if "TargetTracking" not in alarm["AlarmName"]}
    emulator.expect("alarms in CBOR", (status, sorted(alarms), answer["CompositeAlarms"]), (200, ["in-a-sum", "throttled"], []))
    emulator.expect("dimensions", alarms["throttled"]["Dimensions"], WATCHED["Dimensions"])
    emulator.expect("metric", alarms["in-a-sum"]["Metrics"][0]["MetricStat"]["Metric"]["MetricName"], "ReadThrottleEvents")
    emulator.expect("actions", [alarms[name]["ActionsEnabled"] for name in sorted(alarms)], [False, True])
    emulator.expect("composite alarms only", client.describe_alarms(AlarmTypes=["CompositeAlarm"])["MetricAlarms"], [])
    status, _ = ask(emulator, "cloudwatch", "monitoring", "DeleteAlarms", {"AlarmNames": ["in-a-sum"]})
    emulator.expect("moto is asked for what is in CBOR", (status, client.describe_alarms(AlarmNames=["in-a-sum"])["MetricAlarms"]), (200, []))
    for maximum, code in ((101, "ValidationException"), (0, "ValidationException")):
        status, answer = ask(emulator, "cloudwatch", "monitoring", "DescribeAlarms", {"MaxRecords": maximum})
        emulator.expect(f"a page of {maximum}", (status, answer["Error"]["Code"]), (400, code))


def backup_gateway(emulator: Emulator) -> None:
    client = emulator.client("backup-gateway")
    gateway = client.create_gateway(ActivationKey="ABCDE-12345", GatewayDisplayName="here", GatewayType="BACKUP_VM")["GatewayArn"]
    hypervisor = client.import_hypervisor_configuration(Name="esx", Host="10.0.0.2")["HypervisorArn"]
    emulator.expect("no connection yet", client.list_hypervisors()["Hypervisors"][0]["State"], "PENDING")
    client.associate_gateway_to_server(GatewayArn=gateway, ServerArn=hypervisor)
    emulator.seed("backup-gateway", "gateway", {"GatewayArn": gateway, "LastSeenTime": days_ago(2)})
    of_it = {"HypervisorId": hypervisor.rsplit("/", 1)[1]}
    made = emulator.seed("backup-gateway", "virtual_machine", {"Name": "web", "HostName": "web-1", **of_it})["ResourceArn"]
    client.tag_resource(ResourceARN=made, Tags=[{"Key": "team", "Value": "web"}])
    status, answer = ask(emulator, "backup-gateway", "backup-gateway", "ListGateways", {"MaxResults": 5})
    seen = answer["Gateways"][0]
    emulator.expect("gateway in CBOR", (status, seen["HypervisorId"], seen["LastSeenTime"].isoformat()[:10]), (200, of_it["HypervisorId"], days_ago(2)[:10]))
    emulator.seed("backup-gateway", "hypervisor", {"HypervisorArn": hypervisor, "State": "OFFLINE"})
    emulator.expect("offline", client.list_hypervisors()["Hypervisors"][0]["State"], "OFFLINE")
    emulator.expect("machines", [machine["Name"] for machine in client.list_virtual_machines(HypervisorArn=hypervisor)["VirtualMachines"]], ["web"])
    tagged = emulator.client("resourcegroupstaggingapi").get_resources(ResourceTypeFilters=["backup-gateway:vm"])["ResourceTagMappingList"]
    emulator.expect("tags of a machine", [(mapping["ResourceARN"], mapping["Tags"]) for mapping in tagged], [(made, [{"Key": "team", "Value": "web"}])])
    other = f"arn:aws:backup-gateway:us-east-1:{ACCOUNT}:hypervisor/hype-0123456789ABCDEF"
    status, answer = ask(emulator, "backup-gateway", "backup-gateway", "AssociateGatewayToServer", {"GatewayArn": gateway, "ServerArn": other})
    emulator.expect("no such hypervisor", (status, answer["Error"]["Code"]), (400, "ResourceNotFoundException"))


def spoiled(emulator: Emulator) -> None:
    """Answers in CBOR that are damaged in transit."""
    from rel9_emulator import cbor
    from rel9_emulator.faults import spoil

    given = cbor.write_plain({"Set": [{"Id": 1}], "NextToken": "x"})
    for mode, wanted in (
        ("hollow", {}),
        ("other", {"OtherSet": [{"OtherId": 1}], "OtherNextToken": "x"}),
        ("null-items", {"Set": [None]}),  # botocore's codec leaves members without a value out
    ):
        emulator.expect(f"{mode} CBOR", cbor.read(spoil(mode, (200, cbor.HEADERS, given))[2]), wanted)
    emulator.expect("cut CBOR", spoil("cut", (200, cbor.HEADERS, given))[2], given[:-1])
    emulator.fault("cloudwatch:DescribeAlarms", "deny")
    status, answer = ask(emulator, "cloudwatch", "monitoring", "DescribeAlarms", {})
    emulator.expect("denied in CBOR", (status, answer["Error"]["Code"]), (400, "AccessDeniedException"))
    emulator.fault("cloudwatch:DescribeAlarms", None)


CHECKS = (cloudwatch, backup_gateway, spoiled)
