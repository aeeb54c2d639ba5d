//! All that decides how data of one type is protected. No field has a default: a new type answers each of them, or does not compile.

use super::aws_backup::{BackedUpAs, KnownAs};
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
    /// `None` for data that AWS Backup does not back up.
    pub aws_backup: Option<KnownAs>,
    /// Amazon DLM's policies can target it.
    pub dlm: bool,
    /// What stands for a resource where data is counted.
    pub counted: fn(&Resource) -> Counted,
    /// Where the service tells that it is being deleted; `None` for a type that tells nothing of the kind.
    pub status: fn(&Resource) -> Option<&Fact<Option<String>>>,
    /// The span of time to any moment of which the service can restore it; `None` for a type that has none, or does not tell it.
    pub restorable_span: fn(&Resource) -> Option<RestorableSpan<'_>>,
    /// How far its continuous recovery points reach.
    pub continuous_until: ContinuousUntil,
    /// What its data lies in, where those are resources of their own.
    pub parts: Option<Parts>,
    /// The resources whose backups hold it as a part, and since when they do.
    pub held_by: for<'s> fn(&Index<'s>, &Resource) -> Vec<Holder<'s>>,
    /// What must have been read for its backups to be known, of the kinds of mechanism that count.
    pub needs: fn(&Index, &Resource, &[MechanismKind]) -> Needs,
    /// The mechanisms of its own service, and of Amazon DLM.
    pub own: fn(&Case, &mut Mechanisms),
    /// Its service keeps backups of it that are encrypted with its own key.
    pub keeps_own_backups: fn(&Resource) -> bool,
    /// The mechanism of its own that keeps what it makes as long as a property says.
    pub retention_told_by: Option<(MechanismKind, &'static str)>,
    /// Where its service replicates the backups that it keeps.
    pub replicas: Option<Replicas>,
    /// The operations that show copies of its backups which AWS Backup did not make.
    pub copies_listed_by: &'static [&'static str],
    pub restores: RestoreEvidence,
    /// Resources of the type that can be made again by what they are, without anybody declaring it: ARN and why.
    pub reproducible: for<'s> fn(&'s Shard) -> Vec<(&'s str, String)>,
    /// Why a resource may be one of those, where what decides was not read.
    pub perhaps_reproducible: fn(&Shard, &Resource) -> Option<String>,
}

/// A resource whose backups hold another, and since when.
pub type Holder<'s> = (&'s Resource, Option<DateTime<Utc>>);

/// The form of the type's ARNs.
pub struct ArnForm {
    pub service: &'static str,
    /// What stands before the id or name, such as `volume/` or `db:`; empty where it stands alone.
    pub kind: &'static str,
    pub identity: Identity,
    /// The ARN names account and Region.
    pub names_place: bool,
    /// AWS Backup has several types with ARNs of this form: naming one by ARN then does not override its opt-in (AWS Backup developer
    /// guide, "Assign resources with AWS CLI": "Aurora and RDS Clusters share the ARN format `arn:aws:rds:::cluster:*`", Neptune and
    /// DocumentDB with them, and the FSx file systems).
    pub shared: bool,
}

/// What the last part of an ARN is, which decides whose backup one with this source is.
#[derive(Clone, Copy, PartialEq)]
pub enum Identity {
    /// An id, which AWS gives to one resource only.
    Id,
    /// A name, which another resource may have had before. What is older than the resource is the other's.
    Name,
    /// A name, but the resource may be older than its date: what is older counts.
    NameOfUnknownAge,
}

/// What stands for a resource where data is counted.
#[derive(Clone, Copy, PartialEq)]
pub enum Counted {
    Itself,
    /// Its parts are counted; rules judge it beside them.
    Parts,
    /// The whole that it is a member of is counted, and judged in its place.
    Whole,
}

/// How far back from now the continuous recovery points of a type reach.
#[derive(Clone, Copy, PartialEq)]
pub enum ContinuousUntil {
    /// To the latest restorable time, which the service tells.
    LatestRestorable,
    /// The service does not say: an AVAILABLE one goes on (a continuous backup that ended is STOPPED).
    Seen,
}

/// The resources that the data of another lies in.
pub struct Parts {
    pub of: &'static TypeInfo,
    /// Their ids; `None` where that was not read.
    pub ids: fn(&Resource) -> Option<Vec<&str>>,
    /// What one of them is called, such as `volume`, and what has them.
    pub part: &'static str,
    pub whole: &'static str,
}

/// Operations and properties that must have been read.
#[derive(Default)]
pub struct Needs {
    pub operations: Vec<&'static str>,
    pub properties: Vec<&'static str>,
}

/// Backups that the service keeps of a resource, and replicates to other Regions.
pub struct Replicas {
    /// Their ARNs, as far as they were read.
    pub arns: fn(&Resource) -> &[String],
    /// The operation that shows, there, how long they are kept.
    pub listed_by: &'static str,
}

/// Where AWS shows that a backup was restored, beside restore jobs and recovery points.
pub struct RestoreEvidence {
    /// The operations that show it.
    pub shown_by: &'static [&'static str],
    pub seen: fn(&Index, &Resource, &[Point]) -> Vec<Restore>,
}

impl DataType {
    /// What AWS Backup takes a resource of the type for.
    pub fn backed_up_as(&self, resource: &Resource) -> Option<BackedUpAs> {
        let (aws_backup, or) = match self.aws_backup.as_ref()? {
            KnownAs::One(one) => (*one, None),
            KnownAs::OneOf { of, or, .. } => (of(resource), or(resource)),
        };
        Some(BackedUpAs { aws_backup, or, arn_overrides_opt_in: !self.arn.shared })
    }

    /// Whether AWS Backup may take resources of the type for its type of this name.
    pub fn may_be(&self, backup_type: &str) -> bool {
        self.aws_backup.iter().flat_map(KnownAs::all).any(|one| one.name == backup_type)
    }

    /// Since when what bears a resource's ARN is of this one; `None` where that has no date, or what is older is its own all the same.
    pub fn named_since(&self, resource: &Resource) -> Option<DateTime<Utc>> {
        match self.arn.identity {
            Identity::Name => resource.created_at,
            Identity::Id | Identity::NameOfUnknownAge => None,
        }
    }

    /// Whether the owner is deleting a resource, which owes nothing any more. (EC2 and RDS write `deleting`, DynamoDB `DELETING`, EFS
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
