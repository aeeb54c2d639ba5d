//! Terraform judged by the program: nothing passes that could not be read, whatever the reason.

use crate::support::{Document, Rel9, text};
use rel9::audit::policy::Policy;
use rel9::audit::{Options, Templates, run_templates};
use rel9::inventory::edit::NoSlots;
use rel9::rules::RuleSet;
use rel9::template::declarable::declarables;
use rel9::template::declaration::{Declaration, Language, Node, PRESENCE, Position, Unknown, Value as Declared};
use rel9::template::table::{As, Row, Table, pick};
use rel9::template::types;
use serde_json::{Value, json};

/// A folder with these files, and the findings for it.
struct Audit {
    rel9: Rel9,
}

impl Audit {
    fn of(files: &[(&str, &str)]) -> Audit {
        Audit { rel9: Rel9::new().with_files(files) }
    }

    fn ends(&self, code: i32, input: &str) -> Document {
        self.rel9.run(&["audit", "--format", "json", "--fail-on", "critical", input]).ended(code).document()
    }

    fn run(&self, input: &str) -> Document {
        self.rel9.judge(&[input])
    }
}

// Rules that no value of an argument can change.
const CERTAIN: [(&str, &str); 14] = [
    ("AWS::Backup::LogicallyAirGappedBackupVault", "backup-vault-denies-deletion"),
    ("AWS::Backup::LogicallyAirGappedBackupVault", "backup-vault-lock-compliance-mode"),
    ("AWS::Backup::LogicallyAirGappedBackupVault", "backup-vault-locked"),
    ("aws_backup_logically_air_gapped_vault", "backup-vault-denies-deletion"),
    ("aws_backup_logically_air_gapped_vault", "backup-vault-lock-compliance-mode"),
    ("aws_backup_logically_air_gapped_vault", "backup-vault-locked"),
    // An existing block or resource locks the vault, whatever its arguments are.
    ("aws_backup_vault", "backup-vault-locked"),
    // The policy of a table is a resource of its own.
    ("aws_dynamodb_table", "data-policy-not-open"),
    // AWS takes snapshots of every Managed Microsoft AD, and recovery points of every namespace.
    ("AWS::DirectoryService::MicrosoftAD", "data-in-backup-plan"),
    ("AWS::RedshiftServerless::Namespace", "data-in-backup-plan"),
    ("aws_redshiftserverless_namespace", "data-in-backup-plan"),
    // A stored volume has a daily schedule from its creation, and the provider has no argument for it.
    ("aws_storagegateway_stored_iscsi_volume", "storage-gateway-volume-snapshots"),
    // S3 encrypts every bucket.
    ("AWS::S3::Bucket", "s3-bucket-encrypted"),
    ("aws_s3_bucket", "s3-bucket-encrypted"),
];

fn unknown() -> Node {
    let unknown = Unknown::new("nobody knows", "${?}");
    Node::new(Position { line: 1, column: 1 }, Declared::Unknown(unknown))
}

fn map(entries: Vec<(String, Node)>) -> Node {
    Node::new(Position { line: 1, column: 1 }, Declared::Map(entries))
}

fn put(body: &mut Vec<(String, Node)>, path: &str, leaf: Node) {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    if !body.iter().any(|(name, _)| name == key) {
        let value = if rest.is_some() { map(Vec::new()) } else { leaf.clone() };
        body.push((key.to_owned(), value));
    }
    if let (Some(rest), Some((_, Node { value: Declared::Map(inner), .. }))) = (rest, body.iter_mut().find(|(name, _)| name == key)) {
        put(inner, rest, leaf);
    }
}

/// Every argument of rows as an unknown value, in existing blocks.
fn all_of(rows: &[Row], language: Language) -> Node {
    let mut body = Vec::new();
    for row in rows {
        let leaf = match row.to {
            As::List(rows) | As::Some(rows) | As::Object(rows) => all_of(rows, language),
            _ => unknown(),
        };
        for path in pick(&row.from, language).split('|').filter(|path| !path.is_empty()) {
            put(&mut body, path, leaf.clone());
        }
    }
    map(body)
}

fn declared(type_name: &str, language: Language, body: Node) -> Declaration {
    Declaration {
        language,
        type_name: type_name.to_owned(),
        id: format!("{type_name}.thing"),
        file: "main".into(),
        root: None,
        at: body.at,
        construct: None,
        body,
        settings: Vec::new(),
        ignores: Vec::new(),
    }
}

