//! Durations, and how mistakes are told.

use super::*;
use crate::inventory::figures::parse_duration;
use crate::rules::RuleSet;
use std::path::Path;

#[test]
fn durations_have_a_unit() {
    assert_eq!(parse_duration("90m"), Some(5_400));
    assert_eq!(parse_duration("35d"), Some(3_024_000));
    assert_eq!(parse_duration("2w"), parse_duration("14d"));
    assert_eq!(parse_duration("6mo"), parse_duration("180d"));
    assert_eq!(parse_duration("1y"), parse_duration("365d"));
    for wrong in
        ["", "6month", "1Y", "6 m o", "m", "+4h", "1h30m", "1.5h", "4", "h", "4 hours", "-1d", "99999999999999999999d", "9999999999999999d"]
    {
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
            "rel9.yaml:5: `1 hour` is not a valid duration: write a whole number and a unit: s, m (minutes), h, d, w, mo (30 days) or y (365 days)",
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

#[test]
fn an_expression_that_yaml_reads_otherwise_needs_quotes() {
    let block = |expression: &str| mistakes(&format!("version: 1\nobjectives:\n  - name: gold\n    match: {expression}\n    rpo: 1h\n"));
    let quoted = |why: &str, expression: &str| [format!("rel9.yaml:4: YAML reads {why}: quote the expression: match: '{expression}'")];
    for (expression, why) in [
        ("resource.tags[\"a\"] == \"b\": c", "`: ` as the end of a key"),
        ("resource.tags[\"a: b\"] == \"c\"", "`: ` as the end of a key"),
        ("!resource.encrypted", "`!` at the beginning as a tag of YAML"),
        ("{", "`{` at the beginning as a map"),
        ("{\"a\": 1}[resource.id] == 1", "`{` at the beginning as a map"),
        ("[\"a\"].exists(x, x == resource.id)", "`[` at the beginning as a list"),
        ("\"a\" == resource.id", "the quotes at the beginning as those of the whole text"),
        ("*", "`*` at the beginning as an alias"),
        ("*x == 1", "`*` at the beginning as an alias"),
        ("&x == y", "`&` at the beginning as an anchor"),
        ("# resource.encrypted", "`#` at the beginning as a comment"),
        ("resource.id == \"a #b\"", "` #` as the beginning of a comment"),
        ("> 3", "`>` at the beginning as a text of several lines"),
        ("@x", "`@` at the beginning as reserved"),
    ] {
        assert_eq!(block(expression), quoted(why, expression), "{expression}");
    }
    assert_eq!(
        block("'a' == resource.id"),
        quoted("the quotes at the beginning as those of the whole text", "''a'' == resource.id"),
        "quotes within quotes are doubled"
    );
    let flow = |expression: &str| mistakes(&format!("version: 1\nobjectives:\n  - {{ name: gold, match: {expression}, rpo: 1h }}\n"));
    for (expression, why) in [
        ("resource.tags[\"a\"] == \"b\"", "`[` as the beginning of a list"),
        ("resource.id in {\"a\": 1}", "`{` as the beginning of a map"),
        ("!resource.encrypted", "`!` at the beginning as a tag of YAML"),
        ("\"a\" == resource.id", "the quotes at the beginning as those of the whole text"),
        ("resource.id == \"a #b\"", "` #` as the beginning of a comment"),
    ] {
        assert_eq!(flow(expression), [format!("rel9.yaml:3: YAML reads {why}: quote the expression: match: '…'")], "{expression}");
    }
    // The entry opens above.
    let apart = "version: 1\nobjectives:\n  - {\n      name: gold,\n      match: resource.tags[\"a\"] == \"b\",\n    }\n";
    assert_eq!(mistakes(apart), ["rel9.yaml:5: YAML reads `[` as the beginning of a list: quote the expression: match: '…'"]);
    // Right as they are, and mistakes of another kind.
    for right in
        ["resource.id == \"a\" # why", "'\"a\" == resource.id' # why", ">-\n      resource.id == \"a: b\"", "resource.tags[\"a\"] == \"b\""]
    {
        assert_eq!(block(right), Vec::<String>::new(), "{right}");
    }
    let other = mistakes("version: 1\nobjectives:\n  - name: gold\n    match: resource.encrypted\n    rpoo: 1h\n");
    assert!(other[0].starts_with("rel9.yaml:5: unknown field `rpoo`"), "{other:?}");
    assert_eq!(block(""), ["rel9.yaml:4: expected a text"]);
}

#[test]
fn a_waiver_names_rules_by_id_or_glob() {
    let waiver = |rule: &str| {
        mistakes(&format!(
            "version: 1\nwaivers:\n  - rule: {rule}\n    match: \"true\"\n    reason: r\n    approved_by: a\n    expires: 2027-01-31\n"
        ))
    };
    for right in [
        "data-protected",
        "[data-protected]",
        "[ebs-volume-encrypted, \"data-*\"]",
        "\"*-encrypted\"",
        "\n      - data-protected\n      - ebs-*",
    ] {
        assert_eq!(waiver(right), Vec::<String>::new(), "{right}");
    }
    assert_eq!(waiver("\"dta-*\""), ["rel9.yaml:3: no rule matches `dta-*`; did you mean `data-*`?"]);
    assert_eq!(waiver("\"*-encryptd\""), ["rel9.yaml:3: no rule matches `*-encryptd`; did you mean `*-encrypted`?"]);
    assert_eq!(waiver("\"zzzzzz*\""), ["rel9.yaml:3: no rule matches `zzzzzz*`"]);
    assert_eq!(waiver("[]"), ["rel9.yaml:3: the waiver names no rule"]);
    assert_eq!(
        waiver("\n      - data-protected\n      - data-protectd"),
        ["rel9.yaml:5: there is no rule `data-protectd`; did you mean `data-protected`?"]
    );
    assert!(waiver("3")[0].starts_with("rel9.yaml:3: "), "{:?}", waiver("3"));
    assert!(waiver("{ a: b }")[0].starts_with("rel9.yaml:3: "), "{:?}", waiver("{ a: b }"));
}

/// Each says what is wrong on which line, and what to write instead.
#[test]
fn mistakes_that_yaml_reports_in_its_own_terms() {
    let objective = |lines: &str| format!("version: 1\nobjectives:\n  - name: a\n    match: \"true\"\n{lines}");
    let waiver = |rule: &str| {
        format!("version: 1\nwaivers:\n  - {rule}\n    match: \"true\"\n    reason: r\n    approved_by: a\n    expires: 2027-06-30\n")
    };
    for (text, mistake) in [
        (String::new(), "rel9.yaml: the file is empty"),
        ("# version: 1\n\n".to_owned(), "rel9.yaml: the file is empty"),
        (objective("\trpo: 1h\n"), "rel9.yaml:5: a tab indents this line"),
        (objective("  \t  rpo: 1h\n"), "rel9.yaml:5: a tab indents this line"),
        (objective("   rpo: 1h\n"), "rel9.yaml:5: the indentation of this line fits nothing above it"),
        (objective("    rpo: 0h\n"), "rel9.yaml:5: `0h` asks for nothing"),
        (objective("    mechanisms: []\n"), "rel9.yaml:3: `mechanisms` lists none"),
        (waiver("rule: *-encrypted"), "rel9.yaml:3: YAML reads `*` at the beginning as an alias: quote the glob: \"*-encrypted\""),
        (
            waiver("rule: [data-protected, *-encrypted]"),
            "rel9.yaml:3: YAML reads `*` at the beginning as an alias: quote the glob: \"*-encrypted\"",
        ),
        (waiver("rule: *"), "rel9.yaml:3: YAML reads `*` at the beginning as an alias: quote the glob: \"*\""),
        (waiver("rule:\n      - *-encrypted"), "rel9.yaml:4: YAML reads `*` at the beginning as an alias: quote the glob: \"*-encrypted\""),
        ("version: 1\nobjectives:\n  - { name: \" \", match: \"true\" }\n".to_owned(), "rel9.yaml:3: the name of the objective is empty"),
        (
            "version: 1\nobjectives:\n  - { name: a, match: \"\" }\n".to_owned(),
            "rel9.yaml:3: the expression is empty: match: \"true\" matches everything",
        ),
    ] {
        let found = mistakes(&text);
        assert!(found.len() == 1 && found[0].starts_with(mistake), "{text}: {found:?}");
    }
}

#[test]
fn mistakes_are_told_in_the_order_of_the_file() {
    let found = mistakes(
        "version: 2\nobjectives:\n  - { name: a, match: \"true\",\n      retention: x,\n      rpo: y }\nreproducible:\n  - { match: \"\" }\n",
    );
    let lines: Vec<&str> = found.iter().filter_map(|mistake| mistake.split(':').nth(1)).collect();
    assert_eq!(lines, ["1", "4", "5", "7"], "{found:?}");
}

#[test]
fn restore_automation_is_named_by_its_arn() {
    let entry = |arn: &str| format!("version: 1\nrestore_automation:\n  - {{ arn: \"{arn}\", match: \"true\" }}\n");
    for good in [
        "arn:aws:states:eu-west-1:111122223333:stateMachine:drill",
        "arn:aws:lambda:eu-west-1:111122223333:function:drill:PROD",
        "arn:aws:ssm:eu-west-1:111122223333:automation-definition/Drill:$DEFAULT",
        "arn:aws:ssm:eu-west-1::document/AWS-Drill",
    ] {
        assert_eq!(mistakes(&entry(good)), [""; 0], "{good}");
    }
    for wrong in
        ["drill", "arn:aws:states:eu-west-1:111122223333:execution:drill:1", "arn:aws:states:eu-west-1:111122223333:stateMachine:*"]
    {
        let found = mistakes(&entry(wrong));
        let expected =
            format!("rel9.yaml:3: `{wrong}` is not the ARN of a state machine, a Lambda function or an automation document: write ");
        assert!(found.len() == 1 && found[0].starts_with(&expected), "{found:?}");
    }
    let unknown = mistakes(
        "version: 1\nrestore_automation:\n  - { arn: \"arn:aws:states:eu-west-1:111122223333:stateMachine:drill\", mach: \"true\" }\n",
    );
    assert!(unknown[0].starts_with("rel9.yaml:3: "), "{unknown:?}");
}
