//! The state of one data resource, whether that is on schedule, and how far back its backups must go.

use super::context::Join;
use super::explanation::explain;
use super::facts::{Facts, Mechanism, MechanismKind, PlanReach, State, Told};
use super::mechanisms;
use crate::inventory::types::ebs::Instance;
use crate::inventory::{Outcome, Resource, add_new, unless};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

impl Join<'_> {
    /// The state, which the mechanisms of which nothing is in doubt give, with its explanation.
    ///
    /// # Errors
    /// The reasons why it is not known: those for which there may be more backups, or why a volume's state is unknown.
    pub fn state(
        &self,
        resource: &Resource,
        mechanisms: &[Mechanism],
        plans: &[PlanReach],
        mut reasons: Vec<String>,
        volumes: &HashMap<&str, &Facts>,
        on_schedule: Option<bool>,
    ) -> Outcome<(State, String)> {
        let mut state = mechanisms::state(mechanisms);
        let mut through_volumes = None;
        if resource.type_name == "AWS::EC2::Instance" && state != Some(State::Protected) {
            through_volumes = instance_through_volumes(resource, volumes, &mut reasons);
            state = through_volumes.filter(|through| *through == State::Protected).or(state).or(through_volumes);
            through_volumes = through_volumes.filter(|through| state == Some(*through));
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
        let explanation = match through_volumes {
            Some(State::Protected) => match on_schedule {
                Some(true) => "protected on schedule: every volume of the instance is".to_owned(),
                Some(false) => "restorable: every volume of the instance has a backup, some only an old or manual one".to_owned(),
                None => "restorable: every volume of the instance has a backup; whether schedules renew them is not known".to_owned(),
            },
            Some(_) => "backups of some of the instance's volumes are older than their schedules allow".to_owned(),
            None => explain(state, mechanisms, plans, on_schedule.is_none()),
        };
        Ok((state, explanation))
    }

    /// Whether something that runs by itself keeps to its schedule. `reasons` are those for which there may be more of it.
    ///
    /// # Errors
    /// Those reasons, and why that is not known of a volume.
    pub fn on_schedule(
        &self,
        resource: &Resource,
        mechanisms: &[Mechanism],
        mut reasons: Vec<String>,
        volumes: &HashMap<&str, &Facts>,
    ) -> Outcome<bool> {
        let on_schedule = mechanisms.iter().any(Mechanism::is_on_schedule)
            || (resource.type_name == "AWS::EC2::Instance" && volumes_on_schedule(resource, volumes, &mut reasons));
        if on_schedule { Ok(true) } else { unless(reasons, false) }
    }
}

/// How far back there must be restorable moments, see `due_seconds` of [`Protection`](super::facts::Protection).
pub fn due_seconds(
    mechanisms: &[Mechanism],
    rpo_seconds: Option<i64>,
    created_at: Option<DateTime<Utc>>,
    as_of: DateTime<Utc>,
) -> Option<i64> {
    // A daily rule that keeps a week owes no more than a week, whatever a monthly one beside it keeps.
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

/// An instance is protected when all its volumes are, and stale when each is at least that. Adds the reasons why a volume's state is
/// unknown.
fn instance_through_volumes(resource: &Resource, volumes: &HashMap<&str, &Facts>, reasons: &mut Vec<String>) -> Option<State> {
    let instance = resource.get::<Instance>()?;
    let attached = instance.volumes.read()?;
    let (mut protected, mut stale) = (0, 0);
    for volume in attached {
        let Some(facts) = volumes.get(volume.volume_id.as_str()) else {
            reasons.push(format!("volume {} is not in the inventory", volume.volume_id));
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
        _ if attached.is_empty() || protected + stale < attached.len() => None,
        (_, 0) => Some(State::Protected),
        _ => Some(State::Stale),
    }
}

/// Whether every volume of an instance is backed up on schedule. Adds the reasons why that is not known of one.
fn volumes_on_schedule(resource: &Resource, volumes: &HashMap<&str, &Facts>, reasons: &mut Vec<String>) -> bool {
    let instance = resource.get::<Instance>();
    let attached = instance.iter().filter_map(|instance| instance.volumes.read()).flatten();
    let known = attached.clone().filter_map(|volume| match volumes.get(volume.volume_id.as_str()) {
        Some(Facts::Data(facts)) => Some(&facts.on_schedule),
        _ => None,
    });
    let known: Vec<&Told<bool>> = known.collect();
    add_new(reasons, known.iter().flat_map(|on_schedule| on_schedule.reasons()).cloned());
    !known.is_empty() && known.len() == attached.count() && known.iter().all(|on_schedule| on_schedule.read() == Some(&true))
}
