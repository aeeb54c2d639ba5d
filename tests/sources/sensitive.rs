//! Values that a template marks as sensitive appear in no report, and still decide what depends on them.

use crate::support::{Rel9, text};
use proptest::prelude::*;
use serde_json::json;
use std::fs;

const SECRET: &str = "hunter2-Tr0ub4dor";
/// The formats that show findings in full.
const FORMATS: [&str; 10] = ["table", "json", "ndjson", "csv", "html", "markdown", "sarif", "junit", "openmetrics", "wa"];

/// Audits files and asserts that no report and no message contains the secret; returns the findings document.
fn shows_nothing(files: &[(&str, &str)], arguments: &[&str]) -> crate::support::Document {
    let rel9 = Rel9::new().with_files(files);
    let formats: Vec<String> = FORMATS.iter().map(|format| format!("--format={format}=report.{format}")).collect();
    let formats: Vec<&str> = formats.iter().map(String::as_str).collect();
    let run = rel9.run(&[&["audit", "--all", "--fail-on=never", "--allow-incomplete"], formats.as_slice(), arguments].concat());
    run.ended(0);
    assert!(!run.stderr.contains(SECRET) && !run.stdout.contains(SECRET), "{run}");
    for format in FORMATS {
        let report = fs::read_to_string(rel9.home().join(format!("report.{format}"))).expect("a report");
        assert!(!report.contains(SECRET), "{format} shows the secret of {files:?}");
    }
    let document = fs::read_to_string(rel9.home().join("report.json")).expect("a report");
    crate::support::Document(serde_json::from_str(&document).expect("JSON"))
}

fn name(document: &crate::support::Document, resource: &str) -> String {
    let found = document.findings().iter().find(|finding| finding["resource"]["id"] == resource).expect("a finding");
    text(&found["resource"]["name"]).to_owned()
}

#[test]
fn a_parameter_without_echo_is_not_shown() {
    let template = |default: &str| {
        format!(
            "Parameters:\n  Pw: {{ Type: String, NoEcho: true{default} }}\nConditions:\n  Given: !Not [!Equals [!Ref Pw, '']]\nResources:\n  \
             D:\n    Type: AWS::RDS::DBInstance\n    Condition: Given\n    Properties:\n      Engine: mysql\n      DBInstanceIdentifier: !Sub 'x-${{Pw}}'\n      \
             MasterUserPassword: !Ref Pw\n      KmsKeyId: !Ref Pw\n      StorageEncrypted: true\n      BackupRetentionPeriod: !If [Given, 14, 1]\n      Tags: [{{ Key: pw, Value: !Join ['-', [!Ref Pw, a]] }}]\n"
        )
    };
    let with_default = template(&format!(", Default: {SECRET}"));
    let parameters = json!([{"ParameterKey": "Pw", "ParameterValue": SECRET}]).to_string();
    for (files, arguments) in [
        (vec![("t.yaml", with_default.clone())], vec!["t.yaml"]),
        (vec![("t.yaml", template("")), ("p.json", parameters)], vec!["t.yaml", "--parameters=p.json"]),
    ] {
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let document = shows_nothing(&files, &arguments);
        assert_eq!(name(&document, "D"), "x-(sensitive)");
        // What depends on it is decided.
        document.expect("rds-instance-retention", &[("D", "pass")]);
        // Its value is unknown.
        document.expect("rds-instance-customer-key", &[("D", "unknown")]);
        assert!(document.says("rds-instance-customer-key", "D").contains("parameter Pw is sensitive"));
    }
    // An empty value is not secret.
    let document = shows_nothing(&[("t.yaml", &template(", Default: ''"))], &["t.yaml"]);
    assert!(document.find("rds-instance-retention", "D").is_none(), "the condition is false");
}

#[test]
fn a_parameter_without_echo_is_not_shown_by_a_nested_stack() {
    let outer = format!(
        "Parameters:\n  Pw: {{ Type: String, NoEcho: true, Default: {SECRET} }}\nResources:\n  Inner:\n    Type: AWS::CloudFormation::Stack\n    \
         Properties:\n      TemplateURL: inner.yaml\n      Parameters: {{ Name: !Sub '${{Pw}}-a' }}\n"
    );
    let inner = "Parameters:\n  Name: { Type: String }\nResources:\n  D:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: mysql\n      \
                 DBInstanceIdentifier: !Ref Name\n";
    let document = shows_nothing(&[("t.yaml", &outer), ("inner.yaml", inner)], &["t.yaml"]);
    assert_eq!(name(&document, "Inner/D"), "(sensitive)-a");
}

const MODULE: &str = r#"
variable "given" {}
output "made" {
  value     = "m-${var.given}"
  sensitive = true
}
"#;

