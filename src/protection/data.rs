//! The protection of one data resource: combines its parts, and names the parts that could not be worked out.

use super::automation::automations_of;
use super::aws_backup::BackedUpAs;
use super::case::{Case, Mechanisms};
use super::considered::{Candidates, considered};
use super::context::Join;
use super::data_type::{DataType, IsData};
use super::facts::{Backup, CopyRetention, FactSet, Facts, Gap, Mechanism, MechanismKind, PlanReach, Protection, Window};
use super::point::Point;
use super::state::due_seconds;
use super::unread::{is_unplaced, why_unread};
use super::unread_evidence::POLICY_OPERATIONS;
use super::{backup_keys, bucket, copies, held_in, jobs, mechanisms, outside_access, points, restore_testing, restores};
use crate::inventory::{DEPLOYED, Fact, Outcome, Resource, add_new, arn, unless};
use std::collections::HashMap;

/// What the audit knows of a resource before the join.
#[derive(Clone, Debug)]
pub struct Owed {
    /// The kinds of mechanism that count for it.
    pub mechanisms: Vec<MechanismKind>,
    /// The RPO of its objective.
    pub rpo_seconds: Option<i64>,
    /// Whether an objective of the policy that does not match everything asks for its backups, or why that is unknown.
    pub named: Outcome<bool>,
    /// What the policy names as restore automation for it, by ARN, or why that is unknown.
    pub restore_automation: Outcome<Vec<String>>,
    /// Exempt: its data can be rebuilt.
    pub reproducible: bool,
    /// Why the kinds that count are not known.
    pub doubt: Option<String>,
    /// How many of the plans and policies that could back it up are told, each with its reason.
    pub considered: usize,
}

/// The moments that can be restored, and the gaps between them.
struct Moments {
    backups: Outcome<Vec<Backup>>,
    windows: Outcome<Vec<Window>>,
    gaps: Outcome<Vec<Gap>>,
    rpo_seconds: Outcome<Option<i64>>,
    oldest_age_seconds: Outcome<Option<i64>>,
}

