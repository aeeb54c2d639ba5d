//! Amazon S3.

use crate::inventory::types::{ResourceType, s3};
use crate::protection::aws_backup::{AwsBackup, KnownAs, OwnContinuous};
use crate::protection::case::{Case, Mechanisms};
use crate::protection::data_type::{ArnForm, ContinuousUntil, Counted, DataType, Identity, IsData, Needs, RestoreEvidence};
use crate::protection::facts::{Mechanism, MechanismKind};

/// S3 itself cannot restore a bucket to a moment. AWS Backup needs versioning to back it up.
pub static S3: AwsBackup = AwsBackup {
    name: "S3",
    restore_testing: true,
    air_gapped: Some(true),
    continuous: Some(OwnContinuous {
        property: "versioning",
        is_on: |resource| resource.get::<s3::Bucket>()?.versioning.read().map(|_| false),
    }),
};

pub static BUCKET: DataType = DataType {
    info: &s3::Bucket::INFO,
    arn: ArnForm { service: "s3", kind: "", identity: Identity::NameOfUnknownAge, names_place: false, shared: false },
    is_data: IsData::Always,
    aws_backup: Some(KnownAs::One(&S3)),
    dlm: false,
    counted: |_| Counted::Itself,
    status: |_| None,
    restorable_span: |_| None,
    continuous_until: ContinuousUntil::Seen,
    parts: None,
    held_by: |_, _| Vec::new(),
    needs: |_, _, counts| Needs {
        operations: Vec::new(),
        properties: if counts.contains(&MechanismKind::Versioning) { vec!["versioning"] } else { Vec::new() },
    },
    own,
    keeps_own_backups: |_| false,
    retention_told_by: Some((MechanismKind::Versioning, "lifecycle")),
    replicas: None,
    copies_listed_by: &[],
    restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
    reproducible: |_| Vec::new(),
    perhaps_reproducible: |_, _| None,
};

fn own(case: &Case, found: &mut Mechanisms) {
    let Some(bucket) = case.resource.get::<s3::Bucket>() else { return };
    if bucket.versioning.read() != Some(&s3::Versioning::Enabled) {
        return;
    }
    let shortest = bucket
        .lifecycle
        .read()
        .into_iter()
        .flatten()
        .filter(|rule| rule.enabled)
        .filter_map(|rule| rule.noncurrent_expiration_days.present().copied())
        .min();
    found.all.push(Mechanism {
        retention_days: shortest.into(),
        retention_endless: (shortest.is_none() && !bucket.lifecycle.is_unread()).into(),
        ..case.mechanism(MechanismKind::Versioning, "versioning".to_owned(), Some(case.seen_at()), None)
    });
    for rule in bucket.replication.read().into_iter().flatten().filter(|rule| rule.enabled) {
        let source = format!("replication to {}", rule.destination_bucket_arn);
        found.all.push(case.mechanism(MechanismKind::Replication, source, None, None));
    }
}
