//! Types that rules of the core already name, but that no source collects yet.

use crate::inventory::types::{ResourceType, services};
use crate::protection::backup_type::BackupType;
use crate::protection::facts::{NoFacts, Protection};
use crate::protection::subject::Subject;
use schemars::schema_for;

/// Rules name its facts as those of data. Nothing is known of it: it is not judged as data.
pub static VIRTUAL_MACHINE: Subject =
    Subject { info: &services::VirtualMachine::INFO, facts: |_, _| NoFacts {}.into(), schema: || schema_for!(Protection), declared: &[] };

pub static REDSHIFT_CLUSTER_SNAPSHOT: BackupType = BackupType {
    info: &services::RedshiftClusterSnapshot::INFO,
    snapshot: |_, _| None,
    shared_with: Some(|resource| Some(&resource.get::<services::RedshiftClusterSnapshot>()?.shared_with)),
    summarise: |_, _| {},
};
