//! Durations, and how mistakes are told.

use super::*;
use crate::inventory::figures::parse_duration;
use crate::rules::RuleSet;
use std::path::Path;

#[test]
fn durations_have_a_unit() {
    assert_eq!(parse_duration("90m"), Some(5_400));
    assert_eq!(parse_duration("35d"), Some(3_024_000));
    for wrong in ["", "4", "h", "4 hours", "-1d", "99999999999999999999d", "9999999999999999d"] {
        assert_eq!(parse_duration(wrong), None, "{wrong}");
    }
}

fn mistakes(text: &str) -> Vec<String> {
    let rules = RuleSet::load(&[] as &[&Path]).expect("built-in rules");
    match Policy::parse("rel9.yaml", text, &rules) {
        Ok(_) => Vec::new(),
        Err(found) => found.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn mistakes_name_the_line_and_what_was_meant() {
    let text = "version: 1\nobjectives:\n  - name: gold\n    match: resource.tagz[\"tier\"] == \"gold\"\n    rpo: 1 hour\nwaivers:\n  - { rule: ebs-volume-encryptd, match: \"true\", reason: r, approved_by: a, expires: 2027-01-31 }\nrules:\n  rds-instance-retention: { params: { min_dayz: 3 } }\n";
    assert_eq!(
        mistakes(text),
        [
            "rel9.yaml:4: `resource` has no field `tagz`; did you mean `tags`?",
            "rel9.yaml:5: `1 hour` is not a valid duration: write a whole number and a unit, such as 90m, 4h or 35d",
            "rel9.yaml:7: there is no rule `ebs-volume-encryptd`; did you mean `ebs-volume-encrypted`?",
            "rel9.yaml:9: rule `rds-instance-retention` has no parameter `min_dayz`; did you mean `min_days`?",
        ]
    );
    assert_eq!(
        mistakes("version: 1\nrules:\n  snapshot-sharing-allowed: { params: { allowed_accounts: [444455556666, \"444455556666\"] } }\n"),
        ["rel9.yaml:3: each item of parameter `allowed_accounts` of rule `snapshot-sharing-allowed` must be a text, not 444455556666"]
    );
    assert_eq!(mistakes("version: 2\n"), ["rel9.yaml:1: version is 2; this program reads version 1"]);
    let unknown_key = mistakes("version: 1\nobjectivs: []\n");
    assert!(unknown_key[0].starts_with("rel9.yaml:2: ") && unknown_key[0].contains("did you mean `objectives`?"), "{unknown_key:?}");
}

#[test]
fn a_match_that_is_never_true_or_false_is_a_mistake() {
    let told = |expression: &str| {
        let found = mistakes(&format!("version: 1\nobjectives:\n  - {{ name: gold, match: {expression}, rpo: 1h }}\n"));
        assert!(found.iter().all(|mistake| mistake.starts_with("rel9.yaml:3: ")), "{found:?}");
        found.iter().map(|mistake| mistake.trim_start_matches("rel9.yaml:3: ").to_owned()).collect::<Vec<_>>()
    };
    let kind = |what: &str| format!("{what}, not true or false: compare it with something");
    for (expression, said) in [
        ("'resource.tags[\"tier\"]'", kind("`resource.tags[\"tier\"]` is a text")),
        ("'\"x\"'", kind("`\"x\"` is a text")),
        ("1", kind("`1` is a number")),
        ("'null'", "`null` is null, and neither true nor false".to_owned()),
        ("'resource'", kind("`resource` is a record")),
        ("'size(resource.tags)'", kind("the expression is a number")),
        ("'!resource.id'", kind("`resource.id` is a text")),
        ("'resource.tags[\"tier\"] && true'", kind("`resource.tags[\"tier\"]` is a text")),
        ("'resource.id ? true : false'", kind("`resource.id` is a text")),
        ("'resource.attachments.all(a, a.instance_id)'", kind("`a.instance_id` is a text")),
        ("'resource.account == 444455556666'", "`resource.account` is a text, `444455556666` a number: never equal".to_owned()),
        ("'resource.tags.exists(key, key == 1)'", "`key` is a text, `1` a number: never equal".to_owned()),
        ("'resource.type in [1, 2]'", "`resource.type` is a text, each item of the list a number: never in it".to_owned()),
        (
            "'resource.created_at > \"2026-01-01\"'",
            "`resource.created_at` is a time, `\"2026-01-01\"` a text: not to be compared".to_owned(),
        ),
        ("'resource.created_at > timestamp(\"May\")'", "`timestamp(\"May\")`: premature end of input".to_owned()),
    ] {
        assert_eq!(told(expression), [said], "{expression}");
    }
    let pattern = told("'resource.id.matches(\"(\")'");
    assert!(matches!(pattern.as_slice(), [what] if what.contains("not a valid regex") && !what.contains('\n')), "{pattern:?}");
    for right in [
        "'true'",
        "'resource.encrypted'",
        "'resource.kms_key_arn == null || has(resource.name)'",
        "'resource.tags.all(key, resource.tags[key] != \"x\")'",
        "'resource.opt_in[\"EBS\"]'",
        "'resource.attachments.filter(a, a.delete_on_termination).map(a, a.instance_id) == [\"i-1\"]'",
        "'now - resource.created_at > duration(\"1h\") && age(resource.created_at) > days(1)'",
        "'resource.id.matches(\"^vol-\") && resource.tags[\"a\"].split(\",\")[0] == \"b\"'",
    ] {
        assert_eq!(told(right), Vec::<String>::new(), "{right}");
    }
}
