//! The account: how many backups it has, and what of them lies outside of it.

use super::context::Join;
use super::facts::{AccountFacts, Facts, Joined};
use super::unread::Unread;
use crate::inventory::{Fact, Resource, arn};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The facts of an account: sums over its shards.
pub fn account_facts(join: &Join, resource: &Resource) -> Joined {
    let mut facts = AccountFacts::default();
    let mut unread = Unread::new();
    let shards = || join.summaries.of_account(&resource.account).filter(|summary| summary.region != crate::inventory::GLOBAL);
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
        // A copy job counts where the audit was not to look into the vault. Where it looked, the copy itself is there, or is gone; where it
        // could not, nobody knows.
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
    // What was seen in another account's vault is evidence whether or not the copy job is remembered.
    for outside in join.summaries.outside(&resource.account) {
        newest = newest.max(Some(outside.created_at).filter(past));
        air_gapped_copies += i64::from(outside.air_gapped);
    }
    // What may be there counts as little as what may be gone, unless it would be newer.
    let newer = unconfirmed.into_iter().filter(|(at, _)| past(at) && newest.is_none_or(|newest| newest < *at));
    let newer: BTreeSet<String> = newer.map(|(_, reason)| reason).collect();
    let newer = Vec::from_iter(newer);
    let newest_age = newest.map(|newest| (join.as_of - newest).num_seconds());
    // Whatever was found stands; only that nothing was found needs every answer.
    let mut set = |field: &str, settled: bool, extra: &[String]| -> bool {
        let all: Vec<String> = reasons.iter().chain(extra).cloned().collect();
        if settled || all.is_empty() {
            return true;
        }
        unread.insert(field.to_owned(), all);
        false
    };
    if set("air_gapped_vaults", own_vaults > 0, &[]) {
        facts.air_gapped_vaults = Fact::Read(own_vaults);
    }
    if set("air_gapped_copies", air_gapped_copies > 0, &unlooked) {
        facts.air_gapped_copies = Fact::Read(air_gapped_copies);
    }
    if set("backups", backups > 0, &[]) {
        facts.backups = Fact::Read(backups);
    }
    if set("newest_outside_age_seconds", newest.is_some() && reasons.is_empty() && newer.is_empty(), &newer) {
        facts.newest_outside_age_seconds = Fact::Read(newest_age);
    }
    Joined { facts: Facts::Account(facts), unread }
}
