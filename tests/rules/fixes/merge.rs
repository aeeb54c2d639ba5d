//! Merges a fix into a template, as a developer would who reads it.

use super::yaml;
use hcl_edit::structure::{Attribute, Block, Body, Structure};
use serde_json::{Map, Value};

/// A Terraform file with the blocks of a fix.
pub fn terraform(text: &str, fix: &str) -> String {
    let mut file: Body = text.parse().expect("HCL");
    let changes: Body = fix.parse().expect("a fix in HCL");
    let each = fix.contains("# each of them");
    for block in changes.blocks() {
        let name = |block: &Block| block.labels.iter().map(|label| label.as_str().to_owned()).collect::<Vec<_>>();
        if !file.blocks().any(|known| name(known) == name(block)) {
            file.push(block.clone());
        } else if let Some(known) = file.blocks_mut().find(|known| name(known) == name(block)) {
            into_block(known, block, each);
        }
    }
    file.to_string()
}

fn into_block(known: &mut Block, block: &Block, each: bool) {
    for structure in block.body.iter() {
        match structure {
            Structure::Attribute(attribute) => {
                known.body.remove_attribute(attribute.key.as_str());
                known.body.push(Attribute::new(attribute.key.clone(), attribute.value.clone()));
            }
            Structure::Block(inner) => {
                let mut found = false;
                for other in known.body.blocks_mut().filter(|other| other.ident.as_str() == inner.ident.as_str()) {
                    if each || !found {
                        into_block(other, inner, each);
                    }
                    found = true;
                }
                // There is no element to change.
                if !found && !inner.body.is_empty() && !is_of_each(inner, each) {
                    known.body.push(inner.clone());
                }
            }
        }
    }
}

/// Whether a block stands for those that are there.
fn is_of_each(block: &Block, each: bool) -> bool {
    each && block.ident.as_str() == "ebs_block_device"
}

/// A CloudFormation template in JSON with the resources of a fix.
pub fn cloudformation(text: &str, fix: &str) -> String {
    format!("{:#}\n", merged(serde_json::from_str(text).expect("JSON"), &serde_json::from_str(fix).expect("a fix in JSON")))
}

/// The same in YAML.
pub fn cloudformation_yaml(text: &str, fix: &str) -> String {
    yaml::written(&merged(yaml::read(text), &yaml::read(fix)))
}

fn merged(mut template: Value, changes: &Value) -> Value {
    into(&mut template, changes);
    template
}

fn into(known: &mut Value, change: &Value) {
    match (known, change) {
        (Value::Object(known), Value::Object(changes)) if !is_function(changes) => {
            for (name, value) in changes {
                into(known.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        // An element of the fix stands for those that are there.
        (Value::Array(known), Value::Array(changes)) if matches!(changes.as_slice(), [Value::Object(_)]) && !known.is_empty() => {
            known.iter_mut().for_each(|item| into(item, &changes[0]));
        }
        (known, change) => *known = change.clone(),
    }
}

fn is_function(map: &Map<String, Value>) -> bool {
    map.keys().any(|key| key == "Ref" || key.starts_with("Fn::"))
}
