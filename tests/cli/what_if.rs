//! `rel9 what-if`: a deployment changes what its selections, by the tags of the inventory, say that it changes, and nothing else.

use crate::support::{Rel9, Run, demo, project, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

pub const EU: [&str; 4] = ["--account", "111122223333", "--region", "eu-central-1"];

/// A plan that selects by a list of tags, and its settings.
fn by_tags(plan: &str, selection: &str, tags: &[(&str, &str)]) -> String {
    let tags: String = tags
        .iter()
        .map(|(key, value)| format!("          - {{ ConditionType: STRINGEQUALS, ConditionKey: {key}, ConditionValue: {value} }}\n"))
        .collect();
    format!(
        "Resources:
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: {plan}
        BackupPlanRule:
          - RuleName: daily-35d
            TargetBackupVault: main
            ScheduleExpression: cron(0 5 ? * * *)
            StartWindowMinutes: 60
            CompletionWindowMinutes: 240
            Lifecycle: {{ DeleteAfterDays: 35 }}
  Selection:
    Type: AWS::Backup::BackupSelection
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection:
        SelectionName: {selection}
        IamRoleArn: arn:aws:iam::111122223333:role/backup
        ListOfTags:
{tags}"
    )
}

/// A template that protects nothing.
const NOTHING: &str = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n";

/// Runs `rel9 what-if` with these arguments, and reads its document.
pub fn what_if(rel9: &Rel9, arguments: &[&str]) -> (Run, Value) {
    let run = rel9.run(&[&["what-if", "--format", "json"], arguments].concat());
    let document = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("no document ({error}): {run}"));
    (run, document)
}

/// What a group has, by ARN.
fn arns(document: &Value, group: &str) -> BTreeSet<String> {
    let list = document[group].as_array().expect("a list");
    list.iter().map(|changed| text(&changed["resource"]["arn"]).to_owned()).collect()
}

/// The data of the demo that AWS Backup would back up by these tags: computed from the inventory's own lines, and not by rel9.
fn tagged(account: &str, region: &str, tags: &[(&str, &str)]) -> BTreeSet<String> {
    let kinds = [
        "AWS::BackupGateway::VirtualMachine",
        "AWS::EC2::Volume",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBCluster",
        "AWS::DocDB::DBCluster",
        "AWS::Neptune::DBCluster",
        "AWS::DynamoDB::Table",
        "AWS::DSQL::Cluster",
        "AWS::EFS::FileSystem",
        "AWS::EKS::Cluster",
        "AWS::FSx::FileSystem",
        "AWS::FSx::Volume",
        "AWS::Redshift::Cluster",
        "AWS::RedshiftServerless::Namespace",
        "AWS::S3::Bucket",
        "AWS::StorageGateway::Volume",
        "AWS::Timestream::Table",
    ];
    let file = project(&format!("fixtures/demo/{account}.{region}.ndjson"));
    let lines: Vec<Value> =
        fs::read_to_string(file).expect("the demo").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let has = |resource: &Value| tags.iter().any(|(key, value)| resource["tags"][*key] == *value);
    let data = lines.iter().filter(|line| line["kind"] == "resource" && kinds.contains(&line["type"].as_str().unwrap_or_default()));
    // A member of a cluster is backed up with it. Data that owes no backup is not compared.
    let counted = |resource: &&Value| {
        let properties = &resource["properties"];
        // FSx backs up the volumes of ONTAP, and no Lustre file system that is scratch or linked to a bucket.
        let elsewhere = properties["file_system_type"] == "ONTAP"
            || properties["deployment_type"].as_str().is_some_and(|kind| kind.starts_with("SCRATCH"))
            || properties["data_repositories"].as_array().is_some_and(|links| !links.is_empty())
            || properties["svm_root"] == true;
        properties["cluster_id"].is_null() && resource["tags"]["data"].is_null() && !elsewhere
    };
    let by_tag = data.clone().filter(counted).filter(|resource| has(resource));
    let mut found: BTreeSet<String> = by_tag.map(|resource| text(&resource["arn"]).to_owned()).collect();
    // The backup of an instance has the volumes that are attached to it.
    let instances: BTreeSet<&str> =
        lines.iter().filter(|line| line["type"] == "AWS::EC2::Instance" && has(line)).map(|line| text(&line["id"])).collect();
    for volume in data.filter(|line| line["type"] == "AWS::EC2::Volume" && line["tags"]["data"].is_null()) {
        let attached = volume["properties"]["attachments"].as_array().into_iter().flatten();
        if attached.into_iter().any(|attachment| instances.contains(attachment["instance_id"].as_str().unwrap_or_default())) {
            found.insert(text(&volume["arn"]).to_owned());
        }
    }
    found
}

