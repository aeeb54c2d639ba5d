"""Checks documents against JSON Schemas: python schemas.py FILE, a list of {"name", "schema", "documents"}.

Prints one text for each document that does not conform to its schema. Exits with an error if a schema is invalid.
"""

import json
import pathlib
import sys

from jsonschema import Draft202012Validator, FormatChecker

mistakes = []
for group in json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")):
    Draft202012Validator.check_schema(group["schema"])
    validator = Draft202012Validator(group["schema"], format_checker=FormatChecker())
    for number, document in enumerate(group["documents"]):
        for error in validator.iter_errors(document):
            mistakes.append(f"{group['name']} {number}, {error.json_path}: {error.message[:300]}")
            break
print(json.dumps(mistakes))
