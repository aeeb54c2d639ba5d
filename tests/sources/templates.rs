//! Templates judged by the program: the findings for a pull request that forgets backups, with file and line, and what gives no finding.

use crate::support::{Document, Rel9, text};
use serde_json::Value;
use std::fs;

/// A folder with these files, and the findings for it.
struct Audit {
    rel9: Rel9,
}

impl Audit {
    fn of(files: &[(&str, &str)]) -> Audit {
        Audit { rel9: Rel9::new().with_files(files) }
    }

    fn run(&self, arguments: &[&str]) -> Document {
        self.rel9.judge(arguments)
    }

    /// Asserts exit code 2 and this message.
    fn refused(&self, arguments: &[&str], words: &str) {
        self.rel9.run(&[&["audit"], arguments].concat()).ended(2).said(words);
    }
}

fn line(document: &Document, rule: &str, resource: &str) -> Value {
    document.find(rule, resource).expect("a finding")["location"]["line"].clone()
}

const STACK: &str = r#"Parameters:
  Days:
    Type: Number
  Copy:
    Type: String
Conditions:
  Backed: !Equals [!Ref Copy, "yes"]
Resources:
  Vault:
    Type: AWS::Backup::BackupVault
    Properties: { BackupVaultName: main }
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: daily
        BackupPlanRule:
          - RuleName: daily
            TargetBackupVault: !Ref Vault
            ScheduleExpression: cron(0 5 ? * * *)
            Lifecycle: { DeleteAfterDays: 35 }
  Selection:
    Type: AWS::Backup::BackupSelection
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection:
        SelectionName: selected
        IamRoleArn: !Sub arn:aws:iam::${AWS::AccountId}:role/backup
        ListOfTags: [{ ConditionType: STRINGEQUALS, ConditionKey: backup, ConditionValue: daily }]
        Resources: [!GetAtt Orders.Arn]
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Invoices:
    Type: AWS::DynamoDB::Table
    Properties:
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
  Forgotten:
    Type: AWS::EC2::Volume
    Properties:
      AvailabilityZone: eu-west-1a
      Size: 8
      Encrypted: false
  Tagged:
    Type: AWS::EC2::Volume
    Properties:
      AvailabilityZone: eu-west-1a
      Size: 8
      Encrypted: true
      Tags: [{ Key: backup, Value: daily }]
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      BackupRetentionPeriod: !Ref Days
  ShortKept:
    Type: AWS::RDS::DBInstance
    Properties: { Engine: postgres }
"#;

#[test]
fn a_stack_is_judged_with_its_own_plans() {
    let document = Audit::of(&[("stack.yaml", STACK)]).run(&["stack.yaml"]);
    for (rule, resource, expected) in [
        ("data-in-backup-plan", "Orders", "pass"),
        ("data-in-backup-plan", "Tagged", "pass"),
        ("data-in-backup-plan", "Forgotten", "fail"),
        ("dynamodb-table-pitr", "Orders", "fail"),
        ("dynamodb-table-pitr", "Invoices", "pass"),
        ("ebs-volume-encrypted", "Forgotten", "fail"),
        ("ebs-volume-encrypted", "Tagged", "pass"),
        ("backup-plan-target-vault-exists", "Plan", "pass"),
        ("backup-plan-selects-resources", "Plan", "pass"),
        ("template-data-deletion-policy", "Forgotten", "fail"),
        // One day is the default of RDS.
        ("rds-instance-retention", "ShortKept", "fail"),
        ("rds-instance-retention", "Database", "unknown"),
        // Facts that only time creates give no finding.
        ("data-protected", "Orders", "none"),
        ("data-recovery-tested", "Orders", "none"),
        ("data-opt-in-not-blocked", "Orders", "none"),
        ("backup-vault-not-empty", "Vault", "none"),
    ] {
        assert_eq!(document.status(rule, resource), expected, "{rule} of {resource}");
    }
    assert_eq!(document.0["audit"]["source"], "cloudformation");
    let unknown = document.find("rds-instance-retention", "Database").expect("a finding");
    assert_eq!(unknown["unknown_because"][0], "parameter Days has no default (give it with --parameters)");
    let resource = &document.find("ebs-volume-encrypted", "Forgotten").expect("a finding")["resource"];
    assert_eq!(resource["arn"], "template:stack.yaml#Forgotten");
    assert!(resource.get("account").is_none() && resource.get("region").is_none(), "nobody gave them: {resource}");
}

