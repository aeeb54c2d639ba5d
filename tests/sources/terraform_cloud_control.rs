//! Resources of the AWS Cloud Control provider (`awscc_…`) are CloudFormation's in snake case: judged by the same tables, and joined to
//! the resources of hashicorp/aws.

use crate::support::{Document, Rel9, text};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn run(main: &str) -> Document {
    Rel9::new().with_files(&[("main.tf", main)]).judge(&["."])
}

/// Both providers in one Region.
const PROVIDERS: &str = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\nprovider \"awscc\" {\n  region = \"eu-west-1\"\n}\n";

#[test]
fn data_is_judged_by_cloudformations_tables() {
    let main = r#"
resource "aws_kms_key" "k" {
}
resource "awscc_kms_key" "cc" {
}
resource "awscc_dynamodb_table" "t" {
  table_name = "orders"
  key_schema = jsonencode([{ AttributeName = "k", KeyType = "HASH" }])
  point_in_time_recovery_specification = {
    point_in_time_recovery_enabled = true
    recovery_period_in_days        = 14
  }
  sse_specification = {
    sse_enabled       = true
    kms_master_key_id = aws_kms_key.k.arn
  }
  deletion_protection_enabled = true
}
resource "awscc_dynamodb_table" "plain" {
  key_schema = jsonencode([{ AttributeName = "k", KeyType = "HASH" }])
}
resource "awscc_s3_bucket" "b" {
  versioning_configuration = {
    status = "Enabled"
  }
  bucket_encryption = {
    server_side_encryption_configuration = [{
      server_side_encryption_by_default = {
        sse_algorithm     = "aws:kms"
        kms_master_key_id = awscc_kms_key.cc.arn
      }
    }]
  }
}
resource "awscc_s3_bucket_policy" "b" {
  bucket          = awscc_s3_bucket.b.id
  policy_document = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "awscc_rds_db_instance" "d" {
  engine                  = "mysql"
  db_instance_class       = "db.t3.micro"
  allocated_storage       = "10"
  storage_encrypted       = true
  multi_az                = true
  backup_retention_period = 14
  tags                    = [{ key = "backup", value = "daily" }]
}
resource "awscc_rds_db_instance" "default" {
  engine = "mysql"
}
resource "awscc_efs_file_system" "f" {
  encrypted     = true
  backup_policy = { status = "ENABLED" }
}
resource "awscc_ec2_volume" "v" {
  availability_zone = "eu-west-1a"
  encrypted         = true
  kms_key_id        = awscc_kms_key.cc.key_id
}
"#;
    let document = run(main);
    document.expect("dynamodb-table-pitr", &[("awscc_dynamodb_table.t", "pass"), ("awscc_dynamodb_table.plain", "fail")]);
    document.expect("dynamodb-table-customer-key", &[("awscc_dynamodb_table.t", "pass"), ("awscc_dynamodb_table.plain", "fail")]);
    document.expect("dynamodb-table-deletion-protection", &[("awscc_dynamodb_table.t", "pass"), ("awscc_dynamodb_table.plain", "fail")]);
    document.expect("s3-bucket-versioning", &[("awscc_s3_bucket.b", "pass")]);
    document.expect("s3-bucket-customer-key", &[("awscc_s3_bucket.b", "pass")]);
    document.expect("rds-instance-encrypted", &[("awscc_rds_db_instance.d", "pass"), ("awscc_rds_db_instance.default", "fail")]);
    document.expect("template-data-deletion-policy", &[("awscc_s3_bucket.b", "pass"), ("awscc_rds_db_instance.d", "fail")]);
    document.expect("template-final-snapshot-taken", &[("awscc_rds_db_instance.d", "unknown")]);
    // The default is a day, as in CloudFormation; the other provider sends 0.
    let retention = document.says("rds-instance-retention", "awscc_rds_db_instance.default");
    assert!(retention.starts_with("fail") && retention.contains("1 day"), "{retention}");
    document.expect("rds-instance-retention", &[("awscc_rds_db_instance.d", "pass")]);
    document.expect("efs-automatic-backups", &[("awscc_efs_file_system.f", "pass")]);
    document.expect("ebs-volume-encrypted", &[("awscc_ec2_volume.v", "pass")]);
    let instance = &document.find("rds-instance-retention", "awscc_rds_db_instance.d").expect("a finding");
    assert_eq!(instance["resource"]["tags"]["backup"], "daily");
    assert_eq!(text(&instance["resource"]["type"]), "AWS::RDS::DBInstance");
    let line = main.lines().position(|line| line.contains("backup_retention_period")).expect("a line") + 1;
    assert_eq!((text(&instance["location"]["file"]), &instance["location"]["line"]), ("main.tf", &json!(line)));
}

#[test]
fn plans_of_either_provider_protect_the_data_of_both() {
    let resources = r#"
resource "aws_dynamodb_table" "t" {
  name = "t"
  tags = { b = "y" }
}
resource "awscc_dynamodb_table" "cc" {
  table_name = "cc"
  key_schema = jsonencode([])
  tags       = [{ key = "b", value = "y" }]
}
resource "awscc_dynamodb_table" "untagged" {
  table_name = "untagged"
  key_schema = jsonencode([])
}
"#;
    let of_cloud_control = r#"
resource "aws_backup_vault" "v" {
  name = "v"
}
resource "awscc_backup_backup_plan" "p" {
  backup_plan = {
    backup_plan_name = "p"
    backup_plan_rule = [{
      rule_name           = "d"
      target_backup_vault = aws_backup_vault.v.name
      schedule_expression = "cron(0 5 * * ? *)"
      lifecycle           = { delete_after_days = 35 }
    }]
  }
}
resource "awscc_backup_backup_selection" "s" {
  backup_plan_id = awscc_backup_backup_plan.p.PLAN
  backup_selection = {
    selection_name = "s"
    iam_role_arn   = "arn:aws:iam::111122223333:role/b"
    list_of_tags   = [{ condition_key = "b", condition_value = "y", condition_type = "STRINGEQUALS" }]
  }
}
"#;
    for plan in ["id", "backup_plan_id"] {
        let document = run(&format!("{PROVIDERS}{resources}{}", of_cloud_control.replace("PLAN", plan)));
        document.expect(
            "data-in-backup-plan",
            &[("aws_dynamodb_table.t", "pass"), ("awscc_dynamodb_table.cc", "pass"), ("awscc_dynamodb_table.untagged", "fail")],
        );
        document.expect("backup-plan-retention", &[("awscc_backup_backup_plan.p", "pass")]);
    }
    // Without its own Region, the other provider may work elsewhere.
    let document =
        run(&format!("provider \"aws\" {{\n  region = \"eu-west-1\"\n}}\n{resources}{}", of_cloud_control.replace("PLAN", "id")));
    document.expect("data-in-backup-plan", &[("aws_dynamodb_table.t", "unknown"), ("awscc_dynamodb_table.cc", "pass")]);
    let of_the_other = r#"
resource "awscc_backup_backup_vault" "w" {
  backup_vault_name = "w"
}
resource "aws_backup_plan" "p" {
  name = "p"
  rule {
    rule_name         = "d"
    target_vault_name = awscc_backup_backup_vault.w.backup_vault_name
    schedule          = "cron(0 5 * * ? *)"
  }
}
resource "aws_backup_selection" "s" {
  name         = "s"
  iam_role_arn = "arn:aws:iam::111122223333:role/b"
  plan_id      = aws_backup_plan.p.id
  resources    = [awscc_dynamodb_table.cc.arn, awscc_dynamodb_table.untagged.arn]
}
"#;
    let document = run(&format!("{PROVIDERS}{resources}{of_the_other}"));
    document.expect("backup-plan-target-vault-exists", &[("aws_backup_plan.p", "pass")]);
    document.expect(
        "data-in-backup-plan",
        &[("aws_dynamodb_table.t", "fail"), ("awscc_dynamodb_table.cc", "pass"), ("awscc_dynamodb_table.untagged", "pass")],
    );
}

#[test]
fn a_resource_in_a_form_that_no_table_reads_is_named() {
    let unread = "resource \"aws_cloudcontrolapi_resource\" \"x\" {\n  type_name = \"AWS::RDS::DBInstance\"\n}\n";
    let table = "resource \"aws_dynamodb_table\" \"t\" {\n  name = \"t\"\n  point_in_time_recovery {\n    enabled = true\n  }\n}\n";
    let rel9 = Rel9::new().with_files(&[("main.tf", &format!("{unread}{table}"))]);
    let run = rel9.run(&["audit", ".", "--format", "json", "--rule", "dynamodb-table-pitr"]);
    let document = run.ended(3).document();
    let entry = &document.collection()[0];
    assert!(text(&entry["operation"]).starts_with("main.tf#aw") && text(&entry["operation"]).ends_with(".x"), "{entry}");
    assert!(text(&entry["error"]).contains("does not judge"), "{entry}");
    // It is a data source, which declares nothing: the rest stays known.
    document.expect("dynamodb-table-pitr", &[("aws_dynamodb_table.t", "pass")]);
    let rel9 = rel9.with_files(&[("more.tf", "resource \"aws_dynamodb_table\" \"u\" {\n  name = \"u\"\n}\n")]);
    rel9.judge(&["."]).expect("data-in-backup-plan", &[("aws_dynamodb_table.u", "fail")]);
    let other = "resource \"awscc_iam_role\" \"r\" {\n}\nresource \"aws_cloudcontrolapi_resource\" \"c\" {\n  type_name = \"AWS::ECS::Cluster\"\n}\nresource \"aws_s3_bucket\" \"b\" {\n}\n";
    assert!(self::run(other).collection().is_empty());
}

/// A plan: the configuration of an attribute, its planned value, and what is known after apply.
fn plan(expression: &serde_json::Value, values: &serde_json::Value, unknown: &serde_json::Value) -> Document {
    let with = |address: &str, more: serde_json::Value| {
        let (kind, name) = address.split_once('.').expect("an address");
        let mut all = json!({ "address": address, "mode": "managed", "type": kind, "name": name });
        all.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        all
    };
    let (table, key, named) = ("awscc_dynamodb_table.t", "aws_kms_key.k", "aws_kms_alias.a");
    let mut marks = json!({ "arn": true, "id": true, "table_name": true, "tags": true, "time_to_live_specification": true, "deletion_protection_enabled": true });
    marks.as_object_mut().expect("an object").extend(unknown.as_object().cloned().expect("an object"));
    let document = json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": { "root_module": { "resources": [
            with(table, json!({ "values": values })), with(key, json!({ "values": {} })), with(named, json!({ "values": { "name": "alias/orders", "target_key_id": "arn:aws:kms:eu-west-1:111122223333:key/1" } })),
        ] } },
        "resource_changes": [
            { "address": table, "type": "awscc_dynamodb_table", "change": { "actions": ["create"], "after_unknown": marks } },
            { "address": key, "type": "aws_kms_key", "change": { "actions": ["create"], "after_unknown": { "arn": true, "id": true, "key_id": true } } },
            { "address": named, "type": "aws_kms_alias", "change": { "actions": ["create"], "after_unknown": { "arn": true } } },
        ],
        "configuration": { "provider_config": { "aws": { "name": "aws" }, "awscc": { "name": "awscc" } }, "root_module": { "resources": [
            with(table, json!({ "provider_config_key": "awscc", "expressions": expression })),
            with(key, json!({ "provider_config_key": "aws", "expressions": {} })),
            with(named, json!({ "provider_config_key": "aws", "expressions": { "name": { "constant_value": "alias/orders" } } })),
        ] } },
    });
    Rel9::new().with_files(&[("plan.json", &document.to_string())]).judge(&["plan.json"])
}

