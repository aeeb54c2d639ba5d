//! A set of backup plans as a CloudFormation template. It says the same as the Terraform configuration beside it.

use super::parts::{EVENTS, GOVERNANCE, KEEP, POLICIES, UNDENIED, described, header};
use super::quote::{comment, yaml};
use crate::audit::remediate::model::{Copy, Plan, Remedies, Set, TAG, TEST_TAG, Tests};
use std::fmt::Write as _;

/// The template.
pub fn template(remedies: &Remedies, set: &Set) -> String {
    let mut out = header(remedies, set);
    out.push_str(&comment(
        0,
        "  aws cloudformation deploy --stack-name rel9-backups --template-file backup.yaml --capabilities CAPABILITY_IAM",
    ));
    let _ = writeln!(out, "AWSTemplateFormatVersion: \"2010-09-09\"\nDescription: {}", yaml(&described(set)));
    let parameters = set.parameters();
    if !parameters.is_empty() {
        out.push_str("Parameters:\n");
        for (name, what) in parameters {
            let _ = write!(
                out,
                "  {name}:\n    # REVIEW: fill in\n    Type: String\n    Description: {}\n    AllowedPattern: {}\n",
                yaml(what),
                yaml("arn:.+:backup:.+:backup-vault:.+")
            );
        }
    }
    out.push_str("Resources:\n");
    if set.declares_vault() {
        vault(&mut out, set);
    }
    role(&mut out, set);
    for (plan, id) in set.plans.iter().zip(ids(set)) {
        if set.new_plans().any(|new| new.name == plan.name) {
            backup_plan(&mut out, set, plan, &id);
        }
        if let Some(tests) = plan.new_tests() {
            restore_tests(&mut out, plan, tests, &id);
        }
    }
    out
}

/// Logical ids of the plans: letters and digits, each once.
fn ids(set: &Set) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for plan in &set.plans {
        let words = plan
            .slug
            .split('-')
            .map(|word| word.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(word.chars().skip(1)).collect());
        let id = words.collect::<Vec<String>>().concat();
        let taken = ids.contains(&id);
        ids.push(if taken { format!("{id}Number{}", ids.len()) } else { id });
    }
    ids
}

fn vault(out: &mut String, set: &Set) {
    let _ = write!(
        out,
        r#"  BackupKey:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      Description: Encrypts the backups in the vault {vault}
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Sid: PoliciesOfTheAccountDecide
            Effect: Allow
            Principal:
              AWS: !Sub "arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:root"
            Action: kms:*
            Resource: "*"
  # Nobody is subscribed: subscribe whoever has to act on failed jobs.
  BackupTopic:
    Type: AWS::SNS::Topic
  BackupTopicPolicy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics:
        - !Ref BackupTopic
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Sid: BackupPublishes
            Effect: Allow
            Principal:
              Service: backup.amazonaws.com
            Action: sns:Publish
            Resource: !Ref BackupTopic
            Condition:
              StringEquals:
                aws:SourceAccount: !Ref AWS::AccountId
  BackupVault:
    Type: AWS::Backup::BackupVault
    DependsOn: BackupTopicPolicy
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BackupVaultName: {vault}
      EncryptionKeyArn: !GetAtt BackupKey.Arn
"#,
        vault = set.vault
    );
    GOVERNANCE.iter().for_each(|line| out.push_str(&comment(6, line)));
    let _ = writeln!(out, "      LockConfiguration:\n        MinRetentionDays: {}", set.min_retention_days);
    UNDENIED.iter().for_each(|line| out.push_str(&comment(6, line)));
    out.push_str(
        "      AccessPolicy:\n        Version: \"2012-10-17\"\n        Statement:\n          - Sid: KeepBackups\n            Effect: Deny\n            Principal: \"*\"\n            Action:\n",
    );
    KEEP.iter().for_each(|action| out.push_str(&format!("              - {action}\n")));
    out.push_str("            Resource: \"*\"\n      Notifications:\n        SNSTopicArn: !Ref BackupTopic\n        BackupVaultEvents:\n");
    EVENTS.iter().for_each(|event| out.push_str(&format!("          - {event}\n")));
}