#[test]
fn lines_are_those_of_what_decides() {
    let document = Audit::of(&[("infra/stack.yaml", STACK)]).run(&["infra"]);
    let number = |words: &str| STACK.lines().position(|line| line.contains(words)).expect("a line") as u64 + 1;
    assert_eq!(line(&document, "ebs-volume-encrypted", "Forgotten"), number("Encrypted: false"));
    assert_eq!(line(&document, "dynamodb-table-pitr", "Invoices"), number("PointInTimeRecoveryEnabled"));
    assert_eq!(line(&document, "dynamodb-table-pitr", "Orders"), number("  Orders:"), "what is not written is missing from the resource");
    assert_eq!(line(&document, "rds-instance-retention", "Database"), number("BackupRetentionPeriod"));
}

#[test]
fn messages_name_the_construct_of_cdk() {
    let stack = include_str!("../../fixtures/cloudformation/cdk.out/Shop.template.json");
    let nested = include_str!("../../fixtures/cloudformation/cdk.out/ShopTables.nested.template.json");
    let document = Audit::of(&[("Shop.template.json", stack), ("ShopTables.nested.template.json", nested)]).run(&["Shop.template.json"]);
    for finding in document.findings() {
        let of_bucket = finding["resource"]["id"] == "DataBucketE3889A50";
        let construct = if of_bucket { "Shop/Data/Bucket/Resource" } else { "Shop/Tables/Orders/Resource" };
        assert!(text(&finding["message"]).ends_with(&format!(" (CDK construct {construct})")), "{finding}");
    }
    assert!(document.find("s3-bucket-object-lock", "DataBucketE3889A50").is_some());
}

