//! The gate: its verdict in words, in the document and at the end of the table, and the exit code, which always agree.

use crate::support::{Rel9, Run, demo};
use serde_json::Value;
use std::fs;

/// A table that fails at `high` (no point-in-time recovery), and one that passes that rule.
const OPEN: &str = "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: orders }\n";
const SAFE: &str = "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: orders, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }\n";
/// Whether it fails is left open by a parameter.
const LEFT_OPEN: &str = "Parameters: { Pitr: { Type: String } }\nResources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: orders, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: !Ref Pitr } }\n";

const PITR: [&str; 2] = ["--rule", "dynamodb-table-pitr"];

fn repository() -> Rel9 {
    Rel9::new().with_files(&[("open.yaml", OPEN), ("safe.yaml", SAFE), ("left-open.yaml", LEFT_OPEN)])
}

/// The gate of a run, checked against its exit code and the last line of the table.
#[track_caller]
fn gate(rel9: &Rel9, arguments: &[&str], code: i32) -> Value {
    let json = [&["audit", "--format", "json=out.json", "--format", "table"], arguments].concat();
    let run = rel9.run(&json);
    run.ended(code);
    let document: Value = serde_json::from_str(&fs::read_to_string(rel9.home().join("out.json")).expect("a file")).expect("JSON");
    let gate = &document["gate"];
    assert_eq!(gate["exit_code"], code, "{gate}");
    let text = gate["text"].as_str().expect("a text");
    let last: Vec<&str> = run.stdout.split_whitespace().collect();
    let expected: Vec<String> = format!("{text} · exit {code}").split_whitespace().map(str::to_owned).collect();
    assert!(last.ends_with(&expected.iter().map(String::as_str).collect::<Vec<_>>()), "the table ends with the verdict: {run}");
    assert!(!run.stderr.contains("gate "), "it is said once: {run}");
    gate.clone()
}

#[track_caller]
fn said(gate: &Value, verdict: &str, text: &str) {
    assert_eq!((gate["verdict"].as_str(), gate["text"].as_str()), (Some(verdict), Some(text)), "{gate}");
}

#[test]
fn a_failure_is_counted() {
    let rel9 = repository();
    let failed = gate(&rel9, &[&["open.yaml"], &PITR[..]].concat(), 1);
    said(&failed, "failed", "gate failed: 1 finding at or above high (--fail-on high)");
    assert_eq!((failed["failing"].as_u64(), failed["known"].as_u64(), failed["unknown"].as_u64()), (Some(1), Some(0), Some(0)));
    said(&gate(&rel9, &["--demo", "--fail-on", "critical"], 1), "failed", "gate failed: 16 critical findings (--fail-on critical)");
}

#[test]
fn a_pass_says_what_does_not_fail() {
    let rel9 = repository();
    let passed = [&["safe.yaml"], &PITR[..]].concat();
    said(&gate(&rel9, &passed, 0), "passed", "gate passed: nothing at or above high fails (--fail-on high)");
    let critical = [&["open.yaml", "--fail-on", "critical"], &PITR[..]].concat();
    said(&gate(&rel9, &critical, 0), "passed", "gate passed: nothing critical fails (--fail-on critical)");
    let nothing = ["safe.yaml", "--rule", "rds-instance-encrypted"];
    said(&gate(&rel9, &nothing, 0), "passed", "gate passed: there was nothing to judge (--fail-on high)");
}

#[test]
fn the_limit_of_the_policy_counts_and_a_flag_wins() {
    let rel9 = repository().with_files(&[("rel9.yaml", "version: 1\nfail_on: critical\n")]);
    said(&gate(&rel9, &[&["open.yaml"], &PITR[..]].concat(), 0), "passed", "gate passed: nothing critical fails (--fail-on critical)");
    gate(&rel9, &[&["open.yaml", "--fail-on", "info"], &PITR[..]].concat(), 1);
}