/// A database whose name is an expression.
fn database(expression: &str, secret: &str) -> String {
    format!(
        r#"
variable "pw" {{
  type      = string
  sensitive = true
  default   = "{secret}"
}}
variable "of_object" {{
  sensitive = true
  default   = {{ name = "{secret}", days = 14 }}
}}
module "m" {{
  source = "./m"
  given  = "{secret}"
}}
resource "aws_db_instance" "other" {{
  identifier = "other"
  engine     = "mysql"
  password   = "{secret}"
}}
resource "aws_db_instance" "d" {{
  identifier              = {expression}
  engine                  = "mysql"
  storage_encrypted       = var.pw == "{secret}" ? true : false
  backup_retention_period = nonsensitive(var.of_object.days)
  tags                    = {{ name = {expression} }}
}}
"#
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// For every expression that uses the value, at any depth.
    #[test]
    fn whatever_terraform_makes_of_a_sensitive_value_is_not_shown(
        start in prop::sample::select(vec![
            "var.pw", "var.of_object.name", "var.of_object[\"name\"]", "module.m.made", "sensitive(\"SECRET\")", "aws_db_instance.other.password",
            "values(var.of_object)[0]", "[for k, v in var.of_object : v][0]",
        ]),
        steps in prop::collection::vec(prop::sample::select(vec![
            "\"x-${@}\"", "lower(@)", "format(\"%s-a\", @)", "join(\"-\", [@, \"a\"])", "coalesce(@, \"a\")", "try(@, \"a\")", "tostring(@)",
            "element([@], 0)", "merge({a = @}, {}).a", "substr(@, 0, 99)", "(true ? @ : \"a\")", "jsondecode(jsonencode([@]))[0]",
            "replace(@, \"q\", \"r\")", "trimspace(@)", "regex(@, \"a\")", "tomap({a = @})[\"a\"]", "yamlencode(@)", "no_such_function(@)",
        ]), 0..4),
    ) {
        let expression = steps.iter().fold(start.to_owned(), |inner, step| step.replace('@', &inner)).replace("SECRET", SECRET);
        let document = shows_nothing(&[("main.tf", &database(&expression, SECRET)), ("m/main.tf", MODULE)], &["."]);
        document.expect("rds-instance-encrypted", &[("aws_db_instance.d", "pass")]);
        document.expect("rds-instance-retention", &[("aws_db_instance.d", "pass")]);
    }
}

#[test]
fn what_a_plan_marks_as_sensitive_is_not_shown() {
    let values = json!({"identifier": format!("d-{SECRET}"), "engine": "mysql", "password": SECRET, "backup_retention_period": 14, "storage_encrypted": true,
        "tags": {"pw": SECRET}, "tags_all": {"pw": SECRET}});
    let plan = json!({"format_version": "1.2", "terraform_version": "1.13.0",
        "variables": {"pw": {"value": SECRET}},
        "planned_values": {"root_module": {"resources": [{"address": "aws_db_instance.d", "mode": "managed", "type": "aws_db_instance", "name": "d",
            "values": values, "sensitive_values": {"identifier": true, "password": true, "tags": {"pw": true}, "tags_all": {"pw": true}}}]}},
        "resource_changes": [{"address": "aws_db_instance.d", "change": {"actions": ["create"], "after": values, "after_unknown": {}}}],
        "configuration": {"root_module": {"variables": {"pw": {"sensitive": true}}}}});
    let document = shows_nothing(&[("plan.json", &plan.to_string())], &["plan.json"]);
    assert_eq!(name(&document, "aws_db_instance.d"), "(sensitive)");
    document.expect("rds-instance-retention", &[("aws_db_instance.d", "pass")]);
}

#[test]
fn what_a_state_marks_as_sensitive_is_not_shown() {
    let attributes = json!({"identifier": format!("d-{SECRET}"), "engine": "mysql", "password": SECRET, "backup_retention_period": 14,
        "tags": {"pw": SECRET}, "tags_all": {"pw": SECRET}});
    let step = |name: &str| json!({"type": "get_attr", "value": name});
    let key = |name: &str| json!({"type": "index", "value": {"value": name, "type": "string"}});
    let state = json!({"version": 4, "terraform_version": "1.13.0", "serial": 1, "lineage": "x", "outputs": {},
        "resources": [{"mode": "managed", "type": "aws_db_instance", "name": "d", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{"schema_version": 2, "attributes": attributes,
                "sensitive_attributes": [[step("password")], [step("identifier")], [step("tags"), key("pw")], [step("tags_all"), key("pw")]]}]}]});
    let document = shows_nothing(&[("terraform.tfstate", &state.to_string())], &["terraform.tfstate"]);
    assert_eq!(name(&document, "aws_db_instance.d"), "(sensitive)");
    document.expect("rds-instance-retention", &[("aws_db_instance.d", "pass")]);
}