#[test]
fn given_values_settle_what_was_unknown() {
    let audit = Audit::of(&[("stack.yaml", STACK), ("p.json", r#"[{"ParameterKey": "Days", "ParameterValue": "14"}]"#)]);
    let document = audit.run(&["stack.yaml", "--parameters", "p.json", "--account", "111122223333", "--region", "eu-west-1"]);
    assert_eq!(document.status("rds-instance-retention", "Database"), "pass");
    let resource = &document.find("rds-instance-retention", "Database").expect("a finding")["resource"];
    assert_eq!((text(&resource["account"]), text(&resource["region"])), ("111122223333", "eu-west-1"));
}

#[test]
fn a_plan_that_may_not_exist_protects_nothing_for_certain() {
    for doubted in ["Plan", "Selection"] {
        let stack = STACK.replace(&format!("  {doubted}:\n"), &format!("  {doubted}:\n    Condition: Backed\n"));
        let stack = stack.replace("BackupPlanId: !Ref Plan", "BackupPlanId: !If [Backed, !Ref Plan, !Ref 'AWS::NoValue']");
        let document = Audit::of(&[("stack.yaml", &stack)]).run(&["stack.yaml"]);
        assert_eq!(document.status("data-in-backup-plan", "Orders"), "unknown", "{doubted}");
    }
    let stack = STACK.replace("  Vault:\n", "  Vault:\n    Condition: Backed\n");
    let stack = stack.replace("TargetBackupVault: !Ref Vault", "TargetBackupVault: main");
    let document = Audit::of(&[("stack.yaml", &stack)]).run(&["stack.yaml"]);
    assert_eq!(document.status("backup-plan-target-vault-exists", "Plan"), "unknown");
}

#[test]
fn a_plan_selects_what_it_selects_whatever_its_rules_turn_out_to_be() {
    let with = |rule: &str, more: &str| {
        let volumes = "  Files:\n    Type: AWS::EFS::FileSystem\n    Properties: { FileSystemTags: [{ Key: backup, Value: daily }] }\n";
        let stack = STACK.replace("Lifecycle: { DeleteAfterDays: 35 }", rule) + volumes + more;
        Audit::of(&[("stack.yaml", &stack)]).run(&["stack.yaml"])
    };
    let kept = with("Lifecycle: { DeleteAfterDays: !Ref Days }", "");
    for (rule, resource, expected) in [
        ("data-in-backup-plan", "Orders", "pass"),
        ("data-in-backup-plan", "Forgotten", "fail"),
        ("efs-automatic-backups", "Files", "pass"),
        ("backup-plan-retention", "Plan", "unknown"),
        // The other settings of the rule are known.
        ("backup-plan-frequency", "Plan", "pass"),
        ("backup-plan-target-vault-exists", "Plan", "pass"),
        ("ebs-volume-snapshot-schedule", "Tagged", "pass"),
        ("ebs-volume-snapshot-schedule", "Forgotten", "fail"),
    ] {
        assert_eq!(kept.status(rule, resource), expected, "{rule} of {resource}");
    }
    // An unknown list may be empty.
    let stack = STACK.replace("BackupPlanRule:\n", "BackupPlanRule: !Ref Copy\n        AdvancedBackupSettings:\n");
    let document = Audit::of(&[("stack.yaml", &stack)]).run(&["stack.yaml"]);
    assert_eq!(document.status("data-in-backup-plan", "Orders"), "unknown");
    // A copy with unknown retention is not left out.
    let copy = "CopyActions: [{ DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:far', Lifecycle: { DeleteAfterDays: !Ref Days } }]";
    assert_eq!(with(copy, "").status("data-copy-retention", "Orders"), "unknown");
}

#[test]
fn snapshots_by_a_policy_that_is_not_known_whole_are_not_denied() {
    let with = |state: &str, interval: &str, tags: &str| {
        let template = format!(
            "Parameters: {{ P: {{ Type: String }} }}\nResources:\n  Policy:\n    Type: AWS::DLM::LifecyclePolicy\n    Properties:\n      State: {state}\n      PolicyDetails:\n        ResourceTypes: [VOLUME]\n        TargetTags: [{{ Key: a, Value: b }}]\n        Schedules: [{{ Name: s, CreateRule: {{ Interval: {interval}, IntervalUnit: HOURS }}, RetainRule: {{ Count: 9 }} }}]\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: {{ Tags: [{{ Key: a, Value: {tags} }}] }}\n"
        );
        let document = Audit::of(&[("s.yaml", &template)]).run(&["s.yaml"]);
        ["data-in-backup-plan", "ebs-volume-snapshot-schedule", "dlm-policy-healthy"].map(|rule| {
            let of = if rule.starts_with("dlm") { "Policy" } else { "Data" };
            document.status(rule, of).to_owned()
        })
    };
    assert_eq!(with("ENABLED", "12", "b"), ["pass", "pass", "pass"]);
    assert_eq!(with("DISABLED", "12", "b"), ["fail", "fail", "none"]);
    assert_eq!(with("!Ref P", "12", "b"), ["unknown", "unknown", "unknown"]);
    assert_eq!(with("ENABLED", "!Ref P", "b"), ["pass", "unknown", "pass"]);
    assert_eq!(with("ENABLED", "12", "!Ref P"), ["unknown", "unknown", "unknown"]);
    // Its targets may be outside of the template.
    assert_eq!(with("ENABLED", "12", "c"), ["fail", "fail", "unknown"]);
    // AWS requires the state of a new policy, and documents no default.
    assert_eq!(with("!Ref AWS::NoValue", "12", "b"), ["unknown", "unknown", "unknown"]);
    // Another unknown tag changes nothing.
    assert_eq!(with("ENABLED", "12", "b }, { Key: other, Value: !Ref P"), ["pass", "pass", "pass"]);
}

#[test]
fn numbers_that_no_date_can_hold_are_borne() {
    let huge = i64::MAX;
    let template = format!(
        "Resources:\n  Plan:\n    Type: AWS::Backup::BackupPlan\n    Properties:\n      BackupPlan:\n        BackupPlanName: p\n        BackupPlanRule: [{{ RuleName: r, TargetBackupVault: Default, StartWindowMinutes: {huge}, CompletionWindowMinutes: {huge}, Lifecycle: {{ DeleteAfterDays: {huge} }} }}]\n  Selection:\n    Type: AWS::Backup::BackupSelection\n    Properties:\n      BackupPlanId: !Ref Plan\n      BackupSelection: {{ SelectionName: s, IamRoleArn: r, Resources: ['*'] }}\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: {{ Tags: [{{ Key: a, Value: b }}] }}\n  Policy:\n    Type: AWS::DLM::LifecyclePolicy\n    Properties:\n      PolicyDetails:\n        ResourceTypes: [VOLUME]\n        TargetTags: [{{ Key: a, Value: b }}]\n        Schedules: [{{ CreateRule: {{ Interval: {huge} }}, RetainRule: {{ Count: {huge} }} }}]\n  Tests:\n    Type: AWS::Backup::RestoreTestingPlan\n    Properties:\n      RestoreTestingPlanName: t\n      ScheduleExpression: rate({huge} days)\n      StartWindowHours: {huge}\n      RecoveryPointSelection: {{ SelectionWindowDays: {huge}, IncludeVaults: ['*'], RecoveryPointTypes: [SNAPSHOT] }}\n"
    );
    let document = Audit::of(&[("s.yaml", &template)]).run(&["s.yaml"]);
    // AWS refuses such a plan.
    assert_eq!(document.status("data-in-backup-plan", "Data"), "unknown");
}

#[test]
fn terraform_gives_the_same_findings() {
    let module = r#"
resource "aws_ebs_volume" "data" {
  availability_zone = "eu-west-1a"
  size              = 8
  encrypted         = false
}

resource "aws_db_instance" "orders" {
  engine = "postgres"
}

# rel9:ignore dynamodb-table-pitr filled anew every night
resource "aws_dynamodb_table" "cache" {
  name = "cache"
}

resource "aws_s3_bucket" "data" { bucket = "data" }

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration { status = "Enabled" }
}
"#;
    let document = Audit::of(&[("main.tf", module)]).run(&["."]);
    assert_eq!(document.0["audit"]["source"], "terraform");
    for (rule, resource, expected) in [
        ("ebs-volume-encrypted", "aws_ebs_volume.data", "fail"),
        // By default, the provider sets no automated backups.
        ("rds-instance-automated-backups", "aws_db_instance.orders", "fail"),
        ("template-final-snapshot-taken", "aws_db_instance.orders", "fail"),
        ("dynamodb-table-pitr", "aws_dynamodb_table.cache", "waived"),
        ("s3-bucket-versioning", "aws_s3_bucket.data", "pass"),
        ("template-data-deletion-policy", "aws_s3_bucket.data", "pass"),
        ("template-data-deletion-policy", "aws_ebs_volume.data", "fail"),
    ] {
        assert_eq!(document.status(rule, resource), expected, "{rule} of {resource}");
    }
    assert_eq!(line(&document, "ebs-volume-encrypted", "aws_ebs_volume.data"), 5);
    let finding = document.find("ebs-volume-encrypted", "aws_ebs_volume.data").expect("a finding");
    assert!(finding["remediation"]["terraform"].is_string() && finding["remediation"].get("cloudformation").is_none());
}

#[test]
fn plans_of_the_account_count_when_an_inventory_tells_of_them() {
    let lines = [
        r#"{"kind":"header","schema":"rel9.inventory/1","captured_at":"2026-11-22T07:00:00Z","source":"test"}"#,
        r#"{"kind":"resource","type":"AWS::Backup::BackupPlan","arn":"arn:aws:backup:eu-west-1:111122223333:backup-plan:p","account":"111122223333","region":"eu-west-1","id":"p","name":"central","tags":{},"properties":{"rules":[],"last_execution_at":null}}"#,
        r#"{"kind":"resource","type":"AWS::Backup::BackupSelection","arn":"arn:aws:backup:eu-west-1:111122223333:backup-plan:p/selection/s","account":"111122223333","region":"eu-west-1","id":"s","tags":{},"properties":{"plan_arn":"arn:aws:backup:eu-west-1:111122223333:backup-plan:p","role_arn":null,"resources":[],"not_resources":[],"list_of_tags":[{"key":"tier","value":"gold"}],"conditions":{}}}"#,
        r#"{"kind":"coverage","account":"111122223333","region":"eu-west-1","service":"backup","operation":"ListBackupPlans","status":"ok","items":1,"error":null}"#,
    ];
    let rule = r#"[{"id":null,"name":"r","vault":"Default","schedule":null,"timezone":null,"start_window_minutes":null,"completion_window_minutes":null,"continuous":false,"retention_days":35,"cold_after_days":null,"copies":[],"air_gapped_vault_arn":null}]"#;
    let inventory = lines.join("\n").replace("\"rules\":[]", &format!("\"rules\":{rule}"));
    let template = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n    Properties: { Encrypted: true }\n";
    let audit = Audit::of(&[("stack.yaml", template), ("account.ndjson", &inventory)]);
    assert_eq!(audit.run(&["stack.yaml"]).status("data-in-backup-plan", "Data"), "fail");
    let with = audit.run(&["stack.yaml", "--assume-plans", "account.ndjson"]);
    assert_eq!(with.status("data-in-backup-plan", "Data"), "fail", "it has not the tag");
    let tagged = audit.run(&["stack.yaml", "--assume-plans", "account.ndjson", "--stack-tag", "tier=gold"]);
    // The opt-in of the service was not read.
    assert_eq!(tagged.status("data-in-backup-plan", "Data"), "pass");
    assert!(tagged.findings().iter().all(|finding| finding["resource"]["id"] == "Data"), "the account itself is not judged");
}

#[test]
fn parts_of_another_stack_are_judged_with_it() {
    let parent = "Resources:\n  Child:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: child.yaml\n      Parameters: { Days: 30 }\n";
    let child = "Parameters: { Days: { Type: Number } }\nResources:\n  Database:\n    Type: AWS::RDS::DBInstance\n    Properties: { BackupRetentionPeriod: !Ref Days }\n";
    let audit = Audit::of(&[("infra/parent.yaml", parent), ("infra/child.yaml", child)]);
    let document = audit.run(&["infra"]);
    let found: Vec<_> = document.findings().iter().filter(|finding| finding["rule"] == "rds-instance-retention").collect();
    assert_eq!(found.len(), 1, "once, with the value that the parent gives");
    assert_eq!((text(&found[0]["status"]), text(&found[0]["location"]["file"])), ("pass", "infra/child.yaml"));
}

#[test]
fn what_is_no_template_is_passed_over_and_what_is_broken_is_told() {
    let kubernetes = "apiVersion: v1\nkind: Service\nmetadata: { name: web }\n";
    let helm = "{{- if .Values.enabled }}\napiVersion: v1\n{{- end }}\n";
    let template = "Resources:\n  Data:\n    Type: AWS::EC2::Volume\n";
    let audit = Audit::of(&[("a/web.yaml", kubernetes), ("a/chart.yaml", helm), ("a/x.json", "[1, 2]"), ("a/stack.yaml", template)]);
    assert_eq!(audit.run(&["a"]).0["summary"]["resources"], 1);
    let only = Audit::of(&[("a/web.yaml", kubernetes)]);
    only.refused(&["a"], "a: contains neither an inventory nor a template");
    only.refused(&["a/web.yaml"], "is neither an inventory nor a CloudFormation template nor a Terraform plan or state");
    only.refused(&["missing.yaml"], "missing.yaml: ");
    let broken = "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  Data:\n    Type: [AWS::EC2::Volume]\n";
    Audit::of(&[("s.yaml", broken)]).refused(&["s.yaml"], "s.yaml:4:");
    Audit::of(&[("s.yaml", "Resources:\n  # rel9:ignore ebs-volume-encrypted\n  Data:\n    Type: AWS::EC2::Volume\n")])
        .refused(&["s.yaml"], "s.yaml:2:");
    Audit::of(&[("s.yaml", "Resources:\n  # rel9:ignore ebs-volume-encryptd why not\n  Data:\n    Type: AWS::EC2::Volume\n")])
        .refused(&["s.yaml"], "s.yaml:2: there is no rule `ebs-volume-encryptd`; did you mean `ebs-volume-encrypted`?");
    Audit::of(&[("main.tf", "resource \"aws_ebs_volume\" {\n")]).refused(&["main.tf"], "main.tf:1:");
}

/// The Terraform fixtures: the folder without waivers, and a plan of it.
fn shop(plan: &str) -> Audit {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform");
    let audit = Audit::of(&[("plan.json", &fs::read_to_string(fixtures.join("plans").join(plan)).expect("a plan"))]);
    copy(&fixtures.join("shop"), &audit.rel9.home().join("shop"));
    audit
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            let content = fs::read_to_string(&path).expect("a text");
            let lines = content.lines().map(|line| line.split("# rel9:ignore").next().unwrap_or_default());
            fs::write(to, lines.collect::<Vec<_>>().join("\n")).expect("a file");
        }
    }
}