#[test]
fn plans_tell_what_nothing_sets_from_what_is_known_later() {
    let table = "awscc_dynamodb_table.t";
    // Nothing sets them, so they have the service's defaults.
    let all = json!({ "point_in_time_recovery_specification": true, "sse_specification": true });
    let document = plan(&json!({}), &json!({}), &all);
    document.expect("dynamodb-table-pitr", &[(table, "fail")]);
    document.expect("dynamodb-table-customer-key", &[(table, "fail")]);
    document.expect("dynamodb-table-deletion-protection", &[(table, "fail")]);
    // A part of a constant: the rest has the service's defaults.
    let constant = json!({ "point_in_time_recovery_specification": { "constant_value": { "point_in_time_recovery_enabled": true } } });
    let values = json!({ "point_in_time_recovery_specification": { "point_in_time_recovery_enabled": true } });
    let marks = json!({ "point_in_time_recovery_specification": { "recovery_period_in_days": true }, "sse_specification": true });
    let document = plan(&constant, &values, &marks);
    document.expect("dynamodb-table-pitr", &[(table, "pass")]);
    document.expect("dynamodb-table-pitr-window", &[(table, "pass")]);
    // The references are known, so that unknown parts are those that nothing sets …
    let encryption =
        |of: &str| json!({ "sse_specification": { "references": [of, of.rsplit_once('.').map_or(of, |(resource, _)| resource)] } });
    let values = json!({ "sse_specification": { "sse_enabled": true, "kms_master_key_id": "alias/orders" } });
    let document = plan(&encryption("aws_kms_alias.a.name"), &values, &json!({ "sse_specification": { "sse_type": true } }));
    assert!(document.says("dynamodb-table-customer-key", table).contains("is a customer managed key"));
    // … or they are unknown, and the key may be any.
    let values = json!({ "sse_specification": { "sse_enabled": true } });
    let document =
        plan(&encryption("aws_kms_key.k.arn"), &values, &json!({ "sse_specification": { "kms_master_key_id": true, "sse_type": true } }));
    assert!(document.says("dynamodb-table-customer-key", table).contains("known after apply"));
}

