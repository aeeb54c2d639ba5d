//! `rel9 explain`: the smallest change does what it says, on the demo and on many variations of it: it is made in the inventory, which is then
//! audited again.

use crate::support::demo::{policy, variant};
use crate::support::{Rel9, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// Variations of the demo, by what they change of each line; `false` leaves it out.
type Edit = fn(&mut Value) -> bool;

const VARIATIONS: &[(&str, Edit)] = &[
    ("the demo itself", |_| true),
    ("nothing is selected by tag", |line| {
        if line["type"] == "AWS::Backup::BackupSelection" {
            line["properties"]["list_of_tags"] = json!([{"key": "tier", "value": "platinum"}]);
            line["properties"]["resources"] = json!([]);
        }
        true
    }),
    ("everything in two conditions", |line| {
        if line["type"] == "AWS::Backup::BackupSelection" {
            line["properties"]["list_of_tags"] = json!([]);
            line["properties"]["resources"] = json!(["*"]);
            line["properties"]["conditions"]["string_equals"] =
                json!([{"key": "backup", "value": "yes"}, {"key": "owner", "value": "ada"}]);
        }
        true
    }),
    ("a tag like a pattern, and one that must be absent", |line| {
        if line["type"] == "AWS::Backup::BackupSelection" {
            line["properties"]["list_of_tags"] = json!([]);
            line["properties"]["resources"] = json!(["*"]);
            line["properties"]["conditions"]["string_like"] = json!([{"key": "aws:ResourceTag/backup", "value": "day*"}]);
            line["properties"]["conditions"]["string_not_equals"] = json!([{"key": "env", "value": "sandbox"}]);
        }
        true
    }),
    ("every opt-in is off", |line| {
        if line["type"] == "AWS::Region" {
            line["properties"]["opt_in"].as_object_mut().expect("opt-ins").values_mut().for_each(|on| *on = json!(false));
        }
        true
    }),
    ("the objective changes with the tag", |line| {
        if line["type"] == "AWS::Backup::BackupSelection" {
            line["properties"]["list_of_tags"] = json!([{"key": "tier", "value": "gold"}]);
        }
        true
    }),
    ("the tag exempts", |line| {
        if line["type"] == "AWS::Backup::BackupSelection" {
            line["properties"]["list_of_tags"] = json!([{"key": "data", "value": "cache"}]);
        }
        true
    }),
    ("no plan has a rule", |line| {
        if line["type"] == "AWS::Backup::BackupPlan" {
            line["properties"]["rules"] = json!([]);
        }
        true
    }),
];

/// The findings document of an inventory, with the statuses by rule of one resource.
fn statuses(document: &Value, arn: &str, status: &str) -> BTreeSet<String> {
    let of = |finding: &&Value| finding["resource"]["arn"] == arn && finding["status"] == status;
    document["findings"].as_array().expect("findings").iter().filter(of).map(|finding| text(&finding["rule"]).to_owned()).collect()
}

fn audited(rel9: &Rel9, folder: &Path) -> Value {
    rel9.judge(&[&folder.to_string_lossy(), "--policy", &policy()]).0
}

#[test]
fn every_smallest_change_makes_the_rules_pass_that_it_names() {
    let rel9 = Rel9::new();
    let (mut tried, mut kinds) = (0, BTreeSet::new());
    for (number, (name, edit)) in VARIATIONS.iter().enumerate() {
        let folder = rel9.home().join(format!("before-{number}"));
        variant(&folder, edit);
        let before = audited(&rel9, &folder);
        let failing = before["findings"].as_array().expect("findings").iter().filter(|finding| {
            finding["status"] == "fail"
                && ["data-in-backup-plan", "data-protected", "data-opt-in-not-blocked"].contains(&text(&finding["rule"]))
        });
        let arns: BTreeSet<&str> = failing.map(|finding| text(&finding["resource"]["arn"])).collect();
        for (place, arn) in arns.into_iter().enumerate() {
            let arguments = ["explain", "--format", "json", arn, &folder.to_string_lossy(), "--policy", &policy()].map(str::to_owned);
            let run = rel9.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            let found: Value = serde_json::from_str(&run.ended(0).stdout).expect("an explanation");
            let change = &found["change"];
            if change["tested"] != true {
                continue;
            }
            let changed = rel9.home().join(format!("after-{number}-{place}"));
            variant(&changed, |line| {
                let keep = edit(line);
                if line["arn"] == arn {
                    for (key, value) in change["tags"].as_object().into_iter().flatten() {
                        line["tags"][key] = value.clone();
                    }
                }
                if let Some(name) = change["opt_in"].as_str()
                    && line["type"] == "AWS::Region"
                    && ["account", "region"].iter().all(|part| line[*part] == found["resource"][*part])
                {
                    line["properties"]["opt_in"][name] = json!(true);
                }
                keep
            });
            let after = audited(&rel9, &changed);
            let (failed, passes) = (statuses(&before, arn, "fail"), statuses(&after, arn, "pass"));
            let told: BTreeSet<String> = change["passes"].as_array().expect("rules").iter().map(|rule| text(rule).to_owned()).collect();
            assert!(!told.is_empty(), "{name}: {arn}: {change}");
            assert_eq!(told, failed.intersection(&passes).cloned().collect(), "{name}: {arn}: {change}");
            // What the change costs is told, too.
            let worse: Vec<String> = statuses(&after, arn, "fail").difference(&failed).cloned().collect();
            let then = change["then"].to_string();
            assert!(worse.iter().all(|rule| then.contains(rule.as_str())), "{name}: {arn}: {worse:?} fail then: {change}");
            // Nothing is exempt that was not.
            let exempt = |document: &Value| {
                document["reproducible"].as_array().is_some_and(|all| all.iter().any(|data| data["resource"]["arn"] == arn))
            };
            assert!(!exempt(&after), "{name}: {arn}: {change}");
            kinds.insert(text(&change["kind"]).to_owned());
            tried += 1;
        }
    }
    println!("{tried} changes were made and audited again");
    assert!(tried >= 30, "only {tried} changes were tried");
    assert_eq!(kinds, ["opt_in", "tags"].map(str::to_owned).into());
}