#[test]
fn a_plan_says_what_its_folder_says() {
    // Unknown without the files: `prevent_destroy`, whether a `dynamic` block sets lifecycle rules, and with provider version 4 also the conditions
    // of a selection.
    const PLANS_CANNOT_TELL: [&str; 4] =
        ["template-data-deletion-policy", "s3-bucket-lifecycle", "s3-bucket-mfa-delete", "s3-bucket-keeps-noncurrent-versions"];
    for plan in ["aws-4.json", "aws-5.json", "aws-6.json"] {
        let audit = shop(plan);
        let (alone, written) = (audit.run(&["plan.json"]), audit.run(&["shop"]));
        fs::copy(audit.rel9.home().join("plan.json"), audit.rel9.home().join("shop/plan.json")).expect("a plan");
        let beside = audit.run(&["shop/plan.json"]);
        let mut compared = 0;
        for finding in written.findings().iter().filter(|finding| finding["status"] != "unknown") {
            let (rule, resource, expected) = (text(&finding["rule"]), text(&finding["resource"]["id"]), text(&finding["status"]));
            let planned = beside.status(rule, resource);
            assert!(["none", expected].contains(&planned), "{plan} beside its files: {rule} of {resource} is {planned} and not {expected}");
            compared += usize::from(planned == expected);
            let alone = alone.status(rule, resource);
            let cannot_tell = alone == "unknown" && (PLANS_CANNOT_TELL.contains(&rule) || plan == "aws-4.json");
            assert!(cannot_tell || ["none", expected].contains(&alone), "{plan}: {rule} of {resource} is {alone} and not {expected}");
        }
        assert!(compared > 50, "{plan}: {compared} findings are of both");
        for (document, selects) in [(&beside, "pass"), (&alone, if plan == "aws-4.json" { "unknown" } else { "pass" })] {
            assert_eq!(document.status("backup-plan-selects-resources", "aws_backup_plan.daily"), selects, "{plan}");
            assert_eq!(document.status("data-in-backup-plan", "aws_ebs_volume.this[\"data\"]"), selects, "{plan}");
        }
    }
}

