//! Data sources whose values the configuration determines: their arguments, and what the provider derives from them without calling AWS.
//! Each is documented at <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>. Terraform reads all others when it plans.

use super::engine::{Each, Instances, Stop};
use super::functions::call;
use super::scope::{self, Scope, shaped};
use super::syntax::Block;
use super::value::{INSTANCES, WHOLE, because, reference, render, text, unknown, why_later};
use super::{declare, location, policy_document};
use crate::inventory::arn::Partition;
use crate::template::declaration::{Node, Position, Value};
use crate::template::types;

/// Data sources of which this module evaluates all attributes.
const WORKED_OUT: [&str; 8] = [
    "aws_arn",
    "aws_default_tags",
    "aws_iam_policy_document",
    "aws_partition",
    "aws_service_principal",
    "local_file",
    "null_data_source",
    "template_file",
];

/// The result for `data.type.name`.
pub(super) enum Read {
    /// The whole data source; index and attribute are still to be applied.
    Whole(Node),
    /// The requested attribute.
    Attribute(Node),
}

/// Whether a data source is kept as a declaration so that tables can follow references to it: the alias that names a key shows who
/// manages it.
pub(super) fn is_declared(block: &Block) -> bool {
    types::looked_up_by(block.label(0)).is_some()
}

/// Reads a data source. `index` is the instance's index in an address, if the expression has a known one.
pub(super) fn read(
    (type_name, name): (&str, &str),
    index: Option<&str>,
    attribute: Option<&str>,
    scope: &Scope<'_>,
    here: Position,
) -> Result<Read, Stop> {
    let (engine, instance) = (scope.engine, scope.instance);
    let address = format!("{}data.{type_name}.{name}", instance.prefix);
    let whole = |value: Value| Ok(Read::Whole(Node::new(here, value)));
    let Some(block) = instance.module.data.get(&format!("{type_name}.{name}")) else {
        return whole(unknown(&format!("{address} is not declared"), &address));
    };
    let not_known = || whole(unknown(&format!("{address} is read when Terraform plans"), &address));
    if engine.is_working_on(&address) {
        return not_known();
    }
    if let Some(attribute) = attribute
        && let Some(value) = location::read_by_data_source(type_name, name, attribute, scope)?
    {
        return Ok(Read::Attribute(Node::new(here, value)));
    }
    let instances = scope::instances(engine, instance, block)?;
    if types::looked_up_by(type_name).is_some() {
        let keys = instances.each().into_iter().map(|(index, _)| Node::new(here, reference(&format!("{address}{index}"), WHOLE))).collect();
        return whole(match instances.as_ref() {
            Instances::NotKnown(..) => reference(&address, INSTANCES),
            known => shaped(known, keys),
        });
    }
    if WORKED_OUT.contains(&type_name) {
        if let Instances::NotKnown(why, _) = instances.as_ref() {
            return whole(because(why, &address));
        }
        let mut nodes = Vec::new();
        for (index, each) in instances.each() {
            let key = format!("data.{type_name}.{name}{index}");
            if engine.is_working_on(&format!("{}{key}", instance.prefix)) {
                return not_known();
            }
            let work = || worked_out(block, each.as_ref(), &format!("{}{key}", instance.prefix), scope);
            nodes.push(engine.remember(instance, &key, &block.source, block.at, work)?);
        }
        return whole(shaped(&instances, nodes));
    }
    // Terraform requires providers to keep configured values: an argument that is set is also the attribute's value.
    let of_instance = instances.each().into_iter().find(|(own, _)| own == index.unwrap_or_default());
    if let Some((argument, (_, each))) = attribute.and_then(|name| block.attribute(name)).zip(of_instance) {
        let scope = Scope { subject: &address, ..Scope::new(engine, instance, &block.source, each.as_ref()) };
        return Ok(Read::Attribute(scope.attribute(argument)?));
    }
    not_known()
}

