//! The state of an evaluation: module instances, cached values, detection of cycles, and the limits that keep any input from running
//! forever.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::location::Location;
use super::modules::{self, Module};
use super::providers::Providers;
use super::syntax::Block;
use super::text::{Source, error};
use super::value;
use crate::template::boundary::Boundary;
use crate::template::declaration::{Ignore, Node, Position, TemplateError, Value};

/// Maximum depth of expressions within expressions, through locals, variables and modules.
const DEPTH: usize = 400;
/// Maximum number of nodes in all values: a value that doubles in every local would fill the memory.
const NODES: usize = 8_000_000;
/// Maximum number of instances of all resources and modules.
const INSTANCES: usize = 100_000;

/// Why an expression has no value.
#[derive(Debug)]
pub(super) enum Stop {
    /// Nothing can be said about the module.
    Fatal(TemplateError),
    /// Terraform refuses the expression (a missing key, a wrong type). `try` and `can` go on; elsewhere the value is unknown.
    Invalid(String),
}

impl From<TemplateError> for Stop {
    fn from(error: TemplateError) -> Self {
        Stop::Fatal(error)
    }
}

pub(super) fn invalid<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Invalid(why.into()))
}

/// `count.index`, or `each.key` and `each.value`.
#[derive(Debug, Clone)]
pub(super) enum Each {
    Count(Node),
    Pair(Node, Node),
}

/// The instances of a resource or a module call.
#[derive(Debug)]
pub(super) enum Instances {
    One,
    Count(usize),
    /// Sorted by key, with the value of each.
    Keys(Vec<(String, Node)>),
    /// `count` or `for_each` is unknown, for this reason: one instance stands for all, at the address without an index.
    NotKnown(Value, Each),
}

impl Instances {
    /// For each instance: its index as in an address (`[0]`, `["a"]` or empty), and its `count` or `each` values.
    pub(super) fn each(&self) -> Vec<(String, Option<Each>)> {
        let at = Position::default();
        match self {
            Instances::One => vec![(String::new(), None)],
            Instances::Count(count) => (0..*count)
                .map(|index| (format!("[{index}]"), Some(Each::Count(Node::new(at, Value::Number((index as u64).into()))))))
                .collect(),
            Instances::Keys(keys) => keys
                .iter()
                .map(|(key, node)| (format!("[{}]", value::quoted(key)), Some(Each::Pair(Node::new(at, value::text(key)), node.clone()))))
                .collect(),
            Instances::NotKnown(_, each) => vec![(String::new(), Some(each.clone()))],
        }
    }
}

/// A module at an address.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) id: usize,
    pub(super) module: Rc<Module>,
    /// `module.a[0].`; empty for the root module.
    pub(super) prefix: String,
    pub(super) caller: Option<Caller>,
    /// Variable values that were given from outside; for the root module only.
    pub(super) given: BTreeMap<String, Node>,
    /// Why the instance may not exist.
    pub(super) presence: Option<Value>,
    pub(super) providers: Providers,
    pub(super) children: RefCell<BTreeMap<String, Rc<Children>>>,
    remembered: RefCell<BTreeMap<String, Node>>,
    resources: RefCell<BTreeMap<String, Rc<Instances>>>,
}

/// Where a module instance is called.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) instance: usize,
    pub(super) call: Rc<Block>,
    pub(super) each: Option<Each>,
    /// The waivers of this call and of those above it.
    pub(super) ignores: Rc<[Ignore]>,
}

/// The instances of a module call.
#[derive(Debug)]
pub(super) enum Children {
    /// With their index as in an address.
    Local(Rc<Instances>, Vec<(String, usize)>),
    /// The module is not available, for this reason.
    Elsewhere(String),
}

/// The argument of [`Engine::add_instance`].
pub(super) struct NewInstance {
    pub(super) module: Rc<Module>,
    pub(super) prefix: String,
    pub(super) caller: Option<Caller>,
    pub(super) given: BTreeMap<String, Node>,
    pub(super) presence: Option<Value>,
}

/// The state of an evaluation.
#[derive(Debug, Default)]
pub(super) struct Engine {
    /// What may be read.
    pub(super) boundary: Boundary,
    /// The root module's folder, and the modules that `terraform init` fetched for it.
    pub(super) root: PathBuf,
    pub(super) installed: BTreeMap<String, PathBuf>,
    modules: RefCell<BTreeMap<PathBuf, Rc<Module>>>,
    instances: RefCell<Vec<Rc<Instance>>>,
    working: RefCell<Vec<String>>,
    depth: Cell<usize>,
    nodes: Cell<usize>,
    counted: Cell<usize>,
    locations: RefCell<BTreeMap<String, Rc<Location>>>,
}

impl Engine {
    /// An engine for the root module in a folder.
    pub(super) fn new(boundary: &Boundary, root: &Path) -> Self {
        let (boundary, installed) = (boundary.clone(), modules::installed(boundary, root));
        Engine { boundary, root: root.to_path_buf(), installed, ..Engine::default() }
    }

    pub(super) fn instance(&self, id: usize) -> Option<Rc<Instance>> {
        self.instances.borrow().get(id).cloned()
    }

