//! What templates leave open in backup plans, selections, resource policies and lifecycle policies: an unknown part leaves open what
//! depends on it, and nothing else.

use crate::support::{Document, Rel9, text};

fn judge(file: &str, content: &str) -> Document {
    Rel9::new().with_files(&[(file, content)]).judge(&["."])
}

/// A template with a table, a plan of these rules and a selection.
fn stack(rules: &str, selection: &str) -> Document {
    let template = format!(
        r#"
Parameters: {{ Any: {{ Type: String }}, Days: {{ Type: Number }} }}
Conditions: {{ Perhaps: !Equals [!Ref Any, yes] }}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{{ AttributeName: k, KeyType: HASH }}]
      AttributeDefinitions: [{{ AttributeName: k, AttributeType: S }}]
      Tags: [{{ Key: backup, Value: "yes" }}]
  Vault: {{ Type: AWS::Backup::BackupVault, Properties: {{ BackupVaultName: v }} }}
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties: {{ BackupPlan: {{ BackupPlanName: plan, BackupPlanRule: [{rules}] }} }}
  Selection:
    Type: AWS::Backup::BackupSelection
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection: {{ SelectionName: chosen, IamRoleArn: arn:aws:iam::111122223333:role/b, {selection} }}
"#
    );
    judge("t.yaml", &template)
}

const RULE: &str =
    "{ RuleName: d, TargetBackupVault: !Ref Vault, ScheduleExpression: cron(0 5 * * ? *), Lifecycle: { DeleteAfterDays: 35 } }";

/// A configuration with a table, a plan of these rules and a selection.
fn module(rules: &str, selection: &str) -> Document {
    let module = format!(
        r#"
variable "any" {{}}
data "aws_db_instance" "old" {{
  db_instance_identifier = "legacy"
}}
resource "aws_dynamodb_table" "t" {{
  name     = "t"
  hash_key = "k"
  tags     = {{ backup = "yes" }}
}}
resource "aws_backup_vault" "v" {{
  name = "v"
}}
resource "aws_backup_plan" "p" {{
  name = "p"
  {rules}
}}
resource "aws_backup_selection" "s" {{
  name         = "s"
  iam_role_arn = "arn:aws:iam::111122223333:role/b"
  plan_id      = aws_backup_plan.p.id
  {selection}
}}
"#
    );
    judge("main.tf", &module)
}

const TERRAFORM_RULE: &str = r#"rule {
    rule_name         = "d"
    target_vault_name = aws_backup_vault.v.name
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      delete_after = 35
    }
  }"#;

const TABLE: &str = "aws_dynamodb_table.t";
const PLAN: &str = "aws_backup_plan.p";

#[test]
fn a_selection_that_names_nothing_is_refused_by_aws() {
    let condition = "Conditions: { StringEquals: [{ ConditionKey: 'aws:ResourceTag/backup', ConditionValue: 'yes' }] }";
    for selection in ["", "NotResources: ['arn:aws:s3:::*']", condition, "Resources: []", "ListOfTags: []"] {
        let document = stack(RULE, selection);
        document.expect("data-in-backup-plan", &[("Table", "fail")]);
        document.expect("backup-plan-selects-resources", &[("Plan", "fail")]);
        document.expect("backup-selection-reaches-new-resources", &[("Selection", "fail")]);
        let said = document.says("backup-plan-selects-resources", "Plan");
        assert!(said.starts_with("fail: AWS Backup refuses its selection chosen"), "{said}");
    }
    let condition = "condition {\n    string_equals {\n      key = \"aws:ResourceTag/backup\"\n      value = \"yes\"\n    }\n  }";
    for selection in ["", condition] {
        let document = module(TERRAFORM_RULE, selection);
        document.expect("data-in-backup-plan", &[(TABLE, "fail")]);
        let said = document.says("backup-plan-selects-resources", PLAN);
        assert!(said.starts_with("fail: AWS Backup refuses its selection s"), "{said}");
    }
    // With the same condition, everything with the tag is selected.
    let document = module(TERRAFORM_RULE, &format!("resources = [\"*\"]\n  {condition}"));
    document.expect("data-in-backup-plan", &[(TABLE, "pass")]);
    document.expect("backup-plan-selects-resources", &[(PLAN, "pass")]);
    // An unknown list may name something.
    let document = stack(RULE, "Resources: !Split [',', !Ref Any]");
    document.expect("data-in-backup-plan", &[("Table", "unknown")]);
    document.expect("backup-plan-selects-resources", &[("Plan", "unknown")]);
}

