//! The edit of a fix: the change of a file in one place. Where there is any doubt about the place, the fix is code to read, not an edit.

use super::names::Names;
use super::{data, hcl, yaml};
use crate::audit::findings::Edit;
use crate::inventory::edit::{Slot, Slots, Step};
use crate::inventory::{Declared, Syntax};
use crate::rules::fix::{Changes, Elements, Key, Piece, Setting};
use std::sync::Arc;

type Entry = (Key, Setting<String>);

/// The edit that makes the changes; `None` if they are in several places, need further resources, or leave something to fill in.
pub fn edit(changes: &Changes<String>, entries: &[Entry], names: &Names, declared: &Declared, slots: &dyn Slots) -> Option<Edit> {
    // Synthesized files are written anew; a block in a module or with several instances is for other resources too.
    let shared = names.address().is_some_and(|address| !address.module.is_empty() || !address.index.is_empty());
    if !changes.further.is_empty() || shared || declared.construct.is_some() {
        return None;
    }
    let leaves = leaves(entries);
    if leaves.is_empty() || leaves.iter().any(|(_, setting)| !is_complete(setting)) {
        return None;
    }
    let (type_name, name) = names.own_block();
    let name = if names.address().is_some() { format!("{type_name}.{name}") } else { name };
    let found = |(path, _): &(Vec<Key>, &Setting<String>)| {
        let steps: Vec<Step> = path.iter().map(|key| Step { name: names.property(&key.name), element: key.elements.is_some() }).collect();
        slots.slot(declared, &name, &steps)
    };
    let slots: Vec<Slot> = leaves.iter().map(found).collect::<Option<_>>()?;
    let (first, (path, setting)) = (slots.first()?, leaves.first()?);
    let text = if let ([slot], 0) = (slots.as_slice(), first.missing) {
        one_line(&value(setting, names, declared), slot)?
    } else {
        let depth = path.len().checked_sub(first.missing)?;
        let together = |(slot, (other, _)): (&Slot, &(Vec<Key>, &Setting<String>))| {
            slot.start == first.start && other.len().checked_sub(slot.missing) == Some(depth) && other[..depth] == path[..depth]
        };
        if first.missing == 0 || !slots.iter().zip(&leaves).all(together) {
            return None;
        }
        inserted(at_depth(entries, &path[..depth])?, first, names, declared)?
    };
    Some(Edit { file: Arc::clone(&declared.file), start: first.start, end: first.end, text })
}

/// The settings with their paths.
fn leaves(entries: &[Entry]) -> Vec<(Vec<Key>, &Setting<String>)> {
    let mut all = Vec::new();
    for (key, setting) in entries {
        match setting {
            Setting::Map(inner) if !inner.is_empty() => {
                let with_key = |(path, setting): (Vec<Key>, _)| ([vec![key.clone()], path].concat(), setting);
                all.extend(leaves(inner).into_iter().map(with_key));
            }
            _ => all.push((vec![key.clone()], setting)),
        }
    }
    all
}

/// The entries below a path.
fn at_depth<'e>(entries: &'e [Entry], path: &[Key]) -> Option<&'e [Entry]> {
    let Some((first, rest)) = path.split_first() else { return Some(entries) };
    match entries.iter().find(|(key, _)| key == first)? {
        (_, Setting::Map(inner)) => at_depth(inner, rest),
        _ => None,
    }
}

/// Whether nothing is left to fill in, such as `<REGION>`, which an expression of the rule may write too.
fn is_complete(setting: &Setting<String>) -> bool {
    match setting {
        Setting::Bool(_) | Setting::Number(_) => true,
        Setting::Text(pieces) => {
            !pieces.iter().any(|piece| matches!(piece, Piece::Literal(text) | Piece::Value(text) if text.contains('<')))
        }
        Setting::List(items) => items.iter().all(is_complete),
        Setting::Map(entries) | Setting::Document(entries) => entries.iter().all(|(_, setting)| is_complete(setting)),
    }
}

/// A value that replaces another.
fn value(setting: &Setting<String>, names: &Names, declared: &Declared) -> Vec<String> {
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    match declared.written.syntax {
        Syntax::Hcl | Syntax::TerraformJson => lines(hcl::expression(setting, names)),
        Syntax::Json => lines(data::cloudformation(setting, names).to_json().to_string()),
        Syntax::Yaml => yaml::lines(&data::cloudformation(setting, names)),
    }
}

fn one_line(lines: &[String], slot: &Slot) -> Option<String> {
    match lines {
        [line] => Some(format!("{}{line}{}", slot.before, slot.after)),
        _ => None,
    }
}

/// The text of entries that are not there.
fn inserted(entries: &[Entry], slot: &Slot, names: &Names, declared: &Declared) -> Option<String> {
    // There are no elements to change.
    if entries.iter().any(|(key, _)| matches!(key.elements, Some(Elements::Each | Elements::OneOf))) {
        return None;
    }
    let data = || match data::cloudformation_map(entries, names) {
        data::Data::Map(entries) => entries,
        _ => Vec::new(),
    };
    let json = |(name, value): &(String, data::Data)| {
        let name = serde_json::Value::from(name.as_str());
        if slot.indent.is_some() { format!("{name}: {:#}", value.to_json()) } else { format!("{name}: {}", value.to_json()) }
    };
    let lines: Vec<String> = match declared.written.syntax {
        Syntax::Hcl | Syntax::TerraformJson => {
            hcl::body(entries, names).into_iter().map(|line| aligned(line, entries, slot.align)).collect()
        }
        Syntax::Yaml if slot.indent.is_some() => data().iter().flat_map(|(name, value)| yaml::entry(name, value)).collect(),
        // In braces, JSON is YAML.
        Syntax::Yaml => vec![data().iter().map(json).collect::<Vec<_>>().join(", ")],
        Syntax::Json => {
            let separator = if slot.indent.is_some() { ",\n" } else { ", " };
            data().iter().map(json).collect::<Vec<_>>().join(separator).lines().map(str::to_owned).collect()
        }
    };
    match &slot.indent {
        Some(indent) => Some(format!("{}{}{}", slot.before, lines.join(&format!("{}{indent}", slot.line_break)), slot.after)),
        None => one_line(&lines, slot),
    }
}

/// The line of an argument with its `=` below that of its neighbours.
fn aligned(line: String, entries: &[Entry], width: usize) -> String {
    match line.split_once(" = ") {
        Some((name, value)) if entries.len() == 1 && name.trim_end().len() < width && !name.starts_with(' ') => {
            format!("{name:width$} = {value}")
        }
        _ => line,
    }
}
