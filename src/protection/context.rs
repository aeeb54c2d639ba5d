//! The context in which the facts of a shard's resources are worked out.

use super::aws_backup::BackedUpAs;
use super::data_type::{DataType, Holder};
use super::index::Index;
use super::plan_reach::Plans;
use super::summaries::Summaries;
use crate::inventory::{GLOBAL, Resource};
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};

/// What the join of one resource needs.
pub struct Join<'a> {
    pub index: &'a Index<'a>,
    pub plans: &'a Plans<'a>,
    pub summaries: &'a Summaries,
    /// The shard's data resources by ARN.
    pub existing: &'a HashMap<&'a str, &'a Resource>,
    pub data_types: &'static [&'static DataType],
    /// What the policy names as restore automation, by ARN.
    pub automations: &'a [String],
    pub as_of: DateTime<Utc>,
}

impl<'a> Join<'a> {
    /// Whether the audit read every enabled Region of an account. The account's own shard lists them.
    pub fn every_region_read(&self, account: &str) -> bool {
        self.summaries.get(account, GLOBAL).is_some_and(|global| {
            !global.enabled_regions.is_empty() && global.enabled_regions.iter().all(|region| self.summaries.get(account, region).is_some())
        })
    }

    /// The table of a resource's type; `None` if the type holds no data.
    pub fn data_type(&self, resource: &Resource) -> Option<&'static DataType> {
        self.data_types.iter().copied().find(|data_type| data_type.info.name == resource.type_name)
    }

    /// The AWS Backup type of a resource.
    pub fn backed_up_as(&self, resource: &Resource) -> Option<BackedUpAs> {
        self.data_type(resource)?.backed_up_as(resource)
    }

    /// The name of a resource's AWS Backup type; empty if AWS Backup does not support it.
    pub fn backup_type(&self, resource: &Resource) -> &'static str {
        self.backed_up_as(resource).map_or("", |known| known.aws_backup.name)
    }

    /// The moment since when a resource's ARN has belonged to this resource (see [`DataType::named_since`]).
    pub fn named_since(&self, resource: &Resource) -> Option<DateTime<Utc>> {
        self.data_type(resource)?.named_since(resource)
    }

    /// The resources whose backups include a resource, each with the moment since when they do.
    pub fn holders_of(&self, resource: &Resource) -> Vec<Holder<'a>> {
        self.data_type(resource).map(|data_type| (data_type.held_by)(self.index, resource)).unwrap_or_default()
    }

    /// The type of the resources that an ARN, or a pattern of ARNs, may name.
    pub fn type_of_arn(&self, arn: &str) -> Option<&'static DataType> {
        self.data_types.iter().copied().find(|data_type| data_type.arn.is_of(arn))
    }

    /// The operation that lists every resource that an ARN may name, if the inventory includes it. An ARN without account and Region, such
    /// as a bucket's, may name a resource in another Region.
    pub fn listing_of(&self, arn: &str) -> Option<&'static str> {
        self.type_of_arn(arn).filter(|data_type| data_type.arn.names_place).map(|data_type| data_type.info.operation)
    }

    /// The operations that list data resources, as far as they were to be read.
    pub fn data_listings(&self) -> impl Iterator<Item = &'static str> {
        let coverage = &self.index.shard.coverage;
        self.data_types.iter().map(|data_type| data_type.info).filter(|info| coverage.covers(info)).map(|info| info.operation)
    }

    /// The accounts of the list that the audit also covers.
    pub fn audited_accounts<'n>(&self, accounts: impl Iterator<Item = &'n str>) -> Vec<String> {
        let found: BTreeSet<&str> = accounts.filter(|account| self.summaries.has_account(account)).collect();
        found.into_iter().map(str::to_owned).collect()
    }
}