fn passes(rules: &RuleSet, declaration: Declaration) -> Vec<(String, String)> {
    let shard = rel9::template::inventory::shard(&[declaration], &rel9::template::Options::default());
    let templates = Templates { declarables: &declarables(), slots: &NoSlots };
    let judged = run_templates(|judge| Ok::<_, String>(vec![judge(&shard)]), templates, rules, &Policy::default(), &Options::default());
    let (findings, _) = judged.expect("findings");
    let findings = serde_json::to_value(&findings.findings).expect("JSON");
    let passed = findings.as_array().expect("a list").iter().filter(|finding| finding["status"] == "pass");
    passed.map(|finding| (text(&finding["rule"]).to_owned(), text(&finding["message"]).to_owned())).collect()
}

fn languages(table: &Table) -> impl Iterator<Item = (Language, &'static str)> {
    let cloudformation = table.cloudformation.iter().map(|name| (Language::CloudFormation, *name));
    cloudformation.chain(table.terraform.iter().map(|name| (Language::Terraform, *name)))
}

#[test]
fn nothing_passes_of_which_nothing_is_known() {
    let rules = RuleSet::built_in(rel9::rules::Care::Trusted).expect("rules");
    let mut wrong = Vec::new();
    for (table, (language, name)) in types::all().flat_map(|table| languages(table).map(move |name| (table, name))) {
        let mut leaves = all_of(table.rows, language);
        if let Declared::Map(body) = &mut leaves.value {
            let encryption = table.encryption.iter().flat_map(|encryption| {
                let flag = encryption.flag.as_ref().map(|flag| flag.at);
                flag.into_iter().chain([encryption.key])
            });
            for path in encryption.chain([table.tags]) {
                for path in pick(&path, language).split('|').filter(|path| !path.is_empty()) {
                    put(body, path, unknown());
                }
            }
        }
        if let (Declared::Map(body), Language::Terraform) = (&mut leaves.value, language) {
            let ends = &table.ends;
            for name in [ends.force_destroy, ends.skip_final_snapshot, ends.final_snapshot_name, ends.delete_automated_backups] {
                name.into_iter().for_each(|name| put(body, name, unknown()));
            }
        }
        for (what, body) in [("an unknown body", unknown()), ("unknown arguments", leaves)] {
            for (rule, message) in passes(&rules, declared(name, language, body)) {
                // Block devices are in no row: if only rows are unknown, there are none.
                let no_devices = what == "unknown arguments" && rule == "ec2-block-devices-encrypted";
                if !no_devices && !CERTAIN.contains(&(name, rule.as_str())) {
                    wrong.push(format!("{rule} of {name} with {what}: {message}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_protects_only_if_it_exists_passes_nothing_while_that_is_not_known() {
    let rules = RuleSet::built_in(rel9::rules::Care::Trusted).expect("rules");
    for (table, (language, name)) in types::all().flat_map(|table| languages(table).map(move |name| (table, name))) {
        if !table.type_name.starts_with("AWS::Backup::") && !table.type_name.starts_with("AWS::DLM::") {
            continue;
        }
        let mut thing = declared(name, language, map(Vec::new()));
        thing.settings.push((PRESENCE.to_owned(), unknown()));
        assert_eq!(passes(&rules, thing), [], "{name}");
    }
}

const PLAN: &str = r#"
resource "aws_backup_vault" "main" {
  name = "main"
}
resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.main.name
    schedule          = "cron(0 5 ? * * *)"
  }
}
resource "aws_backup_selection" "tagged" {
  name         = "tagged"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}
"#;

#[test]
fn plans_and_policies_reach_their_own_region_only() {
    let main = r#"
variable "region" {}
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "west"
  region = "us-west-2"
}
locals {
  tags = { backup = "daily" }
}
resource "aws_dlm_lifecycle_policy" "daily" {
  description        = "daily"
  execution_role_arn = "arn:aws:iam::111122223333:role/dlm"
  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { dlm = "daily" }
    schedule {
      name = "daily"
      create_rule {
        interval = 24
      }
      retain_rule {
        count = 14
      }
    }
  }
}
resource "aws_ebs_volume" "here" {
  availability_zone = "eu-west-1a"
  tags              = merge(local.tags, { dlm = "daily" })
}
resource "aws_ebs_volume" "there" {
  provider          = aws.west
  availability_zone = "us-west-2a"
  tags              = merge(local.tags, { dlm = "daily" })
}
resource "aws_dynamodb_table" "there" {
  region = "us-west-2"
  name   = "there"
  tags   = local.tags
}
resource "aws_dynamodb_table" "anywhere" {
  region = var.region
  name   = "anywhere"
  tags   = local.tags
}
"#;
    let document = Audit::of(&[("main.tf", main), ("plan.tf", PLAN)]).run(".");
    let expected = [
        ("aws_ebs_volume.here", "pass"),
        ("aws_ebs_volume.there", "fail"),
        ("aws_dynamodb_table.there", "fail"),
        ("aws_dynamodb_table.anywhere", "unknown"),
    ];
    document.expect("data-in-backup-plan", &expected);
    document.expect("ebs-volume-snapshot-schedule", &expected[..2]);
    let message = document.says("backup-plan-selects-resources", "aws_backup_plan.daily");
    assert!(message.starts_with("pass: selects 1 resource"), "{message}");
    document.expect("dlm-policy-healthy", &[("aws_dlm_lifecycle_policy.daily", "pass")]);
}

#[test]
fn a_policy_of_which_something_is_not_known_may_take_the_snapshots() {
    let main = |tags: &str, count: &str| {
        format!(
            r#"
variable "any" {{}}
resource "aws_dlm_lifecycle_policy" "daily" {{
  {count}
  description        = "daily"
  execution_role_arn = "arn:aws:iam::111122223333:role/dlm"
  policy_details {{
    resource_types = ["VOLUME"]
    target_tags    = {tags}
    schedule {{
      name = "daily"
      create_rule {{
        interval = 24
      }}
      retain_rule {{
        count = 14
      }}
    }}
  }}
}}
resource "aws_ebs_volume" "data" {{
  availability_zone = "eu-west-1a"
  tags              = {{ dlm = "daily" }}
}}
"#
        )
    };
    for (tags, count, status) in [
        ("{ dlm = \"daily\" }", "", "pass"),
        ("{ dlm = \"weekly\" }", "", "fail"),
        ("var.any", "", "unknown"),
        ("{ dlm = \"daily\" }", "count = var.any", "unknown"),
    ] {
        let document = Audit::of(&[("main.tf", &main(tags, count))]).run(".");
        document.expect("ebs-volume-snapshot-schedule", &[("aws_ebs_volume.data", status)]);
    }
}

#[test]
fn what_a_plan_selects_elsewhere_is_not_known() {
    let document = Audit::of(&[("plan.tf", PLAN)]).run(".");
    let plan = "aws_backup_plan.daily";
    document.expect("backup-plan-selects-resources", &[(plan, "unknown")]);
    let reasons = &document.find("backup-plan-selects-resources", plan).expect("a finding")["unknown_because"];
    assert_eq!(*reasons, json!(["what it selects outside of the template is not known"]));
    let without = PLAN.split("resource \"aws_backup_selection\"").next().expect("a plan");
    let document = Audit::of(&[("plan.tf", without)]).run(".");
    document.expect("backup-plan-selects-resources", &[(plan, "fail")]);
}

#[test]
fn opt_in_that_the_template_switches_off_blocks() {
    let settings = |preference: &str| {
        format!(
            "variable \"any\" {{}}\nresource \"aws_backup_region_settings\" \"all\" {{\n  resource_type_opt_in_preference = {preference}\n}}\n"
        )
    };
    let volume = "resource \"aws_ebs_volume\" \"data\" {\n  tags = { backup = \"daily\" }\n}\n";
    for (preference, status) in
        [("{ EBS = true }", "pass"), ("{ EBS = false }", "fail"), ("var.any", "unknown"), ("{ EBS = var.any }", "unknown")]
    {
        let document = Audit::of(&[("main.tf", volume), ("plan.tf", PLAN), ("settings.tf", &settings(preference))]).run(".");
        document.expect("ebs-volume-snapshot-schedule", &[("aws_ebs_volume.data", status)]);
    }
}

#[test]
fn a_part_of_which_is_not_known_whose_it_is_may_be_anyones() {
    let main = r#"
variable "any" {}
resource "aws_s3_bucket" "own" {}
resource "aws_s3_bucket_versioning" "own" {
  bucket = aws_s3_bucket_public_access_block.own.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket_public_access_block" "own" {
  bucket = aws_s3_bucket.own.id
}
resource "aws_s3_bucket" "other" {}
resource "aws_s3_bucket_versioning" "read" {
  bucket = data.aws_s3_bucket.log.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_backup_vault" "main" {
  name = "main"
}
resource "aws_backup_vault" "second" {
  name = "second"
}
"#;
    let part = r#"
resource "aws_s3_bucket_versioning" "any" {
  bucket = var.any
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_backup_vault_policy" "any" {
  backup_vault_name = var.any
  policy            = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }] })
}
"#;
    let document = Audit::of(&[("main.tf", main)]).run(".");
    document.expect("s3-bucket-versioning", &[("aws_s3_bucket.own", "pass"), ("aws_s3_bucket.other", "fail")]);
    document.expect("backup-vault-not-open", &[("aws_backup_vault.main", "pass")]);
    let document = Audit::of(&[("main.tf", main), ("part.tf", part)]).run(".");
    document.expect("s3-bucket-versioning", &[("aws_s3_bucket.own", "pass"), ("aws_s3_bucket.other", "unknown")]);
    document.expect("backup-vault-not-open", &[("aws_backup_vault.main", "unknown"), ("aws_backup_vault.second", "unknown")]);
}

