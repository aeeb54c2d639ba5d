//! Encryption at rest and its KMS key, for every type that has both: `encrypted`, `kms_key_arn`, `key_manager`, `key_state`.

use super::Paths;
use crate::inventory::types::KeyManager;
use crate::template::convert::{Built, Outcome, Scope};
use crate::template::declaration::Node;
use serde_json::{Value as Json, json};

/// How a type declares its encryption.
pub struct Encryption {
    /// The switch; `None` where everything is encrypted and the inventory's type has no `encrypted`.
    pub flag: Option<Flag>,
    /// Who manages the key when the switch is off; `None` where there is no encryption then.
    pub off: Option<KeyManager>,
    /// Who manages the key when it is on and no key is named.
    pub on: KeyManager,
    pub key: Paths,
}

/// The switch of the encryption.
pub struct Flag {
    pub at: Paths,
    /// What holds when it is not written.
    pub absent: fn(&Scope) -> Outcome<Switch>,
    /// Where a source of the data is named, whose encryption it takes over unless the switch is set.
    pub copied_from: Paths,
    /// Whether it takes that over even where the switch is set, which then says nothing.
    pub source_wins: fn(&Scope) -> Outcome<bool>,
}

/// The switch holds, whatever the data is made from.
pub fn switch_wins(_: &Scope) -> Outcome<bool> {
    Ok(false)
}

/// Fills the four properties.
pub fn fill(scope: &Scope, encryption: &Encryption, built: &mut Built) {
    let flag_at = encryption.flag.as_ref().and_then(|flag| scope.find(flag.at));
    built.place("encrypted", flag_at);
    let flag = switch_of(scope, encryption);
    let of_source = encryption.flag.as_ref().and_then(|of| declared_source(scope, of, source(scope, of, flag_at).ok()??));
    let key = scope.find(encryption.key).or_else(|| of_source.as_ref()?.find(encryption.key));
    apply(scope, flag, encryption.off, encryption.on, key, built);
    if encryption.flag.is_none() {
        built.properties.remove("encrypted");
    }
}

/// What the switch of a resource says.
pub fn switch_of(scope: &Scope, encryption: &Encryption) -> Outcome<Switch> {
    encryption.flag.as_ref().map_or(Ok(Switch::On), |flag| switch(scope, flag, scope.find(flag.at)))
}

/// Not encrypted unless it is written.
pub fn off(_: &Scope) -> Outcome<Switch> {
    Ok(Switch::Off)
}

/// What the switch says.
pub enum Switch {
    On,
    Off,
    /// Encrypted under the key that the service owns, whatever key is named.
    Owned,
}

/// What the data is made from, where that decides its encryption.
fn source<'s>(scope: &Scope<'s, '_>, flag: &Flag, at: Option<&Node>) -> Outcome<Option<&'s Node>> {
    let source = scope.find(flag.copied_from);
    Ok(if at.is_none() || (source.is_some() && (flag.source_wins)(scope)?) { source } else { None })
}

/// A source of the same type that the template declares, and that is made from nothing itself.
fn declared_source<'s, 'd>(scope: &Scope<'s, 'd>, flag: &Flag, source: &Node) -> Option<Scope<'s, 'd>> {
    let found = scope.stack.named(source, |table| table == scope.entry.table)?;
    let entry = scope.stack.entries.get(found).filter(|entry| !entry.is(scope.entry))?;
    let of_source = Scope { stack: scope.stack, entry, node: &entry.body };
    of_source.find(flag.copied_from).is_none().then_some(of_source)
}

fn switch(scope: &Scope, flag: &Flag, at: Option<&Node>) -> Outcome<Switch> {
    if let Some(source) = source(scope, flag, at)? {
        if let Some(of_source) = declared_source(scope, flag, source) {
            return switch(&of_source, flag, of_source.find(flag.at));
        }
        let source = scope.text(source).map(|text| text.text).unwrap_or_default();
        return Err(vec![format!("the encryption is that of {source}, which it is made from")]);
    }
    let Some(node) = at else { return (flag.absent)(scope) };
    Ok(if scope.bool(node)? { Switch::On } else { Switch::Off })
}

