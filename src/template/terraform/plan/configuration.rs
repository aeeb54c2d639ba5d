//! The `configuration` of a plan: finds the attribute to which an expression refers, through variables, outputs and `each`. Plans do not
//! contain expressions, only their references.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::json::{Json, JsonValue};
use super::super::location::{self, Location};
use super::super::value::unknown;
use super::address::{self, Module, Step};
use super::sources::Sources;
use super::values::marks_something;
use crate::template::declaration::{Node, Position, Value};

/// Maximum number of variables and outputs through which a reference is followed.
const HOPS: usize = 32;

/// The place of an expression: its module, and the index of its resource or module call.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) module: Module,
    pub(super) key: String,
}

/// The target of a reference: a resource of the plan, and the attribute path (empty if the plan does not show it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) id: String,
    pub(super) attribute: String,
}

/// The location of a provider, and that of the default provider.
pub(super) struct Provided {
    pub(super) location: Location,
    pub(super) main: Location,
}

const NOT_IN_PLAN: &str = "the plan does not show what the provider is given";

/// Whether an argument of a provider is exactly the value of a variable, not an expression that contains it.
fn is_whole(argument: &str, value: &str) -> bool {
    match argument {
        "region" => value.matches('-').count() > 1 && value.ends_with(|last: char| last.is_ascii_digit()),
        "allowed_account_ids" => location::is_account(value),
        _ => value.starts_with("arn:"),
    }
}

#[derive(Debug, Default)]
pub(super) struct Configuration<'j> {
    root: Option<&'j Json<'j>>,
    /// Declared managed resources, by the names of the module calls, type and name.
    declared: BTreeMap<String, &'j Json<'j>>,
    providers: Option<&'j Json<'j>>,
    variables: Option<&'j Json<'j>>,
    /// Plans do not contain local values.
    sources: Option<&'j Sources>,
    /// The indexes of all managed resources, by address without index.
    instances: BTreeMap<String, Vec<String>>,
}

impl<'j> Configuration<'j> {
    pub(super) fn new(document: &'j Json<'j>, planned: &Json<'_>, sources: &'j Sources) -> Self {
        let configuration = document.get("configuration");
        let mut instances = BTreeMap::new();
        collect(planned, "", &mut instances);
        let root = configuration.and_then(|configuration| configuration.get("root_module"));
        let mut declared = BTreeMap::new();
        if let Some(root) = root {
            collect_declared(root, "", &mut declared);
        }
        Configuration {
            root,
            declared,
            providers: configuration.and_then(|configuration| configuration.get("provider_config")),
            variables: document.get("variables"),
            sources: Some(sources),
            instances,
        }
    }

    fn call(&self, module: &Module) -> Option<&'j Json<'j>> {
        let (parent, call, _) = module.parent()?;
        self.module(&parent)?.get("module_calls")?.get(call)
    }

    fn module(&self, module: &Module) -> Option<&'j Json<'j>> {
        module.calls.iter().try_fold(self.root?, |inner, (call, _)| inner.get("module_calls")?.get(call)?.get("module"))
    }

    /// A declared resource.
    pub(super) fn resource(&self, module: &Module, type_name: &str, name: &str) -> Option<&'j Json<'j>> {
        let calls: String = module.calls.iter().map(|(call, _)| format!("{call}/")).collect();
        self.declared.get(&format!("{calls}{type_name}.{name}")).copied()
    }

    fn provider(&self, declared: Option<&'j Json<'j>>) -> Option<&'j Json<'j>> {
        self.providers?.get(declared?.get("provider_config_key")?.text()?)
    }

    /// Whether the provider of a declared resource has default tags.
    pub(super) fn has_default_tags(&self, declared: Option<&'j Json<'j>>) -> bool {
        let expressions = self.provider(declared).and_then(|provider| provider.get("expressions"));
        expressions.is_some_and(|expressions| expressions.get("default_tags").is_some())
    }

    /// The location of the provider of a declared resource.
    pub(super) fn provided(&self, declared: Option<&'j Json<'j>>) -> Option<Provided> {
        let key = declared?.get("provider_config_key")?.text()?;
        Some(Provided { location: self.location_of(key), main: self.main_location() })
    }

    /// The location of the root module's default provider. If the module has only aliases, their common location.
    fn main_location(&self) -> Location {
        let mut locations = self.root_providers("aws").map(|key| self.location_of(key));
        match locations.next() {
            Some(first)
                if self.root_providers("aws").all(|key| key != "aws") && locations.all(|location| location.same_account(&first)) =>
            {
                first
            }
            None => {
                let has_own = self.declared.keys().any(|key| key.starts_with("aws_"));
                self.location_of(self.root_providers(location::CLOUD_CONTROL).next().filter(|_| !has_own).unwrap_or("aws"))
            }
            _ => self.location_of("aws"),
        }
    }