#[test]
fn what_was_not_read_is_named() {
    let rel9 = Rel9::new();
    let demo = ["--demo", "--rule", "ebs-volume-encrypted", "--fail-on", "critical"];
    let unread = "nothing critical fails, but not everything was read (dynamodb:ListBackups denied in 111122223333/us-east-1, and 1 more) (--fail-on critical)";
    said(&gate(&rel9, &demo, 3), "incomplete", &format!("gate incomplete: {unread}"));
    let allowed = [&demo[..], &["--allow-incomplete"]].concat();
    said(&gate(&rel9, &allowed, 0), "incomplete", &format!("gate incomplete, accepted by --allow-incomplete: {unread}"));
}

#[test]
fn an_unknown_finding_says_why() {
    let rel9 = repository();
    let unknown = gate(&rel9, &[&["left-open.yaml"], &PITR[..]].concat(), 3);
    let text = unknown["text"].as_str().expect("a text");
    assert!(text.starts_with("gate incomplete: nothing could be judged: 1 finding at or above high is unknown ("), "{text}");
    assert!(text.contains("Pitr"), "the reason: {text}");
    let both = gate(&rel9, &[&["left-open.yaml", "safe.yaml"], &PITR[..]].concat(), 3);
    let text = both["text"].as_str().expect("a text");
    assert!(text.starts_with("gate incomplete: nothing at or above high fails, but 1 finding at or above high is unknown ("), "{text}");
    // An unknown finding below the limit decides nothing.
    gate(&rel9, &[&["left-open.yaml", "safe.yaml", "--fail-on", "critical"], &PITR[..]].concat(), 0);
}

#[test]
fn a_requested_resource_must_be_judged() {
    let rel9 = repository();
    let safe = "template:safe.yaml#Orders";
    let wrong = "template:safe.yaml#Order";
    let missing = gate(&rel9, &["safe.yaml", "--resource", wrong], 3);
    said(&missing, "incomplete", "gate incomplete: nothing could be judged: template:safe.yaml#Order was not judged (--fail-on high)");
    let one_of_two = gate(&rel9, &["safe.yaml", "--resource", &format!("{safe},{wrong}"), "--fail-on", "critical"], 3);
    said(
        &one_of_two,
        "incomplete",
        "gate incomplete: nothing critical fails, but template:safe.yaml#Order was not judged (--fail-on critical)",
    );
    gate(&rel9, &["safe.yaml", "--resource", wrong, "--allow-incomplete"], 0);
    // A rule may have no finding for a resource.
    gate(&rel9, &["safe.yaml", "--resource", safe, "--rule", "rds-instance-encrypted"], 0);
}

#[test]
fn tags_that_nothing_has_judge_nothing() {
    let none = gate(&repository(), &["safe.yaml", "--tag", "backup=dialy"], 3);
    said(&none, "incomplete", "gate incomplete: nothing could be judged: no resource has the given tags (--fail-on high)");
}

/// `--fail-on never` is for reports: only an audit that judged nothing is worth an exit code.
#[test]
fn a_gate_that_is_off_passes_unless_nothing_was_judged() {
    let rel9 = repository();
    let demo = gate(&rel9, &["--demo", "--fail-on", "never"], 0);
    assert_eq!(demo["verdict"], "passed");
    let text = demo["text"].as_str().expect("a text");
    assert!(text.starts_with("gate off (--fail-on never): 4") && text.contains(" findings fail, ") && text.ends_with(" unknown"), "{text}");
    said(
        &gate(&rel9, &[&["open.yaml", "--fail-on", "never"], &PITR[..]].concat(), 0),
        "passed",
        "gate off (--fail-on never): 1 finding fails",
    );
    let nothing = gate(&rel9, &["safe.yaml", "--fail-on", "never", "--resource", "typo"], 3);
    said(&nothing, "incomplete", "gate incomplete: nothing could be judged: typo was not judged (--fail-on never)");
    let unknown = gate(&rel9, &[&["left-open.yaml", "--fail-on", "never"], &PITR[..]].concat(), 0);
    assert_eq!(unknown["verdict"], "passed", "no doubt about a gate that is off: {unknown}");
}

