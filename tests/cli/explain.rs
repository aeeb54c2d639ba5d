//! `rel9 explain`: what it says of resources of every state, by every name, from every kind of input; and that its smallest change helps.

use crate::support::demo::{policy, variant};
use crate::support::{Rel9, project, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The text with every run of spaces and line ends as one space.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn explained(rel9: &Rel9, arguments: &[&str]) -> Value {
    let run = rel9.run(&[&["explain", "--format", "json"], arguments].concat());
    serde_json::from_str(&run.ended(0).stdout).unwrap_or_else(|error| panic!("no explanation ({error}): {run}"))
}

/// ARNs of the demo's data that `data-protected` fails, or that its waiver covers.
fn unprotected(rel9: &Rel9) -> Vec<String> {
    let document = rel9.judge(&["--demo", "--rule", "data-protected"]);
    let failing = document.findings().iter().filter(|finding| ["fail", "waived"].contains(&text(&finding["status"])));
    failing.map(|finding| text(&finding["resource"]["arn"]).to_owned()).collect()
}

/// A cache that nobody asks to back up, in an inventory of its own.
#[test]
fn a_cache_that_is_no_data_is_explained() {
    let rel9 = Rel9::new();
    let cache = json!({"kind": "resource", "type": "AWS::ElastiCache::ReplicationGroup", "account": "111122223333", "region": "us-east-1",
        "arn": "arn:aws:elasticache:us-east-1:111122223333:replicationgroup:pages", "id": "pages", "created_at": "2026-01-01T00:00:00Z", "tags": {},
        "properties": {"status": "available", "engine": "valkey", "encrypted": true, "kms_key_arn": null, "key_manager": "aws_owned",
            "key_state": null, "backup_retention_days": 0, "snapshot_window": null, "durability": "disabled", "global_role": null, "members": []}});
    let coverage = ["DescribeReplicationGroups", "DescribeSnapshots"].map(|operation| {
        json!({"kind": "coverage", "account": "111122223333", "region": "us-east-1", "service": "elasticache", "operation": operation, "status": "ok", "items": 1, "error": null})
    });
    let header = json!({"kind": "header", "schema": "rel9.inventory/1", "captured_at": "2026-11-22T07:00:00Z", "source": "test"});
    let lines: Vec<String> = [header, cache].iter().chain(&coverage).map(Value::to_string).collect();
    std::fs::write(rel9.home().join("cache.ndjson"), lines.join("\n")).expect("a file");
    let run = rel9.run(&["explain", "pages", "cache.ndjson"]);
    let said = flat(&run.ended(0).stdout);
    assert!(
        said.contains("rules about data do not judge it: no backup plan, no objective that names it and no backups of its own reach it"),
        "{said}"
    );
}

/// A resource of the demo, and what its explanation must say.
const DEMO: &[(&str, &[&str])] = &[
    (
        "sessions",
        &[
            "UNPROTECTED: no backup plan selects it",
            "- plan daily, selection daily-selection: tag backup=daily is required, the resource has no tag backup",
            "Resources does not name it: arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0c1d2e3f",
            "add tag backup=daily: backup plan daily (selection daily-selection) then selects it",
            "Tested: rel9 judged it again with this change, and it passes data-in-backup-plan",
            "CRITICAL Data has no backup to restore from · data-protected",
            "objective everything-else of fixtures/demo/rel9.yaml:18",
        ],
    ),
    ("search-log", &["UNPROTECTED", "tag backup=search is required, the resource has no tag backup", "add tag backup=search"]),
    (
        "shop-orders",
        &[
            "PROTECTED: protected on schedule: automated backups can restore a moment 4 min ago",
            "+ plan daily, selection daily-selection: tag backup=daily selects it",
            "objective gold of fixtures/demo/rel9.yaml:5 RPO 1 d 12 h, RTO 1 h, retention 14 d, a restore test every 90 d",
            "backup plan daily, rule daily-35d: every 1 d, kept 35 d; last 2026-11-22 05:12 UTC, 1 h 48 min old, at most 1 d 1 h allowed",
            "Backups (the newest 10 of 20)",
            "AWS Backup, encrypted with key/11112222-0012-4b1d-9c55-0a1b2c3d4e5f, locked, vault main, kept until 2026-12-27",
            "in 777788889999/eu-central-1 (other account), locked, encrypted, seen as recovery point",
            "succeeded, took 48 min, validated, restore job restore-",
            "backup at 2026-11-22 07:00 UTC: DescribeRegionSettings",
        ],
    ),
    ("fraud-model", &["RESTORABLE ONLY: restorable only from a manual snapshot", "the resource has backup=manual", "add tag dlm=hourly"]),
    ("vol-0ae00000000000002", &["RESTORABLE ONLY", "target tag dlm=hourly is required, the resource has no tag dlm"]),
    (
        "uploads",
        &[
            "STALE: the newest restorable moment",
            "+ plan weekly-files, selection weekly-files-selection: Resources names its ARN",
            "old, at most 7 d 1 h allowed: late",
        ],
    ),
    ("search-config", &["STALE: the newest restorable moment, of automated backups, is 9 h old", "tag backup=search is required"]),
    ("search-node-4", &["SELECTED, NOT PROTECTED: backup plan search-files selects it", "tag backup=search selects it", "no backup yet"]),
    (
        "search-synonyms",
        &[
            "BLOCKED BY OPT-IN",
            "tag backup=search selects it, but the Region's opt-in for EFS is off",
            "opt eu-west-1 in for EFS: backup plan search-files then backs it up",
            "aws backup update-region-settings --resource-type-opt-in-preference EFS=true --region eu-west-1",
        ],
    ),
    ("notebook", &["UNPROTECTED", "condition env != sandbox is not met, the resource has env=sandbox", "it was exempt until 2026-10-31"]),
    (
        "nordwind-analytics-sandbox",
        &["UNPROTECTED", "condition backup=daily is not met, the resource has no tag backup", "add tag backup=daily"],
    ),
    ("nordwind-us-landing", &["UNPROTECTED", "its account and Region have no backup plan", "aws backup start-backup-job"]),
    ("forgotten-experiment", &["UNPROTECTED", "its account and Region have no backup plan"]),
    (
        "us-newsletter",
        &["UNKNOWN: dynamodb:ListBackups denied in 111122223333/us-east-1", "let rel9 read what it could not: dynamodb:ListBackups denied"],
    ),
    (
        "carts-drill",
        &["EXEMPT: its data can be rebuilt", "left over from a restore test, until 2026-12-31 (declared in fixtures/demo/rel9.yaml:24)"],
    ),
    ("shop-orders-replica", &["EXEMPT: its data can be rebuilt", "(by its own settings)"]),
    (
        "shop-staging",
        &["UNPROTECTED", "WAIVED (critical)", "waived until 2027-03-31 by Head of Platform: staging is filled from production every week"],
    ),
    ("order-queue", &["PROTECTED", "+ DLM policy policy-0123456789abcdef0: target tag dlm=hourly selects it"]),
    ("kafka-1", &["PROTECTED", "the entry * of Resources names it, and it meets every condition"]),
    ("shop-core", &["AWS::RDS::DBCluster", "PROTECTED", "tag backup=daily selects it", "Restorable: any moment from"]),
    ("nordwind-invoices", &["AWS::S3::Bucket", "versioning: continuous", "a replica is no backup"]),
    ("i-0aa00000000000003", &["AWS::EC2::Instance", "its volumes hold its data", "every volume of the instance is"]),
    (
        "arn:aws:backup:eu-central-1:111122223333:backup-vault:main",
        &["AWS::Backup::BackupVault", "locked: yes", "restorable_points: 422", "9 pass"],
    ),
    ("11112222-0012-4b1d-9c55-0a1b2c3d4e5f", &["AWS::KMS::Key", "pass"]),
];

#[test]
fn resources_of_every_state_name_the_deciding_fact() {
    let rel9 = Rel9::new().env("COLUMNS", "120");
    for (resource, expected) in DEMO {
        let run = rel9.run(&["explain", resource, "--demo"]);
        let said = flat(&run.ended(0).stdout);
        for words in *expected {
            assert!(said.contains(words), "{resource}: {words:?} is not in\n{run}");
        }
        assert!(run.stdout.lines().all(|line| line.chars().count() <= 120), "{run}");
    }
}

#[test]
fn plans_that_are_said_to_reach_data_are_those_that_select_it() {
    let document = Rel9::new().judge(&["--demo", "--rule", "data-protected"]);
    let mut reached = 0;
    for finding in document.findings() {
        let evidence = &finding["evidence"];
        let (Some(plans), Some(considered)) = (evidence["protection.plans"].as_array(), evidence["protection.considered"].as_array())
        else {
            continue;
        };
        let plans: BTreeSet<&str> =
            plans.iter().filter(|plan| plan["opt_in_blocked"] == false).map(|plan| text(&plan["plan_arn"])).collect();
        let of_plans = considered.iter().filter(|entry| entry["kind"] == "backup_plan" && entry["reaches"] == true);
        let of_plans: BTreeSet<&str> = of_plans.map(|entry| text(&entry["arn"])).collect();
        assert_eq!(plans, of_plans, "{finding}");
        reached += of_plans.len();
        let order: Vec<Option<bool>> = considered.iter().map(|entry| entry["reaches"].as_bool()).collect();
        assert!(order.is_sorted_by_key(|reaches| *reaches != Some(true)), "those that reach it come first: {finding}");
        assert!(considered.iter().all(|entry| !text(&entry["why"]).is_empty()), "{finding}");
        assert_eq!(evidence["protection.considered_count"], considered.len());
    }
    assert!(reached > 20, "{reached}");
}

#[test]
fn the_smallest_change_does_what_it_says() {
    let rel9 = Rel9::new();
    let mut tested = 0;
    for arn in unprotected(&rel9) {
        let found = explained(&rel9, &[&arn, "--demo"]);
        let change = &found["change"];
        if change["tested"] != true {
            continue;
        }
        let place = (found["resource"]["account"].clone(), found["resource"]["region"].clone());
        let folder = rel9.home().join(format!("changed-{tested}"));
        variant(&folder, |line| {
            if line["arn"] == arn.as_str() {
                for (key, value) in change["tags"].as_object().into_iter().flatten() {
                    line["tags"][key] = value.clone();
                }
            }
            if let Some(name) = change["opt_in"].as_str()
                && line["type"] == "AWS::Region"
                && (line["account"].clone(), line["region"].clone()) == place
            {
                line["properties"]["opt_in"][name] = json!(true);
            }
            true
        });
        let folder = folder.to_string_lossy().into_owned();
        let policy = policy();
        let arguments = [folder.as_str(), "--policy", policy.as_str()];
        let after = explained(&rel9, &[&[arn.as_str()][..], &arguments].concat());
        let document = rel9.judge(&[&arguments[..], &["--resource", &arn]].concat());
        for rule in change["passes"].as_array().expect("rules") {
            assert_ne!(document.status(text(rule), &arn), "fail", "{arn}: {change}");
        }
        let reaches = after["protection"]["considered"].as_array().expect("plans").iter().any(|entry| entry["reaches"] == true);
        assert!(reaches, "{arn}: {change} does not help: {}", after["protection"]["considered"]);
        assert_ne!(after["state"], found["state"], "{arn}");
        tested += 1;
    }
    assert!(tested >= 4, "only {tested} changes were tried");
}

#[test]
fn no_change_defeats_an_exclusion() {
    let rel9 = Rel9::new();
    // The condition leaves sandboxes out on purpose.
    assert_eq!(explained(&rel9, &["notebook", "--demo"])["change"]["kind"], "fix");
    // `NotResources` still excludes the table, whatever its tags are.
    let folder = rel9.home().join("excluded");
    variant(&folder, |line| {
        if line["type"] == "AWS::Backup::BackupSelection" && line["name"] == "daily-selection" {
            line["properties"]["not_resources"] = json!(["arn:aws:dynamodb:*:*:table/sessions"]);
        }
        true
    });
    let found = explained(&rel9, &["sessions", &folder.to_string_lossy(), "--policy", &policy()]);
    assert_eq!(found["change"]["kind"], "fix", "{}", found["change"]);
    let why = text(&found["protection"]["considered"][0]["why"]).to_owned()
        + text(&found["protection"]["considered"][1]["why"])
        + text(&found["protection"]["considered"][2]["why"]);
    assert!(why.contains("the entry arn:aws:dynamodb:*:*:table/sessions of NotResources excludes it"), "{why}");
}

#[test]
fn every_name_of_a_resource_finds_it() {
    let rel9 = Rel9::new();
    let arn = "arn:aws:ec2:eu-central-1:111122223333:volume/vol-0ae00000000000001";
    for name in [arn, "vol-0ae00000000000001", "volume/vol-0ae00000000000001", "fraud-model"] {
        assert_eq!(explained(&rel9, &[name, "--demo"])["resource"]["arn"], arn, "{name}");
    }
}

#[test]
fn a_name_that_nothing_or_too_much_has_lists_the_nearest() {
    let rel9 = Rel9::new();
    let nothing = rel9.run(&["explain", "sesions", "--demo"]);
    nothing
        .ended(2)
        .said("no resource has the ARN, id or name sesions; the nearest:\n  arn:aws:dynamodb:eu-central-1:111122223333:table/sessions");
    rel9.run(&["explain", "nordwnd", "--demo"]).ended(2).said("arn:aws:s3:::nordwind-");
    rel9.run(&["explain", "!", "--demo"]).ended(2).said("no resource has the ARN, id or name !: give its ARN, id or name");
    let several = rel9.run(&["explain", "eu-central-1", "--demo"]);
    several.ended(2).said("3 resources have the name eu-central-1: give the ARN of one:");
    several.said("arn:aws:account:eu-central-1:444455556666:region (AWS::Region)");
    rel9.run(&["audit", "--demo", "--fail-on", "never", "--allow-incomplete", "--format", "json=demo.json"]).ended(0);
    rel9.run(&["explain", "sesions", "demo.json"]).ended(2).said("table/sessions (AWS::DynamoDB::Table)");
    rel9.run(&["explain", "sessions", "demo.json", "demo.json"]).ended(2).said("a findings document is explained alone");
}

#[test]
fn every_kind_of_input_gives_the_same_explanation() {
    let rel9 = Rel9::new();
    let policy = policy();
    let folder = project("fixtures/demo").to_string_lossy().into_owned();
    rel9.run(&["audit", &folder, "--policy", &policy, "--fail-on", "never", "--allow-incomplete", "--format", "json=findings.json"])
        .ended(0);
    for resource in ["sessions", "shop-orders", "search-synonyms", "us-newsletter", "carts-drill", "shop-staging"] {
        let mut demo = explained(&rel9, &[resource, "--demo"]);
        let mut inventory = explained(&rel9, &[resource, &folder, "--policy", &policy]);
        for found in [&mut demo, &mut inventory] {
            found["source"] = json!("");
            // The policy file has another path.
            let text = found.to_string().replace(&policy, "fixtures/demo/rel9.yaml");
            *found = serde_json::from_str(&text).expect("JSON");
        }
        assert_eq!(demo, inventory, "{resource}");
        // A findings document quotes the same facts.
        let stored = explained(&rel9, &[resource, "findings.json"]);
        for part in ["state", "explanation", "unknown_because", "counts", "as_of", "resource", "calls"] {
            if part == "state" || part == "explanation" {
                // Exempt data has no finding that quotes them.
                assert!(stored[part] == inventory[part] || resource == "carts-drill", "{resource}: {part}");
            } else {
                assert_eq!(stored[part], inventory[part], "{resource}: {part}");
            }
        }
        assert_eq!(stored["exempt"]["reason"], inventory["exempt"]["reason"], "{resource}");
        let fields = ["mechanisms", "considered", "considered_count", "plans", "restores"];
        for fact in fields.iter().filter(|_| resource != "carts-drill") {
            assert_eq!(stored["protection"][fact], inventory["protection"][fact], "{resource}: {fact}");
        }
        let ten = |found: &Value| found["protection"]["backups"].as_array().map(|all| all.iter().take(10).cloned().collect::<Vec<_>>());
        assert!(ten(&stored) == ten(&inventory) || resource == "carts-drill", "{resource}");
        let ids = |found: &Value| found["findings"].as_array().expect("findings").iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&stored), ids(&inventory), "{resource}");
    }
}

