//! The fix of a rule for templates: which properties of a resource to set, and which further resources to add. [`crate::audit`] writes it
//! for a resource in the resource's language.

use super::expr::{Expression, Scope};
use super::text::Text;
use serde_json::{Map, Number, Value as Json};
use std::collections::BTreeMap;

/// The names of the languages; as a key, a language stands for all its types.
pub const LANGUAGES: [&str; 2] = ["cloudformation", "terraform"];

/// The key for the types of Terraform's Cloud Control provider, which otherwise have the fix of CloudFormation.
pub const CLOUD_CONTROL: &str = "awscc";

/// The mark of a further resource: `+aws_s3_bucket_versioning`.
const FURTHER: char = '+';
/// The marks of the elements of a list: `BackupPlanRule[]` is each of them.
const ELEMENTS: [(&str, Elements); 3] = [("[]", Elements::Each), ("[?]", Elements::OneOf), ("[1]", Elements::Only)];
/// The key of a document that Terraform writes as a text: `policy: { $json: … }`.
const DOCUMENT: &str = "$json";
/// The resource itself in references: `$self.arn`.
pub const OWN: &str = "self";
/// The ARN of the resource, whether its type has an attribute for it or not.
pub const ARN: &str = "arn";
/// The name that the template gives to the resource's block: a text, for names of further resources.
pub const NAME: &str = "name";

/// A rule's fix, by type or language.
#[derive(Debug, Default)]
pub struct Fix {
    by_type: BTreeMap<String, Changes<Text>>,
}

/// What to change for one resource. `V` is a value to fill in, and then its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes<V> {
    /// Properties of the resource itself.
    pub own: Vec<(Key, Setting<V>)>,
    pub further: Vec<Further<V>>,
}

/// A resource to add.
#[derive(Clone, Debug, PartialEq)]
pub struct Further<V> {
    pub type_name: String,
    /// Distinguishes several resources of a type.
    pub label: Option<String>,
    pub settings: Vec<(Key, Setting<V>)>,
}

/// The name of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    /// The elements of a list for which the setting is; `None` if the setting is the whole value.
    pub elements: Option<Elements>,
}

/// Elements of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elements {
    Each,
    OneOf,
    /// The list has at most one element.
    Only,
}

impl Elements {
    /// What a comment says about the element that stands for them.
    pub fn comment(self) -> Option<&'static str> {
        match self {
            Elements::Each => Some("each of them"),
            Elements::OneOf => Some("one of them"),
            Elements::Only => None,
        }
    }
}

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting<V> {
    Bool(bool),
    Number(Number),
    Text(Vec<Piece<V>>),
    List(Vec<Setting<V>>),
    Map(Vec<(Key, Setting<V>)>),
    /// A document that Terraform writes as a text in JSON.
    Document(Vec<(Key, Setting<V>)>),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece<V> {
    /// As the rule writes it.
    Literal(String),
    /// From the resource: untrusted.
    Value(V),
    /// A reference: `self.arn`, `aws_backup_vault.name`, `AWS::Region`.
    Reference(String),
}

impl Fix {
    /// Compiles the fixes. `compile` makes a text of `{{ expression }}`.
    ///
    /// # Errors
    /// What is wrong, with the key of the fix.
    pub fn compile(
        by_type: &BTreeMap<String, Json>,
        compile: &mut dyn FnMut(&str) -> Result<Text, String>,
    ) -> Result<Self, (String, String)> {
        let mut fix = Fix::default();
        for (name, value) in by_type {
            let changes = changes(value, compile).map_err(|what| (name.clone(), what))?;
            fix.by_type.insert(name.clone(), changes);
        }
        Ok(fix)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_type.is_empty()
    }

    /// The changes for the first of these types or languages that has any.
    pub fn of<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<&Changes<Text>> {
        names.into_iter().find_map(|name| self.by_type.get(name))
    }

    /// The types and languages with their changes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Changes<Text>)> {
        self.by_type.iter().map(|(name, changes)| (name.as_str(), changes))
    }

    /// Every expression, with the type or language that it is for.
    pub fn expressions(&self) -> impl Iterator<Item = (&str, &Expression)> {
        self.by_type
            .iter()
            .flat_map(|(name, changes)| changes.texts().into_iter().flat_map(Text::expressions).map(|of| (name.as_str(), of)))
    }
}

