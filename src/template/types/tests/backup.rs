//! AWS Backup and Data Lifecycle Manager: their references must have the ids of the resources.

use super::build::{cfn, concat, has, reasons, reference, resource, resources, symbol, tf, unknown, value};
use crate::inventory::types::backup;
use crate::template::declaration::PRESENCE;
use serde_json::json;

#[test]
fn a_cloudformation_plan_with_all_that_belongs_to_it() {
    let all = resources(&[
        cfn(
            "Plan",
            "AWS::Backup::BackupPlan",
            json!({ "BackupPlan": { "BackupPlanName": "daily", "BackupPlanRule": [{
                "RuleName": "all", "TargetBackupVault": reference("Vault", "Ref"), "ScheduleExpression": "cron(0 3 * * ? *)", "Lifecycle": { "DeleteAfterDays": 35 },
                "CopyActions": [{ "DestinationBackupVaultArn": reference("Far", "BackupVaultArn"), "Lifecycle": { "DeleteAfterDays": 90 } }] }] } }),
        ),
        cfn("Vault", "AWS::Backup::BackupVault", json!({ "BackupVaultName": concat(&[json!("main-"), symbol("${Stage}")]) })),
        cfn(
            "Far",
            "AWS::Backup::LogicallyAirGappedBackupVault",
            json!({ "BackupVaultName": "gap", "MinRetentionDays": 7, "MaxRetentionDays": 99 }),
        ),
        cfn(
            "Select",
            "AWS::Backup::BackupSelection",
            json!({ "BackupPlanId": reference("Plan", "Ref"), "BackupSelection": {
                "SelectionName": "tagged", "IamRoleArn": reference("Role", "Arn"), "Resources": [reference("Table", "Arn"), "arn:aws:ec2:*:*:volume/*"],
                "ListOfTags": [{ "ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes" }],
                "Conditions": { "StringEquals": [{ "ConditionKey": "aws:ResourceTag/a", "ConditionValue": "b" }] } } }),
        ),
        cfn("Table", "AWS::DynamoDB::Table", json!({})),
    ]);
    let (plan, vault, far, selection, table) = (&all[0], &all[1], &all[2], &all[3], &all[4]);
    assert_eq!((plan.name.as_deref(), plan.arn.as_str()), (Some("daily"), "arn:aws:backup:eu-west-1:111122223333:backup-plan:${Plan}"));
    let rules = &plan.get::<backup::BackupPlan>().expect("a plan").rules;
    let rule = &rules.read().expect("read")[0];
    // As the protection derives it from the plan's own Region and account.
    assert_eq!(format!("arn:aws:backup:{}:{}:backup-vault:{}", plan.region, plan.account, rule.vault.read().expect("a vault")), vault.arn);
    let copy = rule.copies.read().and_then(|copies| copies.first()).expect("a copy");
    assert_eq!(copy.destination_vault_arn, far.arn.clone().into());
    assert_eq!((&rule.retention_days, &copy.retention_days), (&Some(35).into(), &Some(90).into()));
    assert_eq!(rule.start_window_minutes, None.into());
    assert_eq!(vault.name.as_deref(), Some("main-${Stage}"));
    has(
        vault,
        json!({ "vault_type": "BACKUP_VAULT", "locked": false, "lock_at": null, "key_manager": "aws", "policy": null, "notification_events": [] }),
    );
    has(
        far,
        json!({ "vault_type": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "locked": true, "min_retention_days": 7, "max_retention_days": 99, "key_manager": "aws_owned" }),
    );
    assert_eq!(selection.arn, format!("{}/selection/Select", plan.arn));
    has(
        selection,
        json!({ "plan_arn": plan.arn, "resources": [table.arn, "arn:aws:ec2:*:*:volume/*"], "not_resources": [], "list_of_tags": [{ "key": "backup", "value": "yes" }],
            "conditions": { "string_equals": [{ "key": "aws:ResourceTag/a", "value": "b" }], "string_not_equals": [], "string_like": [], "string_not_like": [] } }),
    );
}