    pub(super) fn add_instance(&self, new: NewInstance) -> Rc<Instance> {
        let id = self.instances.borrow().len();
        let caller = new.caller.as_ref().and_then(|caller| Some((self.instance(caller.instance)?, caller.call.clone())));
        let handed_down = caller.as_ref().map(|(instance, call)| (&instance.providers, call.as_ref()));
        let instance = Rc::new(Instance {
            id,
            providers: super::providers::known_to(&new.module, (id, &new.prefix), handed_down),
            module: new.module,
            prefix: new.prefix,
            caller: new.caller,
            given: new.given,
            presence: new.presence,
            children: RefCell::default(),
            remembered: RefCell::default(),
            resources: RefCell::default(),
        });
        self.instances.borrow_mut().push(instance.clone());
        instance
    }

    /// A module; each folder is read once.
    pub(super) fn module(&self, folder: PathBuf, shown: &str) -> Result<Rc<Module>, TemplateError> {
        if let Some(module) = self.modules.borrow().get(&folder) {
            return Ok(module.clone());
        }
        let module = Rc::new(Module::load(&self.boundary, &folder, shown)?);
        self.modules.borrow_mut().insert(folder, module.clone());
        Ok(module)
    }

    /// The errors of files that could not be read so far.
    pub(super) fn unread(&self) -> Vec<TemplateError> {
        self.modules.borrow().values().flat_map(|module| module.unread.clone()).collect()
    }

    /// One level deeper.
    pub(super) fn deeper<T>(&self, source: &Source, at: Position, work: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
        if self.depth.get() >= DEPTH {
            return Err(Stop::Fatal(error(
                &source.name,
                Some(at),
                format!("expressions depend on each other over more than {DEPTH} levels"),
            )));
        }
        self.depth.set(self.depth.get() + 1);
        let result = work();
        self.depth.set(self.depth.get() - 1);
        result
    }

    /// Counts a value that was created or copied.
    pub(super) fn spend(&self, source: &Source, at: Position, nodes: usize) -> Result<(), TemplateError> {
        self.nodes.set(self.nodes.get().saturating_add(nodes));
        if self.nodes.get() > NODES {
            return Err(error(&source.name, Some(at), format!("the values of this module take more than {NODES} parts")));
        }
        Ok(())
    }

    /// Counts instances.
    pub(super) fn count(&self, block: &Block, instances: usize) -> Result<(), TemplateError> {
        self.counted.set(self.counted.get().saturating_add(instances));
        if self.counted.get() > INSTANCES {
            return Err(block.error(format!("more than {INSTANCES} instances of resources and modules")));
        }
        Ok(())
    }

    /// Whether something is under evaluation, so that a reference to it would be a cycle.
    pub(super) fn is_working_on(&self, name: &str) -> bool {
        self.working.borrow().iter().any(|working| working == name)
    }

    /// Evaluates something under a name. A reference to it during its evaluation is a cycle.
    pub(super) fn working_on<T>(
        &self,
        name: String,
        source: &Source,
        at: Position,
        work: impl FnOnce() -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        if let Some(first) = self.working.borrow().iter().position(|working| *working == name) {
            let cycle: Vec<String> = self.working.borrow().iter().skip(first).cloned().chain([name]).collect();
            return Err(Stop::Fatal(error(&source.name, Some(at), format!("a cycle: {}", cycle.join(" → ")))));
        }
        self.working.borrow_mut().push(name);
        let result = work();
        self.working.borrow_mut().pop();
        result
    }

    /// The value of a local, a variable or an output; evaluated once. What Terraform refuses is unknown.
    pub(super) fn remember(
        &self,
        instance: &Instance,
        key: &str,
        source: &Source,
        at: Position,
        work: impl FnOnce() -> Result<Node, Stop>,
    ) -> Result<Node, Stop> {
        if let Some(node) = instance.remembered.borrow().get(key) {
            return Ok(node.clone());
        }
        let name = format!("{}{key}", instance.prefix);
        let node = match self.working_on(name.clone(), source, at, work) {
            Ok(node) => node,
            Err(Stop::Invalid(why)) => Node::new(at, value::unknown(&why, &name)),
            Err(fatal) => return Err(fatal),
        };
        instance.remembered.borrow_mut().insert(key.to_string(), node.clone());
        Ok(node)
    }

    /// The Region and account of a provider block; evaluated once.
    pub(super) fn remember_location(
        &self,
        (instance, block): (usize, &Block),
        work: impl FnOnce() -> Result<Location, TemplateError>,
    ) -> Result<Rc<Location>, TemplateError> {
        let key = format!("{instance} {}:{}:{}", block.source.name, block.at.line, block.at.column);
        if let Some(location) = self.locations.borrow().get(&key) {
            return Ok(location.clone());
        }
        let location = Rc::new(work()?);
        self.locations.borrow_mut().insert(key, location.clone());
        Ok(location)
    }

    /// The instances of a resource; evaluated once.
    pub(super) fn remember_instances(
        &self,
        instance: &Instance,
        key: &str,
        work: impl FnOnce() -> Result<Instances, Stop>,
    ) -> Result<Rc<Instances>, Stop> {
        if let Some(instances) = instance.resources.borrow().get(key) {
            return Ok(instances.clone());
        }
        let instances = Rc::new(work()?);
        instance.resources.borrow_mut().insert(key.to_string(), instances.clone());
        Ok(instances)
    }
}
