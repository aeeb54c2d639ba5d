//! Fixes as code: a rule's changes, written for the resource of a finding in the language of its template.

mod data;
mod edit;
mod hcl;
mod names;
mod yaml;

use super::findings::Edit;
use crate::inventory::address::Address;
use crate::inventory::edit::Slots;
use crate::inventory::{Declared, Resource, Syntax};
use crate::rules::fix::{CLOUD_CONTROL, Changes, Fix, Key, Setting};
use crate::rules::text::Text;
use names::{Names, cloud_control_type};

/// The key of a template's resources.
const RESOURCES: &str = "Resources";
/// The key of a resource's properties.
const PROPERTIES: &str = "Properties";
/// The prefix of the types of AWS SAM, which have few of the properties of CloudFormation's.
const SAM: &str = "AWS::Serverless::";
/// Attributes of a CloudFormation resource that are not among its properties.
const ATTRIBUTES: [&str; 3] = ["DeletionPolicy", "UpdateReplacePolicy", "DependsOn"];

/// The changes of a rule that are for the resource; `None` if the rule has none for its type.
pub fn changes_for<'f>(fix: &'f Fix, resource: &Resource, declared: &Declared) -> Option<&'f Changes<Text>> {
    let own = declared.written.type_name.as_str();
    match declared.written.syntax {
        Syntax::Yaml | Syntax::Json => fix.of([own, "cloudformation"]),
        _ if own.starts_with(names::CLOUD_CONTROL) => {
            let named = fix.iter().find(|(name, _)| cloud_control_type(name).as_deref() == Some(own));
            named.map(|(_, changes)| changes).or_else(|| fix.of([CLOUD_CONTROL, "cloudformation"]))
        }
        // What is for all types of the language is for whole resources.
        _ if Address::parse(&resource.id).is_some_and(|address| address.block.is_some()) => fix.of([own]),
        _ => fix.of([own, "terraform"]),
    }
}

/// A fix as code, and as an edit where it is a change in one place.
pub struct Code {
    pub snippet: String,
    pub edit: Option<Edit>,
}

/// The changes as code: what identifies the resource, the properties to set, and the resources to add. `None` if the resource cannot be
/// named in its language.
pub fn code(changes: Changes<String>, resource: &Resource, declared: &Declared, slots: &dyn Slots) -> Option<Code> {
    let changes = &changes.named(&names::own_name(resource, declared)?);
    let names = Names::new(resource, declared, &changes.further)?;
    let snippet = match declared.written.syntax {
        Syntax::Hcl => terraform(changes, &names, declared),
        Syntax::TerraformJson => data::pretty(&terraform_json(changes, &names)),
        Syntax::Json => data::pretty(&cloudformation(changes, &names, declared)),
        Syntax::Yaml => {
            let template = cloudformation(changes, &names, declared);
            let comment = declared.construct.as_ref().map(|construct| format!("# CDK construct {}\n", one_line(construct)));
            format!("{}{}", comment.unwrap_or_default(), yaml::document(&template))
        }
    };
    let entries = match declared.written.syntax {
        Syntax::Hcl | Syntax::TerraformJson => inside_block(&changes.own, &names),
        Syntax::Yaml | Syntax::Json => inside_properties(&changes.own),
    };
    let edit = edit::edit(changes, &entries, &names, declared, slots);
    Some(Code { snippet, edit })
}

/// The settings of a CloudFormation resource as its entries.
fn inside_properties(own: &[(Key, Setting<String>)]) -> Vec<(Key, Setting<String>)> {
    let (mut entries, properties): (Vec<_>, Vec<_>) = own.iter().cloned().partition(|(key, _)| ATTRIBUTES.contains(&key.name.as_str()));
    if !properties.is_empty() {
        entries.push((Key { name: PROPERTIES.to_owned(), elements: None }, Setting::Map(properties)));
    }
    entries
}

