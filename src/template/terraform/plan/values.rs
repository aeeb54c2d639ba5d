//! The body of a planned resource: its values, values known after apply, and the resources that those come from.

use std::collections::{BTreeMap, BTreeSet};

use super::super::json::{Json, JsonValue};
use super::super::syntax::Block;
use super::super::text::Lines;
use super::super::value::{AFTER_APPLY, reference, unknown};
use super::configuration::{Configuration, Place, Target, can_be};
use super::sources::is_composed;
use crate::template::declaration::{Node, Position, Value};

/// Arguments that are lists or sets. An unknown value of these is a list of the references of its expression.
const LISTS: [&str; 2] = ["resources", "not_resources"];

/// Blocks that the provider fills with the service's defaults if nothing sets them. In a plan, such a block looks like a `dynamic` block
/// over an unknown collection; only the `.tf` files next to the plan show the difference. Without them, both count as not set, because
/// the service's default never protects better.
const SERVICE_DEFAULTS: [&str; 6] = [
    "object_lock_configuration",
    "point_in_time_recovery",
    "replication_configuration",
    "server_side_encryption",
    "server_side_encryption_configuration",
    "versioning",
];

/// The sources of a resource's body.
pub(super) struct Values<'a> {
    pub(super) lines: &'a Lines,
    pub(super) content: &'a str,
    pub(super) configuration: &'a Configuration<'a>,
    pub(super) place: &'a Place,
    /// The resource in the plan's configuration.
    pub(super) declared: Option<&'a Json<'a>>,
    pub(super) address: &'a str,
    /// Whether the plan creates it: attributes that are not set will have the service's default then, not their previous value.
    pub(super) is_new: bool,
    /// The resource in the `.tf` files next to the plan.
    pub(super) written: Option<&'a Block>,
    /// Values known after apply, by address.
    pub(super) after_apply: &'a BTreeMap<&'a str, &'a Json<'a>>,
    /// Whether it belongs to the Cloud Control provider: such resources have attributes only, and plans contain one expression for each
    /// top-level attribute.
    pub(super) is_cloud_control: bool,
}

/// An argument: its path in the resource, its name, and its expression in the configuration.
#[derive(Clone, Copy)]
struct Argument<'a> {
    path: &'a str,
    name: &'a str,
    expression: Option<&'a Json<'a>>,
    /// Whether the expression has everything that is set there: blocks from a `dynamic` block have no expression.
    told: bool,
}

