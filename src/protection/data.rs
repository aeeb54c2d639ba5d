//! The protection of one data resource: puts the parts together and says which of them could not be worked out.

use super::facts::{Facts, Joined, MechanismKind, PlanReach, Protection, State};
use super::index::Index;
use super::mechanisms::{self, Case, Mechanisms};
use super::opt_in;
use super::points::{self, Point};
use super::reach::{self, Plans};
use super::summary::{POINT_OPERATIONS, Summaries};
use super::{bucket, copies, jobs, keys, restores};
use crate::inventory::types::{self, backup::RecoveryPoint};
use crate::inventory::{DEPLOYED, Fact, Reasons, Resource, note};
use chrono::{DateTime, Utc};
use std::collections::{HashMap, HashSet};

/// What the join of one resource needs.
pub struct Join<'a> {
    pub index: &'a Index<'a>,
    pub plans: &'a Plans<'a>,
    pub summaries: &'a Summaries,
    /// ARNs of the shard's data resources.
    pub existing: &'a HashSet<&'a str>,
    pub as_of: DateTime<Utc>,
}

/// Why fields of the facts are not known.
pub type Unread = Reasons;

/// Sets a field to a value, or notes why it is not known.
macro_rules! set {
    ($facts:ident, $unread:ident, $field:ident, $reasons:expr, $value:expr) => {
        match $reasons {
            reasons if reasons.is_empty() => $facts.$field = Fact::Read($value),
            reasons => note($unread, stringify!($field), reasons),
        }
    };
}

impl<'a> Join<'a> {
    /// Works out the protection of a data resource. `counts` are the kinds of mechanism that its objective accepts.
    /// `volumes` has the protection of the shard's volumes by id, which an instance's depends on.
    pub fn protection(&self, resource: &Resource, counts: &[MechanismKind], volumes: &HashMap<&str, &Joined>) -> Joined {
        let backup_type = opt_in::backup_type(resource);
        let (selected, plans_unread) = self.plans.reaching(resource, backup_type, resource.created_at, self.as_of);
        let (mut points, mut continuous) = points::of(self.index, resource, self.as_of);
        points.retain(|point| counts.contains(&point.backup.kind));
        if !counts.contains(&MechanismKind::AwsBackup) {
            continuous.clear();
        }
        let case = Case { index: self.index, resource, points: &points, continuous: &continuous, selected: &selected, as_of: self.as_of };
        let mut mechanisms = mechanisms::of(&case);
        let mut unsettled: Vec<String> = selected.iter().flat_map(|selected| selected.unsettled.clone()).collect();
        let mut instance_reaches = Vec::new();
        let mut instance_unread = Vec::new();
        for instance in self.instances_of(resource) {
            // The instance's backups hold the volume from the first one after both exist.
            let since = resource.created_at.max(instance.created_at);
            let (selected, unread) = self.plans.reaching(instance, "EC2", since, self.as_of);
            mechanisms::through_instance(&case, &selected, &mut mechanisms);
            unsettled.extend(selected.iter().flat_map(|selected| selected.unsettled.clone()));
            instance_reaches.extend(selected.into_iter().flat_map(|selected| selected.reaches));
            instance_unread.extend(unread);
        }
        mechanisms.all.retain(|mechanism| counts.contains(&mechanism.kind));
        mechanisms.windows.retain(|window| counts.contains(&window.kind));

        let plans: Vec<PlanReach> = selected.iter().flat_map(|selected| selected.reaches.clone()).chain(instance_reaches).collect();
        let sources = self.sources_unread(resource, counts);
        let mut all_unread = sources.clone();
        for reason in plans_unread.iter().chain(&instance_unread) {
            if !all_unread.contains(reason) {
                all_unread.push(reason.clone());
            }
        }
        let mut facts = Protection::default();
        let mut reasons_by_field = Unread::new();
        let unread = &mut reasons_by_field;

        self.set_state(resource, &mechanisms, &plans, &all_unread, volumes, &mut facts, unread);
        self.set_moments(&points, &mechanisms, &sources, &mut facts, unread);
        self.set_settings(resource, backup_type, &mut facts, unread);
        let plan_reasons: Vec<String> = plans_unread.iter().chain(&instance_unread).cloned().collect();
        let aws_backup_points = points.iter().filter(|point| point.backup.kind == MechanismKind::AwsBackup).count() + continuous.len();
        set!(facts, unread, aws_backup_points, self.index.missing(&POINT_OPERATIONS), aws_backup_points as i64);
        let copy_reasons: Vec<String> = [&plan_reasons, &unsettled, &mechanisms.unread, &mechanisms.unsettled, &mechanisms.copies_unread]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        set!(facts, unread, copy_retention, copy_reasons.clone(), mechanisms.copy_retention.clone());
        set!(facts, unread, copy_interval_seconds, copy_reasons, mechanisms.copy_interval_seconds);
        set!(facts, unread, plans, plan_reasons, plans);
        for field in ["rule", "interval_seconds", "retention_days", "continuous", "vault", "copies"] {
            if !unsettled.is_empty() {
                note(unread, &format!("plans[].{field}"), unsettled.clone());
            }
        }
        for field in ["interval_seconds", "retention_days", "retention_endless"] {
            if !mechanisms.unsettled.is_empty() {
                note(unread, &format!("mechanisms[].{field}"), mechanisms.unsettled.clone());
            }
        }
        // A template declares mechanisms; only what they have made so far is not known.
        let template = self.index.shard.coverage.template;
        all_unread.extend(mechanisms.unread.iter().cloned());
        all_unread.retain(|reason| !template || reason != DEPLOYED);
        set!(facts, unread, mechanisms, all_unread, mechanisms.all.clone());
        self.set_evidence(resource, backup_type, &points, &continuous, &mut facts, unread);
        Joined { facts: Facts::Data(Box::new(facts)), unread: reasons_by_field }
    }