#[test]
fn an_entry_that_is_not_known_takes_nothing_from_those_that_are() {
    let tag = |key: &str, value: &str| format!("{{ ConditionType: STRINGEQUALS, ConditionKey: {key}, ConditionValue: {value} }}");
    for (selection, status) in [
        ("Resources: [!Ref Any, !GetAtt Table.Arn]".to_owned(), "pass"),
        ("Resources: [!If [Perhaps, 'arn:aws:s3:::*', !Ref AWS::NoValue], !GetAtt Table.Arn]".to_owned(), "pass"),
        (format!("Resources: [!Ref Any], ListOfTags: [{}]", tag("backup", "'yes'")), "pass"),
        (format!("ListOfTags: [{}, {}]", tag("!Ref Any", "x"), tag("backup", "'yes'")), "pass"),
        (format!("ListOfTags: [{}, {}]", tag("tier", "!Ref Any"), tag("backup", "'yes'")), "pass"),
        ("Resources: [!Ref Any, 'arn:aws:s3:::*']".to_owned(), "unknown"),
        (format!("ListOfTags: [{}]", tag("backup", "!Ref Any")), "unknown"),
        // The table does not have the tag, whatever the value is.
        (format!("ListOfTags: [{}]", tag("tier", "!Ref Any")), "fail"),
        ("Resources: ['*'], NotResources: [!Ref Any]".to_owned(), "unknown"),
        ("Resources: ['*'], NotResources: [!Ref Any, !GetAtt Table.Arn]".to_owned(), "fail"),
        (
            "Resources: ['*'], Conditions: { StringEquals: [{ ConditionKey: aws:ResourceTag/tier, ConditionValue: !Ref Any }] }".to_owned(),
            "fail",
        ),
        (
            "Resources: ['*'], Conditions: { StringEquals: [{ ConditionKey: aws:ResourceTag/backup, ConditionValue: !Ref Any }] }"
                .to_owned(),
            "unknown",
        ),
        (
            "Resources: ['*'], Conditions: { StringNotEquals: [{ ConditionKey: aws:ResourceTag/tier, ConditionValue: !Ref Any }] }"
                .to_owned(),
            "pass",
        ),
        ("Resources: ['*'], Conditions: { StringLike: [{ ConditionKey: !Ref Any, ConditionValue: x }] }".to_owned(), "unknown"),
    ] {
        let document = stack(RULE, &selection);
        assert_eq!(document.status("data-in-backup-plan", "Table"), status, "{selection}");
    }
    for (selection, status) in [
        (format!("resources = [data.aws_db_instance.old.db_instance_arn, {TABLE}.arn]"), "pass"),
        ("resources = [data.aws_db_instance.old.db_instance_arn]".to_owned(), "unknown"),
        ("selection_tag {\n    type = \"STRINGEQUALS\"\n    key = \"backup\"\n    value = var.any\n  }".to_owned(), "unknown"),
        ("selection_tag {\n    type = \"STRINGEQUALS\"\n    key = \"tier\"\n    value = var.any\n  }".to_owned(), "fail"),
    ] {
        let document = module(TERRAFORM_RULE, &selection);
        assert_eq!(document.status("data-in-backup-plan", TABLE), status, "{selection}");
    }
}

