//! Joins the declarations of one stack: adds parts to their owners, follows references, determines names and ARNs. Knows no property of
//! the inventory.

mod parts;
mod paths;
mod places;

use super::Options;
use super::cloud_control::is_property;
use super::declaration::{DESTROYED, Declaration, Language, Node, PROVIDER_ACCOUNT, PROVIDER_REGION, Value, names_data_source};
use super::table::Table;
use super::types;
use crate::inventory::arn::Partition;
use crate::inventory::is_symbolic;
pub use parts::PART_ID;
pub use paths::{find, find_blocks};
use places::{ARN_ACCOUNT, ARN_REGION, most_common, part_of_given_arn};
use std::collections::HashMap;

/// Maximum depth of references and names that refer to each other.
const DEPTH: u8 = 12;

/// A text in which symbols stand for unknown parts, with the reasons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    pub text: String,
    pub unknown: Vec<String>,
}

/// A declaration of a type that the inventory has.
pub struct Entry<'d> {
    pub declaration: &'d Declaration,
    pub table: &'static Table,
    /// The body. The bodies of its parts are lists under the part's key.
    pub body: Node,
}

impl Entry<'_> {
    /// Whether both are the same resource. Ids are unique in a stack.
    pub fn is(&self, other: &Entry) -> bool {
        self.declaration.id == other.declaration.id
    }
}

/// The declarations of one stack.
pub struct Stack<'d> {
    pub options: &'d Options,
    pub entries: Vec<Entry<'d>>,
    /// Everything declared, by id.
    by_id: HashMap<&'d str, &'d Declaration>,
    entry_by_id: HashMap<&'d str, usize>,
    /// By the ids and ARNs that AWS assigned to existing resources of Terraform.
    entries_by_given: HashMap<&'d str, Vec<usize>>,
    entries_by_type: HashMap<&'static str, Vec<usize>>,
    /// By their future names and ARNs; `None` until all entries are added.
    entries_by_text: Option<HashMap<String, Vec<usize>>>,
    /// Declarations of aliases, by the name of the alias.
    aliases: HashMap<String, &'d Declaration>,
    /// The Region of most resources' providers, if the options name none.
    provider_region: Option<&'d str>,
    /// The account of most resources' providers, if all of them name theirs.
    provider_account: Option<&'d str>,
    /// Whether the ARNs that AWS assigned belong to several Regions, and to several accounts.
    given_differ: [bool; 2],
}

impl<'d> Stack<'d> {
    /// Joins the declarations.
    pub fn new(declarations: &'d [Declaration], options: &'d Options) -> Self {
        let mut stack = Stack {
            options,
            entries: Vec::new(),
            by_id: HashMap::new(),
            entry_by_id: HashMap::new(),
            entries_by_given: HashMap::new(),
            entries_by_type: HashMap::new(),
            entries_by_text: None,
            aliases: HashMap::new(),
            provider_region: most_common(declarations, PROVIDER_REGION),
            provider_account: most_common(declarations, PROVIDER_ACCOUNT)
                .filter(|_| declarations.iter().all(|declaration| declaration.setting(PROVIDER_ACCOUNT).is_some())),
            given_differ: [ARN_REGION, ARN_ACCOUNT].map(|part| {
                let mut parts = declarations.iter().filter_map(|declaration| part_of_given_arn(declaration, part));
                parts.next().is_some_and(|first| parts.any(|other| other != first))
            }),
        };
        for declaration in declarations.iter().filter(|declaration| declaration.setting(DESTROYED).is_none()) {
            stack.by_id.entry(&declaration.id).or_insert(declaration);
            if let Some(table) = types::table_of(declaration) {
                stack.entry_by_id.entry(&declaration.id).or_insert(stack.entries.len());
                for given in given_by_aws(declaration) {
                    stack.entries_by_given.entry(given).or_default().push(stack.entries.len());
                }
                stack.entries_by_type.entry(table.type_name).or_default().push(stack.entries.len());
                stack.entries.push(Entry { declaration, table, body: declaration.body.clone() });
            }
        }
        stack.entries_by_text = Some(stack.texts());
        for declaration in declarations {
            let name = types::aliases_of(&declaration.type_name).and_then(|aliases| find(&declaration.body, aliases.name));
            if let Some(name) = name.and_then(|node| stack.text(node)) {
                stack.aliases.entry(name.text).or_insert(declaration);
            }
        }
        stack.join_parts(declarations);
        stack
    }

