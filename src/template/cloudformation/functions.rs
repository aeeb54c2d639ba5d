//! The intrinsic functions.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::template::declaration::{Node, Position, TemplateError, Unknown, Value};

use super::conditions::Truth;
use super::encode::{base64, cidr};
use super::evaluation::Evaluation;
use super::tree::{Data, Entry, Raw, short};
use super::values::{concat, doubt, placed, same, scalar, to_json, uncalled};

impl<'t> Evaluation<'t> {
    /// The value of a function call; `entry` is its name with its arguments. If the function cannot be called with these arguments, its
    /// value is unknown and the rest of the template is judged: the file may be a fragment that another file completes.
    pub fn call(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        match self.called(entry, at) {
            Err(error) if error.file == *self.source.name && !self.session.is_spent() => {
                let line = error.at.map(|at| format!(" (line {})", at.line)).unwrap_or_default();
                Ok(self.made(entry, format!("{}{line}", error.what)))
            }
            called => called,
        }
    }

    fn called(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let value = match entry.key.as_str() {
            "Ref" => match entry.value.scalar() {
                Some(name) => return self.reference(&name, at),
                None => match self.resolve(&entry.value)?.value {
                    // With `AWS::LanguageExtensions`, the name may be an expression.
                    Value::Text(name) => return self.reference(&name, at),
                    value => self.uncalled_or("Ref", &[&value], at)?,
                },
            },
            "Fn::GetAtt" => return self.get_att(entry, at),
            "Fn::Sub" => self.sub(entry, at)?,
            "Fn::Join" => self.join(entry, at)?,
            "Fn::Select" => self.select(entry, at)?,
            "Fn::Split" => self.split(entry, at)?,
            "Fn::If" => return self.choose(entry, at),
            "Fn::FindInMap" => self.find_in_map(entry, at)?,
            "Fn::Base64" => {
                let value = self.resolve(&entry.value)?.value;
                match scalar(&value) {
                    Some(text) => Value::Text(base64(text.as_bytes())),
                    None => self.uncalled_or("Fn::Base64", &[&value], at)?,
                }
            }
            "Fn::Cidr" => self.cidr(entry, at)?,
            "Fn::GetAZs" => {
                let region = self.resolve(&entry.value)?.value;
                uncalled("Fn::GetAZs", &[&region], "the Availability Zones depend on the account")
            }
            "Fn::ImportValue" => {
                let name = self.resolve(&entry.value)?.value;
                let named = scalar(&name).map(|name| format!(" {}", short(&name))).unwrap_or_default();
                uncalled("Fn::ImportValue", &[&name], format!("the export{named} is from another stack"))
            }
            "Fn::GetStackOutput" => {
                let asked = self.resolve(&entry.value)?.value;
                let text =
                    |key: &str| entry.value.get(key).and_then(Raw::as_text).map(|text| format!(" {}", short(text))).unwrap_or_default();
                uncalled(
                    "Fn::GetStackOutput",
                    &[&asked],
                    format!("the output{} is of another stack{}", text("OutputName"), text("StackName")),
                )
            }
            "Fn::Length" => match self.resolve(&entry.value)?.value {
                Value::List(items) => Value::Number(items.len().into()),
                value => self.uncalled_or("Fn::Length", &[&value], at)?,
            },
            "Fn::ToJsonString" => {
                let value = self.resolve(&entry.value)?.value;
                match doubt(&value) {
                    Some(reason) => uncalled("Fn::ToJsonString", &[&value], reason),
                    None => Value::Text(to_json(&value).to_string()),
                }
            }
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => match self.evaluate(&Raw { at, data: Data::Map(vec![entry.clone()]) })? {
                Truth::True => Value::Bool(true),
                Truth::False => Value::Bool(false),
                Truth::Unknown(unknown) => Value::Unknown(unknown),
            },
            "Fn::Transform" => {
                let name = entry.value.get("Name").and_then(Raw::as_text).unwrap_or("a macro");
                self.made(entry, format!("created by the macro {}", short(name)))
            }
            name if name.starts_with("Fn::ForEach::") => self.made(entry, format!("the collection of {} is not known", short(name))),
            name => match &self.transforms.first {
                Some(first) => self.made(entry, format!("{} is for the macro {first}", short(name))),
                None => return Err(self.fault(entry.at, format!("{} is not a CloudFormation function", short(name)))),
            },
        };
        self.paid(at, value)
    }