impl Join<'_> {
    /// Works out the protection of a data resource against what it owes. `of_parts` has the protection of the resource's parts by id; the
    /// resource's own protection depends on it.
    pub fn protection(&self, data_type: &'static DataType, resource: &Resource, owed: &Owed, of_parts: &HashMap<&str, &Facts>) -> Facts {
        if is_unplaced(resource) {
            // Its Region is not known, so the audit cannot find its plans and backups.
            return Protection::unread(&why_unread(self.index.shard, resource, "region")).into();
        }
        let counts = owed.mechanisms.as_slice();
        let known = data_type.backed_up_as(resource);
        let own = self.plans.consider(resource, known);
        let (selected, mut plan_reasons) = self.plans.reaching(&own, known, resource.created_at, self.as_of);
        let mut through = Vec::new();
        let mut holders = Vec::new();
        for (holder, since) in self.holders_of(resource) {
            let backed_up_as = self.backed_up_as(holder);
            let of_holder = self.plans.consider(holder, backed_up_as);
            let (selected, unread) = self.plans.reaching(&of_holder, backed_up_as, since, self.as_of);
            through.extend(selected);
            add_new(&mut plan_reasons, unread);
            holders.push((holder, of_holder));
        }
        let (mut points, mut continuous) = points::points(self.index, data_type, resource, self.as_of);
        // Whether it is data does not depend on which kinds of backup its objective accepts.
        let has_backups = !(points.is_empty() && continuous.is_empty());
        points.retain(|point| counts.contains(&point.backup.kind));
        self.tell_locks(&mut points);
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
        let candidates = Candidates { known, own: &own, holders: &holders, stacks: &stacks };
        let (considered, considered_count) = considered(&case, data_type, &candidates, owed.considered);
        let mut mechanisms = mechanisms::mechanisms(&case, data_type);
        let has_mechanisms = !mechanisms.all.is_empty();
        mechanisms.all.retain(|mechanism| counts.contains(&mechanism.kind));
        mechanisms.windows.retain(|window| counts.contains(&window.kind));

        let all_selected = || selected.iter().chain(&through).chain(&stacks);
        let plans: Vec<PlanReach> = all_selected().flat_map(|selected| selected.reaches.clone()).collect();
        let mut sources = self.sources_unread(data_type, resource, counts);
        if counts.contains(&MechanismKind::Automated) {
            add_new(&mut sources, mechanisms.hidden.iter().cloned());
        }
        let schedules = self.schedules_unread(data_type, resource, counts, &plan_reasons, all_selected());
        // A mechanism without a known schedule may belong to a schedule that was not read, and be late by it.
        let own_schedule_unread = |mechanism: &Mechanism| mechanism.last_at.is_some() && mechanism.interval_seconds.is_unread();
        let in_doubt = |mechanism: &Mechanism| {
            mechanism.on_schedule.is_none() && (schedules.contains_key(&mechanism.kind) || own_schedule_unread(mechanism))
        };
        let doubted = mechanisms.all.iter().filter(|mechanism| in_doubt(mechanism));
        let of_schedules: Vec<String> = doubted.flat_map(|mechanism| mechanism.interval_seconds.reasons()).cloned().collect();
        let mut all_unread = sources.clone();
        add_new(&mut all_unread, plan_reasons.iter().chain(schedules.values().flatten()).chain(&of_schedules).cloned());

        let certain: Vec<Mechanism> = mechanisms.all.iter().filter(|mechanism| !in_doubt(mechanism)).cloned().collect();
        // Something that was not read may renew the backups.
        let renewal_unread = [all_unread.as_slice(), &mechanisms.unread].concat();
        let on_schedule = self.on_schedule(resource, &certain, renewal_unread, of_parts);
        let state = self.state(resource, &certain, &plans, all_unread.clone(), of_parts, on_schedule.as_ref().ok().copied());
        let moments = self.moments(resource, &points, &mechanisms, sources);
        let (retention_days, retention_endless) = self.retention(resource, &mechanisms, all_unread.clone());
        let aws_backup_points = points.iter().filter(|point| point.backup.kind == MechanismKind::AwsBackup).count() + continuous.len();
        let mut copy_reasons = plan_reasons.clone();
        if data_type.dlm {
            copy_reasons.extend(self.index.missing(&POLICY_OPERATIONS));
        }
        copy_reasons.extend(mechanisms.unread.iter().chain(&mechanisms.copies_unread).cloned());
        let (replicas, replicas_unread) = self.replicas(resource);
        let copy_retention = [mechanisms.copy_retention.as_slice(), &replicas].concat();
        let retention_reasons = [copy_reasons.as_slice(), &replicas_unread].concat();
        // A template declares mechanisms; it does not show what they have made so far.
        let template = self.index.shard.coverage.template;
        all_unread.extend(mechanisms.unread.iter().cloned());
        all_unread.retain(|reason| !template || reason != DEPLOYED);
        let due_seconds = due_seconds(&mechanisms.all, owed.rpo_seconds, resource.created_at, self.as_of);
        let copies = copies::copies(self, resource, &points, counts, &mechanisms.copy_schedules);
        let recovery_points = moments
            .gaps
            .as_ref()
            .map_err(Vec::clone)
            .and_then(|gaps| points::counts(&points, &continuous, &mechanisms.windows, gaps, &copies));
        let keys = backup_keys::backup_keys(self, resource, &points, &continuous, &mechanisms.windows);
        let keys = keys.and_then(|keys| moments.backups.as_ref().map(|_| keys).map_err(Vec::clone));
        let restores = restores::restores(self, resource, &points, &mechanisms.copy_schedules);
        let backup_type = known.map_or("", |known| known.aws_backup.name);
        let reached = has_backups || has_mechanisms || !plans.is_empty();
        let counts_as_data = self.counts_as_data(data_type, resource, owed, reached, &all_unread);
        // A resource that perhaps is no data owes perhaps nothing.
        let state = state.and_then(|state| counts_as_data.as_ref().map(|_| state).map_err(Vec::clone));
        let opt_in = self.plans.opt_ins.of_type(backup_type).map_err(<[String]>::to_vec);
        let age = match resource.created_at {
            Some(created_at) => Ok(Some((self.as_of - created_at).num_seconds())),
            // The call that reads the status reads the date too.
            None if resource.declared.is_none() && (data_type.status)(resource).is_some_and(Fact::is_unread) => {
                Err(why_unread(self.index.shard, resource, "status"))
            }
            None => Ok(None),
        };
        let facts = Protection {
            state: state.clone().map(|(state, _)| state).into(),
            on_schedule: on_schedule.into(),
            explanation: state.map(|(_, explanation)| explanation).into(),
            mechanisms: unless(all_unread.clone(), mechanisms.all).into(),
            plans: unless(plan_reasons, plans).into(),
            considered: considered.into(),
            considered_count: considered_count.into(),
            opt_in: opt_in.into(),
            backup_type: backup_type.to_owned().into(),
            recovery_points: recovery_points.into(),
            aws_backup_points: unless(self.points_unread(data_type, resource), aws_backup_points as i64).into(),
            backups: moments.backups.into(),
            copies: copies.into(),
            copy_schedules: unless(copy_reasons, mechanisms.copy_schedules).into(),
            copy_retention: unless(retention_reasons, copy_retention).into(),
            windows: moments.windows.into(),
            gaps: moments.gaps.into(),
            due_seconds: unless(all_unread, due_seconds).into(),
            rpo_seconds: moments.rpo_seconds.into(),
            rto_seconds: restores.as_ref().map(|restores| restores.rto_seconds).map_err(Vec::clone).into(),
            oldest_age_seconds: moments.oldest_age_seconds.into(),
            retention_days: retention_days.into(),
            retention_endless: retention_endless.into(),
            restore_tests: restores.as_ref().map(|restores| restores.tests.clone()).map_err(Vec::clone).into(),
            restores: restores.map(|restores| restores.all).into(),
            restore_testing_plans: restore_testing::testing_plans(self, resource).into(),
            restore_automation: automations_of(self, &owed.restore_automation),
            counts_as_data: counts_as_data.into(),
            restores_shown: unless(restores_hidden(data_type), true).into(),
            restore_testing_supported: known.is_some_and(|known| known.aws_backup.restore_testing).into(),
            air_gapped_supported: air_gapped_supported(known).into(),
            jobs: jobs::jobs(self, resource).into(),
            keys: keys.into(),
            resource_age_seconds: age.into(),
            outside_access: outside_access::outside_access(self, resource).into(),
            bucket: bucket::bucket_facts(self, resource).into(),
            held_in: held_in::held_in(self, data_type, resource).into(),
        };
        match &owed.doubt {
            Some(doubt) => without_mechanisms(facts, doubt).into(),
            None => facts.into(),
        }
    }

    /// Whether rules about data judge the resource. `reached`: a plan selects it, or it has backups of its own; `unread` says why there may be
    /// more of them.
    ///
    /// # Errors
    /// Why that is unknown.
    fn counts_as_data(&self, data_type: &DataType, resource: &Resource, owed: &Owed, reached: bool, unread: &[String]) -> Outcome<bool> {
        let asks = match &data_type.is_data {
            IsData::Always => return Ok(true),
            IsData::WhenHeld(holds) => return (holds.does)(resource).map_err(|property| why_unread(self.index.shard, resource, property)),
            IsData::WhenReached(asks) => asks,
        };
        if reached || owed.named == Ok(true) {
            return Ok(true);
        }
        let mut reasons = unread.to_vec();
        add_new(&mut reasons, owed.named.clone().err().into_iter().flatten());
        if let Some(asks) = asks {
            match (asks.does)(resource) {
                Some(true) => return Ok(true),
                Some(false) => {}
                None => add_new(&mut reasons, why_unread(self.index.shard, resource, asks.property)),
            }
        }
        unless(reasons, false)
    }

    /// The moments that can be restored. `reasons` say why there may be more backups.
    fn moments(&self, resource: &Resource, points: &[Point], mechanisms: &Mechanisms, reasons: Vec<String>) -> Moments {
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
        let seen = unless(reasons, ());
        // The start of the windows may not have been read.
        let earliest_unread = !mechanisms.windows.is_empty() && self.earliest_unread(resource);
        let why = || if earliest_unread { why_unread(self.index.shard, resource, "earliest_restorable_at") } else { Vec::new() };
        let began = seen.clone().and_then(|()| unless(why(), ()));
        Moments {
            backups: seen.clone().map(|()| points.iter().map(|point| point.backup.clone()).collect()),
            windows: began.clone().map(|()| mechanisms.windows.clone()),
            gaps: began.clone().map(|()| gaps),
            rpo_seconds: seen.map(|()| newest),
            oldest_age_seconds: began.map(|()| oldest_point.max(oldest_window)),
        }
    }

    /// How long replicas of automated backups are kept, by the setting of their own Region and not by that of their source; and the reasons
    /// why this is not known.
    fn replicas(&self, resource: &Resource) -> (Vec<CopyRetention>, Vec<String>) {
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        let Some(replicas) = self.data_type(resource).and_then(|data_type| data_type.replicas.as_ref()) else { return (found, unread) };
        for replica in (replicas.arns)(resource) {
            let (account, region) = (arn::account(replica), arn::region(replica));
            let summary = self.summaries.get(account, region);
            match summary.and_then(|summary| summary.replicas.get(replica)) {
                Some(days) => found.push(CopyRetention {
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
        (found, unread)
    }

    /// How long automatic mechanisms keep their backups, and whether one of them keeps them for ever. `reasons` say why there may be more
    /// mechanisms.
    fn retention(&self, resource: &Resource, mechanisms: &Mechanisms, mut reasons: Vec<String>) -> (Outcome<Option<i64>>, Outcome<bool>) {
        add_new(&mut reasons, mechanisms.all.iter().flat_map(|mechanism| mechanism.retention_days.reasons()).cloned());
        if let Some((kind, property)) = self.data_type(resource).and_then(|data_type| data_type.retention_told_by)
            && mechanisms.all.iter().any(|mechanism| mechanism.kind == kind)
            && !resource.properties.is_read(property)
        {
            add_new(&mut reasons, why_unread(self.index.shard, resource, property));
        }
        // A mechanism that is late, or has neither a backup nor a run to come, keeps nothing, whatever its retention is. A run that is
        // still to come counts only if the resource can already be restored.
        let restorable = mechanisms::state(&mechanisms.all).is_some();
        let keeps = |mechanism: &&Mechanism| {
            let to_come = mechanism.interval_seconds.read() != Some(&None);
            restorable && mechanism.automatic && mechanism.on_schedule != Some(false) && (mechanism.last_at.is_some() || to_come)
        };
        let automatic = || mechanisms.all.iter().filter(keeps);
        let longest = automatic().filter_map(|mechanism| mechanism.retention_days.present().copied()).max();
        let endless = automatic().any(|mechanism| mechanism.retention_endless.read() == Some(&true));
        // No retention is longer than for ever.
        let doubts = if endless { Vec::new() } else { reasons.clone() };
        (unless(reasons, longest), unless(doubts, endless))
    }

    /// Whether the start of a database's automated backups was not read.
    fn earliest_unread(&self, resource: &Resource) -> bool {
        let span = self.data_type(resource).and_then(|data_type| (data_type.restorable_span)(resource));
        span.is_some_and(|span| !span.latest_at.is_unread() && span.earliest_at.is_unread())
    }
}

/// Why nobody can tell from AWS whether a resource of this type was restored; empty if AWS shows it.
fn restores_hidden(data_type: &DataType) -> Vec<String> {
    let shown = data_type.aws_backup.is_some() || !data_type.restores.shown_by.is_empty();
    let why = || format!("AWS does not show restores of {}: `rel9 ledger attest` records one in the ledger", data_type.info.name);
    (!shown).then(why).into_iter().collect()
}

/// Whether air-gapped vaults keep backups of a type.
///
/// # Errors
/// AWS's documentation leaves it open.
fn air_gapped_supported(known: Option<BackedUpAs>) -> Outcome<bool> {
    let Some(known) = known else { return Ok(false) };
    let name = known.aws_backup.name;
    known.aws_backup.air_gapped.ok_or_else(|| vec![format!("AWS does not document whether air-gapped vaults keep backups of {name}")])
}

/// Keeps the facts that do not depend on which mechanisms count, if that is not known; all other facts are in doubt.
fn without_mechanisms(facts: Protection, doubt: &str) -> Protection {
    let mut doubted = facts.clone();
    doubted.doubt(&[doubt.to_owned()]);
    Protection {
        plans: facts.plans,
        considered: facts.considered,
        considered_count: facts.considered_count,
        opt_in: facts.opt_in,
        backup_type: facts.backup_type,
        restore_testing_plans: facts.restore_testing_plans,
        restore_automation: facts.restore_automation,
        restores_shown: facts.restores_shown,
        restore_testing_supported: facts.restore_testing_supported,
        air_gapped_supported: facts.air_gapped_supported,
        jobs: facts.jobs,
        resource_age_seconds: facts.resource_age_seconds,
        outside_access: facts.outside_access,
        bucket: facts.bucket,
        held_in: facts.held_in,
        ..doubted
    }
}
