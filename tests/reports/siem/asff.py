"""Checks batches of findings, one request of BatchImportFindings per line on standard input, against botocore's model of AWS Security Hub,
with the documented maximum lengths, and imports them twice into moto's Security Hub over HTTP.

Prints `{"batches": n, "findings": n, "stored": n}`. If a batch is wrong, prints the errors on standard error and exits with 1.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys

for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)  # the checks must not depend on the tester's own AWS set-up

import boto3
import botocore.session
from botocore.validate import ParamValidator
from moto.server import ThreadedMotoServer

LONGEST = re.compile(r"Maximum (?:length )?of (\d+)(?! item)")
MOST_ITEMS = re.compile(r"Maximum number of (\d+) item")
# Documented in prose only.
FIELD_MAPS = {"ProductFields": (50, 128, 2048), "Tags": (50, 128, 256)}
FINDING_BYTES, BATCH_BYTES = 240_000, 6_000_000  # "Guidelines for using the BatchImportFindings API"


def length(text: str) -> int:
    """The length as AWS counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def limits(shape, value, path):
    """Checks that the model's own validation leaves out: patterns, enums, and lengths that only the documentation has."""
    plain = re.sub(r"<[^>]+>", "", shape.documentation or "")
    if shape.type_name == "structure":
        for key, member in value.items():
            yield from limits(shape.members[key], member, f"{path}.{key}")
    elif shape.type_name == "list":
        most = MOST_ITEMS.search(plain)
        if most and len(value) > int(most[1]):
            yield f"{path} has {len(value)} items"
        for number, member in enumerate(value):
            yield from limits(shape.member, member, f"{path}[{number}]")
    elif shape.type_name == "map":
        most, longest_key, longest_value = FIELD_MAPS[path.rsplit(".", 1)[1]]
        if len(value) > most:
            yield f"{path} has {len(value)} members"
        for key, member in value.items():
            if length(key) > longest_key or length(member) > longest_value:
                yield f"{path}.{key} is too long"
            yield from limits(shape.key, key, f"{path} key")
            yield from limits(shape.value, member, f"{path}.{key}")
    elif shape.type_name == "string":
        longest = LONGEST.search(plain)
        if longest and length(value) > int(longest[1]):
            yield f"{path} has {length(value)} characters"
        if shape.enum and value not in shape.enum:
            yield f"{path} is {value!r}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            yield f"{path} does not match {pattern}: {value[:100]!r}"


def main() -> None:
    lines = sys.stdin.buffer.read().decode("utf-8").split("\n")[:-1]
    batches = [json.loads(line) for line in lines]
    shape = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape
    mistakes = []
    for number, batch in enumerate(batches):
        report = ParamValidator().validate(batch, shape)
        if report.has_errors():
            mistakes.append(f"batch {number}: {report.generate_report()}")
            continue
        mistakes += [f"batch {number}: {what}" for what in limits(shape, batch, "$")]
        if len(batch["Findings"]) > 100 or len(json.dumps(batch)) > BATCH_BYTES:
            mistakes.append(f"batch {number} is too large")
        mistakes += [f"{finding['Id']} is too large" for finding in batch["Findings"] if len(json.dumps(finding)) > FINDING_BYTES]
        if len({(finding["AwsAccountId"], finding["ProductArn"]) for finding in batch["Findings"]}) != 1:
            mistakes.append(f"batch {number} is of several places")
    if mistakes:
        sys.exit("\n".join(mistakes[:20]))

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    stored = set()
    for attempt in range(2):  # the second import updates the findings of the first
        for batch in batches:
            first = batch["Findings"][0]
            # The access key decides the account of a call; moto takes it from a header.
            client = boto3.client(
                "securityhub",
                endpoint_url=f"http://{host}:{port}",
                region_name=first["ProductArn"].split(":")[3],
                aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                aws_secret_access_key="not-a-secret",
            )
            client.meta.events.register(
                "before-send.*", lambda request, account=first["AwsAccountId"], **_: request.headers.update({"x-moto-account-id": account})
            )
            answer = client.batch_import_findings(**batch)
            if answer["FailedCount"] or answer["SuccessCount"] != len(batch["Findings"]):
                sys.exit(f"import {attempt}: {answer['FailedFindings'][:3]}")
            if attempt == 1:
                pages = client.get_paginator("get_findings").paginate()
                stored |= {(finding["AwsAccountId"], finding["ProductArn"], finding["Id"], number) for page in pages for number, finding in numbered(page)}
    server.stop()
    print(json.dumps({"batches": len(batches), "findings": sum(len(batch["Findings"]) for batch in batches), "stored": len(stored)}))


def numbered(page):
    """Findings with the number of times that their Id was on the page so far: a finding that is stored twice counts twice."""
    seen: dict[str, int] = {}
    for finding in page["Findings"]:
        seen[finding["Id"]] = seen.get(finding["Id"], 0) + 1
        yield seen[finding["Id"]], finding


main()
