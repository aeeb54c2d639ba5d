//! Accounts and Regions.

use crate::inventory::types::{ResourceType, account};
use crate::protection::account::account_facts;
use crate::protection::facts::{AccountFacts, RegionFacts};
use crate::protection::region::region_facts;
use crate::protection::subject::Subject;
use schemars::schema_for;

pub static ACCOUNT: Subject = Subject {
    info: &account::Account::INFO,
    facts: |context, resource| account_facts(context.join, resource),
    schema: || schema_for!(AccountFacts),
    declared: &[],
};

pub static REGION: Subject = Subject {
    info: &account::Region::INFO,
    facts: |context, _| region_facts(context.join, context.links, context.data),
    schema: || schema_for!(RegionFacts),
    declared: &["selected_types"],
};