impl Changes<Text> {
    /// The changes for one resource; `None` if one of their values is not known.
    pub fn fill_in(&self, scope: &Scope) -> Option<Changes<String>> {
        if !self.texts().into_iter().all(|text| text.is_known(scope)) {
            return None;
        }
        let further = self.further.iter().map(|further| Further {
            type_name: further.type_name.clone(),
            label: further.label.clone(),
            settings: filled(&further.settings, scope),
        });
        Some(Changes { own: filled(&self.own, scope), further: further.collect() })
    }

    fn texts(&self) -> Vec<&Text> {
        let mut texts = Vec::new();
        let further = self.further.iter().flat_map(|further| &further.settings);
        self.own.iter().chain(further).for_each(|(_, setting)| setting.texts(&mut texts));
        texts
    }
}

impl<V> Changes<V> {
    /// The paths that each of the resource's own properties sets, spelt as in tables: `a.b`.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let paths = |(key, setting): &(Key, Setting<V>)| {
            let mut paths = Vec::new();
            setting.add_paths(&key.name, &mut paths);
            paths
        };
        self.own.iter().map(paths).collect()
    }
}

impl Changes<String> {
    /// The changes with the name of the resource's block in them.
    pub fn named(mut self, name: &str) -> Self {
        let further = self.further.iter_mut().flat_map(|further| &mut further.settings);
        self.own.iter_mut().chain(further).for_each(|(_, setting)| setting.set_name(name));
        self
    }
}

impl Setting<String> {
    fn set_name(&mut self, name: &str) {
        match self {
            Setting::Bool(_) | Setting::Number(_) => {}
            Setting::Text(pieces) => {
                for piece in pieces.iter_mut().filter(|piece| matches!(piece, Piece::Reference(to) if to == NAME)) {
                    *piece = Piece::Value(name.to_owned());
                }
            }
            Setting::List(items) => items.iter_mut().for_each(|item| item.set_name(name)),
            Setting::Map(entries) | Setting::Document(entries) => entries.iter_mut().for_each(|(_, setting)| setting.set_name(name)),
        }
    }
}

impl<V> Setting<V> {
    fn add_paths(&self, path: &str, paths: &mut Vec<String>) {
        let mut inside = |entries: &[(Key, Setting<V>)]| {
            entries.iter().for_each(|(key, setting)| setting.add_paths(&format!("{path}.{}", key.name), paths));
        };
        match self {
            Setting::Map(entries) => inside(entries),
            Setting::List(items) => items.iter().for_each(|item| {
                if let Setting::Map(entries) = item {
                    inside(entries);
                }
            }),
            _ => paths.push(path.to_owned()),
        }
        if let Setting::List(items) = self
            && !items.iter().any(|item| matches!(item, Setting::Map(_)))
        {
            paths.push(path.to_owned());
        }
    }
}

impl Setting<Text> {
    fn texts<'s>(&'s self, texts: &mut Vec<&'s Text>) {
        match self {
            Setting::Bool(_) | Setting::Number(_) => {}
            Setting::Text(pieces) => {
                texts.extend(pieces.iter().filter_map(|piece| if let Piece::Value(text) = piece { Some(text) } else { None }));
            }
            Setting::List(items) => items.iter().for_each(|item| item.texts(texts)),
            Setting::Map(entries) | Setting::Document(entries) => entries.iter().for_each(|(_, setting)| setting.texts(texts)),
        }
    }

    fn fill_in(&self, scope: &Scope) -> Setting<String> {
        match self {
            Setting::Bool(value) => Setting::Bool(*value),
            Setting::Number(value) => Setting::Number(value.clone()),
            // A value on its own keeps its kind.
            Setting::Text(pieces) => match pieces.as_slice() {
                [Piece::Value(text)] => of_kind(text.render(scope)),
                pieces => Setting::Text(pieces.iter().map(|piece| piece.fill_in(scope)).collect()),
            },
            Setting::List(items) => Setting::List(items.iter().map(|item| item.fill_in(scope)).collect()),
            Setting::Map(entries) => Setting::Map(filled(entries, scope)),
            Setting::Document(entries) => Setting::Document(filled(entries, scope)),
        }
    }
}

impl Piece<Text> {
    fn fill_in(&self, scope: &Scope) -> Piece<String> {
        match self {
            Piece::Literal(text) => Piece::Literal(text.clone()),
            Piece::Value(text) => Piece::Value(text.render(scope)),
            Piece::Reference(to) => Piece::Reference(to.clone()),
        }
    }
}

fn filled(entries: &[(Key, Setting<Text>)], scope: &Scope) -> Vec<(Key, Setting<String>)> {
    entries.iter().filter(|(_, setting)| !is_left_out(setting, scope)).map(|(key, setting)| (key.clone(), setting.fill_in(scope))).collect()
}