#[test]
fn of_a_rule_only_what_depends_on_an_unknown_field_is_unknown() {
    let rules = ["backup-plan-frequency", "backup-plan-retention", "backup-plan-lifecycle-set", "backup-plan-windows-fit-schedule"];
    let fields = "TargetBackupVault: !Ref Vault, ScheduleExpression: cron(0 5 * * ? *), StartWindowMinutes: 60, CompletionWindowMinutes: 180, Lifecycle: { DeleteAfterDays: 35 }";
    let all_known = ["pass", "pass", "pass", "pass"];
    for (from, to, expected) in [
        ("", "", all_known),
        ("!Ref Vault", "!Ref Any", all_known),
        ("cron(0 5 * * ? *)", "!Ref Any", ["unknown", "unknown", "pass", "unknown"]),
        ("DeleteAfterDays: 35", "DeleteAfterDays: !Ref Days", ["pass", "unknown", "unknown", "pass"]),
        ("StartWindowMinutes: 60", "StartWindowMinutes: !Ref Days", ["pass", "pass", "pass", "unknown"]),
        ("StartWindowMinutes: 60", "ScheduleExpressionTimezone: !Ref Any, StartWindowMinutes: 60", all_known),
        ("StartWindowMinutes: 60", "RecoveryPointTags: !Ref Any, StartWindowMinutes: 60", all_known),
        ("StartWindowMinutes: 60", "EnableContinuousBackup: !Ref Any, StartWindowMinutes: 60", ["pass", "pass", "pass", "unknown"]),
        (
            "StartWindowMinutes: 60",
            "CopyActions: [!If [Perhaps, { DestinationBackupVaultArn: a }, !Ref AWS::NoValue]], StartWindowMinutes: 60",
            all_known,
        ),
    ] {
        let fields = if from.is_empty() { fields.to_owned() } else { fields.replace(from, to) };
        let document = stack(&format!("{{ RuleName: !Sub '${{Any}}-d', {fields} }}"), "Resources: ['*']");
        assert_eq!(rules.map(|rule| document.status(rule, "Plan").to_owned()), expected, "{to}");
        document.expect("data-in-backup-plan", &[("Table", "pass")]);
        document.expect("backup-plan-selects-resources", &[("Plan", "pass")]);
    }
    // A rule that may not exist takes nothing from one that does.
    let perhaps = "!If [Perhaps, { RuleName: x, TargetBackupVault: !Ref Vault }, !Ref AWS::NoValue]";
    let document = stack(&format!("{RULE}, {perhaps}"), "Resources: ['*']");
    assert_eq!(rules[..3].iter().map(|rule| document.status(rule, "Plan")).collect::<Vec<_>>(), ["pass", "pass", "unknown"]);
    let copy = |vault: &str| {
        format!(
            "{{ RuleName: c, TargetBackupVault: !Ref Vault, CopyActions: [{{ DestinationBackupVaultArn: {vault}, Lifecycle: {{ DeleteAfterDays: !Ref Days }} }}] }}"
        )
    };
    let document = stack(&format!("{}, {RULE}", copy("!Ref Any")), "Resources: ['*']");
    document.expect("backup-plan-cross-region-copy", &[("Plan", "unknown")]);
    document.expect("backup-plan-frequency", &[("Plan", "pass")]);
}

#[test]
fn a_dynamic_block_leaves_open_the_copies_alone() {
    let rule = TERRAFORM_RULE.replace(
        "lifecycle {",
        "dynamic \"copy_action\" {\n      for_each = var.any != \"\" ? [1] : []\n      content {\n        destination_vault_arn = var.any\n      }\n    }\n    lifecycle {",
    );
    let document = module(&rule, "resources = [\"*\"]");
    for (rule, status) in [
        ("backup-plan-frequency", "pass"),
        ("backup-plan-retention", "pass"),
        ("backup-plan-lifecycle-set", "pass"),
        ("backup-plan-cross-region-copy", "unknown"),
    ] {
        document.expect(rule, &[(PLAN, status)]);
    }
}