#[test]
fn what_the_baseline_knows_is_said() {
    let rel9 = repository();
    let rule = [&["open.yaml"], &PITR[..]].concat();
    rel9.run(&[&["audit", "--format", "json=base.json", "--fail-on", "never"], &rule[..]].concat()).ended(0);
    let known = gate(&rel9, &[&rule[..], &["--baseline", "base.json"]].concat(), 0);
    said(&known, "passed", "gate passed: nothing new at or above high fails; 1 known from the baseline does not count (--fail-on high)");
    let two = OPEN.replace("Orders:", "Carts:");
    let rel9 = rel9.with_files(&[("more.yaml", &two)]);
    let new = gate(&rel9, &[&["more.yaml", "--baseline", "base.json"], &rule[..]].concat(), 1);
    said(&new, "failed", "gate failed: 1 new finding at or above high; 1 known from the baseline does not count (--fail-on high)");
}

/// The id is a hash of the whole document: what an audit records late is in it.
#[test]
fn a_document_with_baseline_and_ledger_is_read_again() {
    let rel9 = repository();
    rel9.run(&["audit", "--demo", "--format", "json=base.json", "--fail-on", "never"]).ended(0);
    let late = ["--fail-on", "never", "--baseline", "base.json", "--ledger", "restores.ledger"];
    gate(&rel9, &[&["--demo"], &late[..]].concat(), 0);
    let document: Value = serde_json::from_str(&fs::read_to_string(rel9.home().join("out.json")).expect("a file")).expect("JSON");
    assert!(document["summary"]["baseline"].is_object() && document["audit"]["ledger_head"].is_string(), "{}", document["audit"]);
    rel9.run(&["report", "out.json"]).ended(0);
}

#[test]
fn a_stored_gate_that_was_changed_is_noticed() {
    let rel9 = repository();
    rel9.run(&[&["audit", "open.yaml", "--format", "json=a.json"], &PITR[..]].concat()).ended(1);
    let whole = fs::read_to_string(rel9.home().join("a.json")).expect("a file");
    assert!(rel9.run(&["report", "a.json"]).ended(0).stdout.contains("gate failed: 1 finding"));
    for (from, to, why) in [
        ("\"failing\": 1", "\"failing\": 0", "the gate does not agree with the findings"),
        ("\"verdict\": \"failed\"", "\"verdict\": \"passed\"", "the gate does not agree with the findings"),
        ("gate failed: 1", "gate passed: 1", "audit.id does not match the content"),
        ("\"score\": 100", "\"score\": 1", "audit.id does not match the content"),
    ] {
        let changed = whole.replacen(from, to, 1);
        assert_ne!(changed, whole, "{from}");
        fs::write(rel9.home().join("b.json"), changed).expect("a file");
        rel9.run(&["report", "b.json"]).ended(2).said(why);
    }
}

// Standard error

fn lines(run: &Run) -> Vec<&str> {
    run.stderr.lines().collect()
}

/// A red step of a pipeline whose reports all go to files has the reason in its log.
#[test]
fn reports_in_files_leave_the_last_screen_in_the_log() {
    let rel9 = Rel9::new();
    let run = rel9.run(&["audit", "--demo", "--format", "sarif=rel9.sarif", "--format", "junit=rel9.xml"]);
    run.ended(1).said("REL09-BP01").said("Worst resources").said("nordwind-analytics-sandbox");
    assert_eq!(run.stdout, "");
    assert_eq!(lines(&run).last(), Some(&"gate failed: 66 findings at or above high (--fail-on high) · exit 1"));
    assert!(!run.stderr.contains('\u{1b}') && lines(&run).len() <= 24, "{run}");
    assert_eq!(rel9.run(&["audit", "--demo", "--format", "sarif=rel9.sarif", "--quiet"]).ended(1).stderr, "");
    let stored = rel9.run(&["audit", "--demo", "--format", "json=a.json", "-q"]);
    stored.ended(1);
    assert_eq!(rel9.run(&["report", "a.json", "--format", "csv=a.csv"]).ended(0).stderr, "", "a report judges nothing");
}