/// A value that is null is left out, and a map of nothing but such values.
fn is_left_out(setting: &Setting<Text>, scope: &Scope) -> bool {
    match setting {
        Setting::Text(pieces) => matches!(pieces.as_slice(), [Piece::Value(text)] if text.is_null(scope)),
        Setting::Map(entries) => !entries.is_empty() && entries.iter().all(|(_, setting)| is_left_out(setting, scope)),
        _ => false,
    }
}

fn of_kind(text: String) -> Setting<String> {
    match text.parse::<i64>() {
        Ok(number) => Setting::Number(number.into()),
        Err(_) if text == "true" || text == "false" => Setting::Bool(text == "true"),
        Err(_) => Setting::Text(vec![Piece::Value(text)]),
    }
}

type Compile<'c> = &'c mut dyn FnMut(&str) -> Result<Text, String>;

fn changes(value: &Json, compile: Compile) -> Result<Changes<Text>, String> {
    let Json::Object(entries) = value else { return Err("a fix is a map of properties".to_owned()) };
    let mut changes = Changes { own: Vec::new(), further: Vec::new() };
    let (further, own): (Vec<_>, Vec<_>) = entries.iter().partition(|(name, _)| name.starts_with(FURTHER));
    for (name, value) in further {
        let name = name.trim_start_matches(FURTHER);
        let (type_name, label) = name.split_once('.').map_or((name, None), |(type_name, label)| (type_name, Some(label.to_owned())));
        let Json::Object(settings) = value else { return Err(format!("`+{name}` is a map of properties")) };
        changes.further.push(Further { type_name: type_name.to_owned(), label, settings: entries_of(settings, compile)? });
    }
    for (name, value) in own {
        changes.own.push((key(name), setting(value, compile)?));
    }
    if changes.own.is_empty() && changes.further.is_empty() {
        return Err("the fix changes nothing".to_owned());
    }
    Ok(changes)
}

fn key(name: &str) -> Key {
    let marked = ELEMENTS.iter().find_map(|(mark, elements)| Some((name.strip_suffix(mark)?, *elements)));
    let (name, elements) = marked.map_or((name, None), |(name, elements)| (name, Some(elements)));
    Key { name: name.to_owned(), elements }
}

fn entries_of(map: &Map<String, Json>, compile: Compile) -> Result<Vec<(Key, Setting<Text>)>, String> {
    map.iter().map(|(name, value)| Ok((key(name), setting(value, compile)?))).collect()
}

fn setting(value: &Json, compile: Compile) -> Result<Setting<Text>, String> {
    Ok(match value {
        Json::Null => return Err("a property is set to null; a fix cannot take a property away".to_owned()),
        Json::Bool(value) => Setting::Bool(*value),
        Json::Number(value) => Setting::Number(value.clone()),
        Json::String(text) => Setting::Text(pieces(text, compile)?),
        Json::Array(items) => Setting::List(items.iter().map(|item| setting(item, compile)).collect::<Result<_, _>>()?),
        Json::Object(map) => match map.get(DOCUMENT) {
            Some(Json::Object(document)) => Setting::Document(entries_of(document, compile)?),
            Some(_) => return Err(format!("`{DOCUMENT}` is a map")),
            None => Setting::Map(entries_of(map, compile)?),
        },
    })
}

/// The parts of a text: `{{ expression }}`, `${reference}`, and a text that begins with `$` as one reference.
fn pieces(text: &str, compile: Compile) -> Result<Vec<Piece<Text>>, String> {
    if let Some(reference) = text.strip_prefix('$').filter(|rest| !rest.starts_with('{')) {
        return Ok(vec![Piece::Reference(reference.to_owned())]);
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let next = ["{{", "${"].into_iter().filter_map(|mark| Some((rest.find(mark)?, mark))).min();
        let Some((start, mark)) = next else {
            pieces.push(Piece::Literal(rest.to_owned()));
            break;
        };
        if start > 0 {
            pieces.push(Piece::Literal(rest[..start].to_owned()));
        }
        let close = if mark == "{{" { "}}" } else { "}" };
        let inside = &rest[start + mark.len()..];
        let Some(end) = inside.find(close) else { return Err(format!("`{mark}` without `{close}`")) };
        pieces.push(match mark {
            "{{" => Piece::Value(compile(&rest[start..start + mark.len() + end + close.len()])?),
            _ => Piece::Reference(inside[..end].to_owned()),
        });
        rest = &inside[end + close.len()..];
    }
    if pieces.is_empty() {
        pieces.push(Piece::Literal(String::new()));
    }
    Ok(pieces)
}
