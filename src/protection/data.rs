//! The protection of one data resource: puts the parts together and says which of them could not be worked out.

use super::aws_backup::BackedUpAs;
use super::case::{Case, Mechanisms};
use super::context::Join;
use super::data_type::DataType;
use super::facts::{CopyRetention, Facts, Joined, Mechanism, MechanismKind, PlanReach, Protection};
use super::index::Typed;
use super::plan_reach;
use super::point::Point;
use super::state::due_seconds;
use super::unread::{Unread, add_new, is_unplaced, why_unread};
use super::unread_evidence::POLICY_OPERATIONS;
use super::{backup_keys, bucket, copies, jobs, mechanisms, points, restore_testing, restores};
use crate::inventory::types::backup::RecoveryPoint;
use crate::inventory::{ANYTHING_ELSE, DEPLOYED, Fact, Resource, arn, note};
use std::collections::HashMap;

/// What the audit knows of a resource before the join.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The kinds of mechanism that count for it.
    pub mechanisms: Vec<MechanismKind>,
    /// The RPO of its objective.
    pub rpo_seconds: Option<i64>,
    /// Its data can be made again, so that it owes no backup.
    pub reproducible: bool,
    /// Why it is not known which kinds count.
    pub doubt: Option<String>,
}

/// Sets a field to a value, or notes why it is not known.
macro_rules! set {
    ($facts:ident, $unread:ident, $field:ident, $reasons:expr, $value:expr) => {
        match $reasons {
            reasons if reasons.is_empty() => $facts.$field = Fact::Read($value),
            reasons => note($unread, stringify!($field), reasons),
        }
    };
}