#[test]
fn files_beside_a_plan_tell_what_it_does_not() {
    let volume = plan("create", &[("aws_ebs_volume", "{}", r#"{"arn":true,"encrypted":true,"kms_key_id":true,"snapshot_id":true}"#)]);
    let file = "# rel9:ignore ebs-volume-encrypted scratch space\nresource \"aws_ebs_volume\" \"x\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n";
    let document = Audit::of(&[("plan.json", &volume), ("main.tf", file)]).run(&["plan.json"]);
    assert_eq!(document.status("ebs-volume-encrypted", "aws_ebs_volume.x"), "waived");
    assert_eq!(document.status("template-data-deletion-policy", "aws_ebs_volume.x"), "pass");
    assert_eq!(line(&document, "ebs-volume-encrypted", "aws_ebs_volume.x"), 2);
    let document = Audit::of(&[("plan.json", &volume), ("main.tf", &file.replace("true", "var.keep"))]).run(&["plan.json"]);
    assert_eq!(document.status("template-data-deletion-policy", "aws_ebs_volume.x"), "unknown");
    // Either no file and no `dynamic` block sets them, or one may.
    let bucket = plan("create", &[("aws_s3_bucket", "{}", r#"{"arn":true,"lifecycle_rule":true,"versioning":true}"#)]);
    for (inside, expected) in [("", "fail"), ("dynamic \"lifecycle_rule\" {\n for_each = var.rules\n content {}\n}", "unknown")] {
        let file = format!("resource \"aws_s3_bucket\" \"x\" {{\n{inside}\n}}\n");
        let document = Audit::of(&[("plan.json", &bucket), ("main.tf", &file)]).run(&["plan.json"]);
        assert_eq!(document.status("s3-bucket-mfa-delete", "aws_s3_bucket.x"), expected, "{inside}");
    }
}

/// A plan that does `action` with resources, each with only a type, the arguments in the configuration, and the marks of `after_unknown`.
fn plan(action: &str, resources: &[(&str, &str, &str)]) -> String {
    let each = |of: &dyn Fn(&(&str, &str, &str)) -> String| resources.iter().map(of).collect::<Vec<_>>().join(",");
    let head = |(kind, ..): &(&str, &str, &str)| format!(r#""address":"{kind}.x","mode":"managed","type":"{kind}","name":"x""#);
    let planned = each(&|resource| format!(r#"{{{},"values":{{}}}}"#, head(resource)));
    let changes = each(&|resource| {
        format!(r#"{{{},"change":{{"actions":["{action}"],"before":null,"after":{{}},"after_unknown":{}}}}}"#, head(resource), resource.2)
    });
    let declared = each(&|resource| match resource.1 {
        "{}" => format!("{{{}}}", head(resource)),
        expressions => format!(r#"{{{},"expressions":{expressions}}}"#, head(resource)),
    });
    format!(
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{{"resources":[{planned}]}}}},"resource_changes":[{changes}],
        "configuration":{{"root_module":{{"resources":[{declared}]}}}}}}"#
    )
}

#[test]
fn what_a_plan_does_not_set_is_the_default_of_the_service() {
    let judged = |action: &str, resource: (&str, &str, &str), rule: &str| {
        let document = Audit::of(&[("plan.json", &plan(action, &[resource]))]).run(&["plan.json"]);
        document.status(rule, &format!("{}.x", resource.0)).to_owned()
    };
    let volume = ("aws_ebs_volume", "{}", r#"{"arn":true,"encrypted":true,"kms_key_id":true,"snapshot_id":true}"#);
    let set = ("aws_ebs_volume", r#"{"encrypted":{"references":["var.encrypted"]}}"#, volume.2);
    let copied = ("aws_ebs_volume", r#"{"snapshot_id":{"references":["data.aws_ebs_snapshot.x.id"]}}"#, volume.2);
    for (action, resource, expected) in
        [("create", volume, "fail"), ("update", volume, "unknown"), ("create", set, "unknown"), ("create", copied, "unknown")]
    {
        assert_eq!(judged(action, resource, "ebs-volume-encrypted"), expected, "{action} {resource:?}");
    }
    let table = ("aws_dynamodb_table", "{}", r#"{"point_in_time_recovery":true,"server_side_encryption":true}"#);
    let set = ("aws_dynamodb_table", r#"{"point_in_time_recovery":[{"enabled":{"references":["var.pitr"]}}]}"#, table.2);
    assert_eq!(judged("create", table, "dynamodb-table-pitr"), "fail");
    assert_eq!(judged("create", set, "dynamodb-table-pitr"), "unknown");
    // A `dynamic` block may set its rules.
    let rules = ("aws_backup_plan", r#"{"name":{"constant_value":"daily"}}"#, r#"{"arn":true,"id":true,"rule":true}"#);
    assert_eq!(judged("create", rules, "backup-plan-frequency"), "unknown");
}

#[test]
fn what_terraform_has_made_is_known_by_its_ids() {
    let arn = |rest: &str| format!("arn:aws:{}", rest.replace('@', "eu-central-1:111122223333"));
    let (kept, plan) = (arn("ec2:@:volume/vol-0123"), arn("backup:@:backup-plan:p-1"));
    let resource = |kind: &str, name: &str, values: &str| {
        format!(r#"{{"address":"{kind}.{name}","mode":"managed","type":"{kind}","name":"{name}","values":{values}}}"#)
    };
    let rule = r#"{"rule_name":"daily","target_vault_name":"main","schedule":"cron(0 5 * * ? *)","start_window":60,"completion_window":180,
        "lifecycle":[{"cold_storage_after":0,"delete_after":35}],"copy_action":[],"enable_continuous_backup":false}"#;
    let none = r#"{"string_equals":[],"string_like":[],"string_not_equals":[],"string_not_like":[]}"#;
    let resources = [
        resource("aws_ebs_volume", "kept", &format!(r#"{{"id":"vol-0123","arn":"{kept}","encrypted":true,"tags":{{}}}}"#)),
        resource("aws_ebs_volume", "tagged", r#"{"encrypted":true,"tags":{"backup":"daily"}}"#),
        resource("aws_ebs_volume", "bare", r#"{"encrypted":true,"tags":{}}"#),
        resource("aws_backup_vault", "main", &format!(r#"{{"id":"main","name":"main","arn":"{}"}}"#, arn("backup:@:backup-vault:main"))),
        resource("aws_backup_plan", "daily", &format!(r#"{{"id":"p-1","name":"daily","arn":"{plan}","rule":[{rule}]}}"#)),
        resource(
            "aws_backup_selection",
            "data",
            &format!(
                r#"{{"id":"s-1","plan_id":"p-1","name":"data","resources":["{kept}"],"not_resources":[],"condition":[{none}],
                "selection_tag":[{{"type":"STRINGEQUALS","key":"backup","value":"daily"}}]}}"#
            ),
        ),
    ];
    let state = format!(r#"{{"format_version":"1.0","values":{{"root_module":{{"resources":[{}]}}}}}}"#, resources.join(","));
    let document = Audit::of(&[("state.json", &state)]).run(&["state.json"]);
    for (resource, expected) in [("kept", "pass"), ("tagged", "pass")] {
        assert_eq!(document.status("data-in-backup-plan", &format!("aws_ebs_volume.{resource}")), expected, "{resource}");
    }
    assert_ne!(document.status("data-in-backup-plan", "aws_ebs_volume.bare"), "pass");
    assert_eq!(document.status("backup-plan-selects-resources", "aws_backup_plan.daily"), "pass");
    assert_eq!(document.status("backup-plan-target-vault-exists", "aws_backup_plan.daily"), "pass");
}

/// A Region of each partition, and the partition's name in ARNs.
const PARTITIONS: [(&str, &str); 8] = [
    ("aws", "eu-west-1"),
    ("aws-cn", "cn-north-1"),
    ("aws-us-gov", "us-gov-west-1"),
    ("aws-iso", "us-iso-east-1"),
    ("aws-iso-b", "us-isob-east-1"),
    ("aws-iso-e", "eu-isoe-west-1"),
    ("aws-iso-f", "us-isof-south-1"),
    ("aws-eusc", "eusc-de-east-1"),
];

#[test]
fn a_selection_by_arn_reaches_the_table_in_every_partition() {
    for (partition, region) in PARTITIONS {
        let arn = format!("arn:{partition}:dynamodb:{region}:111122223333:table/orders");
        let cloudformation = format!(
            "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      TableName: orders\n  Plan:\n    Type: AWS::Backup::BackupPlan\n    \
             Properties:\n      BackupPlan:\n        BackupPlanName: daily\n        BackupPlanRule:\n        - RuleName: daily\n          TargetBackupVault: main\n          \
             ScheduleExpression: cron(0 5 ? * * *)\n  Selection:\n    Type: AWS::Backup::BackupSelection\n    Properties:\n      BackupPlanId: !Ref Plan\n      \
             BackupSelection:\n        SelectionName: orders\n        IamRoleArn: arn:{partition}:iam::111122223333:role/backup\n        Resources: [{arn}]\n"
        );
        let terraform = format!(
            "resource \"aws_dynamodb_table\" \"orders\" {{\n  name = \"orders\"\n}}\nresource \"aws_backup_plan\" \"daily\" {{\n  name = \"daily\"\n  rule {{\n    \
             rule_name = \"daily\"\n    target_vault_name = \"main\"\n    schedule = \"cron(0 5 ? * * *)\"\n  }}\n}}\nresource \"aws_backup_selection\" \"orders\" {{\n  \
             name = \"orders\"\n  plan_id = aws_backup_plan.daily.id\n  iam_role_arn = \"arn:{partition}:iam::111122223333:role/backup\"\n  resources = [\"{arn}\"]\n}}\n"
        );
        for (file, text) in [("template.yaml", &cloudformation), ("main.tf", &terraform)] {
            let rel9 = Rel9::new().with_files(&[(file, text)]);
            let found = rel9.judge(&["--region", region, "--account", "111122223333", file]);
            assert_eq!(
                found.status("data-in-backup-plan", "orders"),
                "pass",
                "{partition} {file}: {}",
                found.says("data-in-backup-plan", "orders")
            );
        }
    }
}
