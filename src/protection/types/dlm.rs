//! Amazon Data Lifecycle Manager.

use crate::inventory::types::{ResourceType, dlm};
use crate::protection::facts::LifecyclePolicyFacts;
use crate::protection::lifecycle_policy::lifecycle_policy_facts;
use crate::protection::subject::Subject;
use schemars::schema_for;

pub static LIFECYCLE_POLICY: Subject = Subject {
    info: &dlm::LifecyclePolicy::INFO,
    facts: |context, resource| lifecycle_policy_facts(context.join, resource),
    schema: || schema_for!(LifecyclePolicyFacts),
    declared: &["targets", "role_exists", "role_assumable", "scope_accounts"],
};
