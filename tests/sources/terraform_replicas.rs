//! Replicas of DynamoDB tables are separate tables in their Region, each with its own recovery, key, protection and line.

use crate::support::{Document, Rel9};

fn run(files: &[(&str, &str)], arguments: &[&str]) -> Document {
    Rel9::new().with_files(files).judge(arguments)
}

const TABLE: &str = r#"
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "us"
  region = "us-west-2"
}
resource "aws_kms_key" "east" {
  region = "us-east-1"
}
resource "aws_dynamodb_table" "t" {
  name                        = "orders"
  deletion_protection_enabled = true
  point_in_time_recovery {
    enabled = true
  }
  server_side_encryption {
    enabled = true
  }
  # rel9:ignore dynamodb-table-customer-key nobody asks for one
  replica {
    region_name            = "us-east-1"
    point_in_time_recovery = true
    kms_key_arn            = aws_kms_key.east.arn
    propagate_tags         = true
  }
  replica {
    region_name                 = "us-east-2"
    deletion_protection_enabled = true
  }
  tags = { backup = "daily" }
}
resource "aws_dynamodb_table_replica" "west" {
  provider               = aws.us
  global_table_arn       = aws_dynamodb_table.t.arn
  point_in_time_recovery = false
}
"#;

const EAST_1: &str = "aws_dynamodb_table.t.replica[\"us-east-1\"]";
const EAST_2: &str = "aws_dynamodb_table.t.replica[\"us-east-2\"]";
const WEST: &str = "aws_dynamodb_table_replica.west";

#[test]
fn each_is_judged_by_its_own_settings() {
    let document = run(&[("main.tf", TABLE)], &["."]);
    let table = "aws_dynamodb_table.t";
    document.expect("dynamodb-table-pitr", &[(table, "pass"), (EAST_1, "pass"), (EAST_2, "fail"), (WEST, "fail")]);
    document.expect("dynamodb-table-deletion-protection", &[(table, "pass"), (EAST_1, "fail"), (EAST_2, "pass"), (WEST, "fail")]);
    // A waiver in the table applies to its blocks too.
    document.expect("dynamodb-table-customer-key", &[(table, "waived"), (EAST_1, "pass"), (EAST_2, "waived"), (WEST, "fail")]);
    let of = |resource: &str| &document.find("dynamodb-table-pitr", resource).expect("a finding")["resource"];
    for (resource, region) in [(table, "eu-west-1"), (EAST_1, "us-east-1"), (EAST_2, "us-east-2"), (WEST, "us-west-2")] {
        assert_eq!((of(resource)["region"].as_str(), of(resource)["name"].as_str()), (Some(region), Some("orders")), "{resource}");
    }
    assert_eq!(of(EAST_1)["tags"]["backup"], "daily");
    assert!(of(EAST_2)["tags"].get("backup").is_none());
    // At the replica's own block, or its own argument.
    let line = |resource: &str| document.find("dynamodb-table-pitr", resource).expect("a finding")["location"]["line"].clone();
    let of_text = |text: &str| TABLE.lines().position(|line| line.contains(text)).expect("a line") + 1;
    assert_eq!(line(EAST_2), of_text("\"us-east-2\"") - 1);
    assert_eq!(line(WEST), of_text("= false"));
}

#[test]
fn a_plan_protects_the_replica_of_its_own_region_only() {
    let plan = r#"
resource "aws_backup_plan" "p" {
  name = "p"
  rule {
    rule_name         = "daily"
    target_vault_name = "main"
    schedule          = "cron(0 5 * * ? *)"
  }
}
resource "aws_backup_selection" "s" {
  name         = "s"
  iam_role_arn = "arn:aws:iam::111122223333:role/b"
  plan_id      = aws_backup_plan.p.id
  resources    = ["*"]
}
"#;
    let document = run(&[("main.tf", TABLE), ("plan.tf", plan)], &["."]);
    document.expect("data-in-backup-plan", &[("aws_dynamodb_table.t", "pass"), (EAST_2, "fail"), (WEST, "fail")]);
}

#[test]
fn replicas_that_nobody_knows_are_unknown() {
    let dynamic = r#"
variable "regions" {}
resource "aws_dynamodb_table" "t" {
  name = "orders"
  point_in_time_recovery {
    enabled = true
  }
  dynamic "replica" {
    for_each = var.regions
    content {
      region_name            = replica.value
      point_in_time_recovery = true
    }
  }
}
resource "aws_dynamodb_table_replica" "r" {
  global_table_arn       = "arn:aws:dynamodb:eu-west-1:111122223333:table/elsewhere"
  point_in_time_recovery = var.regions
}
"#;
    let document = run(&[("main.tf", dynamic)], &["."]);
    document.expect(
        "dynamodb-table-pitr",
        &[("aws_dynamodb_table.t", "pass"), ("aws_dynamodb_table.t.replica[0]", "unknown"), ("aws_dynamodb_table_replica.r", "unknown")],
    );
    let none = dynamic.replace("variable \"regions\" {}", "variable \"regions\" {\n  default = []\n}");
    assert_eq!(run(&[("main.tf", &none)], &["."]).status("dynamodb-table-pitr", "aws_dynamodb_table.t.replica[0]"), "none");
    let two = dynamic.replace("variable \"regions\" {}", "variable \"regions\" {\n  default = [\"us-east-1\", \"us-east-2\"]\n}");
    run(&[("main.tf", &two)], &["."]).expect("dynamodb-table-pitr", &[(EAST_1, "pass"), (EAST_2, "pass")]);
}

#[test]
fn plans_have_them_too() {
    let replica = |region: &str, pitr: bool| serde_json::json!({ "region_name": region, "point_in_time_recovery": pitr, "deletion_protection_enabled": false, "propagate_tags": false });
    let plan = serde_json::json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": { "root_module": { "resources": [{
            "address": "aws_dynamodb_table.t", "mode": "managed", "type": "aws_dynamodb_table", "name": "t",
            "values": { "name": "orders", "region": "eu-west-1", "point_in_time_recovery": [{ "enabled": true, "recovery_period_in_days": null }],
                "replica": [replica("us-east-1", false), replica("us-east-2", true)], "server_side_encryption": [] },
        }] } },
        "resource_changes": [{ "address": "aws_dynamodb_table.t", "type": "aws_dynamodb_table", "change": { "actions": ["create"],
            "after_unknown": { "arn": true, "id": true, "replica": [{ "arn": true, "kms_key_arn": true }, { "arn": true, "kms_key_arn": true }] } } }],
        "configuration": { "root_module": { "resources": [{
            "address": "aws_dynamodb_table.t", "mode": "managed", "type": "aws_dynamodb_table", "name": "t", "provider_config_key": "aws",
            "expressions": { "name": { "constant_value": "orders" }, "replica": [
                { "region_name": { "constant_value": "us-east-1" } },
                { "region_name": { "constant_value": "us-east-2" }, "point_in_time_recovery": { "constant_value": true } },
            ] },
        }] } },
    });
    let document = run(&[("plan.json", &plan.to_string())], &["plan.json"]);
    document.expect("dynamodb-table-pitr", &[("aws_dynamodb_table.t", "pass"), (EAST_1, "fail"), (EAST_2, "pass")]);
}
