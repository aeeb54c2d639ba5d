//! Templates that declare data of types that rel9 does not read: each is named in every language, and changes nothing else.

use crate::support::{Document, Rel9};
use rel9::inventory::unread_data::UNREAD_DATA;
use serde_json::{Value, json};

fn not_judged(document: &Document) -> &Value {
    &document.0["summary"]["not_judged"]
}

#[test]
fn cloudformation_templates_name_every_type() {
    let resources: serde_json::Map<String, Value> = UNREAD_DATA
        .iter()
        .enumerate()
        .map(|(number, data)| (format!("Data{number}"), json!({ "Type": data.type_name, "Properties": {} })))
        .collect();
    let rel9 = Rel9::new().with_files(&[("template.json", &json!({ "Resources": resources }).to_string())]);
    let document = rel9.run(&["audit", "template.json", "--format", "json"]).ended(0).document();
    let expected: Vec<Value> = UNREAD_DATA.iter().map(|data| json!({ "type": data.type_name, "resources": 1 })).collect();
    assert_eq!(not_judged(&document), &json!(expected));
    assert_eq!(document.0["audit"]["complete"], true, "it hides nothing of what is judged");
    assert!(document.findings().is_empty());
}

#[test]
fn terraform_modules_name_every_type() {
    for data in UNREAD_DATA {
        let any = format!("resource \"aws_cloudcontrolapi_resource\" \"any\" {{\n  type_name = \"{}\"\n}}\n", data.type_name);
        let own: String = data.terraform.iter().map(|name| format!("resource \"{name}\" \"own\" {{\n}}\n")).collect();
        let rel9 = Rel9::new().with_files(&[("main.tf", &format!("{any}{own}"))]);
        let document = rel9.run(&["audit", ".", "--format", "json"]).ended(0).document();
        let resources = data.terraform.len() + 1;
        assert_eq!(not_judged(&document), &json!([{ "type": data.type_name, "resources": resources }]));
    }
}

#[test]
fn the_cloud_control_provider_has_types_of_its_own() {
    let main = "resource \"awscc_s3tables_table_bucket\" \"a\" {\n}\nresource \"awscc_neptunegraph_graph\" \"b\" {\n}\n\
                resource \"awscc_neptunegraph_graph\" \"c\" {\n}\nresource \"awscc_iam_role\" \"r\" {\n}\n";
    let rel9 = Rel9::new().with_files(&[("main.tf", main)]);
    let document = rel9.run(&["audit", ".", "--format", "json"]).ended(0).document();
    let expected =
        json!([{ "type": "AWS::NeptuneGraph::Graph", "resources": 2 }, { "type": "AWS::S3Tables::TableBucket", "resources": 1 }]);
    assert_eq!(not_judged(&document), &expected);
    let run = rel9.run(&["explain", "awscc_neptunegraph_graph.b", "."]);
    run.ended(2).said("AWS::NeptuneGraph::Graph");
    // The resource next to it is judged as without it.
    let bucket = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"acme-orders\"\n}\n";
    let with = Rel9::new().with_files(&[("main.tf", &format!("{main}{bucket}"))]).judge(&["."]);
    let without = Rel9::new().with_files(&[("main.tf", &format!("{}{bucket}", "\n".repeat(8)))]).judge(&["."]);
    assert!(!without.findings().is_empty());
    assert_eq!(with.findings(), without.findings());
}