    /// The root module's providers with a name.
    fn root_providers(&self, name: &str) -> impl Iterator<Item = &'j str> {
        let all = self.providers.map(Json::entries).unwrap_or_default().iter();
        let is_of_root =
            move |provider: &Json<'_>| provider.get("name").and_then(Json::text) == Some(name) && provider.get("module_address").is_none();
        all.filter(move |(_, provider)| is_of_root(provider)).map(|(key, _)| key.as_ref())
    }

    /// Plans do not list a default provider that gets everything from the environment.
    fn location_of(&self, key: &str) -> Location {
        let Some(provider) = self.providers.and_then(|providers| providers.get(key)) else {
            // `aws`, `module.a:aws`, `aws.alias`.
            let name = key.rsplit(':').next().and_then(|own| own.split('.').next()).unwrap_or_default();
            let mut all = self.root_providers(name);
            return match (all.next(), all.next()) {
                _ if key == name => Location::ENVIRONMENT,
                // Old versions of Terraform qualify a module's provider with the module, even an inherited one: there is only one.
                (Some(only), None) if key.contains(':') => self.location_of(only),
                (None, _) if key.contains(':') => Location::ENVIRONMENT,
                _ => Location::elsewhere(key),
            };
        };
        let reader = Arguments { configuration: self, provider, key };
        let expressions = provider.get("expressions").map(Json::entries).unwrap_or_default();
        Location::of_arguments(&node(Value::Map(
            expressions.iter().map(|(name, expression)| (name.to_string(), reader.read(expression, name))).collect(),
        )))
    }

    /// The targets of an expression, in order: `None` for a reference that cannot be followed.
    pub(super) fn targets(&self, expression: &Json<'_>, place: &Place, declared: Option<&Json<'_>>) -> Vec<Option<Vec<Target>>> {
        leaves(expression).into_iter().map(|leaf| self.follow(leaf, place, declared, HOPS)).collect()
    }

    /// Whether all targets of an expression are known at plan time; `after_apply` has, by address, what is not.
    pub(super) fn is_settled(
        &self,
        expression: &Json<'_>,
        place: &Place,
        declared: Option<&Json<'_>>,
        after_apply: &BTreeMap<&str, &Json<'_>>,
    ) -> bool {
        let is_known = |target: &Target| {
            let outermost = target.attribute.split(['.', '[']).next().filter(|name| !name.is_empty());
            let marks = after_apply.get(target.id.as_str());
            outermost.is_some_and(|name| marks.is_none_or(|marks| marks.get(name).is_none_or(|mark| !marks_something(mark))))
        };
        leaves(expression).into_iter().all(|leaf| match leaf.split('.').next() {
            // Variables of the root module have values before anything is planned.
            Some("var") if place.module.calls.is_empty() => true,
            Some("terraform") => true,
            _ => self.follow(leaf, place, declared, HOPS).is_some_and(|targets| targets.iter().all(is_known)),
        })
    }

    /// Several targets if the reference is to a whole resource with several instances.
    fn follow(&self, leaf: &str, place: &Place, declared: Option<&Json<'_>>, hops: usize) -> Option<Vec<Target>> {
        let hops = hops.checked_sub(1)?;
        let steps = address::steps(leaf);
        let rest = |from: usize| steps.get(from..).unwrap_or_default();
        match steps.as_slice() {
            [Step::Name("var"), Step::Name(name), ..] => {
                let (parent, _, index) = place.module.parent()?;
                let call = self.call(&place.module)?;
                let outside = Place { module: parent, key: index.to_string() };
                self.single(call.get("expressions")?.get(name)?, &outside, Some(call), hops, rest(2))
            }
            [Step::Name("module"), Step::Name(call), Step::Index(index), Step::Name(output), ..] => {
                self.output(place, call, index, output, hops, rest(4))
            }
            [Step::Name("module"), Step::Name(call), Step::Name(output), ..] => {
                // The reference has no index, but the expression may: `module.a[each.key].b`.
                self.output(place, call, "", output, hops, rest(3))
            }
            [Step::Name("each"), Step::Name("value"), ..] => {
                let over = self.single(declared?.get("for_each_expression")?, place, None, hops, &[])?;
                let own = over.into_iter().find(|target| target.attribute.is_empty() && target.id.ends_with(&place.key))?;
                Some(vec![Target { attribute: address::written(rest(2)), ..own }])
            }
            [Step::Name("local"), Step::Name(name), ..] => {
                let leaves = self.sources?.local(&place.module, name)?;
                let leaves: Vec<&str> = leaves.iter().map(String::as_str).filter(|leaf| !chooses(leaf)).collect();
                self.single_of(&leaves, place, None, hops, rest(2))
            }
            [Step::Name("data" | "each" | "module" | "ephemeral" | "self"), ..] => None,
            [Step::Name(type_name), Step::Name(name), Step::Index(index), ..] => {
                self.resources(place, type_name, name, Some(index), rest(3))
            }
            [Step::Name(type_name), Step::Name(name), ..] => self.resources(place, type_name, name, None, rest(2)),
            _ => None,
        }
    }

    fn output(&self, place: &Place, call: &str, index: &str, output: &str, hops: usize, rest: &[Step<'_>]) -> Option<Vec<Target>> {
        let inside = Place { module: place.module.child(call, index), key: String::new() };
        let expression = self.module(&inside.module)?.get("outputs")?.get(output)?.get("expression")?;
        self.single(expression, &inside, None, hops, rest)
    }

    /// The targets of an expression with a single reference, with their attribute paths.
    fn single(
        &self,
        expression: &Json<'_>,
        place: &Place,
        declared: Option<&Json<'_>>,
        hops: usize,
        rest: &[Step<'_>],
    ) -> Option<Vec<Target>> {
        self.single_of(&leaves(expression), place, declared, hops, rest)
    }

    fn single_of(
        &self,
        leaves: &[&str],
        place: &Place,
        declared: Option<&Json<'_>>,
        hops: usize,
        rest: &[Step<'_>],
    ) -> Option<Vec<Target>> {
        let [only] = leaves else { return None };
        let mut targets = self.follow(only, place, declared, hops)?;
        let mut rest = rest;
        // One of the instances of a resource that was passed as a whole.
        if let (Some((Step::Index(index), more)), true) = (rest.split_first(), targets.len() > 1) {
            targets.retain(|target| target.attribute.is_empty() && target.id.ends_with(index));
            rest = more;
        }
        if rest.is_empty() {
            return Some(targets);
        }
        let more = address::written(rest);
        let joined = |target: Target| {
            let attribute = match (target.attribute.is_empty(), more.starts_with('[')) {
                (true, _) => more.clone(),
                (false, true) => format!("{}{more}", target.attribute),
                (false, false) => format!("{}.{more}", target.attribute),
            };
            Target { attribute, ..target }
        };
        Some(targets.into_iter().map(joined).collect())
    }

    fn resources(&self, place: &Place, type_name: &str, name: &str, index: Option<&str>, rest: &[Step<'_>]) -> Option<Vec<Target>> {
        if !super::super::is_of_aws(type_name) {
            return None;
        }
        let base = format!("{}{type_name}.{name}", place.module.prefix());
        let instances = self.instances.get(&base)?;
        let attribute = address::written(rest);
        let target = |index: &str| Target { id: format!("{base}{index}"), attribute: attribute.clone() };
        let has = |index: &str| instances.iter().any(|instance| instance == index);
        match index {
            Some(index) => has(index).then(|| vec![target(index)]),
            None if has("") => Some(vec![target("")]),
            // An attribute of all instances is not a reference to one.
            None if !attribute.is_empty() => None,
            None => Some(instances.iter().map(|index| target(index)).collect()),
        }
    }
}

/// Reads the arguments of a provider.
struct Arguments<'c, 'j> {
    configuration: &'c Configuration<'j>,
    provider: &'j Json<'j>,
    key: &'c str,
}

impl Arguments<'_, '_> {
    /// The argument at a path (`assume_role.role_arn`).
    fn read(&self, expression: &Json<'_>, path: &str) -> Node {
        let value = match &expression.value {
            JsonValue::List(blocks) => Value::List(blocks.iter().map(|block| self.read(block, path)).collect()),
            _ if expression.get("constant_value").is_some() || expression.get("references").is_some() => self.value(expression, path),
            _ => {
                let inner =
                    |(name, expression): &(Cow<'_, str>, Json<'_>)| (name.to_string(), self.read(expression, &format!("{path}.{name}")));
                Value::Map(expression.entries().iter().map(inner).collect())
            }
        };
        match value {
            Value::Text(_) | Value::Unknown(_) if path == "allowed_account_ids" => node(Value::List(vec![node(value)])),
            value => node(value),
        }
    }

    /// Constants, and variables of the root module. Expressions that transform a variable look the same in a plan; only the `.tf` files
    /// next to it show the difference.
    fn value(&self, expression: &Json<'_>, path: &str) -> Value {
        let known = |json: &Json<'_>| super::known(json, &|_| Position::default()).value;
        if let Some(constant) = expression.get("constant_value") {
            return known(constant);
        }
        if self.provider.get("module_address").is_some() {
            return unknown(NOT_IN_PLAN, &format!("{}.{path}", self.key));
        }
        let alias = self.provider.get("alias").and_then(Json::text);
        let alone = self.configuration.sources.is_some_and(|sources| sources.is_reference(alias, path));
        let leaves = leaves(expression);
        let variable = match leaves.as_slice() {
            [only] => only.strip_prefix("var.").and_then(|name| self.configuration.variables?.get(name)?.get("value")),
            _ => None,
        };
        match variable.filter(|value| alone || value.text().is_some_and(|text| is_whole(path, text))) {
            Some(value) => known(value),
            None if alone => unknown(NOT_IN_PLAN, &leaves.join(" ")),
            None => unknown(NOT_IN_PLAN, &format!("{}.{path}", self.key)),
        }
    }
}

fn node(value: Value) -> Node {
    Node::new(Position::default(), value)
}

/// Addresses without index, with their indexes, of all resources below a module.
fn collect(module: &Json<'_>, prefix: &str, into: &mut BTreeMap<String, Vec<String>>) {
    for resource in module.get("resources").map(Json::items).unwrap_or_default() {
        let field = |key: &str| resource.get(key).and_then(Json::text);
        if let (Some("managed"), Some(type_name), Some(name)) = (field("mode"), field("type"), field("name")) {
            let index = resource.get("index").map(super::index_of).unwrap_or_default();
            into.entry(format!("{prefix}{type_name}.{name}")).or_default().push(index);
        }
    }
    for child in module.get("child_modules").map(Json::items).unwrap_or_default() {
        if let Some(address) = child.get("address").and_then(Json::text) {
            collect(child, &Module::parse(address).prefix(), into);
        }
    }
}

fn collect_declared<'j>(module: &'j Json<'j>, calls: &str, into: &mut BTreeMap<String, &'j Json<'j>>) {
    for resource in module.get("resources").map(Json::items).unwrap_or_default() {
        let field = |key: &str| resource.get(key).and_then(Json::text);
        if let (Some("managed"), Some(type_name), Some(name)) = (field("mode"), field("type"), field("name")) {
            into.insert(format!("{calls}{type_name}.{name}"), resource);
        }
    }
    for (call, of) in module.get("module_calls").map(Json::entries).unwrap_or_default() {
        if let Some(module) = of.get("module") {
            collect_declared(module, &format!("{calls}{call}/"), into);
        }
    }
}

/// The references of an expression. Terraform lists each reference together with its prefixes (`a.b.c`, `a.b`): those are left out, and
/// so are references that only select an instance.
fn leaves<'e>(expression: &'e Json<'_>) -> Vec<&'e str> {
    let mut leaves = Vec::new();
    let mut before = "";
    for reference in expression.get("references").map(Json::items).unwrap_or_default().iter().filter_map(Json::text) {
        let is_beginning = before.strip_prefix(reference).is_some_and(|more| more.starts_with(['.', '[']));
        before = reference;
        if !is_beginning && !chooses(reference) {
            leaves.push(reference);
        }
    }
    leaves
}

/// Whether a reference only selects an instance.
fn chooses(reference: &str) -> bool {
    matches!(reference, "each.key" | "count.index") || reference.starts_with("path.")
}

/// Whether a declared nested block can be the planned one: all its constants have the planned values.
pub(super) fn can_be(declared: &Json<'_>, planned: &Json<'_>) -> bool {
    declared.entries().iter().all(|(key, expression)| match (expression.get("constant_value"), planned.get(key)) {
        (Some(constant), Some(value)) => same(constant, value),
        (Some(constant), None) => matches!(constant.value, JsonValue::Null),
        _ => true,
    })
}

/// Whether two constants are equal, compared as text if their types differ: the provider's schema may convert a number to a string.
fn same(left: &Json<'_>, right: &Json<'_>) -> bool {
    let scalar = |json: &Json<'_>| match &json.value {
        JsonValue::Text(text) => Some(text.to_string()),
        JsonValue::Number(number) => Some(super::super::value::number_text(number)),
        JsonValue::Bool(value) => Some(value.to_string()),
        _ => None,
    };
    match (scalar(left), scalar(right)) {
        (Some(left), Some(right)) => left == right,
        (None, None) => true,
        _ => false,
    }
}