    /// The arguments of a function that takes a list.
    pub fn arguments<'r>(&self, entry: &'r Entry, count: RangeInclusive<usize>) -> Result<&'r [Raw], TemplateError> {
        match &entry.value.data {
            Data::List(items) if count.contains(&items.len()) => Ok(items),
            Data::List(items) => {
                let wanted = if count.start() == count.end() {
                    format!("{}", count.start())
                } else {
                    format!("{} to {}", count.start(), count.end())
                };
                Err(self.fault(entry.value.at, format!("{} takes {wanted} arguments, not {}", entry.key, items.len())))
            }
            _ => Err(self.fault(entry.value.at, format!("{} takes a list of arguments, not {}", entry.key, entry.value.kind()))),
        }
    }

    /// The result for unknown arguments; an error if they are known but wrong.
    fn uncalled_or(&self, function: &str, arguments: &[&Value], at: Position) -> Result<Value, TemplateError> {
        match arguments.iter().find_map(|argument| doubt(argument)) {
            Some(reason) => Ok(uncalled(function, arguments, reason)),
            None => Err(self.fault(at, format!("{function} cannot take these arguments"))),
        }
    }

    /// The unknown result of a macro. Calls at different places, or with different arguments, have different results.
    pub fn made(&self, entry: &Entry, reason: String) -> Value {
        let place = Value::Text(format!("{}{}:{}", self.source.prefix, entry.at.line, entry.at.column));
        uncalled(&short(&entry.key), &[&place, &Value::Text(format!("{:?}", entry.value))], reason)
    }

    fn get_att(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let parts: Vec<Value> = match &entry.value.data {
            Data::List(parts) if parts.len() >= 2 => {
                parts.iter().map(|part| self.resolve(part).map(|node| node.value)).collect::<Result<_, _>>()?
            }
            _ => vec![self.resolve(&entry.value)?.value],
        };
        let Some(texts) = parts.iter().map(scalar).collect::<Option<Vec<_>>>() else {
            return self.uncalled_or("Fn::GetAtt", &parts.iter().collect::<Vec<_>>(), at);
        };
        match texts.join(".").split_once('.') {
            Some((name, attribute)) if !attribute.is_empty() => self.attribute(name, attribute, at),
            _ => Err(self.fault(at, "Fn::GetAtt takes a resource and an attribute: Name.Attribute")),
        }
    }

    fn sub(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let (text, variables) = match &entry.value.data {
            Data::List(_) => {
                let arguments = self.arguments(entry, 1..=2)?;
                (arguments.first().unwrap_or(&entry.value), arguments.get(1))
            }
            _ => (&entry.value, None),
        };
        let Some(text) = text.scalar() else {
            // A macro, most often `Fn::Transform: {Name: AWS::Include}`, may create the text.
            let text = self.resolve(text)?.value;
            return self.uncalled_or("Fn::Sub", &[&text], at);
        };
        let variables = match variables.map(|raw| self.resolve(raw)).transpose()?.map(|node| node.value) {
            None => Vec::new(),
            Some(Value::Map(variables)) => variables,
            Some(_) => return Err(self.fault(entry.value.at, "the second argument of Fn::Sub is a map")),
        };
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some(start) = rest.find("${") {
            let Some(end) = rest[start..].find('}') else { break };
            parts.push(Node::new(at, Value::Text(rest[..start].to_owned())));
            let name = &rest[start + 2..start + end];
            let value = match name.strip_prefix('!') {
                Some(literal) => Value::Text(format!("${{{literal}}}")),
                None => self.variable(name.trim(), &variables, at)?,
            };
            parts.push(Node::new(at, value));
            rest = &rest[start + end + 1..];
        }
        parts.push(Node::new(at, Value::Text(rest.to_owned())));
        Ok(concat(parts))
    }

    fn variable(&self, name: &str, variables: &[(String, Node)], at: Position) -> Result<Value, TemplateError> {
        if let Some((_, node)) = variables.iter().find(|(key, _)| key == name) {
            return self.paid(at, placed(&node.value, at));
        }
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':')) && !self.loops.contains_key(name) {
            return Err(self.fault(at, format!("${{{}}} is not a name that Fn::Sub can replace", short(name))));
        }
        match name.split_once('.') {
            Some((name, attribute)) => self.attribute(name, attribute, at),
            None => self.reference(name, at),
        }
    }

    fn join(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let [delimiter, list] = self.arguments(entry, 2..=2)? else { return Err(self.fault(at, "Fn::Join takes two arguments")) };
        let (delimiter, list) = (self.resolve(delimiter)?, self.resolve(list)?);
        match (scalar(&delimiter.value), list.value) {
            (Some(delimiter), Value::List(items)) => {
                self.session.pay(items.len(), items.len().saturating_mul(delimiter.len())).map_err(|what| self.fault(at, what))?;
                let mut parts = Vec::with_capacity(items.len() * 2);
                for (index, item) in items.into_iter().enumerate() {
                    if index > 0 {
                        parts.push(Node::new(item.at, Value::Text(delimiter.clone())));
                    }
                    parts.push(item);
                }
                Ok(concat(parts))
            }
            (_, list) => self.uncalled_or("Fn::Join", &[&delimiter.value, &list], at),
        }
    }

    fn select(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let [index, list] = self.arguments(entry, 2..=2)? else { return Err(self.fault(at, "Fn::Select takes two arguments")) };
        let (index, list) = (self.resolve(index)?.value, self.resolve(list)?.value);
        match (scalar(&index).map(|index| index.trim().parse::<usize>()), list) {
            (Some(Ok(index)), Value::List(mut items)) if index < items.len() => Ok(items.swap_remove(index).value),
            (Some(Ok(index)), Value::List(items)) => {
                Err(self.fault(at, format!("Fn::Select takes item {index}, but the list has {}", items.len())))
            }
            (_, list) => self.uncalled_or("Fn::Select", &[&index, &list], at),
        }
    }

    fn split(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let [delimiter, text] = self.arguments(entry, 2..=2)? else { return Err(self.fault(at, "Fn::Split takes two arguments")) };
        let (delimiter, text) = (self.resolve(delimiter)?.value, self.resolve(text)?.value);
        match (scalar(&delimiter), scalar(&text)) {
            (Some(delimiter), Some(text)) if !delimiter.is_empty() => {
                self.session.pay(text.matches(&delimiter).count(), text.len()).map_err(|what| self.fault(at, what))?;
                Ok(Value::List(text.split(&delimiter).map(|part| Node::new(at, Value::Text(part.to_owned()))).collect()))
            }
            _ => self.uncalled_or("Fn::Split", &[&delimiter, &text], at),
        }
    }

    fn choose(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let [condition, yes, no] = self.arguments(entry, 3..=3)? else { return Err(self.fault(at, "Fn::If takes three arguments")) };
        let truth = match condition.as_text() {
            Some(name) => self.condition(name)?,
            None => self.evaluate(condition)?,
        };
        match truth {
            Truth::True => Ok(self.resolve(yes)?.value),
            Truth::False => Ok(self.resolve(no)?.value),
            Truth::Unknown(Unknown { reason, symbol, .. }) => {
                let (yes, no) = (self.resolve(yes)?.value, self.resolve(no)?.value);
                let what = condition.as_text().map(|name| format!("depends on the condition {}: ", short(name))).unwrap_or_default();
                self.paid(at, either(yes, no, &Value::Text(symbol.to_string()), &format!("{what}{reason}"), at))
            }
        }
    }

    fn find_in_map(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let arguments = self.arguments(entry, 3..=4)?;
        let default = match arguments.get(3) {
            None => None,
            Some(raw) => match raw.entries() {
                [default] if default.key == "DefaultValue" => Some(&default.value),
                _ => return Err(self.fault(raw.at, "the fourth argument of Fn::FindInMap is DefaultValue")),
            },
        };
        let keys = arguments.iter().take(3).map(|raw| self.resolve(raw).map(|node| node.value)).collect::<Result<Vec<_>, _>>()?;
        let arguments: Vec<_> = keys.iter().collect();
        let [map, first, second] = arguments.as_slice() else { return Err(self.fault(at, "Fn::FindInMap takes three arguments")) };
        let Some(map) = scalar(map) else { return self.uncalled_or("Fn::FindInMap", &arguments, at) };
        let Some(mapping) = self.mappings.get(map.as_str()) else {
            if self.transforms.other.is_some() || self.mappings.contains_key("Fn::Transform") {
                return Ok(uncalled("Fn::FindInMap", &arguments, format!("the mapping {} is created by a macro", short(&map))));
            }
            return Ok(uncalled("Fn::FindInMap", &arguments, format!("the mapping {} is not declared in this template", short(&map))));
        };
        if let (Some(first), Some(second)) = (scalar(first), scalar(second)) {
            return match (self.mapped.get(&(map.as_str(), first.as_str(), second.as_str())), default) {
                (Some(raw), _) => self.moved(raw, at),
                (None, Some(default)) => Ok(self.resolve(default)?.value),
                (None, None) if mapping.get("Fn::Transform").is_some() => {
                    Ok(uncalled("Fn::FindInMap", &arguments, format!("the mapping {} is created by a macro", short(&map))))
                }
                (None, None) => {
                    Err(self.fault(at, format!("the mapping {} has no {} under {}", short(&map), short(&second), short(&first))))
                }
            };
        }
        // If all keys have the same value, an unknown key does not matter.
        let mut candidates: Vec<&Raw> = Vec::new();
        for entry in mapping.entries().iter().filter(|entry| scalar(first).is_none_or(|first| first == entry.key)) {
            let inner = entry.value.entries();
            self.session.pay(inner.len(), 0).map_err(|what| self.fault(at, what))?;
            candidates
                .extend(inner.iter().filter(|entry| scalar(second).is_none_or(|second| second == entry.key)).map(|entry| &entry.value));
        }
        candidates.extend(default);
        if let Some((candidate, others)) = candidates.split_first()
            && others.iter().all(|other| other.scalar().is_some() && other.scalar() == candidate.scalar())
            && candidate.scalar().is_some()
        {
            return self.moved(candidate, at);
        }
        self.uncalled_or("Fn::FindInMap", &arguments, at)
    }

    fn moved(&self, raw: &Raw, at: Position) -> Result<Value, TemplateError> {
        Ok(placed(&self.resolve(raw)?.value, at))
    }

    fn cidr(&self, entry: &Entry, at: Position) -> Result<Value, TemplateError> {
        let arguments = self.arguments(entry, 2..=3)?;
        let values = arguments.iter().map(|raw| self.resolve(raw).map(|node| node.value)).collect::<Result<Vec<_>, _>>()?;
        let texts: Option<Vec<_>> = values.iter().map(scalar).collect();
        let blocks = texts.as_deref().and_then(|texts| {
            let bits = texts.get(2).map(|bits| bits.parse()).transpose().ok()?;
            cidr(texts.first()?, texts.get(1)?.parse().ok()?, bits)
        });
        match blocks {
            Some(blocks) => Ok(Value::List(blocks.into_iter().map(|block| Node::new(at, Value::Text(block))).collect())),
            None => self.uncalled_or("Fn::Cidr", &values.iter().collect::<Vec<_>>(), at),
        }
    }
}