fn role(out: &mut String, set: &Set) {
    out.push_str(
        r#"  BackupRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              Service: backup.amazonaws.com
            Action: sts:AssumeRole
            Condition:
              StringEquals:
                aws:SourceAccount: !Ref AWS::AccountId
      ManagedPolicyArns:
"#,
    );
    POLICIES.iter().for_each(|policy| out.push_str(&format!("        - arn:{}:iam::aws:policy/{policy}\n", set.partition)));
}

fn backup_plan(out: &mut String, set: &Set, plan: &Plan, id: &str) {
    let vault = if set.vault_exists { yaml(&set.vault) } else { "!Ref BackupVault".to_owned() };
    let _ = writeln!(
        out,
        "  Plan{id}:\n    Type: AWS::Backup::BackupPlan\n    Properties:\n      BackupPlan:\n        BackupPlanName: {}\n        BackupPlanRule:",
        plan.name
    );
    let _ = write!(
        out,
        "          - RuleName: snapshots\n            TargetBackupVault: {vault}\n            ScheduleExpression: {}\n            StartWindowMinutes: 60\n            CompletionWindowMinutes: {}\n            Lifecycle:\n              DeleteAfterDays: {}\n",
        plan.schedule, plan.completion_minutes, plan.retention_days
    );
    if !plan.copies.is_empty() {
        out.push_str("            CopyActions:\n");
    }
    for copy in &plan.copies {
        let arn = match copy {
            Copy::To(arn) => yaml(arn),
            Copy::Open(parameter, _) => format!("!Ref {parameter}"),
        };
        let _ = write!(
            out,
            "              - DestinationBackupVaultArn: {arn}\n                Lifecycle:\n                  DeleteAfterDays: {}\n",
            plan.retention_days
        );
    }
    if let Some(days) = plan.continuous_days {
        let _ = write!(
            out,
            "          - RuleName: continuous\n            TargetBackupVault: {vault}\n            ScheduleExpression: cron(0 5 ? * * *)\n            StartWindowMinutes: 60\n            CompletionWindowMinutes: 720\n            EnableContinuousBackup: true\n            Lifecycle:\n              DeleteAfterDays: {days}\n"
        );
    }
    let _ = write!(
        out,
        "  Selection{id}:\n    Type: AWS::Backup::BackupSelection\n    Properties:\n      BackupPlanId: !Ref Plan{id}\n      BackupSelection:\n        SelectionName: {}\n        IamRoleArn: !GetAtt BackupRole.Arn\n        ListOfTags:\n          - ConditionType: STRINGEQUALS\n            ConditionKey: {TAG}\n            ConditionValue: {}\n",
        plan.name,
        yaml(&plan.slug)
    );
}

fn restore_tests(out: &mut String, plan: &Plan, tests: &Tests, id: &str) {
    let _ = write!(
        out,
        "  Test{id}:\n    Type: AWS::Backup::RestoreTestingPlan\n    Properties:\n      RestoreTestingPlanName: {}\n      ScheduleExpression: {}\n      RecoveryPointSelection:\n        Algorithm: LATEST_WITHIN_WINDOW\n        IncludeVaults:\n          - \"*\"\n        RecoveryPointTypes:\n          - SNAPSHOT\n          - CONTINUOUS\n        SelectionWindowDays: 30\n",
        tests.name, tests.schedule
    );
    for kind in tests.resources.keys() {
        let _ = write!(
            out,
            "  Test{id}{kind}:\n    Type: AWS::Backup::RestoreTestingSelection\n    Properties:\n      RestoreTestingPlanName: !Ref Test{id}\n      RestoreTestingSelectionName: {}\n      ProtectedResourceType: {kind}\n      IamRoleArn: !GetAtt BackupRole.Arn\n      ProtectedResourceArns:\n        - \"*\"\n      ProtectedResourceConditions:\n        StringEquals:\n          - Key: aws:ResourceTag/{TEST_TAG}\n            Value: {}\n      ValidationWindowHours: 4\n",
            kind.to_ascii_lowercase(),
            yaml(&plan.slug)
        );
    }
}