/// Fills the four properties from what is known of switch and key.
pub fn apply(scope: &Scope, flag: Outcome<Switch>, off: Option<KeyManager>, on: KeyManager, key: Option<&Node>, built: &mut Built) {
    built.place("kms_key_arn", key);
    built.place("key_manager", key);
    let none = |built: &mut Built, encrypted: bool, manager: Option<KeyManager>| {
        built.set("encrypted", Ok(encrypted.into()));
        built.set("kms_key_arn", Ok(Json::Null));
        built.set("key_manager", Ok(json!(manager)));
        built.set("key_state", Ok(Json::Null));
    };
    match flag {
        Err(reasons) if off.is_none() => {
            for property in ["encrypted", "kms_key_arn", "key_manager", "key_state"] {
                built.set(property, Err(reasons.clone()));
            }
        }
        Err(reasons) => {
            built.set("encrypted", Ok(true.into()));
            for property in ["kms_key_arn", "key_manager", "key_state"] {
                built.set(property, Err(reasons.clone()));
            }
        }
        Ok(Switch::Off) => none(built, off.is_some(), off),
        Ok(Switch::Owned) => none(built, true, Some(KeyManager::AwsOwned)),
        Ok(Switch::On) => {
            none(built, true, Some(on));
            named_key(scope, key, built);
        }
    }
}

/// The key that a value names, over what holds without one.
fn named_key(scope: &Scope, key: Option<&Node>, built: &mut Built) {
    let Some(node) = key else { return };
    let found = match scope.stack.key(node, scope.entry) {
        Ok(Some(found)) => found,
        Ok(None) => return,
        Err(reasons) => {
            for property in ["kms_key_arn", "key_manager", "key_state"] {
                built.properties.remove(property);
                built.set(property, Err(reasons.clone()));
            }
            return;
        }
    };
    let manager = match (&found.declared, &found.alias) {
        (Some(_), _) => Ok(json!(KeyManager::Customer)),
        // Customers cannot make aliases that begin with alias/aws/ (KMS API, CreateAlias).
        (None, Some(alias)) if alias.starts_with("aws/") => Ok(json!(KeyManager::Aws)),
        (None, Some(_)) => Ok(json!(KeyManager::Customer)),
        (None, None) => Err(vec![format!("whether {} is a customer key cannot be told from the template", found.arn)]),
    };
    let aws = found.alias.as_ref().is_some_and(|alias| alias.starts_with("aws/"));
    let state = match found.declared.and_then(|key| scope.stack.entries.get(key)) {
        Some(entry) => super::kms::state(&Scope { stack: scope.stack, entry, node: &entry.body }),
        // Nobody can disable or delete a key that AWS manages.
        None if aws => Ok(Json::Null),
        None => Err(vec![format!("the state of {}, a key outside the template", found.arn)]),
    };
    built.properties.remove("key_manager");
    built.properties.remove("key_state");
    built.set("kms_key_arn", Ok(found.arn.into()));
    built.set("key_manager", manager);
    built.set("key_state", state);
}

/// Who manages the key that a value names, and its ARN; for keys of copies.
pub fn key_of(scope: &Scope, node: &Node) -> (Outcome, Outcome) {
    let [arn, manager, _] = key_facts(scope, node);
    (arn, manager)
}

/// ARN, manager and state of the key that a value names.
pub fn key_facts(scope: &Scope, node: &Node) -> [Outcome; 3] {
    let mut built = Built::default();
    named_key(scope, Some(node), &mut built);
    KEY_PROPERTIES.map(|property| match (built.properties.remove(property), built.unknown.remove(property)) {
        (_, Some(reasons)) => Err(reasons),
        (value, None) => Ok(value.unwrap_or(Json::Null)),
    })
}

/// What is told of a key.
pub const KEY_PROPERTIES: [&str; 3] = ["kms_key_arn", "key_manager", "key_state"];
