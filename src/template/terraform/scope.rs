//! The scope of an expression: what the names in it stand for: `var`, `local`, `each`, `module`, resources.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::engine::{Caller, Children, Each, Engine, Instance, Instances, NewInstance, Stop, invalid};
use super::expression::evaluate;
use super::modules::{Resource, join_shown};
use super::syntax::{Attribute, Block, Expr};
use super::text::{Source, error};
use super::value::{INSTANCES, WHOLE, as_number, moved, reference, unknown, why_later};
use super::{convert, value, waivers};
use crate::template::declaration::{Ignore, Node, Position, TemplateError, Value};

/// The scope of an expression.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) engine: &'a Engine,
    pub(super) instance: &'a Rc<Instance>,
    pub(super) source: &'a Source,
    pub(super) each: Option<&'a Each>,
    pub(super) frame: Option<&'a Frame<'a>>,
    /// The place of all values, if they do not keep their own.
    pub(super) fixed: Option<Position>,
    /// The address under evaluation, for symbols: a resource, one of its blocks, a local value.
    pub(super) subject: &'a str,
}

/// A variable of a `for` or of a `dynamic` block.
pub(super) struct Frame<'a> {
    pub(super) name: &'a str,
    pub(super) node: Node,
    pub(super) outer: Option<&'a Frame<'a>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(engine: &'a Engine, instance: &'a Rc<Instance>, source: &'a Source, each: Option<&'a Each>) -> Self {
        Scope { engine, instance, source, each, frame: None, fixed: None, subject: "" }
    }

    pub(super) fn framed(&self, name: &str) -> Option<&Node> {
        let mut frame = self.frame;
        while let Some(inner) = frame {
            if inner.name == name {
                return Some(&inner.node);
            }
            frame = inner.outer;
        }
        None
    }

    /// Makes symbols unique that are evaluated at several places, or several times at one place.
    pub(super) fn place(&self, at: Position) -> String {
        let each = match self.each {
            Some(Each::Count(index)) => value::render(&index.value),
            Some(Each::Pair(key, _)) => value::render(&key.value),
            None => String::new(),
        };
        let mut place = format!("{}{}:{}:{} {each}", self.instance.prefix, self.source.name, at.line, at.column);
        let mut frame = self.frame;
        while let Some(inner) = frame {
            place = format!("{place} {}", value::render(&inner.node.value));
            frame = inner.outer;
        }
        format!("{}#{}", self.subject, value::digest(&place))
    }

    /// The value of an attribute. What Terraform refuses is unknown.
    pub(super) fn attribute(&self, attribute: &Attribute) -> Result<Node, TemplateError> {
        let scope = Scope { source: &attribute.source, ..*self };
        match evaluate(&attribute.expr, &scope, attribute.at) {
            Ok(node) => Ok(node),
            Err(Stop::Invalid(why)) => {
                Ok(Node::new(scope.fixed.unwrap_or(attribute.at), unknown(&why, &format!("{}.{}", self.subject, attribute.name))))
            }
            Err(Stop::Fatal(error)) => Err(error),
        }
    }

    /// The value of one of the module's names: `kind` is `var`, `local`, ….
    pub(super) fn named(&self, kind: &str, name: &str, at: Position) -> Result<Node, Stop> {
        let node = match kind {
            "var" => variable(self.engine, self.instance, name, at)?,
            "local" => self.local(name)?,
            "each" | "count" => return self.each_value(kind, name, at),
            "path" => Node::new(at, self.path(name)),
            _ => {
                let address = format!("{}{kind}.{name}", self.instance.prefix);
                Node::new(at, unknown(&format!("{kind}.{name} is known only where Terraform runs"), &address))
            }
        };
        self.engine.spend(self.source, at, value::size(&node.value))?;
        Ok(moved(node.value, at))
    }

    fn local(&self, name: &str) -> Result<Node, Stop> {
        let subject = format!("{}local.{name}", self.instance.prefix);
        let Some(local) = self.instance.module.locals.get(name) else { return Ok(undeclared(&subject)) };
        let scope = Scope { subject: &subject, ..Scope::new(self.engine, self.instance, &local.source, None) };
        self.engine.remember(self.instance, &format!("local.{name}"), &local.source, local.at, || evaluate(&local.expr, &scope, local.at))
    }

    fn each_value(&self, kind: &str, name: &str, at: Position) -> Result<Node, Stop> {
        let node = match (self.each, kind, name) {
            (Some(Each::Count(index)), "count", "index") => index,
            (Some(Each::Pair(key, _)), "each", "key") => key,
            (Some(Each::Pair(_, value)), "each", "value") => value,
            _ => return invalid(format!("there is no {kind}.{name} here")),
        };
        self.engine.spend(self.source, at, value::size(&node.value))?;
        Ok(moved(node.value.clone(), at))
    }

    fn path(&self, name: &str) -> Value {
        match name {
            // modules.json has the folder of a module that terraform init fetched.
            "module" if let Ok(below) = self.instance.module.folder.strip_prefix(&self.engine.root) => {
                let below = below.to_string_lossy().replace('\\', "/");
                value::text(if below.is_empty() { "." } else { &below })
            }
            "module" => {
                let mut shown = String::new();
                let mut instance = Some(self.instance.clone());
                while let Some(caller) = instance.as_ref().and_then(|instance| instance.caller.as_ref()) {
                    shown = join_shown(local_source(&caller.call).unwrap_or_default(), &shown);
                    instance = self.engine.instance(caller.instance);
                }
                value::text(if shown.is_empty() { "." } else { &shown })
            }
            "root" => value::text("."),
            _ => unknown(&format!("path.{name} depends on where Terraform runs"), &format!("path.{name}")),
        }
    }

    /// An output of a module; `index` as in an address.
    pub(super) fn output(&self, call: &str, index: &str, output: &str, at: Position) -> Result<Node, Stop> {
        let children = children(self.engine, self.instance, call)?;
        let name = format!("{}module.{call}{index}.{output}", self.instance.prefix);
        match children.as_ref() {
            Children::Elsewhere(why) => Ok(Node::new(at, unknown(why, &name))),
            Children::Local(instances, all) => {
                let index = if matches!(instances.as_ref(), Instances::NotKnown(..)) { "" } else { index };
                let found = all.iter().find(|(key, _)| key == index).and_then(|(_, id)| self.engine.instance(*id));
                let Some(child) = found else { return invalid(format!("there is no module.{call}{index}")) };
                let node = output_of(self.engine, &child, output)?;
                self.engine.spend(self.source, at, value::size(&node.value))?;
                Ok(moved(node.value, at))
            }
        }
    }

    /// A whole module, or all its instances: a map of the outputs.
    pub(super) fn module(&self, call: &str, at: Position) -> Result<Node, Stop> {
        let children = children(self.engine, self.instance, call)?;
        let (instances, all) = match children.as_ref() {
            Children::Elsewhere(why) => return Ok(Node::new(at, unknown(why, &format!("{}module.{call}", self.instance.prefix)))),
            Children::Local(instances, all) => (instances, all),
        };
        let mut nodes = Vec::new();
        for (index, id) in all {
            let Some(child) = self.engine.instance(*id) else { continue };
            let outputs = child.module.outputs.keys().map(|name| Ok((name.clone(), self.output(call, index, name, at)?)));
            nodes.push(Node::new(at, Value::Map(outputs.collect::<Result<_, Stop>>()?)));
        }
        Ok(Node::new(at, shaped(instances, nodes)))
    }

    /// An instance of a resource, if `index` is known and exists.
    pub(super) fn resource_at(&self, type_name: &str, name: &str, index: &Value, at: Position) -> Result<Option<Node>, Stop> {
        let key = format!("{type_name}.{name}");
        let Some(resource) = self.instance.module.resources.get(&key).filter(|_| super::is_of_aws(type_name)) else { return Ok(None) };
        let found = match (instances(self.engine, self.instance, &resource.block)?.as_ref(), index) {
            (Instances::Count(count), index) => match as_number(index) {
                Some(index) if index >= 0.0 && index.fract() == 0.0 && index < *count as f64 => Some(format!("[{index}]")),
                _ => None,
            },
            (Instances::Keys(keys), Value::Text(key)) => {
                keys.binary_search_by(|(name, _)| name.cmp(key)).ok().map(|_| format!("[{}]", value::quoted(key)))
            }
            _ => None,
        };
        Ok(found.map(|index| Node::new(at, reference(&format!("{}{key}{index}", self.instance.prefix), WHOLE))))
    }

    /// A resource, or all its instances.
    pub(super) fn resource(&self, type_name: &str, name: &str, at: Position) -> Result<Node, Stop> {
        let key = format!("{type_name}.{name}");
        let address = format!("{}{key}", self.instance.prefix);
        let Some(resource) = self.instance.module.resources.get(&key) else {
            return Ok(Node::new(at, undeclared(&address).value));
        };
        if !super::is_of_aws(type_name) {
            return Ok(Node::new(at, unknown(&why_later(&address, WHOLE), &address)));
        }
        let instances = instances(self.engine, self.instance, &resource.block)?;
        self.engine.spend(self.source, at, 1 + instances.each().len())?;
        let node = |index: String| Node::new(at, reference(&format!("{address}{index}"), WHOLE));
        let nodes = instances.each().into_iter().map(|(index, _)| node(index)).collect();
        Ok(Node::new(
            at,
            match instances.as_ref() {
                Instances::NotKnown(..) => reference(&address, INSTANCES),
                known => shaped(known, nodes),
            },
        ))
    }
}