const TEMPLATE: &str = r#"
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: orders, Tags: [{ Key: backup, Value: weekly }] }
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: nightly
        BackupPlanRule: [{ RuleName: night, TargetBackupVault: Default, ScheduleExpression: "cron(0 5 ? * * *)", Lifecycle: { DeleteAfterDays: 35 } }]
  Tagged:
    Type: AWS::Backup::BackupSelection
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection:
        SelectionName: tagged
        IamRoleArn: arn:aws:iam::111122223333:role/backup
        ListOfTags: [{ ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: daily }]
"#;

const TERRAFORM: &str = r#"
resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  tags         = { team = "shop" }
}
resource "aws_backup_plan" "nightly" {
  name = "nightly"
  rule {
    rule_name         = "night"
    target_vault_name = "Default"
    schedule          = "cron(0 5 ? * * *)"
  }
}
resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.nightly.id
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}
"#;

#[test]
fn templates_are_explained_by_their_own_names() {
    let rel9 = Rel9::new().with_files(&[("t.yaml", TEMPLATE), ("tf/main.tf", TERRAFORM)]);
    let orders = explained(&rel9, &["Orders", "t.yaml"]);
    assert_eq!(orders["location"]["file"], "t.yaml");
    assert_eq!(orders["source"], "cloudformation");
    let why = &orders["protection"]["considered"][0];
    assert_eq!((&why["reaches"], text(&why["why"])), (&json!(false), "tag backup=daily is required, the resource has backup=weekly"));
    assert_eq!(
        orders["change"]["summary"],
        "change tag backup=weekly to backup=daily: backup plan nightly (selection tagged) then selects it"
    );
    assert_eq!(orders["change"]["how"], "Tags:\n  - { Key: \"backup\", Value: \"daily\" }");
    let shown = rel9.run(&["explain", "Orders", "t.yaml"]);
    assert!(shown.ended(0).stdout.contains("a template does not show backups: its state is known after deployment"), "{shown}");
    assert!(!shown.stdout.contains("not known: known only after deployment"), "{shown}");
    let address = explained(&rel9, &["aws_dynamodb_table.orders", "tf"]);
    assert_eq!(address["location"]["file"], "tf/main.tf");
    assert_eq!(address["change"]["tags"], json!({"backup": "daily"}));
    assert_eq!(address["change"]["how"], "tags = { \"backup\" = \"daily\" }");
    rel9.run(&["explain", "aws_dynamodb_table.order", "tf"]).ended(2).said("main.tf#aws_dynamodb_table.orders (AWS::DynamoDB::Table)");
    // A CDK construct path.
    let cdk = project("fixtures/cloudformation/cdk.out").to_string_lossy().into_owned();
    let run = rel9.run(&["audit", &cdk, "--format", "json", "--fail-on", "never", "--allow-incomplete"]);
    let document = run.document();
    let mut constructs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for finding in document.findings() {
        if let Some((_, construct)) = text(&finding["message"]).split_once("(CDK construct ") {
            constructs.entry(construct.trim_end_matches(')')).or_default().insert(text(&finding["resource"]["arn"]));
        }
    }
    // A nested stack is read by itself, too.
    let (construct, arns) = constructs.iter().find(|(_, arns)| arns.len() == 1).expect("a CDK construct");
    let arn = arns.first().expect("an ARN");
    assert_eq!(explained(&rel9, &[construct, &cdk])["resource"]["arn"], *arn);
}