impl Values<'_> {
    pub(super) fn body(&self, resource: &Json<'_>, unknown: Option<&Json<'_>>) -> Node {
        self.body_of(resource, resource.get("values"), unknown)
    }

    pub(super) fn body_of(&self, resource: &Json<'_>, values: Option<&Json<'_>>, unknown: Option<&Json<'_>>) -> Node {
        let expressions = self.declared.and_then(|declared| declared.get("expressions"));
        let entries = self.map(values, unknown, Argument { path: self.address, name: "", expression: expressions, told: self.is_new });
        Node::new(self.position(resource.at), Value::Map(entries))
    }

    fn position(&self, offset: usize) -> Position {
        self.lines.position(self.content, offset)
    }

    /// Keys with a value, then keys that are only marked as unknown.
    fn map(&self, values: Option<&Json<'_>>, unknown: Option<&Json<'_>>, of: Argument<'_>) -> Vec<(String, Node)> {
        let known = values.map(Json::entries).unwrap_or_default();
        let marks = unknown.map(Json::entries).unwrap_or_default();
        let mark_of: BTreeMap<&str, &Json<'_>> = marks.iter().map(|(key, mark)| (key.as_ref(), mark)).collect();
        let is_known: BTreeSet<&str> = known.iter().map(|(key, _)| key.as_ref()).collect();
        // A resource without arguments has no expressions.
        let sets_nothing = of.path == self.address && self.declared.is_some();
        let is_set = |key: &str| match self.within(of, key) {
            Some(expression) if self.is_inside(of) && expression.get("references").is_some() => !self.is_settled(expression),
            Some(_) => true,
            None => of.expression.is_none() && !sets_nothing,
        };
        // If nothing sets it, it is unknown because the provider's default tags are.
        let is_default_tags = |key: &str| key == "tags_all" && self.configuration.has_default_tags(self.declared);
        let is_unset = |key: &str, mark: &Json<'_>| of.told && mark.is_true() && !is_set(key) && !is_default_tags(key);
        let no_block =
            |key: &str| self.is_cloud_control || self.written.map_or(SERVICE_DEFAULTS.contains(&key), |written| !written.sets(key));
        let is_default =
            |key: &str, mark: &Json<'_>| (of.path == self.address || self.is_cloud_control) && is_unset(key, mark) && no_block(key);
        let is_open = |key: &str, mark: &Json<'_>| marks_something(mark) && !is_default(key, mark);
        let more = marks.iter().filter(|(key, mark)| !is_known.contains(key.as_ref()) && is_open(key, mark));
        let entry = |key: &str, value: Option<&Json<'_>>, mark: Option<&Json<'_>>| {
            let path = format!("{}.{key}", of.path);
            let expression = self.within(of, key);
            let mut node = self.node(value, mark, Argument { path: &path, name: key, expression, told: of.told });
            if let Value::Unknown(unknown) = &mut node.value {
                unknown.unset = mark.is_some_and(|mark| is_unset(key, mark));
            }
            (key.to_string(), node)
        };
        let known = known.iter().map(|(key, value)| entry(key, Some(value), mark_of.get(key.as_ref()).copied()));
        known.chain(more.map(|(key, mark)| entry(key, None, Some(mark)))).collect()
    }

    fn node(&self, value: Option<&Json<'_>>, unknown: Option<&Json<'_>>, of: Argument<'_>) -> Node {
        let at = self.position(value.or(unknown).map_or(0, |json| json.at));
        if unknown.is_some_and(Json::is_true) {
            return Node::new(at, self.unknown(of, at));
        }
        // It contains nothing unknown.
        let Some(unknown) = unknown.filter(|unknown| marks_something(unknown)) else {
            return value.map_or(Node::new(at, Value::Null), |value| super::known(value, &|offset| self.position(offset)));
        };
        let value = match &unknown.value {
            JsonValue::List(marks) => Value::List(self.items(value.map(Json::items).unwrap_or_default(), marks, of)),
            _ => Value::Map(self.map(value, Some(unknown), of)),
        };
        Node::new(at, value)
    }

    /// Whether an argument is within an attribute of the Cloud Control provider.
    fn is_inside(&self, of: Argument<'_>) -> bool {
        self.is_cloud_control && of.path != self.address
    }

    /// The expression for a key in an argument. The expression of a Cloud Control attribute stands for everything inside it, unless it is
    /// a constant.
    fn within<'e>(&self, of: Argument<'e>, key: &str) -> Option<&'e Json<'e>> {
        let expression = of.expression?;
        if !self.is_inside(of) {
            return expression.get(key);
        }
        match expression.get("references") {
            Some(_) => Some(expression),
            None => expression.get("constant_value").unwrap_or(expression).get(key).filter(|value| !matches!(value.value, JsonValue::Null)),
        }
    }

    /// Whether all references of an expression are known: then unknown parts of its value are those that the provider fills in.
    fn is_settled(&self, expression: &Json<'_>) -> bool {
        self.configuration.is_settled(expression, self.place, self.declared, self.after_apply)
    }

    fn items(&self, values: &[Json<'_>], marks: &[Json<'_>], of: Argument<'_>) -> Vec<Node> {
        let open = marks.iter().filter(|mark| mark.is_true()).count();
        let own = of.expression.filter(|_| !self.is_cloud_control || self.is_argument(of));
        let mut targets = own.map(|expression| self.flat(expression)).unwrap_or_default();
        if targets.len() != open {
            // `[for key in keys(a) : a[key].arn]` has the same reference twice.
            let mut seen = BTreeSet::new();
            targets.retain(|target| target.as_ref().is_none_or(|target| seen.insert((target.id.clone(), target.attribute.clone()))));
        }
        if targets.len() != open {
            targets.clear();
        }
        let mut targets = targets.into_iter();
        let mut items = Vec::new();
        for (index, mark) in marks.iter().enumerate() {
            let path = format!("{}[{index}]", of.path);
            let value = values.get(index);
            if mark.is_true() {
                let at = self.position(mark.at);
                let value = targets.next().flatten().map_or_else(|| unknown(AFTER_APPLY, &path), |target| referred(target, of.name));
                items.push(Node::new(at, value));
                continue;
            }
            let expression = of.expression.and_then(|expression| match &expression.value {
                JsonValue::List(constants) if self.is_cloud_control => constants.get(index).filter(|_| constants.len() == marks.len()),
                _ if self.is_cloud_control => {
                    Some(expression.get("constant_value").and_then(|list| list.items().get(index)).unwrap_or(expression))
                }
                _ => block_of(expression, value),
            });
            let told = of.told && (marks.len() == 1 || self.is_cloud_control);
            items.push(self.node(value, Some(mark), Argument { path: &path, name: of.name, expression, told }));
        }
        items
    }

    /// The references of an expression.
    fn flat(&self, expression: &Json<'_>) -> Vec<Option<Target>> {
        let of_leaf = |leaf: Option<Vec<Target>>| match leaf {
            Some(targets) => targets.into_iter().map(Some).collect(),
            None => vec![None],
        };
        self.configuration.targets(expression, self.place, self.declared).into_iter().flat_map(of_leaf).collect()
    }

    /// Whether it is a top-level argument of the resource.
    fn is_argument(&self, of: Argument<'_>) -> bool {
        of.path.strip_prefix(self.address).and_then(|rest| rest.strip_prefix('.')) == Some(of.name)
    }

    fn unknown(&self, of: Argument<'_>, at: Position) -> Value {
        let not_known = || unknown(AFTER_APPLY, of.path);
        let Some(expression) = of.expression else { return not_known() };
        let is_argument = self.is_argument(of);
        // Plans do not show which of the attribute's references it is.
        if self.is_cloud_control && !is_argument {
            return not_known();
        }
        if is_argument && !LISTS.contains(&of.name) && self.written.is_some_and(|written| is_composed(written, of.name)) {
            return not_known();
        }
        let leaves = self.configuration.targets(expression, self.place, self.declared);
        if LISTS.contains(&of.name) && !leaves.is_empty() {
            let mut seen = BTreeSet::new();
            let targets = leaves.iter().flatten().flatten().filter(|target| seen.insert((&target.id, &target.attribute)));
            let mut items: Vec<Node> = targets.map(|target| Node::new(at, referred(target.clone(), of.name))).collect();
            // The plan does not contain constants that are combined with references, and an exclusion must not be guessed.
            if leaves.iter().any(Option::is_none) || of.name == "not_resources" {
                items.push(Node::new(at, not_known()));
            }
            return Value::List(items);
        }
        match leaves.as_slice() {
            [Some(targets)] => match targets.as_slice() {
                [only] => referred(only.clone(), of.name),
                // Plans show `aws_s3_bucket.data[each.key].id` as `aws_s3_bucket.data` here.
                several => match several.iter().find(|target| !self.place.key.is_empty() && target.id.ends_with(&self.place.key)) {
                    Some(own) => referred(own.clone(), of.name),
                    None => not_known(),
                },
            },
            _ => not_known(),
        }
    }
}

