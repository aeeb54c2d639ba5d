//! Terraform modules, plans and states as declarations: values, references, places, waivers, and errors.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rel9::template::declaration::{Declaration, Node, Position, TemplateError, Value};
use rel9::template::declaration::{PRESENCE, PREVENT_DESTROY, PROVIDER_REGION};
use rel9::template::terraform::{claims_to_be_plan, read_folder, read_plan};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform")
}

fn shop(variables: &[PathBuf]) -> Vec<Declaration> {
    read_folder(&fixtures().join("shop"), "shop", variables).unwrap()
}

fn plan(version: u32) -> (String, Vec<Declaration>) {
    let text = fs::read_to_string(fixtures().join(format!("plans/aws-{version}.json"))).unwrap();
    assert!(claims_to_be_plan(&text));
    let declarations = read_plan("-", &text).unwrap();
    (text, declarations)
}

/// A module of files, and its declarations.
pub(super) fn module(files: &[(&str, &str)]) -> Result<Vec<Declaration>, TemplateError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    read_folder(folder.path(), ".", &[])
}

pub(super) fn one<'d>(declarations: &'d [Declaration], id: &str) -> &'d Declaration {
    declarations.iter().find(|declaration| declaration.id == id).unwrap_or_else(|| panic!("no {id}"))
}

fn at<'n>(node: &'n Node, path: &str) -> &'n Node {
    path.split('.').fold(node, |node, step| match &node.value {
        Value::List(items) => &items[step.parse::<usize>().unwrap()],
        _ => node.get(step).unwrap_or_else(|| panic!("no {step} of {path}")),
    })
}

pub(super) fn shown(declaration: &Declaration, path: &str) -> String {
    show(&at(&declaration.body, path).value)
}

/// Why an argument is unknown.
pub(super) fn why(declaration: &Declaration, argument: &str) -> String {
    match declaration.body.get(argument).map(|node| &node.value) {
        Some(Value::Unknown(unknown)) => unknown.reason.to_string(),
        other => panic!("{argument} is known: {other:?}"),
    }
}

/// `<aws_s3_bucket.data.id>` is a reference, `?${symbol}` an unknown value.
pub(super) fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(|item| show(&item.value)).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            format!("{{{}}}", entries.iter().map(|(key, node)| format!("{key} = {}", show(&node.value))).collect::<Vec<_>>().join(", "))
        }
        Value::Reference { id, attribute } => format!("<{id}.{attribute}>"),
        Value::Concat(parts) => parts.iter().map(|part| show(&part.value)).collect::<Vec<_>>().join("+"),
        Value::Unknown(unknown) => format!("?{}", unknown.symbol),
    }
}

fn place(node: &Node) -> (u32, u32) {
    (node.at.line, node.at.column)
}