/// The unknown value of a name that the configuration does not declare.
fn undeclared(address: &str) -> Node {
    Node::new(Position::default(), unknown(&format!("{address} is not declared"), address))
}

/// One node for each instance, as Terraform shows them: itself, a list, or a map.
pub(super) fn shaped(instances: &Instances, mut nodes: Vec<Node>) -> Value {
    match instances {
        Instances::One | Instances::NotKnown(..) => nodes.pop().map_or(Value::Null, |node| node.value),
        Instances::Count(_) => Value::List(nodes),
        Instances::Keys(keys) => Value::Map(keys.iter().map(|(key, _)| key.clone()).zip(nodes).collect()),
    }
}

/// The value of a variable in a module.
fn variable(engine: &Engine, instance: &Rc<Instance>, name: &str, at: Position) -> Result<Node, Stop> {
    let subject = format!("{}var.{name}", instance.prefix);
    let Some(block) = instance.module.variables.get(name) else { return Ok(undeclared(&subject)) };
    engine.remember(instance, &format!("var.{name}"), &block.source, block.at, || {
        let argument = match &instance.caller {
            Some(caller) => match (engine.instance(caller.instance), caller.call.attribute(name)) {
                (Some(parent), Some(argument)) => {
                    let subject = format!("{}{name}", instance.prefix);
                    let scope = Scope { subject: &subject, ..Scope::new(engine, &parent, &argument.source, caller.each.as_ref()) };
                    Some(evaluate(&argument.expr, &scope, argument.at)?)
                }
                _ => None,
            },
            None => instance.given.get(name).cloned(),
        };
        let scope = Scope { subject: &subject, ..Scope::new(engine, instance, &block.source, None) };
        let default = || block.attribute("default").map(|default| evaluate(&default.expr, &scope, default.at)).transpose();
        let refuses_null = block
            .attribute("nullable")
            .is_some_and(|nullable| evaluate(&nullable.expr, &scope, nullable.at).is_ok_and(|node| node.value == Value::Bool(false)));
        let node = match argument {
            Some(node) if node.value != Value::Null || !refuses_null => Some(node),
            _ => default()?,
        };
        let node = match (node, block.attribute("type")) {
            (Some(node), Some(of)) => Some(convert::convert(node, &of.expr, &scope)?),
            (node, _) => node,
        };
        match node {
            Some(node) => Ok(marked(node, block, &format!("variable {name}"), &format!("{}var.{name}", instance.prefix), &scope)),
            None => {
                let why = format!("variable {name} has no default (give it with a .tfvars file)");
                Ok(Node::new(at, unknown(&why, &format!("{}var.{name}", instance.prefix))))
            }
        }
    })
}

