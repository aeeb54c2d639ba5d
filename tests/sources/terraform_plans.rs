//! Terraform plans judged by the program: existing resources, values known after apply, and invalid plans.

use crate::support::{Document, Rel9};
use serde_json::{Value, json};

fn run(files: &[(&str, &str)], input: &str) -> Document {
    Rel9::new().with_files(files).judge(&[input])
}

/// A resource of a plan.
struct Planned {
    address: &'static str,
    actions: &'static [&'static str],
    values: Value,
    unknown: Value,
    expressions: Value,
}

fn plan(resources: &[Planned]) -> String {
    let each = |one: &dyn Fn(&Planned, &mut Value)| {
        let of = |planned: &Planned| {
            let (type_name, name) = planned.address.split_once('.').expect("an address");
            let mut all = json!({ "address": planned.address, "mode": "managed", "type": type_name, "name": name });
            one(planned, &mut all);
            all
        };
        resources.iter().map(of).collect::<Vec<_>>()
    };
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": { "root_module": { "resources": each(&|planned, all| all["values"] = planned.values.clone()) } },
        "resource_changes": each(&|planned, all| all["change"] = json!({ "actions": planned.actions, "after_unknown": planned.unknown })),
        "configuration": {
            "provider_config": { "aws": { "name": "aws", "expressions": { "region": { "constant_value": "eu-west-1" } } } },
            "root_module": { "resources": each(&|planned, all| {
                all["provider_config_key"] = json!("aws");
                all["expressions"] = planned.expressions.clone();
            }) },
        },
    })
    .to_string()
}

#[test]
fn blocks_that_a_dynamic_one_may_set_are_unknown_where_the_files_tell() {
    let table = |address| Planned {
        address,
        actions: &["create"],
        values: json!({ "name": address }),
        unknown: json!({ "arn": true, "id": true, "point_in_time_recovery": true, "server_side_encryption": true }),
        expressions: json!({ "name": { "constant_value": address } }),
    };
    let plan = plan(&[table("aws_dynamodb_table.static"), table("aws_dynamodb_table.dynamic")]);
    let files = r#"
resource "aws_dynamodb_table" "static" {
  name = "aws_dynamodb_table.static"
}
resource "aws_dynamodb_table" "dynamic" {
  name = "aws_dynamodb_table.dynamic"
  dynamic "point_in_time_recovery" {
    for_each = aws_dynamodb_table.static.stream_arn == "" ? [] : [1]
    content {
      enabled = true
    }
  }
}
"#;
    let beside = run(&[("plan.json", &plan), ("main.tf", files)], "plan.json");
    beside.expect("dynamodb-table-pitr", &[("aws_dynamodb_table.static", "fail"), ("aws_dynamodb_table.dynamic", "unknown")]);
    beside.expect("dynamodb-table-customer-key", &[("aws_dynamodb_table.dynamic", "fail")]);
    // A plan alone shows both the same way, and nearly all are the first.
    let alone = run(&[("plan.json", &plan)], "plan.json");
    alone.expect("dynamodb-table-pitr", &[("aws_dynamodb_table.static", "fail"), ("aws_dynamodb_table.dynamic", "fail")]);
}

#[test]
fn what_is_there_is_as_the_plan_says() {
    let volume = |address, actions, values: Value| Planned {
        address,
        actions,
        values,
        unknown: json!({}),
        expressions: json!({ "availability_zone": { "constant_value": "eu-west-1a" } }),
    };
    let new = || Planned {
        unknown: json!({ "arn": true, "encrypted": true, "id": true, "kms_key_id": true, "snapshot_id": true }),
        ..volume("aws_ebs_volume.new", &["create"], json!({ "availability_zone": "eu-west-1a" }))
    };
    let old =
        || volume("aws_ebs_volume.old", &["no-op"], json!({ "id": "vol-1", "encrypted": false, "snapshot_id": "", "kms_key_id": "" }));
    let setting = |actions| Planned {
        expressions: json!({}),
        ..volume("aws_ebs_encryption_by_default.main", actions, json!({ "id": "eu-west-1", "enabled": true }))
    };
    let rule = "ebs-volume-encrypted";
    let expected = [(&["no-op"] as &[&str], "pass"), (&["update"], "unknown"), (&["create"], "unknown")];
    for (actions, status) in expected {
        let document = run(&[("plan.json", &plan(&[new(), old(), setting(actions)]))], "plan.json");
        document.expect(rule, &[("aws_ebs_volume.new", status), ("aws_ebs_volume.old", "fail")]);
        document.expect("ebs-encryption-by-default", &[("aws_ebs_encryption_by_default.main", "pass")]);
    }
    // Even a policy that assumes it does not change existing resources.
    let policy = "version: 1\nassume: { ebs_encryption_by_default: true }\n";
    let document = run(&[("plan.json", &plan(&[new(), old()])), ("rel9.yaml", policy)], "plan.json");
    document.expect(rule, &[("aws_ebs_volume.new", "pass"), ("aws_ebs_volume.old", "fail")]);

    let restored = |address, actions| Planned {
        values: json!({ "identifier": "d", "engine": "mysql", "storage_encrypted": true, "snapshot_identifier": "before" }),
        ..volume(address, actions, json!({}))
    };
    let document = run(
        &[("plan.json", &plan(&[restored("aws_db_instance.old", &["no-op"]), restored("aws_db_instance.new", &["create"])]))],
        "plan.json",
    );
    document.expect("rds-instance-encrypted", &[("aws_db_instance.old", "pass"), ("aws_db_instance.new", "unknown")]);
}

#[test]
fn what_is_no_plan_in_json_is_told() {
    let encrypted =
        r#"{"serial":1,"lineage":"x","meta":{"key_provider.pbkdf2.k":"e30="},"encrypted_data":"YWJj","encryption_version":"v0"}"#;
    let rel9 = Rel9::new().with_files(&[("infra/terraform.tfstate", encrypted)]);
    for input in ["infra", "infra/terraform.tfstate"] {
        rel9.run(&["audit", input]).ended(2).said("infra/terraform.tfstate:1:1: encrypted by OpenTofu");
    }
    std::fs::write(rel9.home().join("plan.out"), b"PK\x03\x04\x14\x00\xff\xfe").expect("a file");
    rel9.run(&["audit", "plan.out"]).ended(2).said("plan.out: is a saved plan");
}