#[test]
fn a_terraform_plan_with_all_that_belongs_to_it() {
    let all = resources(&[
        tf(
            "aws_backup_plan.p",
            "aws_backup_plan",
            json!({ "name": "daily", "rule": [
                { "rule_name": "all", "target_vault_name": reference("aws_backup_vault.v", "name"), "lifecycle": [{ "delete_after": unknown("var.days is not set") }] },
                { "rule_name": "long", "target_vault_name": "Default", "start_window": 120, "lifecycle": [{ "delete_after": 400 }], "copy_action": [{ "destination_vault_arn": reference("aws_backup_vault.v", "arn") }] }
            ] }),
        ),
        tf("aws_backup_vault.v", "aws_backup_vault", json!({ "name": "main", "kms_key_arn": reference("aws_kms_key.k", "arn") })),
        tf("aws_kms_key.k", "aws_kms_key", json!({})),
        tf(
            "aws_backup_vault_lock_configuration.l",
            "aws_backup_vault_lock_configuration",
            json!({ "backup_vault_name": "main", "min_retention_days": 7 }),
        ),
        tf(
            "aws_backup_vault_notifications.n",
            "aws_backup_vault_notifications",
            json!({ "backup_vault_name": reference("aws_backup_vault.v", "name"), "sns_topic_arn": reference("aws_sns_topic.t", "arn"), "backup_vault_events": ["BACKUP_JOB_FAILED"] }),
        ),
        tf(
            "aws_backup_vault_policy.y",
            "aws_backup_vault_policy",
            json!({ "backup_vault_name": reference("aws_backup_vault.v", "id"), "policy": concat(&[json!("{\"Statement\":[{\"Effect\":\"Deny\",\"Resource\":\""), reference("aws_backup_vault.v", "arn"), json!("\"}]}")]) }),
        ),
        tf(
            "aws_backup_selection.s",
            "aws_backup_selection",
            json!({ "name": "s", "plan_id": reference("aws_backup_plan.p", "id"), "iam_role_arn": "arn:aws:iam::111122223333:role/r",
                "selection_tag": [{ "type": "STRINGEQUALS", "key": "backup", "value": "yes" }],
                "condition": [{ "string_not_like": [{ "key": "aws:ResourceTag/x", "value": "n*" }] }], "not_resources": [reference("aws_backup_vault.v", "arn")] }),
        ),
        tf(
            "aws_backup_logically_air_gapped_vault.g",
            "aws_backup_logically_air_gapped_vault",
            json!({ "name": "gap", "min_retention_days": 7, "max_retention_days": 8 }),
        ),
    ]);
    let (plan, vault, selection) = (&all[0], &all[1], &all[3]);
    assert_eq!(all.len(), 5);
    // A rule with unknown retention does not keep backups forever.
    assert_eq!(reasons(plan, "rules[].retention_days"), ["var.days is not set"]);
    assert!(value(plan, "rules")[0].get("retention_days").is_none());
    has(
        vault,
        json!({ "locked": true, "lock_at": null, "min_retention_days": 7, "key_manager": "customer", "notification_events": ["BACKUP_JOB_FAILED"], "notification_topic_arn": "${aws_sns_topic.t.arn}" }),
    );
    assert!(value(vault, "policy").as_str().expect("a policy").contains(&vault.arn));
    has(selection, json!({ "plan_arn": plan.arn, "not_resources": [vault.arn], "resources": [] }));
    assert_eq!(value(selection, "conditions")["string_not_like"][0]["value"], "n*");
    assert_eq!(selection.arn, format!("{}/selection/aws_backup_selection.s", plan.arn));
    has(&all[4], json!({ "vault_type": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "locked": true }));
}

