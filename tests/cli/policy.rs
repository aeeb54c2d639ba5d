//! `rel9 policy check` and `rel9 init`: what they say and write, and their exit codes.

use crate::support::{Rel9, Run, demo, project};
use serde_json::{Value, json};
use std::fs;

fn checked(rel9: &Rel9, arguments: &[&str]) -> (i32, Value) {
    let run = rel9.run(&[&["policy", "check", "--format", "json"], arguments].concat());
    let answer = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("no answer ({error}): {run}"));
    (run.code, answer)
}

/// Line, entry and text of each remark.
fn remarks(answer: &Value, list: &str) -> Vec<String> {
    let all = answer[list].as_array().expect("remarks");
    let text = |remark: &Value, key: &str| remark[key].as_str().unwrap_or_default().to_owned();
    all.iter().map(|remark| format!("{}: {}: {}", remark["line"], text(remark, "entry"), text(remark, "what"))).collect()
}

const BROKEN: &str = r#"version: 1
objectives:
  - name: gold
    match: resource.tags["tier"] == "gold"
  - name: misspelt
    match: resource.tags["teir"] == "silver"
  - name: platinum
    match: resource.tags["tier"] == "platinum"
  - name: covered
    match: resource.tags["tier"] in ["gold"]
  - name: no-type
    match: resource.type == "AWS::RDS::DBInstanc"
  - name: rest
    match: "true"
  - name: late
    match: resource.region == "eu-west-1"
reproducible:
  - match: resource.tags["data"] == "cache"
    reason: rebuilt
    expires: 2026-12-05
  - match: resource.tags["env"] == "sandbox"
    reason: experiments
    expires: 2026-10-31
  - match: resource.type == "AWS::EC2::Snapshot"
    reason: no data
    expires: 2027-05-31
waivers:
  - rule: ebs-volume-encrypted
    match: resource.tags["Name"] == "fraud-model"
    reason: r
    approved_by: a
    expires: 2026-09-30
  - rule: [data-protected, "rds-*"]
    match: resource.id == "shop-staging"
    reason: r
    approved_by: a
    expires: 2027-03-31
  - rule: "ebs-*"
    match: resource.region == "ap-south-1"
    reason: r
    approved_by: a
    expires: 2027-03-31
rules:
  data-protected: { severity: critical }
"#;

#[test]
fn what_has_no_effect_on_the_demo() {
    let rel9 = Rel9::new().with_files(&[("p.yaml", BROKEN)]);
    let (code, answer) = checked(&rel9, &["p.yaml", "--demo"]);
    assert_eq!(code, 1);
    let mend = remarks(&answer, "mend");
    assert_eq!(
        mend,
        [
            "5: objective misspelt: matches no data resource: no resource has the tag `teir`; did you mean `tier`?",
            "7: objective platinum: matches no data resource: no resource has `tier` = `platinum`, only bronze, gold, silver",
            "9: objective covered: matches no data resource: the 9 resources that it matches have an objective before it",
            "11: objective no-type: rel9 reads no type `AWS::RDS::DBInstanc`; did you mean `AWS::RDS::DBInstance`?",
            "11: objective no-type: matches no data resource",
            "15: objective late: never applies: the objective rest before it (line 13) matches everything",
            "21: reproducible data: ended on 2026-10-31; 1 resource owes backups again: review it, or back the resource up",
            "24: reproducible data: matches no data resource: `AWS::EC2::Snapshot` is not data, which alone has objectives",
            "28: waiver of ebs-volume-encrypted: ended on 2026-09-30; 1 finding is no longer waived: fix it, or renew the waiver",
            "38: waiver of ebs-*: waives nothing: no Region `ap-south-1` was read",
            "44: rule data-protected: the rule has these settings anyway",
        ]
    );
    assert_eq!(remarks(&answer, "notes"), ["18: reproducible data: ends in 13 days, on 2026-12-05"]);
    // Who gets which objective agrees with an audit.
    let document = rel9.judge(&["--demo", "--policy", "p.yaml"]);
    let used = document.0["audit"]["policy"]["objectives"].as_array().expect("objectives");
    let placed = answer["objectives"].as_array().expect("objectives");
    assert_eq!(placed.len(), used.len());
    for (placed, used) in placed.iter().zip(used) {
        assert_eq!((&placed["objective"], &placed["resources"]), (&used["name"], &used["resources"]));
        let examples = placed["examples"].as_array().expect("examples");
        let some = used["resources"].as_u64() > Some(0);
        assert_eq!(!examples.is_empty(), some, "{placed}");
        assert!(examples.len() <= 3 && examples.iter().all(|arn| arn.as_str().is_some_and(|arn| arn.starts_with("arn:"))), "{placed}");
    }
    assert_eq!(answer["checked_against"], "demo");
}

