"""Reads reports with the tools of their users, and prints the results as JSON by path.

    python check.py FOLDER_OF_SCHEMAS REPORT ...

The end of a report's name shows its format. Exits with an error if a tool does not accept a report, or a report does not conform to its schema.
"""

import csv
import json
import pathlib
import sys

import jsonschema
from lxml import etree
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families as prometheus_families

SCHEMAS = pathlib.Path(sys.argv[1])


def sarif(path):
    document = json.loads(path.read_text(encoding="utf-8"))
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(document)
    return len(document["runs"][0]["results"])


def junit(path):
    tree = etree.parse(str(path))
    for name in ("junit-windyroad.xsd", "junit-jenkins-10.xsd"):
        etree.XMLSchema(etree.parse(str(SCHEMAS / name))).assertValid(tree)
    cases = []
    for case in tree.iter("testcase"):
        inner = case[0] if len(case) else None
        outcome = {"outcome": "passed"} if inner is None else {"outcome": inner.tag, "message": inner.get("message")}
        cases.append({"classname": case.get("classname"), "name": case.get("name"), **outcome})
    return cases


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def openmetrics(path):
    text = path.read_text(encoding="utf-8")
    families = list(openmetrics_families(text))
    # node_exporter's textfile collector reads Prometheus' own format.
    other = list(prometheus_families(text))
    found, again = (
        [[sample.name, sample.labels, sample.value] for family in kind for sample in family.samples] for kind in (families, other)
    )
    assert found == again, "the two readers disagree"
    labels = [(name, tuple(sorted(labels.items()))) for name, labels, _ in found]
    assert len(labels) == len(set(labels)), "a sample is there twice"
    return found


READERS = {".sarif": sarif, ".junit": junit, ".csv": rows, ".openmetrics": openmetrics}

csv.field_size_limit(sys.maxsize)
print(json.dumps({path: READERS[pathlib.Path(path).suffix](pathlib.Path(path)) for path in sys.argv[2:]}))
