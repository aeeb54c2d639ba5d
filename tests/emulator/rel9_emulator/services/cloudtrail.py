"""CloudTrail: the event history. Nothing that the emulator does is in it; events are seeded."""

from __future__ import annotations

import json
import uuid
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends

from ..errors import ServiceError
from ..memory import memory_of
from ..registry import backends_of, handles, seeds
from ..shapes import utc

Params = dict[str, Any]
SERVICE = "cloudtrail"

backends_of(SERVICE, cloudtrail_backends)


@handles(SERVICE, "LookupEvents")
def lookup_events(backend: Any, params: Params) -> Params:
    """Newest first. AWS accepts one attribute."""
    attributes = params.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise ServiceError("InvalidLookupAttributesException", "Only one lookup attribute can be given")
    events = sorted(memory_of(SERVICE, backend).records["events"].values(), key=lambda event: event["EventTime"], reverse=True)
    for attribute in attributes:
        if attribute["AttributeKey"] != "EventName":
            raise ServiceError("InvalidLookupAttributesException", "The emulator looks up events by name")
        events = [event for event in events if event["EventName"] == attribute["AttributeValue"]]
    start, end = params.get("StartTime"), params.get("EndTime")
    return {"Events": [event for event in events if (not start or event["EventTime"] >= utc(start)) and (not end or event["EventTime"] <= utc(end))]}


@seeds(SERVICE, "event")
def seed_event(backend: Any, values: Params) -> Params:
    """`EventName`, `EventSource`, `EventTime`, `UserIdentity`, and optionally `ErrorCode` and `Resources` (names)."""
    moment = utc(values["EventTime"])
    record = {
        "eventVersion": "1.11",
        "eventName": values["EventName"],
        "eventSource": values["EventSource"],
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "userIdentity": values["UserIdentity"],
    }
    if values.get("ErrorCode"):
        record["errorCode"] = values["ErrorCode"]
    event = {
        "EventId": str(uuid.uuid4()),
        "EventName": values["EventName"],
        "EventSource": values["EventSource"],
        "EventTime": moment,
        "ReadOnly": "false",
        "Resources": [{"ResourceName": name} for name in values.get("Resources", [])],
        "CloudTrailEvent": json.dumps(record),
    }
    memory_of(SERVICE, backend).records["events"][event["EventId"]] = event
    return {"EventId": event["EventId"]}
