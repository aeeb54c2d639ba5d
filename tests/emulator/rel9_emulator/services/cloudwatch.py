"""CloudWatch: moto's alarms, of the type that is asked for. moto has no composite alarms."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from ..registry import amends, backends_of

Params = dict[str, Any]
SERVICE = "cloudwatch"

backends_of(SERVICE, cloudwatch_backends)


@amends(SERVICE, "DescribeAlarms")
def describe_alarms(backend: Any, params: Params, answer: Params) -> None:
    """Without AlarmTypes, AWS lists metric alarms only. It always sends the lists of the answer."""
    wanted = "MetricAlarm" in (params.get("AlarmTypes") or ["MetricAlarm"])
    answer["MetricAlarms"] = answer.get("MetricAlarms", []) if wanted else []
    answer["CompositeAlarms"] = []
