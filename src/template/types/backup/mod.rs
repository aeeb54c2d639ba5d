//! AWS Backup: plans, selections, vaults, restore testing, Backup Audit Manager.

pub(super) mod audit_manager;
pub(super) mod plan;
pub(super) mod restore_testing;
pub(super) mod selection;
pub(super) mod vault;
