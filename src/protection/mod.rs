//! The heart: joins plans, selections, schedules, recovery points, copies, snapshots, jobs and restore tests to each resource of a
//! shard, in one pass over maps by ARN. Knows no AWS SDK type and no rule.
//!
//! From the ground up:
//! - what is found out ([`facts`]), and readings that know nothing of other evidence ([`schedule`], [`selection`], [`resource_policy`]);
//! - one shard's evidence by ARN ([`index`]), what shards leave behind for each other ([`summary`], [`summaries`]), and why something is not known
//!   (`unread`);
//! - what all resources are joined with (`context`), and one resource (`case`);
//! - a file for each part of a data resource's protection, put together in `data`, and a file for each other subject;
//! - `join`, which tells them apart.
//!
//! A file uses files below it and never this one.

mod account;
mod backup_keys;
mod backup_plan;
mod backup_selection;
mod bucket;
mod case;
mod context;
mod copies;
mod data;
mod databases;
mod dlm_mechanisms;
mod explanation;
pub mod facts;
pub mod index;
mod jobs;
mod join;
mod key;
pub mod ledger;
mod lifecycle_policy;
mod links;
mod listing;
mod mechanisms;
pub mod opt_in;
mod plan_reach;
mod points;
mod recovery_point;
mod region;
pub mod reproducible;
pub mod resource_policy;
mod restore_testing;
mod restore_testing_plan;
mod restore_testing_selection;
mod restores;
pub mod schedule;
pub mod selection;
mod shareable;
mod state;
pub mod summaries;
pub mod summary;
mod title;
mod unread;
mod unread_evidence;
mod vault;

pub use data::Owed;
pub use databases::is_cluster_member;
pub use join::join;
pub use ledger::Ledger;
pub use region::{is_being_deleted, is_counted};
pub use summaries::Summaries;
pub use summary::{Summary, summarise};
pub use unread::{is_unplaced, tag_sources, why_unread};