#[test]
fn a_refused_selection_and_a_plan_without_one_say_so() {
    let rel9 = Rel9::new();
    let folder = rel9.home().join("lost");
    variant(&folder, |line| {
        if line["type"] == "AWS::Backup::BackupSelection" && line["name"] == "daily-selection" {
            line["properties"]["list_of_tags"] = json!([]);
        }
        line["type"] != "AWS::Backup::BackupSelection" || line["name"] != "old-crm-selection"
    });
    let found = explained(&rel9, &["sessions", &folder.to_string_lossy(), "--policy", &policy()]);
    let considered = found["protection"]["considered"].as_array().expect("plans");
    let of = |plan: &str| considered.iter().find(|entry| entry["name"] == plan).expect("a plan");
    assert_eq!(of("daily")["reaches"], Value::Null);
    assert!(text(&of("daily")["why"]).contains("names neither resources nor tags, which AWS Backup refuses"), "{}", of("daily"));
    assert_eq!(of("old-crm")["reaches"], false);
    assert_eq!(of("old-crm")["why"], "the plan has no selection, so it backs nothing up");
}

#[test]
fn an_explanation_is_the_same_on_every_terminal() {
    let rel9 = Rel9::new().env("COLUMNS", "80");
    let explain = |resource: &str| rel9.run(&["explain", resource, "--demo"]).ended(0).stdout.clone();
    insta::assert_snapshot!("sessions", explain("sessions"));
    insta::assert_snapshot!("fraud-model", explain("fraud-model"));
    insta::assert_snapshot!("search-synonyms", explain("search-synonyms"));
}

