//! The account: how many backups it has, and which of them lie outside it.

use super::context::Join;
use super::facts::{AccountFacts, Facts, RegionData};
use crate::inventory::{GLOBAL, Outcome, Resource, arn, unless};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The facts of an account: sums over its shards.
pub fn account_facts(join: &Join, resource: &Resource) -> Facts {
    let shards = || join.summaries.of_account(&resource.account).filter(|summary| summary.region != GLOBAL);
    let own_vaults: i64 = shards().map(|summary| summary.air_gapped_vaults).sum();
    let backups: i64 = shards().map(|summary| summary.own_backups).sum();
    let mut reasons: Vec<String> = shards().flat_map(|summary| summary.backups_unread.iter().cloned()).collect();
    if !join.every_region_read(&resource.account) {
        reasons.push(format!("not every Region of {} that is enabled was read", resource.account));
    }
    let mut air_gapped_copies = 0;
    let past = |at: &DateTime<Utc>| *at <= join.as_of;
    let mut newest = shards().filter_map(|summary| summary.newest_air_gapped_at).filter(past).max();
    let mut unlooked = Vec::new();
    let mut unconfirmed = Vec::new();
    for (vault, at) in shards().flat_map(|summary| &summary.copied_out) {
        // A copy job counts only where the audit's scope excludes the vault. Where the audit read the vault, the copy itself shows, or is
        // gone; where the audit could not read the vault, the copy is in doubt.
        let destination = join.summaries.get(arn::account(vault), arn::region(vault));
        match destination.map(|summary| &summary.vaults_unread) {
            Some(unread) => {
                unconfirmed.extend(unread.iter().map(|reason| (*at, reason.clone())));
                unlooked.extend(unread.iter().cloned());
            }
            None => {
                newest = newest.max(Some(*at).filter(past));
                unlooked.push(format!("{vault} was not read"));
            }
        }
    }
    // A backup seen in another account's vault is evidence whether or not AWS Backup still lists the copy job.
    for outside in join.summaries.outside(&resource.account) {
        newest = newest.max(Some(outside.created_at).filter(past));
        air_gapped_copies += i64::from(outside.air_gapped);
    }
    // A copy in doubt matters only if it would be newer than the newest copy seen.
    let newer = unconfirmed.into_iter().filter(|(at, _)| past(at) && newest.is_none_or(|newest| newest < *at));
    let newer: BTreeSet<String> = newer.map(|(_, reason)| reason).collect();
    let newer = Vec::from_iter(newer);
    let newest_age = newest.map(|newest| (join.as_of - newest).num_seconds());
    // A count above zero stands as it is; a count of zero needs every answer.
    let found = |count: i64, more: &[String]| -> Outcome<i64> {
        if count > 0 { Ok(count) } else { unless([reasons.as_slice(), more].concat(), count) }
    };
    AccountFacts {
        air_gapped_vaults: found(own_vaults, &[]).into(),
        air_gapped_copies: found(air_gapped_copies, &unlooked).into(),
        backups: found(backups, &[]).into(),
        newest_outside_age_seconds: unless([reasons.as_slice(), &newer].concat(), newest_age).into(),
        data_regions: data_regions(join, &resource.account).into(),
    }
    .into()
}

/// The Regions of an account, and whether each holds data.
fn data_regions(join: &Join, account: &str) -> Outcome<Vec<RegionData>> {
    let Some(global) = join.summaries.get(account, GLOBAL) else {
        return Err(vec![format!("the enabled Regions of {account} were not read")]);
    };
    let read = join.summaries.of_account(account).map(|summary| summary.region.as_str()).filter(|region| *region != GLOBAL);
    let regions: BTreeSet<&str> = read.chain(global.enabled_regions.iter().map(String::as_str)).collect();
    let data = |region: &str| match join.summaries.get(account, region) {
        Some(summary) if summary.holds_data => Ok(true),
        Some(summary) => unless(summary.data_unread.clone(), false),
        None => Err(vec![format!("{region} of {account} was not read")]),
    };
    Ok(regions.into_iter().map(|region| RegionData { region: region.to_owned(), data: data(region).into() }).collect())
}