/// A tag that nothing seems to have may be one of those that were not read.
#[test]
fn tags_that_were_not_read_are_not_called_missing() {
    let waiver = "version: 1\nwaivers:\n  - { rule: ebs-volume-encrypted, match: 'resource.tags[\"keep\"] == \"yes\"', reason: r, approved_by: a, expires: 2027-01-31 }\n";
    let rel9 = Rel9::new().with_files(&[("p.yaml", waiver)]);
    let told = |folder: &str| {
        let (_, answer) = checked(&rel9, &["p.yaml", folder]);
        remarks(&answer, "mend").into_iter().find(|remark| remark.starts_with("3: ")).expect("a remark")
    };
    demo::variant(&rel9.home().join("all"), |_| true);
    assert!(told("all").ends_with("waives nothing: no resource has the tag `keep`"), "{}", told("all"));
    // Encrypted volumes need no waiver, so that the match is not even asked for them.
    demo::variant(&rel9.home().join("some"), |line| {
        let encrypted = line["type"] == "AWS::EC2::Volume" && line["properties"]["encrypted"] == true;
        if encrypted && let Some(line) = line.as_object_mut() {
            line.remove("tags");
        }
        true
    });
    assert!(told("some").ends_with("waives nothing: what it matches passes, is not judged, or does not exist"), "{}", told("some"));
}

#[test]
fn the_text_for_people() {
    let rel9 = Rel9::new().with_files(&[("p.yaml", BROKEN)]).env("COLUMNS", "80");
    let run = rel9.run(&["policy", "check", "p.yaml", "--demo"]);
    run.ended(1);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{run}");
    for line in [
        "p.yaml, checked against the demo organisation, as of 2026-11-22",
        "To mend (11)",
        "  line  5  objective misspelt: matches no data resource: no resource has the tag",
        "Notes (1)",
        "Which data has which objective",
        "p.yaml: 11 to mend",
    ] {
        assert!(run.stdout.lines().any(|found| found == line), "{line:?}: {run}");
    }
}

#[test]
fn by_itself() {
    let rel9 = Rel9::new().with_files(&[("rel9.yaml", BROKEN)]);
    let (code, answer) = checked(&rel9, &["--as-of", "2026-11-22"]);
    assert_eq!(code, 1);
    let mend = remarks(&answer, "mend");
    assert_eq!(
        mend,
        [
            "11: objective no-type: rel9 reads no type `AWS::RDS::DBInstanc`; did you mean `AWS::RDS::DBInstance`?",
            "15: objective late: never applies: the objective rest before it (line 13) matches everything",
            "21: reproducible data: ended on 2026-10-31: review it, or remove it",
            "28: waiver of ebs-volume-encrypted: ended on 2026-09-30; renew it, or remove it",
            "44: rule data-protected: the rule has these settings anyway",
        ]
    );
    assert_eq!(answer["checked_against"], Value::Null);
    let before = checked(&rel9, &["rel9.yaml", "--as-of", "2026-09-01"]);
    assert_eq!(remarks(&before.1, "mend").len(), 3, "nothing had ended then");
}

#[test]
fn exit_codes() {
    let good = "version: 1\nobjectives:\n  - { name: gold, match: 'resource.tags[\"tier\"] == \"gold\"', rpo: 6mo, retention: 1y }\n  - { name: rest, match: \"true\" }\n";
    let rel9 = Rel9::new().with_files(&[("good.yaml", good), ("bad.yaml", "version: 1\nobjectivs: []\n")]);
    rel9.run(&["policy", "check", "good.yaml"]).ended(0);
    let run = rel9.run(&["policy", "check", "good.yaml", "--demo"]);
    run.ended(0);
    assert!(run.stdout.ends_with("good.yaml: nothing to mend\n"), "{run}");
    rel9.run(&["policy", "check", "bad.yaml"]).ended(2).said("bad.yaml:2: unknown field `objectivs`").said("did you mean `objectives`?");
    rel9.run(&["policy", "check", "gone.yaml"]).ended(2).said("gone.yaml: cannot be read");
    rel9.run(&["policy", "check"]).ended(2).said("there is no rel9.yaml here").said("rel9 init");
    rel9.run(&["policy", "check", "good.yaml", "gone"]).ended(2).said("gone");
    // Some data has no objective.
    let some = "version: 1\nobjectives:\n  - { name: gold, match: 'resource.tags[\"tier\"] == \"gold\"' }\n";
    let rel9 = rel9.with_files(&[("some.yaml", some)]);
    let (code, answer) = checked(&rel9, &["some.yaml", "--demo"]);
    assert_eq!(code, 1);
    assert!(remarks(&answer, "mend")[0].contains("data resources have no objective: add one"), "{answer}");
    assert_eq!(answer["no_objective"]["examples"].as_array().map(Vec::len), Some(3), "{answer}");
}