#[test]
fn states_are_read() {
    let state = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "outputs": {},
        "resources": [{ "mode": "managed", "type": "awscc_dynamodb_table", "name": "t", "provider": "provider[\"registry.terraform.io/hashicorp/awscc\"]",
            "instances": [{ "attributes": { "id": "orders", "arn": "arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "table_name": "orders",
                "point_in_time_recovery_specification": { "point_in_time_recovery_enabled": true, "recovery_period_in_days": 35 }, "sse_specification": null } }] }],
    });
    let document = Rel9::new().with_files(&[("terraform.tfstate", &state.to_string())]).judge(&["terraform.tfstate"]);
    document.expect("dynamodb-table-pitr", &[("awscc_dynamodb_table.t", "pass")]);
}

/// The provider's name of a property (`internal/naming/naming.go`): an underscore at each change of case.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut made = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let begins = before.is_some_and(|before| before.is_lowercase() || after.is_some_and(|after| after.is_lowercase()));
        if letter.is_uppercase() && begins {
            made.push('_');
        }
        made.extend(letter.to_lowercase());
    }
    made
}

fn address(resources: &Map<String, Value>, id: &str) -> String {
    let kind = text(&resources[id]["Type"]).trim_start_matches("AWS::");
    let (service, kind) = kind.split_once("::").expect("service and type");
    format!("awscc_{}_{}.{id}", service.to_lowercase(), snake(kind))
}