    /// Every entry by its name and by its ARN, except selections, which nothing refers to.
    fn texts(&self) -> HashMap<String, Vec<usize>> {
        let mut texts: HashMap<String, Vec<usize>> = HashMap::with_capacity(self.entries.len() * 2);
        for (at, entry) in self.entries.iter().enumerate().filter(|(_, entry)| entry.table.identity.parent.is_none()) {
            for text in [self.physical_id(entry).text, self.arn(entry).text] {
                texts.entry(text).or_default().push(at);
            }
        }
        texts
    }

    /// The declared resource that a value names by reference, name or ARN.
    pub fn named(&self, node: &Node, of: impl Fn(&'static Table) -> bool) -> Option<usize> {
        if let Value::Reference { id, .. } = &node.value
            && let Some(found) = self.entry_by_id.get(id.as_ref())
            && of(self.entries.get(*found)?.table)
        {
            return Some(*found);
        }
        if let Value::Reference { id, attribute } = &node.value
            && attribute.as_ref() == "id"
            && let Some(declared) = self.by_id.get(id.as_ref())
            && let Some(split_off) = types::split_off_of(&declared.type_name)
        {
            return self.named(find(&declared.body, split_off.argument)?, of);
        }
        let text = self.text(node)?.text;
        if let Some(found) = self.given(&text, &of) {
            return Some(found);
        }
        let candidates = self.entries_by_text.as_ref()?.get(&text)?;
        candidates.iter().copied().find(|found| self.entries.get(*found).is_some_and(|entry| of(entry.table)))
    }

    /// The existing resource of Terraform to which AWS assigned this id or ARN.
    fn given(&self, text: &str, of: impl Fn(&'static Table) -> bool) -> Option<usize> {
        let entries = self.entries_by_given.get(text)?;
        entries.iter().copied().find(|found| self.entries.get(*found).is_some_and(|entry| of(entry.table)))
    }

    /// An ARN in the form that this stack uses: the known ARN of an existing resource of the stack is replaced by the one with symbols.
    pub fn own_arn(&self, arn: String) -> String {
        let own = self.given(&arn, |_| true).and_then(|found| self.entries.get(found));
        own.map_or(arn, |entry| self.arn(entry).text)
    }

    /// The declaration with an id.
    pub fn declaration(&self, id: &str) -> Option<&'d Declaration> {
        self.by_id.get(id).copied()
    }

    /// The declaration of the alias with this name.
    pub fn alias(&self, name: &str) -> Option<&'d Declaration> {
        self.aliases.get(name).copied()
    }

