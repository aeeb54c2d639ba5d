//! Checks the fixes of rules against what templates can declare: a fix that sets a property which no template has would help nobody.

use super::fix::{ARN, CLOUD_CONTROL, Changes, LANGUAGES, NAME, OWN, Piece, Setting};
use super::text::Text;
use super::{Mistake, Rule, schema_shape};
use crate::inventory::declarable::Declarables;
use std::collections::{BTreeMap, BTreeSet};

/// CloudFormation's attributes beside `Properties`, and Terraform's arguments of every resource: tables do not list them.
pub const ATTRIBUTES: [&str; 5] = ["DeletionPolicy", "UpdateReplacePolicy", "DependsOn", "lifecycle", "depends_on"];

/// The types of a language, with the paths that templates' tables read.
type Types<'d> = BTreeMap<&'static str, &'d BTreeSet<String>>;

/// The mistakes in a rule's fix, with the lines of its file.
pub fn mistakes(rule: &Rule, declarables: &Declarables) -> Vec<Mistake> {
    let Some((template, file)) = rule.remediation.template.as_ref().zip(rule.file.remediation.template.as_ref()) else {
        return Vec::new();
    };
    let mut mistakes = Vec::new();
    for (name, changes) in template.fix.iter() {
        let line = file.fix.get(name).map_or(0, |value| value.referenced.line());
        let mut wrong = |what: String| mistakes.push(Mistake { file: rule.path.clone(), line, what });
        match types_of(rule, name, declarables) {
            Ok((language, types)) => {
                for paths in changes.paths() {
                    // What stands beside a property that is read need not be read itself.
                    let found: Option<Vec<String>> = paths.iter().map(|path| wrong_path(path, &types)).collect();
                    found.into_iter().flat_map(|found| found.into_iter().take(1)).for_each(&mut wrong);
                }
                wrong_references(changes, language).into_iter().for_each(wrong);
            }
            Err(what) => wrong(what),
        }
    }
    mistakes
}

/// The language of a key of the fix, and the types that it is for.
fn types_of<'d>(rule: &Rule, name: &str, declarables: &'d Declarables) -> Result<(&'static str, Types<'d>), String> {
    let mut known: Vec<&'static str> = LANGUAGES.to_vec();
    for language in LANGUAGES {
        let declared = rule.applies_to.iter().filter_map(|type_name| declarables.get(type_name)?.written.get(language)).flatten();
        let all: Types = declared.map(|(type_name, paths)| (*type_name, paths)).collect();
        if name == language {
            return Ok((language, all));
        }
        if let Some((type_name, paths)) = all.iter().find(|(type_name, _)| **type_name == name) {
            return Ok((language, BTreeMap::from([(*type_name, *paths)])));
        }
        known.extend(all.keys());
    }
    // SAM's types become CloudFormation's.
    if name.starts_with("AWS::Serverless::") {
        return types_of(rule, LANGUAGES[0], declarables);
    }
    if name == CLOUD_CONTROL {
        return types_of(rule, LANGUAGES[1], declarables);
    }
    let hint = schema_shape::nearest(name, known.iter().copied()).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(format!("`{name}` is neither a language nor a template's type of the rule's resources{hint}"))
}

/// Why no template has a property at a path; `None` if one has.
fn wrong_path(path: &str, types: &Types) -> Option<String> {
    let first = path.split('.').next().unwrap_or(path);
    let goes_with = |known: &String| {
        let inside = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        inside(known, path) || inside(path, known)
    };
    let all = || types.values().flat_map(|paths| paths.iter());
    if ATTRIBUTES.contains(&first) || all().any(goes_with) {
        return None;
    }
    let hint = schema_shape::nearest(path, all().map(String::as_str)).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    let of: Vec<&str> = types.keys().copied().collect();
    Some(format!("fix: rel9 reads no property `{path}` of {}{hint}", of.join(", ")))
}

/// References to resources that the fix does not add.
fn wrong_references(changes: &Changes<Text>, language: &str) -> Vec<String> {
    let mut references = Vec::new();
    let further = changes.further.iter().flat_map(|further| &further.settings);
    changes.own.iter().chain(further).for_each(|(_, setting)| add_references(setting, &mut references));
    let added = |reference: &str| changes.further.iter().any(|further| reference.strip_prefix(&further.type_name).is_some());
    let is_known = |reference: &str| {
        let of_own =
            [ARN, NAME].contains(&reference) || reference.strip_prefix(OWN).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        // Pseudo parameters have two parts; data sources and variables of Terraform are the developer's.
        let outside = match language {
            "cloudformation" => reference.starts_with("AWS::") && reference.matches("::").count() == 1,
            _ => ["data.", "var.", "local.", "each.", "count."].iter().any(|start| reference.starts_with(start)),
        };
        of_own || outside || added(reference)
    };
    let unknown = references.into_iter().filter(|reference| !is_known(reference));
    unknown.map(|reference| format!("fix: `${reference}` is neither the resource itself (`$self`) nor one that the fix adds")).collect()
}

fn add_references<'s>(setting: &'s Setting<Text>, references: &mut Vec<&'s str>) {
    match setting {
        Setting::Bool(_) | Setting::Number(_) => {}
        Setting::Text(pieces) => {
            references.extend(pieces.iter().filter_map(|piece| if let Piece::Reference(to) = piece { Some(to.as_str()) } else { None }));
        }
        Setting::List(items) => items.iter().for_each(|item| add_references(item, references)),
        Setting::Map(entries) | Setting::Document(entries) => entries.iter().for_each(|(_, setting)| add_references(setting, references)),
    }
}