fn planned(resources: &Value, changes: &Value, configuration: &Value) -> String {
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": { "root_module": { "resources": resources } },
        "resource_changes": changes,
        "configuration": { "root_module": { "resources": configuration } },
    })
    .to_string()
}

fn managed(type_name: &str, name: &str, rest: Value) -> Value {
    let mut all = json!({ "address": format!("{type_name}.{name}"), "mode": "managed", "type": type_name, "name": name });
    all.as_object_mut().expect("an object").extend(rest.as_object().cloned().expect("an object"));
    all
}

#[test]
fn what_a_plan_destroys_of_a_bucket_no_longer_counts() {
    let bucket = managed(
        "aws_s3_bucket",
        "data",
        json!({ "values": {
            "id": "data", "bucket": "data", "force_destroy": false, "versioning": [{ "enabled": true, "mfa_delete": false }],
            "lifecycle_rule": [{ "id": "old", "enabled": true, "noncurrent_version_expiration": [{ "days": 30 }] }],
        } }),
    );
    let change = |type_name: &str, actions: Value| {
        managed(type_name, "data", json!({ "change": { "actions": actions, "before": { "bucket": "data", "id": "data" }, "after": null } }))
    };
    let versioning = |actions: Value| {
        let changes = json!([change("aws_s3_bucket_versioning", actions)]);
        Audit::of(&[("plan.json", &planned(&json!([bucket]), &changes, &json!([])))]).run("plan.json")
    };
    let bucket_id = "aws_s3_bucket.data";
    versioning(json!(["no-op"])).expect("s3-bucket-versioning", &[(bucket_id, "pass")]);
    // `removed` takes a resource out of the state and leaves it in AWS.
    versioning(json!(["forget"])).expect("s3-bucket-versioning", &[(bucket_id, "pass")]);
    let document = versioning(json!(["delete"]));
    document.expect("s3-bucket-versioning", &[(bucket_id, "fail")]);
    assert_eq!(document.says("s3-bucket-versioning", bucket_id), "fail: versioning is suspended");
    let changes = json!([change("aws_s3_bucket_lifecycle_configuration", json!(["delete"]))]);
    let document = Audit::of(&[("plan.json", &planned(&json!([bucket]), &changes, &json!([])))]).run("plan.json");
    document.expect("s3-bucket-versioning", &[(bucket_id, "pass")]);
    document.expect("s3-bucket-lifecycle", &[(bucket_id, "fail")]);
}

