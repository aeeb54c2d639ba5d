//! Whether a Region's opt-in settings stop AWS Backup from backing up a selected resource. May not know selections' contents.
//!
//! Sources, in the AWS Backup developer guide: "Select AWS services to backup" and "Assign resources with AWS CLI":
//! - assignments by tag, by service name or of everything follow the opt-in of the resource type;
//! - an assignment that names the resource type is backed up whatever the opt-in says, except for types that share one form of
//!   ARN: "Aurora and RDS Clusters share the ARN format `arn:aws:rds:::cluster:*`", Neptune and DocumentDB with them, and the
//!   FSx file systems. For those the opt-in of the type must be on.
//!
//! "What is AWS Backup?" lists Multi-AZ DB clusters (engine `mysql` or `postgres`) under RDS, not under Aurora.

use super::aws_backup::AwsBackup;
use super::index::Index;
use super::selection::Reach;
use super::unread::why_unread;
use crate::inventory::types::{ResourceType, account};
use crate::inventory::{DEPLOYED, Fact, Resource, Shard, arn};
use std::collections::BTreeMap;

/// Whether opt-in settings block a resource that a selection reaches in this way. A type that the settings do not name is opted in.
/// `arn_overrides` means that naming a resource of this type overrides an opt-in that is off.
pub fn blocked(opt_in: &BTreeMap<String, bool>, aws_backup: &AwsBackup, reach: Reach, arn_overrides: bool) -> bool {
    let overridden = reach == Reach::Explicit && arn_overrides;
    opt_in.get(aws_backup.name) == Some(&false) && !overridden
}

/// From AWS Backup resource type to opt-in.
type OptIn = Fact<BTreeMap<String, bool>>;

/// The opt-in settings that apply to the selections of a shard.
pub struct OptIns<'s> {
    shard: &'s Shard,
    opt_in: OptIn,
    /// The Region's settings were read.
    opt_in_told: bool,
    /// The settings of other Regions and accounts, which only a template can declare besides its own.
    elsewhere: Vec<(&'s Resource, OptIn)>,
    /// The settings, if a template declares them.
    declared: Option<&'s Resource>,
    opt_in_unread: Vec<String>,
}

impl<'s> OptIns<'s> {
    /// Reads the settings of a shard.
    pub fn new(index: &Index<'s>) -> Self {
        // In a template, other settings of the Region are resources of their own.
        let opt_in_of = |region: &Resource| region.get::<account::Region>().map(|region| region.opt_in.clone()).unwrap_or_default();
        let says = |region: &Resource| !opt_in_of(region).is_unread() || why_unread(index.shard, region, "opt_in") != [DEPLOYED];
        let is_here = |region: &&Resource| region.region == index.shard.region && region.account == index.shard.account;
        let (here, elsewhere): (Vec<&Resource>, Vec<&Resource>) =
            index.shard.of_type(account::Region::INFO.name).filter(|region| says(region)).partition(is_here);
        let region = here.first().copied();
        let mut opt_in = region.map(opt_in_of).unwrap_or_default();
        let opt_in_told = !opt_in.is_unread();
        let mut opt_in_unread = index.missing(&["backup:DescribeRegionSettings"]);
        match region.filter(|region| region.declared.is_some() && !opt_in_told) {
            Some(region) => opt_in_unread.extend(why_unread(index.shard, region, "opt_in")),
            // Few templates declare the Region's settings: without them, selections count as if the Region were opted in.
            None if index.shard.coverage.template && !opt_in_told => opt_in = Fact::Read(BTreeMap::new()),
            None => {}
        }
        if !opt_in_told && (opt_in_unread.is_empty() || index.shard.coverage.is_template_alone()) {
            opt_in_unread.push(match index.shard.coverage.template {
                true => DEPLOYED.to_owned(),
                false => "the inventory has no opt-in settings of the Region".to_owned(),
            });
        }
        OptIns {
            shard: index.shard,
            opt_in,
            opt_in_told,
            elsewhere: elsewhere.into_iter().map(|region| (region, opt_in_of(region))).collect(),
            declared: region.filter(|region| region.declared.is_some()),
            opt_in_unread,
        }
    }

    /// The Region's opt-in for a type. `Err` has the reasons why it is not known.
    pub fn of_type(&self, backup_type: &str) -> Result<bool, &[String]> {
        match self.opt_in.read() {
            Some(map) if self.opt_in_told => Ok(map.get(backup_type).copied().unwrap_or(true)),
            _ => Err(&self.opt_in_unread),
        }
    }

    /// The opt-in settings of a selection's Region, or the reasons why they are not known.
    pub fn of_selection(&self, selection: &Resource) -> Result<&BTreeMap<String, bool>, Vec<String>> {
        static OPTED_IN: BTreeMap<String, bool> = BTreeMap::new();
        let found = self.elsewhere.iter().find(|(region, _)| arn::apart(region, selection) == Fact::Read(false));
        match found {
            Some((region, opt_in)) => opt_in.read().ok_or_else(|| why_unread(self.shard, region, "opt_in")),
            None if self.declared.is_some_and(|region| arn::apart(region, selection) == Fact::Read(true)) => Ok(&OPTED_IN),
            None => self.opt_in.read().ok_or_else(|| self.opt_in_unread.clone()),
        }
    }
}
