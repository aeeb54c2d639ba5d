"""Checks an answer, on standard input, against botocore's model of UpdateAnswer. If it is wrong, prints the errors and exits with 1."""

from __future__ import annotations

import json
import sys

import botocore.session
from botocore.validate import ParamValidator

WORKLOAD = "0123456789abcdef0123456789abcdef"  # the command line adds it


def too_long(shape, value, path):
    """Checks maximum lengths and enums, which the validator does not check."""
    if shape.type_name == "structure":
        for key, member in value.items():
            yield from too_long(shape.members[key], member, f"{path}.{key}")
    elif shape.type_name == "map":
        for key, member in value.items():
            yield from too_long(shape.key, key, f"{path} key")
            yield from too_long(shape.value, member, f"{path}.{key}")
    elif shape.type_name == "list":
        for member in value:
            yield from too_long(shape.member, member, f"{path}[]")
    elif shape.type_name == "string":
        if len(value) > shape.metadata.get("max", len(value)):
            yield f"{path} has {len(value)} characters"
        if shape.enum and value not in shape.enum:
            yield f"{path} is {value!r}"


shape = botocore.session.get_session().get_service_model("wellarchitected").operation_model("UpdateAnswer").input_shape
params = json.load(sys.stdin) | {"WorkloadId": WORKLOAD}
report = ParamValidator().validate(params, shape)
mistakes = [report.generate_report()] if report.has_errors() else list(too_long(shape, params, "$"))
if mistakes:
    sys.exit("\n".join(mistakes))