    /// The entry of a declaration.
    pub fn entry(&self, id: &str) -> Option<&Entry<'d>> {
        self.entry_by_id.get(id).and_then(|found| self.entries.get(*found))
    }

    /// The entries of an inventory type.
    pub fn entries_of_type<'s>(&'s self, type_name: &'s str) -> impl Iterator<Item = (usize, &'s Entry<'d>)> {
        let found = self.entries_by_type.get(type_name).into_iter().flatten();
        found.filter_map(|found| Some((*found, self.entries.get(*found)?)))
    }

    /// Whether a text contains no symbols except those of the account and the Region, which are in the resource's ARN as well.
    pub fn own_symbols_only(&self, text: &str) -> bool {
        !text.replace(self.account(), "").replace(self.region(), "").contains("${")
    }

    /// The ARN that a value refers to: that of a declared resource, or the literal one.
    ///
    /// # Errors
    /// Why it is not known. A symbol cannot stand for a completely unknown ARN, because an ARN says which account and Region it belongs
    /// to.
    pub fn arn_value(&self, node: &Node, type_name: &str) -> Result<String, Vec<String>> {
        if let Some(entry) = self.named(node, |table| table.type_name == type_name).and_then(|found| self.entries.get(found)) {
            return Ok(self.arn(entry).text);
        }
        match self.text(node) {
            Some(text) if text.unknown.is_empty() || text.text.starts_with("arn:") => Ok(text.text),
            Some(text) => Err(text.unknown),
            None => Err(vec![format!("the value at line {} is not an ARN", node.at.line)]),
        }
    }

    /// The name that the template gives a resource.
    pub fn name(&self, entry: &Entry) -> Option<Text> {
        let path = entry.table.identity.name_of(entry.declaration.language);
        let name = self.text(find(&entry.declaration.body, path)?).filter(|name| !name.text.is_empty());
        if entry.table.identity.named_by_arn { name.map(name_in_arn) } else { name }
    }

    /// The id in the resource's ARN and the value of `Ref`: its name, or a symbol if AWS chooses it.
    pub fn physical_id(&self, entry: &Entry) -> Text {
        self.physical_id_at(entry, DEPTH)
    }

    fn physical_id_at(&self, entry: &Entry, depth: u8) -> Text {
        let identity = &entry.table.identity;
        let path = identity.name_of(entry.declaration.language);
        let name = find(&entry.declaration.body, path).filter(|_| identity.named && depth > 0);
        let name = name.and_then(|node| self.text_at(node, depth - 1)).filter(|name| !name.text.is_empty());
        let name = if identity.named_by_arn { name.map(name_in_arn) } else { name };
        name.unwrap_or_else(|| chosen_by_aws(&entry.declaration.id))
    }

    /// The ARN that AWS will assign to a resource.
    pub fn arn(&self, entry: &Entry) -> Text {
        self.arn_at(entry, DEPTH)
    }

    fn arn_at(&self, entry: &Entry, depth: u8) -> Text {
        let id = match entry.table.identity.parent {
            None => self.physical_id_at(entry, depth),
            Some(parent) => {
                let parent = parent(self, entry);
                let own = if entry.table.identity.named { self.physical_id_at(entry, depth) } else { entry.declaration.id.as_str().into() };
                return Text { text: format!("{}/selection/{}", parent.text, own.text), unknown: [parent.unknown, own.unknown].concat() };
            }
        };
        self.arn_of(entry.table, &id, entry)
    }

    /// The ARN for a table and a physical id, in the Region and account of another resource.
    pub fn arn_of(&self, table: &Table, id: &Text, beside: &Entry) -> Text {
        let (region, account) = (self.region_of(beside), self.account_of(beside));
        let mut unknown = id.unknown.clone();
        let pattern = table.identity.arn;
        if pattern.contains("{region}") {
            unknown.extend(region.unknown.iter().cloned());
        }
        if pattern.contains("{account}") {
            unknown.extend(account.unknown);
        }
        let text = pattern
            .replace("{partition}", Partition::of_region(&region.text).name)
            .replace("{region}", &region.text)
            .replace("{account}", &account.text)
            .replace("{id}", &id.text);
        Text { text, unknown }
    }

    /// The ARN of the resource of a type to which a value refers by reference, id, name or ARN.
    pub fn arn_named(&self, node: &Node, type_name: &str, of: &Entry) -> Option<Text> {
        if let Some(entry) = self.named(node, |table| table.type_name == type_name).and_then(|found| self.entries.get(found)) {
            return Some(self.arn(entry));
        }
        let text = self.text(node)?;
        if text.text.starts_with("arn:") {
            return Some(text);
        }
        types::tables_of(type_name).next().map(|table| self.arn_of(table, &text, of))
    }

    /// A value as text; `None` for null, lists and maps.
    pub fn text(&self, node: &Node) -> Option<Text> {
        self.text_at(node, DEPTH)
    }

    fn text_at(&self, node: &Node, depth: u8) -> Option<Text> {
        Some(match &node.value {
            Value::Text(text) => text.as_str().into(),
            Value::Bool(value) => value.to_string().as_str().into(),
            Value::Number(value) => value.to_string().as_str().into(),
            Value::Reference { id, attribute } => self.attribute(id, attribute, depth),
            Value::Concat(parts) => {
                let mut all = Text::default();
                for part in parts {
                    let part = self.text_at(part, depth)?;
                    all.text.push_str(&part.text);
                    all.unknown.extend(part.unknown);
                }
                all
            }
            Value::Unknown(unknown) => self.symbol(&unknown.symbol, &unknown.reason),
            Value::Null | Value::List(_) | Value::Map(_) => return None,
        })
    }

    /// The text for a symbol. Several symbols stand for the account, the Region and the partition.
    fn symbol(&self, symbol: &str, reason: &str) -> Text {
        let name = symbol.trim_start_matches("${").trim_end_matches('}');
        let data = |source: &str, attributes: &[&str]| {
            name.split_once(source).is_some_and(|(before, rest)| {
                (before.is_empty() || before.ends_with('.')) && attributes.iter().any(|attribute| rest.ends_with(attribute))
            })
        };
        if name == "AWS::AccountId" || data("data.aws_caller_identity.", &[".account_id", ".id"]) {
            return self.own(self.account(), self.options.account.is_some(), "account");
        }
        if name == "AWS::Region" || data("data.aws_region.", &[".name", ".region", ".id"]) {
            return self.own(self.region(), self.options.region.is_some(), "Region");
        }
        if name == "AWS::Partition" || data("data.aws_partition.", &[".partition", ".id"]) {
            return Partition::of_region(self.main_region()).name.into();
        }
        Text { text: symbol.to_owned(), unknown: vec![reason.to_owned()] }
    }

    /// The value of an attribute of a declared resource.
    fn attribute(&self, id: &str, attribute: &str, depth: u8) -> Text {
        let own_id = matches!(attribute, "Ref" | "id");
        // The Cloud Control provider uses snake case for CloudFormation's attributes, and `id` for `Ref`.
        let is_called = |name: &str| name == attribute || is_property(attribute, name);
        let symbol = || if own_id { chosen_by_aws(id) } else { chosen_by_aws(&format!("{id}.{attribute}")) };
        let Some(depth) = depth.checked_sub(1) else { return symbol() };
        let argument = self.by_id.get(id).filter(|_| !is_secret(attribute)).and_then(|declaration| declaration.body.get(attribute));
        let argument = argument.filter(|node| !matches!(node.value, Value::Unknown(_) | Value::List(_) | Value::Map(_)));
        if let Some(text) = argument.and_then(|node| self.text_at(node, depth)) {
            return text;
        }
        let Some(entry) = self.entry(id) else { return symbol() };
        let (identity, language) = (&entry.table.identity, entry.declaration.language);
        let of_arn = identity.ref_is_arn && own_id && (attribute == "Ref" || language == Language::CloudControl);
        if of_arn || is_called("Arn") || identity.arns.iter().any(|arn| is_called(arn)) {
            return self.arn_at(entry, depth);
        }
        let is_id = own_id || identity.ids.iter().any(|id| is_called(id));
        let name = identity.name_of(language);
        if is_id || name.split('|').filter_map(|name| name.rsplit('.').next()).any(is_called) {
            return if identity.named || is_id { self.physical_id_at(entry, depth) } else { self.name(entry).unwrap_or_else(symbol) };
        }
        symbol()
    }
}