impl Join<'_> {
    /// Works out the protection of a data resource, for what it owes. `of_parts` has the protection of the resource's parts by id, which
    /// its own depends on.
    pub fn protection(&self, data_type: &'static DataType, resource: &Resource, owed: &Owed, of_parts: &HashMap<&str, &Joined>) -> Joined {
        if is_unplaced(resource) {
            // Its plans and backups are in a Region that nobody knows.
            let unread = Unread::from([(ANYTHING_ELSE.to_owned(), why_unread(self.index.shard, resource, "region"))]);
            return Joined { facts: Facts::Data(Box::default()), unread };
        }
        let counts = owed.mechanisms.as_slice();
        let known = data_type.backed_up_as(resource);
        let (selected, mut plan_reasons) = self.plans.reaching(resource, known, resource.created_at, self.as_of);
        let mut through = Vec::new();
        for (holder, since) in self.holders_of(resource) {
            let (selected, unread) = self.plans.reaching(holder, self.backed_up_as(holder), since, self.as_of);
            through.extend(selected);
            add_new(&mut plan_reasons, unread);
        }
        let (mut points, mut continuous) = points::points(self.index, data_type, resource, self.as_of);
        points.retain(|point| counts.contains(&point.backup.kind));
        if !counts.contains(&MechanismKind::AwsBackup) {
            continuous.clear();
        }
        let stacks = self.plans.of_stack(&points, &selected, self.as_of);
        let case = Case {
            index: self.index,
            resource,
            span: (data_type.restorable_span)(resource),
            points: &points,
            continuous: &continuous,
            selected: &selected,
            through: &through,
            stacks: &stacks,
            as_of: self.as_of,
        };
        let mut mechanisms = mechanisms::mechanisms(&case, data_type);
        mechanisms.all.retain(|mechanism| counts.contains(&mechanism.kind));
        mechanisms.windows.retain(|window| counts.contains(&window.kind));

        let all_selected = || selected.iter().chain(&through).chain(&stacks);
        let plans: Vec<PlanReach> = all_selected().flat_map(|selected| selected.reaches.clone()).collect();
        let sources = self.sources_unread(data_type, resource, counts);
        let schedules = self.schedules_unread(data_type, resource, counts, &plan_reasons, all_selected());
        let mut all_unread = sources.clone();
        add_new(&mut all_unread, plan_reasons.iter().chain(schedules.values().flatten()).cloned());
        let mut facts = Protection::default();
        let mut reasons_by_field = Unread::new();
        let unread = &mut reasons_by_field;

        // What nothing seems to schedule may be late by a schedule that was not read.
        let in_doubt = |mechanism: &Mechanism| mechanism.on_schedule.is_none() && schedules.contains_key(&mechanism.kind);
        let certain: Vec<Mechanism> = mechanisms.all.iter().filter(|mechanism| !in_doubt(mechanism)).cloned().collect();
        // What was not read may be what renews the backups.
        let renewal_unread = [all_unread.as_slice(), &mechanisms.unread].concat();
        self.set_on_schedule(resource, &certain, renewal_unread, of_parts, &mut facts, unread);
        self.set_state(resource, &certain, &plans, &all_unread, of_parts, &mut facts, unread);
        self.set_moments(resource, &points, &mechanisms, &sources, &mut facts, unread);
        self.set_retention(resource, &mechanisms, all_unread.clone(), &mut facts, unread);
        self.set_settings(resource, known, &mut facts, unread);
        let aws_backup_points = points.iter().filter(|point| point.backup.kind == MechanismKind::AwsBackup).count() + continuous.len();
        set!(facts, unread, aws_backup_points, self.points_unread(resource), aws_backup_points as i64);
        let mut copy_reasons = plan_reasons.clone();
        if data_type.dlm {
            copy_reasons.extend(self.index.missing(&POLICY_OPERATIONS));
        }
        copy_reasons.extend(mechanisms.unread.iter().chain(mechanisms.unsettled.get("copies").into_iter().flatten()).cloned());
        set!(facts, unread, copy_schedules, copy_reasons.clone(), mechanisms.copy_schedules.clone());
        copy_reasons.extend(self.add_replicas(resource, &mut mechanisms));
        set!(facts, unread, copy_retention, copy_reasons, mechanisms.copy_retention.clone());
        set!(facts, unread, plans, plan_reasons, plans);
        for (field, part) in plan_reach::PARTS {
            let parts = || all_selected().map(|selected| selected.plan.unsettled(part)).filter(|reasons| !reasons.is_empty());
            parts().for_each(|reasons| note(unread, &format!("plans[].{field}"), reasons.to_vec()));
        }
        for (field, part) in [
            ("mechanisms[].interval_seconds", "interval_seconds"),
            ("mechanisms[].retention_days", "retention_days"),
            ("mechanisms[].retention_endless", "retention_days"),
            ("copy_retention[].retention_days", "copies[].retention_days"),
        ] {
            if let Some(reasons) = mechanisms.unsettled.get(part) {
                note(unread, field, reasons.clone());
            }
        }
        // A template declares mechanisms; only what they have made so far is not known.
        let template = self.index.shard.coverage.template;
        all_unread.extend(mechanisms.unread.iter().cloned());
        all_unread.retain(|reason| !template || reason != DEPLOYED);
        set!(
            facts,
            unread,
            due_seconds,
            all_unread.clone(),
            due_seconds(&mechanisms.all, owed.rpo_seconds, resource.created_at, self.as_of)
        );
        set!(facts, unread, mechanisms, all_unread, mechanisms.all.clone());
        self.set_evidence(resource, counts, &points, &continuous, &mechanisms, &mut facts, unread);
        if let Some(doubt) = &owed.doubt {
            facts = without_mechanisms(facts, doubt, unread);
        }
        Joined { facts: Facts::Data(Box::new(facts)), unread: reasons_by_field }
    }

    /// What can be restored, and how far apart the moments lie.
    fn set_moments(
        &self,
        resource: &Resource,
        points: &[Point],
        mechanisms: &Mechanisms,
        reasons: &[String],
        facts: &mut Protection,
        unread: &mut Unread,
    ) {
        for field in ["recovery_points", "backups", "windows", "gaps", "rpo_seconds", "oldest_age_seconds"] {
            if !reasons.is_empty() {
                note(unread, field, reasons.to_vec());
            }
        }
        if !reasons.is_empty() {
            return;
        }
        let why = |property: &str| why_unread(self.index.shard, resource, property);
        let versioning = mechanisms.all.iter().find(|mechanism| mechanism.kind == MechanismKind::Versioning);
        let gaps = match versioning {
            Some(_) => Vec::new(),
            None => points::gaps(points, &mechanisms.windows, resource.created_at, self.as_of),
        };
        let newest_point = points.first().map(|point| point.backup.age_seconds);
        let newest_window = mechanisms.windows.iter().map(|window| window.latest_age_seconds).min();
        let newest = [newest_point, newest_window, versioning.and_then(|mechanism| mechanism.age_seconds)].into_iter().flatten().min();
        let oldest_point = points.last().map(|point| point.backup.age_seconds);
        let oldest_window = mechanisms.windows.iter().map(|window| window.earliest_age_seconds).max();
        facts.rpo_seconds = Fact::Read(newest);
        facts.backups = Fact::Read(points.iter().map(|point| point.backup.clone()).collect());
        if !mechanisms.windows.is_empty() && self.earliest_unread(resource) {
            for field in ["windows", "gaps", "oldest_age_seconds", "recovery_points"] {
                note(unread, field, why("earliest_restorable_at"));
            }
            return;
        }
        facts.oldest_age_seconds = Fact::Read(oldest_point.max(oldest_window));
        facts.windows = Fact::Read(mechanisms.windows.clone());
        facts.gaps = Fact::Read(gaps);
    }

    /// How long replicas of automated backups are kept: not as long as those they are made of, but as their own Region says. Gives the
    /// reasons why that is not known.
    fn add_replicas(&self, resource: &Resource, mechanisms: &mut Mechanisms) -> Vec<String> {
        let Some(replicas) = self.data_type(resource).and_then(|data_type| data_type.replicas.as_ref()) else { return Vec::new() };
        let mut unread = Vec::new();
        for replica in (replicas.arns)(resource) {
            let (account, region) = (arn::account(replica), arn::region(replica));
            let summary = self.summaries.get(account, region);
            match summary.and_then(|summary| summary.replicas.get(replica)) {
                Some(days) => mechanisms.copy_retention.push(CopyRetention {
                    kind: "automated".to_owned(),
                    source: format!("automated backups replicated to {region}"),
                    retention_days: Some(*days).into(),
                }),
                None => unread.push(match summary.and_then(|summary| summary.lists_unread.get(replicas.listed_by)) {
                    Some(reason) => reason.clone(),
                    None => format!("{replica} was not read in {account}/{region}"),
                }),
            }
        }
        unread
    }

    /// How long what runs by itself keeps its backups. `reasons` are those for which there may be more of it.
    fn set_retention(
        &self,
        resource: &Resource,
        mechanisms: &Mechanisms,
        mut reasons: Vec<String>,
        facts: &mut Protection,
        unread: &mut Unread,
    ) {
        add_new(&mut reasons, mechanisms.unsettled.get("retention_days").into_iter().flatten().cloned());
        if let Some((kind, property)) = self.data_type(resource).and_then(|data_type| data_type.retention_told_by)
            && mechanisms.all.iter().any(|mechanism| mechanism.kind == kind)
            && !resource.properties.is_read(property)
        {
            add_new(&mut reasons, why_unread(self.index.shard, resource, property));
        }
        // What is late, or nothing of which can be restored, keeps nothing, however long it is set to. A run that is still to come counts
        // beside something that is there.
        let restorable = mechanisms::state(&mechanisms.all).is_some();
        let keeps = |mechanism: &&Mechanism| {
            let to_come = mechanism.interval_seconds != Fact::Read(None);
            restorable && mechanism.automatic && mechanism.on_schedule != Some(false) && (mechanism.last_at.is_some() || to_come)
        };
        let automatic = || mechanisms.all.iter().filter(keeps);
        let endless = automatic().any(|mechanism| mechanism.retention_endless == Fact::Read(true));
        // Longer than for ever nothing is kept.
        let doubts = if endless { Vec::new() } else { reasons.clone() };
        set!(facts, unread, retention_endless, doubts, endless);
        set!(facts, unread, retention_days, reasons, automatic().filter_map(|mechanism| mechanism.retention_days.present().copied()).max());
    }

    /// Whether nobody read since when the automated backups of a database go back.
    fn earliest_unread(&self, resource: &Resource) -> bool {
        let span = self.data_type(resource).and_then(|data_type| (data_type.restorable_span)(resource));
        span.is_some_and(|span| !span.latest_at.is_unread() && span.earliest_at.is_unread())
    }

    fn set_settings(&self, resource: &Resource, known: Option<BackedUpAs>, facts: &mut Protection, unread: &mut Unread) {
        let backup_type = known.map_or("", |known| known.aws_backup.name);
        facts.backup_type = Fact::Read(backup_type.to_owned());
        match self.plans.opt_ins.of_type(backup_type) {
            Ok(opted_in) => facts.opt_in = Fact::Read(opted_in),
            Err(reasons) => note(unread, "opt_in", reasons.to_vec()),
        }
        facts.air_gapped_supported = Fact::Read(known.is_some_and(|known| known.aws_backup.air_gapped));
        facts.restore_testing_supported = Fact::Read(known.is_some_and(|known| known.aws_backup.restore_testing));
        facts.resource_age_seconds = Fact::Read(resource.created_at.map(|created| (self.as_of - created).num_seconds()));
    }

    /// Jobs, copies, keys, restores: what other parts of the shard say of the resource.
    #[allow(clippy::too_many_arguments, reason = "one private step of one function, split for reading")]
    fn set_evidence(
        &self,
        resource: &Resource,
        counts: &[MechanismKind],
        points: &[Point],
        continuous: &[&Typed<RecoveryPoint>],
        mechanisms: &Mechanisms,
        facts: &mut Protection,
        unread: &mut Unread,
    ) {
        let copies_unread = match copies::copies(self, resource, points, counts, &mechanisms.copy_schedules) {
            Ok(found) => {
                for field in ["other_region", "other_account", "air_gapped", "locked"].into_iter().filter(|_| !found.unconfirmed.is_empty())
                {
                    note(unread, &format!("copies[].{field}"), found.unconfirmed.clone());
                }
                facts.copies = Fact::Read(found.all);
                found.unconfirmed
            }
            Err(reasons) => {
                note(unread, "copies", reasons.clone());
                reasons
            }
        };
        if let Fact::Read(gaps) = &facts.gaps {
            match points::counts(points, continuous, &mechanisms.windows, gaps, facts.copies.read()) {
                Ok(counts) => facts.recovery_points = Fact::Read(counts),
                Err(reason) => note(unread, "recovery_points", vec![reason]),
            }
        }
        for field in ["recovery_points.other_region", "recovery_points.other_account"].into_iter().filter(|_| !copies_unread.is_empty()) {
            note(unread, field, copies_unread.clone());
        }
        self.note_locks(points, facts, unread);
        let (found, reasons) = jobs::jobs(self, resource);
        set!(facts, unread, jobs, reasons, found);
        match backup_keys::backup_keys(self, resource, points, continuous, &mechanisms.windows) {
            Ok(_) if unread.contains_key("backups") => note(unread, "keys", unread.get("backups").cloned().unwrap_or_default()),
            Ok(found) => facts.keys = Fact::Read(found),
            Err(reasons) => note(unread, "keys", reasons),
        }
        let (tests, rto, reasons) = restores::restore_tests(self, resource, points, &mechanisms.copy_schedules);
        set!(facts, unread, restore_tests, reasons.clone(), tests);
        set!(facts, unread, rto_seconds, reasons, rto);
        match restore_testing::testing_plans(self, resource) {
            Ok(plans) => facts.restore_testing_plans = Fact::Read(plans),
            Err(reasons) => note(unread, "restore_testing_plans", reasons),
        }
        facts.bucket = Fact::Read(bucket::bucket_facts(self, resource, unread));
    }
}