#[test]
fn a_module_has_the_values_that_terraform_would_give_it() {
    let shop = shop(&[]);
    let resources = shop.iter().filter(|declaration| declaration.type_name != "module");
    let ids: Vec<&str> = resources.map(|declaration| declaration.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "aws_backup_vault.main",
            "aws_backup_vault.replica",
            "aws_backup_vault_lock_configuration.main",
            "aws_backup_plan.daily",
            "aws_iam_role.backup",
            "aws_backup_selection.data",
            "aws_s3_bucket.data",
            "aws_s3_bucket_versioning.data",
            "aws_s3_bucket_server_side_encryption_configuration.data",
            "aws_kms_key.main",
            "aws_ebs_volume.this[\"data\"]",
            "aws_ebs_volume.this[\"logs\"]",
            "aws_efs_file_system.shared",
            "aws_efs_backup_policy.shared",
            "aws_dynamodb_table.group[0]",
            "aws_dynamodb_table.group[1]",
            "aws_s3_bucket.logs",
            "module.database.aws_db_instance.this",
            "module.database.aws_db_instance.replica[\"reports\"]",
        ]
    );
    let bucket = one(&shop, "aws_s3_bucket.data");
    assert_eq!(shown(bucket, "bucket"), "\"shop-production-data\"");
    assert_eq!(shown(bucket, "tags"), r#"{application = "shop", backup = "daily", name = "shop-production-data"}"#);
    assert_eq!(
        shown(bucket, "tags_all"),
        r#"{owner = "shop", environment = "production", application = "shop", backup = "daily", name = "shop-production-data"}"#
    );
    assert_eq!(bucket.setting(PREVENT_DESTROY).map(|node| &node.value), Some(&Value::Bool(true)));
    assert!(bucket.body.get("lifecycle").is_none());
    // .auto.tfvars.json goes before terraform.tfvars, and the text "35" would have become a number.
    let rule = |path: &str| shown(one(&shop, "aws_backup_plan.daily"), &format!("rule.0.{path}"));
    assert_eq!(rule("lifecycle.0.delete_after"), "14");
    assert_eq!(rule("copy_action.0.lifecycle.0.delete_after"), "28");
    assert_eq!(shown(one(&shop, "aws_ebs_volume.this[\"data\"]"), "encrypted"), "true");
    assert_eq!(shown(one(&shop, "aws_ebs_volume.this[\"logs\"]"), "encrypted"), "false");
    assert_eq!(shown(one(&shop, "aws_dynamodb_table.group[1]"), "name"), "\"shop-production-invoices\"");
    assert_eq!(shown(one(&shop, "aws_dynamodb_table.group[0]"), "attribute.1.name"), "\"customer\"");
    assert_eq!(shown(one(&shop, "aws_dynamodb_table.group[1]"), "attribute"), r#"[{name = "id", type = "S"}]"#);
    let database = one(&shop, "module.database.aws_db_instance.this");
    assert_eq!(shown(database, "backup_retention_period"), "14");
    let replica = one(&shop, "module.database.aws_db_instance.replica[\"reports\"]");
    assert_eq!(shown(replica, "identifier"), "\"shop-production-reports\"");
    assert_eq!(shown(replica, "storage_encrypted"), "true");
}

#[test]
fn a_module_keeps_references_and_what_is_not_known() {
    let shop = shop(&[]);
    assert_eq!(shown(one(&shop, "aws_s3_bucket_versioning.data"), "bucket"), "<aws_s3_bucket.data.id>");
    let plan = one(&shop, "aws_backup_plan.daily");
    assert_eq!(shown(plan, "rule.0.target_vault_name"), "<aws_backup_vault.main.name>");
    assert_eq!(shown(plan, "rule.0.copy_action.0.destination_vault_arn"), "<aws_backup_vault.replica.arn>");
    assert_eq!(
        shown(one(&shop, "aws_backup_selection.data"), "resources"),
        "[<aws_dynamodb_table.group[0].arn>, <aws_dynamodb_table.group[1].arn>, <aws_ebs_volume.this[\"data\"].arn>, \
         <aws_ebs_volume.this[\"logs\"].arn>, <module.database.aws_db_instance.this.arn>, \"arn:aws:ec2:*:*:volume/*\"]"
    );
    // A whole resource that is passed to a module.
    assert_eq!(shown(one(&shop, "module.database.aws_db_instance.this"), "tags.vault"), "<aws_backup_vault.main.name>");
    let replica = one(&shop, "module.database.aws_db_instance.replica[\"reports\"]");
    assert_eq!(shown(replica, "replicate_source_db"), "<module.database.aws_db_instance.this.identifier>");
    let policy = shown(one(&shop, "aws_kms_key.main"), "policy");
    assert!(policy.contains("arn:aws:iam::\"+?${data.aws_caller_identity.current.account_id}+\":root"), "{policy}");
    assert_eq!(shown(one(&shop, "aws_iam_role.backup"), "assume_role_policy"), r#""{}\n""#);
    let logs = one(&shop, "aws_s3_bucket.logs");
    assert_eq!(shown(logs, "bucket"), "?${var.log_bucket}");
    let Some(Value::Unknown(why)) = logs.setting(PRESENCE).map(|node| &node.value) else { panic!("its count is not known") };
    assert_eq!(
        why.reason.as_ref(),
        "count of aws_s3_bucket.logs is not known: variable log_bucket has no default (give it with a .tfvars file)"
    );
}

#[test]
fn providers_give_region_and_default_tags() {
    let shop = shop(&[]);
    let region = |id: &str| one(&shop, id).setting(PROVIDER_REGION).map(|node| show(&node.value));
    assert_eq!(region("aws_backup_vault.main").as_deref(), Some("\"eu-central-1\""));
    assert_eq!(region("aws_backup_vault.replica").as_deref(), Some("\"eu-west-1\""));
    assert_eq!(region("module.database.aws_db_instance.this").as_deref(), Some("\"eu-central-1\""));
    assert!(one(&shop, "aws_backup_vault.replica").body.get("tags_all").is_none());
    let handed_down = module(&[
        (
            "main.tf",
            "provider \"aws\" {\n  alias = \"b\"\n  region = \"eu-west-3\"\n}\n\
             module \"m\" {\n  source = \"./m\"\n  providers = { aws.inner = aws.b }\n}\n",
        ),
        ("m/main.tf", "resource \"aws_a\" \"a\" {\n  provider = aws.inner\n}\nresource \"aws_a\" \"b\" {}\n"),
    ]);
    let handed_down = handed_down.unwrap();
    assert_eq!(handed_down[0].setting(PROVIDER_REGION).map(|node| show(&node.value)).as_deref(), Some("\"eu-west-3\""));
    assert_eq!(handed_down[1].setting(PROVIDER_REGION), None);
}

#[test]
fn places_are_those_of_the_files() {
    let shop = shop(&[]);
    let plan = one(&shop, "aws_backup_plan.daily");
    assert_eq!((plan.file.as_ref(), plan.at), ("shop/backup.tf", Position { line: 16, column: 1 }));
    assert_eq!(place(at(&plan.body, "rule")), (19, 3));
    assert_eq!(place(at(&plan.body, "rule.0.schedule")), (22, 25));
    assert_eq!(place(at(&plan.body, "rule.0.copy_action.0.destination_vault_arn")), (33, 33));
    // A value from another file has the place of the argument.
    assert_eq!(place(at(&plan.body, "rule.0.lifecycle.0.delete_after")), (25, 22));
    let selection = one(&shop, "aws_backup_selection.data");
    assert_eq!(place(at(&selection.body, "resources.5")), (55, 27));
    let database = one(&shop, "module.database.aws_db_instance.this");
    assert_eq!((database.file.as_ref(), database.at.line), ("shop/modules/database/main.tf", 15));
    assert_eq!(place(at(&database.body, "tags.vault")), (26, 13));
    let text = "\u{feff}# ü\r\nresource \"aws_a\" \"ü\" {\r\n  x = { ä = \"é\", y = 1 }\r\n}\r\n";
    let crlf = module(&[("main.tf", text)]).unwrap();
    assert_eq!((crlf[0].file.as_ref(), crlf[0].at), ("main.tf", Position { line: 2, column: 1 }));
    assert_eq!(place(at(&crlf[0].body, "x.y")), (3, 22));
}

#[test]
fn variables_come_from_the_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("more.tfvars");
    fs::write(&path, "retention_days = 90\nlog_bucket = \"\"\n").unwrap();
    let shop = shop(&[path]);
    assert_eq!(shown(one(&shop, "module.database.aws_db_instance.this"), "backup_retention_period"), "35");
    assert!(shop.iter().all(|declaration| !declaration.id.starts_with("aws_s3_bucket.logs")), "its count is 0");
}

#[test]
fn waivers_belong_to_their_resource() {
    let shop = shop(&[]);
    let waivers: Vec<String> = shop
        .iter()
        .flat_map(|declaration| declaration.ignores.iter().map(move |ignore| (declaration, ignore)))
        .map(|(declaration, ignore)| format!("{} {} {} {}", declaration.id, ignore.rule, ignore.at.line, ignore.reason))
        .collect();
    assert_eq!(
        waivers,
        [
            "aws_ebs_volume.this[\"data\"] ebs-volume-encrypted 48 scratch data only",
            "aws_ebs_volume.this[\"data\"] ebs-volume-snapshot-schedule 49 rebuilt from the queue",
            "aws_ebs_volume.this[\"logs\"] ebs-volume-encrypted 48 scratch data only",
            "aws_ebs_volume.this[\"logs\"] ebs-volume-snapshot-schedule 49 rebuilt from the queue",
            "aws_dynamodb_table.group[0] dynamodb-table-pitr 94 invoices are copies",
            "aws_dynamodb_table.group[1] dynamodb-table-pitr 94 invoices are copies",
        ]
    );
    let error = module(&[("main.tf", "resource \"aws_a\" \"b\" {\n  # rel9:ignore some-rule\n}\n")]).unwrap_err();
    assert_eq!((error.file.as_str(), error.at), ("main.tf", Some(Position { line: 2, column: 5 })));
    assert!(error.what.contains("no reason"));
}

#[test]
fn expressions() {
    let locals = "a = { x = 1, y = [\"p\", \"q\"] }\nb = \"B\"\nnone = null\nids = [aws_b.one.id, \"lit\"]";
    let cases = [
        ("local.a.x + 2 * 3", "7"),
        ("7 / 2", "3.5"),
        ("local.b == \"B\" && !false ? \"yes\" : \"no\"", "\"yes\""),
        ("\"${local.b}-${local.a.x}%{ if true }!%{ else }?%{ endif }\"", "\"B-1!\""),
        ("\"%{ for k, v in { a = 1, b = 2 } ~}  ${k}=${v};  %{~ endfor }\"", "\"a=1;b=2;\""),
        ("<<-EOT\n    one\n      two ${local.b}\n    EOT", "\"one\\n  two B\\n\""),
        ("[for i, v in local.a.y : \"${i}${v}\" if v != \"p\"]", "[\"1q\"]"),
        ("{ for v in local.a.y : upper(v) => v }", "{P = \"p\", Q = \"q\"}"),
        ("{ for v in [\"ab\", \"ac\", \"b\"] : substr(v, 0, 1) => v... }", "{a = [\"ab\", \"ac\"], b = [\"b\"]}"),
        ("local.a.y[*]", "[\"p\", \"q\"]"),
        ("[{ n = 1 }, { n = 2 }].*.n", "[1, 2]"),
        ("try(local.a.missing, local.none.x, \"fallback\")", "\"fallback\""),
        ("can(local.a.missing)", "false"),
        ("coalesce(null, \"\", local.b)", "\"B\""),
        ("lookup(local.a, \"z\", 5)", "5"),
        ("merge({ a = 1, b = 1 }, { b = 2 })", "{a = 1, b = 2}"),
        ("concat([1], [2, 3])", "[1, 2, 3]"),
        ("flatten([[1], [[2], 3]])", "[1, 2, 3]"),
        ("toset([\"b\", \"a\", \"b\"])", "[\"a\", \"b\"]"),
        ("keys({ b = 1, a = 2 })", "[\"a\", \"b\"]"),
        ("element([\"a\", \"b\"], 3)", "\"b\""),
        ("max([1, 5, 3]...)", "5"),
        ("format(\"%s-%03d%%\", \"a\", 7)", "\"a-007%\""),
        ("formatlist(\"%s/%s\", \"x\", [\"a\", \"b\"])", "[\"x/a\", \"x/b\"]"),
        ("join(\",\", [\"a\", \"b\"])", "\"a,b\""),
        ("split(\"/\", \"a/b\")", "[\"a\", \"b\"]"),
        ("replace(title(lower(\"HELLO WORLD\")), \"World\", \"x\")", "\"Hello x\""),
        ("length(\"é\") + length([1]) + length({})", "2"),
        ("contains(local.a.y, \"q\")", "true"),
        ("jsonencode({ b = [1, true, null], a = \"x\\\"y\" })", r#""{\"a\":\"x\\\"y\",\"b\":[1,true,null]}""#),
        ("jsondecode(\"{\\\"a\\\": [1]}\").a[0]", "1"),
        ("tonumber(\"4\")", "4"),
        ("tobool(\"true\")", "true"),
        ("zipmap([\"a\"], [1])", "{a = 1}"),
        ("range(3)", "[0, 1, 2]"),
        ("path.module", "\".\""),
        ("range(3, 0)", "[3, 2, 1]"),
        ("title(\"foo-bar baz_qux\")", "\"Foo-Bar Baz_qux\""),
        ("substr(\"hello\", -3, 2)", "\"ll\""),
        ("split(\",\", \"\")", "[\"\"]"),
        ("trim(\"xxhixx\", \"x\")", "\"hi\""),
        ("\"1\" == 1", "false"),
        ("format(\"%5s|%-5s|%05d|%v|%q\", \"a\", \"b\", 42, [1, \"a\"], \"x\")", r#""    a|b    |00042|[1,\"a\"]|\"x\"""#),
        ("format(\"%.2f\", 3.14159)", "\"3.14\""),
        ("join(\"-\", [1, true])", "\"1-true\""),
        ("tostring(1.50)", "\"1.5\""),
        ("chunklist([\"a\", \"b\", \"c\"], 2)", "[[\"a\", \"b\"], [\"c\"]]"),
        ("setproduct([\"a\", \"b\"], [\"c\"])", "[[\"a\", \"c\"], [\"b\", \"c\"]]"),
        ("compact([\"a\", \"\", null])", "[\"a\"]"),
        ("indent(2, \"a\\nb\")", "\"a\\n  b\""),
        ("transpose({ a = [\"x\", \"y\"], b = [\"x\"] })", "{x = [\"a\", \"b\"], y = [\"a\"]}"),
        ("values({ b = 1, a = 2 })", "[2, 1]"),
        ("slice([\"a\", \"b\", \"c\"], 1, 2)", "[\"b\"]"),
        ("setsubtract([\"a\", \"b\"], [\"a\"])", "[\"b\"]"),
        ("one([])", "null"),
        ("matchkeys([\"i1\", \"i2\"], [\"a\", \"b\"], [\"b\"])", "[\"i2\"]"),
        ("\"${1.0} ${0.1} ${1e3}\"", "\"1 0.1 1000\""),
        ("-7 % 3", "-1"),
        ("parseint(\"ff\", 16) + signum(-3) + floor(-1.5) + sum([1, 2.5])", "255.5"),
        ("alltrue([true, \"false\"])", "false"),
        ("\"~${\"a\" ~}   b\"", "\"~ab\""),
        ("[1] == [2]", "false"),
        ("[] == tolist([])", "?"),
        ("\"a\" < \"b\"", "?"),
        // Unknown values.
        ("local.ids", "[<aws_b.one.id>, \"lit\"]"),
        ("\"x-${aws_b.one.id}-${local.b}\"", "\"x-\"+<aws_b.one.id>+\"-B\""),
        ("upper(aws_b.one.id)", "?${upper(aws_b.one.id)}"),
        ("length(local.ids)", "2"),
        ("aws_b.one.id == \"x\" ? 1 : 1", "1"),
        ("aws_b.one.id == \"x\" ? 1 : 2", "?${aws_b.one.id == \"x\" ? 1 : 2}"),
        ("false && aws_b.one.on", "false"),
        ("aws_b.one.on || true", "true"),
        ("aws_b.one.id == aws_b.one.id", "true"),
        ("terraform.workspace", "?${terraform.workspace}"),
        ("random_id.x.hex", "?${random_id.x.hex}"),
        ("data.aws_b.c[0].id", "?${data.aws_b.c[0].id}"),
        ("aws_b.many[*].id", "[<aws_b.many[0].id>, <aws_b.many[1].id>]"),
        ("aws_b.many[1].id", "<aws_b.many[1].id>"),
        ("aws_b.many[2].id", "?"),
        ("aws_b.keyed[\"k\"].id", "<aws_b.keyed[\"k\"].id>"),
        ("aws_b.keyed[\"l\"].id", "?"),
        ("[for k, b in aws_b.keyed : b.arn]", "[<aws_b.keyed[\"k\"].arn>]"),
        ("values(aws_b.keyed)[*].arn", "[<aws_b.keyed[\"k\"].arn>]"),
        ("aws_b.unsure[0].id", "<aws_b.unsure.id>"),
        ("aws_b.unsure[*].id", "?"),
        ("one(aws_b.many[*].id)", "?"),
        ("aws_b.one.flags", "{f = true}"),
        ("aws_b.one.label", "<aws_b.one.label>"),
        ("aws_b.one", "?${aws_b.one}"),
        ("jsonencode({ r = aws_b.one.arn })", r#""{\"r\":\""+<aws_b.one.arn>+"\"}""#),
        ("uuid()", "?"),
        ("provider::aws::arn_parse(\"x\")", "?${provider::aws::arn_parse(\"x\")}"),
        ("local.a.missing", "?"),
        ("var.missing", "?"),
        ("1 / 0", "?"),
        ("{ (aws_b.one.id) = 1 }", "?"),
    ];
    let more = "\n}\nresource \"random_id\" \"x\" {}\nresource \"aws_b\" \"one\" {\n flags = { f = true }\n label = \"l\"\n}\n\
                resource \"aws_b\" \"many\" {\n count = 2\n}\nresource \"aws_b\" \"keyed\" {\n for_each = { k = 1 }\n}\n\
                resource \"aws_b\" \"unsure\" {\n count = terraform.workspace == \"x\" ? 1 : 0\n}\nlocals {\n";
    for (expression, expected) in cases {
        let text = format!("resource \"aws_a\" \"a\" {{\n  x = {expression}\n}}\nlocals {{\n{locals}{more}}}\n");
        let declarations = module(&[("main.tf", &text)]).unwrap_or_else(|error| panic!("{expression}: {error}"));
        let value = show(declarations[0].body.get("x").map_or(&Value::Null, |node| &node.value));
        if expected == "?" {
            assert!(value.starts_with('?'), "{expression}: {value}");
        } else {
            assert_eq!(value, expected, "{expression}");
        }
    }
}

#[test]
fn for_each_and_dynamic_that_are_not_known() {
    let text = "variable \"set\" {}\nresource \"aws_a\" \"a\" {\n  for_each = var.set\n  name = each.key\n  size = each.value.size\n}\n\
                resource \"aws_a\" \"b\" {\n  of = aws_a.a[\"x\"].id\n  only = [for a in [1] : a]\n  dynamic \"rule\" {\n    for_each = var.set\n\
                    content {\n      x = rule.value\n    }\n  }\n  fixed {\n    y = 1\n  }\n  dynamic \"fixed\" {\n    for_each = var.set\n\
                    content {}\n  }\n}\nresource \"aws_a\" \"c\" {\n  for_each = aws_a.a\n  of = each.value.id\n}\n\
                module \"m\" {\n  source = \"./m\"\n  count = var.set == 1 ? 1 : 0\n}\n";
    let read = module(&[("main.tf", text), ("m/main.tf", "resource \"aws_a\" \"d\" {}\n")]).unwrap();
    let a = one(&read, "aws_a.a");
    assert_eq!((shown(a, "name").as_str(), shown(a, "size").as_str()), ("?${aws_a.a.each.key}", "?${aws_a.a.each.value.size}"));
    assert!(a.setting(PRESENCE).is_some());
    let b = one(&read, "aws_a.b");
    assert!(b.setting(PRESENCE).is_none());
    assert_eq!(shown(b, "of"), "<aws_a.a.id>");
    assert!(shown(b, "rule").starts_with('?'));
    assert!(shown(b, "fixed").starts_with("[{y = 1}, ?"));
    assert_eq!(shown(one(&read, "aws_a.c"), "of"), "<aws_a.a.id>");
    assert!(one(&read, "module.m.aws_a.d").setting(PRESENCE).is_some());
}

#[test]
fn json_and_override_files_are_part_of_a_module() {
    let read = module(&[
        (
            "main.tf.json",
            r#"{"//": "made by a tool", "locals": {"n": "data"}, "variable": {"days": {"type": "number", "default": "3"}},
 "provider": {"aws": [{"region": "eu-west-1", "default_tags": [{"tags": {"a": "b"}}]}]},
 "resource": {"aws_s3_bucket": {"data": {"bucket": "${local.n}-x", "tags": {"${local.n}": "t"}, "count": 1,
   "lifecycle": {"prevent_destroy": true}}},
  "aws_s3_bucket_lifecycle_configuration": {"l": {"bucket": "${aws_s3_bucket.data[0].id}",
   "rule": {"id": "all", "expiration": {"days": "${var.days}"}},
   "dynamic": {"extra": {"for_each": ["p"], "content": {"v": "${extra.value}"}}}}}}}"#,
        ),
        ("over_override.tf", "resource \"aws_s3_bucket\" \"data\" {\n  bucket = \"other\"\n}\n"),
    ])
    .unwrap();
    let bucket = one(&read, "aws_s3_bucket.data[0]");
    assert_eq!(shown(bucket, "bucket"), "\"other\"");
    // The override is in another file: its place would be wrong.
    assert_eq!(at(&bucket.body, "bucket").at, bucket.at);
    assert_eq!((bucket.at.line, shown(bucket, "tags_all").as_str()), (3, r#"{a = "b", data = "t"}"#));
    assert!(bucket.setting(PREVENT_DESTROY).is_some());
    let lifecycle = one(&read, "aws_s3_bucket_lifecycle_configuration.l");
    assert_eq!(shown(lifecycle, "bucket"), "<aws_s3_bucket.data[0].id>");
    assert_eq!(shown(lifecycle, "rule"), r#"[{id = "all", expiration = [{days = 3}]}]"#);
    assert_eq!(shown(lifecycle, "extra"), r#"[{v = "p"}]"#);
}

#[test]
fn what_is_wrong_with_a_module_is_told_with_its_place() {
    let cases: [(&[(&str, &str)], &str); 10] = [
        (&[("main.tf", "resource \"aws_a\" \"b\" {\n  x = \n}\n")], "main.tf:2:7: not valid HCL"),
        (&[("main.tf", "resource \"aws_a\" {}\n")], "main.tf:1:1: a resource block has 2 labels"),
        (
            &[("a.tf", "resource \"aws_a\" \"b\" {}\n"), ("b.tf", "\nresource \"aws_a\" \"b\" {}\n")],
            "b.tf:2:1: aws_a.b is declared twice, first in a.tf:1",
        ),
        (
            &[("main.tf", "locals {\n  a = local.b\n  b = [local.a]\n}\nresource \"aws_a\" \"b\" {\n  x = local.a\n}\n")],
            "main.tf:2:3: a cycle: local.a → local.b → local.a",
        ),
        (
            &[
                ("main.tf", "module \"m\" {\n  source = \"./m\"\n  x = module.m.y\n}\nresource \"aws_a\" \"b\" {\n  x = module.m.y\n}\n"),
                ("m/main.tf", "variable \"x\" {}\noutput \"y\" {\n  value = var.x\n}\n"),
            ],
            "a cycle: module.m.output.y → module.m.var.x → module.m.output.y",
        ),
        (
            &[("main.tf", "module \"m\" {\n  source = \"./m\"\n}\n"), ("m/main.tf", "module \"n\" {\n  source = \"../\"\n}\n")],
            "m/main.tf:1:1: a cycle",
        ),
        (&[("main.tf", "resource \"aws_a\" \"b\" {\n  count = length(aws_a.b)\n}\n")], "a cycle: aws_a.b (count) → aws_a.b (count)"),
        (&[("main.tf", "resource \"aws_a\" \"b\" {\n  count = 1e9\n}\n")], "main.tf:1:1: more than 100000 instances"),
        (&[("main.tf.json", "{\"resource\": ")], "main.tf.json:1:14: not valid JSON"),
        (&[("main.tf", ""), ("terraform.tfvars", "x = y\n")], "terraform.tfvars:1:1: y is not declared"),
    ];
    for (files, expected) in cases {
        let error = module(files).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nand not\n{expected}");
    }
    assert!(read_folder(Path::new("/none/of/this"), "x", &[]).is_err());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.tf"), b"x = \"\xff\"").unwrap();
    assert!(read_folder(folder.path(), ".", &[]).unwrap_err().what.contains("UTF-8"));
}

#[test]
fn nothing_grows_without_bounds() {
    let doubling: String = (0..60).map(|index| format!("  l{index} = [local.l{0}, local.l{0}]\n", index + 1)).collect();
    let text = format!("locals {{\n{doubling}  l60 = \"x\"\n}}\nresource \"aws_a\" \"b\" {{\n  x = local.l0\n}}\n");
    assert!(module(&[("main.tf", &text)]).unwrap_err().what.contains("parts"));
    let chain: String = (0..5000).map(|index| format!("  l{index} = local.l{}\n", index + 1)).collect();
    let text = format!("locals {{\n{chain}  l5000 = 1\n}}\nresource \"aws_a\" \"b\" {{\n  x = local.l0\n}}\n");
    assert!(module(&[("main.tf", &text)]).unwrap_err().what.contains("levels"));
    let deep = format!("resource \"aws_a\" \"b\" {{\n  x = {}1{}\n}}\n", "[".repeat(5000), "]".repeat(5000));
    assert!(module(&[("main.tf", &deep)]).is_err());
    let within = format!("resource \"aws_a\" \"b\" {{\n  x = {}1{}\n}}\n", "[".repeat(60), "]".repeat(60));
    assert!(module(&[("main.tf", &within)]).is_ok());
    let deep = format!("{{\"format_version\":\"1.0\",\"values\":{}", "[".repeat(1_000_000));
    assert!(read_plan("-", &deep).unwrap_err().what.contains("nested"));
}

#[test]
fn plans_of_all_provider_versions_read_alike() {
    for version in [4, 5, 6] {
        let (text, plan) = plan(version);
        let get = |id: &str, path: &str| shown(one(&plan, id), path);
        assert_eq!(plan.len(), 19, "aws {version}");
        assert!(plan.iter().all(|declaration| !declaration.id.contains("old")), "deleted");
        assert_eq!(get("aws_backup_plan.daily", "rule.0.target_vault_name"), "\"shop-production-vault\"");
        assert_eq!(get("aws_backup_plan.daily", "rule.0.copy_action.0.destination_vault_arn"), "<aws_backup_vault.replica.arn>");
        assert_eq!(get("aws_backup_plan.daily", "rule.0.copy_action.0.lifecycle.0.delete_after"), "28");
        assert_eq!(get("aws_backup_selection.data", "plan_id"), "<aws_backup_plan.daily.id>");
        let resources = get("aws_backup_selection.data", "resources");
        let references = "[<aws_dynamodb_table.group[0].arn>, <aws_dynamodb_table.group[1].arn>, <aws_ebs_volume.this[\"data\"].arn>, \
                          <aws_ebs_volume.this[\"logs\"].arn>, <module.database.aws_db_instance.this.arn>";
        assert_eq!(resources, format!("{references}{}", if version == 4 { "]" } else { ", \"arn:aws:ec2:*:*:volume/*\"]" }));
        assert_eq!(get("aws_backup_selection.data", "not_resources"), "?${aws_backup_selection.data.not_resources}");
        assert_eq!(get("aws_s3_bucket_versioning.data", "bucket"), "<aws_s3_bucket.data.id>");
        assert_eq!(
            get("aws_s3_bucket_versioning.data", "versioning_configuration"),
            "[{status = \"Enabled\", mfa_delete = ?${aws_s3_bucket_versioning.data.versioning_configuration[0].mfa_delete}}]"
        );
        let sse = "aws_s3_bucket_server_side_encryption_configuration.data";
        assert_eq!(get(sse, "rule.0.apply_server_side_encryption_by_default.0.kms_master_key_id"), "<aws_kms_key.main.arn>");
        assert_eq!(get("aws_efs_backup_policy.shared", "file_system_id"), "<aws_efs_file_system.shared.id>");
        assert_eq!(get("aws_efs_file_system.shared", "kms_key_id"), "<aws_kms_key.main.arn>");
        assert_eq!(get("aws_ebs_volume.this[\"logs\"]", "encrypted"), "false");
        assert_eq!(get("aws_s3_bucket.data", "arn"), "?${aws_s3_bucket.data.arn}");
        assert_eq!(get("module.database.aws_db_instance.this", "tags_all.owner"), "\"shop\"");
        let region = |id: &str| one(&plan, id).setting(PROVIDER_REGION).map(|node| show(&node.value));
        assert_eq!(region("aws_backup_vault.replica").as_deref(), Some("\"eu-west-1\""));
        assert_eq!(region("aws_backup_vault.main").as_deref(), Some("\"eu-central-1\""));
        for declaration in &plan {
            let line = text.lines().nth(declaration.at.line as usize - 1).unwrap();
            let there = line.get(declaration.at.column as usize - 1..).unwrap();
            let address = serde_json::to_string(&declaration.id).unwrap();
            let object: String = if version == 5 { there.to_string() } else { there.chars().take(200).collect() };
            assert!(object.starts_with('{') && (version == 5 || object.contains(&address)), "{address}: {object}");
        }
    }
}

#[test]
fn references_in_plans_go_through_modules_and_each() {
    let text = r#"{"format_version":"1.2","planned_values":{"root_module":{"resources":[
 {"address":"aws_b.k[\"x\"]","mode":"managed","type":"aws_b","name":"k","index":"x","values":{}},
 {"address":"aws_b.k[\"y\"]","mode":"managed","type":"aws_b","name":"k","index":"y","values":{}},
 {"address":"aws_c.k[\"y\"]","mode":"managed","type":"aws_c","name":"k","index":"y","values":{}},
 {"address":"aws_c.out","mode":"managed","type":"aws_c","name":"out","values":{}}],
 "child_modules":[{"address":"module.m[\"x\"]","resources":[
  {"address":"module.m[\"x\"].aws_d.i","mode":"managed","type":"aws_d","name":"i","values":{}}]}]}},
"resource_changes":[
 {"address":"aws_c.k[\"y\"]","change":{"actions":["create"],"after_unknown":{"own":true,"chained":true,"other":true,"mixed":true}}},
 {"address":"aws_c.out","change":{"actions":["create"],"after_unknown":{"of_module":true,"local":true,"two":true,"all":[true,true]}}},
 {"address":"module.m[\"x\"].aws_d.i","change":{"actions":["create"],"after_unknown":{"given":true,"picked":true}}}],
"configuration":{"root_module":{"resources":[
 {"mode":"managed","type":"aws_c","name":"k","for_each_expression":{"references":["aws_b.k"]},"expressions":{
  "own":{"references":["aws_b.k","each.key"]},"chained":{"references":["each.value.arn","each.value"]},
  "other":{"references":["aws_b.k[\"x\"].id","aws_b.k[\"x\"]","aws_b.k"]},"mixed":{"references":["aws_gone.x.id","aws_gone.x"]}}},
 {"mode":"managed","type":"aws_c","name":"out","expressions":{
  "of_module":{"references":["module.m[\"x\"].o","module.m[\"x\"]","module.m"]},"local":{"references":["local.x"]},
  "two":{"references":["aws_b.k[\"x\"].id","aws_b.k[\"x\"]","aws_b.k","aws_b.k[\"y\"].id","aws_b.k[\"y\"]","aws_b.k"]},
  "all":{"references":["aws_b.k"]}}}],
 "module_calls":{"m":{"source":"./m","for_each_expression":{"references":["aws_b.k"]},
  "expressions":{"v":{"references":["each.value.name","each.value"]},"all":{"references":["aws_b.k"]}},
  "module":{"outputs":{"o":{"expression":{"references":["aws_d.i.arn","aws_d.i"]}}},"resources":[
   {"mode":"managed","type":"aws_d","name":"i","expressions":{"given":{"references":["var.v"]},
    "picked":{"references":["var.all[\"y\"].arn","var.all[\"y\"]","var.all"]}}}]}}}}}}"#;
    let read = read_plan("-", text).unwrap();
    let get = |id: &str, path: &str| shown(one(&read, id), path);
    let of = "aws_c.k[\"y\"]";
    assert_eq!(get(of, "own"), "<aws_b.k[\"y\"].id>");
    assert_eq!(get(of, "chained"), "<aws_b.k[\"y\"].arn>");
    assert_eq!(get(of, "other"), "<aws_b.k[\"x\"].id>");
    assert_eq!(get(of, "mixed"), "?${aws_c.k[\"y\"].mixed}");
    assert_eq!(get("aws_c.out", "of_module"), "<module.m[\"x\"].aws_d.i.arn>");
    assert_eq!(get("aws_c.out", "local"), "?${aws_c.out.local}");
    assert_eq!(get("aws_c.out", "two"), "?${aws_c.out.two}");
    assert_eq!(get("aws_c.out", "all"), "[<aws_b.k[\"x\"].id>, <aws_b.k[\"y\"].id>]");
    assert_eq!(get("module.m[\"x\"].aws_d.i", "given"), "<aws_b.k[\"x\"].name>");
    assert_eq!(get("module.m[\"x\"].aws_d.i", "picked"), "<aws_b.k[\"y\"].arn>");
}

#[test]
fn a_plan_beside_its_files_has_their_places() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["backup.tf", "storage.tf", "modules/database/main.tf"] {
        let to = folder.path().join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(fixtures().join("shop").join(file), to).unwrap();
    }
    let (text, _) = plan(6);
    let shown_folder = folder.path().to_str().unwrap();
    let read = read_plan(&format!("{shown_folder}/tfplan.json"), &text).unwrap();
    let plan = one(&read, "aws_backup_plan.daily");
    assert_eq!((plan.file.as_ref(), plan.at.line), (format!("{shown_folder}/backup.tf").as_str(), 16));
    assert_eq!(place(at(&plan.body, "rule.0.schedule")), (19, 3));
    assert_eq!(place(at(&plan.body, "name")), (17, 10));
    let database = one(&read, "module.database.aws_db_instance.replica[\"reports\"]");
    assert_eq!((database.file.as_ref(), database.at.line), (format!("{shown_folder}/modules/database/main.tf").as_str(), 30));
    // Not set there.
    fs::write(folder.path().join("storage.tf"), "").unwrap();
    let read = read_plan(&format!("{shown_folder}/tfplan.json"), &text).unwrap();
    assert_eq!(one(&read, "aws_s3_bucket.data").file.as_ref(), format!("{shown_folder}/tfplan.json"));
    // Their depth and their errors do not matter.
    let deep: String = ["a {\n".repeat(60), "}\n".repeat(60)].concat();
    fs::write(folder.path().join("storage.tf"), deep).unwrap();
    assert_eq!(read_plan(&format!("{shown_folder}/tfplan.json"), &text).unwrap().len(), 19);
    fs::write(folder.path().join("storage.tf"), "x = ").unwrap();
    assert_eq!(read_plan(&format!("{shown_folder}/tfplan.json"), &text).unwrap().len(), 19);
}

#[test]
fn states_are_read_in_both_forms() {
    let text = fs::read_to_string(fixtures().join("plans/terraform.tfstate")).unwrap();
    assert!(claims_to_be_plan(&text));
    let state = read_plan("terraform.tfstate", &text).unwrap();
    let ids: Vec<&str> = state.iter().map(|declaration| declaration.id.as_str()).collect();
    assert_eq!(ids, ["aws_ebs_volume.this[\"data\"]", "module.database.aws_db_instance.this[0]"]);
    assert_eq!(shown(&state[0], "id"), "\"vol-0a1b2c3d4e5f60718\"");
    let line = text.lines().nth(state[0].at.line as usize).unwrap();
    assert!(line.contains("\"index_key\": \"data\""), "{line}");
    let shown_state = r#"{"format_version":"1.0","terraform_version":"1.9.8","values":{"root_module":{"resources":[
        {"address":"aws_a.b","mode":"managed","type":"aws_a","name":"b","values":{"n":1}},
        {"address":"data.aws_a.c","mode":"data","type":"aws_a","name":"c","values":{}}]}}}"#;
    assert!(claims_to_be_plan(shown_state));
    let state = read_plan("-", shown_state).unwrap();
    assert_eq!((state.len(), shown(&state[0], "n").as_str()), (1, "1"));
    assert!(read_plan("-", "{\"format_version\":\"1.0\"}").unwrap().is_empty());
}

