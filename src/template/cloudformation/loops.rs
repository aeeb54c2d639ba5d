//! `Fn::ForEach` (`AWS::LanguageExtensions`): loops are expanded before anything else is resolved.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>

use std::collections::BTreeMap;

use crate::template::declaration::{Ignore, Position, TemplateError, Unknown, Value};

use super::evaluation::Evaluation;
use super::tree::{Data, Entry, MAX_DEPTH, Raw, last_of_each};
use super::values::{doubt, scalar};
use super::waivers::ByPlace;

const LOOP: &str = "Fn::ForEach::";

/// A template without loops.
pub struct Expanded {
    pub root: Raw,
    /// Variables of loops over resources with an unknown collection: such a loop is expanded once, with the variable unresolved.
    pub unknown: BTreeMap<String, Unknown>,
}

/// Whether there is a loop anywhere.
pub fn has_loops(raw: &Raw) -> bool {
    match &raw.data {
        Data::List(items) => items.iter().any(has_loops),
        Data::Map(entries) => entries.iter().any(|entry| entry.key.starts_with(LOOP) || has_loops(&entry.value)),
        _ => false,
    }
}

/// Expands the loops of a template. `evaluation` has its parameters and mappings. Waivers of a loop apply to all resources that it
/// creates.
pub fn expand(root: &Raw, evaluation: &Evaluation<'_>, waivers: &mut ByPlace) -> Result<Expanded, TemplateError> {
    let mut expander = Expander { evaluation, waivers, variables: Vec::new(), unknown: BTreeMap::new() };
    let mut entries = Vec::new();
    for entry in root.entries() {
        let value = match entry.key.as_str() {
            "Resources" => expander.map(&entry.value, true, 1)?,
            "Conditions" | "Outputs" => expander.value(&entry.value, 1)?,
            _ => entry.value.clone(),
        };
        entries.push(Entry { key: entry.key.clone(), at: entry.at, value });
    }
    Ok(Expanded { root: Raw { at: root.at, data: Data::Map(entries) }, unknown: expander.unknown })
}

struct Expander<'e, 't> {
    evaluation: &'e Evaluation<'t>,
    waivers: &'e mut ByPlace,
    /// The variables of the enclosing loops, with their values.
    variables: Vec<(String, String)>,
    unknown: BTreeMap<String, Unknown>,
}

impl Expander<'_, '_> {
    fn pay(&self, at: Position, bytes: usize) -> Result<(), TemplateError> {
        // It is expanded here and resolved later.
        self.evaluation.session.pay(4, bytes).map_err(|what| self.evaluation.fault(at, what))
    }

    fn value(&mut self, raw: &Raw, depth: usize) -> Result<Raw, TemplateError> {
        if depth > MAX_DEPTH * 2 {
            return Err(self.evaluation.fault(raw.at, "nested too deep"));
        }
        let data = match &raw.data {
            Data::Map(entries) => {
                if let [entry] = entries.as_slice()
                    && entry.key == "Ref"
                    && let Some(value) = entry.value.as_text().and_then(|name| self.variable(name))
                {
                    let value = value.to_owned();
                    self.pay(raw.at, value.len())?;
                    return Ok(Raw::text(raw.at, value));
                }
                return self.map(raw, false, depth);
            }
            Data::List(items) => Data::List(items.iter().map(|item| self.value(item, depth + 1)).collect::<Result<_, _>>()?),
            Data::Text(text) => {
                let text = self.replaced(text);
                self.pay(raw.at, text.len())?;
                Data::Text(text)
            }
            data => {
                self.pay(raw.at, 0)?;
                data.clone()
            }
        };
        Ok(Raw { at: raw.at, data })
    }

