//! The context that the facts of every resource of a shard are worked out in.

use super::index::Index;
use super::plan_reach::Plans;
use super::summaries::Summaries;
use crate::inventory::{GLOBAL, Resource};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashSet};

/// What the join of one resource needs.
pub struct Join<'a> {
    pub index: &'a Index<'a>,
    pub plans: &'a Plans<'a>,
    pub summaries: &'a Summaries,
    /// ARNs of the shard's data resources.
    pub existing: &'a HashSet<&'a str>,
    pub as_of: DateTime<Utc>,
}

impl<'a> Join<'a> {
    /// Whether every Region of an account that is enabled was read. The account's own shard lists them.
    pub fn every_region_read(&self, account: &str) -> bool {
        self.summaries.get(account, GLOBAL).is_some_and(|global| {
            !global.enabled_regions.is_empty() && global.enabled_regions.iter().all(|region| self.summaries.get(account, region).is_some())
        })
    }

    /// The instances that a volume is attached to, with the moment since when their backups hold it.
    pub fn instances_of(&self, resource: &Resource) -> Vec<(&'a Resource, Option<DateTime<Utc>>)> {
        let Some(volume) = self.index.volumes.get(resource.id.as_str()).filter(|volume| volume.resource.arn == resource.arn) else {
            return Vec::new();
        };
        let attachments = volume.properties.attachments.read().into_iter().flatten();
        let instance = |id: &str| Some(self.index.instances.get(id)?.resource);
        attachments
            .filter_map(|attachment| {
                Some((instance(&attachment.instance_id)?, resource.created_at.max(attachment.attached_at.present().copied())))
            })
            .collect()
    }

    /// Those of the accounts that are audited too.
    pub fn audited_accounts<'n>(&self, accounts: impl Iterator<Item = &'n str>) -> Vec<String> {
        let found: BTreeSet<&str> = accounts.filter(|account| self.summaries.has_account(account)).collect();
        found.into_iter().map(str::to_owned).collect()
    }
}
