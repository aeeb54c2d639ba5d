//! Everything that decides how data of one type is protected. No field has a default: a new type compiles only with an answer for each, or says of
//! which kind it is ([`DataType::only_in_aws_backup`], [`DataType::only_in_its_service`]).

use super::aws_backup::{AwsBackup, BackedUpAs, KnownAs};
use super::case::{Case, Mechanisms, RestorableSpan};
use super::facts::{MechanismKind, Restore};
use super::index::Index;
use super::point::Point;
use crate::inventory::types::TypeInfo;
use crate::inventory::{Fact, Resource, Shard, arn};
use chrono::{DateTime, Utc};

/// A resource type that holds data.
pub struct DataType {
    pub info: &'static TypeInfo,
    pub arn: ArnForm,
    pub is_data: IsData,
    /// `None` for data that AWS Backup does not back up.
    pub aws_backup: Option<KnownAs>,
    /// Amazon DLM's policies can target it.
    pub dlm: bool,
    /// How the audit counts a resource.
    pub counted: fn(&Resource) -> Counted,
    /// The property that shows that it is being deleted; `None` if the type has no such property.
    pub status: fn(&Resource) -> Option<&Fact<Option<String>>>,
    /// The span of time in which the service can restore it to any moment; `None` if the type has none or its service does not report it.
    pub restorable_span: fn(&Resource) -> Option<RestorableSpan<'_>>,
    /// How far its continuous recovery points reach.
    pub continuous_until: ContinuousUntil,
    /// The resources that hold its data, if they are resources of their own.
    pub parts: Option<Parts>,
    /// The resources whose backups include it, and since when.
    pub held_by: for<'s> fn(&Index<'s>, &Resource) -> Vec<Holder<'s>>,
    /// What must be read to know its backups, for the kinds of mechanism that count.
    pub needs: fn(&Index, &Resource, &[MechanismKind]) -> Needs,
    /// The mechanisms of its own service, and of Amazon DLM.
    pub own: fn(&Case, &mut Mechanisms),
    /// Its service keeps backups of it that are encrypted with its own key.
    pub keeps_own_backups: fn(&Resource) -> bool,
    /// The mechanism of its own service whose retention a property gives.
    pub retention_told_by: Option<(MechanismKind, &'static str)>,
    /// Where its service replicates the backups that it keeps.
    pub replicas: Option<Replicas>,
    /// The operations that list copies of its backups that AWS Backup did not make.
    pub copies_listed_by: &'static [&'static str],
    pub restores: RestoreEvidence,
    /// Resources of the type that are reproducible by nature, without a declaration: ARN and reason.
    pub reproducible: for<'s> fn(&'s Shard) -> Vec<(&'s str, String)>,
    /// Why a resource may be reproducible by nature, if the deciding property was not read.
    pub perhaps_reproducible: fn(&Shard, &Resource) -> Option<String>,
}

impl DataType {
    /// A type whose service makes no backups: only AWS Backup does.
    pub const fn only_in_aws_backup(info: &'static TypeInfo, arn: ArnForm, aws_backup: &'static AwsBackup) -> Self {
        DataType {
            aws_backup: Some(KnownAs::One(aws_backup)),
            continuous_until: ContinuousUntil::LatestRestorable,
            keeps_own_backups: |_| false,
            ..Self::only_in_its_service(info, arn, |_, _, _| Needs::default(), |_, _| {})
        }
    }

    /// A type that AWS Backup does not know: its own service backs it up, and neither copies the backups nor shows restores.
    pub const fn only_in_its_service(
        info: &'static TypeInfo,
        arn: ArnForm,
        needs: fn(&Index, &Resource, &[MechanismKind]) -> Needs,
        own: fn(&Case, &mut Mechanisms),
    ) -> Self {
        DataType {
            info,
            arn,
            is_data: IsData::Always,
            aws_backup: None,
            dlm: false,
            counted: |_| Counted::Itself,
            status: |_| None,
            restorable_span: |_| None,
            continuous_until: ContinuousUntil::Seen,
            parts: None,
            held_by: |_, _| Vec::new(),
            needs,
            own,
            keeps_own_backups: |_| true,
            retention_told_by: None,
            replicas: None,
            copies_listed_by: &[],
            restores: RestoreEvidence { shown_by: &[], seen: |_, _, _| Vec::new() },
            reproducible: |_| Vec::new(),
            perhaps_reproducible: |_, _| None,
        }
    }
}

/// Whether resources of a type count as data.
pub enum IsData {
    Always,
    /// Most of them hold data that is made again from elsewhere: a cache, logs, a cluster whose state is in a repository. One counts as data
    /// if a backup plan selects it, an objective of the policy names it, it has backups of its own, or its own settings ask for backups.
    WhenReached(Option<AsksForBackups>),
    /// Those that hold data themselves; others of the type hold it in resources of another type, or are copies.
    WhenHeld(HoldsData),
}

/// Which resources of a type hold data themselves.
pub struct HoldsData {
    /// `Err` names a property that decides and was not read.
    pub does: fn(&Resource) -> Result<bool, &'static str>,
    /// The resources that may hold the data of one that does not; `None` if no other resource does.
    pub instead: Option<HeldIn>,
}