/// The status of a rule for a vault with this access policy, in both languages.
fn vault(rule: &str, statement: &str) -> String {
    let yaml = format!(
        "Parameters: {{ Any: {{ Type: String }} }}\nResources:\n  V:\n    Type: AWS::Backup::BackupVault\n    Properties:\n      BackupVaultName: v\n      AccessPolicy: {{ Version: '2012-10-17', Statement: [{statement}] }}\n"
    );
    let document = judge("t.yaml", &yaml);
    let said = document.says(rule, "V");
    assert!(!said.contains("statement statement"), "{said}");
    document.status(rule, "V").to_owned()
}

#[test]
fn a_vault_is_open_as_iam_reads_its_conditions() {
    let with = |condition: &str| {
        let allow =
            format!("{{ Effect: Allow, Principal: '*', Action: 'backup:CopyIntoBackupVault', Resource: '*', Condition: {condition} }}");
        vault("backup-vault-not-open", &allow)
    };
    for (condition, status) in [
        ("{ StringEquals: { 'aws:PrincipalOrgID': o-a1b2c3d4e5 } }", "pass"),
        ("{ StringEquals: { 'aws:PrincipalOrgID': '*' } }", "pass"),
        ("{ StringEquals: { 'aws:PrincipalOrgID': !Ref Any } }", "pass"),
        ("{ StringLike: { 'aws:PrincipalOrgID': '*' } }", "fail"),
        ("{ StringLike: { 'aws:PrincipalOrgID': !Ref Any } }", "unknown"),
        ("{ StringNotEquals: { 'aws:PrincipalOrgID': o-a1b2c3d4e5 } }", "fail"),
        ("{ StringEqualsIfExists: { 'aws:PrincipalOrgID': o-a1b2c3d4e5 } }", "fail"),
        ("{ 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/r-1/*'] } }", "pass"),
        ("{ 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': ['o-a1b2c3d4e5/r-1/*'] } }", "fail"),
        ("{ ArnLike: { 'aws:PrincipalArn': !Sub 'arn:aws:iam::${AWS::AccountId}:role/*' } }", "pass"),
        ("{ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/backup' } }", "fail"),
        ("{ Bool: { 'aws:SecureTransport': true } }", "fail"),
    ] {
        assert_eq!(with(condition), status, "{condition}");
    }
}

#[test]
fn only_a_deny_can_deny() {
    let denies = |statement: &str| vault("backup-vault-denies-deletion", statement);
    let deleting = "['backup:DeleteRecoveryPoint', 'backup:UpdateRecoveryPointLifecycle', 'backup:PutBackupVaultAccessPolicy']";
    for (statement, status) in [
        ("{ Effect: Allow, Principal: '*', Action: 'backup:CopyIntoBackupVault', Resource: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': !Ref Any } } }".to_owned(), "fail"),
        ("{ Effect: Allow, Principal: { AWS: !Ref Any }, Action: !Ref Any, Resource: !Ref Any }".to_owned(), "fail"),
        ("{ Effect: Deny, Principal: '*', Action: !Ref Any, Resource: '*' }".to_owned(), "unknown"),
        (format!("{{ Effect: !Ref Any, Principal: '*', Action: {deleting}, Resource: '*' }}"), "unknown"),
        (format!("{{ Effect: Deny, Principal: {{ AWS: !Ref Any }}, Action: {deleting}, Resource: '*' }}"), "unknown"),
        (format!("{{ Effect: Deny, Principal: '*', Action: {deleting}, Resource: '*' }}"), "pass"),
        // One statement without a Deny is enough.
        ("{ Effect: Deny, Principal: { AWS: !Ref Any }, Action: 'backup:DeleteRecoveryPoint', Resource: '*' }".to_owned(), "fail"),
    ] {
        assert_eq!(denies(&statement), status, "{statement}");
    }
}

