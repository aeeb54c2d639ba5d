//! Resources that are neither data nor backups, and have their own facts: plans, vaults, keys, Regions, accounts. No field has a default.

use super::context::Join;
use super::facts::Facts;
use super::links::Links;
use crate::inventory::Resource;
use crate::inventory::types::TypeInfo;
use schemars::Schema;

/// A resource type with facts of its own.
pub struct Subject {
    pub info: &'static TypeInfo,
    pub facts: fn(&SubjectContext, &Resource) -> Facts,
    /// The JSON Schema of the facts.
    pub schema: fn() -> Schema,
    /// The facts that a template can show; all others depend on time.
    pub declared: &'static [&'static str],
}

/// The input from which the facts of a subject are computed.
pub struct SubjectContext<'j, 'a> {
    pub join: &'j Join<'a>,
    pub links: &'j Links<'a>,
    /// The data resources of the shard, with their facts, and whether they need no backup.
    pub data: &'j [(&'a Resource, &'j Facts, bool)],
}