#[test]
fn what_was_replaced_and_could_not_be_deleted_is_left_out_of_a_state() {
    let now = managed("aws_ebs_volume", "data", json!({ "values": { "id": "vol-1", "encrypted": true } }));
    let before = managed("aws_ebs_volume", "data", json!({ "values": { "id": "vol-0", "encrypted": false }, "deposed_key": "0b" }));
    let state = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [now, before] } } }).to_string();
    let document = Audit::of(&[("state.json", &state)]).run("state.json");
    document.expect("ebs-volume-encrypted", &[("aws_ebs_volume.data", "pass")]);
}

#[test]
fn default_tags_that_are_not_known_may_be_any() {
    let volume = managed("aws_ebs_volume", "data", json!({ "values": {} }));
    let unknown = json!({ "id": true, "tags_all": true });
    let change = managed("aws_ebs_volume", "data", json!({ "change": { "actions": ["create"], "after_unknown": unknown } }));
    let declared = managed("aws_ebs_volume", "data", json!({ "provider_config_key": "aws", "expressions": {} }));
    let is_unset = |provider: Value| {
        let plan = planned(&json!([volume]), &json!([change]), &json!([declared]));
        let mut plan: Value = serde_json::from_str(&plan).expect("JSON");
        plan["configuration"]["provider_config"] = json!({ "aws": { "name": "aws", "expressions": provider } });
        let declarations = rel9::template::terraform::read_plan("-", &plan.to_string()).expect("a plan");
        match &declarations[0].body.get("tags_all").expect("an attribute").value {
            Declared::Unknown(unknown) => unknown.unset,
            other => panic!("{other:?}"),
        }
    };
    // A plan also shows a resource without tags as "known after apply".
    assert!(is_unset(json!({})));
    assert!(!is_unset(json!({ "default_tags": [{ "tags": { "references": ["random_id.owner.hex"] } }] })));
}

