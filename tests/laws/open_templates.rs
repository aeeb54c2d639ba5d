//! The program judges templates: what they leave open, and what a missing part of them may contain.

use crate::support::{Document, Rel9};

/// The findings for a folder with these files.
fn judge(files: &[(&str, &str)], arguments: &[&str]) -> Document {
    Rel9::new().with_files(files).judge(arguments)
}

/// A tag with an unknown value makes only the answers that depend on it unknown.
#[test]
fn tags_are_known_one_by_one() {
    let template = |selects: &str, tags: &str| {
        format!(
            "Parameters: {{ Env: {{ Type: String }} }}\nConditions: {{ Prod: !Equals [!Ref Env, prod] }}\nResources:\n  Plan:\n    Type: AWS::Backup::BackupPlan\n    Properties: {{ BackupPlan: {{ BackupPlanName: p, BackupPlanRule: [{{ RuleName: r, TargetBackupVault: v, Lifecycle: {{ DeleteAfterDays: 35 }} }}] }} }}\n  Selection:\n    Type: AWS::Backup::BackupSelection\n    Properties:\n      BackupPlanId: !Ref Plan\n      BackupSelection:\n        SelectionName: s\n        IamRoleArn: arn:aws:iam::111122223333:role/r\n        {selects}\n  Data:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      Tags: {tags}\n"
        )
    };
    let of = |selects: &str, tags: &str| {
        let document = judge(&[("s.yaml", &template(selects, tags))], &["s.yaml"]);
        document.status("data-in-backup-plan", "Data").to_owned()
    };
    let listed =
        |key: &str, value: &str| format!("ListOfTags: [{{ ConditionType: STRINGEQUALS, ConditionKey: {key}, ConditionValue: {value} }}]");
    let when = |operator: &str, key: &str, value: &str| {
        format!(
            "Resources: ['*']\n        Conditions: {{ {operator}: [{{ ConditionKey: 'aws:ResourceTag/{key}', ConditionValue: '{value}' }}] }}"
        )
    };
    let narrowed = |operator: &str, key: &str, value: &str| when(operator, key, value).replace("Resources: ['*']\n        ", "");
    let tags = "[{ Key: backup, Value: daily }, { Key: env, Value: !Ref Env }]";
    for (selects, expected) in [
        (listed("backup", "daily"), "pass"),
        (listed("backup", "weekly"), "fail"),
        (listed("env", "prod"), "unknown"),
        (listed("other", "x"), "fail"),
        (when("StringEquals", "backup", "daily"), "pass"),
        (when("StringEquals", "env", "prod"), "unknown"),
        (when("StringLike", "backup", "dai*"), "pass"),
        (when("StringLike", "env", "p*"), "unknown"),
        (when("StringNotEquals", "backup", "daily"), "fail"),
        (when("StringNotEquals", "env", "prod"), "unknown"),
        (when("StringNotLike", "backup", "wee*"), "pass"),
        (when("StringNotLike", "env", "p*"), "unknown"),
        (format!("{}\n        {}", listed("backup", "daily"), narrowed("StringEquals", "env", "prod")), "unknown"),
        (format!("{}\n        {}", listed("env", "prod"), narrowed("StringEquals", "backup", "weekly")), "fail"),
    ] {
        assert_eq!(of(&selects, tags), expected, "{selects}");
    }
    // A tag that may exist, one of two values, an unknown key.
    for (tags, expected) in [
        ("[{ Key: backup, Value: daily }, !If [Prod, { Key: env, Value: x }, !Ref AWS::NoValue]]", "pass"),
        ("[!If [Prod, { Key: backup, Value: daily }, !Ref AWS::NoValue]]", "unknown"),
        ("[!If [Prod, { Key: backup, Value: daily }, { Key: backup, Value: weekly }]]", "unknown"),
        ("[!If [Prod, { Key: env, Value: a }, { Key: env, Value: b }]]", "fail"),
        ("!If [Prod, [{ Key: backup, Value: daily }], [{ Key: backup, Value: daily }]]", "pass"),
        ("[{ Key: !Ref Env, Value: daily }]", "unknown"),
        ("[{ Key: backup, Value: '{{resolve:ssm:/x}}' }]", "unknown"),
    ] {
        assert_eq!(of(&listed("backup", "daily"), tags), expected, "{tags}");
    }

    // The policy file asks for tags too.
    let stack = template("Resources: ['*']", tags);
    let bare = template(&listed("backup", "weekly"), tags);
    let reproducible = |key: &str| {
        let policy = format!(
            "version: 1\nreproducible:\n  - {{ match: 'resource.tags[\"{key}\"] == \"daily\"', reason: cache, expires: 2099-01-01 }}\n"
        );
        judge(&[("s.yaml", &bare), ("rel9.yaml", &policy)], &["s.yaml"]).status("data-in-backup-plan", "Data").to_owned()
    };
    assert_eq!([reproducible("backup"), reproducible("env"), reproducible("other")], ["none", "unknown", "fail"]);
    // The audit does not skip a resource that may have the requested tag.
    let asked = |tag: &str| judge(&[("s.yaml", &stack)], &["s.yaml", "--tag", tag]).status("data-in-backup-plan", "Data").to_owned();
    assert_eq!([asked("backup=daily"), asked("env=prod"), asked("backup=weekly")], ["pass", "pass", "none"]);
}