/// The resources that hold data in place of another.
pub struct HeldIn {
    /// The operation that lists them.
    pub listed_by: &'static str,
    pub of: for<'s> fn(&Index<'s>, &Resource) -> Vec<&'s Resource>,
}

/// The property that shows whether a resource's own settings ask for backups of it.
pub struct AsksForBackups {
    pub property: &'static str,
    /// `None` while the property was not read.
    pub does: fn(&Resource) -> Option<bool>,
}

/// A resource whose backups include another, and since when.
pub type Holder<'s> = (&'s Resource, Option<DateTime<Utc>>);

/// The form of the type's ARNs.
pub struct ArnForm {
    pub service: &'static str,
    /// The part before the id or name, such as `volume/` or `db:`; empty if the id or name stands alone.
    pub kind: &'static str,
    pub identity: Identity,
    /// The ARN includes account and Region.
    pub names_place: bool,
    /// AWS Backup has several types with ARNs of this form: naming one by ARN then does not override its opt-in (AWS Backup developer
    /// guide, "Assign resources with AWS CLI": "Aurora and RDS Clusters share the ARN format `arn:aws:rds:::cluster:*`", Neptune and
    /// DocumentDB with them, and the FSx file systems).
    pub shared: bool,
}

/// What the last part of an ARN is. It decides which resource owns the backups whose source has this ARN.
#[derive(Clone, Copy, PartialEq)]
pub enum Identity {
    /// An id, which AWS never gives to a second resource.
    Id,
    /// A name, which another resource may have had before. Backups older than the resource belong to the earlier one.
    Name,
    /// A name, but the resource may be older than its date: older backups count.
    NameOfUnknownAge,
}

/// How the audit counts a resource.
#[derive(Clone, Copy, PartialEq)]
pub enum Counted {
    Itself,
    /// The audit counts its parts; rules also judge the resource itself.
    Parts,
    /// The audit counts and judges the whole that it is a member of.
    Whole,
}

/// How far back from now the continuous recovery points of a type reach.
#[derive(Clone, Copy, PartialEq)]
pub enum ContinuousUntil {
    /// To the latest restorable time, which the service reports.
    LatestRestorable,
    /// The service reports no such time: an AVAILABLE one continues (a continuous backup that ended is STOPPED).
    Seen,
}

/// The resources that hold the data of another resource.
pub struct Parts {
    pub of: &'static TypeInfo,
    /// Their ids; `None` if they were not read.
    pub ids: fn(&Resource) -> Option<Vec<&str>>,
    /// The noun for one of them, such as `volume`, and for the resource that has them.
    pub part: &'static str,
    pub whole: &'static str,
}

/// Operations and properties that must have been read.
#[derive(Default)]
pub struct Needs {
    pub operations: Vec<&'static str>,
    pub properties: Vec<&'static str>,
}

/// Backups that the service keeps of a resource and replicates to other Regions.
pub struct Replicas {
    /// Their ARNs, as far as they are known.
    pub arns: fn(&Resource) -> &[String],
    /// The operation that shows, in the other Region, how long they are kept.
    pub listed_by: &'static str,
}

/// Where AWS shows that a backup was restored, besides restore jobs and recovery points.
pub struct RestoreEvidence {
    /// The operations that show it.
    pub shown_by: &'static [&'static str],
    pub seen: fn(&Index, &Resource, &[Point]) -> Vec<Restore>,
}

impl DataType {
    /// The AWS Backup type of a resource of this type.
    pub fn backed_up_as(&self, resource: &Resource) -> Option<BackedUpAs> {
        let (aws_backup, or) = match self.aws_backup.as_ref()? {
            KnownAs::One(one) => (*one, None),
            KnownAs::OneOf { of, or, .. } => (of(resource), or(resource)),
        };
        Some(BackedUpAs { aws_backup, or, arn_overrides_opt_in: !self.arn.shared })
    }

    /// Whether resources of this type may have the AWS Backup type of this name.
    pub fn may_be(&self, backup_type: &str) -> bool {
        self.aws_backup.iter().flat_map(KnownAs::all).any(|one| one.name == backup_type)
    }

    /// The moment since when a resource's ARN has belonged to this resource; `None` if it has no date, or if older backups are its own too.
    pub fn named_since(&self, resource: &Resource) -> Option<DateTime<Utc>> {
        match self.arn.identity {
            Identity::Name => resource.created_at,
            Identity::Id | Identity::NameOfUnknownAge => None,
        }
    }

    /// Whether the owner is deleting a resource, which then owes no backup. (EC2 and RDS write `deleting`, DynamoDB `DELETING`, EFS
    /// `deleting`.)
    pub fn is_being_deleted(&self, resource: &Resource) -> bool {
        let status = (self.status)(resource).and_then(Fact::present);
        status.is_some_and(|status| ["deleting", "deleted"].contains(&status.to_ascii_lowercase().as_str()))
    }
}

impl ArnForm {
    /// Whether an ARN, or a pattern of ARNs, has this form.
    pub fn is_of(&self, resource_arn: &str) -> bool {
        arn::service(resource_arn) == self.service && arn::resource(resource_arn).starts_with(self.kind)
    }
}
