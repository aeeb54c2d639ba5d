//! `audit.policy` of the findings document: what each entry of the policy file did, and what is not certain of it.

use crate::support::{Document, Rel9, demo, project};
use serde_json::{Value, json};

/// The part of the document.
fn policy_of(document: &Document) -> &Value {
    &document.0["audit"]["policy"]
}

/// State and reason of each entry of a list.
fn states(document: &Document, list: &str) -> Vec<String> {
    let entries = policy_of(document)[list].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    entries.iter().map(|entry| [text(&entry["state"]), text(&entry["why"])].into_iter().flatten().collect::<Vec<_>>().join(": ")).collect()
}

fn judged(policy: &str, arguments: &[&str]) -> Document {
    let rel9 = Rel9::new().with_files(&[("policy.yaml", policy)]);
    rel9.judge(&[&["--policy", "policy.yaml"], arguments].concat())
}

#[test]
fn the_counts_agree_with_the_findings() {
    let document = Rel9::new().judge(&["--demo"]);
    let policy = policy_of(&document);
    assert_eq!(policy["path"], "fixtures/demo/rel9.yaml");
    let objectives = policy["objectives"].as_array().expect("objectives");
    let names: Vec<&Value> = objectives.iter().map(|objective| &objective["name"]).collect();
    assert_eq!(names, ["gold", "silver", "everything-else"], "in the order of the file");
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let of_objectives: u64 = objectives.iter().map(|objective| number(&objective["resources"]) + number(&objective["reproducible"])).sum();
    let coverage = &document.0["summary"]["coverage"];
    let all = of_objectives + number(&policy["no_objective"]) + number(&policy["unknown_objective"]);
    assert_eq!(all, number(&coverage["data_resources"]));
    let exempt: u64 = objectives.iter().map(|objective| number(&objective["reproducible"])).sum();
    assert_eq!(exempt, number(&coverage["reproducible"]));
    // A rule about the objective has a finding for each resource that owes something.
    let gold = document.findings().iter().filter(|finding| {
        finding["rule"] == "data-objective-assigned"
            && finding["message"].as_str().is_some_and(|message| message.contains("objective gold "))
    });
    assert_eq!(gold.count() as u64, number(&objectives[0]["resources"]));

    let waivers = policy["waivers"].as_array().expect("waivers");
    assert_eq!(states(&document, "waivers"), ["used", "used", "ended"]);
    let waived = document.findings().iter().filter(|finding| finding["status"] == "waived").count() as u64;
    assert_eq!(number(&waivers[0]["findings"]) + number(&waivers[1]["findings"]), waived);
    assert_eq!((&waivers[2]["rules"], &waivers[2]["line"]), (&json!(["ebs-volume-encrypted"]), &json!(37)));
    assert_eq!(waivers[2]["findings"], 1, "the finding that fails again");
    assert_eq!(states(&document, "reproducible"), ["used", "used", "ended"]);
}

/// The demo in memory is judged in parallel, its files one after the other.
#[test]
fn shards_add_up_in_any_order() {
    let memory = Rel9::new().judge(&["--demo"]);
    let rel9 = Rel9::new();
    demo::variant(&rel9.home().join("inventory"), |_| true);
    let mut files: Vec<String> = std::fs::read_dir(rel9.home().join("inventory"))
        .expect("a folder")
        .map(|file| format!("inventory/{}", file.expect("a file").file_name().to_string_lossy()))
        .collect();
    files.sort();
    files.reverse();
    let policy = demo::policy();
    let arguments: Vec<&str> = ["--policy", &policy].into_iter().chain(files.iter().map(String::as_str)).collect();
    let document = rel9.judge(&arguments);
    for list in ["objectives", "no_objective", "waivers", "reproducible"] {
        assert_eq!(policy_of(&document)[list], policy_of(&memory)[list], "{list}");
    }
}

const SEVERAL: &str = r#"version: 1
objectives:
  - { name: gold, match: 'resource.tags["tier"] == "gold"' }
  - { name: again, match: 'resource.tags["tier"] in ["gold"]' }
  - { name: tables, match: 'resource.type == "AWS::DynamoDB::Table"' }
reproducible:
  - { match: 'resource.tags["nobody"] == "has"', reason: r, expires: 2027-06-30 }
  - { match: 'resource.type == "AWS::EC2::Volume" && resource.id == "vol-none"', reason: r, expires: 2027-06-30 }
waivers:
  - { rule: ["data-*", ebs-volume-encrypted], match: 'resource.tags["tier"] == "silver"', reason: r, approved_by: a, expires: 2027-06-30 }
  - { rule: data-protected, match: 'resource.tags["tier"] == "silver"', reason: r, approved_by: a, expires: 2027-06-30 }
  - { rule: "ebs-*", match: 'resource.region == "ap-south-1"', reason: r, approved_by: a, expires: 2027-06-30 }
  - { rule: ebs-volume-encrypted, match: 'resource.id == "vol-none"', reason: r, approved_by: a, expires: 2027-06-30 }
  - { rule: s3-bucket-mfa-delete, match: "true", reason: r, approved_by: a, expires: 2027-06-30 }
  - { rule: template-data-deletion-policy, match: "true", reason: r, approved_by: a, expires: 2027-06-30 }
rules:
  s3-bucket-mfa-delete: { enabled: false }
  data-protected: { severity: critical }
"#;