#[test]
fn what_is_not_known_of_a_list_is_left_out_of_it() {
    let plan = resource(&[tf(
        "aws_backup_plan.p",
        "aws_backup_plan",
        json!({ "rule": [{ "rule_name": "r", "target_vault_name": "v", "enable_continuous_backup": unknown("var.c") }] }),
    )]);
    assert!(value(&plan, "rules")[0].get("continuous").is_none());
    assert_eq!(value(&plan, "rules")[0]["vault"], "v");
    assert_eq!(reasons(&plan, "rules[].continuous"), ["var.c"]);
    let selection = resource(&[cfn(
        "S",
        "AWS::Backup::BackupSelection",
        json!({ "BackupPlanId": "p", "BackupSelection": { "Resources": ["a", unknown("parameter Arn")] } }),
    )]);
    assert_eq!(reasons(&selection, "resources[]"), ["parameter Arn"]);
    has(&selection, json!({ "plan_arn": "arn:aws:backup:eu-west-1:111122223333:backup-plan:p", "resources": ["a"] }));
}

#[test]
fn a_lock_with_a_cooling_off_period_says_so() {
    let vault = resource(&[cfn(
        "V",
        "AWS::Backup::BackupVault",
        json!({ "BackupVaultName": "v", "LockConfiguration": { "MinRetentionDays": 1, "ChangeableForDays": 3 } }),
    )]);
    has(&vault, json!({ "locked": true, "min_retention_days": 1, "max_retention_days": null }));
    assert_eq!(reasons(&vault, "lock_at"), ["known only after deployment"]);
}

#[test]
fn restore_testing() {
    let expected = json!({ "schedule": "cron(0 1 ? * SUN *)", "timezone": null, "start_window_hours": 24, "selection_window_days": 30, "include_vaults": ["*"], "exclude_vaults": [], "recovery_point_types": ["SNAPSHOT"] });
    let cloudformation = resources(&[
        cfn(
            "P",
            "AWS::Backup::RestoreTestingPlan",
            json!({ "RestoreTestingPlanName": "weekly", "ScheduleExpression": "cron(0 1 ? * SUN *)", "RecoveryPointSelection": { "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"] } }),
        ),
        cfn(
            "S",
            "AWS::Backup::RestoreTestingSelection",
            json!({ "RestoreTestingPlanName": reference("P", "Ref"), "RestoreTestingSelectionName": "ebs", "ProtectedResourceType": "EBS", "IamRoleArn": "r",
                "ProtectedResourceConditions": { "StringEquals": [{ "Key": "aws:ResourceTag/a", "Value": "b" }] } }),
        ),
    ]);
    let terraform = resources(&[
        tf(
            "aws_backup_restore_testing_plan.p",
            "aws_backup_restore_testing_plan",
            json!({ "name": "weekly", "schedule_expression": "cron(0 1 ? * SUN *)", "recovery_point_selection": [{ "include_vaults": ["*"], "recovery_point_types": ["SNAPSHOT"] }] }),
        ),
        tf(
            "aws_backup_restore_testing_selection.s",
            "aws_backup_restore_testing_selection",
            json!({ "restore_testing_plan_name": reference("aws_backup_restore_testing_plan.p", "name"), "name": "ebs", "protected_resource_type": "EBS", "iam_role_arn": "r",
                "protected_resource_conditions": [{ "string_equals": [{ "key": "aws:ResourceTag/a", "value": "b" }] }] }),
        ),
    ]);
    for all in [cloudformation, terraform] {
        has(&all[0], expected.clone());
        assert_eq!(all[1].arn, format!("{}/selection/ebs", all[0].arn));
        has(
            &all[1],
            json!({ "plan_arn": all[0].arn, "protected_resource_type": "EBS", "protected_resource_arns": [], "string_equals": [{ "key": "aws:ResourceTag/a", "value": "b" }], "string_not_equals": [] }),
        );
    }
}

#[test]
fn audit_manager() {
    let control = json!({ "ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED" });
    has(&resource(&[cfn("F", "AWS::Backup::Framework", json!({ "FrameworkControls": [control, control] }))]), json!({ "controls": 2 }));
    has(
        &resource(&[tf("aws_backup_framework.f", "aws_backup_framework", json!({ "name": "f", "control": [{ "name": "c" }] }))]),
        json!({ "controls": 1 }),
    );
    let report = resource(&[cfn("R", "AWS::Backup::ReportPlan", json!({ "ReportSetting": { "ReportTemplate": "BACKUP_JOB_REPORT" } }))]);
    has(&report, json!({ "template": "BACKUP_JOB_REPORT" }));
    let report = resource(&[tf(
        "aws_backup_report_plan.r",
        "aws_backup_report_plan",
        json!({ "report_setting": [{ "report_template": "COPY_JOB_REPORT" }] }),
    )]);
    has(&report, json!({ "template": "COPY_JOB_REPORT" }));
}

