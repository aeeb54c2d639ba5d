//! Data sources whose values the configuration determines, and the reasons for the others, which name the cause by its address.

use serde_json::Value as Json;

use rel9::template::declaration::{Declaration, Value};

use super::terraform::{module, one, shown, why};
use crate::support::Rel9;

/// The JSON string of `x`.
fn document(declaration: &Declaration) -> Json {
    match declaration.body.get("x").map(|node| &node.value) {
        Some(Value::Text(text)) => serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}")),
        other => panic!("no text: {other:?}"),
    }
}

fn policy_document(blocks: &str) -> Declaration {
    let text = format!("{blocks}\nresource \"aws_a\" \"a\" {{\n  x = data.aws_iam_policy_document.d.json\n}}\n");
    let read = module(&[("main.tf", &text)]).unwrap_or_else(|error| panic!("{blocks}: {error}"));
    one(&read, "aws_a.a").clone()
}

#[test]
fn a_policy_document_is_what_its_blocks_say() {
    let made = document(&policy_document(
        r#"
data "aws_iam_policy_document" "d" {
  policy_id = "id"
  statement {
    sid     = "One"
    actions = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:aws:s3:::b/&{aws:username}/*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"]
    }
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = ["111122223333"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/team"
      values   = ["a", "b"]
    }
  }
  dynamic "statement" {
    for_each = ["backup:DeleteRecoveryPoint"]
    content {
      effect        = "Deny"
      not_actions   = [statement.value]
      not_resources = ["*"]
      not_principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}
"#,
    ));
    let expected: Json = serde_json::from_str(
        r#"{"Version": "2012-10-17", "Id": "id", "Statement": [
  {"Sid": "One", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/${aws:username}/*",
   "Principal": {"AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"], "Service": "backup.amazonaws.com"},
   "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333", "aws:PrincipalTag/team": ["a", "b"]}}},
  {"Effect": "Deny", "NotAction": "backup:DeleteRecoveryPoint", "NotResource": "*", "NotPrincipal": "*"}]}"#,
    )
    .unwrap();
    assert_eq!(made, expected);
}

#[test]
fn policy_documents_are_merged_by_the_ids_of_their_statements() {
    let made = document(&policy_document(
        r#"
data "aws_iam_policy_document" "source" {
  count   = 1
  version = "2008-10-17"
  statement {
    sid       = "A"
    actions   = ["a:Source"]
    resources = ["*"]
  }
  statement {
    sid       = "B"
    actions   = ["b:Source"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "d" {
  source_policy_documents   = data.aws_iam_policy_document.source[*].json
  override_policy_documents = [jsonencode({ Statement = [{ Sid = "A", Effect = "Deny", Action = "a:Override", Resource = "*" }] })]
  statement {
    sid       = "B"
    actions   = ["b:Own"]
    resources = ["*"]
  }
  statement {
    actions   = ["c:Own"]
    resources = ["*"]
  }
}
"#,
    ));
    let statements: Vec<(&Json, &Json)> =
        made["Statement"].as_array().unwrap().iter().map(|statement| (&statement["Effect"], &statement["Action"])).collect();
    let pair = |effect: &str, action: &str| (Json::from(effect), Json::from(action));
    let expected = [pair("Deny", "a:Override"), pair("Allow", "b:Own"), pair("Allow", "c:Own")];
    assert_eq!(statements, expected.iter().map(|(effect, action)| (effect, action)).collect::<Vec<_>>());
    assert_eq!(made["Version"], "2012-10-17");
}

#[test]
fn what_is_not_known_of_a_policy_document_is_never_a_pass() {
    let vault = |statement: &str, more: &str| {
        let text = format!(
            "variable \"outside\" {{}}\nresource \"aws_backup_vault\" \"v\" {{\n  name = \"v\"\n}}\ndata \"aws_iam_policy_document\" \"d\" {{\n{more}\n\
             {statement}\n}}\nresource \"aws_backup_vault_policy\" \"p\" {{\n  backup_vault_name = aws_backup_vault.v.name\n\
             \x20 policy = data.aws_iam_policy_document.d.json\n}}\n"
        );
        let document = Rel9::new().with_files(&[("main.tf", &text)]).judge(&["."]);
        let status = |rule: &str| document.status(rule, "aws_backup_vault.v").to_owned();
        (status("backup-vault-denies-deletion"), status("backup-vault-not-open"))
    };
    let deny = |effect: &str, sid: &str, identifiers: &str| {
        format!(
            "statement {{\n  sid = \"{sid}\"\n  effect = {effect}\n  actions = [\"backup:DeleteRecoveryPoint\", \"backup:PutBackupVaultAccessPolicy\", \
             \"backup:UpdateRecoveryPointLifecycle\"]\n  resources = [\"*\"]\n  principals {{\n    type = \"AWS\"\n    identifiers = {identifiers}\n  }}\n}}"
        )
    };
    let everyone = "[\"*\"]";
    let both = |status: &str| (status.to_string(), status.to_string());
    assert_eq!(vault(&deny("\"Deny\"", "", everyone), ""), both("pass"));
    assert_eq!(vault(&deny("\"Allow\"", "", everyone), ""), both("fail"));
    // It is not known whether the Deny exists.
    for (statement, more) in [
        (deny("var.outside", "", everyone), ""),
        (deny("\"Deny\"", "D", everyone), "override_policy_documents = [var.outside]"),
        (deny("\"Deny\"", "D", everyone), "override_policy_documents = var.outside"),
        (deny("\"Deny\"", "D", everyone), "override_policy_documents = [\"no JSON\"]"),
    ] {
        assert_eq!(vault(&statement, more).0, "unknown", "{more}\n{statement}");
        assert_ne!(vault(&statement, more).1, "pass", "{more}\n{statement}");
    }
    // The Deny stays, whatever else is merged into the document.
    for (statement, more) in [
        (deny("\"Deny\"", "", everyone), "source_policy_documents = [var.outside]"),
        (
            deny("\"Deny\"", "D", everyone),
            "dynamic \"statement\" {\n  for_each = var.outside\n  content {\n    actions = [\"*\"]\n    resources = [\"*\"]\n  }\n}",
        ),
        (format!("{}\n{}", deny("\"Deny\"", "", everyone), "statement {\n  actions = var.outside\n  resources = [\"*\"]\n}"), ""),
    ] {
        assert_ne!(vault(&statement, more).0, "fail", "{more}\n{statement}");
        assert_ne!(vault(&statement, more).1, "pass", "{more}\n{statement}");
    }
    // A Deny grants nothing, whatever its principal is.
    assert_eq!(vault(&deny("\"Deny\"", "", "[var.outside]"), ""), ("unknown".to_owned(), "pass".to_owned()));
}

#[test]
fn other_data_sources_that_the_configuration_decides() {
    let main = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
  default_tags {
    tags = { owner = "data" }
  }
}
provider "aws" {
  alias  = "china"
  region = "cn-north-1"
}
data "aws_arn" "a" {
  arn = "arn:aws:rds:eu-west-1:111122223333:db:one:two"
}
data "aws_arn" "of" {
  arn = aws_b.one.arn
}
data "aws_partition" "p" {}
data "aws_partition" "china" {
  provider = aws.china
}
data "aws_service_principal" "backup" {
  service_name = "backup"
}
data "aws_default_tags" "t" {}
data "aws_backup_vault" "v" {
  count = 2
  name  = "vault-${count.index}"
}
data "template_file" "t" {
  template = "$${a}-$${upper(b)}"
  vars     = { a = 1, b = "x" }
}
data "local_file" "f" {
  filename = "${path.module}/f.txt"
}
data "null_data_source" "n" {
  inputs = { a = "b" }
}
data "aws_vpc" "main" {}
data "terraform_remote_state" "s" {
  backend = "s3"
}
resource "random_id" "r" {}
resource "aws_b" "one" {}
resource "aws_a" "a" {
  arn       = [data.aws_arn.a.service, data.aws_arn.a.account, data.aws_arn.a.resource]
  of        = data.aws_arn.of.service
  partition = "${data.aws_partition.p.partition} ${data.aws_partition.china.partition} ${data.aws_partition.china.dns_suffix}"
  principal = data.aws_service_principal.backup.name
  tags_of   = data.aws_default_tags.t.tags
  vault     = [data.aws_backup_vault.v[1].name, try(data.aws_backup_vault.v[1].nothing, "x")]
  rendered  = data.template_file.t.rendered
  content   = data.local_file.f.content
  outputs   = data.null_data_source.n.outputs["a"]
  vpc       = data.aws_vpc.main.id
  state     = data.terraform_remote_state.s.outputs.x
  random    = random_id.r.hex
}
"#;
    let read = module(&[("main.tf", main), ("f.txt", "text")]).unwrap();
    let a = one(&read, "aws_a.a");
    let cases = [
        ("arn", r#"["rds", "111122223333", "db:one:two"]"#),
        ("of", "?${data.aws_arn.of.service}"),
        ("partition", r#""aws aws-cn amazonaws.com.cn""#),
        ("principal", r#""backup.amazonaws.com""#),
        ("tags_of", r#"{owner = "data"}"#),
        ("vault", r#"["vault-1", ?${data.aws_backup_vault.v[1].nothing}]"#),
        ("rendered", r#""1-X""#),
        ("content", r#""text""#),
        ("outputs", r#""b""#),
        ("vpc", "?${data.aws_vpc.main.id}"),
        ("state", "?${data.terraform_remote_state.s.outputs.x}"),
        ("random", "?${random_id.r.hex}"),
    ];
    for (argument, expected) in cases {
        assert_eq!(shown(a, argument), expected, "{argument}");
    }
    assert_eq!(why(a, "vpc"), "data.aws_vpc.main is read when Terraform plans");
    assert_eq!(why(a, "of"), "aws_b.one.arn is known after deployment");
    assert_eq!(why(a, "random"), "random_id.r is known after deployment");
}

#[test]
fn a_key_is_whose_its_alias_is() {
    // "You cannot use alias names that begin with alias/aws/; this prefix is reserved for AWS managed keys" (KMS API, CreateAlias).
    let cases = [
        ("data.aws_kms_alias.aws.target_key_arn", "fail"),
        ("data.aws_kms_alias.aws.arn", "fail"),
        ("data.aws_kms_alias.several[\"ebs\"].target_key_id", "fail"),
        ("data.aws_kms_key.aws.arn", "fail"),
        ("data.aws_kms_key.of_arn.id", "fail"),
        ("try(data.aws_kms_key.aws.arn, null)", "fail"),
        ("data.aws_kms_alias.own.target_key_arn", "pass"),
        ("data.aws_kms_key.own.arn", "pass"),
        ("data.aws_kms_key.declared.arn", "pass"),
        // A key id, or an unknown alias, does not show who manages the key.
        ("data.aws_kms_key.by_id.arn", "unknown"),
        ("data.aws_kms_alias.outside.target_key_arn", "unknown"),
    ];
    for (expression, status) in cases {
        let text = format!(
            r#"
variable "outside" {{}}
data "aws_kms_alias" "aws" {{ name = "alias/aws/ebs" }}
data "aws_kms_alias" "several" {{
  for_each = toset(["ebs", "rds"])
  name     = "alias/aws/${{each.key}}"
}}
data "aws_kms_alias" "own" {{ name = "alias/own" }}
data "aws_kms_alias" "outside" {{ name = var.outside }}
data "aws_kms_key" "aws" {{ key_id = "alias/aws/ebs" }}
data "aws_kms_key" "of_arn" {{ key_id = "arn:aws:kms:eu-west-1:111122223333:alias/aws/ebs" }}
data "aws_kms_key" "own" {{ key_id = "alias/own" }}
data "aws_kms_key" "by_id" {{ key_id = "1234abcd-12ab-34cd-56ef-1234567890ab" }}
data "aws_kms_key" "declared" {{ key_id = aws_kms_key.k.key_id }}
resource "aws_kms_key" "k" {{}}
resource "aws_ebs_volume" "v" {{
  availability_zone = "eu-west-1a"
  encrypted         = true
  kms_key_id        = {expression}
}}
"#
        );
        let document = Rel9::new().with_files(&[("main.tf", &text)]).judge(&["."]);
        assert_eq!(document.status("ebs-volume-customer-key", "aws_ebs_volume.v"), status, "{expression}");
    }
}

#[test]
fn what_is_not_declared_is_named_and_no_place_is_shown() {
    let text = r#"
resource "aws_db_snapshot" "s" {
  db_instance_identifier = aws_db_instance.gone.identifier
  db_snapshot_identifier = "s"
}
resource "aws_ebs_volume" "v" {
  availability_zone = "eu-west-1a"
  encrypted         = var.nothing
  kms_key_id        = local.nothing
}
resource "aws_ebs_volume" "w" {
  availability_zone = "eu-west-1a"
  encrypted         = data.aws_a.nothing.on
}
resource "aws_dynamodb_table" "t" {
  name = regex("x", "y")
}
resource "aws_backup_vault" "u" {
  name = [for v in data.aws_a.nothing.all : v][0]
}
"#;
    let rel9 = Rel9::new().with_files(&[("main.tf", text)]);
    let document = rel9.judge(&["."]);
    for (rule, resource, cause) in [
        ("rds-snapshot-encrypted", "aws_db_snapshot.s", "aws_db_instance.gone is not declared"),
        ("ebs-volume-encrypted", "aws_ebs_volume.v", "var.nothing is not declared"),
        ("ebs-volume-encrypted", "aws_ebs_volume.w", "data.aws_a.nothing is not declared"),
    ] {
        let finding = document.find(rule, resource).unwrap_or_else(|| panic!("no {rule} of {resource}"));
        assert_eq!(finding["status"], "unknown");
        assert!(finding["unknown_because"].to_string().contains(cause), "{finding}");
    }
    let all = Json::from(document.findings()).to_string();
    assert!(!all.contains("${main.tf") && !all.contains("main.tf:"), "{all}");
    assert!(!all.contains("known after apply"), "{all}");
}
