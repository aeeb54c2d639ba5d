//! Why a resource has its state, in words.

use super::facts::{Mechanism, MechanismKind, PlanReach, State};

/// Why the resource has its state, in one sentence. `schedule_unread` means that a schedule that was not read may be on time.
pub fn explain(state: State, mechanisms: &[Mechanism], plans: &[PlanReach], schedule_unread: bool) -> String {
    let human = |seconds: Option<i64>| seconds.map_or_else(|| "an unknown time".to_owned(), crate::inventory::figures::human_duration);
    // A backup outside today's schedules appears as one example, `a manual snapshot`; any other appears by what makes it, `backup plan
    // daily, rule d35`.
    let dated = |mechanism: &Mechanism| {
        let named = ["a ", "an "].iter().any(|article| mechanism.source.starts_with(article));
        let one = if named { "" } else { "a backup of " };
        let date = mechanism.last_at.map_or(String::new(), |at| format!(" of {}", at.format("%Y-%m-%d")));
        format!("{one}{}{date} ({} old)", mechanism.source, human(mechanism.age_seconds))
    };
    let can_restore = |mechanism: &Mechanism| mechanism.on_schedule != Some(false) && mechanism.kind != MechanismKind::Replication;
    let newest = |keep: fn(&Mechanism) -> bool| {
        mechanisms.iter().filter(|mechanism| mechanism.last_at.is_some() && keep(mechanism)).min_by_key(|mechanism| mechanism.age_seconds)
    };
    let plan_names = || {
        let mut names: Vec<&str> = plans.iter().map(|plan| plan.plan.as_str()).collect();
        names.dedup();
        names.join(", ")
    };
    match state {
        State::Protected => match (newest(Mechanism::is_on_schedule), newest(can_restore)) {
            (Some(mechanism), _) => {
                format!("protected on schedule: {} can restore a moment {} ago", mechanism.source, human(mechanism.age_seconds))
            }
            (None, Some(mechanism)) if schedule_unread => {
                format!("restorable from {}; whether a schedule renews it is not known", dated(mechanism))
            }
            (None, Some(mechanism)) => format!("restorable only from {}", dated(mechanism)),
            (None, None) => "a restorable backup exists".to_owned(),
        },
        State::Stale => match newest(|mechanism| mechanism.kind != MechanismKind::Replication) {
            Some(mechanism) => format!(
                "the newest restorable moment, of {}, is {} old; at most {} is allowed",
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