/// An output of a module instance.
fn output_of(engine: &Engine, instance: &Rc<Instance>, name: &str) -> Result<Node, Stop> {
    let Some(block) = instance.module.outputs.get(name) else { return invalid(format!("{} has no output {name}", instance.prefix)) };
    let Some(attribute) = block.attribute("value") else { return invalid(format!("output {name} has no value")) };
    let subject = format!("{}output.{name}", instance.prefix);
    let scope = Scope { subject: &subject, ..Scope::new(engine, instance, &attribute.source, None) };
    engine.remember(instance, &format!("output.{name}"), &block.source, block.at, || {
        let node = evaluate(&attribute.expr, &scope, attribute.at)?;
        Ok(marked(node, block, &format!("output {name}"), &subject, &scope))
    })
}

/// The value of a variable or an output; sensitive if its block says `sensitive` or `ephemeral`
/// (<https://developer.hashicorp.com/terraform/language/manage-sensitive-data>), also if that is an unknown expression.
fn marked(node: Node, block: &Block, name: &str, inside: &str, scope: &Scope<'_>) -> Node {
    let marks = |mark: &str| {
        let mark = block.attribute(mark)?;
        Some(evaluate(&mark.expr, scope, mark.at).ok().and_then(|node| value::as_bool(&node.value)).unwrap_or(true))
    };
    let is_sensitive = ["sensitive", "ephemeral"].into_iter().any(|mark| marks(mark).unwrap_or(false));
    if is_sensitive { Node::new(node.at, node.value.sensitive(name, inside)) } else { node }
}