#[test]
fn lifecycle_policies() {
    let found = resource(&[cfn(
        "P",
        "AWS::DLM::LifecyclePolicy",
        json!({ "Description": "daily", "State": "DISABLED", "ExecutionRoleArn": "r", "PolicyDetails": {
            "ResourceTypes": ["VOLUME"], "TargetTags": [{ "Key": "a", "Value": "b" }], "Schedules": [{
                "Name": "s", "CreateRule": { "Interval": 12, "IntervalUnit": "HOURS" }, "RetainRule": { "Interval": 2, "IntervalUnit": "WEEKS" },
                "ArchiveRule": { "RetainRule": { "RetentionArchiveTier": { "Interval": 3, "IntervalUnit": "MONTHS" } } },
                "CrossRegionCopyRules": [{ "TargetRegion": "us-east-1", "Encrypted": true, "RetainRule": { "Interval": 1, "IntervalUnit": "YEARS" } }],
                "ShareRules": [{ "TargetAccounts": ["444455556666"] }] }] } }),
    )]);
    assert_eq!(found.name.as_deref(), Some("daily"));
    has(
        &found,
        json!({ "status": "DISABLED", "policy_type": "EBS_SNAPSHOT_MANAGEMENT", "default_policy": false, "resource_types": ["VOLUME"], "target_tags": [{ "key": "a", "value": "b" }] }),
    );
    let copies = json!([{ "target": "us-east-1", "encrypted": true, "kms_key_arn": null, "key_manager": null, "retention_days": 365 }]);
    has(
        &found,
        json!({ "schedules": [{ "name": "s", "cron": null, "interval_seconds": 43200, "retain_count": null, "retention_days": 104, "archive_after_days": 14, "copies": copies, "shared_with": ["444455556666"] }] }),
    );
    let found = resource(&[tf(
        "aws_dlm_lifecycle_policy.p",
        "aws_dlm_lifecycle_policy",
        json!({ "description": "d", "policy_details": [{ "resource_types": ["INSTANCE"], "target_tags": { "a": "b" }, "parameters": [{ "exclude_boot_volume": true }],
            "schedule": [{ "name": "s", "create_rule": [{ "cron_expression": "cron(0 3 * * ? *)" }], "retain_rule": [{ "count": unknown("var.n") }] }] }] }),
    )]);
    has(&found, json!({ "status": "ENABLED", "exclude_boot_volume": true, "target_tags": [{ "key": "a", "value": "b" }] }));
    assert_eq!(value(&found, "schedules")[0]["cron"], "cron(0 3 * * ? *)");
    assert_eq!(reasons(&found, "schedules[].retain_count"), ["var.n"]);
}

#[test]
fn default_lifecycle_policies() {
    let found = resource(&[cfn(
        "P",
        "AWS::DLM::LifecyclePolicy",
        json!({ "DefaultPolicy": "VOLUME", "CreateInterval": 2, "CrossRegionCopyTargets": [{ "TargetRegion": "us-east-1" }], "Exclusions": { "ExcludeBootVolumes": true } }),
    )]);
    has(
        &found,
        json!({ "default_policy": true, "resource_types": ["VOLUME"], "exclusions": { "boot_volumes": true, "volume_types": [], "tags": [] } }),
    );
    let schedule = &value(&found, "schedules")[0];
    assert_eq!((&schedule["interval_seconds"], &schedule["retention_days"]), (&json!(172_800), &json!(7)));
    assert_eq!(schedule["copies"][0]["target"], "us-east-1");
    let event = resource(&[tf(
        "aws_dlm_lifecycle_policy.p",
        "aws_dlm_lifecycle_policy",
        json!({ "policy_details": [{ "policy_type": "EVENT_BASED_POLICY", "action": [{ "name": "a", "cross_region_copy": [{ "target": "us-east-1", "encryption_configuration": [{ "encrypted": true }], "retain_rule": [{ "interval": 15, "interval_unit": "MONTHS" }] }] }] }] }),
    )]);
    has(
        &event,
        json!({ "policy_type": "EVENT_BASED_POLICY", "event_copies": [{ "target": "us-east-1", "encrypted": true, "kms_key_arn": null, "key_manager": null, "retention_days": 450 }] }),
    );
}