    /// Whether every Region of an account that is enabled was read. The account's own shard lists them.
    pub fn every_region_read(&self, account: &str) -> bool {
        self.summaries.get(account, crate::inventory::GLOBAL).is_some_and(|global| {
            !global.enabled_regions.is_empty() && global.enabled_regions.iter().all(|region| self.summaries.get(account, region).is_some())
        })
    }

    /// The instances that a volume is attached to: their backups hold it.
    pub fn instances_of(&self, resource: &Resource) -> Vec<&'a Resource> {
        let Some(volume) = self.index.volumes.get(resource.id.as_str()).filter(|volume| volume.resource.arn == resource.arn) else {
            return Vec::new();
        };
        let attachments = volume.properties.attachments.read().into_iter().flatten();
        attachments.filter_map(|attachment| Some(self.index.instances.get(attachment.instance_id.as_str())?.resource)).collect()
    }

    /// Why the backups of a resource (not the plans) may be more than those seen.
    fn sources_unread(&self, resource: &Resource, counts: &[MechanismKind]) -> Vec<String> {
        let counted = |kind| counts.contains(&kind);
        let mut operations: Vec<&str> = Vec::new();
        let mut properties: Vec<&str> = Vec::new();
        if counted(MechanismKind::AwsBackup) {
            operations.extend(POINT_OPERATIONS);
        }
        match resource.type_name.as_str() {
            "AWS::EC2::Volume" | "AWS::EC2::Instance" => {
                operations.extend(["ec2:DescribeInstances", "ec2:DescribeVolumes"]);
                if counted(MechanismKind::Snapshot) || counted(MechanismKind::Dlm) {
                    operations.push("ec2:DescribeSnapshots");
                }
                if counted(MechanismKind::Dlm) {
                    operations.extend(["dlm:GetLifecyclePolicies", "dlm:GetLifecyclePolicy"]);
                }
            }
            "AWS::RDS::DBInstance" => {
                operations.push("rds:DescribeDBSnapshots");
                properties.extend(["backup_retention_days", "latest_restorable_at"]);
            }
            "AWS::RDS::DBCluster" | "AWS::Neptune::DBCluster" | "AWS::DocDB::DBCluster" => {
                operations.push("rds:DescribeDBClusterSnapshots");
                properties.extend(["backup_retention_days", "latest_restorable_at"]);
            }
            "AWS::DynamoDB::Table" => {
                operations.push("dynamodb:ListBackups");
                properties.push("pitr");
                // Whose a backup is, the table itself must tell: its name may have been another table's before.
                if !resource.properties.contains_key("status") {
                    operations.push("dynamodb:DescribeTable");
                }
            }
            "AWS::S3::Bucket" if counted(MechanismKind::Versioning) => properties.push("versioning"),
            _ => {}
        }
        let mut reasons = self.index.missing(&operations);
        for property in properties {
            if !resource.properties.contains_key(property) {
                reasons.extend(super::why_unread(self.index.shard, resource, property));
            }
        }
        reasons
    }

    #[allow(clippy::too_many_arguments, reason = "one private step of one function, split for reading")]
    fn set_state(
        &self,
        resource: &Resource,
        mechanisms: &Mechanisms,
        plans: &[PlanReach],
        unread_sources: &[String],
        volumes: &HashMap<&str, &Joined>,
        facts: &mut Protection,
        unread: &mut Unread,
    ) {
        let mut state = mechanisms::state(&mechanisms.all);
        let mut reasons = unread_sources.to_vec();
        let mut through_volumes = None;
        if resource.type_name == "AWS::EC2::Instance" && state != Some(State::Protected) {
            through_volumes = instance_through_volumes(resource, volumes, &mut reasons);
            state = through_volumes.filter(|through| *through == State::Protected).or(state).or(through_volumes);
            through_volumes = through_volumes.filter(|through| state == Some(*through));
        }
        let settled = state == Some(State::Protected) || reasons.is_empty();
        if !settled {
            note(unread, "state", reasons.clone());
            note(unread, "explanation", reasons);
            return;
        }
        let state = state.unwrap_or(if plans.is_empty() {
            State::Unprotected
        } else if plans.iter().all(|plan| plan.opt_in_blocked) {
            State::OptInBlocked
        } else {
            State::SelectedNotProtected
        });
        facts.state = Fact::Read(state);
        facts.explanation = Fact::Read(match through_volumes {
            Some(State::Protected) => "every volume of the instance is protected".to_owned(),
            Some(_) => "backups of some of the instance's volumes are older than their schedules allow".to_owned(),
            None => explain(state, mechanisms, plans),
        });
    }

    /// What can be restored, and how far apart the moments lie.
    fn set_moments(&self, points: &[Point], mechanisms: &Mechanisms, reasons: &[String], facts: &mut Protection, unread: &mut Unread) {
        for field in ["recovery_points", "backups", "windows", "gaps", "rpo_seconds", "oldest_age_seconds"] {
            if !reasons.is_empty() {
                note(unread, field, reasons.to_vec());
            }
        }
        let automatic = || mechanisms.all.iter().filter(|mechanism| mechanism.automatic);
        if !reasons.is_empty() {
            note(unread, "retention_days", reasons.to_vec());
            note(unread, "retention_endless", reasons.to_vec());
            return;
        }
        facts.retention_endless = Fact::Read(automatic().any(|mechanism| mechanism.retention_endless == Fact::Read(true)));
        facts.retention_days = Fact::Read(automatic().filter_map(|mechanism| mechanism.retention_days.present().copied()).max());
        let versioned = mechanisms.all.iter().any(|mechanism| mechanism.kind == MechanismKind::Versioning);
        let gaps = if versioned { Vec::new() } else { points::gaps(points, &mechanisms.windows, self.as_of) };
        let newest_point = points.first().map(|point| point.backup.age_seconds);
        let newest_window = mechanisms.windows.iter().map(|window| window.latest_age_seconds).min();
        let newest = [newest_point, newest_window, versioned.then_some(0)].into_iter().flatten().min();
        let oldest_point = points.last().map(|point| point.backup.age_seconds);
        let oldest_window = mechanisms.windows.iter().map(|window| window.earliest_age_seconds).max();
        facts.rpo_seconds = Fact::Read(newest);
        facts.oldest_age_seconds = Fact::Read(oldest_point.max(oldest_window));
        facts.windows = Fact::Read(mechanisms.windows.clone());
        facts.backups = Fact::Read(points.iter().map(|point| point.backup.clone()).collect());
        facts.gaps = Fact::Read(gaps);
    }

    fn set_settings(&self, resource: &Resource, backup_type: &str, facts: &mut Protection, unread: &mut Unread) {
        facts.backup_type = Fact::Read(backup_type.to_owned());
        match self.plans.opt_in(backup_type) {
            Ok(opted_in) => facts.opt_in = Fact::Read(opted_in),
            Err(reasons) => note(unread, "opt_in", reasons.to_vec()),
        }
        facts.air_gapped_supported = Fact::Read(opt_in::air_gapped_supported(backup_type));
        facts.restore_testing_supported = Fact::Read(reach::RESTORE_TESTING_TYPES.contains(&backup_type));
        facts.resource_age_seconds = Fact::Read(resource.created_at.map(|created| (self.as_of - created).num_seconds()));
    }

    /// Jobs, copies, keys, restores: what other parts of the shard say of the resource.
    fn set_evidence(
        &self,
        resource: &Resource,
        backup_type: &str,
        points: &[Point],
        continuous: &[RecoveryPoint],
        facts: &mut Protection,
        unread: &mut Unread,
    ) {
        match copies::of(self, resource, points) {
            Ok(found) => facts.copies = Fact::Read(found),
            Err(reasons) => note(unread, "copies", reasons),
        }
        if let Fact::Read(gaps) = &facts.gaps {
            match points::counts(points, continuous, gaps, facts.copies.read()) {
                Ok(counts) => facts.recovery_points = Fact::Read(counts),
                Err(reason) => note(unread, "recovery_points", vec![reason]),
            }
        }
        if let Some(reasons) = unread.get("copies").cloned() {
            note(unread, "recovery_points.other_region", reasons.clone());
            note(unread, "recovery_points.other_account", reasons);
        }
        match copies::immutable(self, resource, points, facts.copies.read()) {
            Ok(immutable) if unread.get("backups").is_none() || immutable => facts.immutable = Fact::Read(immutable),
            Ok(_) => note(unread, "immutable", unread.get("backups").cloned().unwrap_or_default()),
            Err(reasons) => note(unread, "immutable", reasons),
        }
        let (found, reasons) = jobs::of(self.index, resource, self.as_of);
        set!(facts, unread, jobs, reasons, found);
        match keys::of(self, resource, points, continuous, facts.windows.read()) {
            Ok(_) if unread.contains_key("backups") => note(unread, "keys", unread.get("backups").cloned().unwrap_or_default()),
            Ok(found) => facts.keys = Fact::Read(found),
            Err(reasons) => note(unread, "keys", reasons),
        }
        let (tests, rto, reasons) = restores::of(self, resource, points);
        set!(facts, unread, restore_tests, reasons.clone(), tests);
        set!(facts, unread, rto_seconds, reasons, rto);
        match restores::planned(self, resource, backup_type) {
            Ok(plans) => facts.restore_testing_plans = Fact::Read(plans),
            Err(reasons) => note(unread, "restore_testing_plans", reasons),
        }
        facts.bucket = Fact::Read(bucket::of(self, resource, unread));
    }
}