#[test]
fn names_and_tags_cannot_command_a_terminal() {
    let rel9 = Rel9::new();
    let folder = rel9.home().join("hostile");
    variant(&folder, |line| {
        if line["type"] == "AWS::DynamoDB::Table" && line["id"] == "sessions" {
            line["name"] = json!("\u{1b}]0;owned\u{7}ses\u{202e}snois");
            line["tags"]["\u{1b}[31mred"] = json!("\u{9b}1mbold\n\nfake: PROTECTED");
        }
        if line["type"] == "AWS::Backup::BackupPlan" {
            line["name"] = json!("da\u{1b}[2Jily");
        }
        true
    });
    let run = rel9.run(&["explain", "sessions", &folder.to_string_lossy(), "--policy", &policy()]);
    let is_safe = |text: &str| text.chars().all(|character| character == '\n' || !(character.is_control() || character == '\u{202e}'));
    assert!(is_safe(&run.ended(0).stdout), "{run}");
    assert!(!run.stdout.lines().any(|line| line.starts_with("fake")), "{run}");
    let json = rel9.run(&["explain", "sessions", &folder.to_string_lossy(), "--policy", &policy(), "--format", "json"]);
    assert!(is_safe(&json.ended(0).stdout), "{json}");
    let missed = rel9.run(&["explain", "\u{1b}[31mx", "--demo"]);
    assert!(is_safe(&missed.ended(2).stderr), "{missed}");
}
