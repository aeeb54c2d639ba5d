//! AWS Key Management Service.

use crate::inventory::types::{ResourceType, kms};
use crate::protection::facts::KeyFacts;
use crate::protection::key::key_facts;
use crate::protection::subject::Subject;
use schemars::schema_for;

pub static KEY: Subject = Subject {
    info: &kms::Key::INFO,
    facts: |context, resource| key_facts(context.join, resource),
    schema: || schema_for!(KeyFacts),
    declared: &["used_by", "used_by_count", "used_by_backups"],
};