#[test]
fn what_matches_nothing_is_unused_only_when_that_is_certain() {
    let document = judged(SEVERAL, &["--demo"]);
    assert_eq!(states(&document, "objectives"), ["used", "unused", "used"]);
    assert_eq!(states(&document, "reproducible"), ["unused", "unused"]);
    let waivers = states(&document, "waivers");
    assert_eq!(
        waivers,
        [
            "used",
            "unused: another waiver covers the same findings",
            "unused",
            "unused",
            "unused: the policy switches off s3-bucket-mfa-delete",
            "not_reached: template-data-deletion-policy judges templates only"
        ]
    );
    // The volumes of one Region were not listed.
    let rel9 = Rel9::new().with_files(&[("policy.yaml", SEVERAL)]);
    demo::variant(&rel9.home().join("inventory"), |line| {
        if line["operation"] == "DescribeVolumes" && line["region"] == "eu-west-1" {
            line["status"] = json!("denied");
        }
        !(line["type"] == "AWS::EC2::Volume" && line["region"] == "eu-west-1")
    });
    let document = rel9.judge(&["--policy", "policy.yaml", "inventory"]);
    let waivers = states(&document, "waivers");
    assert!(waivers[3].starts_with("unknown: ec2:DescribeVolumes denied in "), "{waivers:?}");
    assert_eq!(waivers[2], "unused", "of another Region");
    let reproducible = states(&document, "reproducible");
    assert!(reproducible.iter().all(|state| state.starts_with("unknown: ec2:DescribeVolumes denied")), "{reproducible:?}");
}

#[test]
fn a_match_on_what_was_not_read_is_unknown() {
    let rel9 = Rel9::new().with_files(&[("policy.yaml", SEVERAL)]);
    demo::variant(&rel9.home().join("inventory"), |line| {
        if line["type"] == "AWS::EFS::FileSystem" {
            line.as_object_mut().expect("a resource").remove("tags");
        }
        true
    });
    let document = rel9.judge(&["--policy", "policy.yaml", "inventory"]);
    let reproducible = states(&document, "reproducible");
    assert!(reproducible[0].starts_with("unknown: "), "{reproducible:?}");
    assert_eq!(reproducible[1], "unused", "no file system is a volume");
    assert_ne!(policy_of(&document)["unknown_objective"], Value::Null);
}

#[test]
fn a_narrowed_audit_claims_nothing_of_what_it_left_out() {
    let document = judged(SEVERAL, &["--demo", "--rule", "data-protected"]);
    let waivers = states(&document, "waivers");
    assert!(waivers[2].starts_with("not_reached: ebs-") && waivers[2].ends_with(" was left out"), "{waivers:?}");
    assert_eq!(waivers[3], "not_reached: ebs-volume-encrypted was left out");
    assert_eq!(states(&document, "reproducible"), ["unused", "unused"], "objectives do not depend on rules");
    let document = judged(SEVERAL, &["--demo", "--tag", "tier=silver"]);
    assert_eq!(states(&document, "reproducible"), ["not_reached: left out by --tag"; 2]);
    assert_eq!(states(&document, "objectives")[0], "not_reached: left out by --tag");
    assert_eq!(states(&document, "waivers")[0], "used");
}

#[test]
fn settings_without_effect() {
    let policy = "version: 1\nrules:\n  rds-instance-retention: { params: { min_days: 7 } }\n  data-protected: { severity: low }\n  efs-automatic-backups: { enabled: false, severity: low }\n";
    let document = judged(policy, &["--demo"]);
    let rules = policy_of(&document)["rules"].as_array().expect("settings");
    let told: Vec<String> = rules.iter().map(|rule| format!("{}: {}: {}", rule["line"], rule["rule"], rule["why"])).collect();
    assert_eq!(
        told,
        [
            "5: \"efs-automatic-backups\": \"the rule is switched off, so its other settings have no effect\"",
            "3: \"rds-instance-retention\": \"the rule has these settings anyway\"",
        ]
    );
}

#[test]
fn templates_too() {
    let template = project("fixtures/cloudformation/backup.yaml").display().to_string();
    let policy = "version: 1\nobjectives:\n  - { name: tables, match: 'resource.type == \"AWS::DynamoDB::Table\"' }\n  - { name: rest, match: \"true\" }\n  - { name: never, match: \"true\" }\nwaivers:\n  - { rule: ebs-volume-encrypted, match: 'resource.id == \"Nothing\"', reason: r, approved_by: a, expires: 2027-06-30 }\n  - { rule: data-backup-jobs-succeed, match: \"true\", reason: r, approved_by: a, expires: 2027-06-30 }\n";
    let document = judged(policy, &[&template, "--as-of", "2026-11-22"]);
    let objectives = policy_of(&document)["objectives"].as_array().expect("objectives");
    let resources: u64 = objectives.iter().filter_map(|objective| objective["resources"].as_u64()).sum();
    assert_eq!(resources, document.0["summary"]["coverage"]["data_resources"].as_u64().expect("a number"));
    assert_eq!(states(&document, "objectives")[1..], ["used", "unused"]);
    assert_eq!(states(&document, "waivers"), ["unused", "not_reached: data-backup-jobs-succeed cannot be judged by templates alone"]);
    // A file that cannot be read may declare anything.
    let rel9 = Rel9::new().with_files(&[
        ("policy.yaml", policy),
        ("stacks/good.yaml", "Resources:\n  Data:\n    Type: AWS::S3::Bucket\n"),
        ("stacks/broken.tf", "resource \"aws_s3_bucket\" {"),
    ]);
    let document = rel9.judge(&["--policy", "policy.yaml", "--as-of", "2026-11-22", "stacks"]);
    assert!(
        states(&document, "objectives")[0].starts_with("unknown: stacks/broken.tf may declare more"),
        "{document:?}",
        document = document.0["audit"]
    );
}

#[test]
fn without_a_policy_file_there_is_no_such_part() {
    let rel9 = Rel9::new();
    demo::variant(&rel9.home().join("inventory"), |_| true);
    assert_eq!(rel9.judge(&["inventory"]).0["audit"]["policy"], Value::Null);
}