#[test]
fn a_plan_by_tag_gains_exactly_the_tagged_resources() {
    let rel9 = Rel9::new().with_files(&[("plan.yaml", &by_tags("silver", "silver", &[("tier", "silver")]))]);
    let (run, document) = what_if(&rel9, &[&["--demo", "--plan", "plan.yaml"], &EU[..]].concat());
    run.ended(0);
    let tagged = tagged("111122223333", "eu-central-1", &[("tier", "silver")]);
    let gained = arns(&document, "gained");
    let touched: BTreeSet<String> = gained.union(&arns(&document, "moved")).cloned().collect();
    assert!(gained.len() >= 5, "{gained:?}");
    assert_eq!(touched, tagged, "the selection reaches what has the tag, whether or not another plan does");
    for changed in document["gained"].as_array().expect("a list") {
        let way = &changed["gains"][0];
        assert_eq!((&way["name"], &way["planned"]), (&Value::from("silver"), &Value::from(true)));
        let rule = &way["rules"][0];
        assert_eq!(rule["interval_seconds"], 86_400);
        assert_eq!(rule["retention_days"], 35);
        assert_eq!(rule["first_run_at"], "2026-11-23T05:00:00Z");
        assert_ne!(changed["before"]["state"].as_str().map(|_| changed["gains"].as_array().map(Vec::len)), Some(Some(0)));
    }
    // Nothing has run: what had no backup is selected, and not protected.
    let (before, after) = (&document["coverage"]["before"], &document["coverage"]["after"]);
    assert_eq!(before["protected"], after["protected"]);
    assert!(document["lost"].as_array().expect("a list").is_empty());
    // The resources that the plan misses say which tag they lack.
    let missed = document["still_unprotected"].as_array().expect("a list");
    let sessions = missed.iter().find(|changed| changed["resource"]["id"] == "sessions").expect("an unprotected table");
    let why = text(&sessions["missed_by"][0]["why"]);
    assert!(why.contains("tier=silver") && why.contains("tier=bronze"), "{why}");
}