/// The attributes of one instance.
fn worked_out(block: &Block, each: Option<&Each>, address: &str, scope: &Scope<'_>) -> Result<Node, Stop> {
    let (engine, instance) = (scope.engine, scope.instance);
    let own = Scope { subject: address, ..Scope::new(engine, instance, &block.source, each) };
    let body = Node::new(block.at, Value::Map(declare::body(block, &own, true)?));
    let argument = |name: &str| body.get(name).cloned();
    let node = |value: Value| Node::new(block.at, value);
    let of = |name: &str, arguments: &[Node]| Ok::<Node, Stop>(node(call(name, arguments, &own, block.at)?));
    let later = |name: &str| node(unknown(&why_later(address, name), &format!("{address}.{name}")));
    let mut made: Vec<(&str, Node)> = vec![("id", later("id"))];
    match block.label(0) {
        "aws_iam_policy_document" => {
            let json = policy_document::json(&body, address, &own)?;
            made.extend([("json", node(json.clone())), ("minified_json", node(json))]);
        }
        "aws_arn" => {
            let arn = argument("arn").unwrap_or_else(|| node(Value::Null));
            made.extend(arn_parts(&arn, address));
            made.push(("id", arn));
        }
        "aws_partition" => {
            // The partition follows from the provider's Region. If that is unknown, it is the stack's own.
            match &location::of_block(engine, instance, block)?.region {
                Value::Text(region) => {
                    let Partition { name, domain, .. } = Partition::of_region(region);
                    let reversed = domain.split('.').rev().collect::<Vec<_>>().join(".");
                    let parts = [("id", name.to_string()), ("partition", name.to_string()), ("dns_suffix", domain.to_string())];
                    made.extend(parts.map(|(name, value)| (name, node(text(value)))));
                    made.push(("reverse_dns_prefix", node(text(reversed))));
                }
                _ => made.extend(["partition", "dns_suffix", "reverse_dns_prefix"].map(|name| (name, later(name)))),
            }
        }
        "aws_service_principal" => {
            let region = argument("region")
                .map_or_else(|| Ok(location::of_block(engine, instance, block)?.region.clone()), |node| Ok::<_, Stop>(node.value))?;
            match (argument("service_name").map(|node| node.value), &region) {
                // In other partitions, some services have different names.
                (Some(Value::Text(service)), Value::Text(region)) if Partition::of_region(region).name == "aws" => {
                    let suffix = Partition::of_region(region).domain;
                    made.extend([
                        ("id", node(text(format!("{service}.{region}.{suffix}")))),
                        ("name", node(text(format!("{service}.{suffix}")))),
                    ]);
                    made.extend([("suffix", node(text(suffix))), ("region", node(text(region)))]);
                }
                _ => made.extend(["name", "suffix", "region"].map(|name| (name, later(name)))),
            }
        }
        "aws_default_tags" => {
            let tags = declare::default_tags(engine, instance, block)?.unwrap_or_else(|| Value::Map(Vec::new()));
            made.push(("tags", node(tags)));
        }
        "local_file" => {
            let path = argument("filename").into_iter().collect::<Vec<_>>();
            made.extend([("content", of("file", &path)?), ("content_base64", of("filebase64", &path)?)]);
        }
        "template_file" => {
            let template = argument("template").unwrap_or_else(|| node(Value::Null));
            let variables = argument("vars").unwrap_or_else(|| node(Value::Map(Vec::new())));
            made.push(("rendered", of("templatestring", &[template, variables])?));
        }
        _ => made.push(("outputs", argument("inputs").unwrap_or_else(|| node(Value::Map(Vec::new()))))),
    }
    let Value::Map(mut entries) = body.value else { return Ok(node(Value::Null)) };
    for (name, value) in made {
        entries.retain(|(argument, _)| argument != name);
        entries.push((name.to_string(), value));
    }
    Ok(node(Value::Map(entries)))
}

/// The parts of an ARN: `arn:partition:service:region:account:resource`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn arn_parts(arn: &Node, address: &str) -> Vec<(&'static str, Node)> {
    const PARTS: [&str; 5] = ["partition", "service", "region", "account", "resource"];
    let written: Vec<&str> = match &arn.value {
        Value::Text(arn) => arn.splitn(6, ':').skip(1).collect(),
        _ => Vec::new(),
    };
    let part = |(place, name): (usize, &'static str)| {
        let value = match (written.get(place), &arn.value) {
            (Some(part), _) if written.len() == PARTS.len() => text(*part),
            (_, Value::Text(_)) => unknown(&format!("{} is not an ARN", render(&arn.value)), &format!("{address}.{name}")),
            (_, other) => because(other, &format!("{address}.{name}")),
        };
        (name, Node::new(arn.at, value))
    };
    PARTS.into_iter().enumerate().map(part).collect()
}