#[test]
fn what_may_turn_out_to_be_nothing_is_not_taken_for_something() {
    let vault = resource(&[cfn(
        "V",
        "AWS::Backup::BackupVault",
        json!({ "BackupVaultName": symbol("${Name}"), "LockConfiguration": unknown("condition Lock"), "Notifications": unknown("condition Notify") }),
    )]);
    for property in ["locked", "lock_at", "min_retention_days"] {
        assert_eq!(reasons(&vault, property), ["condition Lock"], "{property}");
    }
    assert_eq!(reasons(&vault, "notification_topic_arn"), ["condition Notify"]);
    assert_eq!(
        (vault.name.as_deref(), vault.arn.as_str()),
        (Some("${Name}"), "arn:aws:backup:eu-west-1:111122223333:backup-vault:${Name}")
    );
}

/// An unknown ARN may belong to any account and Region: no symbol stands for it.
#[test]
fn an_unknown_destination_is_left_out_of_the_copy() {
    let plan = |destination| {
        let rule = json!([{ "rule_name": "r", "target_vault_name": "v", "copy_action": [{ "destination_vault_arn": destination }] }]);
        resource(&[tf("aws_backup_plan.p", "aws_backup_plan", json!({ "rule": rule }))])
    };
    assert_eq!(reasons(&plan(symbol("${var.vault}")), "rules[].copies[].destination_vault_arn"), ["${var.vault} is not given"]);
    assert!(value(&plan(symbol("${var.vault}")), "rules")[0]["copies"][0].get("destination_vault_arn").is_none());
    let arn =
        concat(&[json!("arn:aws:backup:us-east-1:"), symbol("${data.aws_caller_identity.current.account_id}"), json!(":backup-vault:far")]);
    assert_eq!(
        value(&plan(arn), "rules")[0]["copies"][0]["destination_vault_arn"],
        "arn:aws:backup:us-east-1:111122223333:backup-vault:far"
    );
}

#[test]
fn a_policy_names_what_the_template_has_and_not_what_comes_from_outside() {
    let vault = |principal: serde_json::Value, name: serde_json::Value| {
        let statement = json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "backup:*", "Resource": name });
        resource(&[cfn("V", "AWS::Backup::BackupVault", json!({ "BackupVaultName": "v", "AccessPolicy": { "Statement": [statement] } }))])
    };
    let account = concat(&[json!("arn:aws:iam::"), symbol("${AWS::AccountId}"), json!(":root")]);
    let part = concat(&[json!("arn:aws:backup:*:*:recovery-point:"), symbol("${Prefix}"), json!("*")]);
    let policy = |found: crate::inventory::Resource| value(&found, "policy").as_str().map(str::to_owned);
    assert!(policy(vault(account, json!("*"))).is_some_and(|text| text.contains("arn:aws:iam::111122223333:root")));
    assert!(policy(vault(reference("Role", "Arn"), part)).is_some_and(|text| text.contains("${Role.Arn}") && text.contains("${Prefix}")));
    for found in [
        vault(symbol("${Who}"), json!("*")),
        vault(json!("*"), symbol("${Who}")),
        vault(concat(&[json!("arn:aws:iam::"), symbol("${Who}")]), json!("*")),
    ] {
        assert_eq!(reasons(&found, "policy.${Who}"), ["${Who} is not given"]);
        assert!(value(&found, "policy").as_str().is_some_and(|text| text.contains("${Who}")));
    }
    let text = concat(&[json!("{\"Statement\":[{\"Principal\":\""), symbol("${Who}"), json!("\",\"Resource\":\"*\"}]}")]);
    let found = resource(&[
        tf("aws_s3_bucket.b", "aws_s3_bucket", json!({})),
        tf("aws_s3_bucket_policy.p", "aws_s3_bucket_policy", json!({ "bucket": reference("aws_s3_bucket.b", "id"), "policy": text })),
    ]);
    assert_eq!(reasons(&found, "policy.${Who}"), ["${Who} is not given"]);
}

