"""Stands in for `jq` on a machine that has none: the one program that the rules' commands give it."""

import json
import sys

PROGRAM = "del(.Rules[].RuleId)"

if sys.argv[1:] != [PROGRAM]:
    sys.exit(f"jq is not installed, and what stands in for it knows {PROGRAM} only, not {' '.join(sys.argv[1:])}")
document = json.load(sys.stdin)
for rule in document["Rules"]:
    rule.pop("RuleId", None)
json.dump(document, sys.stdout, indent=2)
print()
