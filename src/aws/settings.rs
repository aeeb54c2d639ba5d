//! The `AWS::Account` and `AWS::Region` resources: settings that belong to no single resource. May not judge.

use super::call::Reader;
use super::session::Session;
use super::{backup, cloudtrail, convert, ec2, organizations, rds};
use crate::inventory::types::account::{Account, Region};
use crate::inventory::{Fact, Resource};

/// The account. Its ARN has the form `arn:${Partition}:account::${Account}:account` (service authorization reference, "AWS Account Management").
pub async fn account(session: &Session, reader: &Reader) -> Resource {
    let mut properties = Account {
        partition: reader.partition.clone().into(),
        enabled_regions: session.enabled_regions.clone().map_or(Fact::Unread, Fact::Read),
        ..Account::default()
    };
    if session.reads("backup") {
        properties.cross_account_backup = backup::global_settings(reader).await;
    }
    if session.reads("organizations") {
        organizations::read(reader, &mut properties).await;
    }
    let arn = format!("arn:{}:account::{}:account", reader.partition, reader.account);
    convert::resource(reader, arn, reader.account.clone(), properties)
}

/// The reader's Region. AWS has no ARN for the Regions of an account; this one follows the form of the account's ARN.
pub async fn region(session: &Session, reader: &Reader) -> Resource {
    let backup = async { if session.reads("backup") { backup::region_settings(reader).await } else { backup::RegionSettings::default() } };
    let ec2 = async { if session.reads("ec2") { ec2::settings(reader).await } else { Region::default() } };
    let rds = async { if session.reads("rds") { rds::event_subscriptions(reader).await } else { Fact::Unread } };
    let deletions =
        async { if session.reads("cloudtrail") { cloudtrail::deletions(reader).await } else { cloudtrail::Deletions::default() } };
    let (backup, ec2, rds_event_subscriptions, deletions) = futures::join!(backup, ec2, rds, deletions);
    let properties = Region {
        opt_in: backup.opt_in,
        full_management: backup.full_management,
        supported_types: backup.supported_types,
        rds_event_subscriptions,
        deletion_lookups: deletions.lookups,
        deletion_calls: deletions.calls,
        ..ec2
    };
    convert::resource(reader, reader.arn("account", "region"), reader.region.clone(), properties)
}