/// Where another format goes to standard output, the reason of a failure is one line; where all is well there is nothing to say.
#[test]
fn another_format_on_standard_output_leaves_the_verdict_in_the_log() {
    let rel9 = repository();
    let rule = |file: &'static str| [&["audit", file, "--format", "csv"], &PITR[..]].concat();
    let failed = rel9.run(&rule("open.yaml"));
    assert_eq!(failed.ended(1).stderr, "gate failed: 1 finding at or above high (--fail-on high) · exit 1\n");
    assert_eq!(rel9.run(&rule("safe.yaml")).ended(0).stderr, "");
    assert_eq!(rel9.run(&[&rule("open.yaml")[..], &["--quiet"]].concat()).ended(1).stderr, "");
    let both = rel9.run(&[&["audit", "open.yaml", "--format", "table", "--format", "csv=a.csv"], &PITR[..]].concat());
    assert_eq!(both.ended(1).stderr, "", "the table has it");
}

// Every combination

/// A waived failure, and a template that cannot be read.
const WAIVED: &str = "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Metadata: { rel9: { ignore: [ { rule: dynamodb-table-pitr, reason: r } ] } }\n    Properties: { TableName: orders }\n";
const BROKEN: &str = "Resources:\n  Orders: [\n";

const RANKS: [&str; 5] = ["info", "low", "medium", "high", "critical"];

/// What the gate must say, told from the findings alone: the beginning of its words, and the exit code.
fn expected(document: &Value, fail_on: &str, allow_incomplete: bool, is_absent: bool) -> (&'static str, i32) {
    let list = |name: &str| document[name].as_array().cloned().unwrap_or_default();
    let limit = RANKS.iter().position(|rank| *rank == fail_on).unwrap_or(RANKS.len());
    let reached = |finding: &Value| RANKS.iter().position(|rank| finding["severity"] == *rank).expect("a severity") >= limit;
    let findings = list("findings");
    let of_status = |status: &str| findings.iter().filter(|finding| finding["status"] == status).collect::<Vec<_>>();
    let fails = of_status("fail").into_iter().any(|finding| reached(finding) && finding["baseline"] != "known");
    let unread = list("collection").iter().any(|entry| entry["status"] == "denied" || entry["status"] == "failed");
    let doubtful = unread || is_absent || of_status("unknown").into_iter().any(reached);
    let nothing_known = of_status("unknown").len() == findings.len() && list("reproducible").is_empty();
    match (fails, doubtful, fail_on) {
        (true, _, _) => ("gate failed: ", 1),
        (_, true, "never") if !nothing_known => ("gate off ", 0),
        (_, true, _) if allow_incomplete => ("gate incomplete, accepted by --allow-incomplete: ", 0),
        (_, true, _) => ("gate incomplete: ", 3),
        (_, false, "never") => ("gate off ", 0),
        (_, false, _) => ("gate passed: ", 0),
    }
}