#[test]
fn what_is_no_plan_is_an_error() {
    let cases = [
        ("{\"format_version\":\"2.0\"}", "-:1:19: an unknown format_version"),
        ("{\"version\":3}", "-:1:12: a state of a version other than 4"),
        ("{}", "-:1:1: neither a plan nor a state"),
        ("[]", "-:1:1: neither a plan nor a state"),
        ("{\"format_version\":\"1.0\",", "-:1:25: not valid JSON"),
        ("{\"format_version\":\"1.0\",\"errored\":true}", "-:1:35: the plan is incomplete"),
        ("{\"format_version\":\"1.0\",\"resource_changes\":[]}", "a plan without planned_values"),
        ("{\"serial\":1,\"encrypted_data\":\"x\",\"encryption_version\":\"v0\"}", "-:1:1: encrypted by OpenTofu"),
        (
            "{\"format_version\":\"1.0\",\"values\":{\"root_module\":{\"resources\":[\n\
             {\"address\":\"aws_a.b\",\"mode\":\"managed\",\"type\":\"aws_a\",\"name\":\"b\"},\n\
             {\"address\":\"aws_a.b\",\"mode\":\"managed\",\"type\":\"aws_a\",\"name\":\"b\"}]}}}",
            "-:3:1: aws_a.b appears twice",
        ),
    ];
    for (text, expected) in cases {
        let error = read_plan("-", text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nand not\n{expected}");
    }
    assert!(claims_to_be_plan("{\"serial\":1,\"meta\":{},\"encrypted_data\":\"x\",\"encryption_version\":\"v0\"}"));
    assert!(!claims_to_be_plan("{\"AWSTemplateFormatVersion\":\"2010-09-09\",\"Resources\":{}}"));
    assert!(!claims_to_be_plan("format_version: 1\nvalues: 2"));
    assert!(!claims_to_be_plan("{\"version\":\"4\",\"resources\":[]}"));
}

#[test]
fn large_plans_are_read() {
    let one = |index: usize| {
        format!(
            "{{\"address\":\"aws_a.b[{index}]\",\"mode\":\"managed\",\"type\":\"aws_a\",\"name\":\"b\",\"index\":{index},\"values\":{{\"n\":\"é{index}\",\"t\":{{\"k\":null}}}}}}"
        )
    };
    let resources: Vec<String> = (0..20_000).map(one).collect();
    let text = format!("{{\"format_version\":\"1.0\",\"planned_values\":{{\"root_module\":{{\"resources\":[{}]}}}}}}", resources.join(","));
    let read = read_plan("-", &text).unwrap();
    assert_eq!(read.len(), 20_000);
    let column = text.chars().position(|letter| letter == 'é').unwrap();
    assert_eq!(at(&read[0].body, "n").at.column as usize, column);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = read_plan("-", &text);
        let _ = claims_to_be_plan(&text);
        let _ = module(&[("main.tf", &text), ("b.tf.json", &text)]);
    }

    #[test]
    fn any_expression_is_evaluated(parts in prop::collection::vec(prop::sample::select(vec![
        "var.a", "local.b", "local.c", "aws_a.b", "[", "]", "{", "}", "(", ")", "\"", "${", "}", " + ", " ? ", " : ", ".x", "[0]", "[*]", ".*",
        "for k, v in ", " : ", " => ", "merge(", "lookup(", "element(", "range(", "slice(", "substr(", "format(", "setproduct(", ", ", "-1", "1e30",
        "\"é%d\"", "each.key", "null", "true", "!", "...", " if ", "try(", "jsondecode(", "indent(", "pow(", "chunklist(",
    ]), 1..14)) {
        let text = format!("variable \"a\" {{}}\nlocals {{\n b = [1, \"é\", null]\n c = {{ x = local.b }}\n}}\nresource \"aws_a\" \"b\" {{\n x = {}\n}}\n", parts.concat());
        let _ = module(&[("main.tf", &text)]);
    }

    #[test]
    fn damaged_plans_and_modules_are_read_or_refused(from in 0_usize..33_000, length in 0_usize..40, with in "[\\[\\]{}\",:a0$ ]{0,6}") {
        let damage = |path: &str| {
            let text = fs::read_to_string(fixtures().join(path)).unwrap();
            let letters: Vec<char> = text.chars().collect();
            let from = from % letters.len();
            let rest = letters.get(from + length..).unwrap_or_default();
            letters[..from].iter().chain(&with.chars().collect::<Vec<_>>()).chain(rest).collect::<String>()
        };
        let _ = read_plan("-", &damage("plans/aws-6.json"));
        let _ = read_plan("-", &damage("plans/terraform.tfstate"));
        let _ = module(&[("main.tf", &damage("shop/storage.tf")), ("b.tf", &damage("shop/backup.tf")), ("v.tf", &damage("shop/variables.tf"))]);
    }
}
