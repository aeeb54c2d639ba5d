//! What `rel9 remediate` writes: sets of backup plans, one for each account and Region, the commands of findings, and what is left.

use super::commands::Command;
use crate::audit::findings::ResourceRef;
use crate::rules::Severity;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tag by which the selections of backup plans select.
pub const TAG: &str = "rel9-backup";

/// The tag by which the selections of restore testing plans select.
pub const TEST_TAG: &str = "rel9-restore-test";

/// Everything that is written.
pub struct Remedies {
    pub audit_id: String,
    pub as_of: DateTime<Utc>,
    pub sets: Vec<Set>,
    /// By account, Region and severity, the worst first.
    pub findings: Vec<Fix>,
    /// Resources that the sets do not cover, and why.
    pub left: Vec<(Arc<ResourceRef>, String)>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// The backup plans of one account and Region.
pub struct Set {
    pub account: String,
    pub region: String,
    pub partition: String,
    /// The vault that the plans write to.
    pub vault: String,
    /// The vault is there already.
    pub vault_exists: bool,
    /// The lock's minimum retention.
    pub min_retention_days: i64,
    pub plans: Vec<Plan>,
}

/// A backup plan with its selection by tag, for one objective.
pub struct Plan {
    pub objective: Option<String>,
    /// The tag's value.
    pub slug: String,
    pub name: String,
    /// The plan is there already: only tags are missing.
    pub exists: bool,
    pub schedule: String,
    pub completion_minutes: i64,
    pub retention_days: i64,
    /// How many days a continuous rule keeps, if snapshots cannot meet the RPO.
    pub continuous_days: Option<i64>,
    pub copies: Vec<Copy>,
    /// Restore tests, if the objective asks for them.
    pub tests: Option<Tests>,
    /// What is tagged for the backup plan; empty if only restore tests are missing.
    pub resources: Vec<Target>,
}

/// A restore testing plan with its selections by tag, one for each AWS Backup type.
pub struct Tests {
    pub name: String,
    /// It is there already: only tags are missing.
    pub exists: bool,
    pub schedule: String,
    /// What is tagged, by AWS Backup type.
    pub resources: BTreeMap<&'static str, Vec<Arc<ResourceRef>>>,
}

/// A resource that a set covers.
pub struct Target {
    pub resource: Arc<ResourceRef>,
    /// No plan reaches it now; the others are reached already, by a plan that is not enough for their objective.
    pub gains: bool,
    /// What has to be done before a backup succeeds.
    pub first: Vec<String>,
}

/// Where a plan copies its backups.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Copy {
    /// A locked vault of the audit.
    To(String),
    /// The name of the parameter that a person has to fill in, and what it is for.
    Open(&'static str, &'static str),
}

/// A finding with its commands.
pub struct Fix {
    pub account: String,
    pub region: String,
    pub severity: Severity,
    pub rule: Arc<str>,
    pub title: Arc<str>,
    pub message: Arc<str>,
    pub summary: Arc<str>,
    pub resource: Arc<ResourceRef>,
    /// A set brings the resource into a plan that meets this.
    pub by_set: bool,
    pub commands: Vec<Command>,
}

/// The findings of an account and Region, and its set.
pub type OfPlace<'r> = (Vec<&'r Fix>, Option<&'r Set>);

impl Remedies {
    /// The findings by account and Region.
    pub fn by_place(&self) -> BTreeMap<(&str, &str), OfPlace<'_>> {
        let mut places: BTreeMap<(&str, &str), OfPlace> = BTreeMap::new();
        for fix in &self.findings {
            places.entry((&fix.account, &fix.region)).or_default().0.push(fix);
        }
        for set in &self.sets {
            places.entry((&set.account, &set.region)).or_default().1 = Some(set);
        }
        places
    }
}

impl Set {
    /// The folder of the set's templates.
    pub fn folder(&self) -> String {
        format!("{}-{}", self.account, self.region)
    }

    /// Whether there is something to deploy, besides tags.
    pub fn deploys(&self) -> bool {
        self.new_plans().next().is_some() || self.plans.iter().any(|plan| plan.new_tests().is_some())
    }

    /// The backup plans that are not there yet.
    pub fn new_plans(&self) -> impl Iterator<Item = &Plan> {
        self.plans.iter().filter(|plan| !plan.exists && !plan.resources.is_empty())
    }

    /// Whether its templates declare the vault: a plan that is new writes to it, and it is not there yet.
    pub fn declares_vault(&self) -> bool {
        !self.vault_exists && self.new_plans().next().is_some()
    }

    /// The parameters that a person has to fill in, and what they are for.
    pub fn parameters(&self) -> BTreeMap<&'static str, &'static str> {
        let copies = self.new_plans().flat_map(|plan| &plan.copies);
        copies.filter_map(|copy| if let Copy::Open(name, what) = copy { Some((*name, *what)) } else { None }).collect()
    }
}

impl Plan {
    /// The restore testing plan, if it is not there yet.
    pub fn new_tests(&self) -> Option<&Tests> {
        self.tests.as_ref().filter(|tests| !tests.exists && !tests.resources.is_empty())
    }
}