/// An instance is protected when all its volumes are, and stale when each is at least that. Adds the reasons why a volume's state is
/// unknown.
fn instance_through_volumes(resource: &Resource, volumes: &HashMap<&str, &Joined>, reasons: &mut Vec<String>) -> Option<State> {
    let instance = resource.properties_as::<types::ebs::Instance>()?;
    let attached = instance.volumes.read()?;
    let (mut protected, mut stale) = (0, 0);
    for volume in attached {
        let Some(joined) = volumes.get(volume.volume_id.as_str()) else {
            reasons.push(format!("volume {} is not in the inventory", volume.volume_id));
            continue;
        };
        let Facts::Data(facts) = &joined.facts else { continue };
        match facts.state.read() {
            Some(State::Protected) => protected += 1,
            Some(State::Stale) => stale += 1,
            Some(_) => {}
            None => reasons.extend(joined.unread.get("state").cloned().unwrap_or_default()),
        }
    }
    match (protected, stale) {
        _ if attached.is_empty() || protected + stale < attached.len() => None,
        (_, 0) => Some(State::Protected),
        _ => Some(State::Stale),
    }
}

/// Why the state is what it is, in one sentence.
fn explain(state: State, mechanisms: &Mechanisms, plans: &[PlanReach]) -> String {
    let human = |seconds: Option<i64>| seconds.map_or_else(|| "an unknown time".to_owned(), crate::rules::human_duration);
    let newest = |keep: fn(&super::facts::Mechanism) -> bool| {
        mechanisms
            .all
            .iter()
            .filter(|mechanism| mechanism.last_at.is_some() && keep(mechanism))
            .min_by_key(|mechanism| mechanism.age_seconds)
    };
    let plan_names = || {
        let mut names: Vec<&str> = plans.iter().map(|plan| plan.plan.as_str()).collect();
        names.dedup();
        names.join(", ")
    };
    match state {
        State::Protected => {
            match newest(|mechanism| mechanism.on_schedule != Some(false) && mechanism.kind != MechanismKind::Replication) {
                Some(mechanism) => format!("{} can restore a moment {} ago", mechanism.source, human(mechanism.age_seconds)),
                None => "a restorable backup exists".to_owned(),
            }
        }
        State::Stale => match newest(|mechanism| mechanism.kind != MechanismKind::Replication) {
            Some(mechanism) => format!(
                "the newest restorable moment, of {}, is {} old, {} were allowed",
                mechanism.source,
                human(mechanism.age_seconds),
                human(mechanism.allowed_age_seconds)
            ),
            None => "every restorable backup is older than its schedule allows".to_owned(),
        },
        State::OptInBlocked => {
            format!("backup plan {} selects it, but the Region's opt-in for its type is off, and nothing restorable exists", plan_names())
        }
        State::SelectedNotProtected => format!("backup plan {} selects it, but nothing restorable exists", plan_names()),
        State::Unprotected => "no backup plan selects it and nothing restorable exists".to_owned(),
    }
}