#[test]
fn against_inventories_and_templates() {
    let rel9 = Rel9::new().with_files(&[("rel9.yaml", BROKEN)]);
    demo::variant(&rel9.home().join("inventory"), |_| true);
    // The first path may be the input.
    let (_, of_folder) = checked(&rel9, &["inventory"]);
    let (_, of_demo) = checked(&rel9, &["--demo"]);
    assert_eq!((&of_folder["mend"], &of_folder["objectives"]), (&of_demo["mend"], &of_demo["objectives"]));
    let template = project("fixtures/cloudformation/backup.yaml").display().to_string();
    let policy = "version: 1\nobjectives:\n  - { name: tables, match: 'resource.type == \"AWS::DynamoDB::Table\"' }\n  - { name: rest, match: \"true\" }\n";
    let rel9 = rel9.with_files(&[("p.yaml", policy)]);
    let (code, answer) = checked(&rel9, &["p.yaml", &template, "--as-of", "2026-11-22"]);
    assert_eq!((code, &answer["checked_against"]), (0, &json!("cloudformation")), "{answer}");
    assert!(answer["objectives"][0]["examples"][0].as_str().is_some_and(|example| !example.is_empty()), "{answer}");
}

/// A Region or an account that was not read, and a template in the place of the policy file.
#[test]
fn places_and_inputs_that_are_mistaken() {
    let policy = "version: 1\nobjectives:\n  - { name: a, match: 'resource.region == \"eu-centrl-1\"' }\n  - { name: b, match: 'resource.account == \"1\"' }\n  - { name: c, match: 'resource.region in [\"eu-west-1\", \"eu-north-1\"]' }\n  - { name: rest, match: \"true\" }\n";
    let rel9 = Rel9::new().with_files(&[("rel9.yaml", policy)]);
    let (_, answer) = checked(&rel9, &["--demo"]);
    assert_eq!(
        remarks(&answer, "mend"),
        [
            "3: objective a: matches no data resource: no Region `eu-centrl-1` was read; did you mean `eu-central-1`?",
            "4: objective b: matches no data resource: no account `1` was read",
        ]
    );
    assert_eq!(remarks(&answer, "notes"), ["5: objective c: no Region `eu-north-1` was read"]);
    let template = project("fixtures/cloudformation/backup.yaml").display().to_string();
    let (_, answer) = checked(&rel9, &[&template]);
    assert_eq!((&answer["policy"], &answer["checked_against"]), (&json!("rel9.yaml"), &json!("cloudformation")), "{answer}");
}

fn init(rel9: &Rel9, arguments: &[&str]) -> Run {
    rel9.run(&[&["init"], arguments].concat())
}

