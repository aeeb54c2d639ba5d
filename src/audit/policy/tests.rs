//! Durations, and how mistakes are told.

use super::*;

#[test]
fn durations_have_a_unit() {
    assert_eq!(duration("90m"), Some(5_400));
    assert_eq!(duration("35d"), Some(3_024_000));
    for wrong in ["", "4", "h", "4 hours", "-1d", "99999999999999999999d", "9999999999999999d"] {
        assert_eq!(duration(wrong), None, "{wrong}");
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
            "rel9.yaml:5: `1 hour` is no duration: write a whole number and a unit, such as 90m, 4h or 35d",
            "rel9.yaml:7: there is no rule `ebs-volume-encryptd`; did you mean `ebs-volume-encrypted`?",
            "rel9.yaml:9: rule `rds-instance-retention` has no parameter `min_dayz`; did you mean `min_days`?",
        ]
    );
    assert_eq!(
        mistakes("version: 1\nrules:\n  snapshot-sharing-allowed: { params: { allowed_accounts: [444455556666, \"444455556666\"] } }\n"),
        ["rel9.yaml:3: each item of parameter `allowed_accounts` of rule `snapshot-sharing-allowed` must be a text, not 444455556666"]
    );
    assert_eq!(mistakes("version: 2\n"), ["rel9.yaml:1: version is 2, this program reads version 1"]);
    let unknown_key = mistakes("version: 1\nobjectivs: []\n");
    assert!(unknown_key[0].starts_with("rel9.yaml:2: ") && unknown_key[0].contains("did you mean `objectives`?"), "{unknown_key:?}");
}