/// A template value as the provider takes it: documents are JSON strings, maps of tags stay unchanged.
fn converted(resources: &Map<String, Value>, property: &str, value: &Value) -> Value {
    let reference = |id: &Value, attribute: &str| json!(format!("${{{}.{attribute}}}", address(resources, text(id))));
    match value {
        Value::Object(entries) => match entries.iter().next() {
            Some((key, id)) if key == "Ref" => reference(id, "id"),
            Some((key, of)) if key == "Fn::GetAtt" => reference(&of[0], &snake(text(&of[1]))),
            _ if ["AssumeRolePolicyDocument", "KeyPolicy", "AccessPolicy", "FileSystemPolicy", "PolicyDocument"].contains(&property) => {
                json!(value.to_string())
            }
            _ if ["BackupPlanTags", "BackupVaultTags", "FrameworkTags"].contains(&property) => value.clone(),
            _ => entries.iter().map(|(key, value)| (snake(key), converted(resources, key, value))).collect(),
        },
        Value::Array(items) => items.iter().map(|item| converted(resources, property, item)).collect(),
        other => other.clone(),
    }
}

/// The statuses by rule and logical id, of rules that do not depend on a language's own settings.
fn statuses(document: &Document) -> BTreeMap<(String, String), String> {
    let of = |finding: &Value| {
        let id = text(&finding["resource"]["id"]).rsplit('.').next().unwrap_or_default().to_owned();
        ((text(&finding["rule"]).to_owned(), id), text(&finding["status"]).to_owned())
    };
    document.findings().iter().filter(|finding| !text(&finding["rule"]).starts_with("template-")).map(of).collect()
}

/// Every type of CloudFormation's tables is read of this provider too, with all its properties, in both syntaxes of Terraform.
#[test]
fn every_type_is_as_in_cloudformation() {
    let template = include_str!("../../fixtures/cloudformation/every-type.json");
    let parsed: Value = serde_json::from_str(template).expect("JSON");
    let resources = parsed["Resources"].as_object().expect("resources");
    let (mut blocks, mut json_form) = (String::new(), Map::new());
    for (id, resource) in resources {
        let (address, body) = (address(resources, id), converted(resources, "", resource.get("Properties").unwrap_or(&json!({}))));
        let kind = address.trim_end_matches(id).trim_end_matches('.').to_owned();
        let arguments = body.as_object().expect("properties").iter().map(|(name, value)| format!("  {name} = {value}\n"));
        blocks.push_str(&format!("resource \"{kind}\" \"{id}\" {{\n{}}}\n", arguments.collect::<String>()));
        json_form.entry(kind).or_insert_with(|| json!({}))[id] = body;
    }
    let judge = |file: &str, content: &str| {
        let arguments = ["--account", "111122223333", "--region", "eu-west-1", file];
        statuses(&Rel9::new().with_files(&[(file, content)]).judge(&arguments))
    };
    let expected = judge("template.json", template);
    assert!(expected.len() > 100, "{}", expected.len());
    assert_eq!(judge("main.tf", &blocks), expected);
    assert_eq!(judge("main.tf.json", &json!({ "resource": json_form }).to_string()), expected);
}