const BUCKET_MODULE: &str = r#"
locals {
  bucket_id = join("", aws_s3_bucket.this[*].id)
  log_id    = "${aws_s3_bucket.this[0].id}-log"
}
resource "aws_s3_bucket" "this" {
  count = 1
}
resource "aws_s3_bucket_versioning" "this" {
  bucket = local.bucket_id
  versioning_configuration {
    status = "Enabled"
  }
}
"#;

fn bucket_plan(local: &str) -> String {
    let bucket = json!({
        "address": "module.data.aws_s3_bucket.this[0]", "mode": "managed", "type": "aws_s3_bucket", "name": "this", "index": 0, "values": {},
    });
    let versioning = json!({
        "address": "module.data.aws_s3_bucket_versioning.this", "mode": "managed", "type": "aws_s3_bucket_versioning", "name": "this",
        "values": { "versioning_configuration": [{ "status": "Enabled" }] },
    });
    let change = |resource: &Value, unknown: Value| json!({ "address": resource["address"], "change": { "actions": ["create"], "after_unknown": unknown } });
    json!({
        "format_version": "1.2",
        "planned_values": { "root_module": { "child_modules": [{ "address": "module.data", "resources": [bucket, versioning] }] } },
        "resource_changes": [
            change(&bucket, json!({ "id": true, "bucket": true, "versioning": true })),
            change(&versioning, json!({ "bucket": true })),
        ],
        "configuration": { "root_module": { "module_calls": { "data": { "source": "example/bucket/aws", "module": { "resources": [
            { "mode": "managed", "type": "aws_s3_bucket", "name": "this", "expressions": {} },
            { "mode": "managed", "type": "aws_s3_bucket_versioning", "name": "this", "expressions": {
                "bucket": { "references": [local] }, "versioning_configuration": [{ "status": { "constant_value": "Enabled" } }],
            } },
        ] } } } } },
    })
    .to_string()
}

const CALL: &str = "module \"data\" {\n  source = \"example/bucket/aws\"\n}\n";
const INSTALLED: &str =
    r#"{ "Modules": [{ "Key": "", "Dir": "." }, { "Key": "data", "Source": "example/bucket/aws", "Dir": ".terraform/modules/data" }] }"#;

#[test]
fn local_values_of_a_plan_are_those_of_the_files_beside_it() {
    let bucket = "module.data.aws_s3_bucket.this[0]";
    // Without the files, a local value may be any bucket.
    let document = Audit::of(&[("plan.json", &bucket_plan("local.bucket_id"))]).run("plan.json");
    document.expect("s3-bucket-versioning", &[(bucket, "unknown")]);
    let beside = |local: &str| {
        let files = [
            ("plan.json", bucket_plan(local)),
            ("main.tf", CALL.to_owned()),
            (".terraform/modules/modules.json", INSTALLED.to_owned()),
            (".terraform/modules/data/main.tf", BUCKET_MODULE.to_owned()),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(name, content)| (*name, content.as_str())).collect();
        Audit::of(&files).run("plan.json")
    };
    let document = beside("local.bucket_id");
    document.expect("s3-bucket-versioning", &[(bucket, "pass")]);
    let location = &document.find("template-data-deletion-policy", bucket).expect("a finding")["location"];
    assert_eq!((&location["file"], &location["line"]), (&json!(".terraform/modules/data/main.tf"), &json!(6)));
    beside("local.log_id").expect("s3-bucket-versioning", &[(bucket, "unknown")]);
}

