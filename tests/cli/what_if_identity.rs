//! `rel9 what-if`: what a deployment replaces, adds and removes, and how the same resource is known again.

use super::what_if::{EU, what_if};
use crate::support::{Rel9, demo, text};
use serde_json::{Value, json};
use std::path::PathBuf;

const DAILY: &str = "arn:aws:backup:eu-central-1:111122223333:backup-plan:daily";
const POLICY: &str = "arn:aws:dlm:eu-central-1:111122223333:policy/policy-0123456789abcdef0";
/// The volume that the policy of the demo targets.
const VOLUME: &str = "arn:aws:ec2:eu-central-1:111122223333:volume/vol-0af00000000000001";

fn arns(document: &Value, group: &str) -> Vec<String> {
    document[group].as_array().expect("a list").iter().map(|changed| text(&changed["resource"]["arn"]).to_owned()).collect()
}

/// `(change, name, replaces)` of the deployment.
fn changes(document: &Value) -> Vec<(&str, &str, Option<&str>)> {
    document["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (text(&one["change"]), text(&one["name"]), one["replaces"].as_str()))
        .collect()
}

/// The demo, with its DLM policies changed by `edit`, each of which becomes the lines that it returns.
fn with_policies(rel9: &Rel9, name: &str, edit: impl Fn(&Value) -> Vec<Value>) -> PathBuf {
    let folder = rel9.home().join(name);
    let mut policies = Vec::new();
    demo::variant(&folder, |line| {
        let is_policy = line["type"] == "AWS::DLM::LifecyclePolicy";
        if is_policy {
            policies.extend(edit(line));
        }
        !is_policy
    });
    let file = folder.join("111122223333.eu-central-1.ndjson");
    let known = std::fs::read_to_string(&file).expect("a file");
    let lines: String = policies.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(&file, format!("{known}{lines}")).expect("a file");
    folder
}

/// A template with one policy.
fn policy(id: &str, description: &str, tag: &str) -> String {
    format!(
        "Resources:
  {id}:
    Type: AWS::DLM::LifecyclePolicy
    Properties:
      {description}
      State: ENABLED
      ExecutionRoleArn: arn:aws:iam::111122223333:role/dlm
      PolicyDetails:
        ResourceTypes: [VOLUME]
        TargetTags: [{{ Key: dlm, Value: {tag} }}]
        Schedules:
          - {{ Name: day, CreateRule: {{ Interval: 24, IntervalUnit: HOURS }}, RetainRule: {{ Count: 7 }} }}
"
    )
}

#[test]
fn a_policy_is_known_again_by_what_a_person_knows_it_by() {
    let described = |name: &'static str, logical_id: Option<&'static str>| {
        move |line: &Value| {
            let mut line = line.clone();
            line["name"] = json!(name);
            if let Some(id) = logical_id {
                line["tags"]["aws:cloudformation:logical-id"] = json!(id);
            }
            vec![line]
        }
    };
    let given = demo::policy();
    let other = "Description: something else";
    let same = "Description: hourly snapshots";
    let open = "Description: !Sub '${AWS::StackName} snapshots'";
    // What the inventory has, what the template says, and whether it is the same policy.
    for (number, (logical_id, template, change)) in [
        // The description, whatever the target tags are.
        (None, policy("Policy", same, "daily"), "replaced"),
        (None, policy("Policy", same, "hourly"), "replaced"),
        // Neither: it is another one.
        (None, policy("Policy", other, "daily"), "added"),
        (None, policy("Policy", other, "hourly"), "added"),
        // The template leaves the description open: the target tags decide.
        (None, policy("Policy", open, "hourly"), "replaced"),
        (None, policy("Policy", open, "daily"), "added"),
        // The same resource of a stack, if anything else agrees.
        (Some("Policy"), policy("Policy", same, "daily"), "replaced"),
        (Some("Policy"), policy("Policy", other, "hourly"), "replaced"),
        (Some("Policy"), policy("Policy", open, "daily"), "replaced"),
        // Nothing else agrees: many stacks may use that logical id.
        (Some("Policy"), policy("Policy", other, "daily"), "perhaps"),
        (Some("Policy"), policy("Other", other, "daily"), "added"),
    ]
    .into_iter()
    .enumerate()
    {
        let rel9 = Rel9::new().with_files(&[("plan.yaml", &template)]);
        let folder = with_policies(&rel9, "inventory", described("hourly snapshots", logical_id)).display().to_string();
        let arguments = [&[folder.as_str(), "--plan", "plan.yaml", "--policy", &given], &EU[..]].concat();
        let (run, document) = what_if(&rel9, &arguments);
        let found = changes(&document);
        let [(kind, _, replaces)] = found.as_slice() else { panic!("{number}: one change: {found:?}") };
        let shown = rel9.run(&[&["what-if"], &arguments[..]].concat());
        let is_lost = template.contains("Value: daily");
        match change {
            "replaced" => {
                assert_eq!((*kind, *replaces), ("replaced", Some(POLICY)), "{number}: {template}");
                assert_eq!(arns(&document, "lost"), if is_lost { vec![VOLUME.to_owned()] } else { Vec::new() }, "{number}");
                run.ended(i32::from(is_lost));
                assert!(shown.stdout.contains("replaces"), "{shown}");
            }
            "added" => {
                assert_eq!((*kind, *replaces), ("added", None), "{number}: {template}");
                assert!(arns(&document, "lost").is_empty(), "{number}: what stays keeps its volumes");
                assert!(shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains("added, replaces nothing"), "{shown}");
                run.ended(0);
            }
            _ => {
                assert_eq!(*kind, "added", "{number}");
                assert!(arns(&document, "unknown").contains(&VOLUME.to_owned()), "{number}: neither lost nor kept: {document}");
                assert_eq!(document["summary"]["perhaps_lost"], 1);
                run.ended(3);
            }
        }
    }
}

#[test]
fn of_two_with_one_name_nobody_knows_which_is_changed() {
    let rel9 = Rel9::new().with_files(&[("plan.yaml", &policy("Policy", "Description: twice", "weekly"))]);
    let twice = |line: &Value| {
        let (mut one, mut other) = (line.clone(), line.clone());
        one["name"] = json!("twice");
        other["name"] = json!("twice");
        other["id"] = json!("policy-2");
        other["arn"] = json!("arn:aws:dlm:eu-central-1:111122223333:policy/policy-2");
        other["properties"]["target_tags"] = json!([{"key": "dlm", "value": "never"}]);
        vec![one, other]
    };
    let folder = with_policies(&rel9, "inventory", twice).display().to_string();
    let (run, document) = what_if(&rel9, &[&[folder.as_str(), "--plan", "plan.yaml", "--policy", &demo::policy()], &EU[..]].concat());
    run.ended(3);
    let unknown = document["unknown"].as_array().expect("a list").iter().find(|changed| changed["resource"]["arn"] == VOLUME);
    let why = unknown.expect("the volume")["unknown_because"].to_string();
    assert!(why.contains("2 of the inventory have the description twice"), "{why}");
}

/// A Terraform plan as JSON: `(type, actions, before, after)`.
fn terraform(changes: &[(&str, &[&str], Value, Value)]) -> String {
    let address = |type_name: &str| format!("{type_name}.one");
    let all = changes.iter().map(|(type_name, actions, before, after)| {
        json!({"address": address(type_name), "mode": "managed", "type": type_name, "name": "one",
               "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}}})
    });
    let planned = changes.iter().filter(|change| !change.3.is_null()).map(|(type_name, _, _, after)| {
        json!({"address": address(type_name), "mode": "managed", "type": type_name, "name": "one", "values": after})
    });
    json!({"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": planned.collect::<Vec<_>>()}},
           "resource_changes": all.collect::<Vec<_>>(), "configuration": {"root_module": {}}})
    .to_string()
}

fn plan(name: &str) -> Value {
    json!({"id": "daily", "arn": DAILY, "name": name,
           "rule": [{"rule_name": "daily-35d", "target_vault_name": "main", "schedule": "cron(0 5 ? * * *)", "lifecycle": [{"delete_after": 35}]}]})
}

fn selection(tag: &str) -> Value {
    json!({"id": "daily-0", "plan_id": "daily", "name": "daily-selection", "iam_role_arn": "arn:aws:iam::111122223333:role/backup",
           "selection_tag": [{"type": "STRINGEQUALS", "key": "backup", "value": tag}], "resources": [], "not_resources": [], "condition": []})
}

#[test]
fn what_a_terraform_plan_destroys_is_lost() {
    let dlm = json!({"id": "policy-0123456789abcdef0", "arn": POLICY, "description": "x", "policy_details": []});
    let none = || Value::Null;
    let elsewhere = DAILY.replace("eu-central-1", "eu-west-1");
    let mut far = plan("daily");
    far["arn"] = json!(elsewhere);
    for (number, (changes, lost)) in [
        // Only the selection, of a plan that stays or that the configuration does not have.
        (
            vec![
                ("aws_backup_plan", &["no-op"][..], plan("daily"), plan("daily")),
                ("aws_backup_selection", &["delete"], selection("daily"), none()),
            ],
            true,
        ),
        (vec![("aws_backup_selection", &["delete"][..], selection("daily"), none())], true),
        // The plan, with or without its selection.
        (
            vec![
                ("aws_backup_plan", &["delete"][..], plan("daily"), none()),
                ("aws_backup_selection", &["delete"], selection("daily"), none()),
            ],
            true,
        ),
        (vec![("aws_backup_plan", &["delete"][..], plan("daily"), none())], true),
        (vec![("aws_dlm_lifecycle_policy", &["delete"][..], dlm, none())], true),
        // A selection that is replaced by one of another tag; in either order.
        (vec![("aws_backup_selection", &["delete", "create"][..], selection("daily"), selection("weekly"))], true),
        (vec![("aws_backup_selection", &["create", "delete"][..], selection("daily"), selection("weekly"))], true),
        // The same plan under another name keeps what its selection selects.
        (
            vec![
                ("aws_backup_plan", &["update"][..], plan("daily"), plan("nightly")),
                ("aws_backup_selection", &["no-op"], selection("daily"), selection("daily")),
            ],
            false,
        ),
        // Terraform forgets it, and AWS keeps it.
        (
            vec![
                ("aws_backup_plan", &["forget"][..], plan("daily"), none()),
                ("aws_backup_selection", &["forget"], selection("daily"), none()),
            ],
            false,
        ),
        // A plan of that name in another Region is another plan.
        (vec![("aws_backup_plan", &["delete"][..], far, none())], false),
    ]
    .into_iter()
    .enumerate()
    {
        let template = terraform(&changes);
        let rel9 = Rel9::new().with_files(&[("plan.json", &template)]);
        let (run, document) = what_if(&rel9, &["--demo", "--plan", "plan.json"]);
        assert_eq!(!arns(&document, "lost").is_empty(), lost, "{number}: {}", document["changes"]);
        assert!(arns(&document, "gained").is_empty(), "{number}: {}", document["gained"]);
        assert_eq!(document["summary"]["perhaps_lost"], 0, "{number}");
        run.ended(i32::from(lost));
        let touched = document["changes"].as_array().expect("changes").iter().all(|change| change["region"] == "eu-central-1");
        assert!(touched, "{number}: the plan is in one Region: {}", document["changes"]);
    }
}

#[test]
fn an_update_of_a_known_arn_is_no_second_plan() {
    let renamed = terraform(&[
        ("aws_backup_plan", &["update"], plan("daily"), plan("nightly")),
        ("aws_backup_selection", &["no-op"], selection("daily"), selection("daily")),
    ]);
    let rel9 = Rel9::new().with_files(&[("plan.json", &renamed)]);
    let (_, document) = what_if(&rel9, &["--demo", "--plan", "plan.json"]);
    let selection_arn = format!("{DAILY}/selection/daily-0");
    assert_eq!(changes(&document), [("replaced", "nightly", Some(DAILY)), ("replaced", "daily-selection", Some(selection_arn.as_str()))]);
}

#[test]
fn a_plan_without_a_vault_backs_nothing_up() {
    let with_vault = |vault: &str, rest: &str| {
        format!(
            "Resources:
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: new
        BackupPlanRule: [{{ RuleName: day, TargetBackupVault: {vault}, ScheduleExpression: cron(0 5 ? * * *), Lifecycle: {{ DeleteAfterDays: 35 }} }}]
  Selection:
    Type: AWS::Backup::BackupSelection
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection:
        SelectionName: new
        IamRoleArn: arn:aws:iam::111122223333:role/backup
        Resources: [arn:aws:dynamodb:*:*:table/sessions]
{rest}"
        )
    };
    let own = "  Vault:\n    Type: AWS::Backup::BackupVault\n    Properties: { BackupVaultName: NAME }\n";
    let sessions = "arn:aws:dynamodb:eu-central-1:111122223333:table/sessions";
    for (template, is_gained) in [
        (with_vault("main", ""), true),
        (with_vault("mian", ""), false),
        (with_vault("brand-new", &own.replace("NAME", "brand-new")), true),
        (with_vault("!Ref Vault", &own.replace("NAME", "!Sub '${AWS::StackName}-vault'")), true),
        (with_vault("brand-new", &own.replace("NAME", "other")), false),
    ] {
        let rel9 = Rel9::new().with_files(&[("plan.yaml", &template)]);
        let (_, document) = what_if(&rel9, &[&["--demo", "--plan", "plan.yaml"], &EU[..]].concat());
        assert_eq!(arns(&document, "gained").contains(&sessions.to_owned()), is_gained, "{template}");
        let missed = document["still_unprotected"].to_string();
        assert_eq!(missed.contains("does not exist"), !is_gained, "{template}\n{missed}");
    }
    // A vault that goes takes the backups of its plans with it.
    let vault = json!({"id": "main", "arn": "arn:aws:backup:eu-central-1:111122223333:backup-vault:main", "name": "main"});
    let rel9 = Rel9::new().with_files(&[("plan.json", &terraform(&[("aws_backup_vault", &["delete"], vault, Value::Null)]))]);
    let (run, document) = what_if(&rel9, &["--demo", "--plan", "plan.json"]);
    run.ended(1);
    assert!(arns(&document, "lost").contains(&"arn:aws:dynamodb:eu-central-1:111122223333:table/carts".to_owned()), "{}", document["lost"]);
}
