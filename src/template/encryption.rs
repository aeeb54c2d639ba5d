//! Encryption at rest and its KMS key, for every type with these four properties: `encrypted`, `kms_key_arn`, `key_manager`, `key_state`.

use super::convert::{Built, Outcome, Scope};
use super::declaration::Node;
use super::table::{Paths, Table};
use super::types::kms::{self, KEY_PROPERTIES};
use crate::inventory::types::KeyManager;
use serde_json::{Value as Json, json};

/// How a type declares its encryption.
pub struct Encryption {
    /// The switch; `None` if the service encrypts everything and the inventory's type has no `encrypted`.
    pub flag: Option<Flag>,
    /// Who manages the key when the switch is off; `None` if the data is not encrypted then.
    pub off: Option<KeyManager>,
    /// Who manages the key when the switch is on and the template names no key.
    pub on: KeyManager,
    pub key: Paths,
}

/// The switch of the encryption.
pub struct Flag {
    pub at: Paths,
    /// The default if the template does not set it.
    pub absent: fn(&Scope) -> Outcome<Switch>,
    /// Where the template names the source of the data. The resource takes the source's encryption unless it sets the switch.
    pub copied_from: Paths,
    /// Whether it takes the source's encryption even if it sets the switch.
    pub source_wins: fn(&Scope) -> Outcome<bool>,
}

/// The switch decides, whatever the source of the data is.
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

/// The state of a resource's switch.
pub fn switch_of(scope: &Scope, encryption: &Encryption) -> Outcome<Switch> {
    encryption.flag.as_ref().map_or(Ok(Switch::On), |flag| switch(scope, flag, scope.find(flag.at)))
}

/// Off by default.
pub fn off(_: &Scope) -> Outcome<Switch> {
    Ok(Switch::Off)
}

/// The state of the switch.
pub enum Switch {
    On,
    Off,
    /// Encrypted with a key that the service owns, whatever key the template names.
    Owned,
}

/// The source of the data, if that decides its encryption.
fn source<'s>(scope: &Scope<'s, '_>, flag: &Flag, at: Option<&Node>) -> Outcome<Option<&'s Node>> {
    let source = scope.find(flag.copied_from);
    Ok(if at.is_none() || (source.is_some() && (flag.source_wins)(scope)?) { source } else { None })
}

/// The declared source, if it has the same type and no source itself.
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
        return Err(scope.taken_over("the encryption", source));
    }
    let Some(node) = at else { return (flag.absent)(scope) };
    Ok(if scope.bool(node)? { Switch::On } else { Switch::Off })
}

/// Fills the four properties from the switch and the key.
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
            let facts = key.and_then(|node| kms::named_key(scope, node));
            for (property, fact) in KEY_PROPERTIES.into_iter().zip(facts.into_iter().flatten()) {
                built.properties.remove(property);
                built.set(property, fact);
            }
        }
    }
}

/// The properties of a resource's encryption.
const PROPERTIES: [&str; 4] = ["encrypted", "kms_key_arn", "key_manager", "key_state"];

/// Copies the encryption of the source that a value names; `fill` fills that of a declared source.
pub fn take_over(
    scope: &Scope,
    source: Paths,
    is_source: impl Fn(&'static Table) -> bool,
    fill: impl Fn(&Scope, &mut Built),
    built: &mut Built,
) {
    let Some(node) = scope.find(source) else { return set_unknown(&["its source is not set".to_owned()], built) };
    let found = scope.stack.named(node, is_source).and_then(|found| scope.stack.entries.get(found)).filter(|entry| !entry.is(scope.entry));
    let Some(entry) = found else { return set_unknown(&scope.taken_over("the encryption", node), built) };
    let mut of_source = Built::default();
    fill(&Scope { stack: scope.stack, entry, node: &entry.body }, &mut of_source);
    for property in PROPERTIES {
        match of_source.properties.get(property) {
            Some(value) => built.set(property, Ok(value.clone())),
            None => built.set(property, Err(of_source.unknown.get(property).cloned().unwrap_or_default())),
        }
    }
}

/// Makes all four properties unknown.
pub fn set_unknown(reasons: &[String], built: &mut Built) {
    PROPERTIES.iter().for_each(|property| built.set(property, Err(reasons.to_vec())));
}
