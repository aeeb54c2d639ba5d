//! The core: joins plans, selections, schedules, recovery points, copies, snapshots, jobs and restore tests to each resource of a shard, in
//! one pass over maps by ARN. Knows no AWS SDK type and no rule.
//!
//! From the ground up:
//! - the facts ([`facts`]), and parsers that need no other evidence ([`schedule`], [`selection`], [`resource_policy`]);
//! - what AWS Backup does for its resource types (`aws_backup`);
//! - one shard's evidence by ARN ([`index`]), what shards leave behind for each other ([`summary`], [`summaries`]), and why a fact is not
//!   known (`unread`);
//! - one resource (`case`), the tables that describe a type (`data_type`, `backup_type`), and the context of every join (`context`);
//! - a file for each part of a data resource's protection, put together in `data`, and a file for each other subject;
//! - `types`: the tables of each type. No other file names a type;
//! - `join`, which works through a shard by these tables.
//!
//! A file uses files below it and never this one.

mod account;
mod automation;
mod aws_backup;
mod backup;
mod backup_keys;
mod backup_plan;
mod backup_selection;
mod backup_type;
mod bucket;
mod case;
mod considered;
mod context;
mod copies;
mod data;
mod data_type;
mod dlm_mechanisms;
mod explanation;
pub mod facts;
mod held_in;
pub mod index;
mod jobs;
mod join;
mod key;
pub mod ledger;
mod lifecycle_policy;
mod links;
mod mechanisms;
pub mod opt_in;
mod outside_access;
mod plan_reach;
mod point;
mod points;
mod proposal;
mod recovery_point;
mod region;
pub mod resource_policy;
mod restore_testing;
mod restore_testing_plan;
mod restore_testing_selection;
mod restores;
mod role;
pub mod schedule;
pub mod selection;
mod sources;
mod stack;
mod state;
mod subject;
pub mod summaries;
pub mod summary;
mod title;
mod types;
mod unread;
mod unread_evidence;
mod vault;

pub use considered::TOLD as CONSIDERED_TOLD;
pub use data::Owed;
pub use join::{join, summarise};
pub use ledger::Ledger;
pub use proposal::{Proposal, proposals};
pub use sources::operations;
pub use summaries::Summaries;
pub use summary::Summary;
pub use types::{
    aws_backup_types, data_types, declared_facts, facts_schema, held_in_parts, holds_no_data, is_being_deleted, is_cluster_member,
    is_counted, is_data, perhaps_reproducible, reproducible_by_nature,
};
pub use unread::{is_unplaced, why_unread};
