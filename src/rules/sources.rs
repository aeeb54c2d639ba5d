//! Which sources' resources a rule can judge.

use super::Rule;
use crate::protection;
use crate::template::{self, declaration::Language};

/// The sources of a rule, as `rules list` and the documents name them.
pub fn of(rule: &Rule) -> Vec<&'static str> {
    let mut sources = Vec::new();
    if !rule.templates_only {
        sources.extend(["aws", "inventory"]);
    }
    for language in [Language::CloudFormation, Language::Terraform] {
        let judges = |type_name: &&'static str| template::inventory::declares(type_name, language) && judges_template(rule, type_name);
        if rule.applies_to.iter().any(judges) {
            sources.push(template::inventory::language_name(language));
        }
    }
    sources
}

/// Whether a template can hold every fact that the rule's check reads of a type. What a rule's `when` reads besides is another matter:
/// where that is made by time only, the rule has no finding.
pub fn judges_template(rule: &Rule, type_name: &'static str) -> bool {
    if rule.live_only {
        return false;
    }
    let Some(properties) = template::inventory::declared_properties(type_name) else { return false };
    let of_type = |field: &str| super::compile::properties_of_type(type_name).any(|property| property == field);
    rule.check.paths().iter().all(|path| match (path.first().map(String::as_str), path.get(1).map(String::as_str)) {
        // A field of another type is behind a condition on the type.
        (Some("resource"), Some(field)) => EVERY_RESOURCE.contains(&field) || properties.contains(field) || !of_type(field),
        (Some("protection"), Some(fact)) => protection::declared_facts(type_name).contains(&fact),
        _ => true,
    })
}

/// What every declaration has.
const EVERY_RESOURCE: [&str; 8] = ["type", "arn", "id", "name", "account", "region", "tags", "template"];