#[test]
fn modules_that_were_fetched_are_read_and_others_are_told() {
    let unread = Audit::of(&[("main.tf", CALL)]);
    let document = unread.ends(3, ".");
    assert_eq!(document.0["audit"]["complete"], false);
    let entry = &document.collection()[0];
    assert_eq!(
        (&entry["service"], &entry["operation"], &entry["status"]),
        (&json!("terraform"), &json!("main.tf#module.data"), &json!("failed"))
    );
    let run = unread.rel9.run(&["audit", "."]);
    let run = run.ended(3);
    assert!(run.stdout.contains("main.tf#module.data: module data is not here"), "{run}");

    let fetched =
        Audit::of(&[("main.tf", CALL), (".terraform/modules/modules.json", INSTALLED), (".terraform/modules/data/main.tf", BUCKET_MODULE)]);
    let document = fetched.ends(0, ".");
    assert_eq!(document.0["audit"]["complete"], true);
    document.expect("s3-bucket-versioning", &[("module.data.aws_s3_bucket.this[0]", "pass")]);
}

#[test]
fn a_plan_that_is_not_complete_is_told() {
    let plan = planned(&json!([]), &json!([]), &json!([])).replacen('{', "{\"complete\": false, ", 1);
    let document = Audit::of(&[("plan.json", &plan)]).ends(3, "plan.json");
    assert_eq!(document.0["audit"]["complete"], false);
    let plan = plan.replace("\"complete\": false", "\"complete\": true");
    Audit::of(&[("plan.json", &plan)]).ends(0, "plan.json");
}

#[test]
fn root_modules_that_share_a_module_have_findings_of_their_own() {
    let root = "module \"db\" {\n  source = \"../modules/db\"\n}\n";
    let module = "resource \"aws_efs_file_system\" \"data\" {}\n";
    let document = Audit::of(&[("dev/main.tf", root), ("prod/main.tf", root), ("modules/db/main.tf", module)]).run(".");
    let found = document.findings().iter().filter(|finding| finding["rule"] == "efs-file-system-encrypted");
    let arns: Vec<&str> = found.clone().map(|finding| text(&finding["resource"]["arn"])).collect();
    let address = "module.db.aws_efs_file_system.data";
    assert_eq!(arns, [format!("template:dev/main.tf#{address}"), format!("template:prod/main.tf#{address}")]);
    assert!(found.clone().all(|finding| finding["location"]["file"] == "modules/db/main.tf"));
    let ids: std::collections::BTreeSet<&str> = found.map(|finding| text(&finding["id"])).collect();
    assert_eq!(ids.len(), 2);
}

#[test]
fn files_of_open_tofu_alone_are_a_module() {
    let document = Audit::of(&[("infra/main.tofu", "resource \"aws_efs_file_system\" \"data\" {}\n")]).run(".");
    document.expect("efs-file-system-encrypted", &[("aws_efs_file_system.data", "fail")]);
}

/// The rule judges several types. What only a deployment shows of another type does not hide what the template leaves open of this one.
#[test]
fn what_a_rule_reads_of_other_types_hides_no_unknown_finding() {
    let copy = "resource \"aws_ami_copy\" \"c\" {\n  name = \"c\"\n  source_ami_id = \"ami-0123456789abcdef0\"\n  source_ami_region = \"us-west-1\"\n  \
                encrypted = true\n  kms_key_id = var.key\n}\nvariable \"key\" {}\n";
    let document = Audit::of(&[("main.tf", copy)]).run(".");
    document.expect("snapshot-customer-key", &[("aws_ami_copy.c", "unknown")]);
    let says = document.says("snapshot-customer-key", "aws_ami_copy.c");
    assert!(says.contains("variable key") && !says.contains("deployment"), "{says}");
}
