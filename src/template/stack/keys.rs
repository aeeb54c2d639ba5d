//! The KMS keys that values name: by reference, id, ARN or alias, or through a data source that looks the key up.

use super::{DEPTH, Entry, Stack, Text, find, is_alias};
use crate::inventory::arn::Partition;
use crate::template::declaration::{Declaration, Node, Value};
use crate::template::types::{self, Table};

/// What a KMS key value names.
pub struct Key {
    pub arn: String,
    /// Its declaration, when the template has it.
    pub declared: Option<usize>,
    /// The name of an alias behind `alias/`, when that is how the key is named.
    pub alias: Option<String>,
}

impl Stack<'_> {
    /// The key that a value of a resource names, in any of the ways that AWS takes: key id, key ARN, alias name, alias ARN.
    ///
    /// # Errors
    /// Why the value is not known at all.
    pub fn key(&self, node: &Node, user: &Entry) -> Result<Option<Key>, Vec<String>> {
        self.key_at(node, user, DEPTH)
    }

    fn key_at(&self, node: &Node, user: &Entry, depth: u8) -> Result<Option<Key>, Vec<String>> {
        if let Value::Unknown(unknown) = &node.value {
            return Err(vec![unknown.reason.to_string()]);
        }
        let Some(depth) = depth.checked_sub(1) else { return Err(vec!["the key's alias names itself".to_owned()]) };
        if let Value::Reference { id, .. } = &node.value
            && let Some(alias) = self.by_id.get(id.as_ref()).filter(|declaration| is_alias(declaration))
        {
            return self.alias_target(alias, user, depth);
        }
        if let Some((data, argument)) = self.data_source_of_key(node) {
            return match find(&data.body, argument) {
                Some(name) => self.key_at(name, user, depth),
                None => Err(vec![format!("{} names no key", data.id)]),
            };
        }
        let Some(Text { text, unknown }) = self.text(node).filter(|text| !text.text.is_empty()) else { return Ok(None) };
        let is_key = |table: &'static Table| table.type_name == "AWS::KMS::Key";
        if let Some(found) = self.named(node, is_key)
            && let Some(entry) = self.entries.get(found)
        {
            return Ok(Some(Key { arn: self.arn(entry).text, declared: Some(found), alias: None }));
        }
        let alias = text.strip_prefix("alias/").or_else(|| text.split_once(":alias/").map(|(_, name)| name));
        if let Some(name) = alias {
            if let Some(alias) = self.aliases.get(&format!("alias/{name}")) {
                return self.alias_target(alias, user, depth);
            }
            let arn = if text.starts_with("arn:") { text.clone() } else { self.kms_arn(&format!("alias/{name}"), user) };
            return Ok(Some(Key { arn, declared: None, alias: Some(name.to_owned()) }));
        }
        // A reference to something that is no key of the template, or nothing but a symbol, names no key yet.
        if text.starts_with("${") && !unknown.is_empty() {
            return Err(unknown);
        }
        let arn = if text.starts_with("arn:") { text } else { self.kms_arn(&format!("key/{text}"), user) };
        Ok(Some(Key { arn, declared: None, alias: None }))
    }

    /// The data source that a value is an attribute of, and its argument that names the key.
    fn data_source_of_key(&self, node: &Node) -> Option<(&Declaration, &'static str)> {
        let Value::Reference { id, .. } = &node.value else { return None };
        let data = self.by_id.get(id.as_ref())?;
        types::kms::DATA_SOURCES.iter().find(|(type_name, _)| *type_name == data.type_name).map(|(_, argument)| (*data, *argument))
    }

    fn alias_target(&self, alias: &Declaration, user: &Entry, depth: u8) -> Result<Option<Key>, Vec<String>> {
        match find(&alias.body, "TargetKeyId|target_key_id") {
            Some(node) => self.key_at(node, user, depth),
            None => Err(vec![format!("alias {} names no key", alias.id)]),
        }
    }

    fn kms_arn(&self, what: &str, user: &Entry) -> String {
        let (region, account) = (self.region_of(user).text, self.account_of(user).text);
        format!("arn:{}:kms:{region}:{account}:{what}", Partition::of_region(&region).name)
    }
}