/// The id and the ARN of an existing resource in plans and states.
pub fn given_by_aws(declaration: &Declaration) -> impl Iterator<Item = &str> {
    let attributes = if declaration.language == Language::CloudFormation { &[] } else { ["id", "arn"].as_slice() };
    attributes.iter().filter_map(|attribute| match &declaration.body.get(attribute)?.value {
        Value::Text(text) if !text.is_empty() => Some(text.as_str()),
        _ => None,
    })
}

/// Whether the provider's schema marks an attribute as sensitive (hashicorp/aws: `password`, `master_password`, `auth_token`, …): another
/// resource that refers to it must not show it.
fn is_secret(attribute: &str) -> bool {
    let lower = attribute.to_ascii_lowercase();
    ["password", "auth_token", "secret", "secret_string"].iter().any(|end| lower.ends_with(end))
}

/// The name at the end of an ARN, whose account and Region may be unknown.
fn name_in_arn(arn: Text) -> Text {
    match arn.text.rsplit_once('/').filter(|_| arn.text.starts_with("arn:")) {
        Some((_, name)) if is_symbolic(name) => Text { text: name.to_owned(), unknown: arn.unknown },
        Some((_, name)) => name.into(),
        None => arn,
    }
}

fn chosen_by_aws(id: &str) -> Text {
    let when = if names_data_source(id) { "is read when Terraform plans" } else { "is known after deployment" };
    Text { text: format!("${{{id}}}"), unknown: vec![format!("{id} {when}")] }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text { text: text.to_owned(), unknown: Vec::new() }
    }
}
