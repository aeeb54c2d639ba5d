//! Amazon Glacier: vaults. They hold archives, which are backups and owe none.

use crate::inventory::types::{ResourceType, glacier};
use crate::protection::facts::AccessFacts;
use crate::protection::outside_access::outside_access;
use crate::protection::subject::Subject;
use schemars::schema_for;

pub static VAULT: Subject = Subject {
    info: &glacier::Vault::INFO,
    facts: |context, resource| AccessFacts { outside_access: outside_access(context.join, resource).into() }.into(),
    schema: || schema_for!(AccessFacts),
    declared: &["outside_access"],
};