/// An unknown condition may leave out a selection, a lock or a key.
#[test]
fn what_may_not_be_made_protects_nothing() {
    let maybe = |mut declaration: crate::template::declaration::Declaration, setting: &str| {
        let why = super::build::node(&unknown("condition Prod is not known"), &mut 0);
        declaration.settings.push((setting.to_owned(), why));
        declaration
    };
    let body = json!({ "BackupPlanId": "p", "BackupSelection": { "SelectionName": "s", "Resources": ["*"] } });
    let selection = resource(&[maybe(cfn("S", "AWS::Backup::BackupSelection", body), PRESENCE)]);
    assert_eq!(reasons(&selection, "resources"), ["whether S exists: condition Prod is not known"]);
    assert!(!selection.properties.is_read("resources"));
    has(&selection, json!({ "plan_arn": "arn:aws:backup:eu-west-1:111122223333:backup-plan:p" }));
    assert_eq!((selection.name.as_deref(), selection.arn.ends_with("backup-plan:p/selection/S")), (Some("s"), true));

    let lock = tf("aws_backup_vault_lock_configuration.l", "aws_backup_vault_lock_configuration", json!({ "backup_vault_name": "v" }));
    let vault = resource(&[tf("aws_backup_vault.v", "aws_backup_vault", json!({ "name": "v" })), maybe(lock, PRESENCE)]);
    assert_eq!(reasons(&vault, "locked"), ["condition Prod is not known"]);
    let lock = tf("aws_s3_bucket_object_lock_configuration.l", "aws_s3_bucket_object_lock_configuration", json!({ "bucket": "b" }));
    let bucket = resource(&[tf("aws_s3_bucket.b", "aws_s3_bucket", json!({ "bucket": "b" })), maybe(lock, PRESENCE)]);
    for property in ["object_lock", "versioning"] {
        assert_eq!(reasons(&bucket, property), ["condition Prod is not known"], "{property}");
    }
    let volume = resource(&[maybe(cfn("V", "AWS::EC2::Volume", json!({ "Encrypted": true })), PRESENCE)]);
    has(&volume, json!({ "encrypted": true }));
}

#[test]
fn conditions_are_known_whole_or_not_at_all() {
    let conditions = |blocks: serde_json::Value| {
        let body = json!({ "plan_id": "p", "resources": ["*"], "condition": blocks });
        value(&resource(&[tf("aws_backup_selection.s", "aws_backup_selection", body)]), "conditions")
    };
    let tag = |key: &str| json!([{ "key": format!("aws:ResourceTag/{key}"), "value": "a" }]);
    let found = conditions(json!([{ "string_equals": tag("x"), "string_like": [] }, { "string_not_equals": tag("y") }]));
    assert_eq!(found["string_equals"], tag("x"));
    assert_eq!(found["string_not_equals"], tag("y"));
    assert_eq!(found["string_like"], json!([]));
    assert_eq!(conditions(json!([]))["string_like"], json!([]));
    let part = conditions(json!([{ "string_equals": tag("x"), "string_not_equals": unknown("a variable") }]));
    assert_eq!(part, json!({ "unknown": ["a variable"] }));
    let several = conditions(json!([{ "string_equals": tag("x") }, { "string_equals": tag("y") }]));
    assert_eq!(several, json!({ "unknown": ["which of several blocks with string_equals counts is not known"] }));
    let template = json!({ "BackupSelection": { "Conditions": { "StringNotEquals": unknown("a parameter") } } });
    let found = resource(&[cfn("S", "AWS::Backup::BackupSelection", template)]);
    assert_eq!(value(&found, "conditions"), json!({ "unknown": ["a parameter"] }));
}
