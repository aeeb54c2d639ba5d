//! AWS Directory Service: directories and their snapshots. AWS Backup does not know them.

use crate::inventory::types::{ResourceType, TypeInfo, directory};
use crate::inventory::{Fact, Resource};
use crate::protection::backup_type::BackupType;
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, DataType, Identity, Needs};
use crate::protection::facts::MechanismKind;
use crate::protection::index::Snapshot;
use crate::protection::mechanisms::daily_snapshots;
use chrono::{DateTime, Duration, Utc};

pub static MICROSOFT_AD: DataType = of_directories(&directory::MicrosoftAd::INFO, daily);
pub static SIMPLE_AD: DataType = of_directories(&directory::SimpleAd::INFO, daily_if_seen);

const fn of_directories(info: &'static TypeInfo, own: fn(&Case, &mut Mechanisms)) -> DataType {
    DataType {
        status: |resource| Some(&resource.get::<directory::MicrosoftAd>()?.status),
        // A restore takes place in the directory itself: nothing names its snapshot afterwards.
        ..DataType::only_in_its_service(
            info,
            // Both types have ids of one form, which AWS never gives again.
            ArnForm { service: "ds", kind: "directory/", identity: Identity::Id, names_place: true, shared: false },
            |_, _, _| Needs { operations: vec!["ds:DescribeSnapshots"], properties: Vec::new() },
            own,
        )
    }
}

pub static SNAPSHOT: BackupType = BackupType { info: &directory::Snapshot::INFO, snapshot, shared_with: None, summarise: |_, _| {} };

/// "AWS Directory Service provides automated daily snapshots" (administration guide, "Restoring your AWS Managed Microsoft AD with snapshots").
/// It does not say how long it keeps them.
fn daily(case: &Case, found: &mut Mechanisms) {
    let untold = vec!["AWS does not tell how long it keeps automatic snapshots of directories".to_owned()];
    daily_snapshots(case, "daily snapshots of AWS Directory Service", Err(untold), found);
}

/// The guide promises automatic snapshots of Managed Microsoft AD only; the snapshots themselves show whether a Simple AD has them.
fn daily_if_seen(case: &Case, found: &mut Mechanisms) {
    if case.newest(|point| point.backup.kind == MechanismKind::Automated).is_some() {
        daily(case, found);
    }
}

/// How old a snapshot may be: "the maximum supported age of a manual snapshot is 180 days" (administration guide, as above).
const USABLE_DAYS: i64 = 180;

fn snapshot(resource: &Resource, as_of: DateTime<Utc>) -> Option<Snapshot<'_>> {
    let snapshot = resource.get::<directory::Snapshot>()?;
    let is_young = resource.created_at.is_none_or(|created_at| as_of - created_at <= Duration::days(USABLE_DAYS));
    Some(Snapshot {
        resource,
        source_arn: snapshot.source_arn.read()?.clone(),
        restorable: is_young && snapshot.status.present().is_some_and(|status| status == "Completed"),
        made_by: if snapshot.snapshot_type == Fact::Read("Auto".to_owned()) { "automated" } else { "manual" },
        // The API does not show how snapshots are encrypted.
        encrypted: None,
        kms_key_arn: None,
        // "A snapshot can only be restored to the directory from which it was created": it cannot be shared.
        public: Some(false),
        locked: Some(false),
        archived: false,
    })
}