/// Missing parts of a template may declare a backup plan, a vault or anything else.
#[test]
fn what_is_not_in_the_template_may_be_in_a_part_that_cannot_be_read() {
    let table = "  Data:\n    Type: AWS::DynamoDB::Table\n";
    for part in [
        "Resources:\n  Part:\n    Type: AWS::CloudFormation::Stack\n    Properties: { TemplateURL: 'https://example.com/backup.yaml' }\n",
        "Resources:\n  Part:\n    Type: AWS::Serverless::Application\n    Properties: { Location: { ApplicationId: a, SemanticVersion: 1.0.0 } }\n",
        "Resources:\n  Part:\n    Type: My::Backup::Plan::MODULE\n",
        "Transform: { Name: AWS::Include, Parameters: { Location: 's3://b/k' } }\nResources:\n",
        "Resources:\n  Fn::Transform: { Name: AWS::Include, Parameters: { Location: 's3://b/k' } }\n",
    ] {
        let rel9 = Rel9::new().with_files(&[("s.yaml", &format!("{part}{table}"))]);
        let document = rel9.judge(&["s.yaml"]);
        assert_eq!(document.status("data-in-backup-plan", "Data"), "unknown", "{part}");
        // Resources that the template declares are judged.
        assert_eq!(document.status("dynamodb-table-pitr", "Data"), "fail", "{part}");
        let run = rel9.run(&["audit", "s.yaml", "--rule", "data-in-backup-plan"]);
        assert!(run.ended(3).stdout.contains("gate incomplete: "), "{run}");
    }
}

/// The template that CDK's TableV2 generates.
#[test]
fn global_tables_are_data() {
    let table = |replica: &str| {
        format!(
            "Resources:\n  Data:\n    Type: AWS::DynamoDB::GlobalTable\n    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n    Properties:\n      Replicas: [{{ Region: !Ref AWS::Region, {replica} }}]\n"
        )
    };
    let of = |replica: &str| {
        let document = judge(&[("s.yaml", &table(replica))], &["s.yaml"]);
        ["data-in-backup-plan", "template-data-deletion-policy", "dynamodb-table-pitr"].map(|rule| document.status(rule, "Data").to_owned())
    };
    assert_eq!(of("DeletionProtectionEnabled: true"), ["fail", "pass", "fail"]);
    assert_eq!(of("PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }"), ["pass", "pass", "pass"]);
}