    /// A map with its loops expanded. `resources` says whether its keys are logical ids.
    fn map(&mut self, raw: &Raw, resources: bool, depth: usize) -> Result<Raw, TemplateError> {
        let Data::Map(entries) = &raw.data else { return self.value(raw, depth) };
        let mut out = Vec::with_capacity(entries.len());
        for entry in entries {
            self.pay(entry.at, entry.key.len())?;
            if entry.key.starts_with(LOOP) {
                let before = out.len();
                match self.run(entry, resources, depth + 1, &mut out) {
                    // An unexpanded loop makes the enclosing map unknown.
                    Err(_) if !resources && !self.evaluation.session.is_spent() => {
                        out.truncate(before);
                        out.push(entry.clone());
                    }
                    run => run?,
                }
            } else {
                out.push(Entry { key: self.replaced(&entry.key), at: entry.at, value: self.value(&entry.value, depth + 1)? });
            }
        }
        let mut warnings = self.evaluation.session.warnings.borrow_mut();
        Ok(Raw { at: raw.at, data: Data::Map(last_of_each(&self.evaluation.source.name, out, &mut warnings)) })
    }

    fn run(&mut self, entry: &Entry, resources: bool, depth: usize, out: &mut Vec<Entry>) -> Result<(), TemplateError> {
        let _level = self.evaluation.deeper(entry.at)?;
        let arguments = self.evaluation.arguments(entry, 3..=3)?;
        let [variable, collection, body] = arguments else { return Ok(()) };
        let (Some(variable), Data::Map(_)) = (variable.as_text(), &body.data) else {
            return Err(self.evaluation.fault(entry.value.at, "Fn::ForEach takes the name of a variable, a collection, and a map"));
        };
        let collection = self.value(collection, depth)?;
        let resolved = self.evaluation.resolve(&collection)?.value;
        let items = match &resolved {
            Value::List(items) => items.iter().map(|item| scalar(&item.value)).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        let passed = if resources { self.waivers.get(&entry.at).cloned() } else { None };
        let Some(items) = items else {
            let Some(reason) = doubt(&resolved) else {
                return Err(self.evaluation.fault(collection.at, "the collection of Fn::ForEach is a list of texts"));
            };
            if !resources {
                // An unexpanded loop makes the enclosing map unknown.
                out.push(Entry { key: entry.key.clone(), at: entry.at, value: self.value(&entry.value, depth)? });
                return Ok(());
            }
            let reason = format!("an item of an unknown collection: {reason}");
            let symbol = format!("${{{}{variable}}}", self.evaluation.source.prefix);
            self.unknown.insert(variable.to_owned(), Unknown::new(reason, symbol));
            return self.body(body, resources, depth, passed, out);
        };
        for item in items {
            self.variables.push((variable.to_owned(), item));
            let done = self.body(body, resources, depth, passed.clone(), out);
            self.variables.pop();
            done?;
        }
        Ok(())
    }

    fn body(
        &mut self,
        body: &Raw,
        resources: bool,
        depth: usize,
        passed: Option<Vec<Ignore>>,
        out: &mut Vec<Entry>,
    ) -> Result<(), TemplateError> {
        if let Some(passed) = passed {
            for entry in body.entries() {
                let own = self.waivers.entry(entry.at).or_default();
                own.extend(passed.iter().filter(|ignore| !own.contains(ignore)).cloned().collect::<Vec<_>>());
            }
        }
        if let Data::Map(entries) = self.map(body, resources, depth)?.data {
            out.extend(entries);
        }
        Ok(())
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().rev().find(|(variable, _)| variable == name).map(|(_, value)| value.as_str())
    }

    /// `${Name}` is the item, `&{Name}` its letters and digits.
    fn replaced(&self, text: &str) -> String {
        if self.variables.is_empty() || !text.contains('{') {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${").into_iter().chain(rest.find("&{")).min() {
            let Some(end) = rest[start..].find('}') else { break };
            let name = &rest[start + 2..start + end];
            match self.variable(name) {
                Some(value) => {
                    out.push_str(&rest[..start]);
                    if rest[start..].starts_with('$') {
                        out.push_str(value);
                    } else {
                        out.extend(value.chars().filter(char::is_ascii_alphanumeric));
                    }
                    rest = &rest[start + end + 1..];
                }
                None => {
                    out.push_str(&rest[..start + 2]);
                    rest = &rest[start + 2..];
                }
            }
        }
        out + rest
    }
}