/// The `source` of a module call, if it is a path.
pub(super) fn local_source(call: &Block) -> Option<&str> {
    let source = match call.attribute("source")?.expr.as_ref() {
        Expr::Hcl(expression) => expression.as_str()?,
        Expr::Template(_, template) => template.as_single_element()?.as_literal()?.as_str(),
        _ => return None,
    };
    (source.starts_with("./") || source.starts_with("../") || source == "." || source == "..").then_some(source)
}

/// The instances of a module call, created at the first reference.
pub(super) fn children(engine: &Engine, instance: &Rc<Instance>, call: &str) -> Result<Rc<Children>, Stop> {
    if let Some(children) = instance.children.borrow().get(call) {
        return Ok(children.clone());
    }
    let Some(written) = instance.module.calls.get(call) else {
        return invalid(format!("{}module.{call} is not declared", instance.prefix));
    };
    let children = Rc::new(make_children(engine, instance, call, written)?);
    instance.children.borrow_mut().insert(call.to_string(), children.clone());
    Ok(children)
}

/// The key of a module in `terraform init`'s list: the names of the calls.
fn installed_key(engine: &Engine, instance: &Instance, call: &str) -> String {
    match &instance.caller {
        None => call.to_string(),
        Some(caller) => match engine.instance(caller.instance) {
            Some(parent) => format!("{}.{call}", installed_key(engine, &parent, caller.call.label(0))),
            None => call.to_string(),
        },
    }
}

fn make_children(engine: &Engine, instance: &Rc<Instance>, call: &str, written: &Resource) -> Result<Children, Stop> {
    let block = &written.block;
    let (folder, shown) = match (local_source(block), engine.installed.get(&installed_key(engine, instance, call))) {
        (Some(source), _) => match engine.boundary.folder(&instance.module.folder.join(source)) {
            Ok(folder) => (folder, join_shown(&instance.module.shown, source)),
            Err(refused) => return Ok(Children::Elsewhere(format!("module {call}: its folder {source} {refused}"))),
        },
        (None, Some(folder)) => {
            let below = folder.strip_prefix(&engine.root).unwrap_or(folder).to_string_lossy().into_owned();
            let shown = engine.instance(0).map(|root| join_shown(&root.module.shown, &below)).unwrap_or(below);
            (folder.clone(), shown)
        }
        (None, None) => {
            let why = "is not here: its source is not a path that begins with ./ or ../, and terraform init has not fetched it";
            return Ok(Children::Elsewhere(format!("module {call} {why}")));
        }
    };
    let mut above = Some(instance.clone());
    while let Some(outer) = above {
        if outer.module.folder == folder {
            let what = format!("a cycle: module.{call} of {}module.{call} is a module that it is in", instance.prefix);
            return Err(Stop::Fatal(block.error(what)));
        }
        above = outer.caller.as_ref().and_then(|caller| engine.instance(caller.instance));
    }
    let module = engine.module(folder, &shown)?;
    let instances = instances(engine, instance, block)?;
    let call_block = Rc::new(block.clone());
    let ignores: Rc<[Ignore]> = waivers::handed_down(written, instance.caller.as_ref().map(|caller| &*caller.ignores)).into();
    let mut ids = Vec::new();
    for (index, each) in instances.each() {
        let presence = match instances.as_ref() {
            Instances::NotKnown(why, _) => Some(why.clone()),
            _ => instance.presence.clone(),
        };
        let new = NewInstance {
            module: module.clone(),
            prefix: format!("{}module.{call}{index}.", instance.prefix),
            caller: Some(Caller { instance: instance.id, call: call_block.clone(), each, ignores: ignores.clone() }),
            given: BTreeMap::new(),
            presence,
        };
        ids.push((index, engine.add_instance(new).id));
    }
    Ok(Children::Local(instances, ids))
}