#[test]
fn a_tag_that_leaves_a_selection_loses_exactly_what_it_selected() {
    let kept = by_tags("daily", "daily-selection", &[("backup", "weekly")]);
    let same = by_tags("daily", "daily-selection", &[("backup", "daily")]);
    let rel9 = Rel9::new().with_files(&[("kept.yaml", &kept), ("same.yaml", &same)]);
    let (run, document) = what_if(&rel9, &[&["--demo", "--plan", "kept.yaml"], &EU[..]].concat());
    run.ended(1);
    let all_lost = arns(&document, "lost").len();
    assert_eq!(arns(&document, "lost"), tagged("111122223333", "eu-central-1", &[("backup", "daily")]));
    assert!(arns(&document, "gained").is_empty());
    let replaced: Vec<&str> = document["changes"].as_array().expect("a list").iter().map(|change| text(&change["change"])).collect();
    assert_eq!(replaced, ["replaced", "replaced"]);
    // The same plan and selection change nothing but what they leave out: the copies.
    let (run, document) = what_if(&rel9, &[&["--demo", "--plan", "same.yaml"], &EU[..]].concat());
    run.ended(0);
    assert!(arns(&document, "lost").is_empty() && arns(&document, "gained").is_empty());
    let worse: BTreeSet<&str> = document["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|change| change["worse"] == true)
        .map(|change| text(&change["rule"]))
        .collect();
    assert!(worse.contains("backup-plan-cross-region-copy"), "{worse:?}");
    assert!(worse.iter().all(|rule| rule.contains("cop")), "nothing but copies: {worse:?}");
    // What is lost comes first, and red, if the terminal has colours.
    let shown = rel9.run(&[&["what-if", "--demo", "--plan", "kept.yaml"], &EU[..]].concat());
    let (lost, other) = (shown.stdout.find("LOSE their backups").expect("a title"), shown.stdout.find("stay without").expect("a title"));
    assert!(lost < other);
    let coloured = Rel9::new().env("FORCE_COLOR", "1").with_files(&[("kept.yaml", &kept)]);
    let shown = coloured.run(&[&["what-if", "--demo", "--plan", "kept.yaml"], &EU[..]].concat());
    assert!(shown.stdout.contains(&format!("\u{1b}[1;31m{all_lost} resources: LOSE their backups\u{1b}[0m")), "{shown}");
}

#[test]
fn stacks_with_the_same_logical_ids_keep_their_own_selections() {
    let (one, other) = (by_tags("one", "one", &[("tier", "silver")]), by_tags("other", "other", &[("backup", "search")]));
    let rel9 = Rel9::new().with_files(&[("one.yaml", &one), ("other.yaml", &other)]);
    let (_, document) = what_if(&rel9, &[&["--demo", "--plan", "one.yaml", "--plan", "other.yaml"], &EU[..]].concat());
    let (_, alone) = what_if(&rel9, &[&["--demo", "--plan", "one.yaml"], &EU[..]].concat());
    assert_eq!(arns(&document, "gained"), arns(&alone, "gained"), "nothing there has the tag of the other");
    for changed in document["gained"].as_array().expect("a list") {
        let ways: Vec<&str> = changed["gains"].as_array().expect("ways").iter().map(|way| text(&way["name"])).collect();
        assert_eq!(ways, ["one"]);
    }
}

#[test]
fn a_plan_that_keeps_no_selection_loses_what_its_selections_selected() {
    let alone = by_tags("daily", "x", &[("a", "b")]);
    let alone = &alone[..alone.find("  Selection:").expect("a selection")];
    let rel9 = Rel9::new().with_files(&[("alone.yaml", alone)]);
    let (run, document) = what_if(&rel9, &[&["--demo", "--plan", "alone.yaml"], &EU[..]].concat());
    run.ended(1);
    assert_eq!(arns(&document, "lost"), tagged("111122223333", "eu-central-1", &[("backup", "daily")]));
    let kinds: Vec<&str> = document["changes"].as_array().expect("a list").iter().map(|change| text(&change["change"])).collect();
    assert!(kinds.contains(&"removed"), "{kinds:?}");
}

#[test]
fn opt_in_and_other_regions_stay_out() {
    // The Region is opted out of EFS: a selection by tag does not reach the file system.
    let plan = by_tags("search", "search", &[("team", "search"), ("backup", "search"), ("env", "prod")]);
    let rel9 = Rel9::new().with_files(&[("plan.yaml", &plan)]);
    let (_, document) = what_if(&rel9, &["--demo", "--plan", "plan.yaml", "--account", "111122223333", "--region", "eu-west-1"]);
    let blocked = document["still_unprotected"].as_array().expect("a list");
    let blocked = blocked.iter().find(|changed| changed["resource"]["id"] == "fs-0d00000000000001").expect("the file system");
    assert!(
        blocked["missed_by"].as_array().expect("misses").iter().any(|miss| text(&miss["why"]).contains("opt-in for EFS is off")),
        "{blocked}"
    );
    let elsewhere = |group: &str| arns(&document, group).iter().any(|arn| arn.contains("eu-central-1") || arn.contains("444455556666"));
    assert!(!["gained", "moved", "lost"].iter().any(|group| elsewhere(group)), "a plan is of one account and Region");
    let places = &document["places"];
    assert_eq!(places, &serde_json::json!([{ "account": "111122223333", "region": "eu-west-1" }]));
    // A provider that names a Region decides, whatever the inventory has.
    let terraform = r#"
provider "aws" { region = "us-east-1" }
resource "aws_backup_vault" "main" { name = "main" }
resource "aws_backup_plan" "all" {
  name = "all"
  rule {
    rule_name         = "daily"
    target_vault_name = "main"
    schedule          = "cron(0 5 ? * * *)"
  }
}
resource "aws_backup_selection" "all" {
  plan_id      = aws_backup_plan.all.id
  name         = "all"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = ["*"]
}
"#;
    let rel9 = Rel9::new().with_files(&[("tf/main.tf", terraform)]);
    let (_, document) = what_if(&rel9, &["--demo", "--plan", "tf"]);
    let gained = arns(&document, "gained");
    assert!(!gained.is_empty());
    let in_place: BTreeSet<&str> =
        document["gained"].as_array().expect("a list").iter().map(|changed| text(&changed["resource"]["region"])).collect();
    assert_eq!(in_place, BTreeSet::from(["us-east-1"]));
}

#[test]
fn what_a_template_leaves_open_is_not_known() {
    let open = by_tags("open", "open", &[("tier", "!Ref Tier")]).replace(
        "{ ConditionType: STRINGEQUALS, ConditionKey: tier, ConditionValue: !Ref Tier }",
        "ConditionType: STRINGEQUALS\n            ConditionKey: tier\n            ConditionValue: !Ref Tier",
    );
    let open = format!("Parameters:\n  Tier: {{ Type: String }}\n{open}");
    let rel9 = Rel9::new().with_files(&[("open.yaml", &open), ("tier.json", r#"{"Tier":"silver"}"#)]);
    let (run, document) = what_if(&rel9, &[&["--demo", "--plan", "open.yaml"], &EU[..]].concat());
    run.ended(0);
    assert!(arns(&document, "gained").is_empty(), "never a false yes");
    let unknown = arns(&document, "unknown");
    assert!(unknown.contains("arn:aws:rds:eu-central-1:111122223333:cluster:shop-content"), "{unknown:?}");
    let reasons =
        document["unknown"].as_array().expect("a list").iter().flat_map(|changed| changed["unknown_because"].as_array().expect("reasons"));
    assert!(reasons.clone().count() > 0 && reasons.map(text).all(|reason| !reason.is_empty()));
    // The value settles it.
    let (_, settled) = what_if(&rel9, &[&["--demo", "--plan", "open.yaml", "--parameters", "tier.json"], &EU[..]].concat());
    assert!(arns(&settled, "gained").contains("arn:aws:rds:eu-central-1:111122223333:cluster:shop-content"));
    // An existing selection that becomes open may lose what it selects: exit code 3.
    let replaced =
        open.replace("BackupPlanName: open", "BackupPlanName: daily").replace("SelectionName: open", "SelectionName: daily-selection");
    let rel9 = Rel9::new().with_files(&[("replaced.yaml", &replaced)]);
    let (run, document) = what_if(&rel9, &[&["--demo", "--plan", "replaced.yaml"], &EU[..]].concat());
    let perhaps = document["summary"]["perhaps_lost"].as_u64().expect("a count");
    assert!(perhaps > 0);
    assert!(arns(&document, "lost").iter().all(|arn| !arns(&document, "unknown").contains(arn)));
    run.ended(if document["summary"]["lost"] == 0 { 3 } else { 1 });
    // A file that cannot be read may declare anything.
    let rel9 = Rel9::new()
        .with_files(&[("all/plan.yaml", &by_tags("x", "x", &[("no", "one")])), ("all/broken.tf", "resource \"aws_backup_plan\" {{{")]);
    let (run, document) = what_if(&rel9, &[&["--demo", "--plan", "all"], &EU[..]].concat());
    run.said("broken.tf");
    let out = document["still_unprotected"].as_array().expect("a list");
    assert!(out.iter().all(|changed| changed["keeps"].is_array()), "what nothing reaches may be reached by what was not read");
    assert!(!arns(&document, "unknown").is_empty());
}

#[test]
fn a_template_without_plans_changes_nothing() {
    let rel9 = Rel9::new().with_files(&[("nothing.yaml", NOTHING)]);
    let check = |document: &Value| {
        for group in ["lost", "gained", "moved", "findings", "changes"] {
            assert!(document[group].as_array().expect("a list").is_empty(), "{group}: {}", document[group]);
        }
        assert_eq!(document["coverage"]["before"], document["coverage"]["after"]);
        assert_eq!(document["coverage"]["expected_percent"], document["coverage"]["after"]["percent"]);
    };
    let (run, document) = what_if(&rel9, &["--demo", "--plan", "nothing.yaml"]);
    run.ended(0);
    check(&document);
    // So with other inventories: without one line in every seven, each time another one.
    for skipped in 0..7 {
        let folder = rel9.home().join(format!("inventory-{skipped}"));
        let mut number = 0;
        demo::variant(&folder, |line| {
            number += 1;
            line["kind"] == "header" || number % 7 != skipped
        });
        let policy = demo::policy();
        let (run, document) = what_if(&rel9, &[folder.to_str().expect("a path"), "--plan", "nothing.yaml", "--policy", &policy]);
        run.ended(0);
        check(&document);
    }
}

#[test]
fn the_coverage_is_that_of_the_audit() {
    let rel9 = Rel9::new().with_files(&[("nothing.yaml", NOTHING)]);
    let (_, document) = what_if(&rel9, &["--demo", "--plan", "nothing.yaml"]);
    assert_eq!(document["coverage"]["before"], rel9.judge(&["--demo"]).0["summary"]["coverage"]);
    let counts = &document["summary"];
    let sum: u64 = ["lost", "gained", "moved", "unknown", "still_unprotected", "unaffected", "exempt"]
        .iter()
        .map(|group| counts[*group].as_u64().expect("a count"))
        .sum();
    assert_eq!(document["coverage"]["before"]["data_resources"], sum, "each resource is in one group");
}

#[test]
fn wrong_usage_ends_with_2() {
    let plan = by_tags("x", "x", &[("a", "b")]);
    let rel9 = Rel9::new().with_files(&[("plan.yaml", &plan)]);
    for (arguments, words) in [
        (&["--demo"][..], "--plan"),
        (&["--plan", "plan.yaml"], "INVENTORY"),
        (&["--demo", "--plan", "missing.yaml"], "missing.yaml"),
        (&["--demo", "--plan", "-"], "as a file"),
        (&["plan.yaml", "--plan", "plan.yaml"], "is no inventory"),
        (&["--demo", "--plan", "plan.yaml", "--region", "mars-1"], "does not have mars-1"),
    ] {
        rel9.run(&[&["what-if"], arguments].concat()).ended(2).said(words);
    }
}
