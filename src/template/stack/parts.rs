//! Resources that hold a part of another resource, such as `aws_s3_bucket_versioning`: joins them to their owner.

use super::{Entry, Stack, find};
use crate::template::declaration::{DESTROYED, Declaration, Node, PRESENCE, Position, Unknown, Value, names_data_source};
use crate::template::file_names::is_terraform;
use crate::template::table::{Part, Table, pick};
use crate::template::types;
use std::path::Path;

/// The key of a part's own id in its body.
pub const PART_ID: &str = "+id";

/// Why a name may refer to another resource.
const ONLY_NAMED: &str = "only its name identifies it, and several Regions and accounts may have a resource of that name";

impl Stack<'_> {
    /// Joins every part to its owner.
    pub(super) fn join_parts(&mut self, declarations: &[Declaration]) {
        let mut joined = Vec::new();
        let mut in_doubt: Vec<(&'static Table, &'static Part, Node)> = Vec::new();
        for declaration in declarations {
            for (table, part) in types::parts_of(&declaration.type_name) {
                let (mut owners, mut perhaps, mut doubt) = (Vec::new(), Vec::new(), None);
                for parent in part.names_of_owners(&declaration.body) {
                    let (certain, others) = self.owners(parent, table, part, declaration);
                    if certain.is_empty() && self.may_begin_with(parent, part.prefix) {
                        doubt = doubt.or_else(|| self.may_name_any(parent));
                    }
                    owners.extend(certain);
                    perhaps.extend(others);
                }
                for found in [&mut owners, &mut perhaps] {
                    found.sort_unstable();
                    found.dedup();
                }
                if declaration.setting(DESTROYED).is_some() {
                    owners.into_iter().for_each(|owner| self.take_out(owner, part));
                    continue;
                }
                joined.extend(perhaps.into_iter().map(|owner| (owner, part.key, belongs_perhaps(declaration, ONLY_NAMED))));
                // One part with an unknown owner puts all owners in doubt.
                if let Some(why) = doubt.filter(|_| !in_doubt.iter().any(|(of, other, _)| *of == table && other.key == part.key)) {
                    in_doubt.push((table, part, belongs_perhaps(declaration, &why)));
                }
                let body = part_body(declaration);
                joined.extend(owners.into_iter().map(|owner| (owner, part.key, body.clone())));
            }
        }
        // A configuration file that cannot be read may contain any part.
        let unread = declarations.iter().filter_map(Declaration::unread_file);
        if let Some(file) = unread.map(|error| error.file).find(|file| is_terraform(Path::new(file))) {
            let of_terraform = |part: &&'static Part| part.types.iter().any(|name| name.starts_with("aws"));
            for table in types::all() {
                in_doubt.extend(table.parts.iter().filter(of_terraform).map(|part| (table, part, held_perhaps(&file))));
            }
        }
        for (owner, key, body) in joined {
            self.add_part(owner, key, body);
        }
        // A part with an unknown owner may belong to any resource that lacks such a part, or that may have several.
        for (table, part, body) in in_doubt {
            for owner in 0..self.entries.len() {
                let lacks = |entry: &Entry| entry.table == table && (!part.prefix.is_empty() || entry.body.get(part.key).is_none());
                if self.entries.get(owner).is_some_and(lacks) {
                    self.add_part(owner, part.key, body.clone());
                }
            }
        }
    }

    fn add_part(&mut self, owner: usize, key: &str, body: Node) {
        let Some(Value::Map(entries)) = self.entries.get_mut(owner).map(|entry| &mut entry.body.value) else { return };
        match entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, Node { value: Value::List(bodies), .. })) => bodies.push(body),
            _ => entries.push((key.to_owned(), Node::new(body.at, Value::List(vec![body])))),
        }
    }

    /// Removes what the state shows of a part that the plan destroys.
    fn take_out(&mut self, owner: usize, part: &Part) {
        if let Some(Value::Map(entries)) = self.entries.get_mut(owner).map(|entry| &mut entry.body.value) {
            entries.retain(|(name, _)| name != part.inline);
        }
    }

    /// Why a value that refers to no resource of the stack may refer to one after all. Data sources read existing resources.
    fn may_name_any(&self, node: &Node) -> Option<String> {
        let text = match &node.value {
            Value::List(nodes) => return nodes.iter().find_map(|node| self.may_name_any(node)),
            Value::Reference { id, .. } if self.entry_by_id.contains_key(id.as_ref()) => return None,
            _ => self.text(node)?,
        };
        text.unknown.first().filter(|_| !is_of_data_source(&text.text) && !self.own_symbols_only(&text.text)).cloned()
    }

    /// The declared resources of a table that a value of a part refers to by reference, name or ARN; and those of that name that may be
    /// in the part's Region and account. A resource elsewhere is another one of the same name.
    fn owners(&self, node: &Node, table: &'static Table, part: &Part, declaration: &Declaration) -> (Vec<usize>, Vec<usize>) {
        let nodes = match &node.value {
            Value::List(nodes) => nodes.iter().collect(),
            _ => vec![node],
        };
        let (mut owners, mut perhaps) = (Vec::new(), Vec::new());
        for node in nodes {
            let text = if part.prefix.is_empty() {
                let Some(first) = self.named(node, |candidate| candidate == table) else { continue };
                let text = self.text(node).map(|text| text.text).unwrap_or_default();
                // Bucket names are global, and replicated backups in another Region name their source by ARN.
                if matches!(node.value, Value::Reference { .. }) || text.starts_with("arn:") || !table.identity.arn.contains("{region}") {
                    owners.push(first);
                    continue;
                }
                text
            } else {
                let Some(name) = self.name_after(node, part) else { continue };
                name
            };
            let of_name = |(_, entry): &(usize, &Entry)| {
                self.physical_id(entry).text == text || super::given_by_aws(entry.declaration).any(|id| id == text)
            };
            let named =
                self.entries_of_table(table).filter(of_name).map(|(found, entry)| (found, self.together(declaration, entry.declaration)));
            let named: Vec<(usize, Option<bool>)> = named.collect();
            match named.iter().find(|(_, together)| *together == Some(true)) {
                Some((found, _)) => owners.push(*found),
                None => {
                    perhaps.extend(named.iter().filter(|(_, together)| together.is_none()).map(|(found, _)| *found));
                    if !part.prefix.is_empty() {
                        perhaps.extend(self.entries_of_table(table).filter(|(_, entry)| self.has_open_name(entry)).map(|(found, _)| found));
                    }
                }
            }
        }
        (owners, perhaps)
    }

    /// The name after the part's prefix, as in `table/NAME/index/INDEX`. A part may also refer to another part, which names the owner.
    fn name_after(&self, node: &Node, part: &Part) -> Option<String> {
        let other = match &node.value {
            Value::Reference { id, .. } => self.by_id.get(id.as_ref()).and_then(|other| find(&other.body, part.parent)),
            _ => None,
        };
        let text = self.text(other.unwrap_or(node))?.text;
        let name = text.strip_prefix(part.prefix)?;
        Some(name.split_once('/').map_or(name, |(name, _)| name).to_owned())
    }

    /// Whether the template gives the resource a name that is not known.
    fn has_open_name(&self, entry: &Entry) -> bool {
        let name = find(&entry.body, pick(&entry.table.identity.name, entry.declaration.language));
        name.is_some_and(|node| self.text(node).is_none_or(|text| !text.unknown.is_empty()))
    }

    /// Whether a value may begin with a prefix: nothing says otherwise.
    fn may_begin_with(&self, node: &Node, prefix: &str) -> bool {
        let text = self.text(node).map(|text| text.text).unwrap_or_default();
        prefix.is_empty() || text.starts_with("${") || text.starts_with(prefix)
    }

    fn entries_of_table(&self, table: &'static Table) -> impl Iterator<Item = (usize, &Entry<'_>)> {
        self.entries_of_type(table.type_name).filter(move |(_, entry)| entry.table == table)
    }
}

/// Whether a symbol stands for a value from a data source.
fn is_of_data_source(symbol: &str) -> bool {
    symbol.strip_prefix("${").is_some_and(names_data_source)
}

/// A part's body, with its own `region` (that of a replica) and its id under `+id`. The body of a part that may not exist is unknown.
fn part_body(declaration: &Declaration) -> Node {
    if let Some(why) = declaration.setting(PRESENCE) {
        return why.clone();
    }
    let mut body = declaration.body.clone();
    if let Value::Map(entries) = &mut body.value {
        entries.push((PART_ID.to_owned(), Node::new(declaration.at, Value::Text(declaration.id.clone()))));
    }
    body
}

/// A part that an unreadable file may contain.
fn held_perhaps(file: &str) -> Node {
    let reason = format!("{file} may set it but cannot be read");
    Node::new(Position::default(), Value::Unknown(Unknown::new(reason, format!("${{{file}}}"))))
}

/// A part with an unknown owner.
fn belongs_perhaps(declaration: &Declaration, why: &str) -> Node {
    let reason = format!("whether {} belongs to it: {why}", declaration.id);
    Node::new(declaration.at, Value::Unknown(Unknown::new(reason, format!("${{{}}}", declaration.id))))
}