/// Whether anything is unknown.
pub(super) fn marks_something(mark: &Json<'_>) -> bool {
    match &mark.value {
        JsonValue::Bool(unknown) => *unknown,
        JsonValue::List(items) => items.iter().any(marks_something),
        JsonValue::Map(entries) => entries.iter().any(|(_, value)| marks_something(value)),
        _ => false,
    }
}

/// The declared block of a planned one. Blocks of a set are in a different order, so a declared block is chosen only if it is the only
/// match.
fn block_of<'e>(expression: &'e Json<'e>, planned: Option<&Json<'_>>) -> Option<&'e Json<'e>> {
    let fits = |declared: &&Json<'_>| planned.is_none_or(|planned| can_be(declared, planned));
    match &expression.value {
        JsonValue::List(declared) => {
            let mut fitting = declared.iter().filter(fits);
            let only = fitting.next()?;
            fitting.next().is_none().then_some(only)
        }
        JsonValue::Map(_) if expression.get("references").is_none() => Some(expression),
        _ => None,
    }
}

/// A reference. If the plan does not show the attribute, it is the one that an argument of this name usually takes.
fn referred(target: Target, argument: &str) -> Value {
    let attribute = match argument {
        _ if !target.attribute.is_empty() => target.attribute.as_str(),
        "resources" | "not_resources" => "arn",
        name if name.ends_with("arn") || name.ends_with("arns") => "arn",
        name if name.ends_with("name") => "name",
        _ => "id",
    };
    reference(&target.id, attribute)
}
