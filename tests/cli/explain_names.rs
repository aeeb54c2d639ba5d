//! `rel9 explain`: which resource a name means, and what rel9 says when it means none or several.

use crate::support::demo::variant;
use crate::support::{Rel9, project, text};
use serde_json::{Value, json};

fn explained(rel9: &Rel9, arguments: &[&str]) -> Value {
    let run = rel9.run(&[&["explain", "--format", "json"], arguments].concat());
    serde_json::from_str(&run.ended(0).stdout).unwrap_or_else(|error| panic!("no explanation ({error}): {run}"))
}

/// A folder with a root module that calls another one, for several keys.
const MODULES: [(&str, &str); 2] = [
    (
        "tf/main.tf",
        "module \"a\" {\n  source   = \"./modules/db\"\n  for_each = toset([\"x\", \"y\"])\n  name     = each.key\n}\n\
         resource \"aws_dynamodb_table\" \"t\" {\n  count        = 2\n  name         = \"t-${count.index}\"\n  hash_key     = \"id\"\n  billing_mode = \"PAY_PER_REQUEST\"\n}\n",
    ),
    (
        "tf/modules/db/main.tf",
        "variable \"name\" {}\nresource \"aws_dynamodb_table\" \"this\" {\n  name         = var.name\n  hash_key     = \"id\"\n  billing_mode = \"PAY_PER_REQUEST\"\n}\n",
    ),
];

#[test]
fn what_audit_judges_in_one_stack_has_one_name() {
    // `rel9 audit` reads a nested stack, and a local module, only as a part of what calls it.
    let rel9 = Rel9::new().with_files(&MODULES);
    let cdk = project("fixtures/cloudformation/cdk.out").to_string_lossy().into_owned();
    let nested = project("fixtures/cloudformation/nested").to_string_lossy().into_owned();
    let mut tried = 0;
    for folder in ["tf", &cdk, &nested] {
        let run = rel9.run(&["audit", folder, "--format", "json", "--fail-on", "never", "--allow-incomplete"]);
        for finding in run.document().findings() {
            let arn = text(&finding["resource"]["arn"]);
            let address = arn.split_once('#').expect("a name of a declaration").1;
            for name in [arn, address] {
                assert_eq!(explained(&rel9, &[name, folder])["resource"]["arn"], arn, "{name} of {folder}");
                tried += 1;
            }
            if let Some((_, construct)) = text(&finding["message"]).split_once("(CDK construct ") {
                let construct = construct.split(')').next().expect("a path");
                assert_eq!(explained(&rel9, &[construct, folder])["resource"]["arn"], arn, "{construct} of {folder}");
            }
        }
    }
    assert!(tried > 20, "{tried}");
    // The module by itself has no resource of that address.
    rel9.run(&["explain", "aws_dynamodb_table.this", "tf"])
        .ended(2)
        .said("#module.a[\"x\"].aws_dynamodb_table.this (AWS::DynamoDB::Table)");
    rel9.run(&["explain", "aws_dynamodb_table.t", "tf"]).ended(2).said("#aws_dynamodb_table.t[1] (AWS::DynamoDB::Table)");
    rel9.run(&["explain", "module.a.aws_dynamodb_table.this", "tf"]).ended(2).said("#module.a[\"y\"].aws_dynamodb_table.this");
}

#[test]
fn names_that_are_nearly_right_lead_to_the_right_one() {
    let rel9 = Rel9::new();
    let table = "  arn:aws:dynamodb:eu-central-1:111122223333:table/sessions (AWS::DynamoDB::Table)";
    for name in ["SESSIONS", "table/sessions/", "sesions", "arn:aws:dynamodb:eu-central-1:111122223333:table/sessions/"] {
        let run = rel9.run(&["explain", name, "--demo"]);
        run.ended(2).said(&format!("no resource has the ARN, id or name {name}; the nearest:\n{table}"));
        let others = run.stderr.lines().filter(|line| line.starts_with("  arn:")).count();
        assert_eq!(others, 1, "what is far from the name only distracts: {run}");
    }
    rel9.run(&["explain", "s3://nordwind-invoices/", "--demo"]).ended(2).said("arn:aws:s3:::nordwind-invoices (AWS::S3::Bucket)");
    rel9.run(&["explain", "", "--demo"]).ended(2).said("RESOURCE");
}

#[test]
fn what_nothing_judges_is_said_to_be_evidence() {
    let rel9 = Rel9::new();
    let run = rel9.run(&["explain", "arn:aws:backup:eu-central-1:111122223333:backup-job:no-such-job", "--demo"]);
    run.ended(2).said("no resource has the ARN");
    let mut job = None;
    variant(&rel9.home().join("inventory"), |line| {
        if line["type"] == "AWS::Backup::BackupJob" {
            job = Some(text(&line["arn"]).to_owned());
        }
        true
    });
    let job = job.expect("a job in the demo");
    rel9.run(&["explain", &job, "--demo"]).ended(2).said("rel9 reads this type as evidence for other resources, and does not judge it");
}