/// The words, the document's `gate`, the last line of the table, standard error and the exit code agree for every limit, with and without
/// `--allow-incomplete`, whatever was found.
#[test]
fn words_and_exit_code_agree_in_every_combination() {
    let rel9 = repository().with_files(&[("waived.yaml", WAIVED), ("some/open.yaml", OPEN), ("some/broken.yaml", BROKEN)]);
    let rel9 = rel9.with_files(&[("part/safe.yaml", SAFE), ("part/broken.yaml", BROKEN)]);
    demo::variant(&rel9.home().join("denied"), |line| {
        line["kind"] == "coverage" && {
            (line["status"], line["items"]) = ("denied".into(), 0.into());
            true
        } || line["kind"] == "header"
    });
    demo::variant(&rel9.home().join("empty"), |line| {
        line["kind"] == "coverage" && {
            line["status"] = "ok".into();
            true
        } || line["kind"] == "header"
    });
    rel9.run(&["audit", "open.yaml", "--format", "json=base.json", "--fail-on", "never"]).ended(0);
    let (there, gone) = ("template:safe.yaml#Orders", "template:safe.yaml#Order");
    // The arguments, and whether they name something that is not there.
    let states: [(&[&str], bool); 17] = [
        (&["--demo"], false),
        (&["--demo", "--regions", "eu-west-1"], false),
        (&["denied"], false),
        (&["empty"], false),
        (&["open.yaml"], false),
        (&["open.yaml", "--baseline", "base.json"], false),
        (&["safe.yaml", "--rule", "dynamodb-table-pitr"], false),
        (&["left-open.yaml", "--rule", "dynamodb-table-pitr"], false),
        (&["left-open.yaml", "safe.yaml", "--rule", "dynamodb-table-pitr"], false),
        (&["waived.yaml", "--rule", "dynamodb-table-pitr"], false),
        (&["some"], false),
        (&["part", "--rule", "dynamodb-table-pitr"], false),
        (&["safe.yaml", "--rule", "rds-instance-encrypted", "--resource", there], false),
        (&["safe.yaml", "--rule", "rds-instance-encrypted", "--resource", gone], true),
        (&["safe.yaml", "--skip-rule", "dynamodb-table-pitr", "--resource", gone], true),
        (&["safe.yaml", "--best-practice", "REL09-BP01", "--tag", "a=b"], true),
        (&["safe.yaml", "--tag", "a=b"], true),
    ];
    let mut seen = std::collections::BTreeSet::new();
    for (arguments, is_absent) in states {
        for fail_on in RANKS.iter().chain(&["never"]) {
            for allow in [&[][..], &["--allow-incomplete"]] {
                let all = [&["audit", "--format", "json=out.json", "--format", "table", "--fail-on", fail_on], allow, arguments].concat();
                let run = rel9.run(&all);
                let document = fs::read_to_string(rel9.home().join("out.json")).expect("a document");
                let document: Value = serde_json::from_str(&document).expect("JSON");
                let (words, code) = expected(&document, fail_on, !allow.is_empty(), is_absent);
                let gate = &document["gate"];
                let text = gate["text"].as_str().expect("a text");
                assert!(text.starts_with(words), "{words:?} is expected: {text:?}: {run}");
                assert_eq!((run.code, &gate["exit_code"], &gate["fail_on"]), (code, &code.into(), &(*fail_on).into()), "{run}");
                let told = format!("{text} · exit {code}");
                let ends =
                    |output: &str| output.split_whitespace().collect::<Vec<_>>().ends_with(&told.split_whitespace().collect::<Vec<_>>());
                assert!(ends(&run.stdout) && run.stdout.ends_with(&format!("exit {code}\n")), "{run}");
                seen.insert((code, words));
            }
        }
    }
    assert_eq!(seen.len(), 5, "every verdict was seen: {seen:?}");
}

/// The last line says the verdict, where messages go to the same terminal.
#[test]
fn nothing_is_said_after_the_verdict() {
    let rel9 = repository();
    for arguments in [&["safe.yaml", "--resource", "typo"][..], &["safe.yaml", "--tag", "a=b"]] {
        let path = rel9.home().join("both");
        let both = fs::File::create(&path).expect("a file");
        let mut command = rel9.command(&[&["audit"], arguments].concat());
        let status = command.stdout(both.try_clone().expect("a file")).stderr(both).status().expect("rel9 runs");
        let text = fs::read_to_string(path).expect("text");
        assert_eq!(status.code(), Some(3), "{text}");
        assert!(text.contains("nothing was judged") && text.ends_with("(--fail-on high) · exit 3\n"), "{text}");
    }
}
