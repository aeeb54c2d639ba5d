//! Accounts and Regions of Terraform's providers: a resource elsewhere protects nothing here.

use crate::support::{Document, Rel9};
use serde_json::{Value, json};

fn run(files: &[(&str, &str)], more: &[&str]) -> Document {
    Rel9::new().with_files(files).judge(more)
}

/// A plan of the provider `aws.b` that selects everything, a table of that provider, and one of the default provider.
const PLAN: &str = r#"
resource "aws_dynamodb_table" "main" {
  name = "main"
}
resource "aws_dynamodb_table" "other" {
  provider = aws.b
  name     = "other"
}
resource "aws_backup_plan" "daily" {
  provider = aws.b
  name     = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = "main"
    schedule          = "cron(0 5 ? * * *)"
  }
}
resource "aws_backup_selection" "all" {
  provider     = aws.b
  name         = "all"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::222222222222:role/backup"
  resources    = ["*"]
}
"#;

/// The arguments of the two providers in addition to their Region, and the finding for the table of the default provider.
const ACCOUNTS: &[(&str, &str, &str)] = &[
    ("", "", "pass"),
    // Another role or profile may belong to another account, …
    ("", r#"assume_role { role_arn = "arn:aws:iam::222222222222:role/x" }"#, "unknown"),
    ("", r#"assume_role_with_web_identity { role_arn = "arn:aws:iam::222222222222:role/x" }"#, "unknown"),
    (r#"profile = "a""#, r#"profile = "b""#, "unknown"),
    ("", r#"allowed_account_ids = ["222222222222"]"#, "unknown"),
    ("", r#"assume_role { role_arn = var.role }"#, "unknown"),
    (r#"assume_role { role_arn = var.other }"#, r#"assume_role { role_arn = var.role }"#, "unknown"),
    ("", r#"access_key = "AKIA""#, "unknown"),
    // … and do, if both are known.
    (r#"allowed_account_ids = ["111111111111"]"#, r#"assume_role { role_arn = "arn:aws:iam::222222222222:role/x" }"#, "fail"),
    // The same account, as far as the configuration shows.
    (r#"profile = "a""#, r#"profile = "a""#, "pass"),
    (r#"allowed_account_ids = ["222222222222"]"#, r#"assume_role { role_arn = "arn:aws:iam::222222222222:role/x" }"#, "pass"),
    (
        r#"assume_role { role_arn = "arn:aws:iam::${var.account}:role/a" }"#,
        r#"assume_role { role_arn = "arn:aws:iam::${var.account}:role/b" }"#,
        "pass",
    ),
    (r#"assume_role { role_arn = var.role }"#, r#"assume_role { role_arn = var.role }"#, "pass"),
    ("", "assume_role { role_arn = null }", "pass"),
];

fn providers(main: &str, other: &str) -> String {
    format!(
        "provider \"aws\" {{\n  region = \"eu-west-1\"\n  {}\n}}\nprovider \"aws\" {{\n  alias = \"b\"\n  region = \"eu-west-1\"\n  {}\n}}\n\
         variable \"role\" {{}}\nvariable \"other\" {{}}\nvariable \"account\" {{}}\n",
        main, other
    )
}

#[test]
fn a_plan_of_another_account_protects_nothing_here() {
    for (main, other, expected) in ACCOUNTS {
        let document = run(&[("main.tf", &providers(main, other)), ("plan.tf", PLAN)], &["."]);
        let said = |resource| document.says("data-in-backup-plan", resource);
        assert!(said("aws_dynamodb_table.main").starts_with(expected), "{main} and {other}: {}", said("aws_dynamodb_table.main"));
        assert!(said("aws_dynamodb_table.other").starts_with("pass"), "{main} and {other}: {}", said("aws_dynamodb_table.other"));
    }
    // The command line refers to the default provider.
    let role = r#"assume_role { role_arn = "arn:aws:iam::222222222222:role/x" }"#;
    for (account, expected) in [("111111111111", "fail"), ("222222222222", "pass")] {
        let document = run(&[("main.tf", &providers("", role)), ("plan.tf", PLAN)], &["--account", account, "."]);
        document.expect("data-in-backup-plan", &[("aws_dynamodb_table.main", expected), ("aws_dynamodb_table.other", "pass")]);
    }
}

#[test]
fn a_provider_that_nobody_names_may_be_anywhere() {
    // A module that is read alone, whose caller passes the provider; a Region from the environment; OpenTofu's providers by key.
    let required = "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n      configuration_aliases = [aws.b]\n    }\n  }\n}\n";
    let environment = "provider \"aws\" {}\nprovider \"aws\" {\n  alias = \"b\"\n  region = \"us-east-1\"\n}\n";
    for providers in [required, environment] {
        let document = run(&[("main.tf", providers), ("plan.tf", PLAN)], &["."]);
        document.expect("data-in-backup-plan", &[("aws_dynamodb_table.main", "unknown"), ("aws_dynamodb_table.other", "pass")]);
    }
    let by_key = "provider \"aws\" {\n  for_each = toset([\"us-east-1\"])\n  alias = \"by\"\n  region = each.value\n}\n\
                  provider \"aws\" {\n  region = \"us-east-1\"\n}\n";
    let plan = PLAN.replace("aws.b", "aws.by[\"us-east-1\"]");
    let document = run(&[("main.tofu", by_key), ("plan.tofu", &plan)], &["."]);
    document.expect("data-in-backup-plan", &[("aws_dynamodb_table.main", "unknown")]);
    // A provider that the caller of a module passes implicitly.
    let call = format!("{environment}module \"m\" {{\n  source = \"./m\"\n  providers = {{ aws = aws.by[each.key] }}\n}}\n{PLAN}");
    let module = "resource \"aws_dynamodb_table\" \"inner\" {\n  name = \"inner\"\n}\n";
    let document = run(&[("main.tf", &call), ("m/main.tf", module)], &["."]);
    document.expect("data-in-backup-plan", &[("module.m.aws_dynamodb_table.inner", "unknown")]);
}

#[test]
fn opt_in_counts_where_it_is_set() {
    let providers = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\nprovider \"aws\" {\n  alias  = \"b\"\n  region = \"us-east-1\"\n}\n";
    let more = "resource \"aws_dynamodb_table\" \"second\" {\n  name = \"second\"\n}\n\
                resource \"aws_dynamodb_table\" \"third\" {\n  name = \"third\"\n}\n\
                resource \"aws_dynamodb_table\" \"fourth\" {\n  name = \"fourth\"\n}\n\
                resource \"aws_dynamodb_table\" \"fifth\" {\n  name = \"fifth\"\n}\n";
    let settings = "resource \"aws_backup_region_settings\" \"b\" {\n  provider = aws.b\n  resource_type_opt_in_preference = { DynamoDB = false }\n}\n";
    let document = run(&[("main.tf", providers), ("plan.tf", PLAN), ("more.tf", more), ("settings.tf", settings)], &["."]);
    let blocked =
        |document: &Document| document.says("data-in-backup-plan", "aws_dynamodb_table.other").contains("daily (opt-in blocks them)");
    assert!(blocked(&document));
    let here = settings.replace("  provider = aws.b\n", "");
    for more in ["", more] {
        let document = run(&[("main.tf", providers), ("plan.tf", PLAN), ("more.tf", more), ("settings.tf", &here)], &["."]);
        assert!(!blocked(&document));
    }
}

#[test]
fn data_sources_read_the_place_of_their_provider() {
    let main = r#"
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias   = "b"
  region  = "us-east-1"
  profile = "b"
}
data "aws_region" "main" {}
data "aws_region" "b" {
  provider = aws.b
}
data "aws_caller_identity" "b" {
  provider = aws.b
}
resource "aws_backup_plan" "main" {
  name = "main"
  rule {
    rule_name         = "daily"
    target_vault_name = "main"
    copy_action {
      destination_vault_arn = "arn:aws:backup:${data.aws_region.b.name}:${data.aws_caller_identity.b.account_id}:backup-vault:copies"
    }
  }
}
resource "aws_backup_plan" "same" {
  name = "same"
  rule {
    rule_name         = "daily"
    target_vault_name = "main"
    copy_action {
      destination_vault_arn = "arn:aws:backup:${data.aws_region.main.name}:111111111111:backup-vault:copies"
    }
  }
}
"#;
    let document = run(&[("main.tf", main)], &["--account", "111111111111", "."]);
    document.expect("backup-plan-cross-region-copy", &[("aws_backup_plan.main", "pass"), ("aws_backup_plan.same", "fail")]);
    document.expect("backup-plan-cross-account-copy", &[("aws_backup_plan.main", "unknown"), ("aws_backup_plan.same", "fail")]);
}

#[test]
fn resources_of_one_name_are_told_apart_by_their_place() {
    let main = r#"
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "b"
  region = "us-east-1"
}
resource "aws_backup_vault" "main" {
  name = "main"
}
resource "aws_backup_vault" "b" {
  provider = aws.b
  name     = "main"
}
resource "aws_backup_vault_lock_configuration" "b" {
  provider          = aws.b
  backup_vault_name = "main"
}
resource "aws_rds_cluster" "b" {
  provider           = aws.b
  cluster_identifier = "orders"
  engine             = "mysql"
  storage_encrypted  = true
}
resource "aws_rds_cluster" "main" {
  cluster_identifier = "orders"
  engine             = "mysql"
}
resource "aws_rds_cluster_instance" "main" {
  cluster_identifier = "orders"
  identifier         = "orders-1"
  engine             = "mysql"
  instance_class     = "db.r6g.large"
}
"#;
    let document = run(&[("main.tf", main)], &["."]);
    document.expect("backup-vault-locked", &[("aws_backup_vault.main", "fail"), ("aws_backup_vault.b", "pass")]);
    let unknown = main
        .replace("region = \"us-east-1\"", "region = var.region")
        .replace("provider \"aws\" {\n  alias", "variable \"region\" {}\nprovider \"aws\" {\n  alias");
    let only_main = unknown.replace("resource \"aws_backup_vault\" \"b\" {\n  provider = aws.b\n  name     = \"main\"\n}\n", "");
    run(&[("main.tf", &only_main)], &["."]).expect("backup-vault-locked", &[("aws_backup_vault.main", "unknown")]);
}

fn table(name: &str, key: &str) -> (Value, Value, Value) {
    let address = format!("aws_dynamodb_table.{name}");
    let common = json!({ "address": address, "mode": "managed", "type": "aws_dynamodb_table", "name": name });
    let with = |more: Value| {
        let mut all = common.clone();
        all.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        all
    };
    (
        with(json!({ "values": { "name": name } })),
        with(json!({ "change": { "actions": ["create"], "after_unknown": { "arn": true, "id": true } } })),
        with(json!({ "provider_config_key": key, "expressions": { "name": { "constant_value": name } } })),
    )
}

/// The plan JSON of [`PLAN`], with these arguments of the two providers.
fn plan_json(main: &Value, other: &Value) -> String {
    let mut all = vec![table("main", "aws"), table("other", "aws.b")];
    let parts = [
        (
            "aws_backup_plan",
            "daily",
            json!({ "name": "daily", "rule": [{ "rule_name": "daily", "target_vault_name": "main", "copy_action": [], "lifecycle": [] }] }),
            json!({ "arn": true, "id": true }),
            json!({ "name": { "constant_value": "daily" } }),
        ),
        (
            "aws_backup_selection",
            "all",
            json!({ "name": "all", "resources": ["*"], "not_resources": [], "selection_tag": [], "condition": [] }),
            json!({ "id": true, "plan_id": true }),
            json!({ "plan_id": { "references": ["aws_backup_plan.daily.id", "aws_backup_plan.daily"] } }),
        ),
    ];
    for (type_name, name, values, unknown, expressions) in parts {
        let address = format!("{type_name}.{name}");
        all.push((
            json!({ "address": address, "mode": "managed", "type": type_name, "name": name, "values": values }),
            json!({ "address": address, "type": type_name, "change": { "actions": ["create"], "after_unknown": unknown } }),
            json!({ "address": address, "mode": "managed", "type": type_name, "name": name, "provider_config_key": "aws.b", "expressions": expressions }),
        ));
    }
    let part = |of: fn(&(Value, Value, Value)) -> &Value| all.iter().map(of).cloned().collect::<Vec<_>>();
    json!({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "variables": { "region": { "value": "eu-west-1" }, "role": { "value": "arn:aws:iam::222222222222:role/x" }, "name": { "value": "x" } },
        "planned_values": { "root_module": { "resources": part(|all| &all.0) } },
        "resource_changes": part(|all| &all.1),
        "configuration": {
            "provider_config": {
                "aws": { "name": "aws", "expressions": main },
                "aws.b": { "name": "aws", "alias": "b", "expressions": other },
            },
            "root_module": { "resources": part(|all| &all.2) },
        },
    })
    .to_string()
}

#[test]
fn plans_know_the_places_of_their_providers() {
    let constant = |value: Value| json!({ "constant_value": value });
    let of = |name: &str| json!({ "references": [name] });
    let region = || constant(json!("eu-west-1"));
    let role = |arn: Value| json!({ "region": region(), "assume_role": [{ "role_arn": arn }] });
    let here = json!({ "region": region() });
    let arn = |account: &str| constant(json!(format!("arn:aws:iam::{account}:role/x")));
    let cases = [
        (here.clone(), here.clone(), "pass"),
        (here.clone(), role(arn("222222222222")), "unknown"),
        (here.clone(), role(of("var.role")), "unknown"),
        (role(arn("222222222222")), role(of("var.role")), "pass"),
        (role(arn("111111111111")), role(of("var.role")), "fail"),
        // One variable may be part of two ARNs.
        (role(of("var.name")), role(of("var.name")), "unknown"),
        (
            json!({ "region": region(), "profile": constant(json!("a")) }),
            json!({ "region": region(), "profile": constant(json!("b")) }),
            "unknown",
        ),
        (json!({ "region": of("var.region") }), here.clone(), "pass"),
        (here.clone(), json!({ "region": of("local.region") }), "unknown"),
        (json!({}), here.clone(), "unknown"),
        (here.clone(), json!({ "region": constant(json!("us-east-1")) }), "fail"),
    ];
    for (main, other, expected) in cases {
        let document = run(&[("plan.json", &plan_json(&main, &other))], &["plan.json"]);
        let said = |resource| document.says("data-in-backup-plan", resource);
        assert!(said("aws_dynamodb_table.main").starts_with(expected), "{main} and {other}: {}", said("aws_dynamodb_table.main"));
        assert!(said("aws_dynamodb_table.other").starts_with("pass"), "{main} and {other}: {}", said("aws_dynamodb_table.other"));
    }
}

#[test]
fn the_files_beside_a_plan_tell_which_arguments_are_the_same() {
    let profile = json!({ "region": { "constant_value": "eu-west-1" }, "profile": { "references": ["local.profile"] } });
    let plan = plan_json(&profile, &profile);
    let provider =
        |alias: &str, profile: &str| format!("provider \"aws\" {{\n  {alias}\n  region = \"eu-west-1\"\n  profile = {profile}\n}}\n");
    let alone = format!("{}{}", provider("", "local.profile"), provider("alias = \"b\"", "local.profile"));
    let composed = format!("{}{}", provider("", "local.profile"), provider("alias = \"b\"", "\"${local.profile}-b\""));
    for (files, expected) in [(alone, "pass"), (composed, "unknown")] {
        let document = run(&[("plan.json", &plan), ("main.tf", &files)], &["plan.json"]);
        document.expect("data-in-backup-plan", &[("aws_dynamodb_table.main", expected)]);
    }
    run(&[("plan.json", &plan)], &["plan.json"]).expect("data-in-backup-plan", &[("aws_dynamodb_table.main", "unknown")]);
}

#[test]
fn states_tell_places_by_arns() {
    let state = |(region, account): (&str, &str)| {
        let one = |type_name: &str, name: &str, attributes: Value| json!({ "mode": "managed", "type": type_name, "name": name, "instances": [{ "attributes": attributes }] });
        let table = |name: &str, region: &str, account: &str| {
            one(
                "aws_dynamodb_table",
                name,
                json!({ "id": name, "name": name, "arn": format!("arn:aws:dynamodb:{region}:{account}:table/{name}") }),
            )
        };
        let rule = json!({ "rule_name": "daily", "target_vault_name": "main", "copy_action": [], "lifecycle": [] });
        let plan =
            json!({ "id": "p-1", "name": "daily", "arn": format!("arn:aws:backup:{region}:{account}:backup-plan:p-1"), "rule": [rule] });
        let selection = json!({ "id": "s-1", "name": "all", "plan_id": "p-1", "resources": ["*"], "not_resources": [], "selection_tag": [], "condition": [] });
        let resources = [
            table("main", "eu-west-1", "111111111111"),
            table("other", region, account),
            one("aws_backup_plan", "daily", plan),
            one("aws_backup_selection", "all", selection),
        ];
        json!({ "version": 4, "terraform_version": "1.11.4", "resources": resources }).to_string()
    };
    for (place, expected) in
        [(("us-east-1", "111111111111"), "fail"), (("eu-west-1", "222222222222"), "fail"), (("eu-west-1", "111111111111"), "pass")]
    {
        let document = run(&[("terraform.tfstate", &state(place))], &["terraform.tfstate"]);
        document.expect("data-in-backup-plan", &[("aws_dynamodb_table.main", expected), ("aws_dynamodb_table.other", "pass")]);
    }
}

/// A source in eu-west-1 and a destination of another provider, with these arguments of the destination and of the rule's destination.
fn replication(destination: &str, module: bool, rule: &str) -> Document {
    let bucket = format!(
        "resource \"aws_s3_bucket\" \"dst\" {{\n  {destination}\n  bucket = \"acme-dst\"\n}}\nresource \"aws_s3_bucket_versioning\" \"dst\" {{\n  {destination}\n  bucket = aws_s3_bucket.dst.id\n  versioning_configuration {{\n    status = \"Enabled\"\n  }}\n}}\n"
    );
    let call = "module \"far\" {\n  source    = \"./far\"\n  providers = { aws = aws.far }\n}\n";
    let output = "output \"arn\" {\n  value = aws_s3_bucket.dst.arn\n}\n";
    let main = format!(
        r#"
provider "aws" {{
  region = "eu-west-1"
}}
provider "aws" {{
  alias  = "far"
  region = "eu-central-1"
}}
provider "aws" {{
  alias  = "somewhere"
  region = var.somewhere
}}
variable "somewhere" {{}}
variable "key" {{}}
resource "aws_kms_key" "near" {{
}}
resource "aws_kms_key" "far" {{
  provider = aws.far
}}
resource "aws_s3_bucket" "src" {{
  bucket = "acme-src"
}}
resource "aws_s3_bucket_server_side_encryption_configuration" "src" {{
  bucket = aws_s3_bucket.src.id
  rule {{
    apply_server_side_encryption_by_default {{
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.near.arn
    }}
  }}
}}
resource "aws_s3_bucket_replication_configuration" "r" {{
  bucket = aws_s3_bucket.src.id
  role   = "arn:aws:iam::111122223333:role/r"
  rule {{
    id     = "a"
    status = "Enabled"
    source_selection_criteria {{
      sse_kms_encrypted_objects {{
        status = "Enabled"
      }}
    }}
    {rule}
  }}
}}
{}"#,
        if module { call } else { &bucket }
    );
    run(&[("main.tf", &main), ("far/main.tf", &if module { format!("{bucket}{output}") } else { String::new() })], &["."])
}

fn to(bucket: &str, key: &str) -> String {
    let key =
        if key.is_empty() { String::new() } else { format!("encryption_configuration {{\n        replica_kms_key_id = {key}\n      }}") };
    format!("destination {{\n      bucket = {bucket}\n      {key}\n    }}")
}

#[test]
fn a_destination_bucket_is_in_its_own_providers_region() {
    let source = "aws_s3_bucket.src";
    let reference = "aws_s3_bucket.dst.arn";
    // (the destination's arguments, in a module that gets the provider, how the rule names it, the key, other Region, KMS objects)
    let cases = [
        ("provider = aws.far", false, reference, "aws_kms_key.far.arn", "pass", "pass"),
        ("provider = aws.far", false, "\"arn:aws:s3:::acme-dst\"", "aws_kms_key.far.arn", "pass", "pass"),
        ("provider = aws.far", false, reference, "aws_kms_key.near.arn", "pass", "fail"),
        ("provider = aws.far", false, reference, "\"arn:aws:kms:eu-central-1:111122223333:key/1\"", "pass", "pass"),
        ("provider = aws.far", false, reference, "\"arn:aws:kms:eu-west-1:111122223333:key/1\"", "pass", "fail"),
        ("provider = aws.far", false, reference, "", "pass", "fail"),
        // An unknown key is not a missing one.
        ("provider = aws.far", false, reference, "var.key", "pass", "unknown"),
        ("region = \"eu-central-1\"", false, reference, "aws_kms_key.far.arn", "pass", "pass"),
        ("region = \"eu-west-1\"", false, reference, "aws_kms_key.near.arn", "fail", "pass"),
        ("", false, reference, "aws_kms_key.near.arn", "fail", "pass"),
        ("", false, reference, "aws_kms_key.far.arn", "fail", "fail"),
        ("", true, "module.far.arn", "aws_kms_key.far.arn", "pass", "pass"),
        ("", true, "\"arn:aws:s3:::acme-dst\"", "aws_kms_key.near.arn", "pass", "fail"),
        ("provider = aws.somewhere", false, reference, "aws_kms_key.far.arn", "unknown", "unknown"),
    ];
    for (destination, module, bucket, key, other_region, kms) in cases {
        let document = replication(destination, module, &to(bucket, key));
        for (rule, expected) in [
            ("s3-bucket-cross-region-replication", other_region),
            ("s3-bucket-replicates-kms-objects", kms),
            ("s3-bucket-replication-destination-exists", "pass"),
        ] {
            let said = document.says(rule, source);
            assert!(said.starts_with(expected), "{destination} {bucket} {key}: {rule}: {said}");
        }
    }
    // Nothing is known of a bucket that the configuration does not declare, but a missing key is missing.
    let document = replication("provider = aws.far", false, &to("\"arn:aws:s3:::elsewhere\"", ""));
    document.expect("s3-bucket-cross-region-replication", &[(source, "unknown")]);
    document.expect("s3-bucket-replication-destination-exists", &[(source, "unknown")]);
    document.expect("s3-bucket-replicates-kms-objects", &[(source, "fail")]);
}

#[test]
fn a_copys_vault_is_declared_under_any_provider() {
    let main = r#"
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "far"
  region = "eu-central-1"
}
provider "aws" {
  alias  = "other"
  region = "eu-central-1"
  assume_role {
    role_arn = "arn:aws:iam::444455556666:role/deploy"
  }
}
resource "aws_backup_vault" "v" {
  name = "v"
}
resource "aws_backup_vault" "far" {
  PLACE
  name = "far"
}
resource "aws_backup_vault_lock_configuration" "far" {
  PLACE
  backup_vault_name = aws_backup_vault.far.name
}
resource "aws_backup_plan" "p" {
  name = "p"
  rule {
    rule_name         = "d"
    target_vault_name = aws_backup_vault.v.name
    schedule          = "cron(0 5 * * ? *)"
    copy_action {
      destination_vault_arn = VAULT
    }
  }
}
"#;
    let judged = |place: &str, vault: &str, more: &[&str]| {
        let document = run(&[("main.tf", &main.replace("PLACE", place).replace("VAULT", vault))], &[more, &["."]].concat());
        let statuses = ["backup-plan-target-vault-exists", "backup-plan-cross-region-copy", "backup-plan-cross-account-copy"]
            .map(|rule| document.status(rule, "aws_backup_plan.p").to_owned());
        statuses.join(" ")
    };
    let account: &[&str] = &["--account", "111122223333"];
    let declared = "aws_backup_vault.far.arn";
    assert_eq!(judged("provider = aws.far", declared, &[]), "pass pass fail");
    assert_eq!(judged("region = \"eu-central-1\"", declared, &[]), "pass pass fail");
    assert_eq!(judged("", declared, &[]), "pass fail fail");
    assert_eq!(judged("provider = aws.far", "\"arn:aws:backup:eu-central-1:111122223333:backup-vault:far\"", account), "pass pass fail");
    assert_eq!(judged("provider = aws.other", declared, account), "pass pass pass");
    assert_eq!(judged("provider = aws.other", "\"arn:aws:backup:eu-central-1:444455556666:backup-vault:far\"", &[]), "pass pass unknown");
    // An undeclared vault may exist, in this account or another.
    for vault in
        ["\"arn:aws:backup:eu-central-1:444455556666:backup-vault:far\"", "\"arn:aws:backup:eu-central-1:111122223333:backup-vault:x\""]
    {
        assert!(judged("provider = aws.far", vault, account).starts_with("unknown pass"), "{vault}");
        assert!(judged("provider = aws.far", vault, &[]).starts_with("unknown pass"), "{vault}");
    }
}