#[test]
fn what_was_not_read_may_have_the_resource() {
    let rel9 = Rel9::new().with_files(&[
        ("tf/main.tf", "module \"gone\" {\n  source = \"git::https://example.com/x.git\"\n}\nresource \"aws_s3_bucket\" \"b\" {}\n"),
        ("broken/ok.yaml", "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n    Properties: { TableName: t }\n"),
        ("broken/bad.yaml", "Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties: [\n"),
    ]);
    let folder = rel9.home().join("denied");
    variant(&folder, |line| {
        let is_list = line["kind"] == "coverage" && line["operation"] == "DescribeTable" || line["operation"] == "ListTables";
        if is_list && line["region"] == "eu-central-1" && line["account"] == "111122223333" {
            line["status"] = json!("denied");
        }
        let is_gone = line["type"] == "AWS::DynamoDB::Table" && line["region"] == "eu-central-1" && line["account"] == "111122223333";
        !is_gone
    });
    let folder = folder.to_string_lossy().into_owned();
    let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/sessions";
    for name in ["sessions", arn] {
        rel9.run(&["explain", name, &folder])
            .ended(2)
            .said("It may be in what was not read:")
            .said("dynamodb:ListTables denied in 111122223333/eu-central-1");
    }
    let elsewhere = rel9.run(&["explain", "arn:aws:dynamodb:us-west-2:999988887777:table/orders", "--demo"]);
    elsewhere.ended(2).said("It may be in what was not read:\n  its account and Region, 999988887777/us-west-2");
    rel9.run(&["explain", "module.gone.aws_db_instance.orders", "tf"]).ended(2).said("module gone is not here");
    rel9.run(&["explain", "Orders", "broken"]).ended(2).said("It may be in what was not read:\n  broken/bad.yaml");
    // A stored document says the same.
    rel9.run(&["audit", &folder, "--fail-on", "never", "--allow-incomplete", "--format", "json=denied.json"]).ended(0);
    rel9.run(&["explain", "sessions", "denied.json"]).ended(2).said("dynamodb:ListTables denied in 111122223333/eu-central-1");
}

#[test]
fn an_inventory_that_is_given_twice_is_refused() {
    let folder = project("fixtures/demo").to_string_lossy().into_owned();
    let rel9 = Rel9::new().with_files(&[("plan.yaml", "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n")]);
    for command in [&["audit"][..], &["explain", "sessions"], &["what-if", "--plan", "plan.yaml"]] {
        rel9.run(&[command, &[&folder, &folder]].concat()).ended(2).said("is in two of the inventory files: give one of them");
    }
}

#[test]
fn a_key_that_accounts_share_is_explained_where_it_is_judged() {
    let rel9 = Rel9::new();
    let folder = rel9.home().join("shared");
    let arn = "arn:aws:kms:eu-central-1:111122223333:key/11112222-0012-4b1d-9c55-0a1b2c3d4e5f";
    // Every account sees the key of the first.
    let mut key = Value::Null;
    variant(&folder, |line| {
        if line["arn"] == arn {
            key = line.clone();
        }
        true
    });
    for account in ["444455556666", "777788889999"] {
        let path = folder.join(format!("{account}.eu-central-1.ndjson"));
        let mut own = key.clone();
        own["account"] = json!(account);
        let known = std::fs::read_to_string(&path).expect("a file");
        std::fs::write(&path, format!("{known}{own}\n")).expect("a file");
    }
    let found = explained(&rel9, &[arn, &folder.to_string_lossy()]);
    assert_eq!((text(&found["resource"]["account"]), text(&found["resource"]["arn"])), ("111122223333", arn));
}

#[test]
fn standard_input_that_is_no_template_says_what_it_is() {
    let rel9 = Rel9::new();
    rel9.run(&["audit", "--demo", "--fail-on", "never", "--allow-incomplete", "--format", "json=f.json"]).ended(0);
    for (file, words) in [
        (project("fixtures/demo/111122223333.eu-central-1.ndjson"), "is an inventory, and only templates are read here"),
        (rel9.home().join("f.json"), "is a findings document, and only templates are read here"),
    ] {
        let input = std::fs::File::open(file).expect("a file");
        let run = rel9.command(&["explain", "sessions", "-"]).stdin(input).output().expect("rel9 runs");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn colours_and_a_ledger_are_those_of_audit() {
    let rel9 = Rel9::new();
    let always = rel9.run(&["explain", "sessions", "--demo", "--color", "always"]);
    assert!(always.ended(0).stdout.contains("\u{1b}[1;31mUNPROTECTED"), "{always}");
    let forced = Rel9::new().env("FORCE_COLOR", "1");
    assert!(!forced.run(&["explain", "sessions", "--demo", "--color", "never"]).ended(0).stdout.contains('\u{1b}'));
    // A restore test that only the ledger has.
    let arn = "arn:aws:rds:eu-west-1:111122223333:db:search-config";
    let before = explained(&rel9, &[arn, "--demo"]);
    rel9.run(&[
        "ledger",
        "attest",
        "ledger.ndjson",
        "--resource",
        arn,
        "--date",
        "2026-11-20T07:00:00Z",
        "--duration",
        "30m",
        "--result",
        "success",
        "--operator",
        "Ada",
        "--ticket",
        "OPS-1",
    ])
    .ended(0);
    let ledger = || std::fs::read_to_string(rel9.home().join("ledger.ndjson")).expect("a ledger");
    let attested = ledger();
    let after = explained(&rel9, &[arn, "--demo", "--ledger", "ledger.ndjson"]);
    assert_ne!(before["protection"]["restores"], after["protection"]["restores"], "{}", after["protection"]["restores"]);
    assert_eq!(ledger(), attested, "explain adds nothing");
    rel9.run(&["explain", "sessions", "--demo", "--ledger", "missing.ndjson"]).ended(2).said("missing.ndjson");
    rel9.run(&["audit", "--demo", "--fail-on", "never", "--allow-incomplete", "--format", "json=f.json"]).ended(0);
    rel9.run(&["explain", "sessions", "f.json", "--ledger", "ledger.ndjson"]).ended(2).said("--ledger: a findings document");
}