/// The instances of a resource or a module call in a module, by `count` or `for_each`.
pub(super) fn instances(engine: &Engine, instance: &Rc<Instance>, block: &Block) -> Result<Rc<Instances>, Stop> {
    let key = match block.kind.as_str() {
        "module" => format!("module.{}", block.label(0)),
        "data" => format!("data.{}", block.labels.join(".")),
        _ => block.labels.join("."),
    };
    let address = format!("{}{key}", instance.prefix);
    engine.remember_instances(instance, &key, || {
        let scope = Scope { subject: &address, ..Scope::new(engine, instance, &block.source, None) };
        let made = match (block.attribute("count"), block.attribute("for_each")) {
            (Some(_), Some(both)) => {
                let what = format!("{key} has both count and for_each");
                return Err(Stop::Fatal(error(&both.source.name, Some(both.at), what)));
            }
            (Some(count), None) => {
                let work = || Ok(scope.attribute(count)?);
                let node = engine.working_on(format!("{address} (count)"), &count.source, count.at, work)?;
                counted(node, &address)
            }
            (None, Some(for_each)) => {
                let work = || Ok(scope.attribute(for_each)?);
                let node = engine.working_on(format!("{address} (for_each)"), &for_each.source, for_each.at, work)?;
                keyed(node, &address)
            }
            (None, None) => Instances::One,
        };
        // Counted before they are created: `count` may be in the millions.
        engine.count(
            block,
            match &made {
                Instances::Count(count) => *count,
                Instances::Keys(keys) => keys.len(),
                Instances::One | Instances::NotKnown(..) => 1,
            },
        )?;
        Ok(made)
    })
}

fn counted(node: Node, address: &str) -> Instances {
    match as_number(&node.value) {
        Some(count) if count >= 0.0 && count.fract() == 0.0 => Instances::Count(count as usize),
        _ => {
            let why = uncertain("count", &node.value, address);
            let index = value::because(&why, &format!("{address}.count.index"));
            Instances::NotKnown(why, Each::Count(Node::new(node.at, index)))
        }
    }
}

fn keyed(node: Node, address: &str) -> Instances {
    let mut keys = match &node.value {
        Value::Map(entries) => entries.clone(),
        // A set of strings; each key is its own value.
        Value::List(items) if items.iter().all(|item| matches!(item.value, Value::Text(_))) => {
            items.iter().filter_map(|item| Some((value::scalar_text(&item.value)?, item.clone()))).collect()
        }
        other => {
            let why = uncertain("for_each", other, address);
            let part = |name: &str| Node::new(node.at, value::because(&why, &format!("{address}.each.{name}")));
            let value = match other {
                Value::Reference { id, attribute } if attribute.as_ref() == INSTANCES => Node::new(node.at, reference(id, WHOLE)),
                _ => part("value"),
            };
            let each = Each::Pair(part("key"), value);
            return Instances::NotKnown(why, each);
        }
    };
    keys.sort_by(|(left, _), (right, _)| left.cmp(right));
    keys.dedup_by(|(left, _), (right, _)| left == right);
    Instances::Keys(keys)
}

fn uncertain(argument: &str, value: &Value, address: &str) -> Value {
    let why = value::reason_in(value).map_or("it has a wrong type".to_string(), |reason| reason.to_string());
    unknown(&format!("{argument} of {address} is not known: {why}"), &format!("{address}.{argument}"))
}