/// The facts that do not depend on which mechanisms count, where that is not known.
fn without_mechanisms(facts: Protection, doubt: &str, unread: &mut Unread) -> Protection {
    let fields = [
        "state",
        "on_schedule",
        "explanation",
        "mechanisms",
        "recovery_points",
        "aws_backup_points",
        "backups",
        "copies",
        "copy_schedules",
        "copy_retention",
        "windows",
        "gaps",
        "due_seconds",
        "rpo_seconds",
        "rto_seconds",
        "oldest_age_seconds",
        "retention_days",
        "retention_endless",
        "restore_tests",
        "keys",
    ];
    for field in fields {
        note(unread, field, vec![doubt.to_owned()]);
    }
    Protection {
        plans: facts.plans,
        opt_in: facts.opt_in,
        backup_type: facts.backup_type,
        restore_testing_plans: facts.restore_testing_plans,
        restore_testing_supported: facts.restore_testing_supported,
        air_gapped_supported: facts.air_gapped_supported,
        jobs: facts.jobs,
        resource_age_seconds: facts.resource_age_seconds,
        bucket: facts.bucket,
        ..Protection::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Protection, Unread, without_mechanisms};

    #[test]
    fn what_is_in_doubt_are_facts() {
        let mut unread = Unread::new();
        without_mechanisms(Protection::default(), "a doubt", &mut unread);
        let schema = schemars::schema_for!(Protection).to_value();
        let strange: Vec<&String> = unread.keys().filter(|field| schema["properties"].get(field.as_str()).is_none()).collect();
        assert!(strange.is_empty() && !unread.is_empty(), "{strange:?}");
    }
}