fn terraform(changes: &Changes<String>, names: &Names, declared: &Declared) -> String {
    let mut blocks = Vec::new();
    if !changes.own.is_empty() {
        let (type_name, name) = names.own_block();
        blocks.push(hcl::resource(&type_name, &name, &inside_block(&changes.own, names), names));
    }
    for further in &changes.further {
        let (type_name, name) = names.block_of(further);
        blocks.push(hcl::resource(&type_name, &name, &further.settings, names));
    }
    let address = names.address().filter(|address| !address.module.is_empty() || !address.index.is_empty() || address.block.is_some());
    let comment = address.map(|_| format!("# {} ({}:{})\n", one_line(names.id()), one_line(&declared.file), declared.at.line));
    format!("{}{}", comment.unwrap_or_default(), blocks.join("\n"))
}

/// The settings of a block that counts as a resource of its own, inside that block.
fn inside_block(own: &[(Key, Setting<String>)], names: &Names) -> Vec<(Key, Setting<String>)> {
    match names.address().and_then(|address| address.block) {
        Some((block, _)) => vec![(Key { name: block.to_owned(), elements: None }, Setting::Map(own.to_vec()))],
        None => own.to_vec(),
    }
}

fn terraform_json(changes: &Changes<String>, names: &Names) -> data::Data {
    let mut types: Vec<(String, data::Data)> = Vec::new();
    let own = (!changes.own.is_empty()).then(|| (names.own_block(), inside_block(&changes.own, names)));
    let further = changes.further.iter().map(|further| (names.block_of(further), further.settings.clone()));
    for ((type_name, name), settings) in own.into_iter().chain(further) {
        let block = (name, data::terraform_map(&settings, names));
        match types.iter_mut().find(|(of, _)| *of == type_name) {
            Some((_, data::Data::Map(blocks))) => blocks.push(block),
            _ => types.push((type_name, data::Data::Map(vec![block]))),
        }
    }
    data::Data::Map(vec![("resource".to_owned(), data::Data::Map(types))])
}

fn cloudformation(changes: &Changes<String>, names: &Names, declared: &Declared) -> data::Data {
    let mut resources = Vec::new();
    if !changes.own.is_empty() {
        let (type_name, logical_id) = names.own_block();
        // JSON has no comments: the metadata that CDK writes names the construct.
        let construct = declared.construct.as_ref().filter(|_| declared.written.syntax == Syntax::Json);
        resources.push((logical_id, cloudformation_resource(&type_name, &changes.own, construct, names)));
    }
    for further in &changes.further {
        let (type_name, logical_id) = names.block_of(further);
        resources.push((logical_id, cloudformation_resource(&type_name, &further.settings, None, names)));
    }
    data::Data::Map(vec![(RESOURCES.to_owned(), data::Data::Map(resources))])
}

fn cloudformation_resource(type_name: &str, settings: &[(Key, Setting<String>)], construct: Option<&String>, names: &Names) -> data::Data {
    let (attributes, properties): (Vec<_>, Vec<_>) = settings.iter().cloned().partition(|(key, _)| ATTRIBUTES.contains(&key.name.as_str()));
    let mut entries = vec![("Type".to_owned(), data::text(type_name))];
    if let Some(construct) = construct {
        entries.push(("Metadata".to_owned(), data::Data::Map(vec![("aws:cdk:path".to_owned(), data::text(construct))])));
    }
    if let data::Data::Map(attributes) = data::cloudformation_map(&attributes, names) {
        entries.extend(attributes);
    }
    if !properties.is_empty() {
        entries.push((PROPERTIES.to_owned(), data::cloudformation_map(&properties, names)));
    }
    data::Data::Map(entries)
}

/// A text from the template in a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() || "\u{2028}\u{2029}".contains(letter) { ' ' } else { letter }).collect()
}

/// The steps that a template needs whatever the rule is.
pub fn steps(fix: &Fix, resource: &Resource, declared: &Declared) -> Vec<String> {
    let own = &declared.written.type_name;
    // A synthesized template is written anew from the code.
    let synthesized = declared.construct.as_ref().map(|construct| {
        format!(
            "Make the change in the CDK code of construct {construct}, and synthesize again: the snippet shows the synthesized properties."
        )
    });
    let simplified =
        own.starts_with(SAM) && changes_for(fix, resource, declared).is_none() && fix.of([resource.type_name.as_str()]).is_some();
    let simplified = simplified.then(|| format!("{own} does not have this property: declare the resource as {}.", resource.type_name));
    synthesized.into_iter().chain(simplified).collect()
}
