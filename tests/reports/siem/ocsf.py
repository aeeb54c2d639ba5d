"""Checks OCSF events, one per line on standard input, against the published schema of each stable version since 1.5.0, and with the
Pydantic models that Python programs use.

Prints `{"events": n}`. If an event is wrong, prints the errors on standard error and exits with 1.
"""

from __future__ import annotations

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchema, OcsfJsonSchemaEmbedded, get_ocsf_schema
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from pydantic import ValidationError

VERSIONS = ["1.5.0", "1.6.0", "1.7.0", "1.8.0"]
MISTAKES_SHOWN = 20


def captions(definitions: dict, name: str, value: dict, path: str = "$"):
    """Sibling texts of enum attributes that are not the caption of the value, and deprecated attributes."""
    attributes = definitions[name]["attributes"]
    for key, member in value.items():
        attribute = attributes.get(key)
        if attribute is None:
            continue
        if "@deprecated" in attribute:
            yield f"{path}.{key} is deprecated since {attribute['@deprecated']['since']}"
        sibling = attribute.get("sibling")
        if sibling and sibling in value and "enum" in attribute:
            caption = attribute["enum"][str(member)]["caption"]
            if value[sibling] != caption:
                yield f"{path}.{sibling} is {value[sibling]!r}, {key} {member} is {caption!r}"
        if attribute.get("type") == "object_t" and attribute["object_type"] != "object":
            for number, inner in enumerate(member if isinstance(member, list) else [member]):
                yield from captions(OBJECTS, attribute["object_type"], inner, f"{path}.{key}[{number}]")


def refusals(event: dict):
    """The errors of the models, which require more than the schema."""
    try:
        ComplianceFinding.model_validate(event)
    except ValidationError as error:
        yield from (f"{'.'.join(map(str, mistake['loc']))}: {mistake['msg']}" for mistake in error.errors())


def main() -> None:
    global OBJECTS
    events = [json.loads(line) for line in sys.stdin.buffer.read().decode("utf-8").split("\n")[:-1]]
    mistakes = []
    for version in VERSIONS:
        published = get_ocsf_schema(version)
        schema = OcsfJsonSchemaEmbedded(OcsfJsonSchema(published)).get_class_schema("compliance_finding", ["cloud"])
        validator = Draft202012Validator(schema)
        OBJECTS = published["objects"]
        for number, event in enumerate(events):
            found = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(event)]
            found += captions(published["classes"], "compliance_finding", event)
            mistakes += [f"{version}, event {number}: {what}" for what in found]
    for number, event in enumerate(events):
        mistakes += [f"the models, event {number}: {what}" for what in refusals(event)]
    if any(event["metadata"]["version"] not in VERSIONS for event in events):
        mistakes.append("an event names a version that was not checked")
    if mistakes:
        sys.exit("\n".join(mistakes[:MISTAKES_SHOWN]))
    print(json.dumps({"events": len(events)}))


main()