#[test]
fn init_writes_a_policy_that_needs_no_mending() {
    let rel9 = Rel9::new();
    demo::variant(&rel9.home().join("inventory"), |_| true);
    let template = project("fixtures/cloudformation/backup.yaml").display().to_string();
    let terraform = project("fixtures/terraform/shop").display().to_string();
    for input in ["--demo", "inventory", &template, &terraform] {
        init(&rel9, &[input, "--force"]).ended(0).said("rel9 policy check rel9.yaml");
        let (code, answer) = checked(&rel9, &["rel9.yaml", input]);
        assert_eq!((code, &answer["mend"]), (0, &json!([])), "{input}: {answer}");
    }
    init(&rel9, &["--demo", "-o", "demo.yaml"]).ended(0);
    let text = fs::read_to_string(rel9.home().join("demo.yaml")).expect("a file");
    assert!(text.starts_with("# yaml-language-server: $schema=https://"), "{text}");
    for part in ["# - tier: 59 (silver 48, gold 9, bronze 2)", "match: 'resource.tags[\"tier\"] == \"gold\"'", "name: everything-else"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Its examples are right, too.
    let uncommented: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with("  ") || ["restore_automation:", "reproducible:", "waivers:", "rules:"].contains(&rest) => {
                format!("{rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    assert_ne!(uncommented, text);
    let rel9 = rel9.with_files(&[("all.yaml", &uncommented)]);
    let (_, answer) = checked(&rel9, &["all.yaml", "--as-of", "2026-11-22"]);
    let others: Vec<String> = remarks(&answer, "mend").into_iter().filter(|remark| !remark.contains("has these settings anyway")).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn init_without_an_input_writes_a_general_starter() {
    let rel9 = Rel9::new();
    init(&rel9, &[]).ended(0);
    rel9.run(&["policy", "check"]).ended(0);
    let printed = init(&rel9, &["-o", "-", "--as-of", "2026-11-22"]);
    printed.ended(0);
    assert!(printed.stdout.contains("expires: 2027-05-21"), "{printed}");
}

#[test]
fn init_never_replaces_a_file() {
    let rel9 = Rel9::new().with_files(&[("rel9.yaml", "mine")]);
    let read = || fs::read_to_string(rel9.home().join("rel9.yaml")).expect("a file");
    init(&rel9, &["--demo"]).ended(2).said("rel9.yaml: exists already").said("--force");
    assert_eq!(read(), "mine");
    init(&rel9, &["--demo", "--force"]).ended(0);
    assert_ne!(read(), "mine");
    init(&rel9, &["-o", "no/such/folder/p.yaml"]).ended(2).said("no/such/folder/p.yaml: cannot be written");
    // The command that is told next can be copied.
    let rel9 = rel9.with_files(&[("a b/t.yaml", "Resources:\n  T: { Type: AWS::DynamoDB::Table }\n")]);
    init(&rel9, &["a b/t.yaml", "-o", "my policy.yaml"]).ended(0).said("`rel9 policy check 'my policy.yaml' 'a b/t.yaml'`");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", rel9.home().join("link.yaml")).expect("a link");
        init(&rel9, &["-o", "link.yaml"]).ended(2).said("exists already");
    }
}

/// Each file that rel9 can write a schema of has its own address, which `init` names.
#[test]
fn schemas_have_an_address() {
    let rel9 = Rel9::new();
    for name in ["inventory", "findings", "diff", "what-if", "ledger", "rule", "policy", "policy-check"] {
        let schema: Value = serde_json::from_str(&rel9.run(&["schema", name]).ended(0).stdout).expect("a schema");
        let address = schema["$id"].as_str().expect("an address");
        assert_eq!(
            address,
            format!("https://raw.githubusercontent.com/rel9/rel9/v{}/reports/schemas/{name}.json", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn restore_automation_that_matches_nothing() {
    let policy = "version: 1\nobjectives:\n  - { name: rest, match: \"true\" }\nrestore_automation:\n  - { arn: \"arn:aws:states:eu-central-1:111122223333:stateMachine:restore-drill\", match: resource.id == \"nothing\" }\n  - { arn: \"arn:aws:lambda:eu-central-1:111122223333:function:drill\", match: resource.id == \"carts\" }\n  - { arn: \"arn:aws:lambda:eu-central-1:111122223333:function:drill:PROD\", match: resource.id == \"carts\" }\n";
    let rel9 = Rel9::new().with_files(&[("p.yaml", policy)]);
    let (code, answer) = checked(&rel9, &["p.yaml", "--demo"]);
    assert_eq!(code, 1);
    let expected =
        ["5: restore automation restore-drill: matches no data resource", "7: restore automation drill: says the same as line 6"];
    assert_eq!(remarks(&answer, "mend"), expected);
    let document = rel9.judge(&["--demo", "--policy", "p.yaml"]);
    let used = &document.0["audit"]["policy"]["restore_automation"];
    let states: Vec<&Value> = used.as_array().expect("entries").iter().map(|entry| &entry["state"]).collect();
    assert_eq!(states, ["unused", "used", "used"]);
    assert_eq!(used[1]["arn"], "arn:aws:lambda:eu-central-1:111122223333:function:drill");
}
