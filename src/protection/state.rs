//! The state of one data resource, whether its backups are on schedule, and how far back they must go.

use super::context::Join;
use super::data_type::Parts;
use super::explanation::explain;
use super::facts::{Facts, Mechanism, MechanismKind, PlanReach, State, Told};
use super::mechanisms;
use crate::inventory::{Outcome, Resource, add_new, unless};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

impl Join<'_> {
    /// The state with its explanation, from the mechanisms without any doubt.
    ///
    /// # Errors
    /// The reasons why the state is unknown: why there may be more backups, or why a volume's state is unknown.
    pub fn state(
        &self,
        resource: &Resource,
        mechanisms: &[Mechanism],
        plans: &[PlanReach],
        mut reasons: Vec<String>,
        of_parts: &HashMap<&str, &Facts>,
        on_schedule: Option<bool>,
    ) -> Outcome<(State, String)> {
        let mut state = mechanisms::state(mechanisms);
        let mut through_parts = None;
        let parts = self.data_type(resource).and_then(|data_type| data_type.parts.as_ref());
        if let Some(parts) = parts
            && state != Some(State::Protected)
        {
            through_parts = state_of_parts(resource, parts, of_parts, &mut reasons);
            state = through_parts.filter(|through| *through == State::Protected).or(state).or(through_parts);
            through_parts = through_parts.filter(|through| state == Some(*through));
        }
        if state != Some(State::Protected) {
            unless(reasons, ())?;
        }
        let state = state.unwrap_or(if plans.is_empty() {
            State::Unprotected
        } else if plans.iter().all(|plan| plan.opt_in_blocked) {
            State::OptInBlocked
        } else {
            State::SelectedNotProtected
        });
        let explanation = match through_parts.zip(parts) {
            Some((State::Protected, Parts { part, whole, .. })) => match on_schedule {
                Some(true) => format!("protected on schedule: every {part} of the {whole} is"),
                Some(false) => format!("restorable: every {part} of the {whole} has a backup, some only an old or manual one"),
                None => format!("restorable: every {part} of the {whole} has a backup; whether schedules renew them is not known"),
            },
            Some((_, Parts { part, whole, .. })) => {
                format!("backups of some of the {whole}'s {part}s are older than their schedules allow")
            }
            None => explain(state, mechanisms, plans, on_schedule.is_none()),
        };
        Ok((state, explanation))
    }

    /// Whether an automatic mechanism keeps to its schedule. `reasons` says why there may be more mechanisms.
    ///
    /// # Errors
    /// The reasons, and why the answer is unknown for a volume.
    pub fn on_schedule(
        &self,
        resource: &Resource,
        mechanisms: &[Mechanism],
        mut reasons: Vec<String>,
        of_parts: &HashMap<&str, &Facts>,
    ) -> Outcome<bool> {
        let parts = self.data_type(resource).and_then(|data_type| data_type.parts.as_ref());
        let on_schedule = mechanisms.iter().any(Mechanism::is_on_schedule)
            || parts.is_some_and(|parts| parts_on_schedule(resource, parts, of_parts, &mut reasons));
        if on_schedule { Ok(true) } else { unless(reasons, false) }
    }
}

/// How far back restorable moments must go, see `due_seconds` of [`Protection`](super::facts::Protection).
pub fn due_seconds(
    mechanisms: &[Mechanism],
    rpo_seconds: Option<i64>,
    created_at: Option<DateTime<Utc>>,
    as_of: DateTime<Utc>,
) -> Option<i64> {
    // A daily rule that keeps backups for a week must go back only a week, however long a monthly rule beside it keeps its own.
    let often_enough = |mechanism: &&Mechanism| {
        let interval = mechanism.interval_seconds.present();
        mechanism.automatic
            && mechanism.kind != MechanismKind::Replication
            && interval.zip(rpo_seconds).is_none_or(|(interval, rpo)| *interval <= rpo)
    };
    let promised: Option<Vec<i64>> = mechanisms.iter().filter(often_enough).map(|mechanism| mechanism.promised_seconds).collect();
    let age = created_at.map(|created_at| (as_of - created_at).num_seconds());
    [age, promised.and_then(|promised| promised.into_iter().max())].into_iter().flatten().min()
}

/// A resource that has its data in parts is protected if all parts are protected, and stale if each part is at least stale. Adds the
/// reasons why a part's state is unknown.
fn state_of_parts(resource: &Resource, parts: &Parts, of_parts: &HashMap<&str, &Facts>, reasons: &mut Vec<String>) -> Option<State> {
    let ids = (parts.ids)(resource)?;
    let (mut protected, mut stale) = (0, 0);
    for id in &ids {
        let Some(facts) = of_parts.get(id) else {
            reasons.push(format!("{} {id} is not in the inventory", parts.part));
            continue;
        };
        let Facts::Data(facts) = facts else { continue };
        match facts.state.outcome() {
            Ok(State::Protected) => protected += 1,
            Ok(State::Stale) => stale += 1,
            Ok(_) => {}
            Err(why) => reasons.extend_from_slice(why),
        }
    }
    match (protected, stale) {
        _ if ids.is_empty() || protected + stale < ids.len() => None,
        (_, 0) => Some(State::Protected),
        _ => Some(State::Stale),
    }
}

/// Whether every part of a resource is backed up on schedule. Adds the reasons why the answer is unknown for a part.
fn parts_on_schedule(resource: &Resource, parts: &Parts, of_parts: &HashMap<&str, &Facts>, reasons: &mut Vec<String>) -> bool {
    let ids = (parts.ids)(resource).unwrap_or_default();
    let known = ids.iter().filter_map(|id| match of_parts.get(id) {
        Some(Facts::Data(facts)) => Some(&facts.on_schedule),
        _ => None,
    });
    let known: Vec<&Told<bool>> = known.collect();
    add_new(reasons, known.iter().flat_map(|on_schedule| on_schedule.reasons()).cloned());
    !known.is_empty() && known.len() == ids.len() && known.iter().all(|on_schedule| on_schedule.read() == Some(&true))
}
