//! Which sources' resources a rule can judge.

use super::Rule;
use crate::inventory::declarable::Declarables;
use crate::protection;

/// The sources of a rule, as `rules list` and the documents name them.
pub fn source_names(rule: &Rule, declarables: &Declarables) -> Vec<&'static str> {
    let mut sources = Vec::new();
    if !rule.templates_only {
        sources.extend(["aws", "inventory"]);
    }
    for language in ["cloudformation", "terraform"] {
        let judges = |type_name: &&'static str| {
            let declares = declarables.get(type_name).is_some_and(|declarable| declarable.languages.contains(&language));
            declares && judges_template(rule, type_name, declarables)
        };
        if rule.applies_to.iter().any(judges) {
            sources.push(language);
        }
    }
    sources
}

/// Whether a template can declare every fact that the rule's check reads of a type. Facts that only `when` reads do not count: if they exist
/// only after deployment, the rule makes no finding.
pub fn judges_template(rule: &Rule, type_name: &'static str, declarables: &Declarables) -> bool {
    if rule.live_only {
        return false;
    }
    let Some(declarable) = declarables.get(type_name) else { return false };
    let of_type = |field: &str| super::variables::properties_of_type(type_name).any(|property| property == field);
    rule.check.paths().iter().all(|path| match (path.first().map(String::as_str), path.get(1).map(String::as_str)) {
        // A field of another type is guarded by a condition on the type.
        (Some("resource"), Some(field)) => EVERY_RESOURCE.contains(&field) || declarable.properties.contains(field) || !of_type(field),
        (Some("protection"), Some(fact)) => protection::declared_facts(type_name).contains(&fact),
        _ => true,
    })
}

/// The fields that every declaration has.
const EVERY_RESOURCE: [&str; 8] = ["type", "arn", "id", "name", "account", "region", "tags", "template"];