#[test]
fn a_bucket_policy_names_its_bucket_by_any_symbol() {
    let with = |bucket: &str, resource: &str| {
        let yaml = format!(
            "Parameters: {{ Any: {{ Type: String }} }}\nResources:\n  Data: {{ Type: AWS::S3::Bucket{bucket} }}\n  Policy:\n    Type: AWS::S3::BucketPolicy\n    Properties:\n      Bucket: !Ref Data\n      PolicyDocument:\n        Statement:\n          - Effect: Deny\n            Principal: '*'\n            Action: s3:PutObject\n            Resource: {resource}\n            Condition: {{ 'Null': {{ 's3:x-amz-server-side-encryption-customer-algorithm': 'false' }} }}\n"
        );
        judge("t.yaml", &yaml).status("s3-bucket-enforces-encryption", "Data").to_owned()
    };
    for resource in [
        "!Sub '${Data.Arn}/*'",
        "!Join ['', [!GetAtt Data.Arn, '/*']]",
        "!Join ['/', [!GetAtt Data.Arn, '*']]",
        "!Sub 'arn:${AWS::Partition}:s3:::${Data}/*'",
        "[!GetAtt Data.Arn, !Sub '${Data.Arn}/*']",
    ] {
        assert_eq!(with("", resource), "pass", "{resource}");
    }
    assert_eq!(with("", "!GetAtt Data.Arn"), "fail");
    assert_eq!(with("", "!Sub '${Data.Arn}/in/*'"), "fail");
    assert_eq!(with("", "!Sub '${Data.Arn}/${!aws:userid}/*'"), "fail");
    assert_eq!(with("", "!Sub '${Any}/*'"), "unknown");
    assert_eq!(with(", Properties: { BucketName: !Sub '${Any}-data' }", "!Sub 'arn:aws:s3:::${Any}-data/*'"), "pass");
    // Text that looks like a symbol is not one where nothing is substituted.
    assert_eq!(with("", "'arn:aws:s3:::${Data}/*'"), "unknown");

    let module = |resource: &str| {
        let module = format!(
            "resource \"aws_s3_bucket\" \"data\" {{}}\nresource \"aws_s3_bucket_policy\" \"data\" {{\n  bucket = aws_s3_bucket.data.id\n  policy = jsonencode({{ Statement = [{{ Effect = \"Deny\", Principal = \"*\", Action = \"s3:PutObject\", Resource = {resource}, Condition = {{ Null = {{ \"s3:x-amz-server-side-encryption-customer-algorithm\" = \"false\" }} }} }}] }})\n}}\n"
        );
        judge("main.tf", &module).status("s3-bucket-enforces-encryption", "aws_s3_bucket.data").to_owned()
    };
    assert_eq!(module("\"${aws_s3_bucket.data.arn}/*\""), "pass");
    assert_eq!(module("\"arn:aws:s3:::${aws_s3_bucket.data.id}/*\""), "pass");
    assert_eq!(module("[aws_s3_bucket.data.arn, \"${aws_s3_bucket.data.arn}/*\"]"), "pass");
    assert_eq!(module("\"${aws_s3_bucket.data.arn}/in/*\""), "fail");
}

/// A configuration with an instance of two volumes, a volume of another type, and a lifecycle policy with these details.
fn lifecycle(details: &str) -> Document {
    let volume = |name: &str, device: &str, tags: &str| {
        format!(
            "resource \"aws_ebs_volume\" \"{name}\" {{\n  availability_zone = \"eu-west-1a\"\n  type = \"gp3\"\n  tags = {{ {tags} }}\n}}\nresource \"aws_volume_attachment\" \"{name}\" {{\n  device_name = \"{device}\"\n  volume_id = aws_ebs_volume.{name}.id\n  instance_id = aws_instance.i.id\n}}\n"
        )
    };
    let module = format!(
        "variable \"any\" {{}}\nprovider \"aws\" {{\n  region = \"eu-west-1\"\n}}\nresource \"aws_instance\" \"i\" {{\n  ami = \"ami-1\"\n  tags = {{ snap = \"yes\" }}\n}}\n{}{}resource \"aws_ebs_volume\" \"io\" {{\n  availability_zone = \"eu-west-1a\"\n  type = \"io2\"\n}}\nresource \"aws_dlm_lifecycle_policy\" \"p\" {{\n  description = \"d\"\n  execution_role_arn = \"arn:aws:iam::111122223333:role/d\"\n  {details}\n}}\n",
        volume("data", "/dev/sdf", ""),
        volume("skip", "/dev/sdg", "skip = \"1\""),
    );
    judge("main.tf", &module)
}