/// The plan behind Amazon EFS's automatic backups is not in the template.
#[test]
fn automatic_backups_of_efs_count() {
    let of = |policy: &str| {
        let template = format!(
            "Parameters: {{ P: {{ Type: String }} }}\nResources:\n  Data:\n    Type: AWS::EFS::FileSystem\n    Properties: {{ Encrypted: true{policy} }}\n"
        );
        let document = judge(&[("s.yaml", &template)], &["s.yaml"]);
        ["data-in-backup-plan", "efs-automatic-backups"].map(|rule| document.status(rule, "Data").to_owned())
    };
    assert_eq!(of(", BackupPolicy: { Status: ENABLED }"), ["pass", "pass"]);
    assert_eq!(of(", BackupPolicy: { Status: DISABLED }"), ["fail", "fail"]);
    assert_eq!(of(", BackupPolicy: { Status: !Ref P }"), ["unknown", "unknown"]);
    assert_eq!(of(""), ["fail", "fail"]);
}

/// The target vault of a rule is unknown: it may be any vault of the template.
#[test]
fn a_vault_that_a_plan_may_write_to_is_not_passed_over() {
    let with = |target: &str| {
        let template = format!(
            "Parameters: {{ Name: {{ Type: String }} }}\nResources:\n  Vault:\n    Type: AWS::Backup::BackupVault\n    Properties: {{ BackupVaultName: main, LockConfiguration: {{ MinRetentionDays: 30 }} }}\n  Other:\n    Type: AWS::Backup::BackupVault\n    Properties: {{ BackupVaultName: !Ref Name }}\n  Plan:\n    Type: AWS::Backup::BackupPlan\n    Properties: {{ BackupPlan: {{ BackupPlanName: p, BackupPlanRule: [{{ RuleName: r, Lifecycle: {{ DeleteAfterDays: 7 }}, {target} }}] }} }}\n"
        );
        let document = judge(&[("s.yaml", &template)], &["s.yaml"]);
        ["backup-vault-notifications", "backup-vault-lock-allows-plans"].map(|rule| document.status(rule, "Vault").to_owned())
    };
    assert_eq!(with("TargetBackupVault: main"), ["fail", "fail"]);
    assert_eq!(with("TargetBackupVault: elsewhere"), ["none", "none"]);
    assert_eq!(with("TargetBackupVault: !Ref Other"), ["none", "none"]);
    assert_eq!(with("TargetBackupVault: !ImportValue vault"), ["unknown", "unknown"]);
    let copy = "TargetBackupVault: elsewhere, CopyActions: [{ DestinationBackupVaultArn:";
    assert_eq!(with(&format!("{copy} !Sub 'arn:aws:backup:${{AWS::Region}}:${{AWS::AccountId}}:backup-vault:main' }}]")), ["fail", "pass"]);
    assert_eq!(with(&format!("{copy} !ImportValue vault }}]")), ["unknown", "unknown"]);
}

/// Plans name roles that exist before the template: whether those can be assumed shows after the deployment, and makes no finding.
#[test]
fn a_role_outside_of_the_template_makes_no_finding() {
    let template = |role: &str| {
        let role_of_template = "  Role:\n    Type: AWS::IAM::Role\n    Properties: { RoleName: r, AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: 'sts:AssumeRole' }] } }\n";
        let plan = "  Plan:\n    Type: AWS::Backup::BackupPlan\n    Properties: { BackupPlan: { BackupPlanName: p, BackupPlanRule: [{ RuleName: r, TargetBackupVault: v }] } }\n";
        let selection = "  Selection:\n    Type: AWS::Backup::BackupSelection\n    Properties: { BackupPlanId: !Ref Plan, BackupSelection: { SelectionName: s, Resources: ['*'], IamRoleArn: ";
        format!("Resources:\n{role_of_template}{plan}{selection}{role} }} }}\n")
    };
    let status = |role: &str| judge(&[("s.yaml", &template(role))], &["s.yaml"]).status("backup-role-assumable", "Selection").to_owned();
    assert_eq!(status("!GetAtt Role.Arn"), "fail");
    for outside in
        ["arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole", "!Sub 'arn:aws:iam::${AWS::AccountId}:role/backup'"]
    {
        let document = judge(&[("s.yaml", &template(outside))], &["s.yaml"]);
        assert!(document.findings().iter().all(|finding| finding["rule"] != "backup-role-assumable"), "{outside}");
    }
}
