"""Application Auto Scaling: moto's targets and policies, with the members that every answer of AWS has."""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends

from ..registry import amends, backends_of

Params = dict[str, Any]
SERVICE = "application-autoscaling"
ROLE = "aws-service-role/dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"

backends_of(SERVICE, applicationautoscaling_backends)


@amends(SERVICE, "DescribeScalableTargets")
def describe_scalable_targets(backend: Any, params: Params, answer: Params) -> None:
    """AWS makes and names a service-linked role unless the caller names one."""
    for target in answer["ScalableTargets"]:
        target["RoleARN"] = target.get("RoleARN") or f"arn:{backend.partition}:iam::{backend.account_id}:role/{ROLE}"