#[test]
fn a_lifecycle_policy_leaves_out_what_it_excludes() {
    let of_instances = |parameters: &str, schedule: &str| {
        lifecycle(&format!(
            "policy_details {{\n    resource_types = [\"INSTANCE\"]\n    target_tags = {{ snap = \"yes\" }}\n    {parameters}\n    schedule {{\n      name = \"s\"\n      {schedule}\n      retain_rule {{\n        count = 14\n      }}\n    }}\n  }}"
        ))
    };
    let rule = "ebs-volume-snapshot-schedule";
    let daily = "create_rule {\n        interval = 24\n      }";
    let volumes = |document: &Document| ["data", "skip"].map(|name| document.status(rule, &format!("aws_ebs_volume.{name}")).to_owned());
    for (parameters, expected) in [
        ("", ["pass", "pass"]),
        ("parameters {\n      exclude_boot_volume = true\n    }", ["pass", "pass"]),
        ("parameters {\n      exclude_data_volume_tags = { skip = \"1\" }\n    }", ["pass", "fail"]),
        ("parameters {\n      exclude_data_volume_tags = { skip = var.any }\n    }", ["pass", "unknown"]),
        ("parameters {\n      exclude_data_volume_tags = var.any\n    }", ["unknown", "unknown"]),
    ] {
        assert_eq!(volumes(&of_instances(parameters, daily)), expected, "{parameters}");
    }
    // A schedule with one unknown field is still a schedule.
    let document =
        of_instances("", &format!("{daily}\n      copy_tags = var.any\n      share_rule {{\n        target_accounts = var.any\n      }}"));
    assert_eq!(volumes(&document), ["pass", "pass"]);
    let by_default = |exclusions: &str| {
        lifecycle(&format!(
            "default_policy = \"VOLUME\"\n  policy_details {{\n    policy_language = \"SIMPLIFIED\"\n    resource_type = \"VOLUME\"\n    {exclusions}\n  }}"
        ))
    };
    for (exclusions, expected) in [
        ("", ["pass", "pass", "pass"]),
        ("exclusions {\n      exclude_volume_types = [\"io2\"]\n    }", ["pass", "pass", "fail"]),
        ("exclusions {\n      exclude_tags = { skip = \"1\" }\n      exclude_boot_volumes = true\n    }", ["pass", "fail", "pass"]),
        ("exclusions {\n      exclude_tags = { skip = var.any }\n    }", ["pass", "unknown", "pass"]),
        ("exclusions {\n      exclude_volume_types = var.any\n    }", ["unknown", "unknown", "unknown"]),
    ] {
        let document = by_default(exclusions);
        let found = ["data", "skip", "io"].map(|name| document.status(rule, &format!("aws_ebs_volume.{name}")).to_owned());
        assert_eq!(found, expected, "{exclusions}");
    }
}

#[test]
fn what_a_lifecycle_policy_targets_elsewhere_is_not_known() {
    let document = lifecycle(
        "policy_details {\n    resource_types = [\"VOLUME\"]\n    target_tags = { other = \"yes\" }\n    schedule {\n      name = \"s\"\n      create_rule {\n        interval = 24\n      }\n      retain_rule {\n        count = 14\n      }\n    }\n  }",
    );
    document.expect("dlm-policy-healthy", &[("aws_dlm_lifecycle_policy.p", "unknown")]);
    let finding = document.find("dlm-policy-healthy", "aws_dlm_lifecycle_policy.p").expect("a finding");
    assert_eq!(text(&finding["unknown_because"][0]), "what it targets outside of the template is not known");
}
