//! `rel9 explain`: where something was not read, it never says that nothing protects the resource.

use crate::support::demo::{policy, variant};
use crate::support::{Rel9, text};
use serde_json::{Value, json};

/// What only an account that was read whole can say.
const CLAIMS: [&str; 4] =
    ["no backup plan selects it", "its account and Region have no backup plan", "so it backs nothing up", "nothing backs it up"];

/// The operations that read plans, selections and policies, with the types and properties that they read.
const UNREAD: &[(&str, &[&str], &[&str])] = &[
    ("backup:ListBackupPlans", &["AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection"], &[]),
    ("backup:ListBackupSelections", &["AWS::Backup::BackupSelection"], &[]),
    ("backup:GetBackupPlan", &[], &["AWS::Backup::BackupPlan", "rules"]),
    ("backup:GetBackupSelection", &[], &["AWS::Backup::BackupSelection", "resources", "not_resources", "list_of_tags", "conditions"]),
    ("dlm:GetLifecyclePolicies", &["AWS::DLM::LifecyclePolicy"], &[]),
    (
        "dlm:GetLifecyclePolicy",
        &[],
        &["AWS::DLM::LifecyclePolicy", "target_tags", "schedules", "resource_types", "policy_type", "default_policy"],
    ),
];

#[test]
fn what_was_not_read_is_never_said_not_to_exist() {
    let rel9 = Rel9::new();
    let mut seen = 0;
    for (number, (operation, types, properties)) in UNREAD.iter().enumerate() {
        let folder = rel9.home().join(format!("denied-{number}"));
        let (service, name) = operation.split_once(':').expect("an operation");
        variant(&folder, |line| {
            if line["kind"] == "coverage" && line["service"] == service && line["operation"] == name {
                line["status"] = json!("denied");
            }
            if let Some((type_name, names)) = properties.split_first()
                && line["type"] == *type_name
            {
                let known = line["properties"].as_object_mut().expect("properties");
                names.iter().for_each(|name| drop(known.remove(*name)));
            }
            !types.iter().any(|type_name| line["type"] == *type_name)
        });
        let folder = folder.to_string_lossy().into_owned();
        // Only volumes and instances are a matter of DLM.
        let resources: &[&str] = if service == "dlm" {
            &["order-queue", "fraud-model"]
        } else {
            &["sessions", "shop-staging", "forgotten-experiment", "fraud-model"]
        };
        for resource in resources {
            let run = rel9.run(&["explain", resource, &folder, "--policy", &policy()]);
            let said = run.ended(0).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
            for claim in CLAIMS {
                // The lists of plans may be empty, and are an answer.
                let plans_known = service == "dlm" && claim == "no backup plan selects it" || name.starts_with("Get") && claim == CLAIMS[1];
                assert!(plans_known || !said.contains(claim), "{operation} was denied, and {claim:?} is said of {resource}:\n{run}");
            }
            assert!(said.contains(&format!("{operation} denied")), "{operation} is not named: {run}");
            let json = rel9.run(&["explain", resource, &folder, "--policy", &policy(), "--format", "json"]);
            let found: Value = serde_json::from_str(&json.ended(0).stdout).expect("an explanation");
            let missed = |entry: &Value| entry["reaches"] == false && text(&entry["why"]).is_empty();
            assert!(!found["protection"]["considered"].as_array().is_some_and(|all| all.iter().any(missed)), "{found}");
            // No change is told that nobody could try.
            assert_ne!(found["change"]["kind"], "opt_in", "{found}");
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen}");
}