/// One of two values, depending on an unknown condition: where maps have the same keys, or lists the same length, the parts that are
/// equal are known.
fn either(yes: Value, no: Value, condition: &Value, reason: &str, at: Position) -> Value {
    let of = |yes: Node, no: Node| {
        let at = if same(&yes.value, &no.value) { yes.at } else { at };
        Node::new(at, either(yes.value, no.value, condition, reason, at))
    };
    match (yes, no) {
        (yes, no) if same(&yes, &no) => yes,
        (Value::List(yes), Value::List(no)) if yes.len() == no.len() => {
            Value::List(yes.into_iter().zip(no).map(|(yes, no)| of(yes, no)).collect())
        }
        (Value::Map(yes), Value::Map(no)) if same_keys(&yes, &no) => {
            let mut no: BTreeMap<String, Node> = no.into_iter().collect();
            Value::Map(yes.into_iter().filter_map(|(key, yes)| no.remove(&key).map(|no| (key, of(yes, no)))).collect())
        }
        (yes, no) => uncalled("Fn::If", &[condition, &yes, &no], reason),
    }
}

fn same_keys(yes: &[(String, Node)], no: &[(String, Node)]) -> bool {
    let keys = |entries: &[(String, Node)]| entries.iter().map(|(key, _)| key.clone()).collect::<BTreeSet<_>>();
    yes.len() == no.len() && keys(yes) == keys(no)
}
